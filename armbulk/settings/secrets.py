"""Secrets: where they are stored, their names there, and files that only their owner can read.

A secret is stored for a profile and for where it is sent: origin, client number, and the address that issues tokens.
One stored for staging is never used for production, and a token is never sent as a client secret.

Secrets are in the machine's keyring (`keyring_secrets`). Machines without one use the environment, or a file
(`--secret-file`).
"""

import os
import stat
from pathlib import Path
from typing import Protocol

from armbulk.errors import SettingsError, describe_os_error
from armbulk.i18n import _
from armbulk.quota.limits import Account

_MAX_SECRET_CHARS = 65_536


class SecretStore(Protocol):
    """Stores one secret per name."""

    def get(self, name: str) -> str | None:
        """Return the secret, or None."""

    def put(self, name: str, secret: str) -> None:
        """Store a secret."""

    def drop(self, name: str) -> bool:
        """Delete a secret, and return whether there was one."""


def make_secret_name(profile: str, account: Account, token_url: str = "", client_id: str = "") -> str:
    """Return the name a secret is stored under: of a token, or, with the last two arguments, of a client secret."""
    via = f" via {token_url} as {client_id}" if token_url and client_id else ""
    return f"{profile} {account.origin} {account.client_no}{via}"


def read_secret_file(path: str) -> str:
    """Return the secret in a file that only its owner can read; SettingsError for any other file."""
    try:
        # /dev/fd/3 is opened as it is named; editors and PowerShell may begin a file with a byte order mark
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123
            status = os.fstat(file.fileno())
            if os.name == "posix" and (stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid not in {os.geteuid(), 0}):
                raise SettingsError(
                    "secret-file-open",
                    _("{path} contains a secret, but other users can read it", path=path),
                    _("Run: chmod 600 {path}", path=path),
                )
            secret = file.read(_MAX_SECRET_CHARS).strip()
    except (OSError, ValueError) as error:
        reason = describe_os_error(error)
        raise SettingsError(
            "secret-file-unreadable",
            _("{path} cannot be read: {reason}", path=path, reason=reason),
            _("Check --secret-file or the setting secret_file"),
        ) from None
    if not secret:
        raise SettingsError(
            "secret-file-empty",
            _("{path} is empty", path=path),
            _("Write the client secret or the token into the file"),
        )
    return secret


def write_secret_file(path: Path, secret: str) -> None:
    """Write a secret into a file that only its owner can read, in a folder of the same kind.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, 0o600)
        file.write(f"{secret}\n")
