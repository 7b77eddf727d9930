"""`kill -9` at every commit and every phase of an exchange, with real processes: the end is the same truth."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from journey import write_files

from armbulk.sandbox import Sandbox

KILLS = int(os.environ.get("ARMBULK_KILLS", "5"))  # points that are tried of all there are; pairs a third of it
PROCESSES = [2, 8, *([32] if os.environ.get("ARMBULK_KILLS") else [])]
PROGRAM = Path(__file__).parent / "killing.py"


class Machine:
    """One user's machine: a home folder, three files, and a stand-in ARM that would take a document twice."""

    def __init__(self, folder: Path, arm: Sandbox) -> None:
        self.folder, self.arm = folder, arm
        self.files = write_files(folder)
        self.env = {
            **os.environ, **arm.settings, "ARMBULK_HOME": str(folder / "home"), "ARMBULK_POLL_SECONDS": "0.02",
            "ARMBULK_SETTLE_SECONDS": "0", "ARMBULK_LANG": "en", "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip

    def run(self, at: int, *words: str) -> tuple[int, dict[str, Any]]:
        """Run the program, killed at a point (0: not): exit code and JSON."""
        command = [sys.executable, str(PROGRAM), str(at), str(self.folder / "count"), *words, "--json"]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert "Traceback" not in done.stderr
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}

    @property
    def points(self) -> int:
        """How many points the last whole run passed."""
        return int((self.folder / "count").read_text())

    def settled(self) -> dict[str, Any]:
        """Carry on until nothing is left; what is in doubt and not at ARM is sent again, as a person would say."""
        for _ in range(6):
            code, said = self.run(0, "resume")
            if code == 0:
                return said
            if code == 3:
                self.run(0, "resolve", "--resend", "--yes")
            elif code == 2:  # no run was begun, or all are finished
                code, said = self.run(0, "import", *self.files, "--yes")
                if code == 0:
                    return said
        raise AssertionError(said)

    def holds(self) -> dict[str, int]:
        """How many of each document ARM holds."""
        return {key: len(found) for key, found in self.arm.state.documents.items()}


def lives(folder: Path, kills: list[int]) -> int:
    """One import with these kills, and the end it must have; returns the points of a whole run."""
    folder.mkdir()
    with Sandbox(dialect={"duplicate": "accept"}) as arm:
        machine = Machine(folder, arm)
        first, *more = kills
        code, said = machine.run(first, "import", *machine.files, "--yes")
        assert code == (-signal.SIGKILL if first else 0)
        for at in more:
            machine.run(at, "resume")
        if kills != [0]:
            said = machine.settled()
        assert sum(said["outcomes"].values()) == said["rows"] == 9
        assert machine.holds() == {f"f{n}": 1 for n in range(1, 7)}
        assert arm.state.refused_over_limit == 0
        return machine.points


@pytest.mark.promise("P1", "P2", "P5")
def test_killed_at_any_point(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Killed for real once, or twice (the second time while recovering): no document twice, none lost."""
    points = lives(tmp_path / "whole", [0])
    chance = random.Random(7)
    once = sorted(chance.sample(range(1, points + 1), min(KILLS, points)))
    pairs = [[chance.randrange(1, points + 1), chance.randrange(1, 40)] for _ in range(max(KILLS // 3, 1))]
    for number, kills in enumerate([*([at] for at in once), *pairs]):
        lives(tmp_path / f"life-{number}", kills)
    figure(f"{len(once)} of the points killed at once, {len(pairs)} pairs, by SIGKILL: 0 doubled, 0 lost")


@pytest.mark.promise("P6", "P7")
@pytest.mark.parametrize("many", PROCESSES)
def test_many_at_once(tmp_path: Path, many: int) -> None:
    """So many processes with the same and overlapping files: each document is sent by one; the others say who sends."""
    with Sandbox(delay=0.2, dialect={"duplicate": "accept"}) as arm:
        machine = Machine(tmp_path, arm)
        half = write_files(_made(tmp_path / "half"), documents=3)
        command = [sys.executable, "-m", "armbulk", "import"]
        running = [
            subprocess.Popen([*command, *(machine.files if n % 2 else half), "--yes", "--json"], env=machine.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for n in range(many)
        ]  # fmt: skip
        ended = [(one.communicate(timeout=240), one.returncode) for one in running]
        assert all(code in {0, 3} for _, code in ended)
        assert any(code == 0 for _, code in ended)
        said = [json.loads(out)["error"]["message"] for (out, _), code in ended if code == 3 and "error" in out]
        assert all("is sending for client 2218" in message for message in said)
        assert machine.run(0, "import", *machine.files, "--yes")[0] in {0, 3}
        machine.settled()
        assert set(machine.holds().values()) == {1}
        assert len(machine.holds()) == 6
        assert arm.state.refused_over_limit == 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
