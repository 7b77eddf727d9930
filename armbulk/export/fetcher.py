"""Reading a list whole: page by page, in parts that ARM serves completely, each of them proven.

A part is proven when as many different records came as ARM says there are, and all lie inside its window. One that is
too large is cut; what could not be proven is named. Everything read is on disk before the next call goes out.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from armbulk.arm.decode import RecordDecoder
from armbulk.errors import ServerError
from armbulk.export.checkpoint import Checkpoint, PartitionState, PartitionStatus
from armbulk.export.page_reader import FetchedPage, PageReader
from armbulk.export.partition import DATES, Partition, by_days, by_values, inside, next_filter, query
from armbulk.export.value_partitions import MOST_SINGLE, MOST_VALUES, ValuePartitioner
from armbulk.model.columns import text_of
from armbulk.model.fields import Filter
from armbulk.model.page import Page
from armbulk.model.progress import Progress
from armbulk.quota.limits import Priority

SMALL = 5
"""Records of the page by which a part's size is asked for: the least ARM allows."""

SIZES = (1000, 500, 250, 200, 100, 50, 20, 10)
"""Pages that ARM's caps can be divided by."""

LINES = 9
"""Lines of a document for which room is set aside."""

USUAL = frozenset({10, 20, 25, 50, 100, 200, 250, 500, 1000})
"""Records of a page that is full: that there are just as many shows nothing."""

AGAIN = 3
"""Times a part is read again when it does not hold what ARM says: live lists change while they are read."""

GROWTH = 1.25
"""By how much a list may grow while its parts are asked for, before that is not believed."""


MOST_TOLD = 10
"""Pages read of another list for the values it knows."""


class FilterIgnored(Exception):  # noqa: N818 - a fact about ARM
    """ARM does not heed what a query is narrowed by."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(slots=True)
class Fetcher:
    """One export being read."""

    asking: PageReader
    parts: Checkpoint
    table: RecordDecoder
    today: date
    tell: Callable[[Progress], None] = lambda _: None
    ignored: frozenset[str] = field(init=False, default=frozenset())
    singles: ValuePartitioner = field(init=False)

    def begin(self, root: Partition, ignored: frozenset[str]) -> None:
        """Begin with the whole window, or go on where the export was left."""
        if self.parts.all():
            self.parts.retry()
        else:
            self.parts.begin(root, ignored)
        self.ignored = self.parts.ignored
        self.singles = ValuePartitioner(self.parts, self.table)

    def measure(self) -> None:
        """Find out how large every part is, and cut those that are too large; nothing is read in full."""
        while (part := self.parts.unmeasured()) is not None:
            self._retry_without_filter(self._measure, part)

    def run(self) -> None:
        """Read every part, then look whether all of it is there."""
        while (part := self.parts.next()) is not None or self.singles.looks_further():
            if part is not None and not self.singles.is_spared(part):
                measured = part.state is PartitionStatus.READING or part.total is not None or self._surely_small(part)
                self._retry_without_filter(self._read if measured else self._measure, part)
        for part in reversed(self.parts.all(PartitionStatus.PARTITIONED, PartitionStatus.TRUNCATED)):
            self._verify_totals(part)

    def _retry_without_filter(self, work: Callable[[PartitionState], None], part: PartitionState) -> None:
        """Work on a part; when ARM turns out to ignore a filter, begin anew without it: it is then applied here."""
        try:
            work(part)
        except FilterIgnored as found:
            self.ignored |= found.names
            self.parts.begin(self.parts.all()[0].window, self.ignored)
            self.singles = ValuePartitioner(self.parts, self.table)

    def _surely_small(self, part: PartitionState) -> bool:
        return part.expected is not None and part.expected * 2 < self.table.listing.max_records

    # ── one part ────────────────────────────────────────────────────────────────────────────────────────────────

    def _measure(self, part: PartitionState) -> None:
        """Ask for the smallest page: how many records are there?"""
        answered = self._small(part.window)
        if answered is None:
            self._nothing(part)
            return
        page, cap = answered.page, self._cap(answered.page)
        self._check(part, page)
        total = len(page.records) if page.total is None else page.total
        self._add_up(part, total)
        if total >= cap and self._partition_by_date(part, total, cap):
            return
        if total == 0:
            self.parts.set(part.id, state=PartitionStatus.DONE, total=0)
        elif not self._is_in_head(part, total):
            self.parts.set(part.id, total=total, cap=cap)

    def _small(self, window: Partition) -> FetchedPage | None:
        return self.asking.page(self._asked(window) | {"pagesize": str(SMALL)}, 2 * SMALL * self._weight)

    def _asked(self, window: Partition) -> dict[str, str]:
        return query(window, self.table.listing, self.ignored)

    def _cap(self, page: Page) -> int:
        return min(page.max_records or self.table.listing.max_records, self.table.listing.max_records)

    @property
    def _weight(self) -> int:
        return 1 + LINES if self.table.line_fields else 1

    @property
    def size(self) -> int:
        """The largest page there can ever be room for."""
        limits = self.asking.metered.limits
        room = min(limits.capacity(window, "reads", Priority.NORMAL) for window in ("hour", "month")) // self._weight
        return next((size for size in SIZES if size <= min(room, self.table.listing.page_size)), SIZES[-1])

    def _nothing(self, part: PartitionState) -> None:
        """ARM answered 404: nothing was found, or there is no such list."""
        listing = self.table.listing
        narrowed = self._asked(part.window) != dict(listing.options)
        if part.parent is None and listing.source != "D" and (not narrowed or self._small(Partition()) is None):
            raise ServerError(
                "no-such-list",
                f"ARM has no list {listing.endpoint!r} for this client, or it is empty (it answered 404)",
                "The list is known by its title only; ask Amili whether your ARM has it",
            )
        self.parts.set(part.id, state=PartitionStatus.DONE, total=0)

    def _check(self, part: PartitionState, page: Page) -> None:
        """A record outside the window shows that ARM did not heed the query."""
        tests = inside(part.window, self.table.listing)
        asked = {name: test for name, test in tests.items() if name not in self.ignored}
        outside = self.table.find_failed_tests(page.records, asked)
        if outside:
            raise FilterIgnored(outside)

    def _add_up(self, part: PartitionState, total: int) -> None:
        """Parts by days that are together more than the whole show that ARM does not count by days."""
        above = self.parts.one(part.parent) if part.parent else None
        if (
            above is None
            or above.state is not PartitionStatus.PARTITIONED
            or above.total is None
            or above.total <= above.cap
        ):
            return
        beside = (one.total or 0 for one in self.parts.children(above.id) if one.id != part.id)
        if total + sum(beside) > above.total * GROWTH:
            raise FilterIgnored(frozenset({DATES}))

    def _read(self, part: PartitionState) -> None:
        """Read a part from where it was left, page by page."""
        number = self.parts.pages(part.id) + 1
        while number == 1 or part.more(number):
            answered = self._next_page(part, number)
            if answered is None and number == 1:
                self._nothing(part)
                return
            if answered is None:
                break
            page = answered.page
            if number == 1 and not self._begun(part, page):
                return
            part = self.parts.one(part.id)
            if (why := _doubt(part, page, number)) is not None:
                self._doubtful(part, why)
                return
            self._check(part, page)
            items, lines = self.table.to_frames(page.records, answered.body)
            new = self.parts.keep(part, number, items, lines, page.query)
            if (page.total or 0) > (part.total or 0):  # it grew: all of it is there when so many different ones are
                self.parts.set(part.id, total=page.total)
            part = self.parts.one(part.id)
            self.tell(Progress("reading", part.id, part.got, part.total or 0))
            if page.total is None and page.records and not new and number > 1:
                self._repeated(part, number)
                return
            if not page.records:
                break
            number += 1
        self._finish(self.parts.one(part.id))

    def _repeated(self, part: PartitionState, number: int) -> None:
        """The same page again, and ARM tells no total: behind the last page, or it gives its first page for ever."""
        self.parts.drop(part.id, number)
        part = self.parts.one(part.id)
        if number == 2 and (part.got >= part.size or part.got in USUAL):
            self._doubtful(part, "ARM gives the same page again and does not say how many records there are")
        else:
            self._finish(part)

    def _begun(self, part: PartitionState, page: Page) -> bool:
        """The first page of a part is here: whether to go on with it as it is."""
        self._check(part, page)
        cap = self._cap(page)
        self._add_up(part, page.total or 0)
        if page.total is not None and page.total >= cap and self._partition_by_date(part, page.total, cap):
            return False
        if page.total == 0 or (page.total is None and not page.records):
            self.parts.set(part.id, state=PartitionStatus.DONE, total=0)
            return False
        self.parts.set(part.id, total=page.total, cap=cap, size=page.size or self.size, state=PartitionStatus.READING)
        return True

    def _next_page(self, part: PartitionState, number: int) -> FetchedPage | None:
        """One page by the stored query; when ARM has forgotten that, by a new one that begins there."""
        size = part.size or self.size
        most = size * self._weight
        if part.query and number > 1:
            answered = self.asking.page({"query": part.query, "pageno": str(number)}, most, stored=True)
            if answered is not None:
                return answered
        anew = {"pagesize": str(size)} | ({"pageno": str(number)} if number > 1 else {})
        return self.asking.page(self._asked(part.window) | anew, most)

    def _finish(self, part: PartitionState) -> None:
        """The last page is here: is the part whole?"""
        got = self.parts.distinct([part.id])
        if part.total is not None and got != min(part.total, part.cap):
            self._doubtful(part, f"ARM says {part.total} and gave {got} different records")
        elif part.total is None and got != self.parts.rows(part.id):
            self._doubtful(part, "ARM gave the same records again and does not say how many there are")
        elif part.total is not None and part.total >= part.cap:
            self._partition_by_value(part, part.total)
        elif part.total is None and got == part.cap:  # as many as ARM ever serves: it may be cut off there
            if not self._partition_by_date(part, got, part.cap):
                self._partition_by_value(part, got)
        else:
            self.parts.set(part.id, state=PartitionStatus.DONE, total=got, got=got)

    def _doubtful(self, part: PartitionState, why: str) -> None:
        """Something is missing, or there twice: the part is read again, a few times, then it is a gap."""
        if part.tries < AGAIN:
            self.parts.again(part.id)
            self.parts.set(part.id, tries=part.tries + 1, expected=part.total)
        else:
            self.parts.set(part.id, state=PartitionStatus.INCOMPLETE, got=self.parts.distinct([part.id]), why=why)

    # ── cutting ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _partition_by_date(self, part: PartitionState, total: int, cap: int) -> bool:
        """Cut a part that is too large by days, if it can be."""
        if not self.table.listing.dates or DATES in self.ignored:
            return False
        exact = total if total > cap else None
        children = by_days(part.window, exact, cap, self.today)
        if not children:
            return False
        bounded = part.window.first is not None and part.window.last is not None
        self.parts.again(part.id)
        self.parts.set(part.id, state=PartitionStatus.PARTITIONED, total=total, cap=cap)
        self.parts.add(part.id, children, math.ceil(total / len(children)) if exact and bounded else None)
        return True

    def _partition_by_value(self, part: PartitionState, total: int) -> None:
        """Cut a part by the values of a filter: what ARM served of it stays, and tells the values."""
        tried, single = self.ignored, dict[str, set[str]]()
        while (chosen := next_filter(part.window, self.table.listing, tried)) is not None:
            shown = set(self.singles.shown(part, chosen.param))
            seen = sorted(shown | self._told(part, chosen))
            if 1 < len(seen) <= MOST_VALUES:
                self.parts.add(part.id, by_values(part.window, chosen.param, seen), None)
                self.parts.set(part.id, state=PartitionStatus.TRUNCATED)
                return
            if len(shown) > 1:
                single[chosen.param] = set(seen) - shown
            tried |= {chosen.param}
        for param, unseen in single.items() if total - part.cap <= MOST_SINGLE else ():
            if self.singles.add(part, param, sorted(unseen) or self.singles.guessed(part, param, total - part.cap)):
                self.parts.set(part.id, state=PartitionStatus.TRUNCATED)
                return
        why = f"ARM serves {part.cap} of {total} or more, and there is no filter to cut this part further"
        self.parts.set(part.id, state=PartitionStatus.INCOMPLETE, got=self.parts.distinct([part.id]), why=why)

    def _told(self, part: PartitionState, chosen: Filter) -> set[str]:
        """Values of a filter that another list knows: ARM's first records need not show them all."""
        endpoint = dict(self.table.listing.value_source).get(chosen.param)
        if endpoint is None:
            return set()
        asked = query(replace(part.window, first=None, last=None, values=()), self.table.listing, self.ignored)
        found: set[str] = set()
        for number in range(1, MOST_TOLD + 1):
            page = self.asking.page(
                asked | {"pagesize": str(self.size), "pageno": str(number)}, self.size, endpoint=endpoint
            )
            records = page.page.records if page else ()
            found |= {text for one in records if (text := text_of(one.get(chosen.path)))}
            if len(records) < self.size:
                break
        return found

    def _is_in_head(self, part: PartitionState, total: int) -> bool:
        """Whether the part was already read whole with the larger one it was cut from."""
        above = self.parts.one(part.parent) if part.parent else None
        if above is None or above.state is not PartitionStatus.TRUNCATED:
            return False
        name, value = part.window.values[-1]
        if self.singles.shown(above, name)[value] != total:
            return False
        self.parts.set(part.id, state=PartitionStatus.DONE, total=total, got=total)
        return True

    # ── proof ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _verify_totals(self, part: PartitionState) -> None:
        """The parts of a part must hold together what ARM says of the whole."""
        if any(one.state is PartitionStatus.INCOMPLETE for one in self.parts.below(part.id)):
            return
        got, total = self._amount(part), part.total or 0
        if total <= part.cap:
            if part.state is PartitionStatus.TRUNCATED:
                self._gap(part, got, "ARM tells no total above its cap, so that nothing shows whether this is all")
            return
        if got != total:
            answered = self._small(part.window)
            total = (answered.page.total if answered else None) or total
        if got != total:
            self._gap(part, got, f"ARM says {total}, its parts hold {got}")

    def _gap(self, part: PartitionState, got: int, why: str) -> None:
        self.parts.set(part.id, state=PartitionStatus.INCOMPLETE, got=got, why=why)

    def _amount(self, part: PartitionState) -> int:
        """How many different records a part and its parts hold; days never share a record, values may."""
        if part.state is PartitionStatus.DONE:
            return part.got
        if part.state is PartitionStatus.PARTITIONED:
            return sum(self._amount(one) for one in self.parts.children(part.id))
        return self.parts.together(part.id)


def _doubt(part: PartitionState, page: Page, number: int) -> str | None:
    """Why a page cannot be a page of its part."""
    if page.number not in {None, number}:
        return f"ARM gave page {page.number} for page {number}"
    if page.total is not None and page.total < (part.total or 0):  # what follows has moved up: some was passed over
        return f"the list changed while it was read: {part.total} records, then {page.total}"
    return None
