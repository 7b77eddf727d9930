"""The real store, the real session, a real server: dying at every commit and every byte, and again while recovering."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from support.journey import Journey, journey, outcomes, sample_files, write_files

from armbulk.app.runs import send_run
from armbulk.context import Context
from armbulk.errors import StoreError
from armbulk.results.run_result import RunResult, load_result
from armbulk.store import Store

WRITES = (
    "record_intent",
    "save_response",
    "move_batch",
    "save_results",
    "save_outcomes",
    "append_message",
    "save_lookup",
    "recover",
    "reserve",
    "settle",
    "block",
    "end_session",
)
PAIRS = 40


class Crash(BaseException):
    """The program dies here."""


class Fate:
    """Counts the places to die, and kills at the next one chosen."""

    def __init__(self) -> None:
        self.at, self.kill = 0, 0

    def point(self) -> None:
        """One place."""
        self.at += 1
        if self.at == self.kill:
            raise Crash


class Mortal(httpx.BaseTransport):
    """The network, with a place to die before the bytes leave and one before the answer is seen."""

    def __init__(self, fate: Fate) -> None:
        self._fate, self._inner = fate, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request out."""
        self._fate.point()
        response = self._inner.handle_request(request)
        self._fate.point()
        return response

    def close(self) -> None:
        """Let go."""
        self._inner.close()


def mortal(way: Journey, fate: Fate) -> Store:
    """The store, with a place to die before and after each commit."""
    store = Store(way.bench.profile.store_url, way.clock)

    def wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            fate.point()
            made = method(*given, **named)
            fate.point()
            return made

        return call

    for name in WRITES:
        setattr(store, name, wrapped(getattr(store, name)))
    return store


def session(way: Journey, run: int, fate: Fate) -> str:
    """One start of the program, which may die; what it leaves is on disk."""
    store = mortal(way, fate)
    bench = Context(way.bench.profile, way.clock, Mortal(fate))
    try:
        return send_run(bench, store, store.run(run), wait=True, progress=lambda _: None)
    except Crash:
        return "killed"
    finally:
        store.close()


def to_the_end(way: Journey, run: int, kills: tuple[int, ...]) -> RunResult:
    """Start, die, start again, until nothing is left to do."""
    fate = Fate()
    for kill in (*kills, 0, 0, 0):
        fate.at, fate.kill = 0, kill
        if session(way, run, fate) == "finished":
            break
        way.clock.sleep(2_500)
    return load_result(way.store, run)


def true(way: Journey, stood: RunResult) -> None:
    """Nothing twice, nothing lost, every record accounted for, every word true."""
    held = way.documents()
    assert all(count == 1 for count in held.values())
    assert sum(stood.count_outcomes().values()) == stood.items.height
    for one in stood.items.iter_rows(named=True):
        if one["resource"] == "documents":
            there = one["key_norm"] in held
            assert there == (one["outcome"] in {"created", "created_with_warnings"}) or one["outcome"] == "in_doubt"


def begun(way: Journey) -> int:
    """A run that is stored, with two batches of documents."""
    return way.begin(sample_files(documents=4, lines=1))


SMALL = {"ARMBULK_BATCH_DOCUMENTS": "2"}
EVERY = 1 if os.environ.get("ARMBULK_KILLS") else 2  # how far apart the places are that are tried


@pytest.mark.promise("P1", "P2", "P5")
def test_every_place_to_die(tmp_path: Path) -> None:
    """Killed once at every other of the K places of a run (all in `make soak`), then resumed: the same truth."""
    with journey(tmp_path, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
        fate = Fate()
        assert session(way, begun(way), fate) == "finished"
        places = fate.at
    assert places > 40
    for place in range(1, places + 1, EVERY):
        folder = tmp_path / str(place)
        folder.mkdir()
        with journey(folder, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
            true(way, to_the_end(way, begun(way), (place,)))


@pytest.mark.promise("P1", "P2", "P5")
@pytest.mark.parametrize("seed", range(PAIRS))
def test_pairs_of_places_to_die(tmp_path: Path, seed: int) -> None:
    """Killed twice, the second time while recovering: the end is the same truth."""
    chance = random.Random(seed)
    kills = (chance.randrange(1, 70), chance.randrange(1, 50))
    fault = chance.choice([[], ["lose-after:POST:documents/batches:1"], ["500-applied:POST:documents/batches:1"]])
    with journey(tmp_path, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0, faults=fault) as way:
        true(way, to_the_end(way, begun(way), kills))


@pytest.mark.promise("P30")
def test_a_damaged_store_is_never_replaced(tmp_path: Path) -> None:
    """It knows which invoices were sent: damaged, newer or unreadable, it is left alone and named."""
    with journey(tmp_path) as way:
        assert outcomes(way.run(sample_files()))["created"] == 9
        way.store.close()
        path = tmp_path / "home" / "armbulk.db"
        with sqlite3.connect(path) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        sound = path.read_bytes()
        for damage in (
            sound[: len(sound) // 2],
            b"no database at all " * 500,
            sound[:4096] + bytes(4096) + sound[8192:],
        ):
            path.write_bytes(damage)
            with pytest.raises(StoreError) as refused:
                Store(way.bench.profile.store_url, way.clock)
            assert refused.value.code in {"store-damaged", "store-unusable"}
            assert path.read_bytes() == damage
            for beside in path.parent.glob("armbulk.db-*"):
                beside.unlink()
        path.write_bytes(sound)
        with sqlite3.connect(path) as raw:
            raw.execute("PRAGMA user_version = 99")
        raw.close()
        with pytest.raises(StoreError, match="newer"):
            Store(way.bench.profile.store_url, way.clock)


@pytest.mark.promise("P30")
def test_a_store_of_the_first_layout_is_brought_along(tmp_path: Path) -> None:
    """A store written by the version before opens, and still knows what was sent."""
    with journey(tmp_path) as way:
        files = write_files(tmp_path)
        way.run(files)
        way.store.close()
        path = tmp_path / "home" / "armbulk.db"
        with sqlite3.connect(path) as raw:
            raw.executescript(
                "DROP TABLE look; ALTER TABLE batch DROP COLUMN rounds; ALTER TABLE batch DROP COLUMN finished;"
                "ALTER TABLE sent_key DROP COLUMN outcome; ALTER TABLE usage_clock DROP COLUMN heard;"
                "DROP TABLE usage_foreign; ALTER TABLE item DROP COLUMN base;"
                "PRAGMA user_version = 1;"
            )
        raw.close()
        way.store = Store(way.bench.profile.store_url, way.clock)
        assert way.run(files).count_outcomes()["already_sent"] == 6


def test_no_room_is_said_as_what_it_is(tmp_path: Path) -> None:
    """A store that cannot grow is a store error with a remedy, and nothing was posted."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files(documents=400))

        def small(raw: Any, _: object) -> None:
            raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")

        way.store._engine.dispose()
        sa.event.listen(way.store._engine, "connect", small)
        with pytest.raises(StoreError, match="full"):
            way.carry_on(run)
        assert all(count == 1 for count in way.documents().values())
