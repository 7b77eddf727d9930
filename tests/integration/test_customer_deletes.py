"""`armbulk delete customers`: what a person typed row by row is deleted, nothing else, and nothing is guessed."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import call, called
from support.journey import FakeClock, write_files
from support.program import finish, start, when

from armbulk.arm.client import ArmClient
from armbulk.cli import dialog as dialog_module
from armbulk.cli.command import CommandContext
from armbulk.clock import SystemClock
from armbulk.model.environment import Environment
from armbulk.sandbox import Sandbox
from armbulk.store.deletion_tables import deletion_row
from armbulk.store.store import Store

HEADER = "Customer no;Name;Delete\n"
TWO = HEADER + "1;Ada AS;DELETE\n2;Bo Berg;SLETT\n"


def sheet(folder: Path, text: str = TWO) -> str:
    """A file with customers to delete."""
    path = folder / "unused.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def known(arm: Sandbox, **names: str) -> dict[str, str]:
    """Customers in the sandbox (`c1` is number 1), and the settings to reach it."""
    for number, name in (names or {"c1": "Ada AS", "c2": "Bo Berg"}).items():
        arm.state.add_customer({"customerNo": number[1:], "name": name})
    return {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}


def kept(home: Path) -> list[Any]:
    """The records in the store."""
    store = Store(f"sqlite:///{home / 'armbulk.db'}", SystemClock())
    try:
        with store._engine.connect() as conn:
            return list(conn.execute(deletion_row.select().with_only_columns(deletion_row.c.kept)).scalars())
    finally:
        store.close()


def deletes(arm: Sandbox) -> int:
    """How many DELETE calls came to the server."""
    return sum(request.method == "DELETE" for request in arm.state.requests)


def test_rows_with_the_word_are_deleted_and_others_are_not(tmp_path: Path) -> None:
    """Names are compared as people do; each row has an outcome; the record is kept until it is purged."""
    text = (
        HEADER + "1;ada  as;delete\n02;BoBerg; SLETT\n3;Cyril;DELETE\n4;Nobody;DELETE\n5;Eve;\n6;F;x\n"
        "7;Gro;DELETE\n7 ;Gro;DELETE\n"
    )
    path = sheet(tmp_path, text)
    with Sandbox() as arm:
        env = known(arm, c1="Ada AS", c02="Bo Berg", c3="Cy", c5="Eve", c6="F", c7="Gro")
        for words in ((), ("--yes",), ("--yes", "--expect-count", "3")):
            assert called("delete", "customers", path, *words, env=env)[0] == 2
        assert deletes(arm) == 0
        code, report = called("delete", "customers", path, "--yes", "--expect-count", "2", env=env)
        assert (code, report["state"], report["rows"], report["left_alone"]) == (1, "finished", 7, 1)
        assert {name: count for name, count in report["outcomes"].items() if count} == {
            "deleted": 2, "not_found": 1, "held_back": 4,
        }  # fmt: skip
        cells = {(each["cell"], each["code"]) for each in report["findings"]}
        assert cells == {
            ("unused!B4", "delete-name-differs"), ("unused!C7", "not-allowed"),
            ("unused!A8", "named-twice"), ("unused!A9", "named-twice"),
        }  # fmt: skip
        assert set(arm.state.customers) == {"3", "5", "6", "7"}
        assert deletes(arm) == 2
        rows = list(openpyxl.load_workbook(report["result"]).worksheets[0].iter_rows(min_row=5, values_only=True))
        assert [(row[1], row[4]) for row in rows] == [
            (2, "deleted"), (3, "deleted"), (4, "held back"), (5, "does not exist"),
            (7, "held back"), (8, "held back"), (9, "held back"),
        ]  # fmt: skip
        assert [json.loads(text)["name"] for text in kept(tmp_path) if text] == ["Ada AS", "Bo Berg"]
        assert called("show", report["run"], env=env)[1]["outcomes"] == report["outcomes"]
        assert called("verify", report["run"], env=env)[1]["error"]["code"] == "no-import"
        assert called("results", report["run"], "-o", str(tmp_path / "again.xlsx"), env=env)[0] == 0
        assert [run["run"] for run in called("runs", env=env)[1]["runs"]] == [report["run"]]
        assert called("purge", "--older-than", "0d", "--yes", env=env)[1]["runs"] == 1
        assert kept(tmp_path) == []


def test_arm_refuses_a_customer_with_documents(tmp_path: Path) -> None:
    """Its row is rejected with ARM's words; the sheet of `armbulk undo` deletes the others, once DELETE is typed."""
    files = write_files(tmp_path, customers=3, documents=2, lines=1)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        run = called("import", *files, "--yes", "--first-import", env=env)[1]["run"]
        target = tmp_path / "undo.xlsx"
        assert called("undo", run, "-o", str(target), env=env)[1]["customers"] == 1
        assert called("delete", "customers", str(target), env=env)[1]["error"]["code"] == "nothing-marked"
        book = openpyxl.load_workbook(target)
        page = book["Unused customers"]
        top = next(row[0].row for row in page.iter_rows() if row[0].value == "Customer to delete")
        page.cell(top + 1, 3, "DELETE")
        used = next(number for number in ("0002", "0003") if number in arm.state.customers)
        name = arm.state.customers[used]["name"]
        for column, value in enumerate((used, name, "DELETE"), start=1):
            page.cell(top + 2, column, value).number_format = "@"
        book.save(target)
        code, report = called("delete", "customers", str(target), "--yes", "--expect-count", "2", env=env)
        assert (code, [each["outcome"] for each in report["records"]]) == (1, ["deleted", "rejected"])
        assert "documents" in report["records"][1]["message"]
        assert [bool(record) for record in kept(tmp_path)] == [True, False]
        # what was deleted is new for the next import; it is not taken for sent
        code, report = called("import", str(tmp_path / "customers.csv"), "--yes", env=env)
        assert (code, report["outcomes"]["created"], report["outcomes"]["unchanged"]) == (0, 1, 2)


@pytest.mark.first_cases(3)
@pytest.mark.parametrize(
    ("fault", "outcomes", "calls"),
    [
        ("lose-after:DELETE:customers:1", ["deleted", "deleted"], 2),
        ("lose-before:DELETE:customers:1", ["deleted", "deleted"], 3),
        ("html:DELETE:customers:*", ["in_doubt", "in_doubt"], 6),
        ("500-applied:DELETE:customers:1", ["deleted", "deleted"], 2),
        ("truncate:DELETE:customers:1", ["deleted", "deleted"], 2),
        ("html:DELETE:customers:1", ["deleted", "deleted"], 3),
        ("429:DELETE:customers:1", ["deleted", "deleted"], 3),
        ("401:DELETE:customers:1", ["deleted", "deleted"], 3),
    ],
)
def test_a_lost_answer_is_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, outcomes: list[str], calls: int
) -> None:
    """What ARM has decides: gone is deleted, the same record is deleted again, and without an answer it stays open."""
    clock = FakeClock(SystemClock().now())
    monkeypatch.setattr("armbulk.app.connect.SystemClock", lambda: clock)
    with Sandbox(faults=[fault]) as arm:
        env = known(arm)
        code, report = called("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2", env=env)
        assert [each["outcome"] for each in report["records"]] == outcomes
        assert (code, deletes(arm)) == (3 if "in_doubt" in outcomes else 0, calls)
        assert (clock.slept >= 1) == fault.startswith("429")
        if "in_doubt" in outcomes:
            again = called("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2", env=env)
            assert (again[0], again[1]["error"]["code"]) == (3, "delete-unfinished")


def test_an_answer_that_cannot_be_read_names_the_row(tmp_path: Path) -> None:
    """Nothing is deleted when ARM does not say what it has."""
    with Sandbox(faults=["html:GET:customers/2:*"]) as arm:
        env = known(arm)
        code, report = called("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2", env=env)
        assert (code, deletes(arm)) == (6, 0)
        assert "row 3" in report["error"]["message"]


def test_a_run_that_was_stopped_says_why_and_continues(tmp_path: Path) -> None:
    """Without a limit to wait for, the rest stays; another delete waits for it; resume ends it."""
    with Sandbox(faults=["429:DELETE:customers/2:1"]) as arm:
        env = {**known(arm), "ARMBULK_POLL_SECONDS": "0"}
        words = ("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2", "--no-wait")
        code, report = called(*words, env=env)
        assert [each["outcome"] for each in report["records"]] == ["deleted", "not_sent"]
        assert (code, report["state"], report["error"]["code"]) == (4, "paused", "limit")
        assert called(*words, env=env)[1]["error"]["code"] == "delete-unfinished"
        report = called("resume", env=env)[1]
        assert [each["outcome"] for each in report["records"]] == ["deleted", "deleted"]


class Crash(BaseException):
    """The program dies here."""


@pytest.mark.parametrize(
    ("is_sent", "is_created_again", "outcome", "calls"),
    [(False, False, "deleted", 2), (True, False, "deleted", 2), (True, True, "conflict", 2)],
)
def test_a_crash_around_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: str, calls: int, *, is_sent: bool, is_created_again: bool
) -> None:
    """The intent is in the store before the call: what ARM has decides when the run is resumed."""

    def die(client: ArmClient, customer_no: str) -> None:
        if is_sent:
            delete(client, customer_no)
        raise Crash

    delete = ArmClient.delete_customer
    with Sandbox() as arm:
        env = known(arm)
        with monkeypatch.context() as patch:
            patch.setattr(ArmClient, "delete_customer", die)
            with pytest.raises(Crash):
                called("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2", env=env)
        if is_created_again:
            arm.state.add_customer({"customerNo": "1", "name": "Ada AS"})
        report = called("resume", env=env)[1]
        assert [each["outcome"] for each in report["records"]] == [outcome, "deleted"]
        assert (report["state"], deletes(arm)) == ("finished", calls)


@pytest.mark.proof
def test_a_killed_delete_does_not_delete_a_new_customer(tmp_path: Path) -> None:
    """After `kill -9` in the middle, resume looks each customer up; a record that was created meanwhile stays."""
    home = tmp_path / "home"
    with Sandbox(faults=["slow=2:DELETE:customers:1"]) as arm:
        known(arm)
        words = ["delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2"]
        process = start(words, arm, home)
        when(arm, lambda server: "1" not in server.state.customers, process)
        process.kill()
        process.communicate()
        arm.state.add_customer({"customerNo": "1", "name": "Ada AS"})
        code, report = finish(start(["resume"], arm, home))
        assert [each["outcome"] for each in report["records"]] == ["conflict", "deleted"]
        assert (code, report["state"], set(arm.state.customers), deletes(arm)) == (1, "finished", {"1"}, 2)


@pytest.mark.parametrize(
    ("environment", "answer", "left"),
    [("production", "2", 0), ("production", "y", 2), ("sandbox", "y", 0), ("sandbox", "n", 2)],
)
def test_a_person_confirms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str, answer: str, left: int
) -> None:
    """The customers are shown; in production the number is typed."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr("armbulk.app.destination.find_environment", lambda _: Environment(environment))
    for name in ("prompt", "confirm"):
        given = answer if name == "prompt" else answer == "y"
        monkeypatch.setattr(dialog_module, name, lambda *_, given=given, **__: given)
    with Sandbox() as arm:
        code, out, err = call("delete", "customers", sheet(tmp_path), env=known(arm))
        assert (code, len(arm.state.customers)) == (0, left)
        assert "Ada AS" in err
        assert ("Nothing was deleted" in out) == bool(left)


def test_customers_of_an_unfinished_run_stay(tmp_path: Path) -> None:
    """A customer of records without an outcome is held back: ARM may get its documents yet."""
    files = write_files(tmp_path, customers=1, documents=1, lines=1)
    with Sandbox(faults=["lose-before:POST:documents/batches:*"]) as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_SETTLE_SECONDS": "0"}
        called("import", *files, "--yes", "--first-import", env=env)
        number, record = next(iter(arm.state.customers.items()))
        path = sheet(tmp_path, f"{HEADER}{number};{record['name']};DELETE\n")
        code, report = called("delete", "customers", path, "--yes", "--expect-count", "1", env=env)
        assert (code, report["state"], report["outcomes"]["held_back"], deletes(arm)) == (1, "stopped", 1, 0)


def test_a_run_can_be_ended_without_deleting_the_rest(tmp_path: Path) -> None:
    """An unconfirmed delete is settled first; then the rest is given up, and another run may delete it."""
    with Sandbox(faults=["html:DELETE:customers/1:*"]) as arm:
        env = known(arm)
        words = ("delete", "customers", sheet(tmp_path), "--yes", "--expect-count", "2")
        run = called(*words, env=env)[1]["run"]
        assert called("resolve", run, "--resend", "--yes", env=env)[1]["error"]["code"] == "never-again"
        code, report = called("resolve", run, "--give-up", "--yes", "--expect-count", "1", env=env)
        assert (code, report["state"]) == (1, "finished")
        assert [each["outcome"] for each in report["records"]] == ["not_sent", "deleted"]
        assert [bool(record) for record in kept(tmp_path)] == [False, True]
    with Sandbox(faults=["429:DELETE:customers/3:*"]) as arm:
        env = {**known(arm, c3="Cy", c4="Di"), "ARMBULK_POLL_SECONDS": "0"}
        path = sheet(tmp_path, HEADER + "3;Cy;DELETE\n4;Di;DELETE\n")
        words = ("delete", "customers", path, "--yes", "--expect-count", "2", "--no-wait")
        report = called(*words, env=env)[1]
        assert (report["state"], deletes(arm)) == ("paused", 1)
        assert f"resolve {report['run']} --give-up" in call("show", report["run"], env=env)[1]
        code, report = called("resolve", "--give-up", "--yes", env=env)
        assert (code, report["state"], "decided" in report["records"][1]["message"]) == (1, "finished", True)
        assert called("resume", env=env)[1]["error"]["code"] == "nothing-unfinished"
        report = called(*words[:2], sheet(tmp_path, HEADER + "4;Di;DELETE\n"), "--yes", "--expect-count", "1", env=env)[
            1
        ]
        assert (report["outcomes"]["deleted"], set(arm.state.customers)) == (1, {"3"})


def test_what_is_not_deleted_is_named_before_the_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many rows are not included, and why; in a script the wrong number names the first of them."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(dialog_module, "confirm", lambda *_, **__: False)
    path = sheet(tmp_path, HEADER + "1;Ada AS;DELETE\n2;Bo;DELETE\n9;Nobody;DELETE\n")
    with Sandbox() as arm:
        env = known(arm)
        code, out, err = call("delete", "customers", path, env=env)
        assert (code, deletes(arm)) == (0, 0)
        assert "Rows that are not sent: held back 1, does not exist 1. Answer n to see why." in err
        assert "unused, row 4: 9, does not exist – ARM does not have this customer" in out
        assert 'The file has the name "Bo"' in out
        hint = called("delete", "customers", path, "--yes", "--expect-count", "3", env=env)[1]["error"]["hint"]
        assert "2 rows are not included. The first is unused, row 3: The file has the name" in hint


def test_an_import_does_not_send_marked_customers(tmp_path: Path) -> None:
    """The same sheet given to the wrong command would create the customers again."""
    with Sandbox() as arm:
        path = sheet(tmp_path, HEADER + "1;Ada AS; delete\n2;Bo Berg;\n3;Cy;no\n")
        code, report = called("import", path, "--yes", "--skip-invalid", env=known(arm, c9="Else"))
        assert (code, report["outcomes"]["created"], report["outcomes"]["held_back"]) == (1, 2, 1)
        report = called("check", path)[1]
        assert [each["cell"] for each in report["findings"] if each["code"] == "marked-for-delete"] == ["unused!C2"]
