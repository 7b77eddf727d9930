"""The tables (Insert > Table) of a worksheet: they grow with the outcome columns."""

from collections.abc import Mapping

from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.sheet_frame import Area
from armbulk.writers.xlsx_patch.xml_part import XmlElement, XmlPart, escape_attribute


def grow_table(package: Package, part: str, header_row: int, headers: Mapping[int, str]) -> frozenset[int]:
    """Make a table include the outcome columns beside it.

    Args:
        package: The workbook.
        part: The part of the table.
        header_row: The row of the header.
        headers: Index of each outcome column → its header.

    Returns:
        The outcome columns whose headers stay as they are: another column of the table has the name.
    """
    table = package.xml(part)
    area = Area.parse(table.root.attributes.get("ref", ""))
    columns = table.root.find("tableColumns")
    if area is None or columns is None or area.top != header_row or table.root.attributes.get("headerRowCount") == "0":
        return frozenset()
    elements = list(columns.find_all("tableColumn"))
    kept = _rename(table, elements, area, headers)
    right = area.right
    while right + 1 in headers:
        right += 1
    if right == area.right or table.root.attributes.get("tableType", "worksheet") != "worksheet":
        return kept
    new = [headers[index] for index in range(area.right + 1, right + 1)]
    if {name.casefold() for name in new} & {element.attributes.get("name", "").casefold() for element in elements}:
        return kept
    first_id = max((int(element.attributes.get("id", "0")) for element in elements), default=0) + 1
    prefix = table.prefix(columns)
    xml = "".join(
        f'<{prefix}tableColumn id="{number}" name="{escape_attribute(name)}"/>'
        for number, name in enumerate(new, start=first_id)
    )
    table.insert(columns, xml)
    table.set(columns, "count", str(len(elements) + len(new)))
    _grow_ranges(table, area, right)
    return kept


def _rename(table: XmlPart, elements: list[XmlElement], area: Area, headers: Mapping[int, str]) -> frozenset[int]:
    """Give the outcome columns of an earlier result the names of their headers, unless another column has it."""
    names = [element.attributes.get("name", "").casefold() for element in elements]
    kept = set()
    for position, element in enumerate(elements):
        header = headers.get(area.left + position)
        if header is None or header.casefold() == names[position]:
            continue
        if header.casefold() in names:
            kept.add(area.left + position)
        else:
            names[position] = header.casefold()
            table.set(element, "name", header)
    return frozenset(kept)


def _grow_ranges(table: XmlPart, area: Area, right: int) -> None:
    table.set(table.root, "ref", Area(area.left, area.top, right, area.bottom).reference)
    element = table.root.find("autoFilter")
    filtered = Area.parse(element.attributes.get("ref", "")) if element else None
    if element is not None and filtered is not None:
        table.set(element, "ref", Area(filtered.left, filtered.top, right, filtered.bottom).reference)
