"""Reads a workbook with calamine and prints its cells as JSON lines. Runs as a script, in a process with limits.

Standard input: the workbook. Standard output: a line [name, is visible] for each worksheet, followed by a line
[row, column, kind, text, column, kind, text, …] for each of its rows, rows and columns counted from 0. The exit codes
are the constants below. It imports nothing of armbulk, so that it starts fast and needs little memory.
"""

import contextlib
import json
import math
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

UNREADABLE, ENCRYPTED, TOO_LARGE = 3, 4, 5
"""The exit codes."""


def main() -> int:
    """Read standard input with the limits of the command line: bytes of memory, seconds, cells."""
    memory, seconds, cells = (int(argument) for argument in sys.argv[1:4])
    _limit_resources(memory, seconds)
    import python_calamine  # noqa: PLC0415 - the caller knows the exit codes of this module without loading it

    try:
        return _print_sheets(BytesIO(sys.stdin.buffer.read()), cells)
    except python_calamine.PasswordError:
        return ENCRYPTED
    except MemoryError:
        return TOO_LARGE
    except (python_calamine.CalamineError, OSError, ValueError):
        return UNREADABLE


def _limit_resources(memory: int, seconds: int) -> None:
    """Limit memory and computing time, where the system can; elsewhere only the caller's timeout limits them."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - Unix only

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _print_sheets(content: BytesIO, cells_left: int) -> int:
    import python_calamine  # noqa: PLC0415 - as above

    workbook = python_calamine.CalamineWorkbook.from_filelike(content)
    for metadata in workbook.sheets_metadata:
        if metadata.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(metadata.name)
        _print_line([metadata.name, metadata.visible == python_calamine.SheetVisibleEnum.Visible])
        first_column = sheet.start[1] if sheet.start else 0
        for number, values in enumerate(sheet.iter_rows()):
            row: list[Any] = [number]
            for column, value in enumerate(values, start=first_column):
                kind, text = _describe(value)
                if text:
                    row += (column, kind, text)
            cells_left -= len(row) // 3
            if cells_left < 0:
                return TOO_LARGE
            if len(row) > 1:
                _print_line(row)
    return 0


def _print_line(values: list[Any]) -> None:
    sys.stdout.write(f"{json.dumps(values)}\n")  # ASCII: lone surrogates cannot break it


def _describe(value: object) -> tuple[str, str]:
    """Return (cell kind, text) of a value; a blank text is a blank cell."""
    match value:
        case str():
            return "text", value.strip()
        case bool():
            return "boolean", "TRUE" if value else "FALSE"
        case int() | float():
            return describe_number(value)
        case datetime():
            moment = _round_to_seconds(value)
            return (
                ("date", moment.date().isoformat()) if moment.time() == time.min else ("datetime", moment.isoformat())
            )
        case date():
            return "date", value.isoformat()
        case time():
            return "time", value.replace(microsecond=0).isoformat()
        case timedelta():
            return "time", str(timedelta(seconds=round(value.total_seconds())))
        case _:
            return "error", "#VALUE!"


def describe_number(value: float) -> tuple[str, str]:
    """Return (cell kind, text) of a number."""
    if not math.isfinite(value):
        return "error", "#NUM!"
    text = format(Decimal(repr(value)), "f")
    return "number", text.removesuffix(".0")


def _round_to_seconds(value: datetime) -> datetime:
    return (value + timedelta(microseconds=500_000)).replace(microsecond=0) if value.microsecond else value


if __name__ == "__main__":
    sys.exit(main())
