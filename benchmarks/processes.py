"""Run a command in a fresh process, and measure it as the operating system does."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).parent.parent
STARTED = "BENCHMARK_STARTED"
"""The environment variable with the time (monotonic) at which a process was started."""

_PER_MB = 1024 * 1024 if sys.platform == "darwin" else 1024  # macOS counts bytes, others KiB

_LEFT_OUT = ("ARMBULK_", "PYTHONDONTWRITEBYTECODE")
"""Beginnings of environment variables that the commands do not get: an installed program has its bytecode."""


@dataclass(frozen=True, slots=True)
class Command:
    """Arguments for this Python, additional environment variables, and the exit codes that are right."""

    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    exits: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one process took.

    Attributes:
        cpu: Seconds of CPU, of all its threads, user and system.
        wall: Seconds on the clock.
        memory: The most memory it had at a time, in MB (VmHWM).
        output: The JSON object that it printed; empty when it printed none.
    """

    cpu: float
    wall: float
    memory: float
    output: dict[str, Any]


class CommandError(Exception):
    """A command ended with a wrong exit code."""


def module(name: str, *arguments: object, environ: Mapping[str, str] = MappingProxyType({})) -> Command:
    """Return the command that runs a module of this folder."""
    return Command(("-m", f"benchmarks.{name}", *map(str, arguments)), environ)


def armbulk(*arguments: object, environ: Mapping[str, str], exits: tuple[int, ...] = (0,)) -> Command:
    """Return the command that runs armbulk, as it is where only armbulk is installed."""
    paths = [str(ROOT / "benchmarks" / "absent"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return Command(("-m", "armbulk", *map(str, arguments)), {"PYTHONPATH": os.pathsep.join(paths), **environ}, exits)


def run(command: Command) -> Measurement:
    """Run a command, and return what it took; CommandError when its exit code is wrong.

    This process stays small: Linux counts the memory that a process has before it becomes the command.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
    with TemporaryFile() as output, TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *command.words],
            cwd=ROOT,
            env={**own, **command.environ, STARTED: str(began)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text, messages = output.read().decode(), errors.read().decode()
    if process.returncode not in command.exits:
        last = f"{text[-1_000:]}\n{messages[-2_000:]}"
        raise CommandError(f"{' '.join(command.words)}\nended with exit code {process.returncode}:\n{last}")
    printed = json.loads(text) if text.startswith("{") else {}
    return Measurement(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / _PER_MB, printed)
