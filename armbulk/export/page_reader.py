"""Fetch one page of a list, with rate limiting and a bounded number of retries."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from armbulk.arm.client import unreachable_error
from armbulk.arm.decode import RecordDecoder
from armbulk.arm.pages import Page, read_page
from armbulk.arm.responses import Response
from armbulk.clock import iso
from armbulk.errors import ArmbulkError, Interrupted, LimitError
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Progress
from armbulk.rate_limited import MAX_CONSECUTIVE_LIMITS, CallFailed, RateLimited, RateLimitedClient

MAX_RETRY_INTERVAL = 60.0
"""Seconds between two attempts, at most."""

_REFUSED = frozenset({400, 405, 501})
"""Statuses by which a server says that it does not have such a list, or not for such a query."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page, and the body of the response it was in."""

    page: Page
    body: bytes


@dataclass(slots=True)
class PageReader:
    """Reads pages of one list.

    Attributes:
        client: makes the calls, within the quota.
        decoder: of the list's records.
        on_usage: called with what each call used.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called before each wait.
    """

    client: RateLimitedClient
    decoder: RecordDecoder
    on_usage: Callable[[ApiUsage], None]
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None

    def read(
        self, params: dict[str, str], max_records: int, *, stored: bool = False, endpoint: str = ""
    ) -> FetchedPage | None:
        """Fetch a page.

        Args:
            params: the query.
            max_records: records to reserve in the quota.
            stored: whether the query is the id of one ARM stored, which it may have dropped.
            endpoint: another list to read from; "" for the decoder's own.

        Returns:
            The page; None when ARM answers 404, or has dropped the stored query.

        Raises:
            LimitError: there is no room in the quota, and `waits` is False.
            ServerError: ARM failed to answer too often in a row.
            Interrupted: the user asked to stop.
        """
        failures = 0
        while True:
            result, fetched = self._call(endpoint or self.decoder.listing.endpoint, params, max_records)
            match result:
                case RateLimited(until):
                    self._wait(until)
                    continue
                case CallFailed(response):
                    pass
                case Response() as response:
                    if fetched is not None or response.status == 404:
                        return fetched
                case _:
                    assert_never(result)
            if stored and response.status in range(400, 500):
                return None
            failures += 1
            if failures >= MAX_CONSECUTIVE_LIMITS:
                raise _no_answer_error(response)
            self._sleep(self.client.clock.now() + min(MAX_RETRY_INTERVAL, self.pause * 2**failures))

    def _call(
        self, endpoint: str, params: dict[str, str], max_records: int
    ) -> tuple[Response | RateLimited | CallFailed, FetchedPage | None]:
        """Make the call, and parse its response once."""
        self._raise_if_interrupted()
        fetched: list[FetchedPage] = []

        def count_records(response: Response) -> int:
            is_own_list = endpoint == self.decoder.listing.endpoint
            page = read_page(response, self.decoder.resource.json_array if is_own_list else "")
            fetched.extend([FetchedPage(page, response.body)] if page else [])
            reads = self.decoder.weigh(page.records) if page else 0
            self.on_usage(ApiUsage(response.requests, reads))
            return reads

        call = partial(self.client.arm.list_page, endpoint, params)
        result = self.client.get(call, max_records, count_records)
        return result, fetched[0] if fetched else None

    def _wait(self, until: float) -> None:
        """Wait for room in the quota, or raise LimitError with the time there will be some."""
        if until == float("inf"):
            raise LimitError("never-fits", "One page is more than ARM's limits ever allow", "Look at `armbulk usage`")
        is_soon = until - self.client.clock.now() <= self.pause
        if self.client.exhausted or not (self.waits or is_soon):
            raise LimitError(
                "limit",
                f"ARM's limits leave no room before {iso(until)}",
                "What was read is kept: the same command goes on from here",
            )
        self.on_progress(Progress("waiting", until=until))
        self._sleep(until)

    def _sleep(self, until: float) -> None:
        clock = self.client.clock
        while clock.now() < until:
            self._raise_if_interrupted()
            clock.sleep(until - clock.now())

    def _raise_if_interrupted(self) -> None:
        if self.client.clock.interrupted:
            raise Interrupted("interrupted", "Interrupted", "What was read is kept: the same command goes on from here")


def _no_answer_error(response: Response) -> ArmbulkError:
    error = unreachable_error(response)
    if response.error is None and response.status in _REFUSED:
        error.code = "list-refused"
    if response.error is None and response.status == 200:
        error.message = "ARM's answer is no list that can be read"
        error.hint = "Check that ARMBULK_BASE_URL is ARM's own address, or ask Amili what it answers"
    error.hint = f"{error.hint}. What was read is kept: the same command goes on from here"
    return error
