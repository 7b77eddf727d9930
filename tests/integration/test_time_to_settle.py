"""How long a document that ARM does not know may still arrive."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.journey import Journey, journey, sample_files
from support.loopback import open_loopback

from armbulk.model.batch_state import BatchState

SETTLE = 1_800.0


class Killed(BaseException):
    """The process dies here."""


class Killing(httpx.BaseTransport):
    """The process dies while it posts documents."""

    def __init__(self) -> None:
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Die, or pass the call on."""
        if request.method == "POST" and "/documents/" in request.url.path:
            raise Killed
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


def state_after(way: Journey, run: int, seconds: float) -> BatchState:
    """The state of the run's documents when it is resumed so many seconds later."""
    way.clock.sleep(seconds)
    way.carry_on(run)
    return next(batch.state for batch in way.store.batches(run) if batch.resource == "documents")


def test_a_call_that_was_killed_may_have_taken_its_whole_time(tmp_path: Path) -> None:
    """The request may have left two minutes after the intent: time to settle begins then."""
    with journey(tmp_path) as way:
        bench, run = way.bench, way.begin(sample_files())
        way.bench = replace(bench, transport=Killing())
        with pytest.raises(Killed):
            way.carry_on(run)
        way.bench, began = bench, way.clock.now()
        assert state_after(way, run, 60) is BatchState.IN_DOUBT
        assert state_after(way, run, began + SETTLE + 60 - way.clock.now()) is BatchState.IN_DOUBT
        assert state_after(way, run, began + SETTLE + 121 - way.clock.now()) is BatchState.QUARANTINED


def test_a_client_with_slow_batches_waits_longer(tmp_path: Path) -> None:
    """A batch once took a thousand seconds: a lost document may take three times as long."""
    with journey(tmp_path, delay=1_000.0) as way:
        way.run(sample_files(documents=1))
        way.sandbox.add_fault("lose-before:POST:documents/batches:1")
        run = way.begin(sample_files(documents=2))
        began = way.clock.now()
        way.carry_on(run)
        assert state_after(way, run, began + SETTLE + 200 - way.clock.now()) is BatchState.IN_DOUBT
        assert state_after(way, run, began + 3_500 - way.clock.now()) is BatchState.QUARANTINED
