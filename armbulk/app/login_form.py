"""A login as a form: the answers of `armbulk login`, tried at ARM and saved in the same way.

The secret is only in memory, until it is saved or the form is left; no page, file or log has it.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from armbulk.app.login import LoginInput, build_profile, store_login
from armbulk.app.login_answers import MAX_NAME_CHARS, check_answer
from armbulk.app.login_secret import add_secret, open_keyring
from armbulk.app.login_trial import LoginTrial, try_login
from armbulk.context import Context
from armbulk.errors import ArmbulkError, SettingsError
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.quota.tiers import TIERS
from armbulk.settings.names import DEFAULT_SETTINGS
from armbulk.settings.profile import Profile

ANSWERS = ("base_url", "client_no", "client_name", "token_url", "client_id", "user_id", "client_size")
"""The answers of the form that are no secret."""

_CHECKED = ("base_url", "client_no", "token_url", "client_id", "user_id")
_REQUIRED = ("base_url", "client_no")
_MAX_FORMS = 5


@dataclass(slots=True)
class LoginForm:
    """A login that a person fills in.

    Attributes:
        id: Names it in addresses.
        profile: The name of the profile.
        is_new: Whether the profile does not exist yet.
        answers: Name of an answer → its text as typed, or as it is saved.
        sole_sender: Whether only this computer sends for the client.
        secret: The client secret or token as typed; "" = none.
        errors: Name of an answer → why it cannot be right.
        trial: How the last trial ended; None: there was none, or ARM accepted the login.
        problem: Why it was not saved.
        file: The file in which the secret would be kept, where a person has to agree; None: nothing is asked.
        reason: Why the file is asked about.
        report: What was saved, as the JSON of `armbulk login`; None: nothing yet.
        is_accepted: Whether ARM has accepted these answers.
    """

    id: str
    profile: str
    is_new: bool
    answers: dict[str, str]
    sole_sender: bool
    secret: str = field(default="", repr=False)
    errors: dict[str, ArmbulkError] = field(default_factory=dict)
    trial: LoginTrial | None = None
    problem: ArmbulkError | None = None
    file: Path | None = None
    reason: Text = NO_TEXT
    report: dict[str, Any] | None = None
    is_accepted: bool = False

    @property
    def suspects(self) -> tuple[str, ...]:
        """The answers that may be wrong, the likeliest first: those that cannot be, or that ARM has refused."""
        return tuple(self.errors) or (self.trial.suspects if self.trial else ())

    @property
    def login_input(self) -> LoginInput:
        """The answers, for the use case."""
        return LoginInput(**self.answers, sole_sender=self.sole_sender, secret=self.secret)


def make_new_form(name: str = "") -> LoginForm:
    """Return the form of a profile that does not exist yet."""
    answers = {**dict.fromkeys(ANSWERS, ""), "user_id": DEFAULT_SETTINGS["user_id"], "client_size": next(iter(TIERS))}
    return LoginForm(secrets.token_hex(6), name, is_new=True, answers=answers, sole_sender=False)


def make_form(profile: Profile) -> LoginForm:
    """Return the form of a profile with the answers that are saved; its secret is not among them."""
    answers = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "client_name": profile.client_name,
        "token_url": profile.login.token_url,
        "client_id": profile.login.client_id,
        "user_id": profile.user_id,
        "client_size": profile.client_size,
    }
    is_new = profile.name not in profile.known_profiles
    return LoginForm(secrets.token_hex(6), profile.name, is_new, answers, profile.sole_sender)


def fill_form(form: LoginForm, values: Mapping[str, str], secret: str, *, sole_sender: bool) -> bool:
    """Take what a person has typed; return whether it can be tried.

    Args:
        form: The form; its errors are replaced.
        values: Name of an answer → text.
        secret: The typed secret; "": the one that was typed before, or that is saved for the same login.
        sole_sender: Whether only this computer sends for the client.
    """
    form.errors, form.trial, form.problem, form.file, form.report = {}, None, None, None, None
    form.is_accepted = False
    form.answers = {name: values.get(name, "").strip() for name in ANSWERS}
    form.sole_sender = sole_sender
    form.secret = secret or form.secret
    for name in _CHECKED:
        if name == "client_id" and not form.answers["token_url"]:
            form.answers[name] = ""
        try:
            form.answers[name] = _check(form, name, form.answers[name])
        except SettingsError as error:
            form.errors[name] = error
    if form.secret and not form.errors:
        try:
            form.secret = _check(form, "secret", form.secret)
        except SettingsError as error:
            form.errors["secret"], form.secret = error, ""
    return not form.errors


def _check(form: LoginForm, name: str, text: str) -> str:
    if not text and (name in _REQUIRED or (name == "client_id" and form.answers["token_url"])):
        raise _missing()
    if name == "token_url" and "base_url" in form.errors:
        return text
    return check_answer(name, text, form.answers)


def check_profile_name(name: str, known: Collection[str]) -> str:
    """Return the name of a new profile; SettingsError for one of the `known`, or none that a command line can take."""
    name = name.strip()
    if not name or not name.isprintable() or name.startswith("-") or len(name) > MAX_NAME_CHARS:
        raise SettingsError(
            "profile-name",
            _("A profile needs a name of at most 100 characters, on one line"),
            _("Use a short name, for example that of the client"),
        )
    if name in known:
        raise SettingsError(
            "profile-exists",
            _("There is already a profile with this name"),
            _("Use another name, or edit that profile"),
        )
    return name


def try_form(form: LoginForm, context: Context, *, verify: bool = True, may_use_file: bool = False) -> None:
    """Try a login at ARM, and save it when ARM accepts it; the form has what happened.

    Args:
        form: The form, filled in.
        context: The profile as it is now, and the clock.
        verify: Whether to try it; False: it is saved without a test.
        may_use_file: Whether the person has agreed that the secret is kept in a file.
    """
    current = context.profile
    form.trial, form.problem = None, None
    form.secret = form.secret or _find_saved_secret(form, current)
    if not form.secret:
        form.errors["secret"] = _missing()
        return
    if verify:
        trial = try_login(replace(context, profile=build_profile(current, form.login_input)))
        if trial.error is not None or trial.found_nothing:
            form.trial = trial
            return
        form.is_accepted = True
    _save(form, current, may_use_file=may_use_file)


def _save(form: LoginForm, current: Profile, *, may_use_file: bool) -> None:
    def confirm_file(path: Path, reason: Text) -> bool:
        form.file, form.reason = (None, NO_TEXT) if may_use_file else (path, reason)
        return may_use_file

    try:
        form.report = store_login(current, form.login_input, confirm_file, checked=form.is_accepted)
    except SettingsError as error:
        form.problem = None if form.file else error
    else:
        form.secret = ""


def _find_saved_secret(form: LoginForm, current: Profile) -> str:
    """Return the secret that is saved for exactly this login; "" if there is none."""
    profile = build_profile(current, form.login_input)
    before, after = current.login, profile.login
    if profile.account != current.account or (before.token_url, before.client_id) != (after.token_url, after.client_id):
        return ""
    try:
        login = add_secret(profile, open_keyring).login
    except SettingsError:
        return ""
    return login.client_secret if login.by_client else login.token


def _missing() -> SettingsError:
    return SettingsError("answer-missing", _("This answer is missing"), _("Fill it in"))


class LoginForms:
    """The forms that are being filled in: in memory only, and only a few."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, LoginForm] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, form: LoginForm) -> None:
        """Keep a form; the oldest is forgotten, with its secret."""
        with self._lock:
            self._forms[form.id] = form
            self._forms.move_to_end(form.id)
            while len(self._forms) > _MAX_FORMS:
                self._forms.popitem(last=False)

    def find(self, name: str) -> LoginForm | None:
        """Return a form; None: it is not kept any more."""
        return self._forms.get(name)

    def forget(self, name: str) -> None:
        """Forget a form and its secret."""
        with self._lock:
            self._forms.pop(name, None)
