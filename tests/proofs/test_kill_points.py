"""Real processes killed at every commit and every phase of a call."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.journey import write_files
from support.paths import TESTS

from armbulk.sandbox import Sandbox

KILLS = int(os.environ.get("ARMBULK_KILLS", "12"))  # points that are tried of all there are; pairs a third of it
PROCESSES = [2, 8, *([32] if os.environ.get("ARMBULK_KILLS") else [])]
PROGRAM = TESTS / "support" / "killable_program.py"

Hit = tuple[int, str]


class Nursery:
    """Where processes come from: one that has armbulk loaded, and forks."""

    def __init__(self) -> None:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(PROGRAM)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environ}
        self._process: subprocess.Popen[str] = subprocess.Popen(command, **pipes)  # type: ignore[call-overload]

    def live(self, order: dict[str, Any]) -> int:
        """One process, from its start to its end: the exit code, negative for a signal."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """No more."""
        self._process.communicate()


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One for all tests here."""
    made = Nursery()
    yield made
    made.close()


class Machine:
    """One user's machine: a home folder, three files, and a sandbox that would take a document twice."""

    def __init__(self, folder: Path, arm: Sandbox, nursery: Nursery) -> None:
        self.folder, self.arm, self._nursery = folder, arm, nursery
        self.files = write_files(folder)
        self.env = {
            **os.environ, **arm.settings, "ARMBULK_HOME": str(folder / "home"), "ARMBULK_POLL_SECONDS": "0.02",
            "ARMBULK_SETTLE_SECONDS": "0", "ARMBULK_LANG": "en", "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip

    def run(self, hits: list[Hit], *words: str) -> tuple[int, dict[str, Any]]:
        """Run the program, with signals at points: exit code and JSON."""
        order = {"words": [*words, "--json"], "env": self.env, "folder": str(self.folder), "hits": hits}
        code = self._nursery.live(order)
        assert "Traceback" not in (self.folder / "err").read_text()
        out = (self.folder / "out").read_text()
        return code, json.loads(out) if out.strip() else {}

    @property
    def points(self) -> int:
        """How many points the last process passed that was not killed."""
        return int((self.folder / "count").read_text())

    def settled(self) -> dict[str, Any]:
        """Carry on until nothing is left; what is in doubt and not at ARM is sent again, as a person would say."""
        for _ in range(6):
            code, said = self.run([], "resume")
            if code == 0:
                return said
            if code == 3:
                assert self.run([], "resolve", "--resend", "--yes")[0] in {0, 3}
                continue
            assert (code, said["error"]["code"]) == (2, "nothing-unfinished")
            if self.run([], "runs")[1]["runs"]:
                return self.run([], "show", "1")[1]
            code, said = self.run([], "import", *self.files, "--yes")
            assert code == 0
            return said
        raise AssertionError(said)

    def holds(self) -> dict[str, int]:
        """How many of each document ARM has."""
        return {key: len(found) for key, found in self.arm.state.documents.items()}

    def true(self, said: dict[str, Any]) -> None:
        """The one end: by ARM's own books, by the report, and by the workbook."""
        assert (said["state"], said["rows"], sum(said["outcomes"].values())) == ("finished", 9, 9)
        assert said["outcomes"]["created"] + said["outcomes"]["unchanged"] + said["outcomes"]["updated"] == 9
        assert self.holds() == {f"f{n}": 1 for n in range(1, 7)}
        booked = [Decimal(one["currencyAmounts"]["inclVat"]) for (one,) in self.arm.state.documents.values()]
        assert sum(booked) == 6 * 250
        assert self.arm.state.refused_over_limit == 0
        page = openpyxl.load_workbook(said["result"])["documents"]
        heads = [cell.value for cell in page[1]]
        outcomes = [row[heads.index("ARM outcome")] for row in page.iter_rows(min_row=2, values_only=True)]
        assert outcomes == ["created"] * 6


def lives(nursery: Nursery, folder: Path, kills: list[int]) -> int:
    """One import with these kills, and the end it must have; returns the points of a whole run."""
    folder.mkdir()
    with Sandbox(dialect={"duplicate": "accept"}) as arm:
        machine = Machine(folder, arm, nursery)
        first, *more = kills
        code, said = machine.run([(first, "SIGKILL")], "import", *machine.files, "--yes")
        assert code == (-signal.SIGKILL if first else 0)
        for at in more:
            assert machine.run([(at, "SIGKILL")], "resume")[0] in {-signal.SIGKILL, 0, 2, 3}
        points = machine.points if not first else 0
        machine.true(machine.settled() if first else said)
        return points


@pytest.fixture(scope="module")
def points(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many points a whole import passes."""
    return lives(nursery, tmp_path_factory.mktemp("whole") / "life", [0])


@pytest.mark.promise("P1", "P2", "P5")
def test_killed_at_any_point(nursery: Nursery, points: int, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Processes killed once, or again during recovery, send no document twice and lose none."""
    chance = random.Random(7)
    once = sorted(chance.sample(range(1, points + 1), min(KILLS, points)))
    pairs = [[chance.randrange(1, points + 1), chance.randrange(1, points // 2)] for _ in range(max(KILLS // 3, 1))]
    for number, kills in enumerate([*([at] for at in once), *pairs]):
        lives(nursery, tmp_path / f"life-{number}", kills)
    figure(f"{len(once)} of {points} points killed at once, {len(pairs)} pairs, by SIGKILL: 0 doubled, 0 lost")


@pytest.mark.promise("P24")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_asked_to_stop_at_any_point(nursery: Nursery, points: int, tmp_path: Path, name: str) -> None:
    """SIGINT, SIGTERM and SIGHUP end the program with exit code 130 at any point, and resume continues the run."""
    chance = random.Random(name)
    for at in chance.sample(range(1, points + 1), min(max(KILLS // 5, 1), points)):
        folder = _made(tmp_path / str(at))
        with Sandbox(dialect={"duplicate": "accept"}) as arm:
            machine = Machine(folder, arm, nursery)
            code, said = machine.run([(at, name)], "import", *machine.files, "--yes")
            state = said.get("state") or said["error"]["code"]
            assert (code, state) in {(0, "finished"), (130, "finished"), (130, "interrupted")}, at
            machine.true(said if state == "finished" else machine.settled())


@pytest.mark.promise("P24")
def test_asked_twice_to_stop(nursery: Nursery, points: int, tmp_path: Path) -> None:
    """The first Ctrl-C finishes the current call, the second stops at once; open documents are looked up later."""
    for at in (points // 3, points // 2):
        folder = _made(tmp_path / str(at))
        with Sandbox(dialect={"duplicate": "accept"}) as arm:
            machine = Machine(folder, arm, nursery)
            hits = [(at, "SIGINT"), (at + 1, "SIGINT")]
            code, said = machine.run(hits, "import", *machine.files, "--yes")
            assert (code, said["error"]["code"]) == (130, "interrupted")
            assert machine.points == at + 1
            machine.true(machine.settled())


@pytest.mark.promise("P6", "P7")
@pytest.mark.parametrize("many", PROCESSES)
def test_many_at_once(nursery: Nursery, tmp_path: Path, many: int) -> None:
    """Many processes import the same and overlapping files: each document is sent by one; the others name that run."""
    with Sandbox(delay=0.2, dialect={"duplicate": "accept"}) as arm:
        machine = Machine(tmp_path, arm, nursery)
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
        assert machine.run([], "import", *machine.files, "--yes")[0] in {0, 3}
        machine.settled()
        assert set(machine.holds().values()) == {1}
        assert len(machine.holds()) == 6
        assert arm.state.refused_over_limit == 0


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
