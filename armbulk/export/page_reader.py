"""Fetch one page of a list, with rate limiting and a bounded number of retries."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from armbulk.arm.decode import RecordDecoder
from armbulk.errors import ArmbulkError, ForbiddenError, ServerError
from armbulk.i18n import _, join_texts
from armbulk.model.outcome import ApiUsage
from armbulk.model.page import Page
from armbulk.model.progress import Phase, Progress, WaitReason
from armbulk.model.response import ApiResult, Response, unreachable_error
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.retry import failure_backoff
from armbulk.waiting import CallWaiter

_log = logging.getLogger(__name__)

_NEVER_FITS = _("One page of this list exceeds the hourly limit of this client size")
_KEPT = _("What was read is kept. Run the same command again to continue")

_REFUSED = frozenset({400, 405, 501})
"""Statuses by which a server says that it does not have such a list, or not for such a query."""

_MISSING_CODES = frozenset({"no-such-list", "list-refused"})


def is_list_missing(error: ArmbulkError) -> bool:
    """Return whether an error means that ARM does not offer a list to this client: much can be done without it."""
    return isinstance(error, ForbiddenError) or (isinstance(error, ServerError) and error.code in _MISSING_CODES)


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
        on_usage: called with what each call used, and how many records it returned.
        waits: whether to wait for room in the quota, however long that takes.
        pause: seconds before the first retry, and the wait that is too short to stop for.
        on_progress: called before each wait.
        verify_call: called before each call; raises when the export may make no more.
    """

    client: RateLimitedClient
    decoder: RecordDecoder
    on_usage: Callable[[ApiUsage, int], None]
    waits: bool = True
    pause: float = 2.0
    on_progress: Callable[[Progress], None] = lambda _: None
    verify_call: Callable[[], None] = lambda: None
    _waiter: CallWaiter = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the waits of the reader."""
        self._waiter = CallWaiter(self.client, self.waits, self.pause, self.on_progress, _NEVER_FITS, _KEPT)

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
            The page; None when ARM has no such list, or has dropped the stored query.

        Raises:
            LimitError: there is no room in the quota, and `waits` is False.
            ServerError: ARM failed to answer too often in a row.
            Interrupted: the user asked to stop.
        """
        failures, backoff = 0, failure_backoff(self.pause)
        while True:
            result = self._call(endpoint or self.decoder.listing.endpoint, params, max_records)
            match result:
                case RateLimited(until):
                    self._waiter.wait_for_room(until)
                    continue
                case CallFailed(response):
                    pass
                case ApiResult(response, page):
                    if page is not None:
                        _log.debug(
                            "Page read", extra={"resource": self.decoder.resource.name, "records": len(page.records)}
                        )
                        return FetchedPage(page, response.body)
                    if response.is_not_found:
                        return None
                case _:
                    assert_never(result)
            if stored and response.status in range(400, 500):
                return None
            failures += 1
            if backoff.is_exhausted(failures):
                raise _no_answer_error(response)
            until = self.client.clock.now() + backoff.delay(failures)
            self.on_progress(
                Progress("retrying", until=until, reason=response.failure, phase=Phase.WAIT, why=WaitReason.RETRY)
            )
            self._waiter.sleep(until)

    def _call(self, endpoint: str, params: dict[str, str], max_records: int) -> ApiResult[Page | None] | Interruption:
        """Make the call within the quota, and report what it used."""
        self._waiter.raise_if_interrupted()
        self.verify_call()
        json_array = self.decoder.resource.json_array if endpoint == self.decoder.listing.endpoint else ""

        def read_page() -> ApiResult[Page | None]:
            result = self.client.system.read_page(endpoint, params, json_array)
            if result.response.error is None:
                usage = ApiUsage(result.response.requests, self._count_reads(result.content))
                self.on_usage(usage, len(result.content.records) if result.content else 0)
            return result

        return self.client.get(read_page, max_records, self._count_reads)

    def _count_reads(self, page: Page | None) -> int:
        """The records of a page, as the quota counts them."""
        return self.decoder.count_read(page.records) if page else 0


def _no_answer_error(response: Response) -> ArmbulkError:
    error = unreachable_error(response)
    if response.error is None and response.status in _REFUSED:
        error.code = "list-refused"
    if response.error is None and response.status == 200:
        error.message = _("ARM's answer is not a readable list")
        error.hint = _("Check that ARMBULK_BASE_URL is ARM's address. If it is, ask Amili")
    error.hint = join_texts(error.hint, _KEPT, separator=". ")
    return error
