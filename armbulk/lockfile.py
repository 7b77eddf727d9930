"""Who has a workbook open, from the lock files that Excel and LibreOffice put beside it."""

from pathlib import Path

_EXCEL_BYTES = 165  # a length, the name in the machine's code page, and from byte 55 the same in UTF-16
_UTF_16_OFFSET = 55
_MAX_BYTES = 4096
_MAX_NAME_CHARS = 54


def read_lock_owner(path: Path) -> str | None:
    """Return the name of the user who has the workbook open, "" if it cannot be read; None if no one has."""
    lock_files = ((f"~${path.name}", _read_excel_name), (f".~lock.{path.name}#", _read_libreoffice_name))
    for lock_name, read_name in lock_files:
        try:
            with path.with_name(lock_name).open("rb") as stream:
                return _clean_name(read_name(stream.read(_MAX_BYTES)))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return ""
    return None


def _read_excel_name(content: bytes) -> str:
    if len(content) != _EXCEL_BYTES:
        return ""
    length = int.from_bytes(content[_UTF_16_OFFSET : _UTF_16_OFFSET + 2], "little")
    if 0 < length <= _MAX_NAME_CHARS:
        return content[_UTF_16_OFFSET + 2 : _UTF_16_OFFSET + 2 + 2 * length].decode("utf-16-le")
    return content[1 : 1 + min(content[0], _MAX_NAME_CHARS)].decode("cp1252")


def _read_libreoffice_name(content: bytes) -> str:
    return content.decode("utf-8").lstrip(",").split(",")[0]


def _clean_name(name: str) -> str:
    """Return the printable characters of a name, on one line."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_MAX_NAME_CHARS]
