"""Evidence that ARM returned what was requested: every record inside its partition, and the number that ARM counts."""

from collections.abc import Callable

from armbulk.arm.decode import RecordDecoder
from armbulk.export.checkpoint import Checkpoint
from armbulk.export.partition import DATES, membership_tests
from armbulk.model.gap_reasons import LIST_CHANGED, NO_TOTAL, OTHER_PAGE, OTHER_SUM
from armbulk.model.page import Page
from armbulk.model.partition import Partition, PartitionState, PartitionStatus

MAX_GROWTH = 1.25
"""How much a list may grow between two calls; beyond that, its partitions are not what was requested."""


_LEAST_CAP, _CAP_STEP = 100, 500
_USUAL_CAPS = frozenset({100, 200, 250})


class FilterIgnored(Exception):  # noqa: N818 - a fact about ARM
    """ARM ignores filters of a query."""

    def __init__(self, names: frozenset[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def verify_membership(part: PartitionState, page: Page, decoder: RecordDecoder, ignored: frozenset[str]) -> None:
    """Raise FilterIgnored when a record of a page does not belong to its partition."""
    tests = {
        name: test for name, test in membership_tests(part.partition, decoder.listing).items() if name not in ignored
    }
    failed = decoder.find_failed_tests(page.records, tests)
    if failed:
        raise FilterIgnored(failed)


def verify_sum_of_days(checkpoint: Checkpoint, part: PartitionState, total: int) -> None:
    """Raise FilterIgnored when partitions by days have more records together than the whole: dates are ignored."""
    whole = checkpoint.partitions.get(part.parent) if part.parent else None
    if (
        whole is None
        or whole.status is not PartitionStatus.PARTITIONED
        or whole.total is None
        or whole.total <= whole.max_records
    ):
        return
    siblings = (sibling for sibling in checkpoint.partitions.children(whole.id) if sibling.id != part.id)
    if total + sum(sibling.total or 0 for sibling in siblings) > whole.total * MAX_GROWTH:
        raise FilterIgnored(frozenset({DATES}))


def may_be_cut(part: PartitionState, received: int, most: int) -> bool:
    """Whether ARM may have more records of a partition that it does not count.

    Args:
        part: a partition without a total, read to its end.
        received: its records.
        most: the most records that ARM gave of any partition: fewer are not cut.
    """
    if received == part.max_records:
        return True
    is_round = received % _CAP_STEP == 0 or received in _USUAL_CAPS or received == part.page_size
    return is_round and received >= max(most, _LEAST_CAP)


def find_page_problem(part: PartitionState, page: Page, number: int) -> str | None:
    """Return why a page cannot be page `number` of its partition; None when it can."""
    if page.number not in {None, number}:
        return OTHER_PAGE.fill(page=page.number, expected=number)
    if page.total is not None and page.total < (part.total or 0):  # later records moved up: some may be skipped
        return LIST_CHANGED.fill(before=part.total, after=page.total)
    return None


def verify_split(checkpoint: Checkpoint, part: PartitionState, measure: Callable[[Partition], int | None]) -> None:
    """Mark a split partition as incomplete unless its children have as many records together as ARM counts.

    Args:
        checkpoint: the export.
        part: a partition that was split.
        measure: asks ARM for the total of a partition again.
    """
    if any(child.status is PartitionStatus.INCOMPLETE for child in checkpoint.partitions.descendants(part.id)):
        return
    received, total = _count_received(checkpoint, part), part.total or 0
    if total <= part.max_records:
        if part.status is PartitionStatus.TRUNCATED:
            checkpoint.mark_incomplete(part, received, NO_TOTAL)
        return
    if received != total:
        total = measure(part.partition) or total
    if received != total:
        checkpoint.mark_incomplete(part, received, OTHER_SUM.fill(total=total, received=received))


def _count_received(checkpoint: Checkpoint, part: PartitionState) -> int:
    """How many different records a partition and its descendants have: days never share a record, values may."""
    if part.status is PartitionStatus.DONE:
        return part.received
    if part.status is PartitionStatus.PARTITIONED:
        return sum(_count_received(checkpoint, child) for child in checkpoint.partitions.children(part.id))
    return checkpoint.pages.count_distinct_in_family(part.id)
