"""Log in and out: settings go to config.toml, the secret to the keyring; a test call checks them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from armbulk.app.dialog import Dialog
from armbulk.app.login_secret import name_secret
from armbulk.app.login_trial import verify_login
from armbulk.arm.credentials import Login
from armbulk.context import Context
from armbulk.errors import SettingsError, describe_os_error
from armbulk.i18n import NO_TEXT, Text, _, join_texts
from armbulk.model.environment import find_environment
from armbulk.settings import saved_profiles
from armbulk.settings.config_file import list_profile_names, read_default_profile, read_profile
from armbulk.settings.keyring_secrets import KeyringSecrets
from armbulk.settings.load import check_address, load_profile
from armbulk.settings.profile import Profile
from armbulk.settings.secrets import SecretStore, read_secret_file, write_secret_file


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
    client_name: str = ""


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
    return save_login(context.profile, login_input, checked=verify)


def save_login(current: Profile, login_input: LoginInput, *, checked: bool) -> dict[str, Any]:
    """Save a login; return what was saved, as the JSON of `armbulk login` has it. The first profile is the default.

    Args:
        current: The profile as it is now.
        login_input: What a person entered.
        checked: Whether ARM has accepted it.

    Raises:
        SettingsError: It cannot be saved. With a keyring's error the settings are saved, and the secret is not.
    """
    profile = build_profile(current, login_input)
    is_first = not [name for name in list_profile_names(profile.home) if name != profile.name]
    if is_first and profile.name != read_default_profile(profile.home):
        saved_profiles.save_default_profile(profile.home, profile.name)
    path = save_profile(profile, KeyringSecrets())
    return {
        "profile": profile.name,
        "default": profile.name == read_default_profile(profile.home),
        "base_url": profile.base_url,
        "environment": find_environment(profile.base_url),
        "client_no": profile.client_no,
        "config": str(path),
        "secret": "file" if profile.secret_file else "keyring",
        "secret_file": profile.secret_file or None,
        "sole_sender": profile.sole_sender,
        "checked": checked,
    }


def store_login(
    profile: Profile, login_input: LoginInput, confirm_file: Callable[[Path, Text], bool], *, checked: bool
) -> dict[str, Any]:
    """Save a login as `save_login` does; ask before its secret goes into a file.

    Args:
        profile: The profile as it is now.
        login_input: What a person entered.
        confirm_file: Takes the path of the file and why there is no keyring ("" where a file has another secret);
            returns whether the secret goes into it.
        checked: Whether ARM has accepted it.

    Raises:
        SettingsError: It cannot be saved, or the file was not confirmed.
    """
    path = Path(profile.secret_file) if profile.secret_file else find_secret_file(profile)
    if not has_other_secret(profile, login_input.secret):
        try:
            return save_login(profile, login_input, checked=checked)
        except SettingsError as error:
            if "keyring" not in error.code or not confirm_file(path, error.message):
                raise
    elif path != find_secret_file(profile) and not confirm_file(path, NO_TEXT):
        raise SettingsError("not-saved", _("Nothing was saved"), _("Run `armbulk login` again"))
    return keep_in_file(profile, login_input, path, checked=checked)


def build_profile(profile: Profile, login_input: LoginInput) -> Profile:
    """Return the profile as it would be with what was entered; SettingsError for an address that cannot be."""
    login = Login(
        token_url=check_address(login_input.token_url), client_id=login_input.client_id, ca_file=profile.login.ca_file
    )
    return replace(
        profile,
        base_url=check_address(login_input.base_url),
        client_no=login_input.client_no,
        client_name=login_input.client_name,
        client_size=login_input.client_size.upper(),
        user_id=login_input.user_id,
        sole_sender=login_input.sole_sender,
        login=replace(login, **{"client_secret" if login.by_client else "token": login_input.secret}),
    )


def save_profile(profile: Profile, secrets: SecretStore) -> Path:
    """Write the profile to config.toml, its secret to the keyring unless it is in a file; return the settings' file.

    The settings are written even where there is no keyring: SettingsError then says what to do with the secret. One
    that the profile had for another address or client is removed.
    """
    login, old_name = profile.login, name_secret(_stored_profile(profile))
    settings: dict[str, str | bool] = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "client_name": profile.client_name,
        "client_size": profile.client_size,
        "user_id": profile.user_id,
        "token_url": login.token_url,
        "client_id": login.client_id,
        "ca_file": str(Path(login.ca_file).absolute()) if login.ca_file else "",
        "secret_file": profile.secret_file,
        "sole_sender": profile.sole_sender,
    }
    path = saved_profiles.save_settings(profile.home, profile.name, settings)
    new_name = "" if profile.secret_file else name_secret(profile)
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
    return KeyringSecrets().drop(name_secret(_stored_profile(profile)))


def keep_in_file(current: Profile, login_input: LoginInput, path: Path, *, checked: bool) -> dict[str, Any]:
    """Save a login with its secret in a file that only its owner can read; otherwise as `save_login`.

    Raises:
        SettingsError: The file, or the settings, cannot be written.
    """
    try:
        write_secret_file(path, login_input.secret)
    except OSError as error:
        raise SettingsError(
            "secret-file-unwritable",
            _("{path} cannot be written: {reason}", path=path, reason=describe_os_error(error)),
            _("Check that you may write in its folder"),
        ) from None
    return save_login(replace(current, secret_file=str(path)), login_input, checked=checked)


def find_secret_file(profile: Profile) -> Path:
    """Return the file in which armbulk keeps a profile's secret on a computer without a keyring: one for each name."""
    name = re.sub(r"[^a-z0-9-]", "_", profile.name.lower())
    if name != profile.name:  # two names may become the same one
        name = f"{name}-{sha256(profile.name.encode()).hexdigest()[:8]}"
    return profile.home.absolute() / "secrets" / f"{name}.txt"


def has_other_secret(profile: Profile, secret: str) -> bool:
    """Return whether the profile's secret is in a file, and the file has another one, or none that can be read."""
    if not profile.secret_file:
        return False
    try:
        return read_secret_file(profile.secret_file) != secret
    except SettingsError:
        return True


def choose_default(profile: Profile, name: str) -> None:
    """Make a profile of config.toml the default one; SettingsError if there is none of this name."""
    read_profile(profile.home, name, must_exist=True)
    saved_profiles.save_default_profile(profile.home, name)


def list_profiles(current: Profile) -> list[dict[str, Any]]:
    """Return the profiles of config.toml, and whether each has a secret (None if the keyring is unavailable)."""
    keyring = KeyringSecrets()
    entries: list[dict[str, Any]] = []
    default = read_default_profile(current.home)
    answers = True  # do not wait again for a keyring that does not respond
    for name in list_profile_names(current.home):
        profile = load_profile({"ARMBULK_HOME": str(current.home)}, name)
        secret = None
        try:
            secret = bool(profile.secret_file) or (keyring.get(name_secret(profile)) is not None if answers else None)
        except SettingsError:
            answers = False
        entries.append(
            {
                "profile": name,
                "base_url": profile.base_url,
                "client_no": profile.client_no,
                "size": profile.client_size,
                "secret": secret,
                "environment": find_environment(profile.base_url) if profile.base_url else None,
                "default": name == default,
                "active": name == current.name,
            }
        )
    return entries


def _stored_profile(profile: Profile) -> Profile:
    """Return the profile as config.toml has it, whatever the environment says."""
    return load_profile({"ARMBULK_HOME": str(profile.home)}, profile.name, new=True)
