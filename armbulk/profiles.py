"""Logging in and out: settings go to config.toml, the secret to the keyring; ARM is asked whether they are right."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from armbulk.core.answers import Reply
from armbulk.core.listings import read_page
from armbulk.edges import profiles
from armbulk.edges.arm import unreachable
from armbulk.edges.config import Profile, load
from armbulk.edges.vault import Vault, name_of
from armbulk.errors import SettingsError, Unfinished
from armbulk.importing import Bench, arm_of
from armbulk.metered import Failed, Held, Metered

_TRY = {"pagesize": "5", "maximumcount": "5"}


@dataclass(frozen=True, slots=True)
class Given:
    """What the user said at `armbulk login`."""

    base_url: str
    client_no: str
    client_size: str
    token_url: str
    client_id: str
    user_id: str
    secret: str


def with_secret(profile: Profile, vault: Vault) -> Profile:
    """Take the secret from the keyring where none is set; the environment goes first."""
    login = profile.login
    if login.token or login.client_secret or not (profile.base_url and profile.client_no):
        return profile
    secret = vault.get(name_of(profile.name, profile.account)) or ""
    by_client = bool(login.token_url and login.client_id)
    return replace(profile, login=replace(login, **{"client_secret" if by_client else "token": secret}))


def as_profile(profile: Profile, given: Given) -> Profile:
    """The profile as it would be with what was given; SettingsError for what cannot be."""
    said = {
        "base_url": given.base_url,
        "client_no": given.client_no,
        "client_size": given.client_size,
        "token_url": given.token_url,
        "client_id": given.client_id,
        "user_id": given.user_id,
        "client_secret" if given.token_url and given.client_id else "token": given.secret,
        "ca_file": profile.login.ca_file,
    }
    return replace(load({"ARMBULK_HOME": str(profile.home)}, None, said), name=profile.name, home=profile.home)


def try_out(bench: Bench) -> None:
    """Log in and ask ARM for five customers: one request, within the meters. Raises what is wrong."""
    profile, store, arm = bench.profile, bench.store(), arm_of(bench)
    metered = Metered(store, arm, bench.clock, profile.account, profile.limits)
    try:
        found = metered.look(partial(arm.list_page, "customers", _TRY), 5, _count)
    finally:
        arm.close()
        store.close()
    if isinstance(found, Failed):
        raise unreachable(found.reply)
    if isinstance(found, Held):
        raise Unfinished("limit", "ARM's limits leave no room to try the login now", "Use --no-check")


def _count(reply: Reply) -> int:
    page = read_page(reply)
    return len(page.records) if page else 0


def keep(profile: Profile, vault: Vault) -> str:
    """Write the profile down, its secret into the keyring; return where the settings went.

    The settings are written even where there is no keyring: SettingsError then says what to do with the secret.
    """
    login = profile.login
    said = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "client_size": profile.client_size,
        "user_id": profile.user_id,
        "token_url": login.token_url,
        "client_id": login.client_id,
        "ca_file": login.ca_file,
    }
    path = profiles.save(profile.home, profile.name, {name: value for name, value in said.items() if value})
    try:
        vault.put(name_of(profile.name, profile.account), login.client_secret or login.token)
    except SettingsError as error:
        error.hint = f"The settings are in {path}. {error.hint}"
        raise
    return str(path)


def forget(profile: Profile, vault: Vault) -> bool:
    """Take the profile's secret out of the keyring; whether there was one."""
    return vault.drop(name_of(profile.name, profile.account))


def known(current: Profile, vault: Vault) -> list[dict[str, Any]]:
    """The profiles of config.toml, and whether each has a secret (None where the keyring cannot be asked)."""
    found = []
    for name in profiles.names(current.home):
        one = load({"ARMBULK_HOME": str(current.home)}, name)
        try:
            secret = vault.get(name_of(name, one.account)) is not None
        except SettingsError:
            secret = None
        said = {"base_url": one.base_url, "client_no": one.client_no, "size": one.client_size}
        found.append({"profile": name, **said, "secret": secret, "active": name == current.name})
    return found
