"""The states of a batch, and the transitions between them. The store is the only writer."""

from enum import StrEnum


class BatchState(StrEnum):
    """The state of a batch; each member's comment is what is certain. The values are stored."""

    PLANNED = "planned"  # no byte of it has left
    POSTING = "posting"  # it may have left: the intent is on disk, the answer is not
    ACCEPTED = "accepted"  # ARM gave a batchUuid
    IN_DOUBT = "in_doubt"  # it may have arrived, and only ARM can tell
    QUARANTINED = "quarantined"  # looked up twice, with time to settle, and not found: a person must decide
    FINISHED = "finished"  # every record has an outcome
    REFUSED = "refused"  # ARM turned the whole batch away; nothing of it was applied


TRANSITIONS: dict[BatchState, frozenset[BatchState]] = {
    BatchState.PLANNED: frozenset({BatchState.POSTING, BatchState.FINISHED}),
    BatchState.POSTING: frozenset(
        {BatchState.ACCEPTED, BatchState.REFUSED, BatchState.IN_DOUBT, BatchState.PLANNED, BatchState.FINISHED}
    ),
    BatchState.ACCEPTED: frozenset({BatchState.FINISHED, BatchState.IN_DOUBT}),
    BatchState.IN_DOUBT: frozenset({BatchState.FINISHED, BatchState.PLANNED, BatchState.QUARANTINED}),
    BatchState.QUARANTINED: frozenset({BatchState.FINISHED}),
    BatchState.FINISHED: frozenset(),
    BatchState.REFUSED: frozenset(),
}
"""`PLANNED → FINISHED`: nothing was left to send. `POSTING → FINISHED`: the answer states every record's outcome.
`IN_DOUBT → PLANNED`: customers only, which are upserts.
"""

FINAL_STATES = frozenset({BatchState.FINISHED, BatchState.REFUSED})

NEEDS_DECISION = frozenset({BatchState.QUARANTINED})
"""States that only a person changes."""


def is_settled(departure: float, transit: float, rounds: int, now: float) -> bool:
    """Return whether a document that ARM did not know in `rounds` complete look-ups counts as missing at `now`.

    That takes two look-ups, and `transit` seconds after the batch can have left (`departure`): whatever was under way
    has arrived by then. It is still no proof, so it only hands the decision to a person.
    """
    return rounds >= 2 and now >= departure + transit


def is_allowed(before: BatchState, after: BatchState) -> bool:
    """Return whether a batch may move from `before` to `after`."""
    return after in TRANSITIONS[before]
