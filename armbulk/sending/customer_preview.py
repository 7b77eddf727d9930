"""Before a run is stored: compare its new customers with what ARM has, for a person to decide about those that differ.

Waits for ARM's limits and tries failed calls again, like an export; an interruption leaves nothing behind.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from armbulk.model.progress import Progress
from armbulk.rate_limited import RateLimitedClient
from armbulk.sending.conflict_check import SentCustomers
from armbulk.sending.customer_reader import CustomerReader
from armbulk.sending.merge import CustomerComparison
from armbulk.sending.run_progress import RunProgress
from armbulk.store import ListCheck
from armbulk.waiting import LOOK_AGAIN, CallRepeater, create_lookup_waiter


@dataclass(slots=True)
class CustomerPreview:
    """Compares customers with what ARM has.

    Attributes:
        client: the calls.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called before each wait.
        reader: reads customers in ARM.
    """

    client: RateLimitedClient
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None
    reader: CustomerReader = field(init=False)
    _calls: CallRepeater = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a list."""
        self.reader = CustomerReader(self.client)
        waiter = create_lookup_waiter(self.client, self.pause, self.on_progress, LOOK_AGAIN, waits=self.waits)
        self._calls = CallRepeater(waiter)

    @property
    def list_checks(self) -> tuple[ListCheck, ...]:
        """Which lists of ARM were trusted, and which were not."""
        return tuple(self.reader.checks)

    def compare(self, customers: pl.DataFrame) -> dict[int, CustomerComparison | None]:
        """Compare customers (`no`, `key`, `payload`) with what ARM has; None for those that ARM does not have.

        Raises:
            LimitError, ServerError, LoginError, Interrupted: as `read` does.
        """
        sent = SentCustomers.load(self.client)
        self._calls.repeat(lambda: self.reader.read_list(customers.height))
        records = self.read(customers)
        return {
            no: None if (current := records[no]) is None else sent.compare(key, payload, current)
            for no, key, payload in customers.select("no", "key", "payload").iter_rows()
        }

    def read(self, customers: pl.DataFrame) -> dict[int, dict[str, Any] | None]:
        """Return ARM's records of customers (`no`, `key`, `payload`); None for those that ARM does not have.

        Raises:
            LimitError: there is no room in the quota, and `waits` is False.
            ServerError: ARM failed to answer too often in a row.
            LoginError: ARM does not accept the login.
            Interrupted: the user asked to stop.
        """
        records: dict[int, dict[str, Any] | None] = {}
        to_look_up = []
        for no, key, payload in customers.select("no", "key", "payload").iter_rows():
            is_shown, records[no] = self.reader.find_in_list(key, payload)
            if not is_shown:
                to_look_up.append((no, key, payload))
        progress = RunProgress(self.client, 0, self.on_progress)
        progress.expect_look_ups(len(to_look_up))
        for no, key, payload in to_look_up:
            records[no] = self._calls.repeat(lambda key=key, payload=payload: self.reader.find(key, payload))  # type: ignore[misc]
            progress.add_look_ups()
        return records
