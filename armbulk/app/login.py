"""Log in and out: settings go to config.toml, the secret to the keyring; a test call checks them."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.arm.credentials import Login
from armbulk.context import Context, open_client
from armbulk.errors import SettingsError, Unfinished
from armbulk.i18n import _, join_texts
from armbulk.model.response import unreachable_error
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.settings import saved_profiles
from armbulk.settings.load import check_address, load_profile
from armbulk.settings.profile import Profile
from armbulk.settings.secrets import KeyringSecrets, SecretStore, make_secret_name, read_secret_file

_TEST_QUERY = {"pagesize": "5", "maximumcount": "5"}


@dataclass(frozen=True, slots=True)
class LoginInput:
    """What a person enters at `armbulk login`."""

    base_url: str
    client_no: str
    client_size: str
    token_url: str
    client_id: str
    user_id: str
    sole_sender: bool
    secret: str = field(repr=False)


def add_login(context: Context) -> Context:
    """Return the context with all it takes to call ARM, its secret from a file or the keyring if need be.

    Raises:
        SettingsError: Something is missing; it says what.
    """
    profile = add_secret(context.profile, KeyringSecrets())
    profile.require_server()
    return replace(context, profile=profile)


def add_secret(profile: Profile, secrets: SecretStore) -> Profile:
    """Take the secret from its file or the keyring where none is set; the environment goes first."""
    login = profile.login
    if login.token or login.client_secret or not (profile.base_url and profile.client_no):
        return profile
    secret = read_secret_file(profile.secret_file) if profile.secret_file else secrets.get(_secret_name(profile))
    return replace(profile, login=replace(login, **{"client_secret" if login.by_client else "token": secret or ""}))


def configured_secret(profile: Profile, *, by_client: bool) -> str:
    """Return the secret of the settings, or "": a client secret with `by_client`, otherwise a token.

    Raises:
        SettingsError: The secret's file cannot be read.
    """
    if profile.secret_file:
        return read_secret_file(profile.secret_file)
    return profile.login.client_secret if by_client else profile.login.token


def log_in(context: Context, login_input: LoginInput, dialog: Dialog, *, verify: bool) -> dict[str, Any]:
    """Try the login at ARM, then save it; return what was saved, as the JSON of `armbulk login` has it.

    Args:
        context: The profile as it is now, and the clock.
        login_input: What a person entered.
        dialog: Surrounds the question to ARM.
        verify: Whether to test the login in ARM first; a rejected one is not saved.

    Raises:
        SettingsError: The input is incomplete or cannot be saved.
        LoginError, ServerError, Unfinished: ARM rejected the login, or could not be called.
    """
    profile = build_profile(context.profile, login_input)
    profile.require_server()
    if verify:
        with dialog.asking() as progress:
            verify_login(replace(context, profile=profile), progress)
    path = save_profile(profile, KeyringSecrets())
    return {
        "profile": profile.name,
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "config": str(path),
        "secret": "file" if profile.secret_file else "keyring",
        "sole_sender": profile.sole_sender,
        "checked": verify,
    }


def build_profile(profile: Profile, login_input: LoginInput) -> Profile:
    """Return the profile as it would be with what was entered; SettingsError for an address that cannot be."""
    login = Login(
        token_url=check_address(login_input.token_url), client_id=login_input.client_id, ca_file=profile.login.ca_file
    )
    return replace(
        profile,
        base_url=check_address(login_input.base_url),
        client_no=login_input.client_no,
        client_size=login_input.client_size.upper(),
        user_id=login_input.user_id,
        sole_sender=login_input.sole_sender,
        login=replace(login, **{"client_secret" if login.by_client else "token": login_input.secret}),
    )


def verify_login(context: Context, progress: ReportProgress = lambda _: None) -> None:
    """Log in and ask ARM for five customers: one request, within the limits.

    Raises:
        LoginError: ARM refuses.
        ServerError: ARM cannot be reached.
        Unfinished: The limits leave no room for the request.
    """
    profile, store, client = context.profile, context.open_store(), open_client(context, progress)
    limited = RateLimitedClient(store, client, context.clock, profile.account, profile.limits)
    try:
        call = partial(client.read_page, "customers", _TEST_QUERY)
        result = limited.get(call, 5, lambda page: len(page.records) if page else 0)
    finally:
        client.close()
        store.close()
    if isinstance(result, CallFailed):
        raise unreachable_error(result.response)
    if isinstance(result, RateLimited):
        raise Unfinished(
            "limit",
            _("The login cannot be tested now: your ARM limits are used up"),
            _("Use --no-check to save without testing"),
        )


def save_profile(profile: Profile, secrets: SecretStore) -> Path:
    """Write the profile to config.toml, its secret to the keyring unless it is in a file; return the settings' file.

    The settings are written even where there is no keyring: SettingsError then says what to do with the secret. One
    that the profile had for another address or client is removed.
    """
    login, old_name = profile.login, _secret_name(_stored_profile(profile))
    settings: dict[str, str | bool] = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "client_size": profile.client_size,
        "user_id": profile.user_id,
        "token_url": login.token_url,
        "client_id": login.client_id,
        "ca_file": str(Path(login.ca_file).absolute()) if login.ca_file else "",
        "secret_file": profile.secret_file,
        "sole_sender": profile.sole_sender,
    }
    path = saved_profiles.save_settings(profile.home, profile.name, settings)
    new_name = "" if profile.secret_file else _secret_name(profile)
    try:
        if new_name:
            secrets.put(new_name, login.client_secret or login.token)
        if old_name != new_name:
            secrets.drop(old_name)
    except SettingsError as error:
        error.hint = join_texts(_("The settings are saved in {path}.", path=path), error.hint)
        raise
    return path


def log_out(profile: Profile) -> bool:
    """Remove the secret of the profile, as config.toml has it, from the keyring; return whether there was one."""
    return KeyringSecrets().drop(_secret_name(_stored_profile(profile)))


def list_profiles(current: Profile) -> list[dict[str, Any]]:
    """Return the profiles of config.toml, and whether each has a secret (None if the keyring is unavailable)."""
    keyring = KeyringSecrets()
    entries: list[dict[str, Any]] = []
    answers = True  # do not wait again for a keyring that does not respond
    for name in saved_profiles.list_profile_names(current.home):
        profile = load_profile({"ARMBULK_HOME": str(current.home)}, name)
        secret = None
        try:
            secret = bool(profile.secret_file) or (keyring.get(_secret_name(profile)) is not None if answers else None)
        except SettingsError:
            answers = False
        entries.append(
            {
                "profile": name,
                "base_url": profile.base_url,
                "client_no": profile.client_no,
                "size": profile.client_size,
                "secret": secret,
                "active": name == current.name,
            }
        )
    return entries


def _secret_name(profile: Profile) -> str:
    """Return the name of the profile's secret in the keyring."""
    return make_secret_name(profile.name, profile.account, profile.login.token_url, profile.login.client_id)


def _stored_profile(profile: Profile) -> Profile:
    """Return the profile as config.toml has it, whatever the environment says."""
    return load_profile({"ARMBULK_HOME": str(profile.home)}, profile.name, new=True)
