"""What a run reports while it works: its events, with how many records each phase has done."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.rate_limited import COUNT_SECONDS, RateLimitedClient


@dataclass(slots=True)
class RunProgress:
    """Counts the records of one session and adds the counts to its events.

    Attributes:
        client: the calls; its store has the records.
        run_id: the run; 0: none is stored yet.
        on_progress: called with each event.
        total: records without an outcome when the session began.
        looked_up: records that were looked up before they are sent.
        to_look_up: of how many.
        counted: when the records were last counted (epoch seconds), and the counts (`count_open_records`).
    """

    client: RateLimitedClient
    run_id: int
    on_progress: Callable[[Progress], None]
    total: int = 0
    looked_up: int = 0
    to_look_up: int = 0
    counted: tuple[float, tuple[int, int]] | None = None

    def start(self) -> None:
        """Count the records, and report the start."""
        self.total = self._count_open()[0]
        self.report(Progress("started"))

    def end(self) -> None:
        """Report the end, with counts as they are now."""
        self.counted = self.client.counted = None
        self.report(Progress("ended"))

    def expect_look_ups(self, records: int) -> None:
        """Set how many records are left to be looked up."""
        self.to_look_up = self.looked_up + records

    def add_look_ups(self, records: int = 1) -> None:
        """Report that records were looked up."""
        self.looked_up += records
        self.to_look_up = max(self.to_look_up, self.looked_up)
        self.report(Progress("looking", done=self.looked_up, total=self.to_look_up, phase=Phase.LOOK_UP))

    def report(self, progress: Progress) -> None:
        """Report an event with the counts of records and what is used of the limits."""
        if progress.why is WaitReason.LIMIT:  # the wait may be long: its figures are exact
            self.counted = self.client.counted = None
        records = {}
        if self.to_look_up:
            records[Phase.LOOK_UP] = (self.looked_up, self.to_look_up)
        if self.total:
            remaining, unsent = self._count_open()
            records[Phase.SEND] = (max(self.total - unsent, 0), self.total)
            records[Phase.OUTCOMES] = (max(self.total - remaining, 0), self.total)
        self.on_progress(replace(progress, records=records, limits=self.client.count_limits()))

    def _count_open(self) -> tuple[int, int]:
        """The records without an outcome, and those that were not sent: counting many takes time."""
        now = self.client.clock.now()
        if self.counted is None or not 0 <= now - self.counted[0] < COUNT_SECONDS:
            self.counted = now, self.client.store.count_open_records(self.run_id)
        return self.counted[1]
