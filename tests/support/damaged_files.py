"""Damaged and hostile files, made by hand from a sound one: `python tests/support/damaged_files.py FOLDER`.

Each case is a name, the file's bytes, and what armbulk must make of it: the code of a refusal, or None with the rows
it must read. Large ones are built in memory and never stored.
"""

import io
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True)
class Case:
    """One file: its name, how its bytes are made, and what must come of it."""

    name: str
    make: Callable[[], bytes]
    refusal: str | None = None
    rows: list[tuple[object, ...]] = field(default_factory=list)
    says: str = ""


def parts(
    rows: str = '<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>',
    *,
    strings: str | None = None,
    styles: str | None = None,
    before: str = "",
    after: str = "",
    workbook: str = "",
    sheets: str = '<sheet name="Kunder" sheetId="1" r:id="rId1"/>',
) -> dict[str, str]:
    """The parts of a small workbook with these cells."""
    return {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{REL}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}">{workbook}<sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{REL}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{REL}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId4" Type="{REL}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}'
        "</worksheet>",
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        "xl/sharedStrings.xml": strings or f'<sst xmlns="{MAIN}"><si><t>hei</t></si></sst>',
        "xl/styles.xml": styles or f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>',
    }


def pack(contents: dict[str, str | bytes], extra: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A zip file of these parts; `extra` are added even if a part of the name is there."""
    memory = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a part twice is on purpose
        for name, content in [*contents.items(), *extra]:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return memory.getvalue()


def book(rows: str, **others: str) -> bytes:
    """A workbook with these rows."""
    return pack(dict(parts(rows, **others)))


def with_part(name: str, content: str) -> bytes:
    """The sound workbook with one part replaced or added."""
    return pack({**parts(), name: content})


def text(reference: str, value: str) -> str:
    """A text cell."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{value}</t></is></c>'


def number(reference: str, value: str, style: int = 0) -> str:
    """A number cell."""
    return f'<c r="{reference}" s="{style}"><v>{value}</v></c>'


def row(place: int, *cells: str, given: str = "") -> str:
    """A row of cells."""
    return f'<row r="{place}"{given}>{"".join(cells)}</row>'


def letters(place: int) -> str:
    """1 → A, 27 → AA."""
    return (letters((place - 1) // 26) if place > 26 else "") + chr(65 + (place - 1) % 26)


def flipped(content: bytes) -> bytes:
    """One bit of the first packed part turned over."""
    at = content.index(b"sheet1.xml") + 60
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


def big_part(name: str, head: str, piece: str, times: int, tail: str) -> bytes:
    """A workbook one of whose parts repeats `piece` very often; it packs to almost nothing."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part, content in parts().items():
            if part != name:
                archive.writestr(part, content)
        with archive.open(name, "w") as stream:
            stream.write(head.encode())
            block = piece * 1000
            for _ in range(times // 1000):
                stream.write(block.encode())
            stream.write(tail.encode())
    return memory.getvalue()


def many_cells() -> bytes:
    """More than five million small cells."""
    piece = "<row><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c><c><v>1</v></c></row>"
    head, tail = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
    return big_part("xl/worksheets/sheet1.xml", head, piece, 1_000_000, tail)


def encrypted_flag(content: bytes) -> bytes:
    """Every entry marked as encrypted."""
    made = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 1)
    return bytes(made)


def method(content: bytes, number_: int) -> bytes:
    """Every entry says it is packed by another method."""
    made = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        at = made.find(mark)
        while at >= 0:
            struct.pack_into("<H", made, at + offset, number_)
            at = made.find(mark, at + 1)
    return bytes(made)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{(f"&{chr(97 + n)};") * 10}">' for n in range(9)
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode="0000"/>'
    '<numFmt numFmtId="171" formatCode="dd/mm/yyyy;@"/><numFmt numFmtId="172" formatCode="0.00%"/>'
    '<numFmt numFmtId="173" formatCode="&quot;kr&quot; #,##0.00"/></numFmts><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/><xf numFmtId="171"/><xf numFmtId="172"/>'
    '<xf numFmtId="173"/><xf numFmtId="9"/></cellXfs></styleSheet>'
)
SST = f'<sst xmlns="{MAIN}">'
SHEET = f'<worksheet xmlns="{MAIN}">'


def one(cell: str, **others: str) -> Callable[[], bytes]:
    """A workbook with one cell in its first row."""
    return lambda: book(row(1, cell), **others)


def cases() -> Iterator[Case]:
    """All cases; bombs last."""
    yield from _containers()
    yield from _sheets()
    yield from _values()
    yield from _csv()
    yield from _bombs()


def _containers() -> Iterator[Case]:
    sound = pack(dict(parts()))
    cfb = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    yield Case("sound.xlsx", lambda: sound, rows=[(1, "x", "text")])
    yield Case("empty.xlsx", lambda: b"", "empty-file", says="0 bytes")
    yield Case("csv.xlsx", lambda: b"a;b;c\n1;2;3\n", "not-xlsx", says="looks like CSV")
    yield Case("html.xls", lambda: b"<html><table><tr><td>1</td></tr></table>", "not-xlsx", says="web page")
    yield Case("html.csv", lambda: b"<!DOCTYPE html><html></html>", "not-xlsx", says="web page")
    yield Case("old.xls", lambda: cfb + "Workbook".encode("utf-16-le"), "damaged", says="old.xls")
    yield Case("secret.xlsx", lambda: cfb + "EncryptedPackage".encode("utf-16-le"), "encrypted", says="password")
    yield Case("letter.doc", lambda: cfb + "WordDocument".encode("utf-16-le"), "not-xlsx", says="not a workbook")
    for name, head in {
        "invoice.csv": b"%PDF-1.7\n",
        "photo.csv": b"\x89PNG\r\n",
        "packed.csv": b"\x1f\x8b\x08",
    }.items():
        yield Case(name, lambda h=head: h + b"a;b\n1;2\n", "not-xlsx", says=" is a")
    yield Case("nameless", lambda: sound, rows=[(1, "x", "text")])
    yield Case("xlsx-named.csv", lambda: sound, rows=[(1, "x", "text")])
    other_case = {name.replace("sheet1.xml", "Sheet1.XML"): content for name, content in parts().items()}
    yield Case("part-other-case.xlsx", lambda: pack(dict(other_case)), rows=[(1, "x", "text")])
    backward = {name.replace("/", "\\"): content for name, content in parts().items()}
    yield Case("part-backslash.xlsx", lambda: pack(dict(backward)), rows=[(1, "x", "text")])
    yield Case("binary.xlsb", lambda: pack({"xl/workbook.bin": b"\x00"}), "damaged", says="binary.xlsb")
    ods = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}
    yield Case("open.ods", lambda: pack(dict(ods)), "damaged", says="open.ods")
    letter = {**ods, "mimetype": "application/vnd.oasis.opendocument.text"}
    yield Case("letter.odt", lambda: pack(dict(letter)), "not-xlsx", says="not a spreadsheet")
    yield Case("word.xlsx", lambda: pack({"word/document.xml": "<x/>"}), "not-xlsx", says="Word")
    yield Case("zip.xlsx", lambda: pack({"a.txt": "a"}), "not-xlsx", says="without a workbook")
    yield Case("cut.xlsx", lambda: sound[: len(sound) // 2], "damaged", says="its end")
    yield Case("cut-end.xlsx", lambda: sound[:-10], "damaged")
    yield Case("flipped.xlsx", lambda: flipped(sound), "damaged", says="sheet1.xml")
    yield Case("locked-part.xlsx", lambda: encrypted_flag(sound), "encrypted")
    yield Case("method.xlsx", lambda: method(sound, 14), "damaged")
    yield Case("method-99.xlsx", lambda: method(sound, 99), "damaged")
    yield Case("twice.xlsx", lambda: pack(dict(parts()), (("xl/workbook.xml", "<x/>"),)), "damaged", says="twice")
    yield Case("twice-case.xlsx", lambda: pack(dict(parts()), (("XL/Workbook.xml", "<x/>"),)), "damaged", says="twice")
    yield Case("outside.xlsx", lambda: pack({**parts(), "../../x": "x"}), "damaged", says="outside")
    yield Case("backslash.xlsx", lambda: pack({**parts(), "..\\x": "x"}), "damaged", says="outside")
    yield Case("parts.xlsx", lambda: pack({**parts(), **{f"p{n}": "" for n in range(2_000)}}), "damaged", says="parts")
    sheet = "xl/worksheets/sheet1.xml"
    for name, dtd in {"bomb": f"{BOMB}]>", "outside": OUTSIDE, "harmless": "<!DOCTYPE x>"}.items():
        yield Case(f"dtd-{name}.xlsx", lambda d=dtd: with_part(sheet, f"{d}{SHEET}</worksheet>"), "damaged", says="DTD")
        yield Case(
            f"dtd-{name}-texts.xlsx", lambda d=dtd: with_part("xl/sharedStrings.xml", f"{d}{SST}</sst>"), "damaged"
        )
    for part in ("xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"):
        yield Case(
            f"dtd-{Path(part).stem}.xlsx", lambda p=part: with_part(p, "<!DOCTYPE x><x/>"), "damaged", says="DTD"
        )
    for encoding in ("UT-1-8", "EBCDIC-CP-US", "ISO-2022-JP", "utf-7"):
        head = f'<?xml version="1.0" encoding="{encoding}"?>'
        yield Case(f"encoding-{encoding}.xlsx", lambda h=head: with_part(sheet, f"{h}{SHEET}</worksheet>"), "damaged")
    wide = f'<?xml version="1.0" encoding="UTF-16"?>{SHEET}<sheetData>{row(1, text("A1", "æ"))}</sheetData></worksheet>'
    yield Case("utf-16.xlsx", lambda: pack({**parts(), sheet: wide.encode("utf-16")}), rows=[(1, "æ", "text")])
    yield Case("not-xml.xlsx", lambda: with_part(sheet, "hello"), "damaged", says="sheet1.xml")
    yield Case("unclosed.xlsx", lambda: with_part(sheet, f"{SHEET}<sheetData>"), "damaged")
    missing = {name: content for name, content in parts().items() if name != sheet}
    yield Case("no-sheet.xlsx", lambda: pack(dict(missing)), "damaged", says="missing")


def _sheets() -> Iterator[Case]:
    two = row(1, text("A1", "a")) + row(2, text("A2", "b"))
    rows = [(1, "a", "text"), (2, "b", "text")]
    yield Case("dimension-large.xlsx", lambda: book(two, before='<dimension ref="A1:XFD1048576"/>'), rows=rows)
    yield Case("dimension-small.xlsx", lambda: book(two, before='<dimension ref="A1"/>'), rows=rows)
    corner = row(1, text("A1", "a")) + row(1048576, text("XFD1048576", "z"))
    yield Case("corners.xlsx", lambda: book(corner), rows=[(1, "a", "text"), (1048576, "z", "text")])
    yield Case(
        "gap.xlsx",
        lambda: book(row(3, text("C3", "a")) + row(9, text("C9", "b"))),
        rows=[(3, "a", "text"), (9, "b", "text")],
    )
    bare = "<row><c><v>1</v></c></row><row/><row><c><v>2</v></c></row>"
    yield Case("no-references.xlsx", lambda: book(bare), rows=[(1, "1", "number"), (3, "2", "number")])
    yield Case("row-4e9.xlsx", lambda: book(row(4_000_000_000, text("A4000000000", "x"))), "damaged")
    yield Case("row-0.xlsx", lambda: book(row(0, text("A0", "x"))), "damaged")
    yield Case(
        "rows-mixed.xlsx",
        lambda: book(row(2, text("A2", "b")) + row(1, text("A1", "a"))),
        "damaged",
        says="after row 2",
    )
    yield Case("row-twice.xlsx", lambda: book(row(1, text("A1", "a")) * 2), rows=[(1, "a", "text")])
    other_row = row(1, text("A1", "a")) + row(1, text("A1", "b"))
    yield Case("row-twice-other.xlsx", lambda: book(other_row), "damaged", says="row 1 is there twice")
    shorter_row = row(1, text("A1", "a"), text("B1", "b")) + row(1, text("A1", "a"))
    yield Case("row-twice-shorter.xlsx", lambda: book(shorter_row), "damaged", says="row 1 is there twice")
    yield Case("cell-twice.xlsx", lambda: book(row(1, text("A1", "a"), text("A1", "b"))), "damaged", says="A1")
    yield Case("cells-mixed.xlsx", lambda: book(row(1, text("B1", "a"), text("A1", "b"))), "damaged")
    yield Case("cell-elsewhere.xlsx", lambda: book(row(3, text("B7", "a"))), "damaged", says="B7")
    yield Case("cell-beyond.xlsx", lambda: book(row(1, text("XFE1", "a"))), "damaged", says="XFD")
    yield Case("cell-nonsense.xlsx", lambda: book(row(1, text("1A", "a"))), "damaged")
    for index in ("77", "-1", "1.5", "x", "1_0", "+0", "\uff10"):
        yield Case(f"text-{index}.xlsx", one(f'<c r="A1" t="s"><v>{index}</v></c>'), "damaged")
    yield Case("type.xlsx", one('<c r="A1" t="q"><v>1</v></c>'), "damaged", says="unknown type")
    same = '<sheet name="Kunder" sheetId="1" r:id="rId1"/><sheet name="KUNDER " sheetId="2" r:id="rId4"/>'
    yield Case("same-names.xlsx", lambda: book(two, sheets=same), "same-sheet-names")
    twin = '<sheet name="Kunder" sheetId="1" r:id="rId1"/><sheet name="Fakturaer" sheetId="2" r:id="rId1"/>'
    yield Case("same-part.xlsx", lambda: book(two, sheets=twin), "damaged", says="same part")
    many = "".join(f'<sheet name="S{n}" sheetId="{n + 1}" r:id="rId1"/>' for n in range(2_001))
    yield Case("many-sheets.xlsx", lambda: book(two, sheets=many), "damaged", says="2000 sheets")
    relations = parts()["xl/_rels/workbook.xml.rels"]
    again = relations.replace("</R", f'<Relationship Id="r9" Type="{REL}/sharedStrings" Target="styles.xml"/></R')
    yield Case(
        "texts-twice.xlsx", lambda: with_part("xl/_rels/workbook.xml.rels", again), "damaged", says="more than one"
    )
    yield Case("two-values.xlsx", one('<c r="A1"><v>1</v><v>2</v></c>'), "damaged", says="two values")
    yield Case("cell-in-cell.xlsx", one('<c r="A1"><c r="B1"><v>2</v></c></c>'), "damaged", says="out of place")
    yield Case("neither.xlsx", one('<c r="A1" t="b"><v>2</v></c>'), "damaged", says="yes or no")
    anchor = '<controls><from><row>3</row></from></controls><x><c r="A1"><v>9</v></c></x>'
    yield Case("cells-elsewhere.xlsx", lambda: book(two, after=anchor), rows=rows)
    spread = "".join(row(n, f"<c r='{letters(n)}{n}'><v>1</v></c>") for n in range(1, 16_384, 2))
    yield Case("spread.xlsx", lambda: book(spread), "too-large", says="far apart")
    deep = "<a>" * 5_000 + "</a>" * 5_000
    yield Case("deep.xlsx", lambda: book(two, after=deep), "damaged", says="deep")
    yield Case("chart.xlsx", lambda: book(two, after='<drawing r:id="x" xmlns:r="y"/>'), rows=rows)


def _values() -> Iterator[Case]:
    def value(name: str, cell: str, text_: str, kind: str, **others: str) -> Case:
        return Case(f"value-{name}.xlsx", one(cell, **others), rows=[(1, text_, kind)])

    for error in ("#N/A", "#DIV/0!", "#REF!"):
        yield value(f"error-{error[1]}", f'<c r="A1" t="e"><v>{error}</v></c>', error, "error")
    yield value("uncalculated", '<c r="A1"><f>SUM(B1:B9)</f></c>', "=SUM(B1:B9)", "uncalculated")
    yield value("calculated", '<c r="A1"><f>1+1</f><v>2</v></c>', "2", "number")
    yield value("formula-text-uncalculated", '<c r="A1" t="str"><f>A2</f></c>', "=A2", "uncalculated")
    yield value("formula-text", '<c r="A1" t="str"><f>A2</f><v>hei</v></c>', "hei", "text")
    yield value("kid", number("A1", "5.0022185000020032E20"), "500221850000200320000", "number")
    yield value("phone", number("A1", "4.799887766E10"), "47998877660", "number")
    yield value("artefact", number("A1", "0.30000000000000004"), "0.30000000000000004", "number")
    yield value("huge", number("A1", "1e400"), "#NUM!", "error")
    yield value("tiny", number("A1", "1E-7"), "0.0000001", "number")
    yield Case("value-nan.xlsx", one(number("A1", "NaN")), "damaged", says="a number")
    yield Case("value-hex.xlsx", one(number("A1", "0x10")), "damaged")
    yield Case("value-underscore.xlsx", one(number("A1", "1_000")), "damaged")
    yield value("true", '<c r="A1" t="b"><v>1</v></c>', "TRUE", "boolean")
    yield value("date", number("A1", "45715", 1), "2025-02-27", "date", styles=STYLES)
    yield value("date-own", number("A1", "45715", 4), "2025-02-27", "date", styles=STYLES)
    yield value("datetime", number("A1", "45715.5", 2), "2025-02-27T12:00:00", "datetime", styles=STYLES)
    yield value(
        "1904", number("A1", "44253", 1), "2025-02-27", "date", styles=STYLES, workbook='<workbookPr date1904="1"/>'
    )
    for serial in ("60", "-1", "2958466", "99999999999"):
        yield value(f"serial{serial}", number("A1", serial, 1), f"serial {serial}", "error", styles=STYLES)
    yield value("serial59", number("A1", "59", 1), "1900-02-28", "date", styles=STYLES)
    yield value("serial61", number("A1", "61", 1), "1900-03-01", "date", styles=STYLES)
    yield value("padded", number("A1", "150", 3), "0150", "padded", styles=STYLES)
    yield value("not-padded", number("A1", "12345", 3), "12345", "number", styles=STYLES)
    yield value("percent", number("A1", "0.055", 5), "0.055", "percent", styles=STYLES)
    yield value("percent-9", number("A1", "0.25", 7), "0.25", "percent", styles=STYLES)
    yield value("kr", number("A1", "99.5", 6), "99.5", "number", styles=STYLES)
    yield value("escape", text("A1", "a_x0041_b"), "aAb", "text")
    yield value("escaped-escape", text("A1", "a_x005F_x0041_b"), "a_x0041_b", "text")
    yield value("half-character", text("A1", "a_xD800_b"), "a\ufffdb", "text")
    yield value("nul", text("A1", "a_x0000_b"), "a\x00b", "text")
    yield value("formula-like", text("A1", "=cmd|x"), "=cmd|x", "text")
    rich = f"{SST}<si><r><t>He</t></r><r><t>i</t></r><rPh><t>zz</t></rPh></si></sst>"
    yield value("rich", '<c r="A1" t="s"><v>0</v></c>', "Hei", "text", strings=rich)
    yield value("iso-date", '<c r="A1" t="d"><v>2025-02-27</v></c>', "2025-02-27", "date")
    yield value("iso-nonsense", '<c r="A1" t="d"><v>soon</v></c>', "soon", "error")
    long = f"{SST}<si><t>{'a' * 32_768}</t></si></sst>"
    yield Case("text-long.xlsx", lambda: book(row(1, '<c r="A1" t="s"><v>0</v></c>'), strings=long), "damaged")


def _csv() -> Iterator[Case]:
    def good(name: str, content: bytes, *rows: tuple[object, ...]) -> Case:
        return Case(f"{name}.csv", lambda: content, rows=list(rows))

    ab = ((1, "a", "text", "b", "text"), (2, "1", "text", "2", "text"))
    for name, content in {
        "semicolon": b"a;b\n1;2\n", "comma": b"a,b\n1,2\n", "tab": b"a\tb\n1\t2\n", "bar": b"a|b\n1|2\n",
        "bom": b"\xef\xbb\xbfa;b\n1;2\n", "utf-16": "a;b\n1;2\n".encode("utf-16"), "cr": b"a;b\r1;2\r",
        "crlf": b"a;b\r\n1;2\r\n", "no-end": b"a;b\n1;2", "quoted": b'"a";"b"\n"1";"2"\n',
    }.items():  # fmt: skip
        yield good(name, content, *ab)
    yield good("sep", b"sep=;\na;b\n1;2\n", (2, "a", "text", "b", "text"), (3, "1", "text", "2", "text"))
    yield good("newline", b'a;b\n"1\n2";3\n4;5\n', (1, "a", "text", "b", "text"), (2, "1\n2", "text", "3", "text"),
               (4, "4", "text", "5", "text"))  # fmt: skip
    yield good("separators", "a;b\n1\u2028;2\x0c\n3;4\n".encode(), (1, "a", "text", "b", "text"),
               (2, "1\u2028", "text", "2\x0c", "text"), (3, "3", "text", "4", "text"))  # fmt: skip
    yield good("blank-lines", b"a;b\n\n;\n1;2\n", (1, "a", "text", "b", "text"), (4, "1", "text", "2", "text"))
    yield good("zeros", b"a;b\n007;1.10\n", (1, "a", "text", "b", "text"), (2, "007", "text", "1.10", "text"))
    yield good(
        "cp1252", "a;b\nÅse;2\n".encode("cp1252"), (1, "a", "text", "b", "text"), (2, "Åse", "text", "2", "text")
    )
    yield good("quotes-twice", b'a;b\n"1""2";3\n', (1, "a", "text", "b", "text"), (2, '1"2', "text", "3", "text"))
    yield good("inches", b'a;b\n5" pipe;3\n', (1, "a", "text", "b", "text"), (2, '5" pipe', "text", "3", "text"))
    yield Case("quote-open.csv", lambda: b'a;b\n1;2\n3;"4\n5;6\n7;8\n', "quote-open", says="line 3")
    yield Case("quote-text.csv", lambda: b'a;b\n1;2\n"3;"x;4\n', "quote-inside", says="line 3")
    yield Case("nul.csv", lambda: b"a;b\n1;\x002\n", "nul-byte", says="line 2")
    yield Case("nul-late.csv", lambda: b"a;b\r\n" + b"1;2\r\n" * 2_000 + b"3;\x004\r\n", "nul-byte", says="byte 10007")
    yield Case("wide.csv", lambda: b"a;b\n1" + b";2" * 16_384 + b"\n", "too-large", says="line 2")
    yield Case(
        "uneven.csv", lambda: b"a;b\n" + b"1;2\n" * 9_000 + b"3" + b";4" * 999 + b"\n", "too-large", says="line 9002"
    )
    yield Case("quote-open-late.csv", lambda: b'a;b\n"x\ny";1\n2;"3\n', "quote-open", says="line 4")
    yield Case("utf-16-bare.csv", lambda: "a;b\n1;2\n".encode("utf-16-le") * 5, "wrong-encoding", says="UTF-16")
    yield Case("utf-8-broken.csv", lambda: b"\xef\xbb\xbfa;b\n\xe6;2\n", "wrong-encoding", says="line 2")
    yield Case("neither.csv", lambda: b"a;b\n\x81\x8d;2\n", "wrong-encoding", says="line 2")
    yield Case("doubled.csv", "a;b\nÃ…se;1\nBjÃ¸rn;2\n".encode, "encoded-twice", says="Ã…se")
    yield Case("blank.csv", lambda: b"\n \n\t\n", "empty-file")


def _bombs() -> Iterator[Case]:
    head, tail = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
    sheet, texts, styles = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
    long = "a" * 1_000

    def bomb(name: str, part: str, made: tuple[str, str, int, str], says: str, refusal: str = "damaged") -> Case:
        return Case(f"bomb-{name}.xlsx", lambda: big_part(part, *made), refusal, says=says)

    yield bomb("spaces", sheet, (head, " " * 1_000, 300_000, tail), "256 MiB")
    yield bomb("text", texts, (f"{SST}<si><t>", long, 250_000, "</t></si></sst>"), "32 767")
    yield bomb("value", sheet, (f"{head}<row><c><v>", long, 250_000, f"</v></c></row>{tail}"), "32 767")
    yield bomb("formula", sheet, (f"{head}<row><c><f>", long, 250_000, f"</f></c></row>{tail}"), "32 767")
    yield bomb("attribute", sheet, (f'{head}<row x="', long, 250_000, f'"/>{tail}'), "longer than 1 MiB")
    yield bomb("comment", sheet, (f"{head}<!--", long, 250_000, f"-->{tail}"), "longer than 1 MiB")
    yield bomb("deep", texts, (SST, "<a>", 80_000_000, "</sst>"), "deep")
    formats = (f'<styleSheet xmlns="{MAIN}"><cellXfs>', '<xf numFmtId="14"/>', 5_000_000, "</cellXfs></styleSheet>")
    yield bomb("formats", styles, formats, "formats", "too-large")
    merged = (f"{head}</sheetData><mergeCells>", '<mergeCell ref="A1:XFD9"/>', 5_000_000, "</mergeCells></worksheet>")
    yield bomb("merged", sheet, merged, "merged", "too-large")
    yield bomb("texts", texts, (SST, "<si><t>a</t></si>", 6_000_000, "</sst>"), "texts", "too-large")
    yield Case("bomb-cells.xlsx", many_cells, "too-large", says="5 000 000")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases():
        (folder / case.name).write_bytes(case.make())
        print(case.name, case.refusal or f"{len(case.rows)} rows")
