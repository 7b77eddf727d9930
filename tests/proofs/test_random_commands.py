"""Random commands on one or two machines, with calls that are lost and processes that die: each document once."""

from pathlib import Path

import pytest
from support.random_commands import play

from armbulk.store import Store, decisions

ADDRESSES = 5
"""A sequence that sends documents to both names of the server."""


@pytest.mark.proof
@pytest.mark.promise("P1", "P4")
@pytest.mark.parametrize(("seed", "machines"), [(ADDRESSES, 1), (3, 2)])
def test_each_document_is_created_once(tmp_path: Path, seed: int, machines: int) -> None:
    """Nothing is created twice, every outcome is true, and what ARM does not have was given up by a person."""
    play(tmp_path, seed, steps=5, machines=machines, sole=machines == 1, other_address=0.5 if machines == 1 else 0.0)


@pytest.mark.proof
def test_a_second_address_is_no_second_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking about what was sent to the other address, documents are created twice."""
    monkeypatch.setattr(Store, "numbers_sent_elsewhere", lambda *_: frozenset())
    monkeypatch.setattr(decisions, "verify_no_doubt_elsewhere", lambda *_: None)
    with pytest.raises(AssertionError, match="2"):
        play(tmp_path, ADDRESSES, steps=5, machines=1, sole=True, other_address=0.5)
