"""Small workbooks in the formats of other programs, made by hand: .xlsb and .ods."""

import struct
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from support.damaged_files import PACKAGE, REL, pack

OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
CALC = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of a binary workbook."""
    head = bytes([kind]) if kind < 0x80 else bytes([(kind & 0x7F) | 0x80, kind >> 7])
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def wide(text: str) -> bytes:
    """A text with its length before it."""
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
    """A cell: 3 error, 4 yes or no, 5 number, 6 text, 8 formula with a text, 9 with a number, 11 with an error."""
    formula = struct.pack("<HI", 0, 0) + struct.pack("<I", 0) if kind >= 8 else b""
    return record(kind, struct.pack("<II", column, style) + value + formula)


def short_cell(kind: int, value: bytes, style: int = 0) -> bytes:
    """A cell right of the one before, which says no column: 3 error, 4 yes or no, 5 number, 6 text."""
    return record(kind + 11, struct.pack("<I", style) + value)


def xlsb(
    rows: dict[int, Sequence[bytes]],
    *,
    calculation: int = 0,
    merged: Sequence[tuple[int, ...]] = (),
    since_1904: int = 0,
    heights: Mapping[int, int] = MappingProxyType({}),
    hidden_rows: Collection[int] = (),
    columns: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """An .xlsb workbook with one sheet `Kunder`; rows are numbered from 1, their `heights` are in twips.

    `columns` are ranges: first, last, width in 1/256 of a character, 1 for hidden.

    Its style 1 shows per cent, 2 a date, 3 six digits.

    `calculation` are the flags of the record about formulas: 1 calculate on opening, 16 some are not calculated.
    """
    data = b"".join(
        record(
            0, struct.pack("<IIHBBBI", number - 1, 0, heights.get(number, 300), 0, 16 * (number in hidden_rows), 0, 0)
        )
        + b"".join(cells)
        for number, cells in rows.items()
    )
    widths = b"".join(
        record(60, struct.pack("<4IH", first, last, width, 0, flag)) for first, last, width, flag in columns
    )
    ranges = b"".join(record(176, struct.pack("<4I", *area)) for area in merged)
    dimension = record(148, struct.pack("<4I", 0, 20, 0, 20))
    sheet = (
        record(129)
        + dimension
        + record(390)
        + widths
        + record(391)
        + record(145)
        + data
        + record(146)
        + ranges
        + record(130)
    )
    bundle = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("Kunder"))
    properties = record(157, struct.pack("<IIIdI", 0, 1, 100, 0.001, 1) + bytes([calculation, 0]))
    book = record(131) + record(153, struct.pack("<II", since_1904, 0) + wide("")) + record(143) + bundle + record(144)
    styles = [record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in (0, 9, 14, 164)]
    style_part = (
        record(278)
        + record(44, struct.pack("<H", 164) + wide("000000"))
        + record(617, struct.pack("<I", 4))
        + b"".join(styles)
        + record(618)
        + record(279)
    )
    relation = '<Relationship Id="{}" Type="{}" Target="{}"/>'.format
    own = f'<Relationships xmlns="{PACKAGE}">'
    return pack(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": own + relation("r1", f"{REL}/officeDocument", "xl/workbook.bin") + "</Relationships>",
            "xl/workbook.bin": book + properties + record(132),
            "xl/_rels/workbook.bin.rels": own
            + relation("rId1", f"{REL}/worksheet", "worksheets/sheet1.bin")
            + relation("rId2", f"{REL}/styles", "styles.bin")
            + "</Relationships>",
            "xl/worksheets/sheet1.bin": sheet,
            "xl/styles.bin": style_part,
        }
    )


def ods(rows: str, *, manifest: str = "", name: str = "Kunder") -> bytes:
    """An .ods spreadsheet with one table; `rows` is the XML of its rows."""
    names = " ".join(f'xmlns:{space}="{OFFICE}{space}:1.0"' for space in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="{name}">{rows}</table:table>'
    content = f'<office:document-content {names} xmlns:calcext="{CALC}" office:version="1.3">{body}'
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": manifest or "<manifest/>",
            "content.xml": f"{content}</office:spreadsheet></office:body></office:document-content>",
        }
    )
