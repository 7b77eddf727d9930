"""The key of the page: whoever has it may use armbulk in the browser. It is kept in armbulk's folder."""

import os
import secrets
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _

_NAME = "web-key"
_BYTES = 32


def read_web_key(home: Path, *, renew: bool = False) -> str:
    """Return the key of this computer's page; it is the same after a restart, so that bookmarks work.

    The file can be read by its owner alone.

    Args:
        home: armbulk's folder.
        renew: whether there is a new key: every browser has to open the printed address again.

    Raises:
        FileError: the key cannot be read or written.
    """
    path = home / _NAME
    try:
        key = "" if renew or not path.exists() else path.read_text(encoding="ascii").strip()
        return key or _write_key(path)
    except (OSError, UnicodeError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
        raise FileError(
            "web-key",
            _("The key of the page cannot be kept in {path}: {reason}", path=path, reason=reason),
            _("Check the permissions of this folder, or use `armbulk web --new-key`"),
        ) from None


def _write_key(path: Path) -> str:
    """Write a new key in place of the old one: a reader sees one of them, complete."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(_BYTES)
    temporary = path.with_name(f"{_NAME}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
        file.write(f"{key}\n")
    temporary.replace(path)
    return key
