"""What to do next with a run: one pure decision, carried out by `sending`.

Order of things: look at accepted batches first (their answers free the way), then ask about what is in
doubt, then send: customers before documents, and no new documents while one batch is in doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from armbulk.model.batch_state import FINAL_STATES, NEEDS_DECISION, BatchState

OPEN_BATCHES = 4
"""How many batches may lie unresolved at ARM at a time; the documentation names no figure."""

LOOKS = 3
"""Looks at each document of a batch in doubt within one session: after 1, 3 and 9 poll intervals."""

RESENDS = 5
"""Times a customer batch in doubt is sent again (customers are upserts)."""


@dataclass(frozen=True, slots=True)
class BatchView:
    """What the decision needs to know of a batch. Times are epoch seconds."""

    id: int
    no: int
    resource: str
    state: BatchState
    attempt: int = 0
    due: float = 0.0  # when to look at it (accepted, in doubt) or to send it (planned) at the earliest
    looks: int = 0  # rounds of look-ups done in this session (in doubt)
    settles: float = 0.0  # until when a document ARM does not know is still held possible
    waits_until: float = 0.0  # when to stop waiting for an accepted batch


@dataclass(frozen=True, slots=True)
class Submit:
    """Send this batch."""

    batch: int


@dataclass(frozen=True, slots=True)
class Poll:
    """Fetch this accepted batch."""

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
    ready = [step for batch in live if (step := _look(batch, now)) is not None]
    ready += [Submit(batch.id) for batch in _sendable(live, now) if batch.due <= now]
    if ready:
        return ready[0]
    waits = [batch.due for batch in live if _awaited(batch, now)]
    waits += [batch.due for batch in _sendable(live, now)]
    return Wait(min(waits)) if waits else None


def _look(batch: BatchView, now: float) -> Step | None:
    if not _awaited(batch, now) or batch.due > now:
        return None
    return Poll(batch.id) if batch.state is BatchState.ACCEPTED else LookUp(batch.id)


def _awaited(batch: BatchView, now: float) -> bool:
    """Whether another look at this batch belongs to this session."""
    if batch.state is BatchState.ACCEPTED:
        return now < batch.waits_until
    return batch.state is BatchState.IN_DOUBT and batch.resource == "documents" and batch.looks < LOOKS


def _sendable(live: Sequence[BatchView], now: float) -> list[BatchView]:
    """The batches that may go as soon as they are due, in order."""
    unresolved = [b for b in live if b.state in {BatchState.POSTING, BatchState.ACCEPTED}]
    if len(unresolved) >= OPEN_BATCHES:
        return []
    customers = [b for b in live if b.resource == "customers"]
    candidates = customers or [b for b in live if b.resource == "documents"]
    if not customers and any(_blocks(b, now) for b in candidates):
        return []
    return sorted((b for b in candidates if _unsent(b)), key=lambda b: b.no)


def _unsent(batch: BatchView) -> bool:
    if batch.state is BatchState.PLANNED:
        return True
    return batch.state is BatchState.IN_DOUBT and batch.resource == "customers" and batch.attempt < RESENDS


def _blocks(batch: BatchView, now: float) -> bool:
    """A document batch in doubt lets no other go until it is resolved or has had time to settle."""
    return batch.state is BatchState.POSTING or (
        batch.state is BatchState.IN_DOUBT and (now < batch.settles or batch.looks < LOOKS)
    )
