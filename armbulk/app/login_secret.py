"""The login of a call to ARM: its secret is set, in a file, or in the keyring."""

from collections.abc import Callable
from dataclasses import replace

from armbulk.context import Context
from armbulk.settings.profile import Profile
from armbulk.settings.secrets import SecretStore, make_secret_name, read_secret_file


def add_login(context: Context) -> Context:
    """Return the context with all it takes to call ARM, its secret from a file or the keyring if need be.

    Raises:
        SettingsError: Something is missing; it says what.
    """
    profile = add_secret(context.profile, open_keyring)
    profile.require_server()
    return replace(context, profile=profile)


def open_keyring() -> SecretStore:
    """Return the keyring; most calls of armbulk do not need it, or what it loads."""
    from armbulk.settings.keyring_secrets import KeyringSecrets  # noqa: PLC0415 - it loads more than the call itself

    return KeyringSecrets()


def add_secret(profile: Profile, open_keyring: Callable[[], SecretStore]) -> Profile:
    """Take the secret from its file or the keyring where none is set; the environment goes first."""
    login = profile.login
    if login.token or login.client_secret or not (profile.base_url and profile.client_no):
        return profile
    secret = read_secret_file(profile.secret_file) if profile.secret_file else open_keyring().get(name_secret(profile))
    return replace(profile, login=replace(login, **{"client_secret" if login.by_client else "token": secret or ""}))


def name_secret(profile: Profile) -> str:
    """Return the name of the profile's secret in the keyring."""
    return make_secret_name(profile.name, profile.account, profile.login.token_url, profile.login.client_id)
