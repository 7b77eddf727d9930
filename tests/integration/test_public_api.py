"""The public API, beyond its documented examples: what it returns, what it raises, what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from support.journey import FakeClock, write_files
from support.paths import SAMPLES

import armbulk
from armbulk.app.check import FINDINGS_SCHEMA
from armbulk.app.import_result import OUTCOME_SCHEMA
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def arm() -> Iterator[Sandbox]:
    """A sandbox with a ledger."""
    with Sandbox(lists=build_lists(CLIENT_NO, 20)) as server:
        yield server


@pytest.fixture
def session(arm: Sandbox) -> Iterator[armbulk.Session]:
    """A session of its client."""
    with armbulk.connect(settings={**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}) as opened:
        yield opened


def test_checking_needs_no_settings_and_opens_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any setting files can be checked; nothing is written, nothing is printed."""
    with armbulk.connect() as session:
        checked = session.check(SAMPLES / "with-errors.xlsx")
        assert (checked.ok, checked.errors > 20) == (False, True)
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(armbulk.SettingsError):
            session.send(session.plan(session.check(*write_files(tmp_path))))
    assert capsys.readouterr() == ("", "")


def test_findings_are_those_of_the_command_line(session: armbulk.Session) -> None:
    """`findings` has the documented columns, and the rows of `armbulk check --json`."""
    checked = session.check(SAMPLES / "with-errors.xlsx")
    assert checked.findings.schema == FINDINGS_SCHEMA
    assert checked.findings.to_dicts() == checked.to_json()["findings"]


def test_rows_are_typed(session: armbulk.Session, tmp_path: Path) -> None:
    """Rows have the names of file and sheet, their own number and typed fields; so has a resource without rows."""
    checked = session.check(*write_files(tmp_path))
    documents = checked.rows("documents")
    assert documents.height == 6
    assert documents.columns[:3] == ["file", "sheet", "row"]
    assert documents.select("sheet", "row", "document_no").row(0) == ("documents", 2, "F1")
    assert (documents.schema["due_date"], documents.schema["incl_vat"]) == (pl.Date, pl.Decimal(38, 2))
    own = session.check(tmp_path / "customers.csv")
    assert own.rows("documents").schema == documents.schema
    with pytest.raises(armbulk.UsageError):
        checked.rows("gl-items")


def test_files_checked_as_a_change_are_planned_as_one(session: armbulk.Session, tmp_path: Path) -> None:
    """What `check` was given decides; where it was given nothing, records are created."""
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Phone\n0001;<clear>;22334455\n", encoding="utf-8")
    as_change = session.check(path, update=True)
    assert session.plan(as_change).import_plan.options.update
    unsaid = session.check(path)
    assert unsaid.inputs.options.update is None
    planned = session.plan(unsaid)
    assert (planned.import_plan.options.update, planned.check.inputs.options.update) == (False, False)


def test_every_row_read_has_an_outcome(session: armbulk.Session, tmp_path: Path) -> None:
    """After a run `outcomes` has a line for each row that was read; an earlier run is read from the store."""
    checked = session.check(*write_files(tmp_path))
    result = session.send(session.plan(checked))
    assert (result.state, result.outcomes.schema) == ("finished", OUTCOME_SCHEMA)
    assert dict(result.outcomes.group_by("resource").len().iter_rows()) == {"customers": 3, "documents": 6, "lines": 12}
    assert set(result.outcomes["outcome"]) == {armbulk.Outcome.CREATED.value}
    line = result.outcomes.filter(resource="lines").row(0, named=True)
    assert (line["sheet"], line["row"], line["key"], line["batch"]) == ("lines", 2, "F1", 2)
    stored = session.run(result.run or 0).outcomes
    records = result.outcomes.filter(pl.col("resource") != "lines")
    assert stored.drop("file").equals(records.drop("file"))
    assert session.runs().select("run", "state", "rows", "result").row(0) == (1, "finished", 9, None)


def test_errors_in_the_files_are_a_result(session: armbulk.Session, arm: Sandbox, tmp_path: Path) -> None:
    """With errors nothing is sent, and every row has an outcome all the same; the workbook can be written."""
    files = write_files(tmp_path)
    (tmp_path / "lines.csv").write_text("Document no;Line no;Amount incl. VAT\nF1;1;hundred\n", encoding="utf-8")
    plan = session.plan(session.check(*files))
    result = session.send(plan)
    assert (plan.stopped, result.state, result.run) == (True, "stopped", None)
    assert set(result.outcomes["outcome"]) == {"held_back", "not_sent"}
    assert result.outcomes.height == 3 + 6 + 1
    assert arm.state.documents == {}
    assert result.write(tmp_path / "errors.xlsx").exists()


def test_a_finished_run_that_is_not_written_forgets_personal_data(arm: Sandbox, tmp_path: Path) -> None:
    """At the end of the session ARM's words about a customer no longer contain what the file says of them."""
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Email\nK1;Kanarifugl Hansen;no address\n", encoding="utf-8")
    with armbulk.connect(settings={**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}) as session:
        result = session.send(session.plan(session.check(path), skip_invalid=True))
        assert result.state == "finished"
        assert "no address" in result.outcomes["warnings"][0]
    with armbulk.connect(settings=arm.settings) as session:
        (record,) = session.run(1).outcomes.to_dicts()
    assert "no address" not in f"{record['message']} {record['warnings']}"


def test_a_decision_settles_unconfirmed_documents(tmp_path: Path) -> None:
    """Documents without an answer are listed; a decision about named ones is carried out, an unknown one refused."""
    with Sandbox(faults=["lose-before:POST:documents/batches:1"]) as arm:
        clock, settings = FakeClock(), {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}
        with armbulk.connect(settings=settings, clock=clock) as session:
            result = session.send(session.plan(session.check(*write_files(tmp_path)), first_import=True))
            assert (result.state, result.counts["in_doubt"]) == ("in_doubt", 6)
            with pytest.raises(armbulk.UsageError, match="not a decision"):
                session.resolve(decision="forget")
            settled = session.resolve(decision="give-up", documents=["F1", "f2"], look_up=False)
            assert (settled.decided, settled.settled) == ({"give-up": 2}, False)
            assert [document["document_no"] for document in settled.documents] == ["F3", "F4", "F5", "F6"]


def test_an_interrupted_run_continues(session: armbulk.Session, tmp_path: Path) -> None:
    """`interrupt` stops a run after the call it is making; another session continues it."""
    result = session.send(session.plan(session.check(*write_files(tmp_path))), progress=lambda _: session.interrupt())
    assert result.state == "interrupted"
    with armbulk.connect(settings=session_settings(session)) as another:
        resumed = another.resume()
        assert resumed is not None
        assert (resumed.state, resumed.counts["created"]) == ("finished", 9)
        assert resumed.workbook == tmp_path / "customers.result.xlsx"


def session_settings(session: armbulk.Session) -> dict[str, str]:
    """The settings of a session, to connect once more."""
    profile = session.profile
    return {
        "ARMBULK_BASE_URL": profile.base_url,
        "ARMBULK_CLIENT_NO": profile.client_no,
        "ARMBULK_TOKEN_URL": profile.login.token_url,
        "ARMBULK_CLIENT_ID": profile.login.client_id,
        "ARMBULK_CLIENT_SECRET": profile.login.client_secret,
        "ARMBULK_POLL_SECONDS": "0.05",
    }


def test_an_interrupted_export_is_an_exception(session: armbulk.Session) -> None:
    """`interrupt` stops an export with an exception of its own."""
    session.interrupt()
    with pytest.raises(armbulk.Interrupted):
        session.export("documents")


@pytest.mark.parametrize(
    ("arguments", "target", "code"),
    [
        ({}, "x.doc", "form-unknown"),
        ({}, "x.jsonl", "form-raw"),
        ({"target": "x.jsonl"}, "x.csv", "form-raw"),
    ],
)
def test_an_export_is_written_in_the_formats_it_was_read_for(
    session: armbulk.Session, tmp_path: Path, arguments: dict[str, Any], target: str, code: str
) -> None:
    """A file of another format than the export can give is refused before anything is written."""
    export = session.export("customers", **arguments)
    with pytest.raises(armbulk.UsageError) as refused:
        export.write(tmp_path / target)
    assert refused.value.code == code


def test_a_frame_is_what_the_file_holds(session: armbulk.Session, tmp_path: Path) -> None:
    """The frames of an export are those of its Parquet files; documents have their lines beside them."""
    export = session.export("documents")
    documents, lines = export.frames()
    files = export.write(tmp_path / "documents.parquet")
    assert [pl.read_parquet(file).equals(frame) for file, frame in zip(files, (documents, lines), strict=True)] == [
        True,
        True,
    ]
    assert (export.rows, export.complete, export.agrees, export.gaps) == (documents.height, True, True, [])
    assert export.to_json()["files"] == [str(file) for file in files]


def test_a_later_export_of_the_same_list_closes_the_earlier_one(session: armbulk.Session) -> None:
    """An export whose records were taken gives way; one whose records were not taken is named in the error's hint."""
    first = session.export("customers")
    with pytest.raises(armbulk.Unfinished, match="the same list") as refused:
        session.plan_export("customers")
    assert "earlier export of this session" in refused.value.hint
    rows = first.frame().height
    second = session.export("customers", since="last")
    assert (second.frame().height, rows > 0) == (0, True)
    with pytest.raises(armbulk.UsageError, match="closed"):
        first.frame()
    with pytest.raises(armbulk.UsageError, match="cannot be exported"):
        session.export("nonsense")


def test_settings_go_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`settings` wins over the environment, which wins over the profile; an unknown profile is an error."""
    (tmp_path / "config.toml").write_text('[profiles.acme]\nclient_size = "L"\nuser_id = "a"\n', encoding="utf-8")
    monkeypatch.setenv("ARMBULK_CLIENT_SIZE", "M")
    assert armbulk.connect("acme").profile.client_size == "M"
    profile = armbulk.connect("acme", settings={"ARMBULK_CLIENT_SIZE": "XL"}).profile
    assert (profile.client_size, profile.user_id) == ("XL", "a")
    with pytest.raises(armbulk.SettingsError):
        armbulk.connect("nobody")
