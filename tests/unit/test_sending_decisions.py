"""The sender over a store and an ARM in memory: a sample of crash points; tests/proofs tries every pair of them."""

import pytest
from support import sending_model as model

from armbulk.arm import client


def test_no_document_twice_none_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """In every behaviour of ARM, with two deaths or none, no document is doubled, lost or without an account."""
    monkeypatch.setattr(client, "build_body", model.build_plain_body)
    counted = model.tally(model.sample())
    assert counted["runs"] == 2 * len(model.POSTS) * len(model.POLLS) * len(model.VISIBLE)
    assert [counted[name] for name in ("doubled", "lost", "unaccounted", "lawless")] == [0, 0, 0, 0]
    assert counted["waiting"] > 0  # what cannot be known waits for a person
