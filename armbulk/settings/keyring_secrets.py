"""Secrets in the machine's keyring: Windows Credential Manager, macOS Keychain, Secret Service.

Windows stores 1,280 characters in one entry; longer secrets are split into numbered parts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import keyring
from keyring.errors import KeyringError, NoKeyringError

from armbulk.errors import SettingsError
from armbulk.i18n import _

SERVICE = "armbulk"
KEYRING_TIMEOUT = 3.0
"""Seconds after which a keyring that does not answer is unusable."""

_PART_CHARS = 1_000
_PARTS_PREFIX = "armbulk-parts:"
_NO_KEYRINGS = {"fail", "null"}
_ALTERNATIVES = _(
    "Use --secret-file FILE (a file only you can read), or set ARMBULK_CLIENT_SECRET or "
    "ARMBULK_TOKEN in the environment"
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class KeyringSecrets:
    """The machine's keyring. SettingsError when there is none, it is locked, or it does not answer."""

    timeout: float = KEYRING_TIMEOUT

    def get(self, name: str) -> str | None:
        """Return the secret; None if it is missing, or there is no keyring."""
        try:
            return self._run_with_timeout(lambda: _read(name))
        except NoKeyringError:
            return None

    def put(self, name: str, secret: str) -> None:
        """Store a secret."""
        try:
            self._run_with_timeout(lambda: _write(name, secret))
        except NoKeyringError:
            raise SettingsError("no-keyring", _("This computer has no keyring for the secret"), _ALTERNATIVES) from None

    def backend(self) -> str:
        """Return the name of the keyring; "" if there is none."""
        return self._run_with_timeout(_name_backend)

    def drop(self, name: str) -> bool:
        """Delete a secret, and return whether there was one."""
        try:
            return self._run_with_timeout(lambda: _forget(name))
        except NoKeyringError:
            return False

    def _run_with_timeout(self, call: Callable[[], _T]) -> _T:
        """Call the keyring in a thread of its own: it may wait forever for a prompt that is not visible."""
        results: list[_T] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001 - a keyring's backend may raise anything
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join(self.timeout)
        if results:
            return results[0]
        if errors and isinstance(errors[0], NoKeyringError):
            raise errors[0]
        if not errors:
            raise SettingsError("keyring-silent", _("The keyring does not respond. It may be locked."), _ALTERNATIVES)
        name = type(errors[0]).__name__
        if isinstance(errors[0], KeyringError):
            raise SettingsError("keyring-refused", _("The keyring denied access ({name})", name=name), _ALTERNATIVES)
        raise SettingsError("keyring-failed", _("The keyring failed ({name})", name=name), _ALTERNATIVES)


def _name_backend() -> str:
    backend = keyring.get_keyring()
    module = type(backend).__module__.removeprefix("keyring.backends.")
    return "" if module in _NO_KEYRINGS else f"{module}.{type(backend).__name__}"


def _read(name: str) -> str | None:
    entry = keyring.get_password(SERVICE, name)
    if entry is None or not entry.startswith(_PARTS_PREFIX):
        return entry
    parts = [keyring.get_password(SERVICE, part_name) for part_name in _part_names(name, entry)]
    return None if None in parts else "".join(part or "" for part in parts)


def _write(name: str, secret: str) -> None:
    _forget(name)
    parts = [secret[start : start + _PART_CHARS] for start in range(0, len(secret), _PART_CHARS)]
    if len(parts) == 1 and not secret.startswith(_PARTS_PREFIX):
        keyring.set_password(SERVICE, name, secret)
        return
    entry = f"{_PARTS_PREFIX}{len(parts)}"
    for part_name, part in zip(_part_names(name, entry), parts, strict=True):
        keyring.set_password(SERVICE, part_name, part)
    keyring.set_password(SERVICE, name, entry)


def _forget(name: str) -> bool:
    entry = keyring.get_password(SERVICE, name)
    if entry is None:
        return False
    if entry.startswith(_PARTS_PREFIX):
        for part_name in _part_names(name, entry):
            if keyring.get_password(SERVICE, part_name) is not None:
                keyring.delete_password(SERVICE, part_name)
    keyring.delete_password(SERVICE, name)
    return True


def _part_names(name: str, entry: str) -> list[str]:
    """Return the names of a secret's parts; `entry` has their number."""
    return [f"{name} #{number}" for number in range(1, int(entry.removeprefix(_PARTS_PREFIX)) + 1)]
