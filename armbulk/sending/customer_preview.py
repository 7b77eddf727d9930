"""Before a run is stored: compare its new customers with what ARM has, for a person to decide about those that differ.

An interruption leaves nothing behind.
"""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from armbulk.sending.conflict_check import SentCustomers
from armbulk.sending.customer_reader import CustomerReader
from armbulk.sending.merge import CustomerComparison
from armbulk.sending.repeated_calls import RepeatedCalls
from armbulk.sending.run_progress import RunProgress
from armbulk.store import ListCheck


@dataclass(slots=True)
class CustomerPreview:
    """Compares customers with what ARM has.

    Attributes:
        calls: makes the calls.
        reader: reads customers in ARM.
    """

    calls: RepeatedCalls
    reader: CustomerReader = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a list."""
        self.reader = CustomerReader(self.calls.client)

    @property
    def list_checks(self) -> tuple[ListCheck, ...]:
        """Which lists of ARM were trusted, and which were not."""
        return tuple(self.reader.checks)

    def compare(self, customers: pl.DataFrame) -> dict[int, CustomerComparison | None]:
        """Compare customers (`no`, `key`, `payload`) with what ARM has; None for those that ARM does not have.

        Raises:
            LimitError, ServerError, LoginError, Interrupted: as `read` does.
        """
        sent = SentCustomers.load(self.calls.client)
        self.calls.make(lambda: self.reader.read_list(customers.height))
        records = self.read(customers)
        return {
            no: None if (current := records[no]) is None else sent.compare(key, payload, current)
            for no, key, payload in customers.select("no", "key", "payload").iter_rows()
        }

    def read(self, customers: pl.DataFrame) -> dict[int, dict[str, Any] | None]:
        """Return ARM's records of customers (`no`, `key`, `payload`); None for those that ARM does not have.

        Raises:
            LimitError: there is no room in the quota, and the calls do not wait.
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
        progress = RunProgress(self.calls.client, 0, self.calls.on_progress)
        progress.expect_look_ups(len(to_look_up))
        for no, key, payload in to_look_up:
            records[no] = self.calls.make(lambda key=key, payload=payload: self.reader.find(key, payload))  # type: ignore[misc]
            progress.add_look_ups()
        return records
