"""A result is the user's own workbook: what has to change is changed, all else is the same byte for byte."""

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table
from support.commands import called
from support.damaged_files import MAIN, REL, number, pack, parts, row, text
from support.full_workbooks import HEADERS, write_full_workbook
from support.patched_workbooks import MAY_CHANGE, MESSAGE, changed_parts, parts_of, write_result
from support.paths import ROOT

from armbulk.model.result_columns import OUTCOME_FIELDS, OUTCOME_HEADERS
from armbulk.readers import read_sheets
from armbulk.readers.symbol_format import remove_symbol
from armbulk.results.store_check import choose_result_path
from armbulk.writers.provenance import read_provenance
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError

pytestmark = pytest.mark.filterwarnings("ignore:.*not supported and will be removed")
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
LIBREOFFICE = ROOT / "tests" / "support" / "workbooks" / "libreoffice.xlsx"
STRICT, STRICT_REL = (
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    """A workbook of these parts, with content types."""
    return pack({"[Content_Types].xml": TYPES, **contents})


def _by_openpyxl(path: Path) -> None:
    made = openpyxl.Workbook()
    page = made.active
    page.title = "Kunder"
    for values in (["Kundenr", "Navn"], ["0012", "Kari"], ["0013", "Ola"]):
        page.append(values)
    page.append([None, "=A2"])
    page.merge_cells("A6:B7")
    page.add_table(Table(displayName="T", ref="A1:B3"))
    page.add_data_validation(DataValidation("list", '"a,b"', sqref="B2:B9"))
    made.create_sheet("Andre")["A1"] = "x"
    made.save(path)


def _prefixed(path: Path) -> None:
    """Rows and cells without references, a prefix, a byte order mark, a comment, CDATA, single quotes."""
    rows = (
        '<x:row><x:c t="inlineStr"><x:is><x:t>Kundenr</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t><![CDATA[a<b]]>'
        "</x:t></x:is></x:c></x:row ><!-- <x:row> -->"
        "<x:row r='3' spans='1:2'><x:c r='a3' s='1'><x:v>45</x:v></x:c></x:row>"
        "<x:row r='5'/>"
    )
    sheet = f'\ufeff<x:worksheet xmlns:x="{STRICT}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    contents: dict[str, str | bytes] = {**parts("", styles="", workbook=""), "xl/worksheets/sheet1.xml": sheet}
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
        contents[name] = str(contents[name]).replace(MAIN, STRICT).replace(REL, STRICT_REL)
    path.write_bytes(packed(contents))


def _utf16(path: Path) -> None:
    contents: dict[str, str | bytes] = dict(parts(row(1, text("A1", "Nr")) + row(2, text("A2", "æøå"))))
    sheet = str(contents["xl/worksheets/sheet1.xml"])
    sheet = re.sub(r"<\?xml[^>]*\?>", "", sheet)
    contents["xl/worksheets/sheet1.xml"] = f'<?xml version="1.0" encoding="UTF-16"?>{sheet}'.encode("utf-16")
    path.write_bytes(packed(contents))


def _without_styles(path: Path) -> None:
    rows = row(1, text("A1", "Kundenr")) + row(2, number("A2", "5"), text("C2", "x"))
    path.write_bytes(packed({name: xml for name, xml in parts(rows).items() if "styles" not in name}))


MAKERS: dict[str, Callable[[Path], object]] = {
    "xlsxwriter": lambda path: write_full_workbook(path, data_sheet="Kunder"),
    "macros": lambda path: write_full_workbook(path, macros=True),
    "openpyxl": _by_openpyxl,
    "libreoffice": lambda path: shutil.copy(LIBREOFFICE, path),
    "prefixed": _prefixed,
    "utf-16": _utf16,
    "no styles": _without_styles,
}
NAMES = {"xlsxwriter": "Kunder", "macros": "Kunder"}


@pytest.fixture(scope="module", params=MAKERS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str | None]:
    """A workbook, its result, and the sheet with the outcomes."""
    folder = tmp_path_factory.mktemp("pair")
    path, target = folder / "book.xlsx", folder / "book.result.xlsx"
    MAKERS[request.param](path)
    write_result(path, target, name=NAMES.get(request.param), problems=("A3", "B3"))
    return path, target, NAMES.get(request.param)


def allowed(path: Path, name: str | None) -> set[str]:
    """The parts that may change: the sheet with the outcomes, its table and its comments."""
    sheets = [sheet.name for sheet in read_sheets(path)]
    sheet = f"sheet{(sheets.index(name) if name else 0) + 1}.xml"
    own = {f"xl/worksheets/{sheet}", f"xl/worksheets/_rels/{sheet}.rels"}
    names = set(parts_of(path))
    for target in re.findall(rb'Target="([^"]*)"', parts_of(path).get(f"xl/worksheets/_rels/{sheet}.rels", b"")):
        own |= {part for part in names if part.endswith(target.decode().lstrip("./")) and "media" not in part}
    return {*MAY_CHANGE, *own}


def test_only_what_has_to_change_changes(pair: tuple[Path, Path, str | None]) -> None:
    """Every part but those of the sheet with outcomes, and of the list of sheets and styles, is equal byte for byte."""
    path, target, name = pair
    changed, removed, new = changed_parts(path, target)
    assert changed <= allowed(path, name)
    assert {part for part in changed if "drawing" in part} <= {"xl/drawings/vmlDrawing1.vml"}
    assert removed == set()
    pattern = r"(xl|docProps)/(worksheets/(_rels/)?sheet\d+|comments\d|drawings/vmlDrawing\d|\w+)\.(xml|vml|xml\.rels)"
    assert all(re.fullmatch(pattern, part) for part in new), new


def test_the_users_cells_are_read_as_before(pair: tuple[Path, Path, str | None]) -> None:
    """The same texts and kinds are read from the result, those of the marked keys, too; outcomes are texts."""
    path, target, name = pair
    before, after = read_sheets(path), {sheet.name: sheet for sheet in read_sheets(target)}
    assert list(after)[2:] == [sheet.name for sheet in before]
    for sheet in before:
        now = after[sheet.name].frame
        assert now.select(sheet.frame.columns).equals(sheet.frame)
        if sheet.name == (name or before[0].name):
            letters = [letter for letter in after[sheet.name].letters if letter not in sheet.letters]
            assert now.filter(pl.col("row") == 1).select(letters).row(0) == tuple(
                OUTCOME_HEADERS[field].text("en")
                for field in OUTCOME_FIELDS
                if field != "warnings" or len(letters) == 6
            )
            assert now[letters[1]][-1] == MESSAGE.replace("\x01", "\\u0001")


@pytest.mark.parametrize("pair", ["xlsxwriter", "macros", "openpyxl", "libreoffice"], indirect=True)
def test_another_reader_reads_the_same(pair: tuple[Path, Path, str | None]) -> None:
    """Values, number formats, widths, validation and merged cells are the same for another program."""
    path, target, _ = pair
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(target)
    assert after.sheetnames[2:] == before.sheetnames
    for page in before.worksheets:
        now = after[page.title]
        for cell in (cell for line in page.iter_rows() for cell in line):
            other = now[cell.coordinate]
            code = remove_symbol(other.number_format)
            assert (other.value, code) == (cell.value, cell.number_format)
            assert (other.font.b, other.border.left.style) == (cell.font.b, cell.border.left.style)
        assert now.merged_cells.ranges == page.merged_cells.ranges
        assert [rule.sqref for rule in now.data_validations.dataValidation] == [
            rule.sqref for rule in page.data_validations.dataValidation
        ]
        assert now.freeze_panes == page.freeze_panes
        assert (now.sheet_state, now.protection.sheet) == (page.sheet_state, page.protection.sheet)
    assert after.active is not None
    assert before.active is not None
    assert after.active.title == before.active.title
    assert read_provenance(target) is not None


def test_a_result_of_a_result_replaces_it(pair: tuple[Path, Path, str | None], tmp_path: Path) -> None:
    """The outcome columns, comments and sheets of an earlier result are replaced, in another language, too."""
    _, first, name = pair
    second, third = tmp_path / "2.xlsx", tmp_path / "3.xlsx"
    write_result(first, second, name=name or read_sheets(first)[2].name, problems=("A3", "B3"), lang="nb")
    write_result(second, third, name=name or read_sheets(first)[2].name, problems=("A3", "B3"))
    assert [sheet.name for sheet in read_sheets(second)][:2] == ["Sammendrag", "Problemer"]
    old, new = read_sheets(first), read_sheets(third)
    assert [sheet.name for sheet in new] == [sheet.name for sheet in old]
    for before, after in zip(old[2:], new[2:], strict=True):
        assert after.frame.equals(before.frame)
    changed, removed, added = changed_parts(first, third)
    assert len(removed) == len(added)
    for part in changed:
        assert len(parts_of(third)[part]) - len(parts_of(first)[part]) < 1500, part


def test_the_result_is_the_same_each_time(tmp_path: Path) -> None:
    """The same data gives the same bytes."""
    path = tmp_path / "book.xlsx"
    write_full_workbook(path)
    for name in ("1.xlsx", "2.xlsx"):
        write_result(path, tmp_path / name, name="Kunder", problems=("B2",))
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_a_sheet_without_problems_keeps_its_comments(tmp_path: Path) -> None:
    """The comments of a person and their boxes are equal byte for byte when there is nothing to add."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    write_full_workbook(path)
    write_result(path, target, name="Kunder")
    assert changed_parts(path, target)[0] == {*MAY_CHANGE, "xl/worksheets/sheet2.xml", "xl/tables/table1.xml"} - {
        "_rels/.rels"
    }


def test_tables_names_and_comments_go_on(tmp_path: Path) -> None:
    """The table grows; names of a sheet and the sheet in view are still those; comments of a person stay."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    write_full_workbook(path)
    write_result(path, target, name="Kunder", problems=("B2", "C3"))
    after = openpyxl.load_workbook(target)
    page = after["Kunder"]
    table = page.tables["Kundeliste"]
    assert (table.ref, table.autoFilter.ref) == ("A1:K6", "A1:K6")
    assert [column.name for column in table.tableColumns] == [
        *HEADERS, *(OUTCOME_HEADERS[field].text("en") for field in OUTCOME_FIELDS),
    ]  # fmt: skip
    assert page.auto_filter.ref is None
    assert page.print_area == "'Kunder'!$A$1:$E$6"
    assert after["Fritt ark"].defined_names["Lokal"].value == "'Fritt ark'!$A$1"
    assert after.active.title == "Kunder"
    comment = page["B2"].comment
    assert comment.text.startswith("Ring først")
    assert "wrong in B2" in comment.text
    assert page["C3"].comment.text == "wrong in C3\n→ fix it"
    assert page["E3"].value == "=C3*2"
    assert [page.column_dimensions[letter].width for letter in "BFG"] == [30.7109375, 22, 44]
    link = after["Problems"]["D2"].hyperlink
    assert link.location == "'Kunder'!B2"


def test_the_key_cell_shows_the_outcome(tmp_path: Path) -> None:
    """Colour and symbol are on the key cell, and the value stays: texts, numbers, numbers with zeros, dates."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    made = xlsxwriter.Workbook(str(path))
    page = made.add_worksheet("Kunder")
    formats = {code: made.add_format({"num_format": code}) for code in ("00000", "@", "# ##0", '"K-"0', "dd.mm.yyyy")}
    page.write_row(0, 0, ["Kundenr", "Navn"])
    page.write_number(1, 0, 42, formats["00000"])
    page.write_string(2, 0, "00043", formats["@"])
    page.write_number(3, 0, 44)
    page.write_string(4, 0, "45 A")
    page.write_number(5, 0, 46_000, formats["# ##0"])
    page.write_number(6, 0, 47, formats['"K-"0'])
    page.write_number(7, 0, 46_000, formats["dd.mm.yyyy"])
    page.write_string(8, 1, "no key")
    made.close()
    write_result(path, target)
    before, after = read_sheets(path)[0].frame, read_sheets(target)[2].frame
    assert after.select(before.columns).equals(before)
    cells = [openpyxl.load_workbook(target)["Kunder"].cell(line, 1) for line in range(2, 10)]
    assert [cell.number_format[:3] for cell in cells] == [f'"{symbol}\u00a0' for symbol in "✓✗!?✗✓✗!"]
    assert [cell.fill.fgColor.rgb[2:] for cell in cells[:4]] == ["DDF0DC", "F8D3CF", "FFF3C4", "FBDDB5"]
    assert [cell.value for cell in cells[:4]] == [42, "00043", 44, "45 A"]


def test_a_filter_grows_and_a_plain_sheet_gets_one(tmp_path: Path) -> None:
    """A filter includes the outcome columns; a sheet without filter and table gets one, unless it is protected."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    made = xlsxwriter.Workbook(str(path))
    for name in ("Med", "Kort", "Uten", "Beskyttet"):
        page = made.add_worksheet(name)
        page.write_row(0, 0, ["Kundenr", "Navn"])
        page.write_row(1, 0, ["1", "a"])
    made.get_worksheet_by_name("Med").autofilter("A1:B2")
    made.get_worksheet_by_name("Kort").autofilter("A1:B1")  # the row was added later
    made.get_worksheet_by_name("Beskyttet").protect()
    made.close()
    for name, expected in (("Med", "A1:H2"), ("Kort", "A1:H2"), ("Uten", "A1:H2"), ("Beskyttet", None)):
        write_result(path, target, name=name)
        after = openpyxl.load_workbook(target)
        assert after[name].auto_filter.ref == expected
        names = re.findall(
            r'<definedName name="_xlnm._FilterDatabase" localSheetId="(\d)"[^>]*>([^<]*)',
            parts_of(target)["xl/workbook.xml"].decode(),
        )
        assert dict(names).get(str(after.sheetnames.index(name))) == (expected and f"'{name}'!$A$1:$H$2")


def test_a_signature_is_removed_and_said(tmp_path: Path) -> None:
    """A digital signature would be wrong in the changed file: it is removed, and the check says so."""
    path, target = tmp_path / "book.xlsx", tmp_path / "result.xlsx"
    contents: dict[str, str | bytes] = dict(
        parts(row(1, text("A1", "Kundenr"), text("B1", "Navn")) + row(2, text("A2", "1"), text("B2", "a")))
    )
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    relation = f'<Relationship Id="rS" Type="{kind}" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    contents["_rels/.rels"] = str(contents["_rels/.rels"]).replace("</Relationships>", relation)
    path.write_bytes(packed({**contents, "_xmlsignatures/origin.sigs": "", "_xmlsignatures/sig1.xml": "<Signature/>"}))
    code, said = called("check", str(path), "-o", str(target))
    assert (code, [one["code"] for one in said["findings"]]) == (0, ["signature-removed"])
    after = parts_of(target)
    assert not [name for name in after if "signature" in name]
    assert b"signature" not in after["_rels/.rels"]


def test_macros_keep_their_ending(tmp_path: Path) -> None:
    """The result of an .xlsm is an .xlsm; a wrong ending is refused before anything is written."""
    path = tmp_path / "book.xlsm"
    write_full_workbook(path, macros=True)
    assert choose_result_path([str(path)], None).name == "book.result.xlsm"
    assert choose_result_path([str(path), str(tmp_path / "b.xlsx")], None).name == "book.result.xlsx"
    code, said = called("check", str(path), "-o", str(tmp_path / "marked.xlsx"))
    assert (code, said["error"]["code"]) == (2, "wrong-suffix")
    assert "marked.xlsm" in said["error"]["hint"]
    code, said = called("check", str(path), "-o", str(tmp_path / "marked.xlsm"))
    assert code == 1
    assert parts_of(tmp_path / "marked.xlsm")["xl/vbaProject.bin"] == parts_of(path)["xl/vbaProject.bin"]
    assert b"macroEnabled" in parts_of(tmp_path / "marked.xlsm")["[Content_Types].xml"]
    code, said = called("check", str(tmp_path / "marked.xlsm"), "-o", str(tmp_path / "again.xlsm"))
    assert "macros-ignored" in [one["code"] for one in said["findings"]]
    assert parts_of(tmp_path / "again.xlsm")["xl/vbaProject.bin"] == parts_of(path)["xl/vbaProject.bin"]
    csv = tmp_path / "kunder.csv"
    csv.write_text("Kundenr;Navn\n1;Kari\n", encoding="utf-8")
    code, said = called("check", str(csv), "-o", str(tmp_path / "ny.xlsm"))
    assert (code, said["error"]["code"]) == (2, "wrong-suffix")


def test_threaded_comments_stay(tmp_path: Path) -> None:
    """A cell with a thread keeps it as it is; other cells get their comment."""
    path, threaded, target = (tmp_path / name for name in ("book.xlsx", "threaded.xlsx", "result.xlsx"))
    write_full_workbook(path)
    contents = parts_of(path)
    contents["xl/comments1.xml"] = contents["xl/comments1.xml"].replace(b"Kari", b"tc={12}")
    threaded.write_bytes(packed({**contents, "xl/threadedComments/threadedComment1.xml": b"<ThreadedComments/>"}))
    write_result(threaded, target, name="Kunder", problems=("B2", "C2"))
    comments = parts_of(target)["xl/comments1.xml"].decode()
    assert re.findall(r'ref="(\w+)" authorId="(\d)"', comments) == [("B2", "0"), ("C2", "1")]
    assert "wrong in B2" not in comments


def test_a_formula_that_is_replaced_leaves_the_order_of_calculations(tmp_path: Path) -> None:
    """Excel repairs a file whose order of calculations names a cell without a formula: the part is removed then."""
    path, chained, target = (tmp_path / name for name in ("book.xlsx", "chained.xlsx", "result.xlsx"))
    _by_openpyxl(path)
    for cell, is_there in (("B4", True), ("E2", False)):
        write_result(path, chained)
        contents = parts_of(chained)
        contents["xl/calcChain.xml"] = f'<calcChain xmlns="{MAIN}"><c r="{cell}" i="1"/></calcChain>'.encode()
        relations = contents["xl/_rels/workbook.xml.rels"].decode()
        link = f'<Relationship Id="rC" Type="{REL}/calcChain" Target="calcChain.xml"/></Relationships>'
        contents["xl/_rels/workbook.xml.rels"] = relations.replace("</Relationships>", link).encode()
        chained.write_bytes(packed(contents))
        write_result(chained, target, name="Kunder")
        assert ("xl/calcChain.xml" in parts_of(target)) is is_there


@pytest.mark.parametrize("part", ["xl/revisions/revisionHeaders.xml", "xl/calcChain.xml"])
def test_a_shared_workbook_is_written_anew(tmp_path: Path, part: str) -> None:
    """A workbook that lists its sheets in other places too is not changed in its XML."""
    path = tmp_path / "book.xlsx"
    rows = row(1, text("A1", "Kundenr")) + row(2, text("A2", "1"))
    path.write_bytes(packed({**parts(rows), part: "<x/>"}))
    if "revisions" in part:
        with pytest.raises(PatchRefusedError):
            write_result(path, tmp_path / "result.xlsx")
    else:
        write_result(path, tmp_path / "result.xlsx")
    marked = tmp_path / "marked.xlsx"
    called("check", str(path), "--as", "customers", "-o", str(marked))
    assert next(sheet for sheet in read_sheets(marked) if sheet.name == "Kunder").frame["A"].to_list() == [
        "Kundenr",
        "1",
    ]


def test_a_dtd_is_not_read(tmp_path: Path) -> None:
    """No entity is expanded in any part that is changed."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(packed(parts(row(1, text("A1", "Kundenr")) + row(2, text("A2", "1")))))
    sheets = parts_of(path)
    for name in ("xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/styles.xml"):
        bad = re.sub(rb"^(\s*<\?xml[^>]*\?>)?", rb'<!DOCTYPE x [<!ENTITY a "b">]>', sheets[name], count=1)
        broken = tmp_path / "broken.xlsx"
        broken.write_bytes(packed({**sheets, name: bad}))
        with zipfile.ZipFile(broken) as package:
            assert b"DOCTYPE" in package.read(name)
        with pytest.raises(Exception, match="DTD"):
            write_result(broken, tmp_path / "result.xlsx")
