"""What the steps of one session of sending share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from armbulk.clock import Clock
from armbulk.model.progress import BatchProgress, Phase, PollSettings, Progress
from armbulk.model.system import ReceivablesSystem
from armbulk.quota.limits import QuotaLimits
from armbulk.rate_limited import RateLimitedClient
from armbulk.sending.lookup_proof import LookupProof
from armbulk.sending.run_progress import RunProgress
from armbulk.store import Batch, ClientLock, Run, Store


@dataclass(slots=True)
class SendingSession:
    """One session of sending for one run.

    Attributes:
        store: where every state is committed.
        system: where batches go.
        clock: tells the time, waits, and knows of an interruption.
        run: what is sent.
        limits: the quota.
        user_id: the user that the system is given.
        polling: how long the session waits for what.
        on_progress: called with each progress event; report them by `progress`.
        look_first: whether documents are looked up before they go; None: as stored with the run.
        sole_sender: only this machine sends documents for the client, as the profile says now.
        lock: the client's lock, if whoever calls has it; None: the session takes it.
        started: when the session began (epoch seconds).
        paused_until: the session ends, and may be resumed at this time; None: it continues.
        client: the system, within the quota.
        lookup_proof: whether look-ups of documents show anything.
        progress: reports events, with counts of records.
        batch_progress: what the session remembers, by batch id.
    """

    store: Store
    system: ReceivablesSystem
    clock: Clock
    run: Run
    limits: QuotaLimits
    user_id: str
    polling: PollSettings
    on_progress: Callable[[Progress], None] = lambda _: None
    look_first: bool | None = None
    sole_sender: bool = True
    lock: ClientLock | None = None
    started: float = 0.0
    paused_until: float | None = None
    client: RateLimitedClient = field(init=False)
    lookup_proof: LookupProof = field(init=False)
    progress: RunProgress = field(init=False)
    batch_progress: dict[int, BatchProgress] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put the quota before the system."""
        self.client = RateLimitedClient(self.store, self.system, self.clock, self.run.account, self.limits)
        self.lookup_proof = LookupProof(self.client, self.polling.settle)
        self.progress = RunProgress(self.client, self.run.id, self.on_progress)

    def begin(self) -> None:
        """Start: what an earlier process was posting when it ended is in doubt from here on."""
        self.started = self.clock.now()
        self.store.recover(self.run.account)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have the client's lock, the caller's or one of this session; Unfinished when another process has it."""
        if self.lock is not None:
            self.lock.describe(self.store.describe_process(self.run.id))
            yield
            return
        with self.store.lock(self.run.account, self.run.id):
            yield

    def unfinished_batches(self) -> list[Batch]:
        """Return the run's batches that are not final, in order."""
        return self.store.batches(self.run.id, still_open=True)

    def batches_at_hand(self) -> list[Batch]:
        """Return the batches that the next step depends on: all but planned ones that others go before in any case."""
        put_off = sum(progress.due > self.clock.now() for progress in self.batch_progress.values())
        return self.store.batches_at_hand(self.run.id, put_off + 1)

    def progress_of(self, batch: Batch) -> BatchProgress:
        """Return what this session remembers of a batch."""
        return self.batch_progress.setdefault(batch.id, BatchProgress())

    def set_due(self, batch: Batch, seconds: float) -> None:
        """Put a batch's next step off by `seconds` from now."""
        self.progress_of(batch).due = self.clock.now() + seconds

    def clamp_stored_time(self, stamp: float) -> float:
        """Return a stored time; the session's start for one in the future, which a wrong clock stamped."""
        return stamp if stamp <= self.clock.now() else self.started

    def stored_time(self, batch: Batch, stamp: float) -> float:
        """Return a time that is stored with a batch, as the wall clock has it now: it may have been set since.

        While the machine runs, the time since its start shows that.
        """
        if batch.clock_offset is not None and batch.boot and batch.boot == self.store.boot_id:
            stamp += self.clock.now() - self.clock.monotonic() - batch.clock_offset
        return self.clamp_stored_time(stamp)

    def report_progress(self, doing: str, batch: Batch, phase: Phase) -> None:
        """Report that something was done with a batch."""
        done, total = self.store.progress(self.run.id)
        self.progress.report(Progress(doing, batch.no, done, total, phase=phase))
