"""What an OpenDocument spreadsheet says of its cells besides their values."""

import re

from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.special_cells import SpecialCells
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xml_elements import NAMESPACE_SEPARATOR, Element

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = (f"{_BASE}{name}:1.0{NAMESPACE_SEPARATOR}" for name in ("office", "table", "text"))
_CALC = f"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0{NAMESPACE_SEPARATOR}"
_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]?|Err:[0-9]{3}|#[^\s]{2,20}[!?]")
_MAX_GROUPS = 8  # how deep groups of rows may be nested; LibreOffice allows 7
_MAX_POSITION = 1 << 24


class _OdsScanner:
    """Walks through the cells of content.xml."""

    def __init__(self) -> None:
        self.sheets: dict[str, SpecialCells] = {}
        self._sheet = SpecialCells()
        self._row = self._next_row = 1
        self._column = 0
        self._attributes: dict[str, str] = {}
        self._paragraphs: list[str] = []

    def describe(self) -> Element:
        """Return the elements that are read."""
        paragraph = Element(self._begin_paragraph, text=self._add_text)
        cell = Element(self._begin_cell, self._end_cell, children={f"{_TEXT}p": paragraph})
        row = Element(self._begin_row, children={f"{_TABLE}table-cell": cell, f"{_TABLE}covered-table-cell": cell})
        rows: dict[str, Element] = {f"{_TABLE}table-row": row}
        for _ in range(_MAX_GROUPS):
            group = Element(children=rows)
            names = ("table-row-group", "table-header-rows", "table-rows")
            rows = {f"{_TABLE}table-row": row, **{f"{_TABLE}{name}": group for name in names}}
        table = Element(self._begin_table, children=rows)
        spreadsheet = Element(children={f"{_TABLE}table": table})
        return Element(children={"body": Element(children={"spreadsheet": spreadsheet})})

    def _begin_table(self, attributes: dict[str, str]) -> None:
        self._sheet = self.sheets[attributes.get(f"{_TABLE}name", "")] = SpecialCells()
        self._next_row = 1

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row, self._column = self._next_row, 0
        self._next_row += _read_count(attributes, "number-rows-repeated")

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._attributes, self._paragraphs = attributes, []

    def _begin_paragraph(self, _: dict[str, str]) -> None:
        self._paragraphs.append("")

    def _add_text(self, piece: str) -> None:
        if len(self._paragraphs[-1]) < 100:
            self._paragraphs[-1] += piece

    def _end_cell(self) -> None:
        first, attributes = self._column, self._attributes
        self._column += _read_count(attributes, "number-columns-repeated")
        if self._column > _MAX_POSITION or self._next_row > _MAX_POSITION:
            raise ValueError("a position beyond any sheet")
        self._add_merged(first)
        special = self._classify()
        is_percent = attributes.get(f"{_OFFICE}value-type") == "percentage"
        if special is None and not is_percent:
            return
        for row in range(self._row, self._next_row):
            for column in range(first, self._column):
                if special is None:
                    self._sheet.add_percent(row, column)
                else:
                    self._sheet.add(row, column, *special)

    def _classify(self) -> tuple[str, str] | None:
        """Return (text, cell kind) of an error or of a formula without a value; None for other cells."""
        formula = self._attributes.get(f"{_TABLE}formula")
        shown = "".join(self._paragraphs[:1]).strip()
        is_error = self._attributes.get(f"{_CALC}value-type") == "error"
        if is_error or (formula is not None and _ERROR.fullmatch(shown)):
            return shown or "#N/A", "error"
        has_value = f"{_OFFICE}value-type" in self._attributes or bool(self._paragraphs)
        return None if formula is None or has_value else (f"={formula.partition('=')[2]}"[:100], "uncalculated")

    def _add_merged(self, column: int) -> None:
        columns = _read_count(self._attributes, "number-columns-spanned")
        rows = _read_count(self._attributes, "number-rows-spanned")
        if columns * rows > 1 and len(self._sheet.merged_ranges) < 100_000:
            last = f"{to_letters(column + columns - 1)}{self._row + rows - 1}"
            self._sheet.merged_ranges.append(f"{to_letters(column)}{self._row}:{last}")


def _read_count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(f"{_TABLE}{name}", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1


def find_special_cells(archive: WorkbookArchive) -> dict[str, SpecialCells]:
    """Return sheet → its errors, formulas without a value, percentages and merged cells.

    Raises:
        FileError: The file is damaged.
        ValueError: There are too many of them.
    """
    scanner = _OdsScanner()
    archive.parse("content.xml", {"document-content": scanner.describe()}, (_OFFICE.strip(),))
    return scanner.sheets
