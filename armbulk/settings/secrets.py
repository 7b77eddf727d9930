"""Secrets in the machine's own keyring: Windows Credential Manager, macOS Keychain, Secret Service.

A secret is stored for a profile *and* where it goes: origin, client number, and the address that gives tokens. One
stored for staging is never used for production, and a ready token is never sent off as a client's secret. Windows
takes 1,280 characters in one entry; longer secrets are cut into numbered parts.

Machines without a keyring have the environment, or a file that is its owner's alone (`--secret-file`).
"""

import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import keyring
from keyring.errors import KeyringError, NoKeyringError

from armbulk.errors import SettingsError
from armbulk.quota.limits import Account

SERVICE = "armbulk"
KEYRING_TIMEOUT = 3.0
"""Seconds until a keyring that does not answer counts as unusable."""

_PART = 1_000
_CUT = "armbulk-parts:"
_LONGEST = 65_536
_INSTEAD = (
    "Set ARMBULK_CLIENT_SECRET or ARMBULK_TOKEN in the environment instead, or give --secret-file FILE (one that only "
    "you can read): both go before the keyring"
)

_T = TypeVar("_T")


class SecretStore(Protocol):
    """Keeps one secret for a name."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None."""

    def put(self, name: str, secret: str) -> None:
        """Keep a secret."""

    def drop(self, name: str) -> bool:
        """Forget a secret; whether there was one."""


def secret_name(profile: str, account: Account, token_url: str = "", client_id: str = "") -> str:
    """The name a secret is kept under: a ready token's, or with both of the latter a client secret's."""
    via = f" via {token_url} as {client_id}" if token_url and client_id else ""
    return f"{profile} {account.origin} {account.client_no}{via}"


def read_secret_file(path: str) -> str:
    """The secret in a file that nobody but its owner can read; SettingsError for any other file."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - /dev/fd/3 is opened as it is named
            facts = os.fstat(file.fileno())
            if os.name == "posix" and (stat.S_IMODE(facts.st_mode) & 0o077 or facts.st_uid not in {os.geteuid(), 0}):
                raise SettingsError(
                    "secret-file-open", f"{path} holds a secret and can be read by others", f"chmod 600 {path}"
                )
            secret = file.read(_LONGEST).strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError("secret-file-unreadable", f"{path} cannot be read: {why}", "Check --secret-file") from None
    if not secret:
        raise SettingsError("secret-file-empty", f"{path} is empty", "Write the client secret, or the token, into it")
    return secret


@dataclass(frozen=True, slots=True)
class KeyringSecrets:
    """The machine's keyring. SettingsError when there is none, it is locked, or it does not answer."""

    timeout: float = KEYRING_TIMEOUT

    def get(self, name: str) -> str | None:
        """Return the secret; None where there is none, or no keyring at all."""
        try:
            return self._within(lambda: _read(name))
        except NoKeyringError:
            return None

    def put(self, name: str, secret: str) -> None:
        """Keep a secret."""
        try:
            self._within(lambda: _write(name, secret))
        except NoKeyringError:
            raise SettingsError("no-keyring", "This machine has no keyring to keep the secret in", _INSTEAD) from None

    def drop(self, name: str) -> bool:
        """Forget a secret; whether there was one."""
        try:
            return self._within(lambda: _forget(name))
        except NoKeyringError:
            return False

    def _within(self, call: Callable[[], _T]) -> _T:
        """Ask the keyring in a thread of its own: one that waits for a prompt nobody sees must not stop us."""
        done: list[_T] = []
        failed: list[BaseException] = []

        def ask() -> None:
            try:
                done.append(call())
            except Exception as error:  # noqa: BLE001 - whatever a keyring's own code raises
                failed.append(error)

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        thread.join(self.timeout)
        if done:
            return done[0]
        if failed and isinstance(failed[0], NoKeyringError):
            raise failed[0]
        if not failed:
            raise SettingsError("keyring-silent", "The keyring does not answer (is it locked?)", _INSTEAD)
        kind = "refused" if isinstance(failed[0], KeyringError) else "failed"
        raise SettingsError(f"keyring-{kind}", f"The keyring {kind}: {type(failed[0]).__name__}", _INSTEAD)


def _read(name: str) -> str | None:
    found = keyring.get_password(SERVICE, name)
    if found is None or not found.startswith(_CUT):
        return found
    parts = [keyring.get_password(SERVICE, f"{name} #{n}") for n in range(1, int(found.removeprefix(_CUT)) + 1)]
    return None if None in parts else "".join(part or "" for part in parts)


def _write(name: str, secret: str) -> None:
    _forget(name)
    parts = [secret[at : at + _PART] for at in range(0, len(secret), _PART)]
    if len(parts) == 1 and not secret.startswith(_CUT):
        keyring.set_password(SERVICE, name, secret)
        return
    for number, part in enumerate(parts, start=1):
        keyring.set_password(SERVICE, f"{name} #{number}", part)
    keyring.set_password(SERVICE, name, f"{_CUT}{len(parts)}")


def _forget(name: str) -> bool:
    found = keyring.get_password(SERVICE, name)
    if found is None:
        return False
    if found.startswith(_CUT):
        for number in range(1, int(found.removeprefix(_CUT)) + 1):
            if keyring.get_password(SERVICE, f"{name} #{number}") is not None:
                keyring.delete_password(SERVICE, f"{name} #{number}")
    keyring.delete_password(SERVICE, name)
    return True
