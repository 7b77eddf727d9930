"""Before a run is stored: compare its new customers with what ARM has, for a person to decide about those that differ.

Waits for ARM's limits and tries failed calls again, like an export; an interruption leaves nothing behind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from armbulk.i18n import _, join_texts
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import unreachable_error
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.retry import failure_backoff
from armbulk.sending.conflict_check import SentCustomers
from armbulk.sending.customer_reader import CustomerReader
from armbulk.sending.merge import CustomerComparison
from armbulk.sending.run_progress import RunProgress
from armbulk.store import ListCheck
from armbulk.waiting import CallWaiter

_NEVER_FITS = _("Your ARM limits do not allow customers to be looked up")
_AGAIN = _("Nothing was sent. Run the same command again")

Content = TypeVar("Content")


@dataclass(slots=True)
class CustomerPreview:
    """Compares customers with what ARM has.

    Attributes:
        client: the calls.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called before each wait.
        reader: reads customers in ARM.
        failures: failed calls in a row.
    """

    client: RateLimitedClient
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None
    reader: CustomerReader = field(init=False)
    failures: int = 0
    _waiter: CallWaiter = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a list."""
        self.reader = CustomerReader(self.client)
        self._waiter = CallWaiter(self.client, self.waits, self.pause, self.on_progress, _NEVER_FITS, _AGAIN)

    @property
    def list_checks(self) -> tuple[ListCheck, ...]:
        """Which lists of ARM were trusted, and which were not."""
        return tuple(self.reader.checks)

    def compare(self, customers: pl.DataFrame) -> dict[int, CustomerComparison | None]:
        """Compare customers (`no`, `key`, `payload`) with what ARM has; None for those that ARM does not have.

        Raises:
            LimitError: there is no room in the quota, and `waits` is False.
            ServerError: ARM failed to answer too often in a row.
            LoginError: ARM does not accept the login.
            Interrupted: the user asked to stop.
        """
        sent = SentCustomers.load(self.client)
        self._repeat(lambda: self.reader.read_list(customers.height))
        comparisons: dict[int, CustomerComparison | None] = {}
        progress = RunProgress(self.client, 0, self.on_progress)
        progress.expect_look_ups(customers.height)
        for no, key, payload in customers.select("no", "key", "payload").iter_rows():
            current = self._repeat(lambda key=key, payload=payload: self.reader.find(key, payload))  # type: ignore[misc]
            comparisons[no] = None if current is None else sent.compare(key, payload, current)
            progress.add_look_ups()
        return comparisons

    def _repeat(self, call: Callable[[], Content | RateLimited | CallFailed]) -> Content:
        """Make a call until it is answered."""
        while True:
            self._waiter.raise_if_interrupted()
            result = call()
            if isinstance(result, RateLimited):
                self._waiter.wait_for_room(result.retry_at)
            elif isinstance(result, CallFailed):
                self._retry_later(result)
            else:
                self.failures = 0
                return result

    def _retry_later(self, failed: CallFailed) -> None:
        self.failures += 1
        backoff = failure_backoff(self.pause)
        if backoff.is_exhausted(self.failures):
            error = unreachable_error(failed.response)
            error.hint = join_texts(error.hint, _AGAIN, separator=". ")
            raise error
        until = self.client.clock.now() + backoff.delay(self.failures)
        self.on_progress(
            Progress("retrying", until=until, reason=failed.response.failure, phase=Phase.WAIT, why=WaitReason.RETRY)
        )
        self._waiter.sleep(until)
