"""Result workbooks: every cell, no formulas, and never a partial file."""

import csv
import os
import re
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import polars as pl
import pytest
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from support.journey import Journey, journey, write_files
from support.paths import SAMPLES

from armbulk.app.runs import finish_run
from armbulk.model.outcome_words import find_outcome, translate_outcome
from armbulk.readers.symbol_format import remove_symbol
from armbulk.results.run_result import load_result
from armbulk.validation.check import check_files

GOLDEN = Path(__file__).parent / "golden"
TEXT = {"@", "General"}  # formats that show a value as it is
TIMES = {"en": "%Y-%m-%d %H:%M:%S UTC", "nb": "%d.%m.%Y %H:%M:%S UTC"}
"""Language → how a time is written in it."""

OUTCOME_HEADERS = ("ARM outcome", "ARM utfall")

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


def shown(cell: Cell, header: str | None) -> str:
    """A cell with its header, and its number format where that changes what one sees."""
    value = cell.value.date().isoformat() if isinstance(cell.value, datetime) else repr(cell.value)
    label = f"{header}: {value}" if header else value
    return label if cell.number_format in TEXT else f"{label} [{cell.number_format}]"


def lines_of(sheet: Worksheet, rows: Iterable[int]) -> list[str]:
    """Rows of a sheet, a line each: every cell that has something."""
    headers = [cell.value if sheet.freeze_panes else None for cell in sheet[1]]
    lines = []
    for number in rows:
        cells = zip(sheet[number], headers, strict=True)
        words = [shown(cell, header) for cell, header in cells if cell.value is not None]
        lines += [f"{number} | " + " | ".join(words)] if words else []
    return lines


def sample(path: Path, way: Journey) -> str:
    """A result workbook for reading: the whole summary, and of each other sheet a row of each kind."""
    summary, problems, *others = openpyxl.load_workbook(path).worksheets
    lines: list[str] = []
    for sheet in (summary, problems, *others):
        rows: Iterable[int] = range(1, sheet.max_row + 1)
        if sheet is not summary:
            kinds = {cell.value: cell.row for cell in reversed(sheet[kind_column(sheet)][1:])}
            rows = sorted(kinds.values()) if kind_column(sheet) != "A" or sheet is problems else ()
        size = f"{sheet.max_row} rows, frozen {sheet.freeze_panes}, filter {sheet.auto_filter.ref}"
        lines += [f"# {sheet.title} ({size})", *lines_of(sheet, rows)]
    text = "\n".join(lines) + "\n"
    for word, replacement in ((way.sandbox.base_url, "BASE_URL"), (str(SAMPLES), "SAMPLES")):
        text = text.replace(word, replacement)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID", text)


def kind_column(sheet: Worksheet) -> str:
    """The column that tells the kind of a row: its outcome, or its severity."""
    headers = {cell.value: cell.column_letter for cell in sheet[1]}
    return next((headers[name] for name in OUTCOME_HEADERS if name in headers), "A")


def is_golden(name: str, text: str) -> None:
    """Compare with the committed text; `make golden` writes it again."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ARMBULK_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8"), f"{path} differs: make golden, and read the diff"
    assert len(text.splitlines()) <= 60, "a golden file is for reading"


def concluded(way: Journey, files: list[str], target: Path, lang: str) -> Path:
    """Import `files` whole, and write the result."""
    checked = check_files(files)
    run = way.begin(files, skip_invalid=True)
    way.carry_on(run)
    finish_run(way.store, run, checked, target, lang)
    return target


class Written(NamedTuple):
    """A result workbook, what it was made of, and what became of each record."""

    name: str
    lang: str
    files: list[Path]
    book: Workbook
    sample: str
    items: pl.DataFrame
    findings: pl.DataFrame


IMPORTS = {
    "result-workbook": (["kunder-og-fakturaer.xlsx"], "nb"),
    "result-csv": (["customers.csv", "documents.csv", "lines.csv"], "en"),
    "result-errors": (["with-errors.xlsx"], "en"),
}


@pytest.fixture(scope="module", params=IMPORTS)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """The result of importing each sample."""
    name = request.param
    samples, lang = IMPORTS[name]
    folder, files = tmp_path_factory.mktemp(name), [SAMPLES / sample for sample in samples]
    with pytest.MonkeyPatch.context() as patch, journey(folder) as way:
        patch.setenv("TZ", "UTC")
        time.tzset()
        made = concluded(way, [str(file) for file in files], folder / "result.xlsx", lang)
        items, findings = way.store.items(1), check_files([str(file) for file in files]).findings
        yield Written(name, lang, files, openpyxl.load_workbook(made), sample(made, way), items, findings)


def cells(row: Iterable[Cell]) -> list[tuple[Any, str | None]]:
    """The values of a row, and the number formats of those that are something."""
    return [(cell.value, None if cell.value is None else cell.number_format) for cell in row]


def source_sheets(files: list[Path]) -> Iterator[tuple[str, list[list[tuple[Any, str | None]]]]]:
    """The sheets of the user's own files, as `cells` gives them; what comes from a CSV is text."""
    for file in files:
        if file.suffix == ".csv":
            header, *lines = csv.reader(file.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
            rows = [[(value, "@") if value else (None, None) for value in line] for line in lines]
            yield file.stem, [[(value, "General") for value in header], *rows]
        else:
            for sheet in openpyxl.load_workbook(file):
                yield sheet.title, [cells(row) for row in sheet.iter_rows()]


def test_the_result_workbook_reads_well(written: Written) -> None:
    """The summary, and a row of each kind, are as committed."""
    is_golden(written.name, written.sample)


@pytest.mark.parametrize("written", ["result-errors"], indirect=True)
@pytest.mark.parametrize("severity", ["error", "warning"])
def test_the_words_of_each_problem(written: Written, severity: str) -> None:
    """What is wrong and what to do, for the first problem of each code, are as committed."""
    rows = list(written.book["Problems"].iter_rows(min_row=2, values_only=True))
    needs_work = "yes" if severity == "error" else "no"
    first = {row[9]: row for row in reversed(rows) if row[0] == needs_work}
    lines = [f"{code} | {first[code][7]} | {first[code][8]}\n" for code in sorted(first)]
    is_golden(f"problems-{severity}", "".join(lines))


def test_the_result_workbook_keeps_the_users_cells(written: Written) -> None:
    """Every cell of the user's files is where it was, with its value and its number format; keys show a symbol."""
    titles = []
    for title, rows in source_sheets(written.files):
        sheet = written.book[title]
        titles.append(title)
        assert sheet.max_row == len(rows)
        for number, row in enumerate(rows, start=1):
            now = cells(sheet[number][: len(row)])
            assert [(value, code and remove_symbol(code)) for value, code in now] == row
    assert [sheet.title for sheet in written.book][3:] == titles


def outcome_cells(sheet: Worksheet, row: int) -> list[Any]:
    """Outcome, message, warnings, reference, batch and time of a row; nothing where a sheet has no such columns."""
    column = kind_column(sheet)
    return [] if column == "A" else [cell.value for cell in sheet[row][sheet[f"{column}1"].column - 1 :]]


def test_the_result_workbook_tells_the_outcome_of_every_row(written: Written) -> None:
    """Each record has outcome, reference, batch and time beside it; a line has those of its document."""
    sheets = written.book.worksheets[3:]
    rows = {(sheet.title, row): outcome_cells(sheet, row) for sheet in sheets for row in range(2, sheet.max_row + 1)}
    documents = {}
    for item in written.items.iter_rows(named=True):
        sheet = sheets[item["sheet"]]
        outcome, _, warnings, *others = rows.pop((sheet.title, item["row"]))
        written_at = datetime.fromtimestamp(item["at"], UTC).strftime(TIMES[written.lang])
        batch = None if item["batch"] is None else str(item["batch"])
        assert others == [item["reference"], batch, written_at]
        assert outcome == translate_outcome(item["outcome"], written.lang)
        assert find_outcome(outcome) == item["outcome"]
        assert (warnings is None) is (item["warnings"] is None)
        assert (warnings is None) is ("with_warnings" not in item["outcome"])
        documents[item["key"]] = [outcome, *others]
    for (title, row), (outcome, _, _, *others) in [item for item in rows.items() if item[1]]:
        orphan = [translate_outcome("held_back", written.lang), None, None, None]  # a line without a document
        assert [outcome, *others] == documents.get(written.book[title].cell(row, 1).value, orphan), (title, row)


def test_the_result_workbook_lists_every_problem(written: Written) -> None:
    """Each finding, and each word of ARM's, is a row of the problems with its cell, what needs work first."""
    problems, _, *sheets = written.book.worksheets[1:]
    listed: Counter[tuple[str, str | None, str, str]] = Counter()
    by_arm = set()
    lines = list(problems.iter_rows(min_row=2, values_only=True))
    work = [line[0] in {"yes", "ja"} for line in lines]
    assert work == sorted(work, reverse=True)
    for needs_work, _, title, cell, _, _, value, text, _, code in lines:
        row = int(re.sub(r"\D", "", cell.partition("!")[2]) or 1)
        wrong, _, also = text.partition("\n")
        others = [int(number) for number in re.findall(r"\d+", also)]
        if needs_work in {"yes", "ja"} and row > 1:
            assert wrong in outcome_cells(written.book[title], row)[1]
        if code.startswith("arm-"):
            by_arm.add((title, row))
        elif code == "held-back":
            assert outcome_cells(written.book[title], row)[1] == wrong
        else:
            for number in (row, *others):
                listed[title, cell.replace(str(row), str(number)), code, end(value)] += 1
    found = written.findings.iter_rows(named=True)
    assert listed == Counter(
        (sheets[one["sheet"]].title, address(sheets, one), one["code"], end(one["value"])) for one in found
    )
    rows = ((sheet, row) for sheet in sheets for row in range(2, sheet.max_row + 1) if kind_column(sheet) != "A")
    beside = {(sheet.title, row): outcome_cells(sheet, row) for sheet, row in rows}
    of_records = {place: cells for place, cells in beside.items() if place[0].lower() not in {"lines", "linjer"}}
    assert by_arm == {place for place, cells in of_records.items() if cells[0] == "rejected" or cells[2]}


def end(value: str | None) -> str:
    """The last two signs of a value: what is shown of people's numbers."""
    return (value or "")[-2:]


def address(sheets: list[Worksheet], finding: dict[str, Any]) -> str | None:
    """The cell of a finding; the sheet where it is about all of it."""
    cell = f"{finding['column'] or ''}{finding['row'] or ''}"
    title = sheets[finding["sheet"]].title
    return f"{title}!{cell}" if cell else title


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
    """Names and messages that look like formulas stay text: no formula, no external link, no macro."""
    with journey(tmp_path) as way:
        made = concluded(way, _customers(tmp_path, form), tmp_path / "result.xlsx", "en")
        stood = load_result(way.store, 1)
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
    """If the file is open in Excel the result gets another name, is complete, and no partial file is left."""
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
