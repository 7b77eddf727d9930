"""The next step of a session: one pure decision, which the sender carries out.

The order: poll accepted batches first (their answers make room for new ones), then look up what is in doubt, then
submit: customers before documents, and no new documents while a batch of documents is in doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from armbulk.model.batch_state import FINAL_STATES, NEEDS_DECISION, BatchState

MAX_OPEN_BATCHES = 4
"""How many batches may be unfinished in ARM at a time; the documentation gives no number."""

MAX_LOOKUPS = 3
"""Rounds of look-ups of a batch in doubt within one session: after 1, 3 and 9 poll intervals."""

MAX_ATTEMPTS = 5
"""How often a batch of customers in doubt is submitted: customers are upserts. Then each is looked up."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """What the decision needs to know of a batch. Times are epoch seconds.

    Attributes:
        id: the batch.
        no: its number in the run; batches are sent in this order.
        resource: customers or documents.
        state: its state.
        attempt: how often it was submitted.
        due: when to submit it (planned), or to ask about it (accepted, in doubt), at the earliest.
        lookups: rounds of look-ups in this session.
        settles_at: until when a document that ARM does not know may still arrive.
        poll_until: when to stop polling an accepted batch.
        has_verdict: ARM has said that the batch as a whole failed.
    """

    id: int
    no: int
    resource: str
    state: BatchState
    attempt: int = 0
    due: float = 0.0
    lookups: int = 0
    settles_at: float = 0.0
    poll_until: float = 0.0
    has_verdict: bool = False


@dataclass(frozen=True, slots=True)
class Submit:
    """Submit this batch."""

    batch: int


@dataclass(frozen=True, slots=True)
class Poll:
    """Poll this accepted batch."""

    batch: int


@dataclass(frozen=True, slots=True)
class LookUp:
    """Look up this batch's open documents one by one."""

    batch: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done before `until`."""

    until: float


Step = Submit | Poll | LookUp | Wait


def next_step(batches: Sequence[BatchView], now: float) -> Step | None:
    """Decide the next step; None when nothing more can be done in this session."""
    live = [batch for batch in batches if batch.state not in FINAL_STATES | NEEDS_DECISION]
    sendable = _sendable(live, now)
    steps: list[Step] = [_question(batch) for batch in live if _is_awaited(batch, now) and batch.due <= now]
    steps += [Submit(batch.id) for batch in sendable if batch.due <= now]
    if steps:
        return steps[0]
    due_times = [batch.due for batch in live if _is_awaited(batch, now)]
    due_times += [batch.due for batch in sendable]
    return Wait(min(due_times)) if due_times else None


def _question(batch: BatchView) -> Step:
    return Poll(batch.id) if batch.state is BatchState.ACCEPTED else LookUp(batch.id)


def _is_awaited(batch: BatchView, now: float) -> bool:
    """Whether this session polls the batch again."""
    if batch.state is BatchState.ACCEPTED:
        return now < batch.poll_until
    return batch.state is BatchState.IN_DOUBT and is_looked_up(batch) and batch.lookups < MAX_LOOKUPS


def is_looked_up(batch: BatchView) -> bool:
    """Return whether the batch's records are looked up while it is in doubt, rather than sent again."""
    return batch.resource == "documents" or batch.has_verdict or batch.attempt >= MAX_ATTEMPTS


def _sendable(live: Sequence[BatchView], now: float) -> list[BatchView]:
    """The batches that may be submitted as soon as they are due, in order."""
    unfinished = [batch for batch in live if batch.state in {BatchState.POSTING, BatchState.ACCEPTED}]
    if len(unfinished) >= MAX_OPEN_BATCHES:
        return []
    customers = [batch for batch in live if batch.resource == "customers"]
    candidates = customers or [batch for batch in live if batch.resource == "documents"]
    if not customers and any(_blocks_others(batch, now) for batch in candidates):
        return []
    return sorted((batch for batch in candidates if _may_be_sent(batch)), key=lambda batch: batch.no)


def _may_be_sent(batch: BatchView) -> bool:
    if batch.state is BatchState.PLANNED:
        return True
    return batch.state is BatchState.IN_DOUBT and not is_looked_up(batch) and batch.attempt < MAX_ATTEMPTS


def _blocks_others(batch: BatchView, now: float) -> bool:
    """Whether no other documents go: a batch is in doubt that is neither resolved nor has had time to settle.

    ARM's own verdict on a batch is no such doubt: nothing was lost on the way.
    """
    if batch.state is BatchState.IN_DOUBT:
        return not batch.has_verdict and (now < batch.settles_at or batch.lookups < MAX_LOOKUPS)
    return batch.state is BatchState.POSTING
