"""Exports from the sandbox: its ledger, its rate limits, and every behaviour of its lists."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from click.testing import CliRunner
from support.exports import export_by_command, export_list
from support.journey import FakeClock

from armbulk.cli import cli
from armbulk.context import Context
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.model.fields import FieldType
from armbulk.resources import EXPORTS
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.settings.load import load_profile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LEDGER = build_lists(2218, 6_000)
SMALL = build_lists(2218, 1_500, seed=5)
CROWDED = build_lists(2218, 4_500, days=3, on_one_day=4_000, seed=2)
DIALECTS = [
    {"list_end": "null"},
    {"list_end": "empty"},
    {"list_end": "same"},
    {"list_empty": "404"},
    {"list_total": "clamped"},
    {"list_query": "live"},
    {"over_cap": "400"},
    {"next_page_host": "other"},
    {"next_page_host": "http"},
    {"limit_answer": "429_bare"},
    {"limit_answer": "503"},
    {"gl_movements": "absent"},
    {"token_early_401": "yes"},
]


def export(
    sandbox: Sandbox, clock: FakeClock, folder: Path, resource: str, size: str = "XL", **given: Any
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Export to parquet: what was printed, and the rows."""
    env = {**sandbox.settings, "ARMBULK_HOME": str(folder / "home"), "ARMBULK_CLIENT_SIZE": size}
    want = build_list_request(resource, ExportArguments(folder / f"{resource}.parquet", **given))
    done = export_list(
        Context(load_profile(env), clock), want, "en", waits=True, fresh=False, on_progress=lambda _: None
    )
    return done.report, pl.read_parquet(done.report["files"][0])


def total(postings: Iterable[dict[str, Any]]) -> Decimal:
    """The exact sum of postings as the sandbox has them."""
    return sum((Decimal(str(one["glAmount"])) for one in postings), Decimal(0))


@cache
def february() -> list[dict[str, Any]]:
    """The postings of the second period; the ledger makes each again whenever it is asked."""
    return [one for one in LEDGER.gl_items if one["glPeriod"] == 2]


@pytest.mark.first_cases(3)
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: "-".join(next(iter(one.items()))))
def test_a_month_comes_whole_from_every_kind_of_arm(tmp_path: Path, dialect: dict[str, str]) -> None:
    """Count and sum of a month equal the ledger's for every behaviour of ARM's lists."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now, dialect=dialect, lists=LEDGER) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "gl-items", period="2025-02")
    assert (said["rows"], said["complete"]) == (len(february()), True)
    assert rows["gl_amount"].sum() == total(february()) == said["totals"]["gl_amount"]
    assert set(rows["gl_item_id"]) == {one["glItemId"] for one in february()}


@pytest.mark.proof
def test_more_than_ten_thousand_on_one_day(tmp_path: Path) -> None:
    """12,000 postings of one day are partitioned by account and exported exactly."""
    clock = FakeClock()
    crowd = [one for one in CROWDED.gl_items if one["voucherDate"] == "2025-01-10"]
    assert len(crowd) >= 12_000
    with Sandbox(size="XL", clock=clock.now, lists=CROWDED) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "gl-items", year=2025)
    assert (said["rows"], said["complete"]) == (len(CROWDED.gl_items), True)
    assert rows["gl_item_id"].n_unique() == rows.height
    assert rows["gl_amount"].sum() == total(CROWDED.gl_items)


def test_filters_that_are_ignored_above_the_cap_are_never_called_complete(tmp_path: Path) -> None:
    """If ARM ignores filters of a list above the cap, the export is incomplete and says so."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now, dialect={"list_filters": "ignored"}, lists=LEDGER) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "gl-items", period="2025-02")
    assert len(LEDGER.gl_items) > 10_000
    assert not said["complete"]
    assert said["gaps"][0]["expected"] == len(LEDGER.gl_items)
    assert set(rows["gl_period"]) <= {2}


@pytest.mark.proof
def test_ar_items_and_movements(tmp_path: Path) -> None:
    """AR items of a year, open ones by filter, and the GL movements are exported completely."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now, lists=LEDGER) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "ar-items", year=2025)
        assert (said["rows"], said["complete"]) == (len(LEDGER.ar_items), True)
        assert said["totals"]["gl_balance"] == sum(Decimal(str(one["glBalance"])) for one in LEDGER.ar_items)
        said, rows = export(sandbox, clock, tmp_path, "ar-items", year=2025, where=("openonly=true",))
        assert rows.height == sum(one["glBalance"] != 0 for one in LEDGER.ar_items)
        said, rows = export(sandbox, clock, tmp_path, "gl-movements", period="2025-02")
        movement = sum(Decimal(str(one["movement"])) for one in LEDGER.gl_movements if one["glPeriod"] == 2)
        assert (said["complete"], said["totals"]["movement"]) == (True, movement)


@pytest.mark.proof
def test_a_year_within_the_limits_of_size_s(tmp_path: Path) -> None:
    """18,000 postings at 10,000 an hour make armbulk wait, and ARM never has to refuse a call."""
    clock = FakeClock()
    with Sandbox(size="S", clock=clock.now, lists=LEDGER) as sandbox:
        said, _ = export(sandbox, clock, tmp_path, "gl-items", "S", year=2025)
        assert (said["rows"], said["complete"]) == (len(LEDGER.gl_items), True)
        assert sandbox.state.refused_over_limit == 0
        assert sandbox.state.peak()["hour.reads"] <= 10_000
        assert said["cost"]["reads"] == sum(one.reads for one in sandbox.state.requests)
    assert clock.slept > 3_600


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("fault", ["lose-after", "500-not-applied", "429", "503", "html", "truncate", "401"])
def test_a_call_that_fails_is_made_again(tmp_path: Path, fault: str) -> None:
    """A page whose response is lost, broken or refused costs one more call and nothing else."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now, lists=LEDGER, faults=[f"{fault}:GET:glitems:3"]) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "gl-items", period="2025-02")
    assert said["complete"]
    assert rows["gl_amount"].sum() == total(february())


def test_a_server_that_answers_nonsense_is_exit_6(tmp_path: Path) -> None:
    """A login page instead of every response is exit code 6, with advice."""
    with Sandbox(lists=LEDGER, faults=["html:GET:glitems:*"]) as sandbox:
        code, said = export_by_command(sandbox, tmp_path, "gl-items", "-o", str(tmp_path / "gl.csv"))
    assert (code, said["error"]["code"]) == (6, "unreachable")
    assert "list" in said["error"]["message"]


def test_incomplete_is_exit_3(tmp_path: Path) -> None:
    """An incomplete export ends with exit code 3 and says so in the file's name."""
    with Sandbox(size="XL", dialect={"list_filters": "ignored"}, lists=LEDGER) as sandbox:
        code, said = export_by_command(
            sandbox, tmp_path, "gl-items", "-o", str(tmp_path / "gl.csv"), "--period", "2025-02"
        )
    assert (code, said["complete"]) == (3, False)
    assert said["files"] == [str(tmp_path / "gl.incomplete.csv")]
    assert json.dumps(said["gaps"])


def amounts(records: Iterable[dict[str, Any]], path: str) -> dict[str, Decimal]:
    """The exact sums of an amount, by currency."""
    sums: dict[str, Decimal] = {}
    for one in records:
        value: Any = one
        for piece in path.split("."):
            value = value.get(piece, 0)
        currency = str(one.get("currency", ""))
        sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(value))
    return sums


@pytest.mark.first_cases(3)
@pytest.mark.parametrize("resource", EXPORTS)
def test_every_resource_comes_whole(tmp_path: Path, resource: str) -> None:
    """`armbulk export` of each list has as many records as the sandbox, with the same sums."""
    records = list(SMALL.by_path[EXPORTS[resource].listing.endpoint])  # type: ignore[union-attr]  # made at each look
    target = tmp_path / "all.parquet"
    with Sandbox(size="XL", lists=SMALL) as sandbox:
        code, said = export_by_command(sandbox, tmp_path, resource, "-o", str(target))
        assert said["cost"]["reads"] == sandbox.state.usage()["hour.reads"]
    assert (code, said["complete"], said["gaps"], said["unknown"]) == (0, True, [], UNKNOWN.get(resource, []))
    assert (said["rows"], said["as_text"], said["applied_here"]) == (len(records), [], [])
    known = {one.name: one for one in EXPORTS[resource].readable if one.type is FieldType.AMOUNT}
    assert set(said["totals"]) == set(known)
    for name, told in said["totals"].items():
        sums = amounts(records, known[name].path)
        given = told if isinstance(told, dict) else {"": told}
        wanted_sums = sums if set(given) == set(sums) else {"": sum(sums.values())}
        assert {key: Decimal(str(value)) for key, value in given.items()} == wanted_sums
    rows = pl.read_parquet(said["files"][0])
    assert rows.height == len(records) > 0
    for one in EXPORTS[resource].readable:
        held = any(_held(record, one.path) not in {None, "", "[]"} for record in records)
        assert held is (rows[one.name].drop_nulls().len() > 0), one.name


UNKNOWN = {"gl-movements": ["clientNo", "glAccountName"]}
"""Keys the sandbox has that armbulk does not know."""


def _held(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for piece in path.split("."):
        value = value.get(piece) if isinstance(value, dict) else None
    return "[]" if value == [] else value if not isinstance(value, list) else str(value)


def test_documents_come_with_all_their_lines(tmp_path: Path) -> None:
    """Lines are exported beside their documents, all of them, with the same sums."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now, lists=SMALL) as sandbox:
        said, rows = export(sandbox, clock, tmp_path, "documents")
        lines = pl.read_parquet(said["files"][1])
    wanted_lines = [line for one in SMALL.documents for line in one["documentLines"]]
    assert said["lines"] == lines.height == len(wanted_lines)
    for name in ("excl_vat", "vat", "incl_vat"):
        assert lines[name].sum() == rows[name].sum() == said["totals"][name]["NOK"]
    assert sorted(lines["document_no"].unique()) == sorted(rows["document_no"])


def test_the_command_serves_a_ledger_as_it_was_asked_for(tmp_path: Path) -> None:
    """`armbulk sandbox` with its options prints the settings and serves that ledger."""
    knobs = ["--invoices", "300", "--on-one-day", "200", "--to-one-customer", "100", "--seed", "9"]
    command = [sys.executable, "-m", "armbulk", "sandbox", *knobs]
    environ = {**os.environ, "ARMBULK_HOME": str(tmp_path / "server")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        try:
            printed = [process.stdout.readline().removeprefix("export ").rstrip("\n").split("=", 1) for _ in range(7)]
            env = dict(printed) | {"ARMBULK_HOME": str(tmp_path / "home")}
            target = tmp_path / "ar.jsonl"
            done = CliRunner().invoke(cli, ["export", "ar-items", "-o", str(target)], env=env)
        finally:
            process.terminate()
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert told == list(build_lists(2218, 300, on_one_day=200, to_one_customer=100, seed=9).ar_items)
