"""How a sheet of armbulk's own template opens: the outcome columns beside the keys, and blank columns folded away."""

from collections.abc import Mapping

import polars as pl

from armbulk.model.sheet import Sheet
from armbulk.readers.cell_buffer import to_index, to_letters
from armbulk.writers.style import SheetHeader
from armbulk.writers.xlsx_patch.sheet_frame import list_columns
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart

ColumnChanges = dict[int, dict[str, str | None]]

_FROZEN = ("frozen", "frozenSplit")
_NARROW_PRINT = {"paperSize": "9", "orientation": "landscape", "fitToHeight": "0", "fitToWidth": "1"}
"""How a template with few columns prints: A4 across, one page wide, as many pages long as it needs."""


def scroll_to_outcomes(head: XmlPart, header: SheetHeader, first: int) -> None:
    """Scroll the columns beside the frozen keys to the first outcome column.

    Nothing changes where a person has frozen other columns, or none.

    Args:
        head: What is before the rows.
        header: The header of the sheet.
        first: The index of the first outcome column.
    """
    pane = _find_pane(head)
    if pane is None or not is_frozen_at_keys(pane, header):
        return
    row = int(pane.attributes.get("ySplit", "0")) + 1
    head.set(pane, "topLeftCell", f"{to_letters(first)}{row}")


def is_frozen_at_keys(pane: XmlElement, header: SheetHeader) -> bool:
    """Return whether the header and the columns up to that of the keys are frozen, as in a template."""
    split = pane.attributes.get("xSplit", ""), pane.attributes.get("ySplit", "")
    expected = str(to_index(header.key_letter) + 1), str(header.row)
    return pane.attributes.get("state") in _FROZEN and split == expected


def _find_pane(head: XmlPart) -> XmlElement | None:
    views = head.root.find("sheetViews")
    first = next(iter(views.find_all("sheetView")), None) if views else None
    return first.find("pane") if first else None


def fold_blank_columns(head: XmlPart, sheet: Sheet, header: SheetHeader, first: int) -> ColumnChanges:
    """Return the attributes of columns by which blank ones are grouped and folded: index → name → value.

    A sheet that has groups keeps them; folded columns that have values now are shown.

    Args:
        head: What is before the rows.
        sheet: The sheet as it was read.
        header: The header of the sheet.
        first: The index of the first outcome column.
    """
    used = find_used_columns(sheet, header.row)
    levels = _read_groups(head)
    if levels:
        return {index: {"hidden": None} for index, is_hidden in levels.items() if is_hidden and index in used}
    key = to_index(header.key_letter)
    blank = {to_index(letter) for letter in sheet.letters} - used
    folded = {index for index in blank if key < index < first}
    after = {index + 1 for index in folded} - folded
    _set_outline(head, folded)
    changes: ColumnChanges = {index: {"outlineLevel": "1", "hidden": "1"} for index in folded}
    return {**changes, **{index: {"collapsed": "1"} for index in after}}


def print_on_two_pages(tail: XmlPart) -> bool:
    """Let a sheet print two pages wide, if it prints one page wide as a template does; return whether it does now.

    On one page, the letters of a template with its outcome columns are too small to be read.

    Args:
        tail: What is after the rows.
    """
    setup = tail.root.find("pageSetup")
    attributes = {"fitToWidth": "1", **(setup.attributes if setup is not None else {})}
    if setup is None or any(attributes.get(name) != value for name, value in _NARROW_PRINT.items()):
        return False
    tail.set(setup, "fitToWidth", "2")
    return True


def find_used_columns(sheet: Sheet, header_row: int) -> set[int]:
    """Return the indexes of the columns with a value below the header."""
    counts = sheet.frame.filter(pl.col("row") > header_row).select(pl.col(list(sheet.letters)).count())
    return {to_index(letter) for letter in sheet.letters if counts[letter][0]}


def _read_groups(head: XmlPart) -> Mapping[int, bool]:
    """Column index → whether it is hidden, of the columns that are in a group."""
    return {
        index: element.attributes.get("hidden") in ("1", "true")
        for first, last, element in list_columns(head)
        if element.attributes.get("outlineLevel", "0") != "0"
        for index in range(first, last + 1)
    }


def _set_outline(head: XmlPart, folded: set[int]) -> None:
    element = head.root.find("sheetFormatPr")
    if folded and element is not None:
        head.set(element, "outlineLevelCol", "1")
    elif folded:
        prefix = head.prefix(head.root)
        before = head.root.find("cols") or head.root.find("sheetData")
        head.insert(head.root, f'<{prefix}sheetFormatPr defaultRowHeight="15" outlineLevelCol="1"/>', before)
