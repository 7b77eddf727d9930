"""What a worksheet has before and after its rows: size, widths of columns, filter, comments."""

import re
from collections.abc import Mapping

from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart

_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection",
    "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells",
    "phoneticPr", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
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
    for element in _list_columns(head):
        number = element.attributes.get("style", "0")
        if number.isdecimal() and number != "0":
            first, last = _limits(element)
            styles |= dict.fromkeys(range(first, last + 1), int(number))
    return styles


def set_widths(head: XmlPart, widths: Mapping[int, float]) -> None:
    """Set the widths of columns; ranges of columns that include one are split."""
    cols = head.root.find("cols")
    prefix = head.prefix(head.root)
    new = {
        index: f'<{prefix}col min="{index + 1}" max="{index + 1}" width="{width}" customWidth="1"/>'
        for index, width in widths.items()
    }
    if cols is None:
        xml = "".join(new[index] for index in sorted(new))
        head.insert(head.root, f"<{prefix}cols>{xml}</{prefix}cols>", head.root.find("sheetData"))
        return
    columns: list[tuple[int, bytes]] = [(index, xml.encode()) for index, xml in new.items()]
    for element in _list_columns(head):
        tag = head.content[element.start : element.end]
        columns += [(first, _set_limits(tag, first, last)) for first, last in _split(*_limits(element), set(widths))]
    head.replace_content(cols, b"".join(xml for _, xml in sorted(columns)))


def _list_columns(head: XmlPart) -> list[XmlElement]:
    cols = head.root.find("cols")
    return list(cols.find_all("col")) if cols else []


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


def grow_filter(tail: XmlPart, header_row: int, data: Area, *, may_add: bool) -> Area | None:
    """Make the filter of a worksheet include the outcome columns.

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
        if area is None or area.top != header_row or area.right >= data.right:
            return None
        area.right = data.right
        tail.set(element, "ref", area.reference)
        return area
    if not may_add or tail.root.find("sheetProtection") is not None:
        return None
    insert_in_order(tail, "autoFilter", f'autoFilter ref="{data.reference}"/>')
    return data


def insert_in_order(tail: XmlPart, name: str, xml: str) -> None:
    """Insert an element after the rows of a worksheet, where it belongs; `xml` is without `<` and prefix."""
    rank = _RANKS[name]
    before = next((child for child in tail.root.children if _RANKS.get(child.name, _RANK_OF_OTHERS) > rank), None)
    tail.insert(tail.root, f"<{tail.prefix(tail.root)}{xml}", before)
