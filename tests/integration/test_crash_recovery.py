"""A killed program is started again: a sample of crash points; tests/proofs tries them all, and pairs of them."""

import signal
from pathlib import Path

import pytest
from support.crash_points import SMALL, begun, to_the_end, true
from support.journey import journey, sample_files
from support.program import finish, polled, posted, start, when

from armbulk.sandbox import Sandbox


@pytest.mark.parametrize("kills", [(9,), (30,), (47,), (30, 12)], ids=str)
def test_a_run_that_died_is_resumed(tmp_path: Path, kills: tuple[int, ...]) -> None:
    """A run killed at a commit or a call, and again during recovery, sends nothing twice and loses nothing."""
    with journey(tmp_path, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
        true(way, to_the_end(way, begun(way), kills))


def test_a_killed_process_is_resumed(tmp_path: Path) -> None:
    """After `kill -9` during a submit, resume ends the run: no document is sent twice, none is lost."""
    with Sandbox(dialect={"duplicate": "accept"}, faults=["slow=0.3:POST:batches:*"]) as arm:
        process = start(["import", *sample_files(), "--yes"], arm, tmp_path / "home")
        when(arm, posted("documents"), process)
        process.kill()
        process.communicate()
        code, said = finish(start(["resume"], arm, tmp_path / "home"))
        assert (code, said["state"], said["outcomes"]["created"]) == (0, "finished", 9)
        assert [len(found) for found in arm.state.documents.values()] == [1] * 6


@pytest.mark.proof
def test_an_interrupted_process_says_so(tmp_path: Path) -> None:
    """Ctrl-C ends the program with exit code 130 and the outcomes so far."""
    with Sandbox(delay=1.0) as arm:
        process = start(["import", *sample_files(), "--yes"], arm, tmp_path / "home")
        when(arm, polled("customers"), process)
        process.send_signal(signal.SIGINT)
        code, said = finish(process)
        assert (code, said["state"], sum(said["outcomes"].values())) == (130, "interrupted", said["rows"])
