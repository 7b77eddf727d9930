"""Progress of whole commands: in a pipe, for a program, and at a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.commands import call
from support.journey import sample_files, write_files
from support.paths import ROOT

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def test_a_pipe_gets_lines_and_a_program_json(tmp_path: Path) -> None:
    """Phases on stderr; with --json --progress one object a line, and one object on stdout; --quiet gets neither."""
    files = write_files(tmp_path)
    with Sandbox(delay=0.0) as arm:
        _code, _out, err = call("import", *files, "--yes", "--limit", "2", env=arm.settings)
        assert re.search(r"Check files\nCheck files: done in \d+ s\n", err)
        assert re.search(r"Send records: 2 records\n(?:.*\n)*Send records: 2 of 2 records done in \d+ s\n", err)
        assert re.search(r"Read outcomes: 2 of 2 records done in \d+ s\n", err)
        code, out, err = call("import", *files, "--yes", "--json", "--progress", env=arm.settings)
        assert (code, json.loads(out)["rows"]) == (0, 9)
        events = [json.loads(line) for line in err.splitlines()]
        assert [event["doing"] for event in events[:3]] == ["started", "ended", "started"]
        assert {"check", "look_up", "send", "outcomes"} <= {event["phase"] for event in events}
        last = events[-1]
        assert (last["doing"], last["records"]["outcomes"]) == ("ended", {"done": 7, "total": 7})
        assert last["limits"][0]["used"] == len(arm.state.requests)
        assert call("export", "customers", "-o", str(tmp_path / "x.csv"), "--quiet", env=arm.settings)[1:] == ("", "")
        code, out, err = call(
            "export", "customers", "-o", str(tmp_path / "y.csv"), "--json", "--progress", env=arm.settings
        )
        events = [json.loads(line) for line in err.splitlines()]
        assert [event["records"]["download"] for event in events if event.get("phase") == "download"] == [
            {"done": 3, "total": 3}
        ]
        assert "note" in {event["event"] for event in events}


@pytest.mark.proof
def test_a_terminal_shows_phases_and_stops_safely(tmp_path: Path) -> None:
    """A question, then bars; Ctrl-C stops, nothing of the display is left, and the command to continue is named."""
    master, slave = pty.openpty()
    with Sandbox(delay=60.0) as arm:
        env = {**os.environ, **arm.settings, "ARMBULK_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "TERM": "xterm"}
        command = [sys.executable, "-m", "armbulk", "import", *sample_files(), "-o", str(tmp_path / "r.xlsx")]
        process = subprocess.Popen(command, env=env, stdin=slave, stdout=slave, stderr=slave, text=True)
        shown = read_until(master, b"[y/N]: ")
        assert b"\x1b[32mthe sandbox" in shown
        os.write(master, b"y\n")
        shown = read_until(master, b"Ctrl-C to stop safely")
        assert b"Send records" in shown + read_until(master, b"ARM is processing what was sent")
        process.send_signal(signal.SIGINT)
        end = read_until(master, b"armbulk resume 1")
        assert b"Interrupted. Nothing is lost." in end
        assert process.wait(20) == 130
    os.close(slave)
    os.close(master)


def read_until(terminal: int, text: bytes) -> bytes:
    """Return what a terminal shows until a text; the end of the program is an error."""
    shown = b""
    while text not in shown:
        shown += os.read(terminal, 4096)
    return shown
