"""A run that is killed at a chosen commit of the real store, or before or after a call."""

from collections.abc import Callable
from typing import Any

import httpx

from armbulk.app.runs import send_run
from armbulk.context import Context
from armbulk.results.run_result import RunResult, load_result
from armbulk.store import Store
from support.journey import Journey, sample_files
from support.loopback import open_loopback

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
        self._fate, self._inner = fate, open_loopback()

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
    store = way.bench.open_store()

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
