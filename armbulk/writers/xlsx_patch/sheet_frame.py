"""What a worksheet has before and after its rows: size, widths of columns, filter, comments."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute, set_attributes

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
_DEFAULT_WIDTH = 9.140625
_SYMBOL_CHARS = 3.0
"""What a symbol and its blank need, in digits: the symbol is wider than one."""

_PADDING = 0.7109375
"""What Excel adds to the digits that a column shows."""

_RANKS = {name: rank for rank, name in enumerate(_ORDER)}
_RANK_OF_OTHERS = _RANKS["oleObjects"]  # an alternative has objects and controls


class Area:
    """A range of cells; rows and columns count from 1 and 0, as they are named."""

    __slots__ = ("bottom", "left", "right", "top")

    def __init__(self, left: int, top: int, right: int, bottom: int) -> None:
        """Take the corners."""
        self.left, self.top, self.right, self.bottom = left, top, right, bottom

    @classmethod
    def parse(cls, reference: str) -> "Area | None":
        """Return the area of a reference such as A1:F9; None for others."""
        match = _RANGE.fullmatch(reference.strip().upper())
        if match is None:
            return None
        left, top, right, bottom = match.groups()
        return cls(to_index(left), int(top), to_index(right or left), int(bottom or top))

    @property
    def reference(self) -> str:
        """The area as it is written."""
        return f"{to_letters(self.left)}{self.top}:{to_letters(self.right)}{self.bottom}"


def widen_dimension(head: XmlPart, right: int, bottom: int) -> None:
    """Make the size that a worksheet notes include a column and a row."""
    element = head.root.find("dimension")
    area = Area.parse(element.attributes.get("ref", "")) if element else None
    if element is not None and area is not None and (area.right < right or area.bottom < bottom):
        area.right, area.bottom = max(area.right, right), max(area.bottom, bottom)
        head.set(element, "ref", area.reference)


def read_column_styles(head: XmlPart) -> dict[int, int]:
    """Return column index → style of its cells that are not there."""
    styles: dict[int, int] = {}
    for first, last, element in list_columns(head):
        number = element.attributes.get("style", "0")
        if number.isdecimal() and number != "0":
            styles |= dict.fromkeys(range(first, last + 1), int(number))
    return styles


def set_columns(
    head: XmlPart, widths: Mapping[int, float], changes: Mapping[int, Mapping[str, str | None]] | None = None
) -> None:
    """Set the widths and other attributes of columns; ranges of columns that include one are split.

    Args:
        head: What is before the rows.
        widths: Column index → width of a column that is new.
        changes: Column index → attributes; None removes one.
    """
    changes = changes or {}
    prefix = head.prefix(head.root)
    columns = {
        index: f'<{prefix}col min="{index + 1}" max="{index + 1}" width="{width}" customWidth="1"/>'.encode()
        for index, width in widths.items()
    }
    rest = set(changes) - set(widths)
    kept: list[tuple[int, bytes]] = []
    for first, last, element in list_columns(head):
        tag = head.content[element.start : element.end]
        columns |= {index: _set_limits(tag, index, index) for index in rest if first <= index <= last}
        kept += [(left, _set_limits(tag, left, right)) for left, right in _split(first, last, {*widths, *rest})]
    for index in rest - set(columns):
        columns[index] = f'<{prefix}col min="{index + 1}" max="{index + 1}" width="9.140625"/>'.encode()
    for index, attributes in changes.items():
        columns[index] = set_attributes(columns[index], dict(attributes))
    xml = b"".join(tag for _, tag in sorted([*kept, *columns.items()]))
    cols = head.root.find("cols")
    if cols is not None:
        head.replace_content(cols, xml)
    else:
        head.insert(
            head.root, f"<{prefix}cols>".encode() + xml + f"</{prefix}cols>".encode(), head.root.find("sheetData")
        )


def list_columns(head: XmlPart) -> list[tuple[int, int, XmlElement]]:
    """Return (index of the first column, of the last one, element) of each range of columns."""
    cols = head.root.find("cols")
    return [(*_limits(element), element) for element in cols.find_all("col")] if cols else []


def make_room(head: XmlPart, index: int, chars: int) -> dict[int, dict[str, str | None]]:
    """Return the attributes that let a column show its longest text with a symbol before it; {} if it is wide enough.

    Without the room Excel shows a number as ####, and cuts the end of a text, so that it looks like another number.

    Args:
        head: What is before the rows.
        index: The column.
        chars: The length of its longest text.
    """
    element = next((element for first, last, element in list_columns(head) if first <= index <= last), None)
    if element is not None and element.attributes.get("hidden") in {"1", "true"}:
        return {}
    sheet_format = head.root.find("sheetFormatPr")
    default = sheet_format.attributes.get("defaultColWidth") if sheet_format is not None else None
    width = _read_width(element.attributes.get("width") if element is not None else default)
    needed = min(chars + _SYMBOL_CHARS + _PADDING, width + _SYMBOL_CHARS)
    return {index: {"width": f"{needed:.7g}", "customWidth": "1"}} if needed > width else {}


def _read_width(text: str | None) -> float:
    try:
        return float(text or _DEFAULT_WIDTH)
    except ValueError:
        return _DEFAULT_WIDTH


def _limits(element: XmlElement) -> tuple[int, int]:
    first, last = (int(element.attributes.get(name, "0") or 0) for name in ("min", "max"))
    return max(first, 1) - 1, min(max(last, first, 1), EXCEL_MAX_COLUMNS) - 1


def _split(first: int, last: int, without: "set[int]") -> list[tuple[int, int]]:
    """Return the ranges that are left of a range of columns without some of them."""
    ranges = []
    for index in sorted(column for column in without if first <= column <= last):
        if first < index:
            ranges.append((first, index - 1))
        first = index + 1
    return [*ranges, (first, last)] if first <= last else ranges


def _set_limits(tag: bytes, first: int, last: int) -> bytes:
    tag = re.sub(rb"""(\smin\s*=\s*)["'][^"']*["']""", rb'\g<1>"%d"' % (first + 1), tag)
    return re.sub(rb"""(\smax\s*=\s*)["'][^"']*["']""", rb'\g<1>"%d"' % (last + 1), tag)


def grow_choice(tail: XmlPart, header_row: int, data: Area, *, may_add: bool) -> Area | None:
    """Make the filter of a worksheet include the outcome columns, and rows that were added below it.

    Args:
        tail: What is after the rows.
        header_row: The row of the header.
        data: The header and all rows, with the outcome columns.
        may_add: Whether a worksheet without a filter gets one.

    Returns:
        The range of the filter; None if there is none.
    """
    element = tail.root.find("autoFilter")
    if element is not None:
        area = Area.parse(element.attributes.get("ref", ""))
        if area is None or area.top != header_row or (area.right >= data.right and area.bottom >= data.bottom):
            return None
        area.right, area.bottom = max(area.right, data.right), max(area.bottom, data.bottom)
        tail.set(element, "ref", area.reference)
        return area
    if not may_add or tail.root.find("sheetProtection") is not None:
        return None
    insert_in_order(tail, "autoFilter", f'autoFilter ref="{data.reference}"/>')
    return data


def set_links(tail: XmlPart, letters: str, sheet: str, targets: Iterable[tuple[int, int]], limit: int) -> None:
    """Let cells of a column lead to rows of another sheet, instead of the links of an earlier result.

    Args:
        tail: What is after the rows.
        letters: The letters of the column.
        sheet: The name of the other sheet.
        targets: (row, row of the other sheet).
        limit: How many links the worksheet may have.
    """
    element, prefix = tail.root.find("hyperlinks"), tail.prefix(tail.root)
    children = element.children if element is not None else []
    earlier = {child for child in children if "location" in child.attributes and _is_in_column(child, letters)}
    location = escape_attribute("'" + sheet.replace("'", "''") + "'!A")
    new = [
        f'<{prefix}hyperlink ref="{letters}{row}" location="{location}{target}"/>'
        for row, target in islice(targets, max(limit - len(children) + len(earlier), 0))
    ]
    if element is None:
        if new:
            insert_in_order(tail, "hyperlinks", f"hyperlinks>{''.join(new)}</{prefix}hyperlinks>")
    elif not new and len(earlier) == len(children):
        tail.remove(element)
    else:
        for child in earlier:
            tail.remove(child)
        tail.insert(element, "".join(new))


def _is_in_column(link: XmlElement, letters: str) -> bool:
    area = Area.parse(link.attributes.get("ref", ""))
    return area is not None and area.left == area.right == to_index(letters)


def insert_in_order(tail: XmlPart, name: str, xml: str) -> None:
    """Insert an element after the rows of a worksheet, where it belongs; `xml` is without `<` and prefix."""
    rank = _RANKS[name]
    before = next((child for child in tail.root.children if _RANKS.get(child.name, _RANK_OF_OTHERS) > rank), None)
    tail.insert(tail.root, f"<{tail.prefix(tail.root)}{xml}", before)
