"""One worksheet as its events go by: rows, cells, and what each cell was."""

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS, EXCEL_MAX_ROWS
from armbulk.model.sheet import ReadIssue
from armbulk.readers.cell_buffer import MAX_COLUMNS, CellBuffer, TextBuffer, build_frame, to_index
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_values import NumberFormats, convert_serial, parse_iso_date, to_plain_number, unescape_text

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CELLS = 5_000_000
MAX_RAW_CHARS = 8 * EXCEL_MAX_CELL_CHARS  # a text in the file: every character may be written as an escape
_MOST_PLACES = 15_000_000  # rows times columns, unless a tenth of them is filled
_MOST_MERGED = 100_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,10})")
_DIGITS = re.compile(r"[0-9]{1,10}")
_YES = {"1", "true"}
_BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE", "": ""}

_Given = dict[str, str]


@dataclass(slots=True)
class SharedParts:
    """What all sheets of a workbook share: texts, formats, and how many cells there may still be."""

    archive: WorkbookArchive
    left: int = MAX_CELLS
    texts: TextBuffer = field(default_factory=TextBuffer)
    filled: bytearray = field(default_factory=bytearray)  # which of the shared texts are not blank
    shared: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    formats: NumberFormats = field(default_factory=NumberFormats)
    since_1904: bool = False

    def too_large(self, what: str) -> FileError:
        """The error for a workbook that holds too much."""
        return FileError("too-large", f"{self.archive.name} has {what}", "Split the file")

    def add_string(self, raw: str) -> None:
        """Keep one shared text."""
        if len(self.filled) >= MAX_CELLS:
            raise self.too_large("more than 5,000,000 texts")
        text = self.text(raw, f"the shared text {len(self.filled)}")
        self.filled.append(bool(text))
        self.texts.add(text)

    def text(self, raw: str, where: str) -> str:
        """A text as Excel shows it; FileError when it is longer than any."""
        text = unescape_text(raw)
        if len(text) > EXCEL_MAX_CELL_CHARS:
            raise self.archive.damaged(f"{where} is longer than {EXCEL_MAX_CELL_CHARS} characters")
        return text


class Worksheet:
    """Reads one worksheet part."""

    def __init__(self, book: SharedParts, title: str) -> None:
        """Begin before the first row."""
        self.merged: list[str] = []
        self._book, self._title = book, title
        self._rows = array("I")
        self._cells: dict[int, CellBuffer] = {}
        self._count = 0
        self._row, self._row_text = 0, "0"
        self._column = -1
        self._letters: dict[str, int] = {}
        self._given: _Given | None = None  # the attributes of the cell that is open
        self._pieces: list[str] = []
        self._size = 0
        self._formula: list[str] | None = None
        self._wanted: list[str] | None = None
        self._values = 0
        self._runs = False
        self._skip = False
        self._formulas = 0
        self._hidden: set[int] = set()
        self._shown: set[int] = set()
        self._hides_all = False
        self._inside = False  # only what stands in sheetData is a row or a cell
        self._starts: dict[str, Callable[[_Given], None]] = {
            "row": self._begin_row, "c": self._begin_cell, "v": self._begin_value, "t": self._begin_run,
            "f": self._begin_formula, "rPh": self._begin_reading,
        }  # fmt: skip
        self._outer: dict[str, Callable[[_Given], None]] = {
            "sheetData": self._begin_data, "mergeCell": self._add_merged, "sheetFormatPr": self._set_defaults,
        }  # fmt: skip
        self._ends: dict[str, Callable[[], None]] = {
            "c": self._end_cell, "v": self._end_text, "t": self._end_text, "f": self._end_text,
            "rPh": self._end_reading, "sheetData": self._end_data,
        }  # fmt: skip

    def read(self, part: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Read the part: the frame of model.Sheet, and its column letters."""
        self._book.archive.parse(part, self._start, self._end, self._text)
        if len(self._rows) * len(self._cells) > max(_MOST_PLACES, 10 * self._count):
            raise self._book.too_large(f"cells too far apart on sheet {self._title}")
        return build_frame(self._rows, self._cells, self._book.shared)

    def hidden(self) -> frozenset[int]:
        """The rows with cells that Excel does not show."""
        return frozenset(set(self._rows) - self._shown) if self._hides_all else frozenset(self._hidden)

    def faults(self) -> list[ReadIssue]:
        """What is to be told of the sheet."""
        return [ReadIssue("formula-values", value=str(self._formulas))] if self._formulas else []

    def _start(self, tag: str, given: _Given) -> None:
        name = tag if ":" not in tag else tag.rpartition(":")[2]
        act = (self._starts if self._inside else self._outer).get(name)
        if act is not None:
            act(given)

    def _text(self, piece: str) -> None:
        if self._wanted is not None and not self._skip:
            self._wanted.append(piece)
            self._size += len(piece)
            if self._size > MAX_RAW_CHARS:
                raise self._damaged(f"a text in row {self._row} is longer than {EXCEL_MAX_CELL_CHARS} characters")

    def _end(self, tag: str) -> None:
        act = self._ends.get(tag if ":" not in tag else tag.rpartition(":")[2])
        if act is not None:
            act()

    def _damaged(self, what: str) -> FileError:
        return self._book.archive.damaged(f"sheet {self._title}: {what}")

    def _begin_data(self, _: _Given) -> None:
        self._inside = True

    def _end_data(self) -> None:
        self._inside = False

    def _add_merged(self, given: _Given) -> None:
        if len(self.merged) >= _MOST_MERGED:
            raise self._book.too_large(f"more than 100,000 merged ranges on sheet {self._title}")
        self.merged.append(given.get("ref", "")[:30])

    def _set_defaults(self, given: _Given) -> None:
        self._hides_all = given.get("zeroHeight", "0") in _YES

    def _begin_row(self, given: _Given) -> None:
        told = given.get("r")
        if told is None:
            number = self._row + 1
        elif _DIGITS.fullmatch(told):
            number = int(told)
        else:
            raise self._damaged(f"there is no row {told[:20]!r}")
        if not 0 < number <= EXCEL_MAX_ROWS:
            raise self._damaged(f"there is no row {number}")
        if number <= self._row:
            raise self._damaged(f"row {number} stands after row {self._row}")
        self._row, self._row_text, self._column = number, str(number), -1
        state = given.get("hidden")
        if state in _YES:
            self._hidden.add(number)
        elif state is not None or "ht" in given:
            self._shown.add(number)

    def _begin_cell(self, given: _Given) -> None:
        if self._given is not None or not self._row:
            raise self._damaged(f"row {self._row} has a cell where none can be")
        column = self._place(given["r"]) if "r" in given else self._column + 1
        if column <= self._column:
            raise self._damaged(f"the cell {given.get('r')} stands twice or out of order")
        if column >= MAX_COLUMNS:
            raise self._damaged(f"row {self._row} has a cell beyond column XFD")
        self._column, self._given = column, given
        self._pieces, self._formula = [], None
        self._size = self._values = 0
        self._runs = False
        self._book.left -= 1
        if self._book.left < 0:
            raise self._book.too_large("more than 5,000,000 cells")

    def _place(self, reference: str) -> int:
        """The column of a reference such as B7, which must be of the row that is being read."""
        letters = reference.removesuffix(self._row_text)
        known = self._letters.get(letters)
        if known is not None and letters != reference:
            return known
        found = _REFERENCE.fullmatch(reference)
        if found is None or int(found.group(2)) != self._row:
            raise self._damaged(f"the cell {reference[:20]} stands in row {self._row}")
        index = self._letters[found.group(1)] = to_index(found.group(1))
        return index

    def _begin_value(self, _: _Given) -> None:
        self._values += 1
        self._wanted = self._pieces

    def _begin_run(self, _: _Given) -> None:
        self._runs = True
        self._wanted = self._pieces

    def _begin_formula(self, _: _Given) -> None:
        self._formula = self._wanted = []

    def _end_text(self) -> None:
        self._wanted = None

    def _begin_reading(self, _: _Given) -> None:
        self._skip = True

    def _end_reading(self) -> None:
        self._skip = False

    def _end_cell(self) -> None:
        given, self._given = self._given, None
        if given is None:
            return
        if self._values + self._runs > 1:
            raise self._damaged(f"a cell in row {self._row} has two values")
        raw = "".join(self._pieces)
        kind = given.get("t", "n")
        if kind == "s":
            place = self._shared(raw)
            if place is not None:
                self._cell(self._column).add_shared(len(self._rows) - 1, place)
            return
        text, what = self._value(kind, raw, given)
        if text:
            self._cell(self._column).add(len(self._rows) - 1, text, what)

    def _cell(self, column: int) -> CellBuffer:
        """The cells of a column, to which one of this row is added."""
        if self._formula is not None:
            self._formulas += 1
        if not self._rows or self._rows[-1] != self._row:
            self._rows.append(self._row)
        self._count += 1
        cells = self._cells.get(column)
        if cells is None:
            cells = self._cells[column] = CellBuffer()
        return cells

    def _value(self, kind: str, raw: str, given: _Given) -> tuple[str, str]:
        if self._formula is not None and not raw and (kind != "str" or not self._values):
            text, self._formula = f"={''.join(self._formula)}"[:100], None
            return text, "uncalculated"
        match kind:
            case "n":
                return self._number(raw.strip(), given.get("s", "0"))
            case "inlineStr" | "str":
                return self._book.text(raw, f"sheet {self._title}: a text in row {self._row}"), "text"
            case "b":
                if raw.strip() not in _BOOLEANS:
                    raise self._damaged(f"row {self._row} has a yes or no that is neither ({raw[:20]!r})")
                return _BOOLEANS[raw.strip()], "boolean"
            case "e":
                return raw.strip()[:40] or "#N/A", "error"
            case "d":
                return parse_iso_date(raw.strip())
            case _:
                raise self._damaged(f"row {self._row} has a cell of unknown type {kind[:20]!r}")

    def _shared(self, raw: str) -> int | None:
        """The place of a shared text; null for a blank one."""
        digits = raw.strip()
        if not digits:
            return None
        place = int(digits) if _DIGITS.fullmatch(digits) else -1
        if not 0 <= place < len(self._book.filled):
            raise self._damaged(f"row {self._row} refers to text {digits[:20]}, which does not exist")
        return place if self._book.filled[place] else None

    def _number(self, raw: str, style: str) -> tuple[str, str]:
        if not raw:
            return "", "number"
        plain, formats = to_plain_number(raw), self._book.formats
        if plain is None:
            raise self._damaged(f"row {self._row} has a number that is none ({raw[:20]!r})")
        if not plain:
            return "#NUM!", "error"
        if style in formats.dates:
            return convert_serial(plain, since_1904=self._book.since_1904)
        if style in formats.percents:
            return plain, "percent"
        width = formats.widths.get(style, 0)
        if len(plain) < width and plain.isdigit():
            return plain.zfill(width), "padded"
        return plain, "number"
