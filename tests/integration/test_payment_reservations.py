"""`armbulk reserve`: off until somebody at Amili is named; a payment id is sent once, whatever happens."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import call, called
from support.journey import FakeClock
from support.program import finish, start, when

from armbulk.arm.client import ArmClient
from armbulk.cli import dialog as dialog_module
from armbulk.cli.command import CommandContext
from armbulk.clock import SystemClock
from armbulk.model.environment import Environment
from armbulk.sandbox import Sandbox

HEADER = "Payment id;Document no;KID;Amount;Currency\n"
TWO = HEADER + "P-1;;2345676;100,50;nok\nP-2;;2345676;7;NOK\n"
CONFIRMED = '[experimental.payment_reservations]\nconfirmed_by = "Kari at Amili"\nconfirmed_on = 2026-11-30\n'
YES = ("--yes", "--expect-count", "2")


def sheet(folder: Path, text: str = TWO) -> str:
    """A file with payments."""
    path = folder / "payments.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def settings(arm: Sandbox, folder: Path, config: str = CONFIRMED) -> dict[str, str]:
    """The settings to reach the sandbox, with a config.toml."""
    (folder / "config.toml").write_text(config, encoding="utf-8")
    return {**arm.settings, "ARMBULK_HOME": str(folder), "ARMBULK_POLL_SECONDS": "0.01"}


def bodies(arm: Sandbox) -> list[dict[str, Any]]:
    """What came to the server, in its order."""
    return [json.loads(each.body) for each in arm.state.requests if each.path.endswith("/paymentreservations")]


def outcomes(report: Mapping[str, Any]) -> list[str]:
    """The outcome of each row."""
    return [each["outcome"] for each in report["records"]]


def test_nothing_is_sent_before_somebody_is_named(tmp_path: Path) -> None:
    """The error says what to ask and what to write; half a confirmation is none."""
    half = "[experimental.payment_reservations]\nconfirmed_on = 2026-11-30\n"
    with Sandbox() as arm:
        for config, code in (("", "not-confirmed"), (half, "experimental-wrong")):
            exit_code, report = called("reserve", sheet(tmp_path), *YES, env=settings(arm, tmp_path, config))
            assert (exit_code, report["error"]["code"]) == (5, code)
        code, report = called("reserve", sheet(tmp_path), "--yes", env=settings(arm, tmp_path))
        assert (code, report["error"]["code"]) == (2, "needs-count")
        assert arm.state.requests == []


def test_each_row_has_an_outcome(tmp_path: Path) -> None:
    """Exact amounts, one identification; what is wrong with a row is named at its cell, before anything is sent."""
    text = (
        TWO
        + "P-3;;;1;NOK\nP-4;77;2345676;1;NOK\nP-5;;2345676;1;NOK\np-5 ;;2345676;2;NOK\nP-6;;2345676;-1;NOK\n"
        + "P-7;77;;1;NOK\n;;2345676;1;NOK\n"
    )
    with Sandbox() as arm:
        env = settings(arm, tmp_path)
        assert called("reserve", sheet(tmp_path, text), *YES, env=env)[1]["error"]["code"] == "expect-count"
        assert bodies(arm) == []
        code, report = called("reserve", sheet(tmp_path, text), "--yes", "--expect-count", "3", env=env)
        assert (code, report["state"]) == (1, "finished")
        assert outcomes(report) == ["reserved", "reserved", *["held_back"] * 5, "rejected", "held_back"]
        assert {(each["cell"], each["code"]) for each in report["findings"]} == {
            ("payments!A4", "no-identification"), ("payments!A5", "two-identifications"),
            ("payments!A6", "named-twice"), ("payments!A7", "named-twice"), ("payments!D8", "amount-not-positive"),
            ("payments!A10", "required"),
        }  # fmt: skip
        assert "Document not found" in report["records"][7]["message"]
        first = arm.state.requests[-3].body.decode()
        assert '"amount":100.50,"currency":"NOK"' in first
        assert bodies(arm)[0]["paymentReservation"] == {
            "paymentId": "P-1",
            "kid": "2345676",
            "amount": 100.5,
            "currency": "NOK",
        }
        rows = list(openpyxl.load_workbook(report["result"]).worksheets[0].iter_rows(min_row=5, values_only=True))
        assert [(row[2], row[6]) for row in rows][:3] == [
            ("P-1", "reserved"),
            ("P-2", "reserved"),
            ("P-3", "held back"),
        ]
        assert called("show", report["run"], env=env)[1]["outcomes"] == report["outcomes"]
        assert called("verify", report["run"], env=env)[1]["error"]["code"] == "no-import"
        assert [run["run"] for run in called("runs", env=env)[1]["runs"]] == [report["run"]]
        # the same file again, also after a purge: no payment id goes twice
        assert called("purge", "--older-than", "0d", "--yes", env=env)[1]["runs"] == 1
        report = called("reserve", sheet(tmp_path), env=env)[1]
        assert (outcomes(report), report["state"]) == (["held_back"] * 2, "stopped")
        assert {each["code"] for each in report["findings"]} == {"payment-sent-before"}
        assert len(bodies(arm)) == 3


@pytest.mark.parametrize(
    ("dialect", "body"),
    [
        ("list", 'body.metadata = { userId = "{user_id}" }\nbody.paymentReservations = [ { MEMBERS } ]\n'),
        ("flat", 'body = { metadata = { userId = "{user_id}" }, MEMBERS }\n'),
    ],
)
def test_the_form_is_replaced_without_code(tmp_path: Path, dialect: str, body: str) -> None:
    """An ARM with another form refuses armbulk's; a body in config.toml serves it. A refused id is not sent again."""
    members = 'paymentId = "{payment_id}", kid = "{kid}", amount = "{amount}", currency = "{currency}"'
    with Sandbox(dialect={"reservation_body": dialect}) as arm:
        env = settings(arm, tmp_path)
        report = called("reserve", sheet(tmp_path), *YES, env=env)[1]
        assert outcomes(report) == ["rejected", "rejected"]
        env = settings(arm, tmp_path, CONFIRMED + body.replace("MEMBERS", members))
        path = sheet(tmp_path, TWO.replace("P-", "Q-"))
        assert outcomes(called("reserve", path, *YES, env=env)[1]) == ["reserved", "reserved"]
        assert set(arm.state.reservations) == {"q-1", "q-2"}


@pytest.mark.parametrize(
    ("fault", "expected", "calls"),
    [
        ("lose-after:POST:paymentreservations:1", ["in_doubt", "not_sent"], 1),
        ("lose-before:POST:paymentreservations:1", ["in_doubt", "not_sent"], 1),
        ("html:POST:paymentreservations:1", ["in_doubt", "not_sent"], 1),
        ("500-applied:POST:paymentreservations:1", ["in_doubt", "not_sent"], 1),
        ("truncate:POST:paymentreservations:1", ["in_doubt", "not_sent"], 1),
        ("429:POST:paymentreservations:1", ["reserved", "reserved"], 3),
        ("401:POST:paymentreservations:1", ["reserved", "reserved"], 3),
    ],
)
def test_a_lost_answer_stays_unconfirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, expected: list[str], calls: int
) -> None:
    """The run stops there. The others are sent by resume, the unconfirmed one never again; a person settles it."""
    clock = FakeClock(SystemClock().now())
    monkeypatch.setattr("armbulk.app.connect.SystemClock", lambda: clock)
    with Sandbox(faults=[fault]) as arm:
        env = settings(arm, tmp_path)
        code, report = called("reserve", sheet(tmp_path), *YES, env=env)
        assert (outcomes(report), len(bodies(arm))) == (expected, calls)
        assert (clock.slept >= 1) == fault.startswith("429")
        if "in_doubt" not in expected:
            return
        assert (code, report["state"]) == (3, "in_doubt")
        assert called("reserve", sheet(tmp_path), *YES, env=env)[1]["error"]["code"] == "reserve-unfinished"
        code, report = called("resume", env=env)
        assert (code, outcomes(report), len(bodies(arm))) == (3, ["in_doubt", "reserved"], 2)
        run = report["run"]
        assert called("resolve", run, "--resend", "--yes", env=env)[1]["error"]["code"] == "never-again"
        keys = called("resolve", run, "--give-up", "--keys-file", "x", "--yes", env=env)
        assert keys[1]["error"]["code"] == "all-at-once"
        assert called("resolve", run, "--mark-created", "--yes", "--expect-count", "2", env=env)[0] == 2
        code, report = called("resolve", run, "--give-up", "--yes", "--expect-count", "1", env=env)
        assert (code, report["state"], outcomes(report)) == (1, "finished", ["not_sent", "reserved"])
        assert len(bodies(arm)) == 2


class Crash(BaseException):
    """The program dies here."""


@pytest.mark.parametrize("is_sent", [False, True])
def test_a_crash_around_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_sent: bool) -> None:
    """The intent is in the store before the call: the payment id is never sent again, the others are."""
    submit = ArmClient.submit_form

    def die(*arguments: Any) -> None:
        if is_sent:
            submit(*arguments)
        raise Crash

    with Sandbox() as arm:
        env = settings(arm, tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(ArmClient, "submit_form", die)
            with pytest.raises(Crash):
                called("reserve", sheet(tmp_path), *YES, env=env)
        report = called("resume", env=env)[1]
        assert (outcomes(report), len(bodies(arm))) == (["in_doubt", "reserved"], 1 + is_sent)
        code, report = called("resolve", report["run"], "--mark-created", "--yes", env=env)
        assert (code, report["state"], outcomes(report)) == (0, "finished", ["reserved", "reserved"])


@pytest.mark.proof
@pytest.mark.parametrize("fault", ["slow=2", "lose-late=1"])
def test_a_killed_program_sends_no_payment_twice(tmp_path: Path, fault: str) -> None:
    """After `kill -9` in the middle, resume sends what was never sent, and nothing else."""
    home = tmp_path / "home"
    home.mkdir()
    with Sandbox(faults=[f"{fault}:POST:paymentreservations:1"]) as arm:
        settings(arm, home)
        process = start(["reserve", sheet(tmp_path), *YES], arm, home)
        when(arm, lambda server: bool(bodies(server)), process)
        process.kill()
        process.communicate()
        code, report = finish(start(["resume"], arm, home))
        assert (code, outcomes(report)) == (3, ["in_doubt", "reserved"])
        sent = [body["paymentReservation"]["paymentId"] for body in bodies(arm)]
        assert sorted(set(sent)) == ["P-1", "P-2"]
        assert sent.count("P-2") == 1


@pytest.mark.parametrize(
    ("environment", "answer", "sent"), [("production", "2", 2), ("production", "y", 0), ("sandbox", "n", 0)]
)
def test_a_person_confirms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: str, answer: str, sent: int
) -> None:
    """The payments, their sum, and whose word the form rests on are shown; in production the number is typed."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr("armbulk.app.destination.find_environment", lambda _: Environment(environment))
    for name in ("prompt", "confirm"):
        given = answer if name == "prompt" else answer == "y"
        monkeypatch.setattr(dialog_module, name, lambda *_, given=given, **__: given)
    with Sandbox() as arm:
        code, out, err = call("reserve", sheet(tmp_path), env=settings(arm, tmp_path))
        assert (code, len(bodies(arm))) == (0, sent)
        assert "Kari at Amili confirmed it on 2026-11-30" in err
        assert "Sum NOK 107.50" in err
        assert ("Nothing was reserved" in out) == (not sent)


def test_a_run_can_be_ended_without_sending_the_rest(tmp_path: Path) -> None:
    """The unconfirmed payment is settled first; then the rest is given up, and may be reserved by another run."""
    with Sandbox(faults=["lose-before:POST:paymentreservations:1"]) as arm:
        env = settings(arm, tmp_path)
        run = called("reserve", sheet(tmp_path), *YES, env=env)[1]["run"]
        assert outcomes(called("resolve", run, "--give-up", "--yes", env=env)[1]) == ["not_sent", "not_sent"]
        code, report = called("resolve", run, "--give-up", "--yes", env=env)
        assert (code, report["state"], "decided" in report["records"][1]["message"]) == (1, "finished", True)
        path = sheet(tmp_path, HEADER + "P-2;;2345676;7;NOK\n")
        assert outcomes(called("reserve", path, "--yes", "--expect-count", "1", env=env)[1]) == ["reserved"]
        assert set(arm.state.reservations) == {"p-2"}
