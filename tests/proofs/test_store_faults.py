"""The disk under the store fails at each of its calls, before or after its work, once or from then on."""

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support.journey import Journey, journey, write_files

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run
from armbulk.errors import StoreError
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import load_result
from armbulk.store import Store
from armbulk.validation.check import Checked, check_files

FAULTS = int(os.environ.get("ARMBULK_FAULTS", "20"))  # statements that fail, of all there are; commits are tried all
FAILURES = {  # SQLite's result code → what people read
    sqlite3.SQLITE_IOERR: "The disk or the network reported an error",
    sqlite3.SQLITE_FULL: "No space left on device",
    sqlite3.SQLITE_READONLY: "It is read-only",
}
MODES = ("once before", "once after", "from then on")
SMALL = {"ARMBULK_BATCH_DOCUMENTS": "2"}


class Disk:
    """Counts what the store asks of its disk, and fails at one call, or from it on."""

    def __init__(self, calls: str = "", failing: int = 0, mode: str = "") -> None:
        self._calls, self._failing, self._mode = calls, failing, mode
        self.counted = {"do_commit": 0, "do_execute": 0}
        self.failed, self.lasting = False, mode == "from then on"

    @contextmanager
    def under(self, store: Store) -> Iterator[None]:
        """Lie under a store for a while."""
        dialect = store._engine.dialect
        for name in self.counted:
            setattr(dialect, name, self._around(name, getattr(dialect, name)))
        try:
            yield
        finally:
            for name in self.counted:
                delattr(dialect, name)

    def _around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def made(*given: Any, **named: Any) -> Any:
            self.counted[name] += 1
            fails = self._now(name)
            if not fails or self._mode == "once after":
                call(*given, **named)
            if fails:
                self.failed = True
                error = sqlite3.OperationalError("the disk failed")
                error.sqlite_errorcode = list(FAILURES)[self._failing % len(FAILURES)]
                raise error

        return made

    def _now(self, name: str) -> bool:
        if self.failed:
            return self.lasting
        return name == self._calls and self.counted[name] == self._failing


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Files that are read once for all."""
    return check_files(write_files(tmp_path_factory.mktemp("files"), documents=4, lines=1))


@contextmanager
def begun(folder: Path, checked: Checked) -> Iterator[tuple[Journey, int]]:
    """A run that is stored, of customers and two batches of documents."""
    with journey(folder, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
        ready = build_plan(way.bench, way.store, checked, ImportOptions())
        yield way, create_run(way.bench, way.store, ready, InputFiles(()))


def posts(way: Journey) -> int:
    """How many calls ARM has seen that change something."""
    return sum(call.method == "POST" for call in way.sandbox.state.requests)


def survives(folder: Path, checked: Checked, disk: Disk) -> None:
    """One run on a disk that fails; with a sound disk again it comes to the one end."""
    folder.mkdir()
    with begun(folder, checked) as (way, run):
        with disk.under(way.store), pytest.raises(StoreError) as refused:
            way.carry_on(run)
        assert any(words in refused.value.message for words in FAILURES.values())
        assert not _unrecorded(folder / "home" / "armbulk.db", way)
        before = posts(way)
        if disk.lasting:
            with disk.under(way.store), pytest.raises(StoreError):
                way.carry_on(run)
        assert posts(way) == before
        for _ in range(4):
            way.clock.sleep(2_500)
            if way.carry_on(run) == "finished":
                break
        held = way.documents()
        assert set(held.values()) <= {1}
        stood = load_result(way.store, run)
        assert sum(stood.count_outcomes().values()) == stood.items.height == 7
        for one in stood.items.filter(stood.items["resource"] == "documents").iter_rows(named=True):
            assert one["outcome"] == ("created" if one["key_norm"] in held else "in_doubt")


def _unrecorded(path: Path, way: Journey) -> set[str]:
    """Documents that ARM has and that the store takes for unsent: what must never be."""
    query = "SELECT key_norm FROM item JOIN batch ON batch.id = item.batch WHERE state = 'planned'"
    with sqlite3.connect(path) as raw:
        at_home = {key for (key,) in raw.execute(query + " AND item.resource = 'documents'")}
    raw.close()
    return at_home & set(way.documents())


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory, checked: Checked) -> dict[str, int]:
    """What a whole run asks of its disk."""
    disk = Disk()
    with begun(tmp_path_factory.mktemp("whole"), checked) as (way, run), disk.under(way.store):
        assert way.carry_on(run) == "finished"
    return disk.counted


@pytest.mark.promise("P5")
@pytest.mark.parametrize("mode", MODES)
def test_a_commit_that_fails(
    tmp_path: Path, checked: Checked, calls: dict[str, int], mode: str, figure: Callable[[str], None]
) -> None:
    """L03: when a commit fails, before or after its work, once or from then on, nothing that was sent is unrecorded."""
    numbers = range(1, calls["do_commit"] + 1)
    chosen = numbers if calls["do_execute"] <= FAULTS else numbers[MODES.index(mode) :: len(MODES)]
    for number in chosen:
        survives(tmp_path / str(number), checked, Disk("do_commit", number, mode))
    figure(f"{len(chosen)} of {calls['do_commit']} commits failed, {mode}: 0 doubled, 0 lost")


@pytest.mark.promise("P5")
def test_a_statement_that_fails(
    tmp_path: Path, checked: Checked, calls: dict[str, int], figure: Callable[[str], None]
) -> None:
    """L03: when a statement inside a transaction fails, nothing that was sent is unrecorded."""
    every = [(number, mode) for number in range(1, calls["do_execute"] + 1) for mode in MODES]
    chosen = random.Random(5).sample(every, min(FAULTS, len(every)))
    for number, mode in chosen:
        survives(tmp_path / f"{number} {mode}", checked, Disk("do_execute", number, mode))
    figure(f"{len(chosen)} statements failed, of {calls['do_execute']} in {len(MODES)} ways: 0 doubled, 0 lost")
