"""The files of an export: every format, typed, exact, without formulas, and never partial."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from support.exports import FEBRUARY, export_by_command, export_to_file, people
from support.list_server import Json, Lists, gl_item
from support.paths import ARM_SAMPLES

from armbulk.errors import FileError
from armbulk.resources import EXPORTS
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.writers import xlsx

AWKWARD = [
    "=1+1",
    "+47 99887766",
    "-x",
    "@SUM(A1)",
    "\tx",
    '=HYPERLINK("http://x")',
    "\uff1d1",
    'a;b,c\n"d"',
    "_x0041_",
]


def postings() -> list[Json]:
    """A few postings with all that is awkward."""
    odd = [gl_item(n, transactionText=text) for n, text in enumerate(AWKWARD)]
    odd[0] |= {"glAmount": -1234.5, "vatCode": "03", "customerNo": "00042", "mystery": {"deep": [1, {"x": 2.5}]}}
    odd[1] |= {"glAmount": 10**13, "currencyAmount": 0.1}
    return odd


def cells(path: Path, sheet: int = 0) -> list[dict[str, Any]]:
    """The rows of a worksheet by header."""
    rows = list(openpyxl.load_workbook(path).worksheets[sheet].iter_rows())
    heads = [one.value for one in rows[0]]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


def test_a_workbook_is_typed_and_inert(tmp_path: Path) -> None:
    """Amounts are numbers, dates are dates, identifiers and risky texts are text; nothing is a formula."""
    said = export_to_file(tmp_path, Lists({"glitems": postings()}), "gl.xlsx", **FEBRUARY)
    assert (said["complete"], said["unknown"]) == (True, ["mystery.deep"])
    rows = cells(tmp_path / "gl.xlsx")
    first = rows[0]
    assert (first["GL amount"].value, first["GL amount"].number_format) == (-1234.5, "#,##0.00")
    assert (first["Voucher date"].value, first["Voucher date"].is_date) == (datetime(2025, 2, 14), True)  # noqa: DTZ001
    assert (first["Customer no"].value, first["Customer no"].number_format) == ("00042", "@")
    assert first["Created"].value == datetime(2025, 2, 14, 12)  # noqa: DTZ001
    assert first["mystery.deep"].value == '[1, {"x": 2.5}]'
    assert all(one["Transaction text"].data_type == "s" for one in rows)
    assert [one["Transaction text"].value for one in rows[:-1]] == AWKWARD[:-1]
    assert "<f>" not in zipfile.ZipFile(tmp_path / "gl.xlsx").read("xl/worksheets/sheet1.xml").decode()


def test_times_keep_their_offset_and_milliseconds(tmp_path: Path) -> None:
    """A cell shows what ARM gave: summer and winter time apart, and parts of seconds; finer times are text."""
    times = ["2025-02-14T12:00:00.176+01:00", "2025-07-14T12:00:00.5+02:00", "2025-02-14T12:00:00Z"]
    export_to_file(tmp_path, Lists({"glitems": [gl_item(n, createdTime=time) for n, time in enumerate(times)]}),
                   "gl.xlsx", **FEBRUARY)  # fmt: skip
    shown = [row["Created"] for row in cells(tmp_path / "gl.xlsx")]
    assert [cell.value.isoformat(timespec="milliseconds") for cell in shown] == [
        "2025-02-14T12:00:00.176", "2025-07-14T12:00:00.500", "2025-02-14T12:00:00.000",
    ]  # fmt: skip
    form = "yyyy-mm-dd hh:mm:ss.000"
    assert [cell.number_format for cell in shown] == [f'{form}" +01:00"', f'{form}" +02:00"', f'{form}" Z"']
    fine = "2025-02-14T12:00:00.123456+01:00"
    export_to_file(tmp_path, Lists({"glitems": [gl_item(1, createdTime=fine)]}), "fine.xlsx", **FEBRUARY)
    assert cells(tmp_path / "fine.xlsx")[0]["Created"].value == fine
    export_to_file(tmp_path, Lists({"glitems": [gl_item(1)]}), "no.xlsx", **FEBRUARY, lang="nb")
    row = cells(tmp_path / "no.xlsx")[0]
    formats = (row["Bilagsdato"].number_format, row["Opprettet"].number_format[:19])
    assert formats == ("dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss")


def test_a_workbook_is_made_for_reading(tmp_path: Path) -> None:
    """A workbook has a frozen header, a filter and column widths, in both languages, and always the same bytes."""
    lists = Lists({"glitems": postings()})
    export_to_file(tmp_path, lists, "no.xlsx", lang="nb", **FEBRUARY)
    page = openpyxl.load_workbook(tmp_path / "no.xlsx").active
    assert page is not None
    assert page.title == "Hovedboksposter"
    assert page.freeze_panes == "A2"
    (table,) = page.tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A1:W10", "A1:W10")
    assert "Hovedboksbeløp" in [one.value for one in page[1]]
    assert page.column_dimensions["B"].width > 10
    export_to_file(tmp_path, lists, "again.xlsx", lang="nb", **FEBRUARY)
    assert (tmp_path / "no.xlsx").read_bytes() == (tmp_path / "again.xlsx").read_bytes()


def test_a_workbook_goes_on_in_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows beyond the limit of a worksheet continue in further sheets, each with its header."""
    monkeypatch.setattr(xlsx, "MAX_SHEET_ROWS", 1_001)
    lists = Lists({"glitems": [gl_item(n) for n in range(2_500)]})
    export_to_file(tmp_path, lists, "gl.xlsx", **FEBRUARY)
    made = openpyxl.load_workbook(tmp_path / "gl.xlsx", read_only=True)
    assert made.sheetnames == ["GL items 1", "GL items 2", "GL items 3"]
    ids = [row[1] for name in made.sheetnames for row in made[name].iter_rows(min_row=2, values_only=True)]
    assert ids == [f"2218-{n}" for n in range(2_500)]


def test_a_number_excel_cannot_keep_is_text(tmp_path: Path) -> None:
    """An amount of more than 15 digits is not rounded: the cell has it as text."""
    lists = Lists({"glitems": [gl_item(1, glAmount=12345678901234567)]})
    export_to_file(tmp_path, lists, "gl.xlsx", **FEBRUARY)
    assert cells(tmp_path / "gl.xlsx")[0]["GL amount"].value == "12345678901234567"


@pytest.mark.parametrize("dialect", ["norwegian", "rfc"])
def test_csv_in_both_dialects(tmp_path: Path, dialect: str) -> None:
    """Each CSV dialect has its separator, decimal mark and BOM; only the one for people neutralises risky texts."""
    export_to_file(tmp_path, Lists({"glitems": postings()}), "gl.csv", dialect=dialect, **FEBRUARY)
    raw = (tmp_path / "gl.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") == (dialect == "norwegian")
    text = raw.decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(keepends=True), delimiter=";" if dialect == "norwegian" else ","))
    assert rows[0]["GL amount"] == ("-1234,50" if dialect == "norwegian" else "-1234.50")
    assert rows[1]["GL amount"].rstrip("0") == ("10000000000000," if dialect == "norwegian" else "10000000000000.")
    assert [one["Transaction text"] for one in rows] == [
        f"'{text}" if dialect == "norwegian" and at < 7 and text[0] != "+" else text for at, text in enumerate(AWKWARD)
    ]
    assert rows[0]["Voucher date"] == "2025-02-14"


def test_parquet_is_typed(tmp_path: Path) -> None:
    """Parquet has decimals, dates, times in UTC, and identifiers as text."""
    export_to_file(tmp_path, Lists({"glitems": postings()}), "gl.parquet", **FEBRUARY)
    frame = pl.read_parquet(tmp_path / "gl.parquet")
    assert frame.schema["gl_amount"] == pl.Decimal(38, 2)
    assert frame["gl_amount"][0] == Decimal("-1234.50")
    assert frame["voucher_date"][0] == date(2025, 2, 14)
    assert frame["created_time"][0] == datetime(2025, 2, 14, 11, tzinfo=UTC)
    assert frame["customer_no"][0] == "00042"
    assert frame["mystery.deep"][0] == '[1, {"x": 2.5}]'


def test_totals_are_exact_and_by_currency(tmp_path: Path) -> None:
    """Totals are exact, and amounts in currencies are added up by currency."""
    items = [gl_item(n, glAmount=0.1, currencyAmount=0.1, currency="NOK" if n % 2 else "EUR") for n in range(1_000)]
    said = export_to_file(tmp_path, Lists({"glitems": items}), "gl.csv", **FEBRUARY)
    half = Decimal("50.00")
    assert said["totals"] == {"gl_amount": Decimal("100.00"), "currency_amount": {"EUR": half, "NOK": half}}


def test_only_some_columns(tmp_path: Path) -> None:
    """`--columns` takes names, headers or ARM's paths, and keeps their order."""
    export_to_file(
        tmp_path,
        Lists({"glitems": postings()}),
        "gl.csv",
        columns="glAmount,GL item id,kundenr",
        dialect="rfc",
        **FEBRUARY,
    )
    assert (tmp_path / "gl.csv").read_text().splitlines()[:2] == [
        "GL amount,GL item id,Customer no",
        "-1234.50,2218-0,00042",
    ]


@pytest.mark.first_cases(10)
@pytest.mark.parametrize("name", list(EXPORTS))
@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "jsonl"])
def test_every_list_in_every_form(tmp_path: Path, name: str, form: str) -> None:
    """Each resource is exported in each format with all its rows, and its columns in the resource's order."""
    resource = EXPORTS[name]
    assert resource.listing is not None
    records = [dict.fromkeys(resource.listing.key, str(n)) | {"description": f"nr {n}"} for n in range(25)]
    if name == "documents":
        records = [{**one, "documentLines": [{"lineNo": 1}, {"lineNo": 2}]} for one in records]
    said = export_to_file(tmp_path, Lists({resource.listing.endpoint: records}), f"out.{form}", name)
    assert (said["rows"], said["complete"], said["lines"]) == (25, True, 50 if name == "documents" else None)
    made = Path(said["files"][0])
    match form:
        case "xlsx":
            rows = cells(made)
            assert list(rows[0])[: len(resource.readable)] == [one.header.en for one in resource.readable]
        case "csv":
            rows = list(csv.DictReader(made.read_text("utf-8-sig").splitlines(), delimiter=";"))
        case "parquet":
            rows = pl.read_parquet(made).rows()
        case _:
            rows = [json.loads(line) for line in made.read_text("utf-8").splitlines()]
            assert rows == records
    assert len(rows) == 25
    if name == "documents" and form != "jsonl":
        assert len(cells(made, 1) if form == "xlsx" else said["files"]) == (50 if form == "xlsx" else 2)


def test_the_published_samples_fill_their_columns(tmp_path: Path) -> None:
    """Every value of ARM's examples of a customer and an AR item has a known column."""
    item = json.loads((ARM_SAMPLES / "ar_item.response.json").read_text())
    people = json.loads((ARM_SAMPLES / "customers.list.response.json").read_text())["customers"]
    lists = Lists({"aritems": [item], "customers": people})
    assert export_to_file(tmp_path, lists, "ar.parquet", "ar-items")["unknown"] == []
    assert export_to_file(tmp_path, lists, "c.parquet", "customers")["unknown"] == []
    row = pl.read_parquet(tmp_path / "ar.parquet").row(0, named=True)
    assert (row["gl_balance"], row["kid"], row["gl_period"]) == (Decimal("124.37"), "500221850000200350786", 2)
    first = pl.read_parquet(tmp_path / "c.parquet").row(0, named=True)
    assert (first["postal_code"], first["ssn"], first["nace_codes"]) == ("1234", "01019921717", "G46.5.1; G46.5.2")


def test_a_disk_that_is_full_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a full disk the old file is unchanged, and the same command writes the new one without calling ARM."""
    lists = Lists({"glitems": postings()})
    (tmp_path / "gl.xlsx").write_bytes(b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(xlsx, "rows_to_xml", full)
        with pytest.raises(FileError, match="No space left"):
            export_to_file(tmp_path, lists, "gl.xlsx", **FEBRUARY)
    assert (tmp_path / "gl.xlsx").read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gl.xlsx", "home"]
    before = lists.reads
    assert export_to_file(tmp_path, lists, "gl.xlsx", **FEBRUARY)["rows"] == len(AWKWARD)
    assert lists.reads == before


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {paths!r}
from support.list_server import Lists, gl_item
from support.exports import export_to_file
lists = Lists({{"glitems": [gl_item(n) for n in range(4_000)]}})
lists.change = lambda call, *_: os.kill(os.getpid(), signal.SIGKILL) if call == 4 else None
export_to_file(Path({folder!r}), lists, "gl.csv", period="2025-02")
"""


@pytest.mark.proof
def test_a_killed_export_goes_on(tmp_path: Path) -> None:
    """After kill -9 the same command reads only what is missing; there was no file before the end."""
    code = KILLED.format(paths=sys.path, folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert not (tmp_path / "gl.csv").exists()
    lists = Lists({"glitems": [gl_item(n) for n in range(4_000)]})
    said = export_to_file(tmp_path, lists, "gl.csv", **FEBRUARY)
    assert (said["rows"], said["complete"]) == (4_000, True)
    assert lists.reads == 2_000


def test_the_command_and_its_json(tmp_path: Path) -> None:
    """The JSON of `armbulk export` follows its contract, and its API usage equals ARM's own count."""
    with Sandbox(customers=people(120)) as sandbox:
        code, said = export_by_command(sandbox, tmp_path, "customers", "-o", str(tmp_path / "c.csv"))
        assert code == 0
        assert set(said) >= {"resource", "rows", "files", "complete", "windows", "cost", "totals", "tie_out"}
        assert (said["rows"], said["complete"], said["tie_out"]) == (120, True, None)
        used = sandbox.state.usage()
        assert (said["cost"]["requests"], said["cost"]["reads"]) == (used["hour.requests"], used["hour.reads"])


def test_a_plan_reads_nothing_in_full(tmp_path: Path) -> None:
    """`--plan` estimates requests, records and the finish time from the size of the list."""
    with Sandbox(customers=people(2_120)) as sandbox:
        code, said = export_by_command(sandbox, tmp_path, "customers", "-o", str(tmp_path / "c.csv"), "--plan")
        assert (code, said["records"], said["cost"]) == (0, 2_120, {"requests": 3, "reads": 2_120, "writes": 0})
        assert said["finishes"]
        assert sandbox.state.usage()["hour.reads"] <= 10


def test_a_plan_of_documents_counts_their_lines(tmp_path: Path) -> None:
    """ARM counts lines as reads, and room for many is reserved for each page: the plan knows that it must wait."""
    with Sandbox(lists=build_lists(2218, 300, on_one_day=200), size="S") as sandbox:
        words = ("documents", "-o", str(tmp_path / "d.csv"))
        _, plan = export_by_command(sandbox, tmp_path, *words, "--plan")
        code, said = export_by_command(sandbox, tmp_path, *words, "--no-wait")
        assert (code, said["rows"]) == (0, plan["records"])
        read = said["cost"]["reads"]
        assert read > 2 * plan["records"]
        assert abs(plan["cost"]["reads"] - read) < read / 3
    limits = tmp_path / "aup.toml"
    limits.write_text("[hour]\nrequests=500\nreads=600\nwrites=60\n[month]\nrequests=500\nreads=60000\nwrites=60\n")
    with Sandbox(lists=build_lists(2218, 300, on_one_day=200)) as sandbox:
        words = (*words, "--aup-file", str(limits))
        _, plan = export_by_command(sandbox, tmp_path / "other", *words, "--plan")
        code, _ = export_by_command(sandbox, tmp_path / "other", *words, "--no-wait")
    assert (plan["seconds"] > 3_000, code) == (True, 4)


def test_no_room_is_exit_4(tmp_path: Path) -> None:
    """With --no-wait a used-up limit is exit code 4, with the time at which there is room."""
    limits = tmp_path / "aup.toml"
    limits.write_text("[hour]\nrequests=500\nreads=60\nwrites=60\n[month]\nrequests=500\nreads=6000\nwrites=60\n")
    with Sandbox(customers=people(120)) as sandbox:
        words = ("customers", "-o", str(tmp_path / "c.csv"), "--no-wait", "--aup-file", str(limits))
        code, said = export_by_command(sandbox, tmp_path, *words)
    assert (code, said["exit"], said["error"]["code"]) == (4, 4, "limit")
    assert not (tmp_path / "c.csv").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["customers", "-o", "c.pdf"], "form-unknown"),
        (["customers", "--period", "2025-02"], "window-unknown"),
        (["gl-items", "--period", "2025-13"], "period-wrong"),
        (["gl-items", "--period", "2025-02", "--year", "2025"], "window-twice"),
        (["gl-items", "--from", "2025-02-02", "--to", "2025-02-01"], "window-empty"),
        (["gl-items", "--where", "nonsense=1"], "where-unknown"),
        (["gl-items", "--where", "glaccountno"], "where-wrong"),
        (["gl-items", "--columns", "kid"], "column-unknown"),
        (["gl-items", "-o", "x.jsonl", "--columns", "glAmount"], "columns-raw"),
        (["gl-items", "-o", "no/such/folder/x.csv"], "no-such-folder"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_called(
    tmp_path: Path, words: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong usage is exit code 2 with its reason, before ARM is called."""
    monkeypatch.chdir(tmp_path)
    with Sandbox() as sandbox:
        exit_code, said = export_by_command(sandbox, tmp_path, *words)
        assert (exit_code, said["error"]["code"]) == (2, code)
        assert sandbox.state.requests == []
