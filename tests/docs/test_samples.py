"""The samples are up to date, and have exactly the errors they name."""

import runpy
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from support.paths import SAMPLES

from armbulk.arm.encode import encode_records
from armbulk.validation.check import check_files


def cells(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """A workbook's values."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_samples_are_fresh(tmp_path: Path) -> None:
    """The committed samples are what the generator writes today."""
    runpy.run_path(str(SAMPLES / "generate.py"))["main"](tmp_path)
    for path in sorted(tmp_path.iterdir()):
        committed = SAMPLES / path.name
        if path.suffix == ".csv":
            assert path.read_bytes() == committed.read_bytes()
        else:
            assert cells(path) == cells(committed)


def test_clean_samples_have_no_errors_and_agree() -> None:
    """The workbook and the CSVs have the same records, without a single error."""
    book = check_files([str(SAMPLES / "kunder-og-fakturaer.xlsx")])
    csvs = check_files([str(SAMPLES / f"{name}.csv") for name in ("customers", "documents", "lines")])
    assert book.errors == csvs.errors == 0
    for name in ("customers", "documents"):
        one = encode_records(book.tables[name], book.tables["lines"])["payload"]
        assert one.to_list() == encode_records(csvs.tables[name], csvs.tables["lines"])["payload"].to_list()
    assert book.tables["customers"].rows.height == 40
    assert book.tables["documents"].rows.height == 120


@pytest.mark.promise("P13")
def test_each_planted_error_is_found_where_it_is() -> None:
    """Every row of with-errors.xlsx has the findings its Expect column names, and no others."""
    path = SAMPLES / "with-errors.xlsx"
    checked = check_files([str(path)])
    per_row = checked.findings.filter(~pl.col("code").is_in(["unknown-header", "duplicate-header", "computed-column"]))
    for index, sheet in enumerate(checked.sheets):
        rows = cells(path)[sheet.name]
        if "Expect" not in rows[0] or sheet.name == "Kunde":
            continue
        at = rows[0].index("Expect")
        for number, row in enumerate(rows[1:], start=2):
            here = per_row.filter((pl.col("sheet") == index) & (pl.col("row") == number))["code"].to_list()
            assert sorted(here) == sorted(str(row[at] or "").split()), f"{sheet.name} row {number}"


def test_each_fault_of_a_sheet_is_found() -> None:
    """Headers and sheets that armbulk does not know are shown."""
    codes = {"unknown-header", "duplicate-header", "computed-column", "missing-column", "sheet-not-recognised"}
    assert codes - set(check_files([str(SAMPLES / "with-errors.xlsx")]).findings["code"]) == set()
