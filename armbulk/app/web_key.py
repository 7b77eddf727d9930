"""The key of the page: whoever has it may use armbulk in the browser. It is kept in armbulk's folder."""

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _

_NAME = "web-key"
_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


def read_web_key(home: Path, *, renew: bool = False) -> str:
    """Return the key of this computer's page; it is the same after a restart, so that bookmarks work.

    The file can be read by its owner alone; a file that others could read is replaced by a new key.

    Args:
        home: armbulk's folder.
        renew: whether there is a new key: every browser has to open the printed address again.

    Raises:
        FileError: the key cannot be read or written.
    """
    path = home / _NAME
    try:
        return (not renew and _find_key(path)) or _write_key(path, renew=renew)
    except OSError as error:
        raise FileError(
            "web-key",
            _("The key of the page cannot be kept in {path}: {reason}", path=path, reason=describe_os_error(error)),
            _("Check the permissions of this folder, or use `armbulk web --new-key`"),
        ) from None


def _find_key(path: Path) -> str:
    """Return the key that is kept; "": there is none, it is damaged, or others could read or place it."""
    with suppress(FileNotFoundError):
        facts = path.lstat()
        is_shared = os.name == "posix" and facts.st_mode & 0o077
        if stat.S_ISREG(facts.st_mode) and not is_shared:
            key = path.read_text(encoding="ascii", errors="replace").strip()
            return key if _KEY.fullmatch(key) else ""
    return ""


def _write_key(path: Path, *, renew: bool) -> str:
    """Write a new key; a reader sees the old one or the new one, complete. Return the key that is kept.

    Of two servers that start at once, one writes the key, and the other uses it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = secrets.token_urlsafe(_BYTES)
    temporary = path.with_name(f"{_NAME}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(f"{key}\n")
        with suppress(OSError):  # this disk has no links: the key is replaced
            if not renew:
                os.link(temporary, path)
        kept = "" if renew else _find_key(path)
        if not kept:
            temporary.replace(path)
        return kept or key
    finally:
        temporary.unlink(missing_ok=True)
