"""The states of a batch and the lawful moves between them. The store is the only writer."""

from enum import StrEnum


class State(StrEnum):
    """Where a batch stands; each member says what is known for sure."""

    PLANNED = "planned"  # no byte of it has left
    POSTING = "posting"  # it may have left: the intent is on disk, the answer is not
    ACCEPTED = "accepted"  # ARM gave a batchUuid
    IN_DOUBT = "in_doubt"  # it may have arrived and only ARM can tell
    FINISHED = "finished"  # every record has an outcome
    REFUSED = "refused"  # ARM turned the whole batch away; nothing of it was applied


MOVES: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.POSTING, State.FINISHED}),
    State.POSTING: frozenset({State.ACCEPTED, State.REFUSED, State.IN_DOUBT, State.PLANNED}),
    State.ACCEPTED: frozenset({State.FINISHED, State.IN_DOUBT}),
    State.IN_DOUBT: frozenset({State.FINISHED, State.PLANNED}),
    State.FINISHED: frozenset(),
    State.REFUSED: frozenset(),
}
"""`PLANNED → FINISHED`: nothing was left to send. `IN_DOUBT → PLANNED`: customers only, which are upserts."""

FINAL = frozenset({State.FINISHED, State.REFUSED})


def lawful(before: State, after: State) -> bool:
    """Tell whether a batch may move from `before` to `after`."""
    return after in MOVES[before]
