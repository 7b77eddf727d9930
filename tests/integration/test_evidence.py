"""The evidence bundle of a run: what was sent, when, on which file's basis, what ARM answered; and its check."""

import hmac
from pathlib import Path

from support.journey import journey, sample_files


def test_the_intent_has_a_hash_of_each_record(tmp_path: Path) -> None:
    """Each submit is stored with the HMAC of the exact JSON of each record, in order, and with what ARM answered."""
    with journey(tmp_path, faults=["429:POST:documents/batches:1"]) as way:
        run = way.begin(sample_files())
        batches = {batch.id: way.store.open_records(batch.id) for batch in way.store.batches(run)}
        key = (way.store.hash_key(run) or "").encode()
        assert way.carry_on(run) == "finished"
        events = way.store.run_events(run)
    submits = [(event.batch, event.sent) for event in events if event.sent is not None]
    assert [batch for batch, _ in submits] == [1, 2, 2]
    assert len(key) == 64
    for batch, sent in submits:
        payloads = [(record.no, record.payload) for record in batches[batch or 0]]
        assert sent == tuple((no, hmac.digest(key, text.encode(), "sha256").hex()) for no, text in payloads)
    answers = [event for event in events if event.status is not None]
    assert [(event.status, bool(event.uuid)) for event in answers] == [(202, True), (429, False), (202, True)]
    assert all(abs((event.arm_time or 0) - event.when) <= 1 for event in answers)
