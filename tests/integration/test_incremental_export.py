"""`--since last`: new, changed and deleted records, exactly."""

from __future__ import annotations

import csv
import json
import os
import random
import stat
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from support.exports import FEBRUARY, bench, export_by_command, export_list, people
from support.list_server import Json, Lists, gl_item

from armbulk.cli import cli
from armbulk.errors import FileError
from armbulk.export import changes, run, snapshot
from armbulk.export.fingerprint import RecordHasher, hash_column
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.export.session import EXPORTS_FOLDER
from armbulk.resources import EXPORTS
from armbulk.sandbox import Sandbox
from armbulk.store.snapshots import Snapshot
from armbulk.writers import flat_files, table_stream

PLAIN = {"why": None, "fields": True, "by": "comparison"}


def export(folder: Path, records: list[Json], name: str = "out.jsonl", resource: str = "gl-items", **more: Any) -> Json:
    """Export these records, comparing with the last time unless told otherwise: what was printed."""
    listing = EXPORTS[resource].listing
    assert listing is not None
    lists = more.pop("lists", None) or Lists({listing.endpoint: records})
    lang, since = more.pop("lang", "en"), more.pop("since", "last")
    more = more if "period" in more or resource != "gl-items" else {**FEBRUARY, **more}
    want = build_list_request(resource, ExportArguments(folder / name, since=since, **more))
    return export_list(bench(folder, lists), want, lang, waits=True, fresh=False, on_progress=lambda _: None).report


def lines(path: Path) -> list[Json]:
    """The objects of a .jsonl file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def found(folder: Path) -> dict[str, list[str]]:
    """Which ids out.jsonl has as what, those gone too."""
    told: dict[str, list[str]] = {"new": [], "changed": [], "gone": []}
    for one in lines(folder / "out.jsonl"):
        told[one["change"]].append(one["record"]["glItemId"])
    for one in lines(folder / "out.gone.jsonl"):
        told[one["change"]].append(one["key"]["glItemId"])
    return {change: sorted(ids) for change, ids in told.items()}


def counts(said: Json) -> tuple[int, int, int | None, int]:
    """New, changed, gone, unchanged."""
    since = said["since"]
    return since["new"], since["changed"], since["gone"], since["unchanged"]


# ── what is printed ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("form", ["xlsx", "csv", "parquet", "jsonl"])
def test_three_edits_among_many(tmp_path: Path, form: str) -> None:
    """One new, one changed and one deleted customer among 1,200 are exactly what every format shows."""
    with Sandbox(customers=people(1_200)) as sandbox:
        code, said = export_by_command(sandbox, tmp_path, "customers", "-o", str(tmp_path / f"c.{form}"))
        assert (code, said["since"]) == (0, None)
        sandbox.state.customers["00700"] |= {"name": "Ny & Sønn AS", "balanceTotal": 12.5}
        del sandbox.state.customers["00042"]
        sandbox.state.add_customer({"customerNo": "A-7", "name": "Helt ny"})
        code, said = export_by_command(
            sandbox, tmp_path, "customers", "-o", str(tmp_path / f"c.{form}"), "--since", "last"
        )
    assert (code, said["rows"], said["complete"]) == (0, 1_200, True)
    assert said["since"].pop("at")
    assert said["since"] == {"new": 1, "changed": 1, "gone": 1, "unchanged": 1_198, **PLAIN}
    changed, new, gone = _three(tmp_path, form)
    assert changed == ("changed", "Name; Balance total" if form in {"xlsx", "csv"} else "name; balance_total", "00700")
    assert new == ("new", "", "A-7")
    assert gone == "00042"
    one_file = [f"c.{form}"] if form == "xlsx" else [f"c.{form}", f"c.gone.{form}"]
    assert [Path(file).name for file in said["files"]] == one_file


def _three(folder: Path, form: str) -> tuple[tuple[str, str, str], tuple[str, str, str], str]:
    """What the files say: the changed record, the new one, the key of the one that is gone."""
    if form == "jsonl":
        first, second = lines(folder / "c.jsonl")
        (gone,) = lines(folder / "c.gone.jsonl")
        assert (first["fields"], second["fields"]) == (["name", "balanceTotal"], [])
        assert first["record"]["name"] == "Ny & Sønn AS"
        rows = [
            (first["change"], "name; balance_total", first["record"]["customerNo"]),
            (second["change"], "", second["record"]["customerNo"]),
        ]
        return rows[0], rows[1], gone["key"]["customerNo"]
    if form == "xlsx":
        made = openpyxl.load_workbook(folder / "c.xlsx")
        assert made.sheetnames == ["Customers", "Removed", "armbulk-base"]
        tables = [list(sheet.iter_rows(values_only=True)) for sheet in made.worksheets]
    elif form == "csv":
        texts = [(folder / name).read_text("utf-8-sig").splitlines() for name in ("c.csv", "c.gone.csv")]
        tables = [list(csv.reader(text, delimiter=";")) for text in texts]
    else:
        frames = [pl.read_parquet(folder / name) for name in ("c.parquet", "c.gone.parquet")]
        tables = [[tuple(frame.columns), *frame.rows()] for frame in frames]
    heads, *rows = tables[0]
    assert list(heads[:2]) == (["change", "changed_fields"] if form == "parquet" else ["Change", "Changed fields"])
    number = list(heads).index("customer_no" if form == "parquet" else "Customer no")
    first, second = ((row[0], row[1] or "", row[number]) for row in rows)
    (_, (gone,)) = tables[1]
    return first, second, gone


def test_the_first_time_all_is_new_and_it_says_so(tmp_path: Path) -> None:
    """Without an earlier export every record is new, and the report says why."""
    with Sandbox(customers=people(3)) as sandbox:
        env = {**sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        words = ["export", "customers", "-o", str(tmp_path / "c.csv"), "--since", "last"]
        first = CliRunner().invoke(cli, words, env=env).stdout
        again = CliRunner().invoke(cli, [*words, "--lang", "no"], env=env).stdout
    assert "First export of this list, so every record counts as new." in first
    assert "0 nye, 0 endret, 0 fjernet, 3 uendret" in again
    assert "like mye av kvoten som en full eksport" in again


def test_norwegian_words(tmp_path: Path) -> None:
    """With --lang no the columns, values and the sheet of deleted records are in Norwegian."""
    export(tmp_path, [gl_item(1), gl_item(2)])
    export(tmp_path, [gl_item(1, glAmount=3), gl_item(3)], "gl.xlsx", lang="nb")
    made = openpyxl.load_workbook(tmp_path / "gl.xlsx")
    heads, *rows = made.worksheets[0].iter_rows(max_col=2, values_only=True)
    assert heads == ("Endring", "Endrede felt")
    assert rows == [("endret", "Hovedboksbeløp"), ("ny", None)]
    assert made.sheetnames[1] == "Fjernet"
    assert list(made["Fjernet"].iter_rows(values_only=True)) == [("Hovedbokspost-id",), ("2218-2",)]


def test_nothing_has_changed(tmp_path: Path) -> None:
    """An unchanged list gives files with headers only."""
    items = [gl_item(n) for n in range(30)]
    export(tmp_path, items)
    said = export(tmp_path, items, "gl.xlsx")
    assert (counts(said), said["rows"], said["totals"]["gl_amount"]) == ((0, 0, 0, 30), 30, 30 * gl_item(1)["glAmount"])
    made = openpyxl.load_workbook(tmp_path / "gl.xlsx")
    assert [sheet.max_row for sheet in made.worksheets] == [1, 1]


# ── what counts as a change ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_is_no_change(tmp_path: Path) -> None:
    """Another order of records or keys, blank instead of absent, and 100.250 instead of 100.25 are no changes."""
    odd = {"mystery": {"a": 1, "b": [{"x": 1, "y": 2}]}, "vatCode": ""}
    old = [gl_item(n, **deepcopy(odd)) for n in range(1_500)]
    export(tmp_path, old)
    new = [dict(reversed(list(one.items()))) for one in reversed(old)]
    for one in new:
        del one["vatCode"]
        one["mystery"] = {"b": [{"y": 2, "x": 1}], "a": 1}
    lists = Lists({"glitems": new}, change=_more_zeros)
    assert counts(export(tmp_path, [], lists=lists)) == (0, 0, 0, 1_500)


def _more_zeros(_: int, __: dict[str, str], page: Json) -> None:
    """Amounts with a zero more: JSON has no other way to write 100.250 than as a number of its own."""
    for one in page["rows"]:
        one["glAmount"] = _Zeros(one["glAmount"])


class _Zeros(float):
    """A number that is written with a zero more."""

    def __repr__(self) -> str:
        return f"{float(self)!r}0"


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"transactionText": "Annet"}, ["transactionText"]),
        ({"glAmount": 100.26}, ["glAmount"]),
        ({"mystery": {"deep": 1}}, ["mystery.deep"]),
        ({"vatCode": "03", "currency": None}, ["vatCode", "currency"]),
        ({"transactionText": "Faktura 7 "}, ["transactionText"]),
        ({"odd": [{"x": 1, "y": [2]}]}, ["odd"]),
    ],
)
def test_what_is_a_change(tmp_path: Path, change: Json, fields: list[str]) -> None:
    """A changed value, a trailing space, a new key and a deleted value are changes, named by their column."""
    items = [gl_item(n) for n in range(20)]
    export(tmp_path, items)
    items[7] |= change
    said = export(tmp_path, items)
    assert counts(said) == (0, 1, 0, 19)
    (one,) = lines(tmp_path / "out.jsonl")
    assert (one["record"]["glItemId"], sorted(one["fields"])) == ("2218-7", sorted(fields))


def test_values_that_change_places_are_changes(tmp_path: Path) -> None:
    """Values that moved to other columns are a change, even if the text of the record is the same."""
    export(tmp_path, [gl_item(1, vatCode="a", text="bc"), gl_item(2, vatCode="2", text=None)])
    said = export(tmp_path, [gl_item(1, vatCode="ab", text="c"), gl_item(2, vatCode=None, text="2")])
    assert counts(said) == (0, 2, 0, 0)
    assert [one["fields"] for one in lines(tmp_path / "out.jsonl")] == [["vatCode", "text"]] * 2


def invoice(number: int, *texts: str) -> Json:
    """A document with lines."""
    each = [{"lineNo": at, "lineText": text, "price": 10.5} for at, text in enumerate(texts, start=1)]
    return {"documentNo": f"F{number}", "documentType": "IN", "referenceNo": number, "documentLines": each}


def test_a_changed_line_marks_its_document(tmp_path: Path) -> None:
    """A changed line marks its document; lines are exported of new and changed documents only."""
    old = [invoice(n, "Tid", "Vare") for n in range(1_300)]
    export(tmp_path, old, resource="documents", name="d.xlsx")
    new = deepcopy(old)
    new[1_100]["documentLines"][1]["lineText"] = "Andre varer"
    new[3]["documentLines"].pop()
    new[4]["documentLines"].reverse()  # lines have numbers: their order on the wire says nothing
    new.append(invoice(9_999, "Ny"))
    said = export(tmp_path, new, resource="documents", name="d.xlsx")
    assert counts(said) == (1, 2, 0, 1_298)
    made = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert made.sheetnames == ["Documents", "Lines", "Removed"]
    rows = list(made["Documents"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert rows == [("changed", "Lines"), ("changed", "Lines"), ("new", None)]
    heads, *found_lines = made["Lines"].iter_rows(values_only=True)
    places = [heads.index(name) for name in ("Document no", "Line text")]
    told = [tuple(row[at] for at in places) for row in found_lines]
    assert told == [("F3", "Tid"), ("F1100", "Tid"), ("F1100", "Andre varer"), ("F9999", "Ny")]


def test_records_without_a_key(tmp_path: Path) -> None:
    """Records without a key are compared by content: changed content is a new and a deleted record."""
    export(tmp_path, [{"text": "a"}, {"text": "b"}], "l.csv", "log-items")
    said = export(tmp_path, [{"text": "a"}, {"text": "c"}], "l.csv", "log-items")
    assert counts(said) == (1, 0, 1, 1)
    assert (tmp_path / "l.gone.csv").read_text("utf-8-sig").splitlines()[1] in {"", '""'}
    assert all(key.startswith("\x00") for key in remembered(tmp_path)["\x00key"])
    said = export(tmp_path, [{"text": "c"}, {"text": "a"}], "l.csv", "log-items")
    assert counts(said) == (0, 0, 0, 2)


def test_a_filter_of_what_has_changed_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a list has a filter by change date, only changed records are read and added to the snapshot."""
    listing = EXPORTS["gl-items"].listing
    assert listing is not None
    told = replace(EXPORTS["gl-items"], listing=replace(listing, changed_since="changedsince"))
    monkeypatch.setitem(EXPORTS, "gl-items", told)
    first = Lists({"glitems": [gl_item(n) for n in range(500)]})
    export(tmp_path, [], lists=first)
    assert not any("changedsince" in one for one in first.asked)
    some = [gl_item(3), gl_item(4, glAmount=5), gl_item(500)]
    lists = Lists({"glitems": some})
    said = export(tmp_path, [], lists=lists, name="gl.xlsx")
    assert lists.asked[0]["changedsince"].endswith("+00:00")
    assert (counts(said), said["since"]["by"], lists.reads) == ((1, 1, None, 499), "filter", 6)
    assert openpyxl.load_workbook(tmp_path / "gl.xlsx").sheetnames == ["GL items"]
    said = export(tmp_path, some)
    assert (counts(said), [Path(file).name for file in said["files"]]) == ((0, 0, None, 501), ["out.jsonl"])
    monkeypatch.setitem(EXPORTS, "gl-items", replace(told, listing=listing))
    assert counts(export(tmp_path, [*(gl_item(n) for n in range(4, 500)), gl_item(500)])) == (0, 1, 4, 496)


# ── what is remembered, and when ────────────────────────────────────────────────────────────────────────────────────


def memory(folder: Path) -> Path:
    """The one memory there is."""
    (path,) = (folder / "home" / "exports").glob("*.last")
    return path


def remembered(folder: Path) -> pl.DataFrame:
    """All that is in it."""
    kept = Snapshot.open_existing(memory(folder))
    assert kept is not None
    tables = [kept.read_bucket("records", box) for box in kept.buckets("records")]
    kept.close()
    return pl.concat(one for one in tables if one is not None)


def test_a_memory_holds_keys_and_nothing_else_to_read(tmp_path: Path) -> None:
    """A snapshot has keys and hashes but no names or amounts, and is readable by its owner only."""
    export(tmp_path, [gl_item(n, transactionText="Kari Nordmann 01019921717") for n in range(10)])
    path = memory(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert sorted(one.suffix for one in path.parent.iterdir()) == [".last", ".lock"]
    whole = remembered(tmp_path)
    texts = [name for name, kind in whole.schema.items() if kind == pl.String]
    assert texts == ["\x00key"]
    assert sorted(whole["\x00key"]) == sorted(f"2218-{n}" for n in range(10))
    assert b"Nordmann" not in path.read_bytes()
    assert {kind for name, kind in whole.schema.items() if name.startswith("#")} == {pl.UInt32}


@pytest.mark.promise("P23")
def test_a_key_that_is_a_persons_is_not_remembered(tmp_path: Path) -> None:
    """Customer numbers that are national identity numbers are compared, but only two digits are stored."""
    ssn, other = "01010750160", "41010750073"
    held = [{"clientNo": 2218, "customerNo": number, "name": "Kari"} for number in (ssn, "12345", other)]
    assert export(tmp_path, held, resource="customers", name="out.csv")["since"]["why"] == "first"
    for path in memory(tmp_path).parent.iterdir():
        assert not [number for number in (ssn, other) if number.encode() in path.read_bytes()]
    assert sorted(key.partition("\x1e")[0] for key in remembered(tmp_path)["\x00key"]) == [
        "12345", "•••••••••60", "•••••••••73"
    ]  # fmt: skip
    held[0]["name"] = "Ola"
    assert counts(export(tmp_path, held[:2], resource="customers", name="out.csv")) == (0, 1, 1, 1)
    assert ssn in (tmp_path / "out.csv").read_text("utf-8")
    assert (tmp_path / "out.gone.csv").read_text("utf-8-sig").split() == ["Customer", "no", "•••••••••73"]


@pytest.mark.promise("P23")
def test_what_an_interrupted_export_has_read_is_its_owners(tmp_path: Path) -> None:
    """Pages of an unfinished export are readable by their owner only, and purge deletes them."""
    lists = Lists({"glitems": [gl_item(n, transactionText="Kari Nordmann") for n in range(2_500)]})

    def killed(number: int, *_: object) -> None:
        if number == 3:
            raise Killed

    lists.change = killed
    before = os.umask(0)
    try:
        with pytest.raises(Killed):
            export(tmp_path, [], lists=lists)
        kept = tmp_path / "home" / EXPORTS_FOLDER
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
        assert {".db", ".lock"} <= {Path(name).suffix for name in modes}
        for lock in kept.glob("*.lock"):
            lock.unlink()
        assert run.purge_unfinished_exports(tmp_path / "home", float("inf")) == 1
        left = {path.name: stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()}
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {name: oct(mode) for name, mode in {**modes, **left}.items() if mode != 0o600} == {}
    assert {Path(name).suffix for name in left} == {".lock"}


def test_an_incomplete_export_is_no_base(tmp_path: Path) -> None:
    """An incomplete export is compared, but lists no deleted records and is not stored as snapshot."""
    old = [gl_item(n) for n in range(100)]
    export(tmp_path, old)
    new = [gl_item(n, glAmount=1 if n == 60 else 100.25) for n in range(50, 130)]
    lists = Lists({"glitems": new}, change=lambda _, __, page: page["rows"].__delitem__(slice(70, None)))
    said = export(tmp_path, [], lists=lists)
    assert (said["complete"], counts(said)) == (False, (20, 1, None, 49))
    assert [Path(file).name for file in said["files"]] == ["out.incomplete.jsonl"]
    assert counts(export(tmp_path, new)) == (30, 1, 50, 49)
    assert found(tmp_path)["gone"] == sorted(f"2218-{n}" for n in range(50))


def test_each_question_has_a_memory_of_its_own(tmp_path: Path) -> None:
    """Each combination of list, period and filters has its own snapshot; columns and format share it."""
    items = [gl_item(n, "2025-01-10" if n % 2 else "2025-02-10", 1500 + n % 3) for n in range(60)]
    export(tmp_path, items)
    assert export(tmp_path, items, period="2025-01")["since"]["why"] == "first"
    assert export(tmp_path, items, where=("glaccountno=1500",))["since"]["why"] == "first"
    said = export(tmp_path, items, where=("voucherno=50000", "glaccountno=1500"), name="a.csv")
    assert said["since"]["why"] == "first"
    said = export(tmp_path, items, where=("glaccountno=1500", "voucherno=50000"), name="b.parquet")
    assert counts(said) == (0, 0, 0, 1)
    items[0]["glAmount"] = 7
    said = export(tmp_path, items, "gl.csv", columns="GL item id,vatCode", dialect="rfc")
    assert counts(said) == (0, 1, 0, 29)
    rows = (tmp_path / "gl.csv").read_text().splitlines()
    assert rows == ["Change,Changed fields,GL item id,VAT code", "changed,GL amount,2218-0,"]


def test_another_client_has_another_memory(tmp_path: Path) -> None:
    """The same list of another client has its own snapshot."""
    for count in (3, 4):
        with Sandbox(customers=people(count)) as sandbox:
            _, said = export_by_command(
                sandbox, tmp_path, "customers", "-o", str(tmp_path / "c.csv"), "--since", "last"
            )
            assert (said["since"]["why"], said["since"]["new"]) == ("first", count)


def test_a_file_that_cannot_be_written_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a full disk the next export shows the same changes, without calling ARM."""
    export(tmp_path, [gl_item(1), gl_item(2)])
    lists = Lists({"glitems": [gl_item(1), gl_item(2, glAmount=5)]})

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(flat_files, "write_jsonl", full)
        with pytest.raises(FileError, match="No space left"):
            export(tmp_path, [], lists=lists)
    asked = len(lists.asked)
    assert counts(export(tmp_path, [], lists=lists)) == (0, 1, 0, 1)
    assert len(lists.asked) == asked


class Killed(BaseException):
    """The process ends here."""


def test_a_process_that_ends_behind_the_file_loses_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process ends before the snapshot is replaced, the next export shows the same changes again."""
    export(tmp_path, [gl_item(1), gl_item(2)])
    new = [gl_item(2, glAmount=5), gl_item(3)]
    told = []

    def killed(*_: object) -> None:
        told.append(found(tmp_path))  # the files are there, whole
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(Snapshot, "move_to", killed)
        with pytest.raises(Killed):
            export(tmp_path, new)
    assert told == [{"new": ["2218-3"], "changed": ["2218-2"], "gone": ["2218-1"]}]
    assert counts(export(tmp_path, new)) == (1, 1, 1, 0)
    assert [found(tmp_path)] == told
    assert counts(export(tmp_path, new)) == (0, 0, 0, 2)


def test_an_interrupted_export_goes_on_and_compares(tmp_path: Path) -> None:
    """An export that was interrupted and continued compares all its records."""
    export(tmp_path, [gl_item(n) for n in range(2_500)], since=None)
    lists = Lists({"glitems": [gl_item(n, glAmount=n) for n in range(2_400, 4_000)]})

    def killed(number: int, *_: object) -> None:
        if number == 3:
            raise Killed

    lists.change = killed
    with pytest.raises(Killed):
        export(tmp_path, [], lists=lists)
    said = export(tmp_path, [], lists=lists)
    assert counts(said) == (1_500, 100, 2_400, 0)
    told = found(tmp_path)
    assert told["changed"] == sorted(f"2218-{n}" for n in range(2_400, 2_500))
    assert told["new"] == sorted(f"2218-{n}" for n in range(2_500, 4_000))


@pytest.mark.proof
def test_a_record_that_comes_twice_counts_once(tmp_path: Path) -> None:
    """A record that moved between two partitions while they were read counts once."""
    items = [gl_item(n, "2025-02-14" if n % 2 else "2025-02-15") for n in range(12_000)]
    moved = gl_item(1, "2025-02-15")  # the posting of the 14th is listed under the 15th too
    lists = Lists({"glitems": [*items, moved]})
    said = export(tmp_path, [], lists=lists)
    ids = [one["record"]["glItemId"] for one in lines(Path(said["files"][0]))]
    assert len(ids) == len(set(ids)) == said["since"]["new"] == 12_000


@pytest.mark.parametrize("trouble", ["text", "empty", "version"])
def test_a_memory_that_cannot_be_used_is_told(tmp_path: Path, trouble: str) -> None:
    """With an unreadable snapshot every record is new, the report says why, and the next export compares again."""
    items = [gl_item(n) for n in range(5)]
    export(tmp_path, items)
    if trouble == "version":
        kept = Snapshot(memory(tmp_path))
        kept.save_facts({"version": 0})
        kept.close()
    else:
        memory(tmp_path).write_bytes(b"" if trouble == "empty" else b"no database at all" * 99)
    said = export(tmp_path, items)
    assert said["since"]["why"] == ("version" if trouble == "version" else "unreadable")
    assert (said["since"]["at"], counts(said)) == (None, (5, 0, 0, 0))
    assert counts(export(tmp_path, items)) == (0, 0, 0, 5)


def test_hashes_of_another_library_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With other column hashes the changed records are still exact; only the changed columns are not named."""
    export(tmp_path, [gl_item(1), gl_item(2), gl_item(3)])
    honest = RecordHasher._hash_values

    def other(prints: RecordHasher, path: str, texts: pl.DataFrame) -> pl.Expr:
        return (honest(prints, path, texts) ^ 1).alias(hash_column(path))

    monkeypatch.setattr(RecordHasher, "_hash_values", other)
    said = export(tmp_path, [gl_item(1), gl_item(2, glAmount=5), gl_item(4)])
    assert (counts(said), said["since"]["fields"]) == ((1, 1, 1, 1), False)
    assert [one["fields"] for one in lines(tmp_path / "out.jsonl")] == [[], []]
    said = export(tmp_path, [gl_item(1), gl_item(2, glAmount=6), gl_item(4)])
    assert [one["fields"] for one in lines(tmp_path / "out.jsonl")] == [["glAmount"]]


def test_purge_takes_old_memories_only(tmp_path: Path) -> None:
    """`armbulk purge` deletes snapshots only if they are older than asked."""
    with Sandbox(customers=people(3)) as sandbox:
        words = ("customers", "-o", str(tmp_path / "c.csv"), "--since", "last")
        export_by_command(sandbox, tmp_path, *words)
        env = {**sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        left = memory(tmp_path).with_name("customers-killed.next")
        left.write_bytes(b"what a killed process left")
        for age, gone in (("1d", 0), ("0d", 1)):
            done = CliRunner().invoke(cli, ["purge", "--older-than", age, "--yes", "--json"], env=env)
            assert json.loads(done.stdout)["memories"] == gone
            assert left.exists() == (not gone)
        assert export_by_command(sandbox, tmp_path, *words)[1]["since"]["why"] == "first"


# ── in general ──────────────────────────────────────────────────────────────────────────────────────────────────────

RECORDS = st.dictionaries(st.integers(0, 60), st.tuples(st.sampled_from(["", "a", "b\x1f", "1"]), st.integers(0, 2)))


@settings(max_examples=settings().max_examples // 4)
@given(old=RECORDS, new=RECORDS, seed=st.integers(0, 99))
def test_the_three_sets_are_exact(tmp_path_factory: pytest.TempPathFactory, old: Any, new: Any, seed: int) -> None:
    """New, changed and deleted records are exactly the differences of the two sets."""
    folder = tmp_path_factory.mktemp("since")

    def items(held: dict[int, tuple[str, int]]) -> list[Json]:
        made = [gl_item(n, transactionText=text, other={"n": amount}) for n, (text, amount) in held.items()]
        random.Random(seed).shuffle(made)
        return made

    export(folder, items(old), since=None)
    said = export(folder, items(new))
    assert found(folder) == {
        "new": sorted(f"2218-{n}" for n in new.keys() - old.keys()),
        "changed": sorted(f"2218-{n}" for n in new.keys() & old.keys() if new[n] != old[n]),
        "gone": sorted(f"2218-{n}" for n in old.keys() - new.keys()),
    }
    assert said["since"]["unchanged"] == sum(old.get(n) == held for n, held in new.items())
    for one in lines(folder / "out.jsonl"):
        n = int(one["record"]["glItemId"].removeprefix("2218-"))
        places = zip(("transactionText", "other.n"), old.get(n, new[n]), new[n], strict=True)
        assert sorted(one["fields"]) == sorted(name for name, before, after in places if before != after)


def test_marks_of_many_rows_find_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change marks belong to their records across buckets, chunks and pages."""
    monkeypatch.setattr(changes, "STORED_CHUNK_ROWS", 7)
    monkeypatch.setattr(table_stream, "CHUNK_ROWS", 300)
    monkeypatch.setattr(snapshot, "BUFFER_ROWS", 400)
    export(tmp_path, [gl_item(n) for n in range(600)])
    wanted_ids = {n for n in range(600) if n % 11 == 0}
    said = export(tmp_path, [gl_item(n, glAmount=n % 11) for n in range(600) if n % 11 == 0 or n % 13])
    assert counts(said)[1] >= len(wanted_ids)
    for one in lines(tmp_path / "out.jsonl"):
        assert one["change"] == "changed"
        assert one["fields"] == ["glAmount"]
    assert found(tmp_path)["gone"] == sorted(f"2218-{n}" for n in range(600) if n % 11 and not n % 13)
