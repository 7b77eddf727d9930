"""The states of a batch and the lawful moves between them. The store is the only writer."""

from enum import StrEnum


class State(StrEnum):
    """Where a batch stands; each member says what is known for sure."""

    PLANNED = "planned"  # no byte of it has left
    POSTING = "posting"  # it may have left: the intent is on disk, the answer is not
    ACCEPTED = "accepted"  # ARM gave a batchUuid
    IN_DOUBT = "in_doubt"  # it may have arrived and only ARM can tell
    QUARANTINED = "quarantined"  # looked for twice, with time to settle, and not found: a person must decide
    FINISHED = "finished"  # every record has an outcome
    REFUSED = "refused"  # ARM turned the whole batch away; nothing of it was applied


MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.POSTING, State.FINISHED}),
    State.POSTING: frozenset({State.ACCEPTED, State.REFUSED, State.IN_DOUBT, State.PLANNED}),
    State.ACCEPTED: frozenset({State.FINISHED, State.IN_DOUBT}),
    State.IN_DOUBT: frozenset({State.FINISHED, State.PLANNED, State.QUARANTINED}),
    State.QUARANTINED: frozenset({State.FINISHED}),
    State.FINISHED: frozenset(),
    State.REFUSED: frozenset(),
}
"""`PLANNED → FINISHED`: nothing was left to send. `IN_DOUBT → PLANNED`: customers only, which are upserts."""

FINAL = frozenset({State.FINISHED, State.REFUSED})


FOR_PEOPLE = frozenset({State.QUARANTINED})
"""Nothing happens to these by itself."""


def settled(since: float, patience: float, rounds: int, now: float) -> bool:
    """Whether a document that ARM did not know in `rounds` complete looks is held missing at `now`.

    Two looks, the last one `patience` seconds after the batch can have left: whatever was under way has arrived.
    That is still no proof, so it only hands the decision to a person.
    """
    return rounds >= 2 and now >= since + patience


def lawful(before: State, after: State) -> bool:
    """Tell whether a batch may move from `before` to `after`."""
    return after in MOVES[before]
