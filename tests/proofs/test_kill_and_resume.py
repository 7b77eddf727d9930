"""The real program, killed or interrupted while it works, and started again."""

import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support.journey import write_files
from support.program import BREATH, finish, polled, posted, start, when

from armbulk.sandbox import Sandbox


@pytest.mark.promise("P1", "P2", "P5")
@pytest.mark.parametrize(
    "happened",
    [posted("customers"), polled("customers"), posted("documents")],
    ids=["customers-posted", "customers-polled", "documents-posted"],
)
@pytest.mark.parametrize("delay", [0.0, 0.5])
def test_kill_then_resume(tmp_path: Path, happened: Callable[[Sandbox], bool], delay: float) -> None:
    """After `kill -9` at any moment resume ends the run: no document is sent twice, none is lost."""
    files = write_files(tmp_path, documents=120)
    slow = ["slow=0.3:POST:batches:*"]
    with Sandbox(delay=delay, dialect={"duplicate": "accept"}, faults=slow) as arm:
        process = start(["import", *files, "--yes"], arm, tmp_path / "home")
        when(arm, happened, process)
        process.kill()
        process.communicate()
        code, said = finish(start(["resume"], arm, tmp_path / "home"))
        assert (code, said["state"]) == (0, "finished")
        assert sum(said["outcomes"].values()) == said["rows"] == 123
        assert said["by_resource"]["documents"] == {"created": 120}
        assert sorted(len(found) for found in arm.state.documents.values()) == [1] * 120


@pytest.mark.promise("P1", "P5")
def test_killed_while_the_answer_is_on_its_way(tmp_path: Path) -> None:
    """After a kill before the response arrived, the documents are found and not sent again."""
    files = write_files(tmp_path)
    with Sandbox(dialect={"duplicate": "accept"}, faults=["slow=5:POST:documents/batches:1"]) as arm:
        process = start(["import", *files, "--yes"], arm, tmp_path / "home")
        when(arm, lambda _: len(arm.state.customers) == 3, process)
        while not _posting(tmp_path / "home") and process.poll() is None:
            BREATH.wait(0.01)
        process.kill()
        process.communicate()
        code, said = finish(start(["resume"], arm, tmp_path / "home"))
        posts = [call for call in arm.state.requests if call.method == "POST" and "documents" in call.path]
        assert len(posts) <= 1
        assert code in {0, 3}
        assert said["outcomes"]["created"] + said["outcomes"]["in_doubt"] == 9
        assert all(len(found) == 1 for found in arm.state.documents.values())


def _posting(home: Path) -> bool:
    conn = sqlite3.connect(home / "armbulk.db")
    try:
        states = conn.execute("SELECT state FROM batch WHERE resource = 'documents'").fetchall()
    finally:
        conn.close()
    return ("posting",) in states


@pytest.mark.promise("P24")
def test_ctrl_c_then_resume(tmp_path: Path) -> None:
    """Ctrl-C ends the program with exit code 130, and resume continues the run."""
    files = write_files(tmp_path)
    with Sandbox(delay=1.0) as arm:
        process = start(["import", *files, "--yes"], arm, tmp_path / "home")
        when(arm, polled("customers"), process)
        process.send_signal(signal.SIGINT)
        code, said = finish(process)
        assert (code, said["state"]) == (130, "interrupted")
        assert sum(said["outcomes"].values()) == said["rows"]
        code, said = finish(start(["resume"], arm, tmp_path / "home"))
        assert (code, said["outcomes"]["created"]) == (0, 9)


@pytest.mark.promise("P6")
def test_two_at_once(tmp_path: Path) -> None:
    """Two processes import the same file: each document is sent once, and the process that has to wait says so."""
    files = write_files(tmp_path)
    with Sandbox(delay=0.3, dialect={"duplicate": "accept"}) as arm:
        both = [start(["import", *files, "--yes"], arm, tmp_path / "home") for _ in range(2)]
        codes = sorted(finish(process)[0] for process in both)
        assert codes[0] == 0
        assert codes[1] in {0, 3}
        assert all(len(found) == 1 for found in arm.state.documents.values())
