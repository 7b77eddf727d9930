"""Who has a workbook open: the small files that Excel and LibreOffice put beside it."""

from pathlib import Path

_EXCEL_BYTES = 165  # a length, the name in the machine's own letters, and from byte 55 the same in UTF-16
_WIDE = 55
_MAX_BYTES = 4096
_LONGEST = 54


def read_lock_owner(path: Path) -> str | None:
    """The name of whom has the workbook open, "" if it cannot be read; null when nobody has."""
    for beside, name_in in ((f"~${path.name}", _excel), (f".~lock.{path.name}#", _libre)):
        try:
            with path.with_name(beside).open("rb") as stream:
                return _shown(name_in(stream.read(_MAX_BYTES)))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            return ""
    return None


def _excel(content: bytes) -> str:
    if len(content) != _EXCEL_BYTES:
        return ""
    length = int.from_bytes(content[_WIDE : _WIDE + 2], "little")
    if 0 < length <= _LONGEST:
        return content[_WIDE + 2 : _WIDE + 2 + 2 * length].decode("utf-16-le")
    return content[1 : 1 + min(content[0], _LONGEST)].decode("cp1252")


def _libre(content: bytes) -> str:
    return content.decode("utf-8").lstrip(",").split(",")[0]


def _shown(name: str) -> str:
    """A name on one line, as far as it can be shown."""
    return "".join(letter for letter in name if letter.isprintable()).strip()[:_LONGEST]
