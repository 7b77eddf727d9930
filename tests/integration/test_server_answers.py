"""Wrong responses of a server: one case of each kind; tests/proofs tries them all."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.hostile_server import Hostile, answer, serving
from support.journey import FakeClock, outcomes
from support.server_cases import CASES, NOBODY, TAKEN, Case, carried, item, keeps_the_promise, write

from armbulk.cli import cli
from armbulk.clock import SystemClock
from armbulk.errors import Exit
from armbulk.store import Store

KINDS = (
    "S05 cut JSON, applied",
    "S10 500, not applied",
    "S07 the same number for two posts",
    "S18 two documents for one number",
    "S19 413 to three, then to two",
    "S21 400 naming the second",
    "S22 401 for good",
    "S25 Retry-After 7",
    "S28 206 for ever, the rest not found",
    "S31 one twice, differing",
    "S38 the batch of another client",
    "S42 not there, then there",
    "S61 429, accepted with a number",
    "S62 400, each record with its own word",
    "S63 401, cut off",
    "S64 the batch failed as a whole, not applied",
    "S64 the batch failed, but for one",
    "S59 Date missing",
)


@pytest.mark.first_cases(3)
@pytest.mark.parametrize("case", [case for case in CASES if case.name in KINDS], ids=lambda case: case.name)
def test_every_row_ends_in_one_named_state(tmp_path: Path, case: Case) -> None:
    """The outcomes, the calls made and the messages are as specified."""
    keeps_the_promise(tmp_path, case)


def test_the_kinds_are_cases() -> None:
    """Every name in this sample is the name of a case."""
    assert set(KINDS) <= {case.name for case in CASES}


@pytest.mark.promise("P1")
def test_only_what_is_rejected_may_be_sent_again(tmp_path: Path) -> None:
    """In an unconfirmed batch, only the number of a rejected document can be sent again; the others cannot."""
    clock = FakeClock()
    items = [item("D1"), item("D2", status="FAILED", result="REJECTED")]
    script = {"post": (answer(400, {"documents": items}),), "document": (NOBODY,)}
    with serving(Hostile(script, clock.now)) as hostile:
        ends, stood = carried(tmp_path, hostile, clock, {})
    assert (ends, outcomes(stood)) == ("in_doubt", {"created": 1, "rejected": 1, "in_doubt": 1})
    store = Store(f"sqlite:///{tmp_path / 'home' / 'armbulk.db'}", clock)
    try:
        assert stood.run is not None
        assert sorted(store.sent_documents(stood.run.account)["key_norm"]) == ["d1", "d3"]
    finally:
        store.close()


@pytest.mark.promise("P8")
@pytest.mark.parametrize(("post", "exit_code"), [(answer(503), Exit.UNFINISHED), (TAKEN, Exit.SERVER)])
def test_an_outage_is_no_limit(tmp_path: Path, post: bytes, exit_code: Exit) -> None:
    """503 without a time: a document that may have been sent is unconfirmed (3), otherwise ARM is unreachable (6)."""
    down = (answer(503),)
    script = {"post": (post,), "customers": (TAKEN,), "poll": down, "document": down, "list": down}
    with serving(Hostile(script, SystemClock().now)) as hostile:
        env = {"ARMBULK_BASE_URL": hostile.base_url, "ARMBULK_CLIENT_NO": "2218", "ARMBULK_TOKEN": "t",
               "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_POLL_SECONDS": "0"}  # fmt: skip
        words = ["import", *write(tmp_path), "--yes", "--first-import", "--json"]
        done = CliRunner().invoke(cli, words, env=env)
    assert done.exit_code == exit_code
    assert json.loads(done.stdout)["error"]["code"] == "unreachable"
    assert done.stderr.count("503") >= 4


@pytest.mark.first_cases(2)
@pytest.mark.parametrize(
    ("status", "after", "ends"),
    [(503, "soon", "unreachable"), (503, "-1", "unreachable"), (401, "5", "not-allowed"), (429, "9" * 30, "in_doubt")],
)
def test_an_odd_retry_after_neither_hides_the_trouble_nor_waits_longer_than_a_window(
    tmp_path: Path, status: int, after: str, ends: str
) -> None:
    """503 without a time that can be read is an outage, 401 is a login error; no wait is longer than an hour."""
    clock = FakeClock()
    script = {"post": (TAKEN,), "poll": (answer(status, Retry_After=after),)}
    with serving(Hostile(script, clock.now)) as hostile:
        assert carried(tmp_path, hostile, clock, {})[0] == ends
    assert clock.slept <= (120 if status != 429 else 3_700)
