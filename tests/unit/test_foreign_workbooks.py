"""Workbooks of other formats: .ods, .xls and .xlsb are read cell by cell, with their hidden rows and columns."""

import contextlib
import struct
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.binary_workbooks import cell, ods, short_cell, wide, xlsb
from support.damaged_files import pack
from support.paths import ROOT

from armbulk.errors import FileError
from armbulk.model.read_options import ReadOptions
from armbulk.readers import foreign_workbook, read_sheets, xls_cells, xlsb_cells
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.validation.check import check_files

WORKBOOKS = ROOT / "tests" / "support" / "workbooks"
FORMATS = ("ods", "xls")
SEVEN = '<table:table-cell office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'
DOUBLE = struct.Struct("<d").pack


def cells(path: Path, sheet: int = 0) -> dict[str, tuple[str, str]]:
    """Cell → (text, kind)."""
    frame = read_sheets(path)[sheet].frame
    letters = [name for name in frame.columns if name.isalpha() and name.isupper()]
    return {
        f"{letter}{line['row']}": (line[letter], line[f"{letter}.cell"])
        for line in frame.iter_rows(named=True)
        for letter in letters
        if line[letter] is not None
    }


@pytest.mark.parametrize("ending", FORMATS)
def test_cells_of_every_kind_are_read(ending: str) -> None:
    """Numbers, dates, times, texts, errors and percentages come from their own cells; blank results are blank."""
    assert cells(WORKBOOKS / f"values.{ending}") == {
        "B2": ("585", "number"), "C2": ("0585", "padded"), "D2": ("2026-03-01", "date"),
        "E2": ("2026-03-01T12:30:00", "datetime"), "F2": ("08:15:00", "time"), "G2": ("#DIV/0!", "error"),
        "H2": ("2", "number"), "I2": ("ab", "text"), "J2": ("0.25", "percent"), "K2": ("0585", "text"),
        "L2": ("#N/A", "error"), "B4": ("1.1", "number"), "C4": ("123456789012345", "number"), "K4": ("x\ny", "text"),
        "B7": ("#DIV/0!", "error"), "B9": ("m", "text"), "J9": ("0.5", "percent"), "K9": ("2", "number"),
        "L9": ("3", "number"),
    }  # fmt: skip
    shown, hidden = read_sheets(WORKBOOKS / f"values.{ending}")
    assert (shown.visible, hidden.visible, hidden.name) == (True, False, "Skjult")
    assert (shown.format, shown.merged_ranges) == (ending, ("B9:C10",))
    assert cells(WORKBOOKS / f"values.{ending}", 1) == {"C5": ("3", "number")}


CODE_PAGE = struct.Struct("<3H").pack
REWRITTEN = {
    "stream name in capitals": [("Workbook".encode("utf-16-le"), "WORKBOOK".encode("utf-16-le"))],
    "another code page": [(CODE_PAGE(0x42, 2, 1200), CODE_PAGE(0x42, 2, 1252))],
    "formula record of Excel 4": [(b"\x06\x00\x1d\x00\x01\x00\x07\x00", b"\x06\x04\x1d\x00\x01\x00\x07\x00")],
    "date number for 0.0%": [
        (b"\x1e\x04\x09\x00\xaa\x00", b"\x1e\x04\x09\x00\x32\x00"),
        (b"\xe0\x00\x14\x00\x00\x00\xaa\x00", b"\xe0\x00\x14\x00\x00\x00\x32\x00"),
    ],
}  # fmt: skip
"""What other programs write differently into an .xls: bytes, and what is in their place."""


@pytest.mark.parametrize("changes", REWRITTEN.values(), ids=REWRITTEN)
def test_an_old_workbook_of_another_program_is_read_alike(tmp_path: Path, changes: list[tuple[bytes, bytes]]) -> None:
    """What calamine takes otherwise than Excel changes no cell: code pages, numbers of formats, records of Excel 4."""
    content = (WORKBOOKS / "values.xls").read_bytes()
    for before, after in changes:
        assert before in content
        content = content.replace(before, after)
    (tmp_path / "k.xls").write_bytes(content)
    assert cells(tmp_path / "k.xls") == cells(WORKBOOKS / "values.xls")


def test_a_binary_workbook_is_read(tmp_path: Path) -> None:
    """The cells of an .xlsb are read, with its errors, percentages and merged cells."""
    path = tmp_path / "k.xlsb"
    row = [
        cell(5, 0, DOUBLE(585.0)), cell(3, 1, b"\x07"), cell(5, 2, DOUBLE(0.25), 1), cell(4, 3, b"\1"),
        cell(9, 4, DOUBLE(7.0)), cell(11, 5, b"\x2a"),
    ]  # fmt: skip
    path.write_bytes(xlsb({1: [cell(6, 0, wide("Kundenr"))], 3: row}, merged=[(0, 1, 2, 3)]))
    assert cells(path) == {
        "A1": ("Kundenr", "text"), "A3": ("585", "number"), "B3": ("#DIV/0!", "error"), "C3": ("0.25", "percent"),
        "D3": ("TRUE", "boolean"), "E3": ("7", "number"), "F3": ("#N/A", "error"),
    }  # fmt: skip
    assert read_sheets(path)[0].merged_ranges == ("C1:D2",)


@pytest.mark.parametrize("flags", [1, 16])
def test_a_binary_workbook_to_be_calculated_on_opening(tmp_path: Path, flags: int) -> None:
    """The values of formulas count for nothing where the file says that they are to be calculated."""
    path = tmp_path / "k.xlsb"
    path.write_bytes(xlsb({1: [cell(9, 0, DOUBLE(7.0)), cell(5, 1, DOUBLE(8.0))]}, calculation=flags))
    assert cells(path) == {"A1": ("=…", "uncalculated"), "B1": ("8", "number")}


def test_formulas_without_a_value_and_repeated_rows_of_an_open_document(tmp_path: Path) -> None:
    """Formulas without a value, old errors and repeated rows and columns are at their own cells."""
    path = tmp_path / "k.ods"
    formulas = (
        '<table:table-cell table:formula="of:=A1+1" table:number-columns-repeated="2"/>'
        '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>Err:502</text:p>'
        '</table:table-cell><table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
    )
    rows = f'<table:table-row table:number-rows-repeated="2"><table:table-cell/>{SEVEN}</table:table-row>'
    group = f"<table:table-row-group>{{}}<table:table-row>{SEVEN}{formulas}</table:table-row></table:table-row-group>"
    path.write_bytes(ods(rows + group.format(group.format(""))))
    special = {"B": ("=A1+1", "uncalculated"), "C": ("=A1+1", "uncalculated"), "D": ("Err:502", "error")}
    of_rows = {f"{letter}{row}": value for row in (3, 4) for letter, value in special.items()}
    seven = ("7", "number")
    booleans = {"E3": ("TRUE", "boolean"), "E4": ("TRUE", "boolean")}
    assert cells(path) == {"B1": seven, "B2": seven, "A3": seven, "A4": seven, **of_rows, **booleans}


@pytest.mark.parametrize("ending", FORMATS)
def test_an_everyday_workbook_needs_no_answer(ending: str) -> None:
    """Customers, documents and lines without hidden rows are read at once."""
    checked = check_files([str(WORKBOOKS / f"invoices.{ending}")])
    assert checked.findings.is_empty()
    assert checked.tables["documents"].rows["incl_vat"].to_list() == [125, 250]
    assert [str(day) for day in checked.tables["documents"].rows["due_date"]] == ["2026-03-15"] * 2


@pytest.mark.parametrize("ending", FORMATS)
def test_hidden_rows_and_columns_are_seen(ending: str) -> None:
    """Row 3 is too low, row 4 and column D are in closed groups, column C is hidden: as in the .xlsx they were."""
    (sheet,) = read_sheets(WORKBOOKS / f"hidden.{ending}")
    assert (sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)) == ([3, 4], ["C", "D"])
    checked = check_files([str(WORKBOOKS / f"hidden.{ending}")])
    found = checked.findings.filter(checked.findings["severity"] == "error").select("code", "value", "detail").rows()
    assert found == [("hidden-columns", "1", "D"), ("hidden-rows", "2", "3, 4")]  # C is the user's own column


def test_hidden_rows_and_columns_of_xlsb(tmp_path: Path) -> None:
    """Rows by a flag or their height, columns by a flag or their width."""
    path = tmp_path / "k.xlsb"
    rows = {number: [cell(5, column, DOUBLE(7.0)) for column in range(5)] for number in range(1, 6)}
    columns = [(0, 1, 2560, 0), (2, 2, 2560, 1), (3, 3, 25, 0), (4, 4, 2560, 0)]
    path.write_bytes(xlsb(rows, heights={5: 20}, hidden_rows={2, 3}, columns=columns))
    (sheet,) = read_sheets(path)
    assert (sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)) == ([2, 3, 5], ["C", "D"])


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        ('<{0}row table:visibility="filter" table:number-rows-repeated="2">{1}</{0}row>', {1, 2}),
        ('<{0}row-group table:display="false"><{0}row>{1}</{0}row></{0}row-group>', {1}),
        ('<{0}row table:visibility="visible">{1}</{0}row>', set()),
        ('<{0}column table:visibility="collapse"/><{0}row>{1}</{0}row>', set()),
    ],
)
def test_hidden_rows_of_an_open_document(tmp_path: Path, rows: str, hidden: set[int]) -> None:
    """Filtered rows, also repeated ones, and those of a closed group."""
    path = tmp_path / "k.ods"
    path.write_bytes(ods(rows.format("table:table-", SEVEN) + f"<table:table-row>{SEVEN}</table:table-row>"))
    (sheet,) = read_sheets(path)
    assert (sheet.hidden_rows, sheet.hidden_columns) == (hidden, {"A"} if "column" in rows else set())


@pytest.mark.parametrize(
    ("shown", "sent", "codes"),
    [
        ("585", "585", []), ("585,00", "585", []), ("", "585", []), ("000585", "000585", ["zeros-from-format"]),
        ("K-585", "K-585", ["shown-by-format"]), ("5,85E+02", None, ["shown-differently"]),
    ],
)  # fmt: skip
def test_a_number_in_a_column_of_identifiers_is_what_is_shown(
    tmp_path: Path, shown: str, sent: str | None, codes: list[str]
) -> None:
    """An .ods has beside each number what it looks like: that is the identifier, where it has the number's digits."""
    cell_of = '<table:table-cell office:value-type="float" office:value="585"><text:p>{}</text:p></table:table-cell>'
    name = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    rows = [name("Kundenr") + name("Navn"), cell_of.format(shown) + name("Kari")]
    content = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    (tmp_path / "k.ods").write_bytes(ods(content))
    checked = check_files([str(tmp_path / "k.ods")])
    assert checked.findings["code"].to_list() == codes
    assert checked.tables["customers"].rows["customer_no"].to_list() == [sent]


@pytest.mark.parametrize(
    ("value", "shown", "is_other"),
    [
        ("1250", "1 250,00 kr", False), ("1250", "1 250,- kr", False), ("1250", "1.250", False),
        ("1250.5", "1 251", False), ("-1250", "-1 250", False), ("-1250", "(1 250)", False), ("0", "-", False),
        ("1250", "€ 1 250,00", True), ("1250.5", "1 250,50 €", True), ("1250000", "1 250", True),
        ("-1250", "1 250", True),
    ],
)  # fmt: skip
def test_an_amount_that_is_shown_otherwise_is_a_warning(tmp_path: Path, value: str, shown: str, is_other: bool) -> None:
    """Another currency, scale or sign than the number is shown; the number is what is sent."""
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    number = f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{shown}</text:p>'
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"
    row = "".join(map(text, ["F1", "IN", "K1", "2026-02-01", "2026-02-15", "NOK"])) + f"{number}</table:table-cell>"
    rows = [("".join(map(text, header.split(";")))), row]
    content = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    (tmp_path / "k.ods").write_bytes(ods(content, name="Fakturaer"))
    checked = check_files([str(tmp_path / "k.ods")])
    assert ("shown-otherwise" in checked.findings["code"].to_list()) == is_other
    assert checked.errors == 0
    assert checked.tables["documents"].rows["incl_vat"].to_list() == [Decimal(value)]


def test_number_formats_of_a_binary_workbook_are_known(tmp_path: Path) -> None:
    """An .xlsb and an .xls have number formats: identifiers are what is shown, with leading zeros."""
    rows = {1: [cell(6, 0, wide("Kundenr")), cell(6, 1, wide("Navn"))], 2: [cell(5, 0, DOUBLE(585.0), 3)]}
    (tmp_path / "k.xlsb").write_bytes(xlsb(rows))
    assert cells(tmp_path / "k.xlsb")["A2"] == ("000585", "padded")
    assert cells(WORKBOOKS / "values.xls")["C2"] == ("0585", "padded")


def test_postal_codes_are_completed_on_request(tmp_path: Path) -> None:
    """With `--pad-postal-codes` a postal code that is a number is no error: its zero is known."""
    text = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    row = "<table:table-row>{}</table:table-row>".format
    code = SEVEN.replace("7", "585")
    rows = row(text("Kundenr") + text("Navn") + text("Postnr")) + row(text("0007") + text("Kari") + code)
    (tmp_path / "k.ods").write_bytes(ods(rows))
    checked = check_files([str(tmp_path / "k.ods")], ReadOptions(pad_postal_codes=True))
    assert (checked.errors, checked.tables["customers"].rows["postal_code"].to_list()) == (0, ["0585"])


def test_a_password_is_named(tmp_path: Path) -> None:
    """An encrypted .ods is refused as such."""
    path = tmp_path / "k.ods"
    path.write_bytes(ods("", manifest="<manifest><encryption-data/></manifest>"))
    with pytest.raises(FileError, match="password"):
        read_sheets(path)


def test_a_password_of_an_old_workbook_is_named(tmp_path: Path) -> None:
    """An .xls with a password is refused as such: it has a record that says so."""
    content = (WORKBOOKS / "values.xls").read_bytes()
    begin = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20  # behind the beginning of the workbook
    (tmp_path / "k.xls").write_bytes(content[:begin] + b"\x2f\x00" + content[begin + 2 :])
    with pytest.raises(FileError, match="password"):
        read_sheets(tmp_path / "k.xls")


def test_an_open_document_that_does_not_say_its_type(tmp_path: Path) -> None:
    """Some programs leave the type out; a document without tables is refused."""
    with zipfile.ZipFile(BytesIO(ods(f"<table:table-row>{SEVEN}</table:table-row>"))) as archive:
        content = archive.read("content.xml")
    (tmp_path / "k.ods").write_bytes(pack({"content.xml": content}))
    assert cells(tmp_path / "k.ods") == {"A1": ("7", "number")}
    (tmp_path / "k.ods").write_bytes(pack({"content.xml": content.replace(b"office:spreadsheet", b"office:text")}))
    with pytest.raises(FileError, match="without a table"):
        read_sheets(tmp_path / "k.ods")


def test_a_bomb_is_refused_before_the_reader_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of .ods and .xlsb are unpacked within the limits of .xlsx before another program reads them."""
    monkeypatch.setattr(foreign_workbook, "_run_worker", lambda *_: pytest.fail("the reader was started"))
    monkeypatch.setattr("armbulk.readers.xlsx_archive.MAX_UNPACKED_BYTES", 100_000)
    for name, content in {
        "k.ods": ods("<table:table-row/>" * 10_000),
        "k.xlsb": xlsb({1: [cell(1, 0, bytes(10_000))] * 20}),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError, match="256 MiB"):
            read_sheets(tmp_path / name)


@pytest.mark.parametrize(("limit", "value"), [("_MAX_MEMORY", 256 * 1024**2), ("MAX_SECONDS", 0.001), ("MAX_CELLS", 1)])
def test_the_reader_has_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: float) -> None:
    """A file that needs too much memory, time or cells is refused by name."""
    monkeypatch.setattr(foreign_workbook, limit, value)
    path = tmp_path / "k.xlsb"
    path.write_bytes(xlsb({1: [cell(5, 0, DOUBLE(7.0))], 300_000: [cell(5, 16_000, DOUBLE(8.0))]}))
    with pytest.raises(FileError, match=r"k\.xlsb") as refused:
        read_sheets(path)
    assert refused.value.code == "too-large"


def test_an_open_document_has_limits(tmp_path: Path) -> None:
    """Cells that are repeated too often, or stand beyond any sheet, are refused by name."""
    many = SEVEN.replace("office:value-type", 'table:number-columns-repeated="{}" office:value-type', 1)
    row = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
    for rows, columns, code in ((500_000, 100, "too-large"), (1, 9_999_999, "too-large"), (1, 20_000, "damaged"),
                                (1_048_577, 1, "damaged"), (99_999_999, 1, "damaged")):  # fmt: skip
        (tmp_path / "k.ods").write_bytes(ods(row.format(rows, many.format(columns))))
        with pytest.raises(FileError, match=r"k\.ods") as refused:
            read_sheets(tmp_path / "k.ods")
        assert refused.value.code == code


def test_texts_of_an_open_document_keep_blanks_tabs_and_lines(tmp_path: Path) -> None:
    """What is in a text is kept; comments and the indentation of the file are not part of it."""
    text = '<table:table-cell office:value-type="string"{}>{}</table:table-cell>'.format
    cells_in_row = [
        text("", "<text:p>a<text:s text:c='2'/>b</text:p>"), text("", "<text:p>a<text:tab/>b</text:p>"),
        text("", "<text:p>a<text:line-break/>b</text:p>"), text("", "\n <text:p>a</text:p>\n <text:p>b</text:p>\n"),
        text("", "<text:p><text:span>a<text:span>b</text:span></text:span> <text:a>c</text:a></text:p>"),
        text("", "<office:annotation><text:p>no</text:p></office:annotation><text:p>a\n   b</text:p>"),
        text(' office:string-value="stored"', "<text:p>shown</text:p>"), text("", "<text:p> &lt;æ&gt; </text:p>"),
    ]  # fmt: skip
    (tmp_path / "k.ods").write_bytes(ods("\n".join(["\n<table:table-row>", *cells_in_row, "</table:table-row>\n"])))
    texts = [text for text, _ in cells(tmp_path / "k.ods").values()]
    assert texts == ["a  b", "a\tb", "a\nb", "a\nb", "ab c", "a b", "stored", "<æ>"]


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('office:value-type="float" office:value="12345678901234567890"', ("12345678901234567890", "disguised")),
        ('office:value-type="float" office:value="1E+3"', ("1000", "disguised")),
        ('office:value-type="currency" office:currency="NOK" office:value="0.1"', ("0.1", "number")),
        ('office:value-type="percentage" office:value="0.25"', ("0.25", "percent")),
        ('office:value-type="date" office:date-value="2026-03-01T00:00:00.000Z"', ("2026-03-01", "date")),
        ('office:value-type="date" office:date-value="2026-02-30"', ("2026-02-30", "error")),
        ('office:value-type="time" office:time-value="PT30H15M00S"', ("30:15:00", "time")),
        ('office:value-type="boolean" office:boolean-value="false"', ("FALSE", "boolean")),
        ('office:value-type="string" calcext:value-type="error" office:string-value=""', ("shown", "error")),
        ('table:formula="of:=A2" office:value-type="string"', ("shown", "text")),
    ],
)
def test_values_of_an_open_document_are_exact(tmp_path: Path, attributes: str, expected: tuple[str, str]) -> None:
    """The stored value counts, with every digit; where something else is shown, the kind of the cell tells."""
    row = f"<table:table-row><table:table-cell {attributes}><text:p>shown</text:p></table:table-cell></table:table-row>"
    (tmp_path / "k.ods").write_bytes(ods(row))
    assert cells(tmp_path / "k.ods") == {"A1": expected}


def test_cells_without_a_column_are_read(tmp_path: Path) -> None:
    """Cells of an .xlsb that stand right of the one before, and say so by leaving their column out, are read too."""
    row = [
        cell(6, 1, wide("a")), short_cell(5, DOUBLE(0.25), 1), short_cell(3, b"\x07"), short_cell(1, b""),
        short_cell(4, b"\1"), short_cell(5, DOUBLE(46082.0), 2), short_cell(6, wide("b")),
    ]  # fmt: skip
    (tmp_path / "k.xlsb").write_bytes(xlsb({2: row, 3: [cell(5, 0, DOUBLE(7.0)), short_cell(5, DOUBLE(8.0))]}))
    assert cells(tmp_path / "k.xlsb") == {
        "B2": ("a", "text"), "C2": ("0.25", "percent"), "D2": ("#DIV/0!", "error"), "F2": ("TRUE", "boolean"),
        "G2": ("2026-03-01", "date"), "H2": ("b", "text"), "A3": ("7", "number"), "B3": ("8", "number"),
    }  # fmt: skip


def test_dates_of_a_binary_workbook_count_from_1904_if_it_says_so(tmp_path: Path) -> None:
    """The epoch of an .xlsb is respected."""
    (tmp_path / "k.xlsb").write_bytes(xlsb({1: [cell(5, 0, DOUBLE(44620.0), 2)]}, since_1904=1))
    assert cells(tmp_path / "k.xlsb") == {"A1": ("2026-03-01", "date")}


def test_a_cell_that_the_reader_skips_is_no_blank_cell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where calamine tells fewer cells than the file has, the file is refused."""
    path = tmp_path / "k.xlsb"
    path.write_bytes(xlsb({1: [cell(5, 0, DOUBLE(7.0)), cell(5, 1, DOUBLE(8.0))]}))
    monkeypatch.setattr(foreign_workbook, "_run_worker", lambda *_: b'["Kunder", true]\n[0, 0, "number", "7"]\n')
    with pytest.raises(FileError, match="not every cell of the sheet Kunder can be read"):
        read_sheets(path)


PLACES = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=12)


def mutated(content: bytes, places: list[tuple[int, int]], cut: int = 0) -> bytes:
    """Some bytes changed, the end cut off."""
    changed = bytearray(content)
    for place, value in places:
        changed[place % len(changed)] = value
    return bytes(changed[: len(changed) - cut % len(changed)] if cut else changed)


@settings(deadline=None, derandomize=True)
@given(PLACES, st.integers(0, 3_000))
def test_changed_bytes_of_an_old_workbook(places: list[tuple[int, int]], cut: int) -> None:
    """What armbulk itself reads of an .xls with changed bytes is read, or a ValueError, which is refused by name."""
    with contextlib.suppress(ValueError):
        xls_cells.find_special_cells(mutated((WORKBOOKS / "values.xls").read_bytes(), places, cut))


@settings(deadline=None, derandomize=True)
@given(st.sampled_from(["xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/styles.bin"]), PLACES)
def test_changed_bytes_of_a_binary_workbook(part: str, places: list[tuple[int, int]]) -> None:
    """What armbulk itself reads of an .xlsb with changed bytes is read, or a ValueError, which is refused by name."""
    sound = xlsb({1: [cell(9, 0, DOUBLE(7.0)), cell(11, 1, b"\x2a")]}, merged=[(0, 1, 2, 3)])
    with zipfile.ZipFile(BytesIO(sound)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    contents[part] = mutated(contents[part], places)
    with contextlib.suppress(ValueError, FileError):
        xlsb_cells.find_special_cells(WorkbookArchive(pack(dict(contents)), "k.xlsb"))


@settings(deadline=None, derandomize=True)
@given(PLACES, st.integers(0, 3_000))
def test_changed_bytes_of_an_open_document(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[int, int]], cut: int
) -> None:
    """An .ods with changed bytes in its content is read, or refused by name."""
    path = tmp_path_factory.getbasetemp() / "k.ods"
    with zipfile.ZipFile(WORKBOOKS / "values.ods") as archive:
        contents = {name: archive.read(name) for name in ("mimetype", "content.xml")}
    contents["content.xml"] = mutated(contents["content.xml"], places, cut)
    path.write_bytes(pack(dict(contents)))
    with contextlib.suppress(FileError):
        read_sheets(path)
