"""One page of a list, however long it takes: within the meters, patient with limits and failures, never endless."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from armbulk.arm.decode import RecordDecoder
from armbulk.clock import iso
from armbulk.errors import ArmbulkError, LimitError
from armbulk.model.outcome import ApiUsage
from armbulk.model.page import Page
from armbulk.model.progress import Progress
from armbulk.model.response import ApiResult, Response, unreachable_error
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.retry import failure_backoff

_REFUSED = frozenset({400, 405, 501})
"""How a server may say that it has no such list, or not for such a question."""


class Interrupted(Exception):  # noqa: N818 - not an error: the user asked to stop
    """The user asked to stop; what was read is kept."""


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page, and the answer it stood in."""

    page: Page
    body: bytes


@dataclass(slots=True)
class PageReader:
    """The pages of one list. `waits`: for the meters, as long as it takes; `spend` is told what each call used."""

    metered: RateLimitedClient
    table: RecordDecoder
    spend: Callable[[ApiUsage], None]
    waits: bool = True
    pause: float = 2.0
    tell: Callable[[Progress], None] = lambda _: None

    def page(self, asked: dict[str, str], most: int, *, stored: bool = False, endpoint: str = "") -> FetchedPage | None:
        """One page (of another list with `endpoint`); None for a 404, or for a (`stored`) query ARM has forgotten.

        LimitError when there is no room and nobody waits; ServerError when ARM keeps giving no answer.
        """
        failures, backoff = 0, failure_backoff(self.pause)
        while True:
            result = self._look(endpoint or self.table.listing.endpoint, asked, most)
            match result:
                case RateLimited(retry_at):
                    self._wait(retry_at)
                    continue
                case CallFailed(response):
                    pass
                case ApiResult(response, page):
                    if page is not None:
                        return FetchedPage(page, response.body)
                    if response.status == 404:
                        return None
                case _:
                    assert_never(result)
            if stored and response.status in range(400, 500):
                return None
            failures += 1
            if backoff.is_exhausted(failures):
                raise _silent(response)
            self._sleep(self.metered.clock.now() + backoff.delay(failures))

    def _look(self, endpoint: str, asked: dict[str, str], most: int) -> ApiResult[Page | None] | Interruption:
        """Make the call within the quota, and note what it used for the export, too."""
        self._go_on()
        json_array = self.table.resource.json_array if endpoint == self.table.listing.endpoint else ""

        def call() -> ApiResult[Page | None]:
            result = self.metered.system.read_page(endpoint, asked, json_array)
            if result.response.error is None:
                self.spend(ApiUsage(result.response.requests, self._count(result.content)))
            return result

        return self.metered.get(call, most, self._count)

    def _count(self, page: Page | None) -> int:
        """The records of a page as the quota counts them."""
        return self.table.count_read(page.records) if page else 0

    def _wait(self, until: float) -> None:
        """Wait for room in the meters, or say when there will be some."""
        if until == float("inf"):
            raise LimitError("never-fits", "One page is more than ARM's limits ever allow", "Look at `armbulk usage`")
        soon = until - self.metered.clock.now() <= self.pause
        if self.metered.exhausted or not (self.waits or soon):
            raise LimitError(
                "limit",
                f"ARM's limits leave no room before {iso(until)}",
                "What was read is kept: the same command goes on from here",
            )
        self.tell(Progress("waiting", until=until))
        self._sleep(until)

    def _sleep(self, until: float) -> None:
        clock = self.metered.clock
        while clock.now() < until:
            self._go_on()
            clock.sleep(until - clock.now())

    def _go_on(self) -> None:
        if self.metered.clock.interrupted:
            raise Interrupted


def _silent(reply: Response) -> ArmbulkError:
    found = unreachable_error(reply)
    if reply.error is None and reply.status in _REFUSED:
        found.code = "list-refused"
    if reply.error is None and reply.status == 200:
        found.message = "ARM's answer is no list that can be read"
        found.hint = "Check that ARMBULK_BASE_URL is ARM's own address, or ask Amili what it answers"
    found.hint = f"{found.hint}. What was read is kept: the same command goes on from here"
    return found
