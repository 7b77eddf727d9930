"""Workbooks of other programs: elements count at their own place; what Excel opens is read; formulas are distrusted."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from support.damaged_files import MAIN, PACKAGE, REL, SST, STYLES, book, number, pack, parts, row, text

from armbulk.errors import FileError
from armbulk.model.sheet import Sheet
from armbulk.readers import read_sheets
from armbulk.results.marked import write_marked_copy
from armbulk.store import WrittenFiles
from armbulk.validation.check import check_files
from armbulk.writers.xlsx_patch.doc_props import find_own_titles
from armbulk.writers.xlsx_patch.sheet_frame import make_room
from armbulk.writers.xlsx_patch.user_workbook import is_own_page
from armbulk.writers.xlsx_patch.xml_part import XmlPart

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_REL = "http://purl.oclc.org/ooxml/officeDocument/relationships"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
CHOICE = (
    f'<mc:AlternateContent xmlns:mc="{COMPATIBILITY}"><mc:Choice Requires="x15">{{}}</mc:Choice></mc:AlternateContent>'
)
EXTENSION = 'xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"'
SHEET, BOOK, RELATIONS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
DATE = number("A1", "45715", 1)


def cells(path: Path, content: bytes) -> list[tuple[object, ...]]:
    """(row, text, kind, …) of the first sheet."""
    path.write_bytes(content)
    return [tuple(value for value in line if value is not None) for line in read_sheets(path)[0].frame.iter_rows()]


def changed(part: str, old: str, new: str, **others: str) -> bytes:
    """A workbook with a change in one part."""
    contents = parts(**others)
    assert old in contents[part]
    return pack({**contents, part: contents[part].replace(old, new)})


# --- elements at their own place ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "properties",
    [
        f'<extLst><ext uri="x" {EXTENSION}><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>',
        f'<extLst><ext uri="x" xmlns="{MAIN}"><workbookPr date1904="0"/></ext></extLst>',
        f'<x15:workbookPr {EXTENSION} date1904="0"/>',
        CHOICE.format('<workbookPr date1904="0"/>'),
    ],
)
def test_an_extension_does_not_reset_the_epoch(tmp_path: Path, properties: str) -> None:
    """The 1904 flag is that of the workbook's own element."""
    rows = row(1, number("A1", "44253", 1))
    content = book(rows, styles=STYLES, workbook=f'<workbookPr date1904="1"/>{properties}')
    assert cells(tmp_path / "k.xlsx", content) == [(1, "2025-02-27", "date")]
    assert [issue.code for issue in read_sheets(tmp_path / "k.xlsx")[0].issues] == ["dates-1904"]


@pytest.mark.parametrize(
    "more",
    [
        '<dxfs><dxf><numFmt numFmtId="170" formatCode="0"/></dxf></dxfs>',
        '<extLst><ext><numFmts><numFmt numFmtId="170" formatCode="0"/></numFmts></ext></extLst>',
        '<dxfs><dxf><cellXfs><xf numFmtId="0"/><xf numFmtId="0"/></cellXfs></dxf></dxfs>',
        '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>',
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_only_the_formats_of_cells_are_formats_of_cells(tmp_path: Path, more: str, before: bool) -> None:
    """Formats of conditional formatting and of extensions are not those of cells."""
    own = (
        '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'
    )
    styles = f'<styleSheet xmlns="{MAIN}">{more if before else ""}{own}{"" if before else more}</styleSheet>'
    assert cells(tmp_path / "k.xlsx", book(row(1, DATE), styles=styles)) == [(1, "2025-02-27", "date")]


def test_a_fallback_stands_for_what_only_newer_programs_know(tmp_path: Path) -> None:
    """Of two alternatives the one for readers without extensions counts."""
    formats = (
        f'<numFmts><mc:AlternateContent xmlns:mc="{COMPATIBILITY}">'
        '<mc:Choice Requires="x16r2"><numFmt numFmtId="170" formatCode="0"/></mc:Choice>'
        '<mc:Fallback><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></mc:Fallback></mc:AlternateContent></numFmts>'
    )
    styles = f'<styleSheet xmlns="{MAIN}">{formats}<cellXfs><xf/><xf numFmtId="170"/></cellXfs></styleSheet>'
    assert cells(tmp_path / "k.xlsx", book(row(1, DATE), styles=styles)) == [(1, "2025-02-27", "date")]


def test_sheets_texts_and_relations_of_extensions_are_ignored(tmp_path: Path) -> None:
    """Sheets, texts, rows and relations count only where they belong."""
    foreign = f'<extLst><ext {EXTENSION}><x15:sheets><x15:sheet name="X" r:id="rId4"/></x15:sheets></ext></extLst>'
    strings = f"{SST}<extLst><ext><si><t>no</t></si></ext></extLst><si><t>yes</t><extLst><t>no</t></extLst></si></sst>"
    inside = '<c r="A1" t="s"><v>0</v><extLst><ext><v>7</v></ext></extLst></c>'
    after = f'<extLst><ext {EXTENSION}><x15:sheetData><x15:row r="9"/></x15:sheetData></ext></extLst>'
    content = book(row(1, inside), strings=strings, workbook=foreign, after=after)
    assert cells(tmp_path / "k.xlsx", content) == [(1, "yes", "text")]
    assert [sheet.name for sheet in read_sheets(tmp_path / "k.xlsx")] == ["Kunder"]
    other = f'<x:Relationship xmlns:x="urn:x" Id="rId1" Type="{REL}/worksheet" Target="worksheets/sheet2.xml"/></R'
    assert cells(tmp_path / "k.xlsx", changed(RELATIONS, "</R", other)) == [(1, "x", "text")]


def test_merged_cells_and_hidden_columns_of_extensions_are_ignored(tmp_path: Path) -> None:
    """Ranges count only in their own list."""
    after = '<extLst><ext><mergeCells><mergeCell ref="A1:A2"/></mergeCells></ext></extLst><mergeCell ref="A1:A9"/>'
    before = '<extLst><ext><cols><col min="1" max="1" hidden="1"/></cols><sheetFormatPr zeroHeight="1"/></ext></extLst>'
    (tmp_path / "k.xlsx").write_bytes(book(row(1, text("A1", "a")), before=before, after=after))
    sheet = read_sheets(tmp_path / "k.xlsx")[0]
    assert (sheet.merged_ranges, sheet.hidden_rows, sheet.hidden_columns) == ((), frozenset(), frozenset())


def test_the_strict_namespace_is_read_alike(tmp_path: Path) -> None:
    """A workbook in the strict variant of the format is read like any other."""
    contents = parts(row(1, DATE), styles=STYLES, workbook='<workbookPr date1904="1"/>')
    strict = {name: xml.replace(MAIN, STRICT).replace(REL, STRICT_REL) for name, xml in contents.items()}
    assert cells(tmp_path / "k.xlsx", pack(dict(strict))) == [(1, "2029-02-28", "date")]


@pytest.mark.parametrize("part", [SHEET, BOOK, "xl/styles.xml", "xl/sharedStrings.xml", RELATIONS, "_rels/.rels"])
def test_a_part_in_another_namespace_is_refused(tmp_path: Path, part: str) -> None:
    """A part that is something else is refused by name, never read as empty."""
    contents = parts()
    for namespace in (MAIN, PACKAGE):
        contents[part] = contents[part].replace(f'xmlns="{namespace}"', 'xmlns="urn:other"')
    (tmp_path / "k.xlsx").write_bytes(pack(dict(contents)))
    with pytest.raises(FileError, match=r"is damaged: .*begins with the element"):
        read_sheets(tmp_path / "k.xlsx")


# --- formulas to be calculated on opening ------------------------------------------------------------

FORMULAS = row(
    1,
    '<c r="A1"><f>1+1</f><v>0</v></c>',
    '<c r="B1" t="str"><f>"a"&amp;"b"</f><v>x</v></c>',
    '<c r="C1" t="s"><f>D1</f><v>0</v></c>',
    '<c r="D1"><f t="shared" si="0"/><v>0</v></c>',
    '<c r="E1"><v>5</v></c>',
)


@pytest.mark.parametrize("properties", ['fullCalcOnLoad="1"', 'fullCalcOnLoad="true"', 'calcCompleted="0"'])
def test_values_of_formulas_to_be_calculated_do_not_count(tmp_path: Path, properties: str) -> None:
    """Where the file says that its formulas are to be calculated, their saved values are no values."""
    content = changed(BOOK, "</sheets>", f'</sheets><calcPr calcId="124519" {properties}/>', rows=FORMULAS)
    kind = "uncalculated"
    expected = (1, "=1+1", kind, '="a"&"b"', kind, "=D1", kind, "=", kind, "5", "number")
    assert cells(tmp_path / "k.xlsx", content) == [expected]
    assert read_sheets(tmp_path / "k.xlsx")[0].issues == ()


def test_cells_of_an_array_formula_do_not_count_either(tmp_path: Path) -> None:
    """An array formula fills cells that have no formula of their own."""
    rows = row(1, '<c r="A1"><f t="array" ref="A1:B2">C1:D2</f><v>0</v></c>', number("B1", "0"), number("C1", "1"))
    rows += row(2, number("A2", "0"), number("B2", "0"), number("C2", "2")) + row(3, number("A3", "3"))
    content = changed(BOOK, "</sheets>", '</sheets><calcPr fullCalcOnLoad="1"/>', rows=rows)
    assert [line[1:] for line in cells(tmp_path / "k.xlsx", content)] == [
        ("=C1:D2", "uncalculated", "=", "uncalculated", "1", "number"),
        ("=", "uncalculated", "=", "uncalculated", "2", "number"),
        ("3", "number"),
    ]


@pytest.mark.parametrize(
    "calculation",
    [
        "",
        '<calcPr calcId="191029"/>',
        '<calcPr calcMode="manual" forceFullCalc="1" fullCalcOnLoad="0" calcCompleted="1"/>',
        '<extLst><ext><calcPr fullCalcOnLoad="1"/></ext></extLst>',
    ],
)
def test_values_of_calculated_formulas_count(tmp_path: Path, calculation: str) -> None:
    """Other settings of the calculation leave the saved values as they are."""
    content = changed(BOOK, "</sheets>", f"</sheets>{calculation}", rows=FORMULAS)
    assert cells(tmp_path / "k.xlsx", content)[0][1:3] == ("0", "number")


# --- what Excel opens ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1" t="inlineStr"><v>7</v><is><t>x</t></is></c>', ("x", "text")),
        ('<c r="A1" t="inlineStr"><is><r><t>x</t></r><r><t>y</t></r></is><v/></c>', ("xy", "text")),
        ('<c r="A1" t="inlineStr"><is><t>x</t><rPh sb="0" eb="1"><t>z</t></rPh></is></c>', ("x", "text")),
        ('<c r="A1" t="s"><v>0</v><is><t>x</t></is></c>', ("hei", "text")),
        ('<c r="A1" t="str"><v>y</v><is><t>x</t></is></c>', ("y", "text")),
        ('<c r="A1"><is><t>x</t></is></c>', ("x", "text")),
        ('<c r="a1"><v>7</v></c>', ("7", "number")),
        ('<c r="A1" t="d"><v>2026-01-31T00:00:00Z</v></c>', ("2026-01-31", "date")),
        ('<c r="A1" t="d"><v>2026-01-31T00:00:00.000+01:00</v></c>', ("2026-01-31", "date")),
        ('<c r="A1" t="d"><v>2026-01-31Z</v></c>', ("2026-01-31", "date")),
        ('<c r="A1" t="d"><v>2026-01-31+0100</v></c>', ("2026-01-31", "date")),
        ('<c r="A1" t="d"><v>2026-01-31T23:00:00Z</v></c>', ("2026-01-31T23:00:00", "datetime")),
        ('<c r="A1" t="d"><v>2026-02-31</v></c>', ("2026-02-31", "error")),
    ],
)
def test_cells_as_other_programs_write_them(tmp_path: Path, cell: str, expected: tuple[str, str]) -> None:
    """A text in its cell, a reference in small letters, and a date with a zone are read."""
    assert cells(tmp_path / "k.xlsx", book(row(1, cell))) == [(1, *expected)]


@pytest.mark.parametrize("letters", ["ab", "Ab", "aB", "AB"])
def test_references_are_compared_without_case(tmp_path: Path, letters: str) -> None:
    """A cell in another row than its reference says is refused, whatever its letters."""
    frame_cells = row(7, number(f"{letters}7", "1"), number("AC7", "2"))
    assert cells(tmp_path / "k.xlsx", book(frame_cells)) == [(7, "1", "number", "2", "number")]
    assert read_sheets(tmp_path / "k.xlsx")[0].letters == ("AB", "AC")
    with pytest.raises(FileError, match="is in row 7"):
        cells(tmp_path / "k.xlsx", book(row(7, number(f"{letters}8", "1"))))


def test_a_missing_part_of_styles_or_texts_is_no_fault(tmp_path: Path) -> None:
    """Without styles every number is a plain number; only a cell that needs a missing text is refused."""
    contents = {name: xml for name, xml in parts(row(1, DATE)).items() if "styles" not in name and "sst" not in xml}
    assert cells(tmp_path / "k.xlsx", pack(dict(contents))) == [(1, "45715", "number")]
    contents[SHEET] = contents[SHEET].replace('s="1"', 't="s"')
    with pytest.raises(FileError, match="does not exist"):
        cells(tmp_path / "k.xlsx", pack(dict(contents)))


@pytest.mark.parametrize("target", ["/xl/book.xml", "xl/book.xml", "xl\\book.xml"])
def test_the_main_part_may_have_any_name(tmp_path: Path, target: str) -> None:
    """The relations say which part lists the sheets."""
    names = {BOOK: "xl/book.xml", RELATIONS: "xl/_rels/book.xml.rels"}
    contents = {names.get(name, name): xml for name, xml in parts().items()}
    contents["_rels/.rels"] = contents["_rels/.rels"].replace("xl/workbook.xml", target)
    assert cells(tmp_path / "k.xlsx", pack(dict(contents))) == [(1, "x", "text")]


def test_the_main_part_is_found_by_its_type(tmp_path: Path) -> None:
    """Without relations the content types say which part lists the sheets."""
    names = {BOOK: "book.xml", RELATIONS: "_rels/book.xml.rels"}
    contents = {names.get(name, name): xml for name, xml in parts().items() if name != "_rels/.rels"}
    contents["_rels/book.xml.rels"] = contents["_rels/book.xml.rels"].replace("worksheets/", "xl/worksheets/")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    contents["[Content_Types].xml"] = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/book.xml" ContentType="{kind}"/></Types>'
    )
    assert cells(tmp_path / "k.xlsx", pack(dict(contents))) == [(1, "x", "text")]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("ISO-8859-1", "latin-1"), ("iso-8859-15", "iso-8859-15"), ("windows-1252", "cp1252"), ("utf8", "utf-8"),
        ("UTF8", "utf-8"), ("utf_8", "utf-8"), ("UTF-8", "utf-8-sig"), ("ISO-8859-1", "utf-8-sig"),
    ],
)  # fmt: skip
def test_encodings_of_parts(tmp_path: Path, declared: str, codec: str) -> None:
    """A part is read in the encoding it declares; a byte order mark wins."""
    contents: dict[str, str | bytes] = {**parts(row(1, text("A1", "Åse Øie")))}
    xml = f"<?xml version='1.0' encoding='{declared}' standalone='yes'?>{contents[SHEET]}"
    assert cells(tmp_path / "k.xlsx", pack({**contents, SHEET: xml.encode(codec)})) == [(1, "Åse Øie", "text")]


def test_a_sheet_without_a_part_is_refused(tmp_path: Path) -> None:
    """A sheet whose part is nowhere named is refused: its rows would be lost."""
    with pytest.raises(FileError, match="the sheet Kunder has no content"):
        cells(tmp_path / "k.xlsx", changed(BOOK, "rId1", "rId77"))


def test_a_sheet_that_names_no_part_has_no_cells(tmp_path: Path) -> None:
    """A sheet with a blank relation, as of old macros, is left out."""
    sheet = '<sheet name="Kunder" sheetId="1" r:id="rId1"/>'
    content = changed(BOOK, sheet, f'{sheet}<sheet name="Module" sheetId="9" r:id=""/>')
    assert cells(tmp_path / "k.xlsx", content) == cells(tmp_path / "l.xlsx", pack(parts()))


def test_a_repeated_row_is_read_once(tmp_path: Path) -> None:
    """A row that is there twice with the same cells is one row, formulas and all."""
    same = row(1, text("A1", "a"), '<c r="B1" t="s"><v>0</v></c>', '<c r="C1"><f>1</f><v>1</v></c>')
    content = book(same * 3 + row(2, text("A2", "b")))
    assert cells(tmp_path / "k.xlsx", content) == [
        (1, "a", "text", "hei", "text", "1", "number"),
        (2, "b", "text"),
    ]
    assert [(issue.code, issue.value) for issue in read_sheets(tmp_path / "k.xlsx")[0].issues] == [
        ("formula-values", "1")
    ]


def test_a_workbook_that_cannot_be_copied_is_written_anew(tmp_path: Path) -> None:
    """Where openpyxl stumbles over a file that Excel opens, the marked copy is a new workbook with the same cells."""
    rows = row(1, text("A1", "Kundenr"), text("B1", "Navn")) + row(2, text("A2", "007"), number("B2", "5", 9))
    contents = {name: xml for name, xml in parts(rows).items() if "styles" not in name}
    (tmp_path / "k.xlsx").write_bytes(pack(dict(contents)))
    checked = check_files([str(tmp_path / "k.xlsx")])
    with pytest.raises((IndexError, KeyError)):
        openpyxl.load_workbook(tmp_path / "k.xlsx")
    target = write_marked_copy(checked, tmp_path / "m.xlsx", "en", WrittenFiles(tmp_path))
    again = next(sheet for sheet in read_sheets(target) if sheet.name == "Kunder")
    assert again.frame.select("A", "B").rows() == [("Kundenr", "Navn"), ("007", "5")]


@pytest.mark.parametrize(
    ("columns", "chars", "width"),
    [
        ("", 7, "10.71094"),  # ✓ and a blank need three digits more
        ('<sheetFormatPr defaultColWidth="20" defaultRowHeight="15"/>', 7, None),
        ('<cols><col min="1" max="3" width="8" customWidth="1"/></cols>', 40, "11"),  # it was cut before, too
        ('<cols><col min="2" max="2" width="30"/></cols>', 7, None),
        ('<cols><col min="2" max="2" width="0" hidden="1"/></cols>', 7, None),
        ('<cols><col min="2" max="2" width="wide"/></cols>', 5, None),
    ],
)
def test_the_symbol_of_a_key_hides_no_digit(columns: str, chars: int, width: str | None) -> None:
    """A column gets room for its symbol, so that a number is neither cut nor shown as ####; wide ones stay."""
    head = XmlPart(f'<worksheet xmlns="urn:x">{columns}<sheetData/></worksheet>'.encode())
    assert make_room(head, 1, chars) == ({} if width is None else {1: {"width": width, "customWidth": "1"}})


@pytest.mark.parametrize(
    ("keywords", "titles"),
    [
        ("Sammendrag; Problemer; Godkjenning", ("Sammendrag", "Problemer", "Godkjenning")),
        ("Sammendrag Problemer Godkjenning", ("Sammendrag", "Problemer", "Godkjenning")),  # LibreOffice
        ("ARM Summary 2 Problems,Sign-off", ("ARM Summary 2", "Problems", "Sign-off")),
        ("ARM Summary; Customer outcomes", ("ARM Summary", "Customer outcomes")),  # not the user's own Summary
        ("april", ()),
    ],
)
def test_result_sheets_are_known_however_keywords_are_separated(keywords: str, titles: tuple[str, ...]) -> None:
    """LibreOffice saves the keywords of a result without separators; a sheet of the user is never one of them."""
    assert find_own_titles(keywords) == titles


def test_summary_and_sign_off_are_known_without_properties() -> None:
    """A program that drops the properties of a file keeps the sheets; a sheet of the user with such a name stays."""
    page = pl.DataFrame({"row": [1, 2], "A": ["Import result: april.xlsx", "Farger og symboler"]})
    sheet = Sheet("april.xlsx", "ARM Sammendrag", page, ("A",), "xlsx")
    own = pl.DataFrame({"row": [1], "A": ["Turnover of April"]})
    signed = pl.DataFrame({"row": [1, 2], "A": ["Prepared by", "armbulk version"]})
    cases = [
        (sheet, True),
        (replace(sheet, frame=own), False),
        (replace(sheet, name="Oversikt"), False),
        (replace(sheet, name="Sign-off", frame=signed), True),
        (replace(sheet, name="Sign-off", letters=()), False),
    ]
    assert [is_own_page(each) for each, _ in cases] == [expected for _, expected in cases]
