"""The questions of `armbulk login`: each answer is checked when it is given, and only a wrong one is asked again."""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from armbulk.app.choices import describe_client_sizes, list_client_sizes
from armbulk.app.login_texts import AGAIN, NEEDED, OTHER_SENDERS, QUESTIONS, SIZE, SIZES, SOLE_SENDER, UNKNOWN_HOST
from armbulk.cli.command import CommandContext
from armbulk.cli.prompts import confirm, prompt
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import QuestionError, SettingsError
from armbulk.i18n import Text, _
from armbulk.model.environment import Environment, find_environment, name_environment

if TYPE_CHECKING:
    from armbulk.app.login import LoginInput

_ADDRESSES = frozenset({"base_url", "token_url"})
"""Questions whose answer is tried at once: something must answer there."""

_INTRODUCTION = (
    _("armbulk saves the login of one client in ARM, as profile {profile}."),
    *NEEDED,
    _("Ctrl-C stops; nothing is saved then."),
)
_CHANGE = (
    _("Profile {profile} exists: client {client}, {environment}."),
    _("Enter keeps the answer in brackets. For another client, press Ctrl-C and use:"),
    _("  armbulk login --profile NAME"),
)
_ENVIRONMENT = _("This is {environment}.")


class LoginQuestions:
    """Asks for a login on a terminal, and keeps the answers.

    Without a terminal the options, the environment and the profile answer.

    Attributes:
        answers: Name of a setting, or `secret` → answer.
    """

    def __init__(self, context: CommandContext, options: Mapping[str, str | None], *, from_stdin: bool) -> None:
        self._context = context
        self._options = options
        self._from_stdin = from_stdin
        self._defaults = self._list_defaults()
        self.answers: dict[str, str] = {}
        self._sole_sender = context.session.profile.sole_sender
        self._client_name = options.get("client_name") or context.session.profile.client_name

    @property
    def login_input(self) -> "LoginInput":
        """The answers so far."""
        from armbulk.app.login import LoginInput

        name = self._client_name
        return LoginInput(**self.answers, sole_sender=self._sole_sender, client_name=name)

    def ask_all(self, *, sole_sender: bool | None) -> None:
        """Ask for everything that no option answers, with the current setting as default."""
        if self._context.can_ask:
            self._introduce()
        for name in ("base_url", "client_no", "token_url", "client_id", "user_id"):
            self._ask(name)
        self.answers["client_size"] = self._ask_for_size()
        self._sole_sender = self._ask_for_sole_sender() if sole_sender is None else sole_sender
        self._ask("secret")

    def ask_again(self, name: str) -> None:
        """Ask for one answer, with the old one as default unless it is secret; then for those that depend on it."""
        before = dict(self.answers)
        if name != "secret":
            self._defaults[name] = before[name]
        self._options, self._from_stdin = {}, False
        self.answers[name] = self._ask_until_valid(name)
        if name == "base_url" and self.answers["token_url"] and not self._is_valid("token_url"):
            self.ask_again("token_url")
        if name == "token_url" and bool(before["token_url"]) != bool(self.answers["token_url"]):
            self._ask("client_id")
            self.answers["secret"] = self._ask_until_valid("secret")

    def again(self, answer: str) -> Text:
        """Return the choice to enter an answer again."""
        return AGAIN[self._kind(answer)]

    def _list_defaults(self) -> dict[str, str]:
        profile = self._context.session.profile
        login = profile.login
        return {
            "base_url": profile.base_url,
            "client_no": profile.client_no,
            "token_url": login.token_url,
            "client_id": login.client_id,
            "user_id": profile.user_id,
        }

    def _introduce(self) -> None:
        """Say what is needed and where it comes from; of a profile that exists, what it has."""
        from armbulk.app.login_answers import list_addresses

        profile, reporter = self._context.session.profile, self._context.reporter
        if profile.name in profile.known_profiles and profile.base_url and profile.client_no:
            environment = name_environment(find_environment(profile.base_url), profile.base_url)
            values = {"profile": profile.name, "client": profile.client_no, "environment": environment}
            for text in _CHANGE:
                reporter.say(text.fill(**values))
            reporter.say("")
            return
        texts = [text.fill(profile=profile.name).text(self._context.lang) for text in _INTRODUCTION]
        addresses = [f"    {address}  {name.text(self._context.lang)}" for name, address in list_addresses()]
        for line in (*texts[:3], *addresses, *texts[3:], ""):
            reporter.say(line)

    def _ask(self, name: str) -> None:
        """Take one answer: from its option, else from the person, else the default."""
        if name == "client_id" and not self.answers["token_url"]:
            self.answers[name] = ""
        elif self._context.can_ask:
            self.answers[name] = self._take_option(name) or self._ask_until_valid(name)
        else:
            self.answers[name] = self._answer_without_terminal(name)
        if name == "base_url" and self._context.can_ask:
            self._name_environment()

    def _take_option(self, name: str) -> str:
        """Return the valid answer of an option, or of where a secret is; "" if there is none."""
        given_text = self._read_secret() if name == "secret" else self._options.get(name) or ""
        if not given_text:
            return ""
        try:
            return self._check(name, given_text)
        except SettingsError as error:
            self._context.reporter.warn(error.message, error.hint)
            return ""

    def _ask_until_valid(self, name: str) -> str:
        """Ask a person; ask again, with the reason, while the answer cannot be right."""
        question = QUESTIONS[self._kind(name)].text(self._context.lang)
        is_secret = name == "secret"
        while True:
            default = "" if is_secret else self._propose(name)
            text = prompt(question, default=default or None, hide_input=is_secret, show_default=bool(default))
            try:
                answer = self._check(name, text)
            except SettingsError as error:
                self._context.reporter.warn(error.message, error.hint)
                continue
            if name not in _ADDRESSES or self._is_used(answer):
                return answer

    def _is_used(self, address: str) -> bool:
        """Return whether something answers at an address, or the person uses it although nothing does."""
        from armbulk.app.login_trial import find_no_answer

        if not address or click.get_current_context().params.get("no_check"):
            return True
        reporter, lang = self._context.reporter, self._context.lang
        with reporter.working(_("testing the address …")):
            reason = find_no_answer(self._context.session.context, address)
        if not reason:
            return True
        reporter.warn(
            _("Nothing answers at {address}: {reason}", address=address, reason=reason),
            _("Check the host and the port of the address, and the network."),
        )
        return confirm(_("Use this address anyway?").text(lang), lang)

    def _propose(self, name: str) -> str:
        """Return the answer that Enter gives; "" for none."""
        from armbulk.app.login_answers import propose_token_url

        if name == "token_url" and not self._defaults[name]:
            return propose_token_url(self.answers["base_url"])
        return self._defaults[name]

    def _check(self, name: str, text: str) -> str:
        from armbulk.app.login_answers import check_answer

        return check_answer(name, text, self.answers)

    def _is_valid(self, name: str) -> bool:
        try:
            self._check(name, self.answers[name])
        except SettingsError as error:
            self._context.reporter.warn(error.message, error.hint)
            return False
        return True

    def _answer_without_terminal(self, name: str) -> str:
        """Return the option or the default; QuestionError when it is required and there is none."""
        if name == "secret":
            answer, option = self._read_secret(), "--secret-stdin"
        else:
            answer, option = self._options.get(name) or self._defaults[name], f"--{name.replace('_', '-')}"
        if not answer and name != "token_url":
            question = QUESTIONS[self._kind(name)]
            raise QuestionError(
                "question", _("{question} is missing", question=question), _("Use {option}", option=option)
            )
        return answer

    def _read_secret(self) -> str:
        """Return the client secret, or the ready token: from its file, standard input or the environment.

        At a terminal, the file that armbulk itself wrote does not answer: its secret may be the one to replace.
        """
        from armbulk.app.login import configured_secret, find_secret_file

        profile = self._context.session.profile
        if self._context.can_ask and profile.secret_file == str(find_secret_file(profile)):
            return ""
        if self._from_stdin and not profile.secret_file:
            return sys.stdin.readline().strip()
        return configured_secret(profile, by_client=self._is_by_client)

    @property
    def _is_by_client(self) -> bool:
        return bool(self.answers["token_url"] and self.answers["client_id"])

    def _kind(self, answer: str) -> str:
        """Return the name of a question: a secret is a client secret, or a token."""
        return answer if answer != "secret" else "client_secret" if self._is_by_client else "token"

    def _name_environment(self) -> None:
        """Say which environment ARM's address belongs to, before anything is sent there."""
        address = self.answers["base_url"]
        environment = find_environment(address)
        self._context.reporter.say(_ENVIRONMENT.fill(environment=name_environment(environment, address)))
        if environment is Environment.OTHER:
            self._context.reporter.say(UNKNOWN_HOST)

    def _ask_for_size(self) -> str:
        """Return the client's size from the option; otherwise ask, with the current setting as default."""
        default = self._context.session.profile.client_size
        if click.get_current_context().params.get("size") or not self._context.can_ask:
            return default
        sizes = WordChoice(list_client_sizes(), case_sensitive=False)
        self._context.reporter.say(SIZES.fill(sizes=describe_client_sizes()))
        return prompt(SIZE.text(self._context.lang), default=default, type=sizes, show_choices=False)

    def _ask_for_sole_sender(self) -> bool:
        """Ask whether only this computer sends for the client; without a terminal, return the current setting."""
        current = self._context.session.profile.sole_sender
        if not self._context.can_ask:
            return current
        client, lang = self.answers["client_no"], self._context.lang
        self._context.reporter.say(OTHER_SENDERS.fill(client=client))
        return confirm(SOLE_SENDER.fill(client=client).text(lang), lang, default=current)
