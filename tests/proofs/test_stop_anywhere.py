"""A signal to stop ends every command with exit code 130, whatever it waits for."""

import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.journey import sample_files
from support.paths import ROOT
from support.program import BREATH, start

from armbulk.clock import SystemClock
from armbulk.sandbox import Sandbox
from armbulk.store import Store


@pytest.fixture
def arm() -> Iterator[Sandbox]:
    """A sandbox."""
    with Sandbox(delay=0.0) as server:
        yield server


def end(process: subprocess.Popen[str], ready: Callable[[], bool], name: str = "SIGTERM") -> tuple[int, str]:
    """Send the signal once the process waits: its exit code, and what it said."""
    for _ in range(1_000):
        if ready() or process.poll() is not None:
            break
        BREATH.wait(0.02)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    return process.returncode, out


@pytest.mark.promise("P24")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_while_waiting_for_an_answer(arm: Sandbox, tmp_path: Path, name: str) -> None:
    """A server that does not answer: the first signal waits for the call, the second does not."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/arm/v1"
        words = ["export", "gl-items", "--period", "2025-02", "-o", str(tmp_path / "gl.csv")]
        process = start(words, arm, tmp_path, ARMBULK_BASE_URL=address)
        silent.settimeout(20)
        connection, _ = silent.accept()
        process.send_signal(getattr(signal, name))
        BREATH.wait(0.3)
        code, out = end(process, lambda: True, name)
        connection.close()
    assert (code, json.loads(out)["error"]["code"]) == (130, "interrupted")


@pytest.mark.promise("P24")
def test_while_waiting_for_the_store(arm: Sandbox, tmp_path: Path) -> None:
    """Another process has the database for long."""
    path = tmp_path / "armbulk.db"
    Store(f"sqlite:///{path}", SystemClock()).close()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        process = start(["runs"], arm, tmp_path)
        BREATH.wait(3.0)
        code, out = end(process, lambda: True)
    assert (code, json.loads(out)["error"]["code"]) == (130, "interrupted")


@pytest.mark.promise("P24")
@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_while_waiting_for_a_person(arm: Sandbox, tmp_path: Path, name: str) -> None:
    """The program asks a question at the terminal; whatever handlers its libraries have set, no one has to answer."""
    master, slave = pty.openpty()
    env = {**os.environ, **arm.settings, "ARMBULK_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "ARMBULK_LANG": "en"}
    command = [sys.executable, "-m", "armbulk", "import", "--first-import", *sample_files()]
    process = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave, text=True)
    shown = b""
    while b"[y/N]: " not in shown and process.poll() is None:
        shown += os.read(master, 4096)
    BREATH.wait(0.5)  # until it reads
    process.send_signal(signal.Signals[name])
    assert process.wait(20) == 130
    os.close(slave)
    os.close(master)


@pytest.mark.promise("P24")
def test_a_server_for_tests_ends_with_the_same_code(arm: Sandbox, tmp_path: Path) -> None:
    """`armbulk sandbox` ends on a signal only."""
    process = start(["sandbox"], arm, tmp_path)
    assert process.stdout is not None
    process.stdout.readline()
    assert end(process, lambda: True)[0] == 130
