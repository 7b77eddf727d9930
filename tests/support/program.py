"""The real program in its own process, and what the server has received from it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from armbulk.sandbox import Sandbox
from support.paths import ROOT

BREATH = threading.Event()  # never set: a short breath between two looks at a real process


def start(words: list[str], arm: Sandbox, home: Path, **settings: str) -> subprocess.Popen[str]:
    """Start the program as a user would."""
    env = {**os.environ, **arm.settings, "ARMBULK_HOME": str(home), "ARMBULK_POLL_SECONDS": "0.05", **settings}
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
