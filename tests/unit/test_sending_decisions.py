"""The sender over a store and an ARM in memory: a sample of crash points; tests/proofs tries every pair of them."""

import pytest
from support import sending_model as model

from armbulk.arm import client
from armbulk.model.batch_state import is_settled


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
