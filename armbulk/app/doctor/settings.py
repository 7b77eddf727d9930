"""Checks of the settings: the profile, the client, and the login before it is tried."""

from dataclasses import replace

from armbulk.app.doctor.check import CheckState, HealthCheck, hide_home, problem_of
from armbulk.app.login_secret import add_secret
from armbulk.context import Context
from armbulk.errors import SettingsError
from armbulk.i18n import Text, _, ngettext
from armbulk.model.environment import find_environment, name_environment
from armbulk.settings.config_file import read_default_profile
from armbulk.settings.keyring_secrets import KeyringSecrets
from armbulk.settings.profile import Profile

SETTINGS, _CLIENT, _LOGIN = _("Settings"), _("Client"), _("Login")
_PROFILE = ngettext(
    "profile {name}; {count} profile in {path}, default: {default}",
    "profile {name}; {count} profiles in {path}, default: {default}",
)
_PROFILE_FOR_SUPPORT = ngettext("{count} profile in {path}", "{count} profiles in {path}")
_SOURCES = {
    "environment": _("the environment"),
    "file": _("a file that only you can read"),
    "keyring": _("the keyring"),
}


def check_settings(profile: Profile, environ_names: list[str]) -> HealthCheck:
    """Return which profile is used, which there are, and which settings the environment has (names only)."""
    default, known = read_default_profile(profile.home), profile.known_profiles
    values = {"profile": profile.name, "profiles": list(known), "default": default, "environment": environ_names}
    if not known and "ARMBULK_BASE_URL" not in environ_names:
        remedy = _("Create one with: armbulk login")
        return HealthCheck(
            "settings", SETTINGS, CheckState.WARNING, _("There are no profiles yet"), remedy, values=values
        )
    path = hide_home(profile.home / "config.toml")
    summary = _PROFILE.fill(name=profile.name, count=len(known), path=path, default=default)
    mail: Text = _PROFILE_FOR_SUPPORT.fill(count=len(known), path=path)
    if environ_names:
        names = ", ".join(environ_names)
        summary, mail = (_("{summary}; environment: {names}", summary=text, names=names) for text in (summary, mail))
    return HealthCheck("settings", SETTINGS, CheckState.OK, summary, values=values, for_support=mail)


def check_client(profile: Profile) -> HealthCheck:
    """Return client and environment. The user ID is not shown."""
    address = profile.base_url
    environment = find_environment(address) if address else None
    values = {
        "client_no": profile.client_no,
        "environment": environment,
        "host": profile.account.origin if address else "",
        "size": profile.client_size,
        "user_id": "set" if profile.user_id else "missing",
        "sole_sender": profile.sole_sender,
    }
    if environment is None or not profile.client_no:
        return HealthCheck("client", _CLIENT, CheckState.SKIPPED, _("No client is set"), values=values)
    summary = _(
        "client {client}, {environment}, size {size}",
        client=profile.client_no,
        environment=name_environment(environment, address),
        size=profile.client_size,
    )
    return HealthCheck("client", _CLIENT, CheckState.OK, summary, values=values)


def check_login(context: Context) -> tuple[HealthCheck, Context | None]:
    """Return whether there is all that a login takes; and the context with the secret, None if something is missing."""
    profile = context.profile
    if not profile.base_url and not profile.client_no:
        return HealthCheck("login", _LOGIN, CheckState.SKIPPED, _("No client is set")), None
    source = "environment" if profile.login.token or profile.login.client_secret else "keyring"
    source = "file" if source == "keyring" and profile.secret_file else source
    try:
        complete = add_secret(profile, KeyringSecrets)
        complete.require_server()
    except SettingsError as error:
        return problem_of("login", _LOGIN, error, secret=None), None
    text = _("client ID and client secret, from {source}") if complete.login.by_client else _("token, from {source}")
    values = {"kind": "client" if complete.login.by_client else "token", "secret": source}
    check = HealthCheck("login", _LOGIN, CheckState.OK, text.fill(source=_SOURCES[source]), values=values)
    return check, replace(context, profile=complete)
