"""Sheet layouts: titles, totals, notes, second tables, merged and hidden rows, one row per line."""

import json
import random
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from support import damaged_files
from support.sheets import SKIPPING_MAPPING

from armbulk.arm.encode import encode_records
from armbulk.errors import FileError
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.readers import read_sheets
from armbulk.validation.check import Checked, check_files, check_sheets

CUSTOMERS = "Kundenr;Navn\nK1;Kari\nK2;Ola\nK3;Per\n"
DOCUMENTS = (
    "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva\n"
    "F1;IN;K1;2026-02-01;2026-02-15;NOK;125\n"
    "F2;IN;K2;2026-02-01;2026-02-15;NOK;250\n"
)
LINES = "Fakturanr;Linjenr;Tekst;Beløp inkl. mva\nF1;1;Kam;125\nF2;1;Kam;100\nF2;2;Børste;150\n"
FLAT = (
    "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjenr;Tekst;Antall;Pris;Beløp inkl. mva\n"
    "F1;IN;K1;2026-02-01;2026-02-15;NOK;1;Kam;1;125;125\n"
    "F2;IN;K2;2026-02-01;2026-02-15;NOK;1;Kam;1;100;100\n"
    "F2;;;;;;2;Børste;1;150;150\n"
)


def checked(folder: Path, reading: ReadOptions = DEFAULT_READ_OPTIONS, **files: str) -> Checked:
    """Check CSV files given by name and content."""
    paths = []
    for name, content in files.items():
        path = folder / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        paths.append(str(path))
    return check_files(paths, reading)


def codes(found: Checked) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of each finding."""
    return list(found.findings.select("row", "column", "code").iter_rows())


def bodies(found: Checked) -> list[dict[str, object]]:
    """The documents that would be sent."""
    return [json.loads(one) for one in encode_records(found.tables["documents"], found.tables["lines"])["payload"]]


def test_the_total_row_of_a_table_is_left_out(tmp_path: Path) -> None:
    """Excel knows that it is no record; a row with a record's values stays, whatever the table says."""
    path = tmp_path / "a.xlsx"
    rows = [line.split(";") for line in DOCUMENTS.splitlines()]
    for total, expected in ((["Total", *[""] * 5, "375"], [(4, None, "table-total")]), (["F3", *rows[2][1:]], [])):
        book = xlsxwriter.Workbook(str(path))
        page = book.add_worksheet("Fakturaer")
        page.add_table(0, 0, 3, 6, {"total_row": True, "columns": [{"header": header} for header in rows[0]]})
        for number, row in enumerate([*rows, total]):
            page.write_row(number, 0, row)
        book.close()
        found = check_files([str(path)], DEFAULT_READ_OPTIONS)
        assert [code for code in codes(found) if code[0] == 4] == expected
        assert found.tables["documents"].rows.height == 3 - len(expected)


def test_a_title_above_the_header_is_passed_over(tmp_path: Path) -> None:
    """Title rows are skipped; the other rows keep their numbers."""
    found = checked(tmp_path, customers=f"Kundeliste;\nper 1. mai;\n;\n{CUSTOMERS}")
    assert codes(found) == []
    assert found.tables["customers"].rows["row"].to_list() == [5, 6, 7]


@pytest.mark.parametrize(
    "title",
    [prefix + name for name in ("Summary", "Problems", "Sammendrag", "Problemer") for prefix in ("", "ARM ")],
)
def test_armbulks_own_sheets_are_passed_over(tmp_path: Path, title: str) -> None:
    """A sheet that armbulk added to a workbook, in either language, is not reported; another unknown one is."""
    book = openpyxl.Workbook()
    book.active.title = "Kunder"
    for row in (["Kundenr", "Navn"], ["K1", "Kari"]):
        book.active.append(row)
    for name in (title, "Notater"):
        book.create_sheet(name).append(["Some text"])
    book.save(tmp_path / "book.xlsx")
    findings = check_files([str(tmp_path / "book.xlsx")]).findings
    assert findings.select("code", "value").rows() == [("sheet-not-recognised", "Notater")]


def test_hidden_rows_of_a_workbook_without_tables(tmp_path: Path) -> None:
    """A workbook that has neither customers nor documents is refused as such, whatever it hides."""
    book = openpyxl.Workbook()
    page = book.active
    page.append(["Notater"])
    page.append(["Skjult"])
    page.row_dimensions[2].hidden = True
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(FileError, match='The sheet "Sheet" contains neither customers nor documents'):
        check_files([str(tmp_path / "book.xlsx")])


@pytest.mark.parametrize(
    "total", [";Sum", ";Totalt 3 kunder", "Sum;", "Total:;", "*TOTAL*;3", "** Totalt **;", "3;*TOTAL*", "=== Sum ===;"]
)
def test_a_total_below_the_table_is_named_once(tmp_path: Path, total: str) -> None:
    """A total row is one finding and not a record."""
    found = checked(tmp_path, customers=f"{CUSTOMERS}{total}\n")
    assert codes(found) == [(5, None, "total-row")]
    assert found.blocked_rows["customers"]["row"].to_list() == [5]


def test_a_number_that_begins_like_a_total_is_none(tmp_path: Path) -> None:
    """A customer called Total AS with the number SUM-1 is a customer."""
    assert codes(checked(tmp_path, customers="Kundenr;Navn\nSUM-1;Total AS\n")) == []


def test_a_second_table_is_refused_by_its_row(tmp_path: Path) -> None:
    """Headers repeated inside the data are a finding."""
    found = checked(tmp_path, customers=f"{CUSTOMERS}\n{CUSTOMERS}")
    assert (6, None, "header-again") in codes(found)


def test_values_without_a_header_are_told(tmp_path: Path) -> None:
    """Values beside the table are reported and not sent."""
    found = checked(tmp_path, customers="Kundenr;Navn;;\nK1;Kari;;\nK2;Ola;;ring ham\n")
    assert codes(found) == [(3, "D", "no-header")]


def test_a_sheet_by_name_without_a_known_header_is_told(tmp_path: Path) -> None:
    """A sheet named Kunder without a known header is one finding."""
    found = checked(tmp_path, customers=CUSTOMERS, Kunder="a;b\n1;2\n")
    assert [code for _, _, code in codes(found)] == ["no-known-header"]


def test_merged_cells_in_the_data_are_named(tmp_path: Path) -> None:
    """Each row that a merged range touches is held back; the range is one finding."""
    path = tmp_path / "k.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Kunder"
    for row in (["Kundenr", "Navn", "Poststed"], ["K1", "Kari", "Oslo"], ["K2", "Ola", None], ["K3", "Per", "Bergen"]):
        page.append(row)
    book.save(path)
    sheets = [replace(sheet, merged_ranges=("C2:C3", "F1:G9", "A1:B1")) for sheet in read_sheets(path)]
    found = check_sheets(sheets)
    assert codes(found) == [(2, "C", "merged-cells")]
    assert sorted(found.blocked_rows["customers"]["row"]) == [2, 3]
    assert sorted(found.blocked_rows["customers"]["row"]) == [2, 3]


def with_hidden(folder: Path, reading: ReadOptions, hidden: dict[str, set[int]]) -> Checked:
    """Customers, documents and lines with rows that Excel does not show."""
    sheets = []
    for name, content in {"customers": CUSTOMERS, "documents": DOCUMENTS, "lines": LINES}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        sheets += [
            replace(one, hidden_rows=frozenset(hidden.get(name, ()))) for one in read_sheets(folder / f"{name}.csv")
        ]
    return check_sheets(sheets, reading)


def test_hidden_rows_stop_until_somebody_decides(tmp_path: Path) -> None:
    """Hidden rows with values are an error; empty ones are not."""
    found = with_hidden(tmp_path, ReadOptions(), {"customers": {3, 90}})
    assert [code for _, _, code in codes(found)] == ["hidden-rows"]
    assert found.findings["value"].to_list() == ["1"]
    assert found.blocked_rows["customers"].height == 3


def test_hidden_rows_are_taken_when_asked(tmp_path: Path) -> None:
    """`--include-hidden` reads hidden rows and reports it."""
    found = with_hidden(tmp_path, ReadOptions(hidden="include"), {"customers": {3}})
    assert [code for _, _, code in codes(found)] == ["hidden-included"]
    assert found.tables["customers"].rows.height == 3


def test_hidden_documents_are_left_out_with_their_lines(tmp_path: Path) -> None:
    """`--skip-hidden` skips a document with all its lines; each still has an outcome."""
    found = with_hidden(tmp_path, ReadOptions(hidden="skip"), {"documents": {3}})
    assert [code for _, _, code in codes(found)] == ["hidden-skipped"]
    assert [body["documentNo"] for body in bodies(found)] == ["F1"]
    assert found.skipped["lines"].rows["row"].to_list() == [3, 4]
    assert found.all_tables()["lines"].rows.height == 3


def test_a_hidden_line_of_a_shown_document_holds_it_back(tmp_path: Path) -> None:
    """A document with a hidden line is held back."""
    found = with_hidden(tmp_path, ReadOptions(hidden="skip"), {"lines": {4}})
    assert sorted(code for _, _, code in codes(found)) == ["hidden-line", "hidden-skipped"]
    assert found.blocked_rows["documents"]["row"].to_list() == [3]


@pytest.mark.parametrize(
    ("defaults", "column"),
    [
        ("", 'hidden="1"'),
        ("", 'hidden="true" width="9"'),
        ("", 'width="0" customWidth="1"'),
        ("", 'width="0.1"'),
        ("", 'outlineLevel="1" hidden="1" collapsed="1"'),
        ('<sheetFormatPr defaultColWidth="0"/><cols><col min="1" max="2" width="9"/></cols>', ""),
    ],
)
def test_hidden_columns_stop_until_somebody_decides(tmp_path: Path, defaults: str, column: str) -> None:
    """Hidden columns with data of a known field are an error; `--include-hidden` and `--skip-hidden` decide.

    A column without data is never told: armbulk folds those of its templates.
    """
    path = str(tmp_path / "k.xlsx")
    table = (
        ("Kundenr", "Navn", "Postnr", "Notat", "Poststed"),
        ("K1", "Kari", "0585", "x"),
        ("K2", "Ola", "0150", "y"),
    )
    rows = [
        damaged_files.row(
            number,
            *(damaged_files.text(f"{letter}{number}", value) for letter, value in zip("ABCDE", values, strict=False)),
        )
        for number, values in enumerate(table, start=1)
    ]
    columns = defaults or f'<cols><col min="1" max="2" width="9"/><col min="3" max="5" {column}/></cols>'
    (tmp_path / "k.xlsx").write_bytes(damaged_files.book("".join(rows), before=columns))
    asked = check_files([path])
    own = asked.findings.filter(pl.col("code").str.starts_with("hidden"))
    assert own.select("row", "code", "value", "detail").rows() == [(None, "hidden-columns", "1", "C")]
    assert asked.blocked_rows["customers"].height == 2
    taken = check_files([path], ReadOptions(hidden="include"))
    assert "hidden-columns-included" in taken.findings["code"].to_list()
    assert taken.tables["customers"].rows["postal_code"].to_list() == ["0585", "0150"]
    skipped = check_files([path], ReadOptions(hidden="skip"))
    assert skipped.findings.select("code", "value", "detail").rows() == [("hidden-columns-skipped", "2", "C, D")]
    assert skipped.tables["customers"].rows["postal_code"].to_list() == [None, None]
    assert (skipped.errors, skipped.sheets[0].letters) == (0, ("A", "B", "C", "D", "E"))


@pytest.mark.parametrize("attributes", ['ht="0"', 'ht="0.75" customHeight="1"', 'hidden="1"', 'hidden="true" ht="15"'])
def test_rows_without_height_are_hidden_rows(tmp_path: Path, attributes: str) -> None:
    """A row so low that no one can read it is hidden."""
    path = tmp_path / "k.xlsx"
    cells = [
        (damaged_files.text(f"A{number}", f"K{number}"), damaged_files.text(f"B{number}", "Kari")) for number in (2, 3)
    ]
    header = damaged_files.row(1, damaged_files.text("A1", "Kundenr"), damaged_files.text("B1", "Navn"))
    content = (
        header
        + damaged_files.row(2, *cells[0], given=' ht="15"')
        + damaged_files.row(3, *cells[1], given=f" {attributes}")
    )
    path.write_bytes(damaged_files.book(content))
    assert check_files([str(path)]).findings.select("code", "value", "detail").rows() == [("hidden-rows", "1", "3")]


def test_hidden_columns_of_a_mapping_are_named_by_their_own_letter(tmp_path: Path) -> None:
    """A column that a mapping reads is hidden where it is in the file."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'armbulk_mapping = 1\n[[sheet]]\nname = "customers"\nresource = "customers"\n'
        '[sheet.rename]\n"Debitor" = "Customer no"\n',
        encoding="utf-8",
    )
    (tmp_path / "customers.csv").write_text("Debitor;Navn\nK1;Kari\n", encoding="utf-8")
    options = ReadOptions(mapping=str(mapping))
    sheets = [replace(one, hidden_columns=frozenset("A")) for one in read_sheets(tmp_path / "customers.csv")]
    found = check_sheets(sheets, options)
    assert found.findings.select("code", "detail").rows() == [("hidden-columns", "A")]


def test_a_flat_file_is_documents_with_lines(tmp_path: Path) -> None:
    """A file with one row per line gives the same documents as two sheets."""
    flat = checked(tmp_path, customers=CUSTOMERS, export=FLAT)
    apart = checked(tmp_path, customers=CUSTOMERS, documents=DOCUMENTS, lines=LINES)
    assert flat.errors == 0
    plain = [{**body, "documentLines": [{k: v for k, v in line.items() if k not in {"quantity", "price"}}
                                        for line in body["documentLines"]]} for body in bodies(flat)]  # fmt: skip
    assert plain == bodies(apart)


def test_a_flat_document_must_agree_with_itself(tmp_path: Path) -> None:
    """A document whose rows differ is held back, and the cell is named."""
    found = checked(tmp_path, customers=CUSTOMERS, export=FLAT.replace("F2;;;", "F2;;K3;"))
    assert (4, "C", "flat-disagrees") in codes(found)
    assert found.blocked_rows["documents"]["row"].to_list() == [3]


def test_repeated_totals_in_a_flat_file_are_not_summed(tmp_path: Path) -> None:
    """Equal amounts on all lines of a document are ambiguous and a finding."""
    found = checked(tmp_path, customers=CUSTOMERS, export=FLAT.replace(";100\n", ";150\n"))
    assert "flat-amounts-unclear" in [code for _, _, code in codes(found)]
    assert found.blocked_rows["documents"].height == 2
    said = FLAT.replace(";100\n", ";150\n").replace("Beløp inkl. mva", "Fakturabeløp inkl. mva")
    clear = checked(tmp_path, customers=CUSTOMERS, export=said)
    assert clear.errors == 0
    assert [body["currencyAmounts"] for body in bodies(clear)] == [{"inclVat": 125}, {"inclVat": 150}]


def test_sheets_of_their_own_win_over_flat_ones(tmp_path: Path) -> None:
    """With a sheet of lines, a sheet of documents is not read as lines."""
    found = checked(tmp_path, customers=CUSTOMERS, export=FLAT.replace("F2;;;;;;2;Børste;1;150;150\n", ""), lines=LINES)
    assert found.tables["lines"].rows["sheet"].unique().to_list() == [2]
    assert "unknown-header" in [code for _, _, code in codes(found)]


def test_a_file_without_data_says_so(tmp_path: Path) -> None:
    """A file without a recognised sheet is refused by name."""
    with pytest.raises(FileError, match="neither customers nor documents"):
        checked(tmp_path, notes="a;b\n1;2\n")


FAULTY = DOCUMENTS + "F3;XX;K9;31.02.2026;i dag;NO;1.234\nF1;IN;K1;;;;\n"


def findings_of(folder: Path, documents: str) -> list[str]:
    """The findings of documents, without their addresses."""
    found = checked(folder, customers=CUSTOMERS, documents=documents, lines=LINES)
    kept = found.findings.filter(pl.col("code") != "duplicate-key")
    return sorted(map(str, kept.select("field", "code", "severity", "value").iter_rows()))


@pytest.fixture(scope="module")
def in_order(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The findings of the documents as they were written."""
    return findings_of(tmp_path_factory.mktemp("in-order"), FAULTY)


def test_the_same_file_gives_the_same_findings(tmp_path: Path, in_order: list[str]) -> None:
    """Checking is repeatable."""
    assert findings_of(tmp_path, FAULTY) == in_order


@pytest.mark.parametrize("seed", range(5))
def test_order_changes_nothing_but_addresses(tmp_path: Path, in_order: list[str], seed: int) -> None:
    """Rows and columns in another order give the same findings of the same values."""
    shuffle = random.Random(seed)
    table = [line.split(";") for line in FAULTY.splitlines()]
    columns = shuffle.sample(range(len(table[0])), len(table[0]))
    body = shuffle.sample(table[1:], len(table) - 1)
    mixed = "\n".join(";".join(row[at] for at in columns) for row in [table[0], *body])
    assert findings_of(tmp_path, mixed) == in_order


def test_an_unrecognised_sheet_has_no_resource(tmp_path: Path) -> None:
    """A step that needs to know what a sheet has does not continue with one that was not recognised."""
    found = checked(tmp_path, customers=CUSTOMERS, notes="Some text\n")
    assert found.header_matches[0].recognised_resource.name == "customers"
    with pytest.raises(ValueError, match="not recognised"):
        _ = found.header_matches[1].recognised_resource


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (["F3;;;;300"], {"total-row": "error"}),
        (["2;;;;300"], {"row-left-out": "warning"}),
        (["Sum;;;;300"], {"row-left-out": "warning"}),
        (["*TOTAL*;2;;;300"], {"row-left-out": "warning"}),
        (["2;** Totalt **;;;300"], {"row-left-out": "warning"}),
        (["3;** Totalt **;;;301"], {"pattern": "error", "required": "error"}),
        ([";Total Renovering;01.10.2026;15.10.2026;200"], {"total-row": "error"}),
        (["Faktura til Ola;1;01.10.2026;15.10.2026;200"], {"note-row": "error"}),
        (["Utskrevet av Kari Nordmann;;;;"], {"row-left-out": "warning"}),
        (["---;---;---;---;---"], {"row-left-out": "warning"}),
        (["Fakt;Kunde;Dato;Forf;Sum"], {"row-left-out": "warning"}),
    ],
)
def test_only_rows_that_are_no_records_are_left_out(tmp_path: Path, rows: list[str], codes: dict[str, str]) -> None:
    """With `skip_totals` a row with a number of its own, or with most of a record's cells, stays an error."""
    good = ["F1;1;01.10.2026;15.10.2026;100", "F2;1;01.10.2026;15.10.2026;200"]
    (tmp_path / "fakturaer.csv").write_text("\n".join(["Fakt;Kunde;Dato;Forf;Sum", *good, *rows]), encoding="utf-8")
    (tmp_path / "m.toml").write_text(SKIPPING_MAPPING, encoding="utf-8")
    options = ReadOptions(mapping=str(tmp_path / "m.toml"))
    checked = check_files([str(tmp_path / "fakturaer.csv")], options)
    of_row = checked.findings.filter(pl.col("row") == 4).select("code", "severity").rows()
    assert dict(of_row) == codes


def test_dates_of_a_mapping_count_where_no_date_contradicts_them(tmp_path: Path) -> None:
    """A mapping says day first; a file with 10/31/2026 has other dates: 01/02/2026 is unclear again."""
    text = "Fakt;Kunde;Dato;Forf;Sum\nF1;1;01/02/2026;{};100\n"
    (tmp_path / "m.toml").write_text(SKIPPING_MAPPING.replace("skip", 'dates = "dmy"\nskip'), encoding="utf-8")
    for due, codes in (("15/10/2026", set()), ("10/31/2026", {"ambiguous-date"})):
        (tmp_path / "fakturaer.csv").write_text(text.format(due), encoding="utf-8")
        checked = check_files([str(tmp_path / "fakturaer.csv")], ReadOptions(mapping=str(tmp_path / "m.toml")))
        assert set(checked.findings.filter(pl.col("severity") == "error")["code"]) == codes


def test_a_sheet_of_amounts_alone_under_a_mapping(tmp_path: Path) -> None:
    """The mapping enters everything else in every row: the amounts are records, and nothing stops."""
    (tmp_path / "b.csv").write_text("Sum;Merk\n100;a\n200;b\n", encoding="utf-8")
    constants = 'document_no = "F1"\ncustomer_no = "K1"\n'
    sheet = '[[sheet]]\nresource = "documents"\nname = "b"\n'
    mapping = f'{sheet}[sheet.rename]\nSum = "incl_vat"\n[sheet.constant]\n{constants}'
    (tmp_path / "m.toml").write_text(mapping, encoding="utf-8")
    checked = check_files([str(tmp_path / "b.csv")], ReadOptions(mapping=str(tmp_path / "m.toml")))
    assert checked.tables["documents"].rows.height == 2


def test_the_list_of_changes_is_never_a_list_of_customers(tmp_path: Path) -> None:
    """Its rows name the columns of customers; a user's own sheet of that name is read."""
    book = openpyxl.Workbook()
    changes, own = book.active, book.create_sheet("Endringer")
    changes.title = "Changes"
    changes.append(["Sheet", "Cell", "Column", "Before", "After", "What was wrong", "Code"])
    changes.append(["Kunder", "Kunder!A7", "Secondary email", "Kari <k@x.no>", "k@x.no", "not valid", "email"])
    own.append(["Kundenr", "Navn", "Celle"])
    own.append(["K1", "Kari", "99887766"])
    book.save(tmp_path / "b.xlsx")
    changes_match, own_match = check_files([str(tmp_path / "b.xlsx")]).header_matches
    assert changes_match.resource is None
    assert own_match.recognised_resource.name == "customers"
