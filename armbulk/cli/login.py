"""The commands about credentials: login, logout, profiles."""

import functools
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.login_texts import KEEP_IN_FILE, NOTHING_FOUND, OPTION_HELP
from armbulk.cli.argument_types import PROFILE
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.login_questions import LoginQuestions
from armbulk.cli.number_types import WholeNumber
from armbulk.cli.prompts import confirm, prompt
from armbulk.errors import ArmbulkError, Exit, SettingsError
from armbulk.i18n import Text, _

if TYPE_CHECKING:
    from armbulk.app.login_trial import LoginTrial


@click.command(cls=TranslatedCommand)
@click.option("--base-url", metavar="URL", help=OPTION_HELP["base_url"])
@click.option("--client-no", metavar="NUMBER", help=OPTION_HELP["client_no"])
@click.option("--client-name", metavar="NAME", help=OPTION_HELP["client_name"])
@click.option("--token-url", metavar="URL", help=OPTION_HELP["token_url"])
@click.option("--client-id", metavar="ID", help=OPTION_HELP["client_id"])
@click.option("--user-id", metavar="ID", help=OPTION_HELP["user_id"])
@click.option(
    "--sole-sender/--no-sole-sender",
    default=None,
    help=_(
        "Whether only this computer sends documents for the client. If not, armbulk checks each document in ARM first."
    ),
)
@click.option("--secret-stdin", is_flag=True, help=_("Read the client secret or token from standard input."))
@click.option("--no-check", is_flag=True, help=_("Save without testing the login."))
@functools.partial(command, new_profile=True)
def login(
    context: CommandContext, *, secret_stdin: bool, no_check: bool, sole_sender: bool | None, **options: str | None
) -> Exit:
    """Save a client's settings, and its secret in the keyring of this computer (on Windows: Credential Manager).

    You type the secret without it being shown, or pass it with --secret-stdin. Without a keyring, keep it in a file
    that only you can read (--secret-file). There is no option for the secret itself: other users could see it.

    \b
    Example:  armbulk login --profile anne-as
              armbulk login --profile ci --base-url https://… --client-no 2218 --secret-stdin < secret.txt
    """
    from armbulk.app.login import log_in
    from armbulk.cli.dialog import TerminalDialog

    questions = LoginQuestions(context, options, from_stdin=secret_stdin)
    try:
        questions.ask_all(sole_sender=sole_sender)
        is_accepted = context.can_ask and not no_check and _try_until_settled(context, questions)
    except click.Abort:
        context.reporter.say("")
        context.reporter.say(_("Interrupted. Nothing was saved."))
        return Exit.INTERRUPTED
    if context.can_ask:
        report = _save(context, questions, checked=is_accepted)
    else:
        report = log_in(context.session.context, questions.login_input, TerminalDialog(context), verify=not no_check)
    context.reporter.show("login", report)
    return Exit.OK


def _try_until_settled(context: CommandContext, questions: LoginQuestions) -> bool:
    """Try the login, and correct answers, until ARM accepts it or it is to be saved untested; return which.

    Raises:
        ArmbulkError: The person stops.
    """
    from armbulk.app.login import build_profile
    from armbulk.app.login_trial import try_login

    while True:
        session = context.session
        profile = build_profile(session.profile, questions.login_input)
        with context.reporter.working(_("waiting for ARM …")):
            trial = try_login(replace(session.context, profile=profile))
        if trial.error is None and not trial.found_nothing:
            return True
        choice = _choose(context, questions, trial)
        if choice == "save":
            return trial.found_nothing
        if choice == "stop":
            raise trial.error or _not_saved()
        if choice != "retry":
            questions.ask_again(choice)


def _choose(context: CommandContext, questions: LoginQuestions, trial: "LoginTrial") -> str:
    """Show why the login does not work, and let the person choose: an answer to correct, `retry`, `save` or `stop`."""
    if trial.error is not None:
        context.reporter.warn(trial.error.message, trial.error.hint)
    else:
        context.reporter.say(NOTHING_FOUND.fill(client=questions.answers["client_no"]))
    choices: dict[str, Text] = {name: questions.again(name) for name in trial.suspects if questions.answers[name]}
    others = {"retry": _("try again"), "save": _("save without a test"), "stop": _("stop; nothing is saved")}
    if trial.found_nothing:
        choices |= {"save": _("save; the client has no customers yet"), "stop": others["stop"]}
    elif trial.is_refused:
        choices |= others
    else:
        choices = {"retry": others.pop("retry"), **choices, **others}
    for number, text in enumerate(choices.values(), start=1):
        context.reporter.say(f"  {number}  {text.text(context.lang)}")
    numbers = WholeNumber(1, len(choices))
    number = int(prompt(_("Your choice").text(context.lang), default="1", type=numbers))
    return list(choices)[number - 1]


def _not_saved() -> ArmbulkError:
    return SettingsError("not-saved", _("Nothing was saved"), _("Run `armbulk login` again"))


def _save(context: CommandContext, questions: LoginQuestions, *, checked: bool) -> dict[str, Any]:
    """Save the login; ask before the secret goes into a file: without a keyring, or where a file has another one."""
    from armbulk.app.login import store_login

    def confirm_file(path: Path, reason: Text) -> bool:
        if reason:
            context.reporter.say(reason)
        return _confirm_file(context, path)

    return store_login(context.session.profile, questions.login_input, confirm_file, checked=checked)


def _confirm_file(context: CommandContext, path: Path) -> bool:
    """Return whether the secret goes into the file. Ctrl-C is a no: the error then names what was saved until here."""
    question = KEEP_IN_FILE.fill(path=path).text(context.lang)
    try:
        return confirm(question, context.lang, default=True)
    except click.Abort:
        context.reporter.say("")
        return False


@click.command(cls=TranslatedCommand)
@command
def logout(context: CommandContext) -> Exit:
    """Delete a profile's secret from the keyring of this computer. Its settings are kept.

    \b
    Example:  armbulk logout --profile anne-as
    """
    from armbulk.app.login import log_out

    profile = context.session.profile
    context.reporter.show("logout", {"profile": profile.name, "removed": log_out(profile)})
    return Exit.OK


@click.command(cls=TranslatedCommand)
@click.option("--default", type=PROFILE, metavar="NAME", help=_("Use this profile where no other one is named."))
@command
def profiles(context: CommandContext, default: str | None) -> Exit:
    """List the profiles, and whether each has a secret in the keyring. `*`: used in this command.

    \b
    Example:  armbulk profiles
              armbulk profiles --default anne-as
    """
    from armbulk.app.login import choose_default, list_profiles

    if default:
        choose_default(context.session.profile, default)
    context.reporter.show("profiles", {"profiles": list_profiles(context.session.profile)})
    return Exit.OK
