"""Reads one worksheet from its XML events: rows, cells, and the kind of each cell."""

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.sheet import ReadIssue
from armbulk.readers.cell_buffer import MAX_COLUMNS, CellBuffer, TextBuffer, build_frame, to_index
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_formats import NumberFormats
from armbulk.readers.xlsx_values import convert_serial, parse_iso_date, to_plain_number, unescape_text

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_CELLS = 5_000_000
MAX_ROWS = 1_048_576
MAX_RAW_CHARS = 8 * EXCEL_MAX_CELL_CHARS
"""How long a text may be in the file, where every character may be written as an escape."""

_MAX_SPARSE_CELLS = 15_000_000  # how many cells a table may have of which less than a tenth is filled
_MAX_MERGED_RANGES = 100_000
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,10})")
_DIGITS = re.compile(r"[0-9]{1,10}")
_TRUE = {"1", "true"}
_BOOLEANS = {"1": "TRUE", "true": "TRUE", "0": "FALSE", "false": "FALSE", "": ""}

_Attributes = dict[str, str]


@dataclass(slots=True)
class SharedParts:
    """What all sheets of a workbook share.

    Attributes:
        cells_left: How many cells may still be read.
        is_filled: Per shared text, whether it is not blank.
        texts: The shared texts, once `finish_texts` was called.
        formats: The cell styles that matter.
        since_1904: Whether dates count from 1904.
    """

    archive: WorkbookArchive
    cells_left: int = MAX_CELLS
    is_filled: bytearray = field(default_factory=bytearray)
    texts: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    formats: NumberFormats = field(default_factory=NumberFormats)
    since_1904: bool = False
    _buffer: TextBuffer = field(default_factory=TextBuffer)

    def too_large_error(self, what: str) -> FileError:
        """Return the error for a workbook that is too large."""
        return FileError("too-large", f"{self.archive.name} has {what}", "Split the file")

    def add_text(self, raw: str) -> None:
        """Add a shared text."""
        if len(self.is_filled) >= MAX_CELLS:
            raise self.too_large_error("more than 5,000,000 texts")
        text = self.decode_text(raw, f"the shared text {len(self.is_filled)}")
        self.is_filled.append(bool(text))
        self._buffer.add(text)

    def finish_texts(self) -> None:
        """Make the shared texts available as `texts`."""
        self.texts = self._buffer.to_series()

    def decode_text(self, raw: str, where: str) -> str:
        """Return a text as Excel shows it; FileError when it is too long for a cell."""
        text = unescape_text(raw)
        if len(text) > EXCEL_MAX_CELL_CHARS:
            raise self.archive.damaged_error(f"{where} is longer than {EXCEL_MAX_CELL_CHARS} characters")
        return text


class WorksheetReader:
    """Reads one worksheet part."""

    def __init__(self, shared: SharedParts, title: str) -> None:
        """Prepare to read the sheet called `title`."""
        self.merged_ranges: list[str] = []
        self._shared, self._title = shared, title
        self._rows = array("I")
        self._cells: dict[int, CellBuffer] = {}
        self._cell_count = 0
        self._row, self._row_text = 0, "0"
        self._column = -1
        self._letters: dict[str, int] = {}
        self._open_cell: _Attributes | None = None  # the attributes of the cell that is being read
        self._value_pieces: list[str] = []
        self._text_size = 0
        self._formula_pieces: list[str] | None = None
        self._target: list[str] | None = None  # the list that takes the text that is being read
        self._value_count = 0
        self._has_runs = False
        self._in_phonetic = False
        self._formula_count = 0
        self._hidden: set[int] = set()
        self._shown: set[int] = set()
        self._hides_all = False
        self._in_data = False  # only the content of sheetData is rows and cells
        self._starts: dict[str, Callable[[_Attributes], None]] = {
            "row": self._begin_row, "c": self._begin_cell, "v": self._begin_value, "t": self._begin_run,
            "f": self._begin_formula, "rPh": self._begin_phonetic,
        }  # fmt: skip
        self._outer: dict[str, Callable[[_Attributes], None]] = {
            "sheetData": self._begin_data, "mergeCell": self._add_merged, "sheetFormatPr": self._set_defaults,
        }  # fmt: skip
        self._ends: dict[str, Callable[[], None]] = {
            "c": self._end_cell, "v": self._end_text, "t": self._end_text, "f": self._end_text,
            "rPh": self._end_phonetic, "sheetData": self._end_data,
        }  # fmt: skip

    def read(self, part: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        """Read the part: (the frame of `model.sheet.Sheet`, its letters)."""
        self._shared.archive.parse(part, self._start, self._end, self._text)
        if len(self._rows) * len(self._cells) > max(_MAX_SPARSE_CELLS, 10 * self._cell_count):
            raise self._shared.too_large_error(f"cells too far apart on sheet {self._title}")
        return build_frame(self._rows, self._cells, self._shared.texts)

    def find_hidden_rows(self) -> frozenset[int]:
        """Return the rows with cells that Excel does not show."""
        return frozenset(set(self._rows) - self._shown) if self._hides_all else frozenset(self._hidden)

    def list_issues(self) -> list[ReadIssue]:
        """Return the issues of the sheet."""
        return [ReadIssue("formula-values", value=str(self._formula_count))] if self._formula_count else []

    def _start(self, tag: str, attributes: _Attributes) -> None:
        name = tag if ":" not in tag else tag.rpartition(":")[2]
        handle = (self._starts if self._in_data else self._outer).get(name)
        if handle is not None:
            handle(attributes)

    def _text(self, piece: str) -> None:
        if self._target is not None and not self._in_phonetic:
            self._target.append(piece)
            self._text_size += len(piece)
            if self._text_size > MAX_RAW_CHARS:
                raise self._damaged_error(f"a text in row {self._row} is longer than {EXCEL_MAX_CELL_CHARS} characters")

    def _end(self, tag: str) -> None:
        handle = self._ends.get(tag if ":" not in tag else tag.rpartition(":")[2])
        if handle is not None:
            handle()

    def _damaged_error(self, what: str) -> FileError:
        return self._shared.archive.damaged_error(f"sheet {self._title}: {what}")

    def _begin_data(self, _: _Attributes) -> None:
        self._in_data = True

    def _end_data(self) -> None:
        self._in_data = False

    def _add_merged(self, attributes: _Attributes) -> None:
        if len(self.merged_ranges) >= _MAX_MERGED_RANGES:
            raise self._shared.too_large_error(f"more than 100,000 merged ranges on sheet {self._title}")
        self.merged_ranges.append(attributes.get("ref", "")[:30])

    def _set_defaults(self, attributes: _Attributes) -> None:
        self._hides_all = attributes.get("zeroHeight", "0") in _TRUE

    def _begin_row(self, attributes: _Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            number = self._row + 1
        elif _DIGITS.fullmatch(reference):
            number = int(reference)
        else:
            raise self._damaged_error(f"there is no row {reference[:20]!r}")
        if not 0 < number <= MAX_ROWS:
            raise self._damaged_error(f"there is no row {number}")
        if number <= self._row:
            raise self._damaged_error(f"row {number} stands after row {self._row}")
        self._row, self._row_text, self._column = number, str(number), -1
        state = attributes.get("hidden")
        if state in _TRUE:
            self._hidden.add(number)
        elif state is not None or "ht" in attributes:
            self._shown.add(number)

    def _begin_cell(self, attributes: _Attributes) -> None:
        if self._open_cell is not None or not self._row:
            raise self._damaged_error(f"row {self._row} has a cell where none can be")
        column = self._column_of(attributes["r"]) if "r" in attributes else self._column + 1
        if column <= self._column:
            raise self._damaged_error(f"the cell {attributes.get('r')} stands twice or out of order")
        if column >= MAX_COLUMNS:
            raise self._damaged_error(f"row {self._row} has a cell beyond column XFD")
        self._column, self._open_cell = column, attributes
        self._value_pieces, self._formula_pieces = [], None
        self._text_size = self._value_count = 0
        self._has_runs = False
        self._shared.cells_left -= 1
        if self._shared.cells_left < 0:
            raise self._shared.too_large_error("more than 5,000,000 cells")

    def _column_of(self, reference: str) -> int:
        """Return the column of a reference such as B7, which must be in the current row."""
        letters = reference.removesuffix(self._row_text)
        known = self._letters.get(letters)
        if known is not None and letters != reference:
            return known
        match = _REFERENCE.fullmatch(reference)
        if match is None or int(match.group(2)) != self._row:
            raise self._damaged_error(f"the cell {reference[:20]} stands in row {self._row}")
        index = self._letters[match.group(1)] = to_index(match.group(1))
        return index

    def _begin_value(self, _: _Attributes) -> None:
        self._value_count += 1
        self._target = self._value_pieces

    def _begin_run(self, _: _Attributes) -> None:
        self._has_runs = True
        self._target = self._value_pieces

    def _begin_formula(self, _: _Attributes) -> None:
        self._formula_pieces = self._target = []

    def _end_text(self) -> None:
        self._target = None

    def _begin_phonetic(self, _: _Attributes) -> None:
        self._in_phonetic = True

    def _end_phonetic(self) -> None:
        self._in_phonetic = False

    def _end_cell(self) -> None:
        attributes, self._open_cell = self._open_cell, None
        if attributes is None:
            return
        if self._value_count + self._has_runs > 1:
            raise self._damaged_error(f"a cell in row {self._row} has two values")
        raw = "".join(self._value_pieces)
        kind = attributes.get("t", "n")
        if kind == "s":
            index = self._shared_index(raw)
            if index is not None:
                self._add_cell().add_shared(len(self._rows) - 1, index)
            return
        text, cell_kind = self._read_value(kind, raw, attributes)
        if text:
            self._add_cell().add(len(self._rows) - 1, text, cell_kind)

    def _add_cell(self) -> CellBuffer:
        """Count a cell in the current row and column, and return the buffer of its column."""
        if self._formula_pieces is not None:
            self._formula_count += 1
        if not self._rows or self._rows[-1] != self._row:
            self._rows.append(self._row)
        self._cell_count += 1
        cells = self._cells.get(self._column)
        if cells is None:
            cells = self._cells[self._column] = CellBuffer()
        return cells

    def _read_value(self, kind: str, raw: str, attributes: _Attributes) -> tuple[str, str]:
        """Return (text, cell kind) of a cell; a blank text is a blank cell."""
        if self._formula_pieces is not None and not raw and (kind != "str" or not self._value_count):
            text, self._formula_pieces = f"={''.join(self._formula_pieces)}"[:100], None
            return text, "uncalculated"
        match kind:
            case "n":
                return self._read_number(raw.strip(), attributes.get("s", "0"))
            case "inlineStr" | "str":
                return self._shared.decode_text(raw, f"sheet {self._title}: a text in row {self._row}"), "text"
            case "b":
                if raw.strip() not in _BOOLEANS:
                    raise self._damaged_error(f"row {self._row} has a yes or no that is neither ({raw[:20]!r})")
                return _BOOLEANS[raw.strip()], "boolean"
            case "e":
                return raw.strip()[:40] or "#N/A", "error"
            case "d":
                return parse_iso_date(raw.strip())
            case _:
                raise self._damaged_error(f"row {self._row} has a cell of unknown type {kind[:20]!r}")

    def _shared_index(self, raw: str) -> int | None:
        """Return the index of a shared text; None for a blank one."""
        digits = raw.strip()
        if not digits:
            return None
        index = int(digits) if _DIGITS.fullmatch(digits) else -1
        if not 0 <= index < len(self._shared.is_filled):
            raise self._damaged_error(f"row {self._row} refers to text {digits[:20]}, which does not exist")
        return index if self._shared.is_filled[index] else None

    def _read_number(self, raw: str, style: str) -> tuple[str, str]:
        if not raw:
            return "", "number"
        plain, formats = to_plain_number(raw), self._shared.formats
        if plain is None:
            raise self._damaged_error(f"row {self._row} has a number that is none ({raw[:20]!r})")
        if not plain:
            return "#NUM!", "error"
        if style in formats.dates:
            return convert_serial(plain, since_1904=self._shared.since_1904)
        if style in formats.percents:
            return plain, "percent"
        width = formats.widths.get(style, 0)
        if len(plain) < width and plain.isdigit():
            return plain.zfill(width), "padded"
        return plain, "number"
