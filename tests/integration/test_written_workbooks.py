"""What stands in the workbooks armbulk writes: cell by cell, inert, and never lost."""

import os
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from support.journey import Journey, journey, write_files
from support.paths import SAMPLES

from armbulk.app.runs import finish_run
from armbulk.results import report
from armbulk.validation.check import check_files

GOLDEN = Path(__file__).parent / "golden"

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|'/c calc'!A1",
    "+1+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    '=WEBSERVICE("http://evil.example")',
    '=DDE("cmd";"/c calc")',
    "<b>x</b>&amp;",
    "'=1",
    "{=1}",
    "\u202e=1",
)


def cells(path: Path, way: Journey) -> str:
    """Every cell of a workbook that holds something, with its number format; addresses of this run are left out."""
    lines = []
    for page in openpyxl.load_workbook(path).worksheets:
        lines.append(f"# {page.title} (frozen {page.freeze_panes}, filter {page.auto_filter.ref})")
        for row in page.iter_rows():
            lines += [
                f"{cell.coordinate}\t{cell.value!r}\t{cell.number_format}" for cell in row if cell.value is not None
            ]
    told = "\n".join(lines) + "\n"
    for found, stands in ((way.sandbox.base_url, "BASE_URL"), (str(way.folder), "FOLDER"), (str(SAMPLES), "SAMPLES")):
        told = told.replace(found, stands)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", told)


def is_golden(name: str, told: str) -> None:
    """Compare with the committed text; `make golden` writes it anew."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ARMBULK_GOLDEN"):
        path.write_text(told, encoding="utf-8", newline="\n")
    assert told == path.read_text(encoding="utf-8"), f"{path} differs: make golden, and read the diff"


def concluded(way: Journey, files: list[str], target: Path, lang: str) -> Path:
    """Import `files` whole, and write the result."""
    checked = check_files(files)
    run = way.begin(files, skip_invalid=True)
    way.carry_on(run)
    finish_run(way.store, run, checked, target, lang)
    return target


@pytest.mark.parametrize(
    ("name", "files", "lang"),
    [
        ("result-workbook", ["kunder-og-fakturaer.xlsx"], "no"),
        ("result-csv", ["customers.csv", "documents.csv", "lines.csv"], "en"),
        ("result-errors", ["with-errors.xlsx"], "en"),
    ],
)
def test_the_result_workbook_cell_by_cell(
    name: str, files: list[str], lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's rows in their order, what became of each, a summary, and the problems: as committed."""
    monkeypatch.setenv("TZ", "UTC")
    with journey(tmp_path) as way:
        made = concluded(way, [str(SAMPLES / one) for one in files], tmp_path / "result.xlsx", lang)
        is_golden(name, cells(made, way))


def _customers(folder: Path, form: str) -> list[str]:
    rows = [("Customer no", "Name"), *((f"{n:04d}", text) for n, text in enumerate(HOSTILE, start=1))]
    if form == "csv":
        path = folder / "customers.csv"
        lines = [f"""{no};"{name.replace('"', '""')}\"""" for no, name in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
    else:
        path = folder / "customers.xlsx"
        book = openpyxl.Workbook()
        page = book.active
        page.title = "Customers"
        for place, pair in enumerate(rows, start=1):
            for column, text in enumerate(pair, start=1):
                cell = page.cell(place, column, text)
                cell.data_type = "s"
        book.save(path)
    return [str(path)]


@pytest.mark.promise("P15")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_nothing_in_a_result_runs(form: str, tmp_path: Path) -> None:
    """Names, and ARM's own words, that look like formulas stay texts: no formula, no link outwards, no macro."""
    with journey(tmp_path) as way:
        made = concluded(way, _customers(tmp_path, form), tmp_path / "result.xlsx", "en")
        stood = report.load_result(way.store, 1)
        assert sum(stood.count_outcomes().values()) == len(HOSTILE)
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name).decode("utf-8", "replace") for name in package.namelist()}
    assert not [name for name in parts if re.search(r"external|macro|vba|connections|embeddings|activex", name.lower())]
    assert not [name for name, part in parts.items() if re.search(r"<f[ >]|TargetMode=.External", part)]
    page = openpyxl.load_workbook(made)["Customers" if form == "xlsx" else "customers"]
    shown = [str(cell.value) for row in page.rows for cell in row]
    assert all(any(one in text for text in shown) for one in HOSTILE if one.isprintable())


@pytest.mark.promise("P16")
def test_a_result_that_cannot_be_written_goes_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file is open in Excel the result gets another name, is complete, and no half file is left."""
    real = Path.replace

    def held(self: Path, target: Path) -> Path:
        if target.name == "result.xlsx":
            raise PermissionError(13, "in use")
        return real(self, target)

    with journey(tmp_path) as way:
        files = write_files(tmp_path)
        run = way.begin(files)
        way.carry_on(run)
        monkeypatch.setattr(Path, "replace", held)
        stood = finish_run(way.store, run, check_files(files), tmp_path / "result.xlsx", "en")
        assert stood.run is not None
        assert stood.run.result == str(tmp_path / "result-2.xlsx")
        assert openpyxl.load_workbook(tmp_path / "result-2.xlsx")["documents"]["J2"].value == "created"
        assert sorted(one.name for one in tmp_path.glob("*.xlsx")) == ["result-2.xlsx"]
        assert not list(tmp_path.glob(".armbulk-*"))
