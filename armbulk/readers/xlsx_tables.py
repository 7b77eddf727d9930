"""The total rows of a worksheet's tables (Insert > Table): Excel knows that they are no data."""

from armbulk.errors import FileError
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_parts import read_relations
from armbulk.readers.xlsx_shared import SPREADSHEET
from armbulk.readers.xml_elements import Element

_NONE = ("", "0")


def find_table_totals(archive: WorkbookArchive, part: str) -> frozenset[int]:
    """Return the total rows of the tables of a worksheet; a table that cannot be read has none."""
    folder, _slash, name = part.rpartition("/")
    rows: set[int] = set()

    def read_table(attributes: dict[str, str]) -> None:
        last = attributes.get("ref", "").rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ$")
        if attributes.get("totalsRowCount", "") not in _NONE and last.isdecimal():
            rows.add(int(last))

    try:
        for kind, target in read_relations(archive, f"{folder}/_rels/{name}.rels", folder).values():
            if kind == "table" and target.lower() in archive.parts:
                archive.parse(target, {"table": Element(read_table)}, SPREADSHEET)
    except FileError:
        return frozenset()
    return frozenset(rows)
