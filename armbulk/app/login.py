"""Logging in and out: settings go to config.toml, the secret to the keyring; ARM is asked whether they are right."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from armbulk.arm.credentials import Login
from armbulk.context import Context, connect
from armbulk.errors import SettingsError, Unfinished
from armbulk.model.response import unreachable_error
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.settings import profiles
from armbulk.settings.load import Profile, address, load_profile
from armbulk.settings.secrets import SecretStore, name_of, read_secret_file

_TRY = {"pagesize": "5", "maximumcount": "5"}


@dataclass(frozen=True, slots=True)
class LoginInput:
    """What the user said at `armbulk login`."""

    base_url: str
    client_no: str
    client_size: str
    token_url: str
    client_id: str
    user_id: str
    secret: str = field(repr=False)


def with_secret(profile: Profile, vault: SecretStore) -> Profile:
    """Take the secret from its file or the keyring where none is set; the environment goes first."""
    login = profile.login
    if login.token or login.client_secret or not (profile.base_url and profile.client_no):
        return profile
    secret = read_secret_file(profile.secret_file) if profile.secret_file else vault.get(_entry(profile))
    return replace(profile, login=replace(login, **{"client_secret" if login.by_client else "token": secret or ""}))


def as_profile(profile: Profile, given: LoginInput) -> Profile:
    """The profile as it would be with what was given; SettingsError for what cannot be."""
    login = Login(token_url=address(given.token_url), client_id=given.client_id, ca_file=profile.login.ca_file)
    return replace(
        profile,
        base_url=address(given.base_url),
        client_no=given.client_no,
        client_size=given.client_size.upper(),
        user_id=given.user_id,
        login=replace(login, **{"client_secret" if login.by_client else "token": given.secret}),
    )


def _entry(profile: Profile) -> str:
    """The name of the profile's secret in the keyring."""
    return name_of(profile.name, profile.account, profile.login.token_url, profile.login.client_id)


def _written(profile: Profile) -> Profile:
    """The profile as config.toml has it, whatever the environment says."""
    return load_profile({"ARMBULK_HOME": str(profile.home)}, profile.name, new=True)


def verify_login(bench: Context) -> None:
    """Log in and ask ARM for five customers: one request, within the meters. Raises what is wrong."""
    profile, store, arm = bench.profile, bench.store(), connect(bench)
    metered = RateLimitedClient(store, arm, bench.clock, profile.account, profile.limits)
    try:
        found = metered.get(partial(arm.read_page, "customers", _TRY), 5, lambda page: len(page.records) if page else 0)
    finally:
        arm.close()
        store.close()
    if isinstance(found, CallFailed):
        raise unreachable_error(found.response)
    if isinstance(found, RateLimited):
        raise Unfinished("limit", "ARM's limits leave no room to try the login now", "Use --no-check")


def save_profile(profile: Profile, vault: SecretStore) -> str:
    """Write the profile down, its secret into the keyring unless it stands in a file; return where the settings went.

    The settings are written even where there is no keyring: SettingsError then says what to do with the secret. One
    that the profile had for another address or client is taken out.
    """
    login, before = profile.login, _entry(_written(profile))
    said = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "client_size": profile.client_size,
        "user_id": profile.user_id,
        "token_url": login.token_url,
        "client_id": login.client_id,
        "ca_file": str(Path(login.ca_file).absolute()) if login.ca_file else "",
        "secret_file": profile.secret_file,
    }
    path = profiles.save(profile.home, profile.name, said)
    now = "" if profile.secret_file else _entry(profile)
    try:
        if now:
            vault.put(now, login.client_secret or login.token)
        if before != now:
            vault.drop(before)
    except SettingsError as error:
        error.hint = f"The settings are in {path}. {error.hint}"
        raise
    return str(path)


def remove_profile(profile: Profile, vault: SecretStore) -> bool:
    """Take the secret of the profile, as config.toml has it, out of the keyring; whether there was one."""
    return vault.drop(_entry(_written(profile)))


def list_profiles(current: Profile, vault: SecretStore) -> list[dict[str, Any]]:
    """The profiles of config.toml, and whether each has a secret (None where the keyring cannot be asked)."""
    found: list[dict[str, Any]] = []
    answers = True  # a keyring that is silent once is not waited for again
    for name in profiles.names(current.home):
        one = load_profile({"ARMBULK_HOME": str(current.home)}, name)
        secret = None
        try:
            secret = bool(one.secret_file) or (vault.get(_entry(one)) is not None if answers else None)
        except SettingsError:
            answers = False
        said = {"base_url": one.base_url, "client_no": one.client_no, "size": one.client_size}
        found.append({"profile": name, **said, "secret": secret, "active": name == current.name})
    return found
