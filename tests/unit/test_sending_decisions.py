"""The sender over a store and an ARM in memory: a sample of crash points; tests/proofs tries every pair of them."""

from pathlib import Path
from random import Random

import polars as pl
import pytest
import sqlalchemy as sa
from support import sending_model as model

from armbulk.arm import client
from armbulk.clock import SystemClock
from armbulk.model.batch_state import FINAL_STATES, BatchState, is_settled
from armbulk.model.progress import BatchProgress
from armbulk.sending.next_step import next_step
from armbulk.sending.sender import Sender
from armbulk.sending.session import SendingSession
from armbulk.store import Store
from armbulk.store.rows import ITEM_SCHEMA
from armbulk.store.schema import batch


def test_no_document_twice_none_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """For every behaviour of ARM, with no crash or two, no document is duplicated, lost or without an outcome."""
    monkeypatch.setattr(client, "build_body", model.build_plain_body)
    counted = model.tally(model.sample())
    assert counted["runs"] == 2 * len(list(model.behaviours()))
    assert [counted[name] for name in ("doubled", "lost", "unaccounted", "lawless")] == [0, 0, 0, 0]
    assert counted["waiting"] > 0  # what cannot be known waits for a person


@pytest.mark.parametrize(
    ("rounds", "passed", "settled"), [(0, 9_999, False), (1, 9_999, False), (2, 1_799, False), (2, 1_800, True)]
)
def test_what_is_missing_is_missing_after_two_look_ups_and_time(rounds: int, passed: float, settled: bool) -> None:
    """One look-up, or two at once, leave a document in doubt."""
    assert is_settled(1_000.0, 1_800.0, rounds, 1_000.0 + passed) is settled


def test_the_next_step_depends_on_few_planned_batches(tmp_path: Path) -> None:
    """Whatever state batches are in, and whichever were put off, the batches at hand lead to the step that all do."""
    random, clock = Random(16), SystemClock()
    store = Store(f"sqlite:///{tmp_path}/armbulk.db", clock)
    new = {"origin": "o", "client_no": "1", "profile": "p", "sha256": {}, "options": {}}
    planned = [(no, random.choice(["customers", "documents"]), "POST") for no in range(12)]
    store.create_run(new, pl.DataFrame(schema=ITEM_SCHEMA), planned)
    session = SendingSession(store, None, clock, store.run(1), model.LIMITS, "u", model.PACE)  # type: ignore[arg-type]
    sender, steps = Sender(session), set()
    change = sa.update(batch).where(batch.c.id == sa.bindparam("of"))
    change = change.values(state=sa.bindparam("to"), resource=sa.bindparam("name"))
    states = [BatchState.PLANNED] * 12 + list(BatchState) + list(FINAL_STATES) * 4
    for _ in range(100):
        resources = random.choices(["customers", "documents"], k=12)
        rows = zip(range(1, 13), random.choices(states, k=12), resources, strict=True)
        with store._engine.begin() as conn:
            conn.execute(change, [{"of": number, "to": to.value, "name": name} for number, to, name in rows])
        put_off = random.sample(range(1, 13), random.choice([0, 1, 4, 12]))
        session.batch_progress = {
            number: BatchProgress(due=clock.now() + random.choice([0, 1_000, 2_000])) for number in put_off
        }
        now, few, every = clock.now(), session.batches_at_hand(), session.unfinished_batches()
        step = next_step(list(map(sender._view, few)), now)
        assert step == next_step(list(map(sender._view, every)), now)
        steps.add(type(step))
        assert len(few) <= len(every)
    assert len(steps) >= 4  # of all kinds
