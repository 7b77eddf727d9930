"""One worksheet as its events go by: rows, cells, and what each cell was."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import polars as pl

from armbulk.edges.sheets.columns import LONGEST, Cells, frame_of
from armbulk.edges.sheets.gate import DEEPEST, Archive
from armbulk.errors import FileError
from armbulk.model import Fault

MOST_CELLS = 5_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_MOST_MERGED = 10_000
_LONGEST_NUMBER = 60  # digits a number may be written out to; Excel keeps 15
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,10})")
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")
_EXPONENT = re.compile(r"-?[0-9]*\.?[0-9]+[eE][+-]?[0-9]{1,4}")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no time zone
_LAST_SERIAL = 2_958_466
_YES = {"1", "true"}


@dataclass(slots=True)
class Book:
    """What all sheets of a workbook share: texts, formats, and how many cells there may still be."""

    archive: Archive
    left: int = MOST_CELLS
    strings: list[str] = field(default_factory=list)
    dates: set[str] = field(default_factory=set)  # style numbers, as they stand in a cell
    percents: set[str] = field(default_factory=set)
    widths: dict[str, int] = field(default_factory=dict)  # styles that show zeros in front: their width
    since_1904: bool = False

    def count_cell(self) -> None:
        """Count one cell; FileError when there are too many."""
        self.left -= 1
        if self.left < 0:
            raise FileError("too-large", f"{self.archive.name} has more than 5,000,000 cells", "Split the file")

    def add_string(self, text: str) -> None:
        """Keep one shared text."""
        if len(self.strings) >= MOST_CELLS:
            raise FileError("too-large", f"{self.archive.name} has more than 5,000,000 texts", "Split the file")
        self.strings.append(text)


def text_of(book: Book, text: str) -> str:
    """A text as Excel shows it: escapes decoded once, blanks around it taken off."""
    if len(text) > LONGEST:
        raise book.archive.damaged(f"a text is longer than {LONGEST} characters")
    if "_x" in text:
        text = _ESCAPE.sub(_character, text)
    return text.strip()


def _character(found: re.Match[str]) -> str:
    code = int(found.group(1), 16)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)  # half a character is none


class Worksheet:
    """Reads one worksheet part."""

    def __init__(self, book: Book, title: str) -> None:
        """Begin before the first row."""
        self.merged: list[str] = []
        self._book, self._title = book, title
        self._rows: list[int] = []
        self._cells: dict[int, Cells] = {}
        self._row = 0
        self._column = -1
        self._given: dict[str, str] = {}
        self._pieces: list[str] = []
        self._formula: list[str] | None = None
        self._wanted: list[str] | None = None
        self._skip = False
        self._depth = 0
        self._formulas = 0
        self._hidden: set[int] = set()
        self._shown: set[int] = set()
        self._hides_all = False

    def read(self, part: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Read the part: the frame of model.Sheet, and its column letters."""
        self._book.archive.parse(part, self._start, self._end, self._text)
        return frame_of(self._rows, self._cells)

    def hidden(self) -> frozenset[int]:
        """The rows with cells that Excel does not show."""
        return frozenset(set(self._rows) - self._shown) if self._hides_all else frozenset(self._hidden)

    def faults(self) -> list[Fault]:
        """What is to be told of the sheet."""
        return [Fault("formula-values", value=str(self._formulas))] if self._formulas else []

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._depth += 1
        name = tag if ":" not in tag else tag.rpartition(":")[2]
        if name == "c":
            self._begin_cell(given)
        elif name in {"v", "t"}:
            self._wanted = self._pieces
        elif name == "f":
            self._formula = self._wanted = []
        elif name == "row":
            self._begin_row(given)
        else:
            self._begin_other(name, given)

    def _begin_other(self, name: str, given: dict[str, str]) -> None:
        if self._depth > DEEPEST:
            raise self._damaged("its elements lie too deep inside each other")
        if name == "rPh":
            self._skip = True
        elif name == "mergeCell" and len(self.merged) < _MOST_MERGED:
            self.merged.append(given.get("ref", ""))
        elif name == "sheetFormatPr":
            self._hides_all = given.get("zeroHeight", "0") in _YES

    def _text(self, piece: str) -> None:
        if self._wanted is not None and not self._skip:
            self._wanted.append(piece)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        name = tag if ":" not in tag else tag.rpartition(":")[2]
        if name == "c":
            self._end_cell()
        elif name in {"v", "t", "f"}:
            self._wanted = None
        elif name == "rPh":
            self._skip = False

    def _damaged(self, what: str) -> FileError:
        return self._book.archive.damaged(f"sheet {self._title}: {what}")

    def _begin_row(self, given: dict[str, str]) -> None:
        number = int(given.get("r", self._row + 1))
        if not 0 < number <= LAST_ROW:
            raise self._damaged(f"there is no row {number}")
        if number <= self._row:
            raise self._damaged(f"row {number} stands after row {self._row}")
        self._row, self._column = number, -1
        state = given.get("hidden")
        if state in _YES:
            self._hidden.add(number)
        elif state is not None or "ht" in given:
            self._shown.add(number)

    def _begin_cell(self, given: dict[str, str]) -> None:
        column = self._place(given["r"]) if "r" in given else self._column + 1
        if column <= self._column:
            raise self._damaged(f"the cell {given.get('r')} stands twice or out of order")
        if column >= LAST_COLUMN:
            raise self._damaged(f"row {self._row} has a cell beyond column XFD")
        self._column, self._given = column, given
        self._pieces, self._formula = [], None
        self._book.count_cell()

    def _place(self, reference: str) -> int:
        found = _REFERENCE.fullmatch(reference)
        if found is None or int(found.group(2)) != self._row:
            raise self._damaged(f"the cell {reference[:20]} stands in row {self._row}")
        index = 0
        for letter in found.group(1):
            index = index * 26 + ord(letter) - 64
        return index - 1

    def _end_cell(self) -> None:
        text, kind = self._value("".join(self._pieces))
        if not text:
            return
        if self._formula is not None and kind != "uncalculated":
            self._formulas += 1
        if not self._rows or self._rows[-1] != self._row:
            self._rows.append(self._row)
        cells = self._cells.get(self._column)
        if cells is None:
            cells = self._cells[self._column] = Cells()
        cells.add(len(self._rows) - 1, text, kind)

    def _value(self, raw: str) -> tuple[str, str]:
        kind = self._given.get("t", "n")
        if self._formula is not None and not raw and kind != "str":
            return f"={''.join(self._formula)}"[:100], "uncalculated"
        match kind:
            case "s":
                return self._shared(raw), "text"
            case "inlineStr" | "str":
                return text_of(self._book, raw), "text"
            case "b":
                return ("TRUE" if raw.strip() in _YES else "FALSE") if raw.strip() else "", "boolean"
            case "e":
                return raw.strip()[:40] or "#N/A", "error"
            case "d":
                return _iso(raw.strip())
            case "n":
                return self._number(raw.strip())
            case _:
                raise self._damaged(f"row {self._row} has a cell of unknown type {kind[:20]!r}")

    def _shared(self, raw: str) -> str:
        if not raw.strip():
            return ""
        index = int(raw)
        if not 0 <= index < len(self._book.strings):
            raise self._damaged(f"row {self._row} refers to text {index}, which does not exist")
        return self._book.strings[index]

    def _number(self, raw: str) -> tuple[str, str]:
        style = self._given.get("s", "0")
        if not raw:
            return "", "number"
        if _NUMBER.fullmatch(raw) is None or len(raw) > _LONGEST_NUMBER:
            raw = self._written_out(raw)
            if not raw:
                return "#NUM!", "error"
        if style in self._book.dates:
            return serial_date(raw, since_1904=self._book.since_1904)
        if style in self._book.percents:
            return raw, "percent"
        width = self._book.widths.get(style, 0)
        if len(raw) < width and raw.isdigit():
            return raw.zfill(width), "padded"
        return raw, "number"

    def _written_out(self, raw: str) -> str:
        """A number with an exponent as plain digits; "" when it is larger than any amount."""
        if _EXPONENT.fullmatch(raw) is None:
            raise self._damaged(f"row {self._row} has a number that is none ({raw[:20]!r})")
        number = Decimal(raw)
        return format(number, "f") if abs(number.adjusted()) < _LONGEST_NUMBER else ""


def serial_date(raw: str, *, since_1904: bool) -> tuple[str, str]:
    """Turn Excel's day number into ISO text and its kind; 29 February 1900 never was."""
    try:
        days = Decimal(raw)
    except InvalidOperation:
        return f"serial {raw}", "error"
    whole = int(days)
    seconds = round((days - whole) * 86_400)
    if days < 0 or (whole == 60 and not since_1904) or whole >= _LAST_SERIAL:
        return f"serial {raw}", "error"
    if whole == 0 and not since_1904:
        return str(timedelta(seconds=seconds)), "time"
    if since_1904:
        whole += 1462
    elif whole < 60:
        whole += 1
    try:
        moment = _EPOCH + timedelta(days=whole, seconds=seconds)
    except OverflowError:
        return f"serial {raw}", "error"
    return (moment.isoformat(), "datetime") if seconds else (moment.date().isoformat(), "date")


def _iso(raw: str) -> tuple[str, str]:
    try:
        if len(raw) == 10:
            return date.fromisoformat(raw).isoformat(), "date"
        return datetime.fromisoformat(raw).isoformat(), "datetime"
    except ValueError:
        return raw[:40] or "#DATE", "error"
