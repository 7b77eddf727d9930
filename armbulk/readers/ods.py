"""Reads OpenDocument spreadsheets (.ods) as a stream: the exact text of every value, and the kind of its cell.

calamine is not used for them: it drops tabs and line breaks in texts, takes errors for blank cells, and refuses files
that are indented. What a number looks like is written beside it in the file.
"""

import re

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.model.sheet import Sheet
from armbulk.readers.amount_format import find_currency
from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.damage import SPLIT, DamageError, explain_damage
from armbulk.readers.sheet_builder import MAX_CELLS, SheetBuilder
from armbulk.readers.symbol_format import remove_shown_symbol
from armbulk.readers.visibility import MIN_HEIGHT
from armbulk.readers.xlsx import refuse_same_names
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_formats import Cell, describe_whole_number
from armbulk.readers.xlsx_values import parse_iso_date, to_plain_number
from armbulk.readers.xml_elements import NAMESPACE_SEPARATOR, Element

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT, _STYLE = (
    f"{_BASE}{name}:1.0{NAMESPACE_SEPARATOR}" for name in ("office", "table", "text", "style")
)
_CALC = f"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0{NAMESPACE_SEPARATOR}"
_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]?|Err:[0-9]{3}|#[^\s]{2,20}[!?]")
_INDENTATION = re.compile(r" *[\t\r\n][ \t\r\n]*")  # spaces alone stay: LibreOffice writes them as they are in the cell
_GROUPED = re.compile(  # 1 000 or 1000,00
    "([0-9]{1,3}(?:[ .,\u00a0\u202f\u2019'][0-9]{3})+|[0-9]+)(?![0-9])(?:[.,]0+(?![0-9]))?"
)
_SIGN = re.compile("[-(\u2010-\u2015\u2212]")
_LAST_SEPARATOR = re.compile("[.,](?![0-9])")  # as in 1 000,-
_TIME = re.compile(r"PT(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})(?:[.,][0-9]*)?S)?")
_NUMBER_TYPES = {"float": "number", "currency": "number", "percentage": "percent"}
_FIELDS = ("date", "time", "title", "sheet-name", "file-name", "author-name")  # fields whose text is in the cell
_LENGTH = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(in|cm|mm|pt|pc|px)")
_POINTS = {"in": 72.0, "cm": 28.35, "mm": 2.835, "pt": 1.0, "pc": 12.0, "px": 0.75}
_MAX_MERGED_RANGES = 100_000
_MAX_POSITION = 1 << 24

_Attributes = dict[str, str]


def read_ods(archive: WorkbookArchive, sha256: str) -> list[Sheet]:
    """Read the tables of a spreadsheet, hidden ones included; FileError when it cannot be read."""
    reader = _OdsReader(archive)
    try:
        archive.parse("content.xml", {"document-content": reader.describe()}, (_OFFICE.strip(),))
    except (ValueError, OverflowError) as error:
        raise archive.damaged_error(explain_damage(error)) from None
    if not reader.sheets:
        raise archive.no_workbook_error(_("{name} is an OpenDocument file without a table"))
    refuse_same_names([sheet.name for sheet in reader.sheets], archive.name)
    return [sheet.build(archive.name, sha256, "ods") for sheet in reader.sheets]


class _OdsReader:
    """Walks through the cells of content.xml."""

    def __init__(self, archive: WorkbookArchive) -> None:
        self.sheets: list[SheetBuilder] = []
        self._archive = archive
        self._hidden_styles: set[str] = set()
        self._sizes: dict[str, float] = {}  # the style of a row or column → its height or width in points
        self._hidden_groups: list[bool] = []
        self._next_column = 0
        self._is_row_hidden = False
        self._style = ""
        self._cells_left = MAX_CELLS
        self._row = self._next_row = 1
        self._column = 0
        self._values: dict[int, Cell] = {}
        self._attributes: _Attributes = {}
        self._paragraphs: list[list[str]] = []

    def describe(self) -> Element:
        """Return the elements that are read."""
        inline: dict[str, Element] = {}
        inside = Element(text=self._add_text, children=inline)
        inline |= {f"{_TEXT}{name}": inside for name in ("span", "a", *_FIELDS)}
        inline[f"{_TEXT}s"] = Element(lambda attributes: self._add_piece(" " * _read_count(attributes, f"{_TEXT}c")))
        inline[f"{_TEXT}tab"] = Element(lambda _: self._add_piece("\t"))
        inline[f"{_TEXT}line-break"] = Element(lambda _: self._add_piece("\n"))
        paragraph = Element(lambda _: self._paragraphs.append([]), text=self._add_text, children=inline)
        cell = Element(self._begin_cell, self._end_cell, children={f"{_TEXT}p": paragraph})
        names = ("table-cell", "covered-table-cell")
        row = Element(self._begin_row, self._end_row, children={f"{_TABLE}{name}": cell for name in names})
        rows: dict[str, Element] = {f"{_TABLE}table-row": row}
        group = Element(self._begin_group, self._end_group, children=rows)
        rows |= {f"{_TABLE}{name}": group for name in ("table-row-group", "table-header-rows", "table-rows")}
        columns: dict[str, Element] = {f"{_TABLE}table-column": Element(self._add_column)}
        group = Element(self._begin_group, self._end_group, children=columns)
        columns |= {
            f"{_TABLE}{name}": group for name in ("table-column-group", "table-header-columns", "table-columns")
        }
        table = Element(self._begin_table, children={**columns, **rows})
        spreadsheet = Element(children={f"{_TABLE}table": table})
        properties = Element(self._read_properties)
        kinds = ("table-properties", "table-row-properties", "table-column-properties")
        style = Element(self._begin_style, children={f"{_STYLE}{kind}": properties for kind in kinds})
        styles = Element(children={f"{_STYLE}style": style})
        body = Element(children={"spreadsheet": spreadsheet})
        return Element(children={"automatic-styles": styles, "body": body})

    # --- tables and rows ----------------------------------------------------------------------------

    def _begin_style(self, attributes: _Attributes) -> None:
        self._style = attributes.get(f"{_STYLE}name", "")

    def _read_properties(self, attributes: _Attributes) -> None:
        if attributes.get(f"{_TABLE}display") == "false":
            self._hidden_styles.add(self._style)
        size = attributes.get(f"{_STYLE}row-height") or attributes.get(f"{_STYLE}column-width") or ""
        length = _LENGTH.fullmatch(size)
        if length:
            self._sizes[self._style] = float(length[1]) * _POINTS[length[2]]

    def _begin_table(self, attributes: _Attributes) -> None:
        is_visible = attributes.get(f"{_TABLE}style-name") not in self._hidden_styles
        self.sheets.append(SheetBuilder(attributes.get(f"{_TABLE}name", ""), visible=is_visible))
        self._next_row, self._next_column = 1, 0

    def _begin_group(self, attributes: _Attributes) -> None:
        self._hidden_groups.append(attributes.get(f"{_TABLE}display") == "false")

    def _end_group(self) -> None:
        self._hidden_groups.pop()

    def _is_hidden(self, attributes: _Attributes) -> bool:
        """Whether a row or a column is hidden, filtered away, in a closed group, or too small to be read."""
        size = self._sizes.get(attributes.get(f"{_TABLE}style-name", ""))
        is_visible = attributes.get(f"{_TABLE}visibility", "visible") == "visible"
        return not is_visible or any(self._hidden_groups) or (size is not None and size < MIN_HEIGHT)

    def _add_column(self, attributes: _Attributes) -> None:
        first, repeated = self._next_column, _read_count(attributes, f"{_TABLE}number-columns-repeated")
        self._next_column = min(first + repeated, EXCEL_MAX_COLUMNS)
        is_hidden = self._is_hidden(attributes)
        self.sheets[-1].visibility.mark_columns(first, self._next_column, is_hidden=is_hidden)

    def _begin_row(self, attributes: _Attributes) -> None:
        self._row, self._column, self._values = self._next_row, 0, {}
        self._is_row_hidden = self._is_hidden(attributes)
        self._next_row += _read_count(attributes, f"{_TABLE}number-rows-repeated")
        if self._next_row > _MAX_POSITION:
            raise DamageError(_("it has more rows than a sheet can have"))

    def _end_row(self) -> None:
        if not self._values:
            return
        self._cells_left -= len(self._values) * (self._next_row - self._row)
        self._check_cells(0)
        rows = range(self._row, self._next_row)
        if self._is_row_hidden:
            self.sheets[-1].visibility.hide_rows(rows)
        for number in rows:
            self.sheets[-1].add_row(number, self._values)

    def _check_cells(self, more: int) -> None:
        if self._cells_left < more:
            raise FileError(
                "too-large",
                _("{name} has more than {maximum:number} cells", name=self._archive.name, maximum=MAX_CELLS),
                SPLIT,
            )

    # --- cells --------------------------------------------------------------------------------------

    def _begin_cell(self, attributes: _Attributes) -> None:
        self._attributes, self._paragraphs = attributes, []

    def _add_text(self, piece: str) -> None:
        self._add_piece(_INDENTATION.sub(" ", piece))

    def _add_piece(self, piece: str) -> None:
        self._paragraphs[-1].append(piece)

    def _end_cell(self) -> None:
        first, attributes = self._column, self._attributes
        repeated = _read_count(attributes, f"{_TABLE}number-columns-repeated")
        self._column += repeated
        if self._column > _MAX_POSITION:
            raise DamageError(_("it has more columns than a sheet can have"))
        self._add_merged(first)
        cell = self._read_value()
        if cell[0]:
            self._check_cells(repeated)
            self._values.update(dict.fromkeys(range(first, self._column), cell))

    def _read_value(self) -> Cell:
        """Return the cell; a blank text is a blank cell."""
        attributes = self._attributes
        shown = remove_shown_symbol("\n".join("".join(pieces) for pieces in self._paragraphs).strip())
        formula = attributes.get(f"{_TABLE}formula")
        value_type = attributes.get(f"{_OFFICE}value-type", "")
        if attributes.get(f"{_CALC}value-type") == "error" or (formula is not None and _ERROR.fullmatch(shown)):
            return shown or "#N/A", "error"
        if formula is not None and not value_type and not self._paragraphs:
            return f"={formula.partition('=')[2]}"[:100], "uncalculated"
        match value_type:
            case "float" | "currency" | "percentage":
                return _read_number(attributes.get(f"{_OFFICE}value", ""), _NUMBER_TYPES[value_type], shown)
            case "date":
                return parse_iso_date(attributes.get(f"{_OFFICE}date-value", ""))
            case "time":
                return _read_time(attributes.get(f"{_OFFICE}time-value", ""))
            case "boolean":
                return ("TRUE" if attributes.get(f"{_OFFICE}boolean-value") == "true" else "FALSE"), "boolean"
            case _:
                return attributes.get(f"{_OFFICE}string-value", shown).strip(), "text"

    def _add_merged(self, column: int) -> None:
        columns = _read_count(self._attributes, f"{_TABLE}number-columns-spanned")
        rows = _read_count(self._attributes, f"{_TABLE}number-rows-spanned")
        ranges = self.sheets[-1].merged_ranges
        if columns * rows > 1 and len(ranges) < _MAX_MERGED_RANGES:
            last = f"{to_letters(column + columns - 1)}{self._row + rows - 1}"
            ranges.append(f"{to_letters(column)}{self._row}:{last}")


def _read_count(attributes: _Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 9 else 1


def _read_number(raw: str, kind: str, shown: str) -> Cell:
    plain = to_plain_number(raw.strip())
    if plain is None:
        raise DamageError(_("it has '{text}' instead of a number", text=raw[:20]))
    if not plain:
        return "#NUM!", "error"
    if kind != "number" or not shown:
        return plain, kind
    numbers = _GROUPED.findall(shown)
    is_shown = len(numbers) == 1 and re.sub("[^0-9]", "", numbers[0]) == plain
    if is_shown and _GROUPED.fullmatch(shown):
        return plain, kind
    code = _LAST_SEPARATOR.sub(" ", shown) if is_shown else f'"{shown}"'  # a format that shows something else
    if not plain.isdigit():
        is_unsigned = plain.startswith("-") and not _SIGN.search(shown)
        return (plain, "disguised", code) if is_unsigned or find_currency(shown) else (plain, kind)
    has_its_digits = re.sub("[^0-9]", "", shown).lstrip("0") == plain.lstrip("0")
    return describe_whole_number(plain, shown if has_its_digits else "", code)


def _read_time(raw: str) -> tuple[str, str]:
    match = _TIME.fullmatch(raw)
    if match is None:
        return raw[:40] or "#TIME", "error"
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return f"{hours:02}:{minutes:02}:{seconds:02}", "time"
