"""`armbulk doctor`: what is wrong, what to do, and a text for a support mail without secrets and names."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.commands import call, called
from support.journey import write_files

from armbulk.app.doctor.machine import Console, check_clock, check_console
from armbulk.model.response import DateSample
from armbulk.sandbox import Sandbox
from armbulk.sandbox.lists import build_lists
from armbulk.store.schema import VERSION

CHECKS = [
    "versions", "settings", "client", "folder", "keyring", "login", "assumptions", "connection", "limits",
    "database", "clock", "language", "console",
]  # fmt: skip


def diagnose(*options: str, **env: str) -> tuple[int, dict[str, dict[str, Any]], dict[str, Any]]:
    """Run the command: exit code, check → what it found, and the whole object."""
    code, said = called("doctor", *options, env=env)
    assert said["exit"] == code
    return code, {each["check"]: each for each in said["checks"]}, said


def states(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    """The checks with a warning or a problem."""
    return {name: each["state"] for name, each in checks.items() if each["state"] not in {"ok", "skipped"}}


def test_a_new_computer_is_well(tmp_path: Path) -> None:
    """Without a profile nothing is wrong yet: the next command is named, and nothing is created."""
    home = tmp_path / "new"
    code, checks, _ = diagnose(ARMBULK_HOME=str(home))
    assert (code, states(checks)) == (0, {"settings": "warning"})
    assert list(checks) == CHECKS
    assert checks["settings"]["remedy"] == "Create one with: armbulk login"
    assert not home.exists()


def test_a_login_that_works_costs_one_request() -> None:
    """Connection, limits, clock and database are checked with one request; with --offline there is none."""
    with Sandbox() as arm:
        code, checks, said = diagnose("--offline", **arm.settings)
        assert (code, states(checks), checks["connection"]["state"]) == (0, {}, "skipped")
        assert arm.state.usage()["hour.requests"] == 0
        code, checks, said = diagnose(**arm.settings)
        assert arm.state.usage()["hour.requests"] == 1
        used = called("usage", env=arm.settings)[1]["meters"][0]["used"]
        text = call("doctor", env=arm.settings)[1]
    assert (code, states(checks), used) == (0, {}, 1)
    assert checks["connection"]["message"].endswith("This test used 1 request of your ARM limits.")
    assert abs(checks["clock"]["values"]["difference_seconds"]) <= 1
    assert checks["client"]["values"]["environment"] == "sandbox"
    assert checks["assumptions"]["values"]["facts"] == ["record_cost", "batch_size", "token_url"]
    assert not any(checks["assumptions"]["values"]["observed"].values())
    assert "Questions for Amili" in checks["assumptions"]["remedy"]
    assert (checks["database"]["values"]["version"], checks["database"]["values"]["intact"]) == (VERSION, True)
    titles = [f"{each['title']} [OK]: " for each in said["checks"]]
    support = said["support"].splitlines()[1:]
    assert [line.startswith(title) for line, title in zip(support, titles, strict=True)] == [True] * len(CHECKS)
    assert [line.partition("]: ")[0] for line in text.splitlines()[-len(CHECKS) :]] == [
        line.partition("]: ")[0] for line in support
    ]


def test_nothing_secret_and_no_name_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the secret nor the user ID nor the user's folder is shown anywhere; the support text names no profile."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    profile = '[profiles."Kari Nordmann"]\nuser_id = "kari.nordmann"\nclient_no = "2218"\n'
    (tmp_path / "config.toml").write_text(profile, encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_PROFILE": "Kari Nordmann"}
        env.pop("ARMBULK_USER_ID")
        secret = env["ARMBULK_CLIENT_SECRET"]
        shown = [call("doctor", *options, env=env) for options in ((), ("--json",), ("--profile", "Kar Nordmann"))]
        support = diagnose(**env)[2]["support"]
        complaint = diagnose("--profile", "Kari", **env)[2]["support"]
    for code, out, err in shown:
        assert code in {0, 5}
        for hidden in (secret, "kari.nordmann", str(tmp_path)):
            assert hidden not in out + err
    assert "~/config.toml" in support
    assert "Nordmann" not in support + complaint


@pytest.mark.parametrize(
    ("changes", "code", "found"),
    [
        ({"ARMBULK_CLIENT_SECRET": "wrong"}, 5, {"connection": "problem"}),
        ({"ARMBULK_CLIENT_NO": "9999"}, 5, {"connection": "problem"}),
        ({"ARMBULK_CLIENT_SECRET": ""}, 5, {"keyring": "warning", "login": "problem"}),
        ({"ARMBULK_BASE_URL": "http://127.0.0.1:9/arm/v1"}, 6, {"connection": "problem"}),
        ({"ARMBULK_TOKEN_URL": "http://127.0.0.1:9/token"}, 6, {"connection": "problem"}),
        ({"ARMBULK_BASE_URL": "http://arm.example/arm/v1"}, 5, {"settings": "problem"}),
        ({"ARMBULK_PROFILE": "anne"}, 5, {"settings": "problem"}),
        ({"ARMBULK_CLIENT_SIZE": "huge"}, 5, {"settings": "problem"}),
    ],
)
def test_each_problem_has_its_exit_code_and_its_remedy(
    changes: dict[str, str], code: int, found: dict[str, str]
) -> None:
    """5: settings or login, 6: ARM cannot be reached. Each problem says what to do."""
    with Sandbox() as arm:
        exit_code, checks, _ = diagnose(**{**arm.settings, **changes})
    assert (exit_code, states(checks)) == (code, found)
    assert all(checks[name]["remedy"] for name in found)


def _break_config(home: Path) -> None:
    (home / "config.toml").write_text("x", encoding="utf-8")


def _break_store(home: Path) -> None:
    (home / "armbulk.db").write_bytes(b"no database")


def _make_store_newer(home: Path) -> None:
    with closing(sqlite3.connect(home / "armbulk.db", isolation_level=None)) as database:
        database.execute("CREATE TABLE run (id INTEGER, state TEXT)")
        database.execute("INSERT INTO run VALUES (1, 'finished')")
        database.execute("PRAGMA user_version = 1000")


def _open_folder(home: Path) -> None:
    home.chmod(0o755)


@pytest.mark.parametrize(
    ("spoil", "code", "found"),
    [
        (_break_config, 5, {"settings": "problem"}),
        (_break_store, 2, {"settings": "warning", "database": "problem"}),
        (_make_store_newer, 2, {"settings": "warning", "database": "problem"}),
        (_open_folder, 0, {"settings": "warning", "folder": "warning"}),
    ],
)
def test_what_is_wrong_with_the_folder_is_named(
    spoil: Callable[[Path], None], code: int, found: dict[str, str], tmp_path: Path
) -> None:
    """A broken config.toml or database stops no other check; nothing is repaired or replaced."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    spoil(home)
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    exit_code, checks, _ = diagnose("--offline", ARMBULK_HOME=str(home))
    assert (exit_code, states(checks)) == (code, found)
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before


def test_unfinished_runs_are_named(tmp_path: Path) -> None:
    """A run that has to be continued is a warning of the database."""
    with Sandbox(faults=["401:POST:customers/batches:1-2"]) as arm:
        assert called("import", *write_files(tmp_path), "--yes", env=arm.settings)[0] == 5
        checks = diagnose("--offline", **arm.settings)[1]
    assert checks["database"]["remedy"] == "1 run has not ended. See: armbulk runs"


@pytest.mark.parametrize(("seconds", "words"), [(0, "the same"), (90, "90 seconds after"), (-90, "90 seconds before")])
def test_the_clock_is_compared_with_arms(seconds: int, words: str) -> None:
    """From half a minute on it is a warning."""
    check = check_clock(1_000_000.0 + seconds, DateSample(1_000_000.0, 1.0, 1.0))
    assert words in check.summary
    assert (check.state.value, bool(check.remedy)) == (("warning", True) if seconds else ("ok", False))


@pytest.mark.parametrize(
    ("console", "state"),
    [
        (Console("utf-8", 80), "ok"), (Console("cp865", 120), "ok"), (Console("utf-8", None), "ok"),
        (Console("ascii", 80), "warning"), (Console("cp437", 79), "warning"), (Console("", 80), "warning"),
    ],
)  # fmt: skip
def test_a_console_without_norwegian_letters_is_a_warning(console: Console, state: str) -> None:
    """So is one that is too narrow for reports."""
    assert check_console(console).state.value == state


def test_the_text_is_norwegian() -> None:
    """Every check has a line, and the text for support follows."""
    code, out, err = call("doctor", "--lang", "no", "--offline")
    assert (code, err) == (0, "")
    assert "! Innstillinger Det finnes ingen profiler ennå\n                → Lag en med: armbulk login\n" in out
    assert "\narmbulk doctor, " in out


def test_own_runs_show_what_is_not_documented(tmp_path: Path) -> None:
    """What ARM accepted is shown beside each assumption, with what changes it; the name of a person is not."""
    files = write_files(tmp_path, customers=3, documents=2, lines=1)
    (tmp_path / "config.toml").write_text(
        '[experimental.payment_reservations]\nconfirmed_by = "Kari Nordmann"\nconfirmed_on = 2026-11-30\n',
        encoding="utf-8",
    )
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path), "ARMBULK_POLL_SECONDS": "0.01"}
        assert called("import", *files, "--yes", "--first-import", env=env)[0] == 0
        _, checks, said = diagnose("--offline", **env)
    values = checks["assumptions"]["values"]
    assert values["observed"] == {
        "record_cost": True, "batch_size": True, "token_url": True, "payment_reservations": False,
    }  # fmt: skip
    assert values["largest_batches"] == {"customers": 3, "documents": 2}
    assert (values["batches"], values["document_types"], values["early_refusals"]) == (2, ["IN"], 0)
    assert values["override"]["payment_reservations"] == "[experimental.payment_reservations]"
    message = checks["assumptions"]["message"]
    assert "ARM has accepted batches of 3 customers, 2 documents (ARMBULK_BATCH_DOCUMENTS" in message
    assert "Kari" not in str(said)


def test_runs_of_single_calls_are_counted(tmp_path: Path) -> None:
    """What new due dates have shown is named, without what a person decided; a run that has not ended is a warning."""
    lists = build_lists(2218, 20)
    items = [item for item in lists.ar_items if item["voucherType"] == 3][:2]
    rows = [f"{item['arItemId']};{item['customerNo']};{item['documentNo']};2027-03-01" for item in items]
    (tmp_path / "due.csv").write_text(
        "\n".join(["AR item id;Customer no;Document no;New due date", *rows]), encoding="utf-8"
    )
    (tmp_path / "config.toml").write_text(
        '[experimental.due_dates]\nconfirmed_by = "Kari Nordmann"\nconfirmed_on = 2026-11-30\n', encoding="utf-8"
    )
    with Sandbox(lists=lists, faults=["lose-before:PUT:aritems:2"]) as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(tmp_path), "ARMBULK_POLL_SECONDS": "0.01"}
        words = ("change", "due-dates", str(tmp_path / "due.csv"), "--yes", "--expect-count", "2")
        run = called(*words, env=env)[1]["run"]
        _, checks, _ = diagnose("--offline", **env)
        assert (checks["database"]["values"]["runs"], checks["database"]["values"]["unfinished"]) == (1, 1)
        assert called("resolve", run, "--mark-created", "--yes", env=env)[0] == 0
        _, checks, said = diagnose("--offline", **env)
    assert checks["database"]["values"]["unfinished"] == 0
    values = checks["assumptions"]["values"]
    assert (values["observed"]["due_dates"], values["due_dates"]) == (True, 1)
    assert values["override"]["due_dates"] == "[experimental.due_dates]"
    assert "ARM's items have 1 new due date ([experimental.due_dates])" in checks["assumptions"]["message"]
    assert "Kari" not in str(said)
