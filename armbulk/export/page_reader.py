"""One page of a list, however long it takes: within the meters, patient with limits and failures, never endless."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import assert_never

from armbulk.arm.client import unreachable_error
from armbulk.arm.decode import RecordDecoder
from armbulk.arm.pages import Page, read_page
from armbulk.arm.responses import Response
from armbulk.clock import iso
from armbulk.errors import ArmbulkError, LimitError
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Progress
from armbulk.rate_limited import MAX_CONSECUTIVE_LIMITS, CallFailed, RateLimited, RateLimitedClient

MAX_RETRY_INTERVAL = 60.0
"""Seconds between two tries, at the most."""

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
        failures = 0
        while True:
            found, answered = self._look(endpoint or self.table.listing.endpoint, asked, most)
            match found:
                case RateLimited(until):
                    self._wait(until)
                    continue
                case CallFailed(reply):
                    pass
                case Response() as reply:
                    if answered is not None or reply.status == 404:
                        return answered
                case _:
                    assert_never(found)
            if stored and reply.status in range(400, 500):
                return None
            failures += 1
            if failures >= MAX_CONSECUTIVE_LIMITS:
                raise _silent(reply)
            self._sleep(self.metered.clock.now() + min(MAX_RETRY_INTERVAL, self.pause * 2**failures))

    def _look(
        self, endpoint: str, asked: dict[str, str], most: int
    ) -> tuple[Response | RateLimited | CallFailed, FetchedPage | None]:
        """Make the call, and read its answer once."""
        self._go_on()
        read: list[FetchedPage] = []

        def count(reply: Response) -> int:
            page = read_page(reply, self.table.resource.json_array if endpoint == self.table.listing.endpoint else "")
            read.extend([FetchedPage(page, reply.body)] if page else [])
            used = self.table.weigh(page.records) if page else 0
            self.spend(ApiUsage(reply.requests, used))
            return used

        call = partial(self.metered.arm.list_page, endpoint, asked)
        found = self.metered.get(call, most, count)
        return found, read[0] if read else None

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
