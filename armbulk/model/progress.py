"""Polling intervals, per-batch polling state, and progress events."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How long a session waits for what, in seconds.

    Attributes:
        poll: before the first poll of an accepted batch.
        settle: how long a document that ARM does not know may still be under way after its batch was sent.
        wait: how long a session polls one batch.
        waits_for_quota: wait when the quota is used up; `--no-wait` ends the session instead.
    """

    poll: float = 2.0
    settle: float = 1800.0
    wait: float = 3600.0
    waits_for_quota: bool = True


@dataclass(slots=True)
class BatchProgress:
    """What a session remembers of a batch between two steps.

    Attributes:
        due: when its next step may happen (epoch seconds).
        lookups: rounds of look-ups.
        polls: polls that were answered.
        unknown_polls: polls in a row answered with 404.
        incomplete_polls: final answers that lacked records.
        failures: failed calls in a row.
        is_limited: `due` is a time the quota, or a refusal for a limit, set.
    """

    due: float = 0.0
    lookups: int = 0
    polls: int = 0
    unknown_polls: int = 0
    incomplete_polls: int = 0
    failures: int = 0
    is_limited: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """An event of a session.

    Attributes:
        doing: posted, polled, asked (documents were looked up), waiting, reading (an export) or skew.
        batch: the batch's number; of an export the part's.
        done: batches that are finished; of an export the records read.
        total: of how many.
        until: when the waiting ends (epoch seconds).
        ahead: seconds by which this machine's clock is ahead of ARM's.
    """

    doing: str
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    ahead: float = 0.0
