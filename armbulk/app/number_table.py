"""A table of customer numbers: the old ledger's and ARM's."""

import csv
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import _

_COLUMNS = 2
_HINT = _("Write one customer in each row: the old number, a semicolon, the new number. The first row is the header.")


def read_number_table(path: Path) -> dict[str, str]:
    """Return old number → new number from a CSV file with a header and two columns.

    Raises:
        FileError: The file cannot be read, a row has not two numbers, or a number is there twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FileError(
            "unreadable", _("{path} cannot be read: {reason}", path=path, reason=describe_os_error(error))
        ) from None
    except UnicodeDecodeError:
        raise FileError("wrong-encoding", _("{path} is not in UTF-8", path=path), _("Save it as CSV UTF-8")) from None
    separator = ";" if ";" in text.partition("\n")[0] else ","
    numbers: dict[str, str] = {}
    for line, row in enumerate(csv.reader(text.splitlines(), delimiter=separator), start=1):
        cells = [cell.strip() for cell in row]
        if line == 1 or not any(cells):
            continue
        if len(cells) != _COLUMNS or not all(cells):
            raise FileError(
                "number-table", _("{path}, line {line}: it does not have two numbers", path=path, line=line), _HINT
            )
        old, new = cells
        if old in numbers or new in numbers.values():
            raise FileError(
                "number-table", _("{path}, line {line}: a number is there twice", path=path, line=line), _HINT
            )
        numbers[old] = new
    return numbers
