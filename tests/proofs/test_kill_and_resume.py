"""The real program, killed or interrupted while it works, and started again."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.journey import write_files
from support.paths import ROOT

from armbulk.sandbox import Sandbox

BREATH = threading.Event()  # never set: a short breath between two looks at a real process


def start(words: list[str], arm: Sandbox, home: Path) -> subprocess.Popen[str]:
    """Start the program as a user would."""
    env = {**os.environ, **arm.settings, "ARMBULK_HOME": str(home), "ARMBULK_POLL_SECONDS": "0.05"}
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT), env.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "armbulk", *words, "--json"]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Wait for the end: exit code and JSON."""
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, json.loads(out)


def when(arm: Sandbox, happened: Callable[[Sandbox], bool], process: subprocess.Popen[str]) -> None:
    """Wait until the server has seen something (or the program has ended)."""
    while not happened(arm) and process.poll() is None:
        BREATH.wait(0.01)


def posted(resource: str) -> Callable[[Sandbox], bool]:
    """A batch of `resource` has come to the server."""
    return lambda arm: any(batch.resource == resource for batch in arm.state.batches.values())


def polled(resource: str) -> Callable[[Sandbox], bool]:
    """A batch of `resource` has been asked for."""
    return lambda arm: any(b.resource == resource and b.polls for b in arm.state.batches.values())


@pytest.mark.promise("P1", "P2", "P5")
@pytest.mark.parametrize(
    "happened",
    [posted("customers"), polled("customers"), posted("documents")],
    ids=["customers-posted", "customers-polled", "documents-posted"],
)
@pytest.mark.parametrize("delay", [0.0, 0.5])
def test_kill_then_resume(tmp_path: Path, happened: Callable[[Sandbox], bool], delay: float) -> None:
    """After `kill -9` at any moment a resume ends the run: no document twice, none lost."""
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
    """Killed between the server's work and its answer: the documents are found, not sent again."""
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
    """Ctrl-C ends cleanly with exit code 130, and resume goes on."""
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
    """Two processes with the same file: each document is sent once; the one that has to wait says so."""
    files = write_files(tmp_path)
    with Sandbox(delay=0.3, dialect={"duplicate": "accept"}) as arm:
        both = [start(["import", *files, "--yes"], arm, tmp_path / "home") for _ in range(2)]
        codes = sorted(finish(process)[0] for process in both)
        assert codes[0] == 0
        assert codes[1] in {0, 3}
        assert all(len(found) == 1 for found in arm.state.documents.values())
