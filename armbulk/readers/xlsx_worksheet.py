"""Reads one worksheet from its XML events: rows, cells, and the kind of each cell."""

import re
from array import array

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.excel import EXCEL_MAX_COLUMNS, EXCEL_MAX_ROWS
from armbulk.readers.cell_buffer import CellBuffer, build_frame, to_index
from armbulk.readers.xlsx_outline import CELL_ELEMENTS, Outline, Worksheet
from armbulk.readers.xlsx_shared import MAX_CELLS, MAX_RAW_CHARS, SPREADSHEET, SharedParts, text_too_long
from armbulk.readers.xlsx_values import BOOLEANS, parse_iso_date, to_plain_number
from armbulk.readers.xml_elements import Element

_MAX_FORMULA_RANGES = 10_000
_MAX_PIECES = 40  # pieces of text that are kept before their length is checked; the parser's have up to 8 KiB
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,10})")
_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
_DIGITS = re.compile(r"[0-9]{1,10}")


_Attributes = dict[str, str]


class WorksheetReader:
    """Reads one worksheet part."""

    def __init__(self, shared: SharedParts, title: str) -> None:
        """Prepare to read the sheet called `title`."""
        self._shared, self._title = shared, title
        self._is_filled = shared.find_filled()
        self._outline = Outline(shared, title)
        self._rows = array("I")
        self._cells: dict[int, CellBuffer] = {}
        self._cell_count = 0
        self._row, self._row_text = 0, "0"
        self._row_cells: list[tuple[int, str, str]] = []  # what the row that is being read has
        self._repeated: list[tuple[int, str, str]] | None = None  # what it had the first time, if it comes again
        self._column = -1
        self._letters: dict[str, int] = {}
        self._attributes: _Attributes = {}  # of the cell that is being read
        self._value_pieces: list[str] = []
        self._inline_pieces: list[str] = []
        self._formula_pieces: list[str] | None = None
        self._value_count = self._inline_count = 0
        self._formula_count = 0
        self._formula_ranges: list[tuple[int, int, int, int]] = []  # of array formulas: top, bottom, left, right

    def read(self, part: str) -> Worksheet:
        """Read the part; FileError when it cannot be read."""
        self._shared.archive.parse(part, {"worksheet": self._describe()}, SPREADSHEET)
        self._outline.refuse_sparse(len(self._rows), len(self._cells), self._cell_count)
        frame, letters = build_frame(self._rows, self._cells, self._shared.texts)
        return self._outline.to_worksheet(frame, letters, self._formula_count)

    def _describe(self) -> Element:
        """Return the elements of a worksheet that are read."""
        run = Element(text=self._add_inline)
        inline = Element(self._begin_inline, children={"t": run, "r": Element(children={"t": run})})
        cell = Element(
            self._begin_cell,
            self._end_cell,
            children={
                "v": Element(self._begin_value, text=self._add_value),
                "f": Element(self._begin_formula, text=self._add_formula),
                "is": inline,
            },
            refused=CELL_ELEMENTS,
        )
        row = Element(self._begin_row, self._end_row, children={"c": cell}, refused=CELL_ELEMENTS)
        rows = Element(children={"row": row}, refused=CELL_ELEMENTS)
        return Element(children={**self._outline.describe(), "sheetData": rows})

    def _damaged_error(self, what: Text) -> FileError:
        return self._shared.archive.damaged_error(_("sheet {sheet}: {reason}", sheet=self._title, reason=what))

    def _where(self) -> Text:
        text = _("a text in row {row}", row=self._row)
        return _("sheet {sheet}: {reason}", sheet=self._title, reason=text)

    # --- rows ---------------------------------------------------------------------------------------

    def _begin_row(self, attributes: _Attributes) -> None:
        reference = attributes.get("r")
        if reference is None:
            number = self._row + 1
        elif _DIGITS.fullmatch(reference):
            number = int(reference)
        else:
            raise self._damaged_error(_("there is no row '{number}'", number=reference[:20]))
        if not 0 < number <= EXCEL_MAX_ROWS:
            raise self._damaged_error(_("there is no row '{number}'", number=number))
        if number < self._row:
            raise self._damaged_error(_("row {number} comes after row {previous}", number=number, previous=self._row))
        self._repeated = self._row_cells if number == self._row else None
        self._row, self._row_text, self._column, self._row_cells = number, str(number), -1, []
        self._outline.visibility.add_row(number, attributes)
        if self._formula_ranges:
            self._formula_ranges = [area for area in self._formula_ranges if area[1] >= number]

    def _end_row(self) -> None:
        if self._repeated is not None and self._repeated != self._row_cells:
            raise self._damaged_error(_("row {row} is there twice, with different cells", row=self._row))

    # --- cells --------------------------------------------------------------------------------------

    def _begin_cell(self, attributes: _Attributes) -> None:
        column = self._column_of(attributes["r"]) if "r" in attributes else self._column + 1
        if column <= self._column:
            raise self._damaged_error(_("the cell {cell} is there twice or out of order", cell=attributes.get("r")))
        if column >= EXCEL_MAX_COLUMNS:
            raise self._damaged_error(_("row {row} has a cell beyond column XFD", row=self._row))
        self._column, self._attributes = column, attributes
        self._value_pieces, self._formula_pieces = [], None
        self._value_count = self._inline_count = 0
        self._shared.cells_left -= 1
        if self._shared.cells_left < 0:
            raise self._shared.too_large_error(_("{name} has more than {maximum:number} cells", maximum=MAX_CELLS))

    def _column_of(self, reference: str) -> int:
        """Return the column of a reference such as B7, which must be in the current row."""
        letters = reference.removesuffix(self._row_text)
        known = self._letters.get(letters)
        if known is not None and letters != reference:
            return known
        match = _REFERENCE.fullmatch(reference.upper())
        if match is None or int(match.group(2)) != self._row:
            raise self._damaged_error(_("the cell {cell} is in row {row}", cell=reference[:20], row=self._row))
        index = self._letters[letters] = to_index(match.group(1))
        return index

    def _begin_value(self, _: _Attributes) -> None:
        self._value_count += 1

    def _begin_inline(self, _: _Attributes) -> None:
        self._inline_count += 1
        self._inline_pieces = []

    def _begin_formula(self, attributes: _Attributes) -> None:
        self._formula_pieces = []
        if "ref" in attributes and not self._shared.trusts_formulas and attributes.get("t") != "shared":
            corners = _RANGE.fullmatch(attributes["ref"].upper())
            if corners is not None:
                left, top, right, bottom = corners.groups()
                if len(self._formula_ranges) >= _MAX_FORMULA_RANGES:
                    raise self._shared.too_large_error(
                        _(
                            "{name} has more than {maximum:number} array formulas on the sheet {sheet}",
                            maximum=_MAX_FORMULA_RANGES,
                            sheet=self._title,
                        )
                    )
                self._formula_ranges.append((int(top), int(bottom), to_index(left), to_index(right)))

    def _add_value(self, piece: str) -> None:
        self._value_pieces.append(piece)
        if len(self._value_pieces) > _MAX_PIECES:
            self._limit_text(self._value_pieces)

    def _add_inline(self, piece: str) -> None:
        self._inline_pieces.append(piece)
        if len(self._inline_pieces) > _MAX_PIECES:
            self._limit_text(self._inline_pieces)

    def _add_formula(self, piece: str) -> None:
        if self._formula_pieces is not None:
            self._formula_pieces.append(piece)
            if len(self._formula_pieces) > _MAX_PIECES:
                self._limit_text(self._formula_pieces)

    def _limit_text(self, pieces: list[str]) -> None:
        """Join pieces; FileError when they are longer than a text can be."""
        pieces[:] = ["".join(pieces)]
        if len(pieces[0]) > MAX_RAW_CHARS:
            raise self._damaged_error(text_too_long(_("a text in row {row}", row=self._row)))

    def _end_cell(self) -> None:
        if self._value_count > 1 or self._inline_count > 1:
            raise self._damaged_error(_("a cell in row {row} has two values", row=self._row))
        raw, kind = "".join(self._value_pieces), self._attributes.get("t", "n")
        if self._inline_count and (kind == "inlineStr" or not self._value_count):
            raw, kind = "".join(self._inline_pieces), "inlineStr"
        has_formula = self._formula_pieces is not None or self._formula_ranges
        if has_formula and self._has_no_value(kind, raw):
            self._add_cell(f"={''.join(self._formula_pieces or [])}"[:100], "uncalculated")
        elif kind == "s":
            self._add_shared(raw)
        elif kind == "n":
            self._add_number(raw.strip())
        else:
            self._add_cell(*self._read_value(kind, raw))

    def _has_no_value(self, kind: str, raw: str) -> bool:
        """Return whether the cell has a formula whose value was not calculated when the file was saved."""
        if self._formula_pieces is None:
            return any(
                top <= self._row <= bottom and left <= self._column <= right
                for top, bottom, left, right in self._formula_ranges
            )
        return not self._shared.trusts_formulas or (not raw and (kind != "str" or not self._value_count))

    def _add_shared(self, raw: str) -> None:
        index = self._shared_index(raw)
        if index is not None:
            cells = self._begin_filled(str(index), "s")
            if cells is not None:
                cells.add_shared(len(self._rows) - 1, index)

    def _add_cell(self, text: str, kind: str, shown: str | None = None) -> None:
        """Add a cell; a blank text is a blank cell. `shown` is what it looks like, where that is another text."""
        if text:
            cells = self._begin_filled(text, kind)
            if cells is not None:
                cells.add(len(self._rows) - 1, text, kind, shown)

    def _begin_filled(self, text: str, kind: str) -> CellBuffer | None:
        """Count a cell in the current row and column, and return the buffer of its column.

        None if the row was there before, so that its cells are read already.
        """
        self._row_cells.append((self._column, text, kind))
        if self._repeated is not None:
            return None
        if self._formula_pieces is not None and kind != "uncalculated":
            self._formula_count += 1
        if not self._rows or self._rows[-1] != self._row:
            self._rows.append(self._row)
        self._cell_count += 1
        cells = self._cells.get(self._column)
        if cells is None:
            cells = self._cells[self._column] = CellBuffer()
        return cells

    def _read_value(self, kind: str, raw: str) -> tuple[str, str]:
        """Return (text, cell kind) of a cell that is neither a number nor a shared text."""
        match kind:
            case "inlineStr" | "str":
                return self._shared.decode_text(raw, self._where), "text"
            case "b":
                if raw.strip() not in BOOLEANS:
                    raise self._damaged_error(
                        _("row {row} has '{text}' instead of yes or no", row=self._row, text=raw[:20])
                    )
                return BOOLEANS[raw.strip()], "boolean"
            case "e":
                return raw.strip()[:40] or "#N/A", "error"
            case "d":
                return parse_iso_date(raw.strip())
            case _:
                raise self._damaged_error(
                    _("row {row} has a cell of the unknown type '{kind}'", row=self._row, kind=kind[:20])
                )

    def _shared_index(self, raw: str) -> int | None:
        """Return the index of a shared text; None for a blank one."""
        digits = raw.strip()
        if not digits:
            return None
        index = int(digits) if _DIGITS.fullmatch(digits) else -1
        if not 0 <= index < len(self._is_filled):
            raise self._damaged_error(
                _("row {row} refers to text {number}, which does not exist", row=self._row, number=digits[:20])
            )
        return index if self._is_filled[index] else None

    def _add_number(self, raw: str) -> None:
        if not raw:
            return
        plain = to_plain_number(raw)
        if plain is None:
            raise self._damaged_error(_("row {row} has '{text}' instead of a number", row=self._row, text=raw[:20]))
        if not plain:
            self._add_cell("#NUM!", "error")
        else:
            style = self._attributes.get("s", "0")
            self._add_cell(*self._shared.formats.describe(style, plain, since_1904=self._shared.since_1904))
