"""Partitions of single values: what is too large, and cannot be split otherwise, is queried value by value.

Only ARM's total shows whether values are missing. Then further values are tried, until the total is reached or
`guess_neighbours` has no more.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from armbulk.export.checkpoint import Checkpoint
from armbulk.export.partition import filters_by_param
from armbulk.model.fields import Listing
from armbulk.model.partition import PartitionState, PartitionStatus

MAX_VALUES = 500
"""Values of a filter that are queried in one go: each costs a call."""

MAX_SINGLE_VALUES = 20_000
"""Values of a partition that are queried one by one."""

SAMPLE_VALUES = 50
"""Values that were shown already and are queried all the same: when none of them has more records, no other will."""

MAX_MISSES = 100
"""Numbers in a row that no record has, after which a series is taken to end."""

MAX_SERIES_GAP = 1_000
"""Numbers further from each other belong to two series."""

_NUMBERED = re.compile(r"^(.*?)([0-9]{1,15})$", re.DOTALL)


@dataclass(slots=True)
class ValuePartitioner:
    """The partitions of an export that ask for single values."""

    checkpoint: Checkpoint
    listing: Listing
    _counts: dict[tuple[int, str], Counter[str]] = field(default_factory=dict)

    def add(self, part: PartitionState, param: str, values: Sequence[str]) -> bool:
        """Add a partition for each value, expected to have one record; return whether there are any."""
        children = [replace(part.partition, values=(*part.partition.values, (param, value))) for value in values]
        self.checkpoint.split(part, children, 1)
        return bool(children)

    def guess(self, part: PartitionState, param: str, missing: int) -> list[str]:
        """Return values to query next: first neighbours of existing ones, then those already shown."""
        shown = self.count_values(part, param)
        children = self.checkpoint.partitions.children(part.id)
        queried = {_value_of(child) for child in children}
        known = {*shown, *(_value_of(child) for child in children if child.total)}
        limit = min(max(missing, MAX_MISSES), MAX_VALUES)
        hits = sum(bool(child.total) for child in children if child.expected == 1)
        misses = sum(not child.total for child in children if child.expected == 1)
        guesses = guess_neighbours(known, queried, limit) if misses <= 2 * hits + 4 * MAX_MISSES else []
        return guesses or self._values_to_recheck(shown, children)[:limit]

    def _values_to_recheck(self, shown: Counter[str], children: Sequence[PartitionState]) -> list[str]:
        """Values of which ARM may have shown some records only: first a sample; all when the sample had more."""
        totals = {_value_of(child): child.total or 0 for child in children}
        sampled = [value for value in totals if value in shown]
        left = sorted(set(shown) - set(totals), key=lambda value: (shown[value], value))
        if not sampled:
            return left[:: -(-len(left) // SAMPLE_VALUES)] if left else []
        return left if any(totals[value] > shown[value] for value in sampled) else []

    def add_missing_values(self) -> bool:
        """Add further values to partitions that have fewer records than ARM counts; return whether there are any."""
        is_added = False
        for part in self.checkpoint.partitions.select(PartitionStatus.TRUNCATED):
            children = self.checkpoint.partitions.children(part.id)
            missing = (part.total or 0) - self.checkpoint.pages.count_distinct_in_family(part.id)
            # when the children count as many records as the whole, a child misses some itself
            has_gap = sum(child.total or 0 for child in children) >= (part.total or 0) or any(
                child.status is PartitionStatus.INCOMPLETE for child in self.checkpoint.partitions.descendants(part.id)
            )
            is_short = (part.total or 0) > part.max_records and missing > 0
            if is_short and not has_gap and len(children) < MAX_SINGLE_VALUES:
                param = children[0].partition.values[-1][0]
                is_added |= self.add(part, param, self.guess(part, param, missing))
        return is_added

    def skip_if_complete(self, part: PartitionState) -> bool:
        """Return whether a single value need not be queried: its parent is complete already; then it is done."""
        parent = self.checkpoint.partitions.get(part.parent) if part.parent and part.expected == 1 else None
        if (
            parent is None
            or parent.status is not PartitionStatus.TRUNCATED
            or self.checkpoint.pages.max_in_family(parent.id) < (parent.total or 0)
        ):
            return False
        if self.checkpoint.pages.count_distinct_in_family(parent.id) != parent.total:
            return False
        self.checkpoint.mark_done(part, 0)
        return True

    def count_values(self, part: PartitionState, param: str) -> Counter[str]:
        """Return how often each value of a filter occurs in what ARM returned of a partition."""
        if (part.id, param) not in self._counts:
            path = filters_by_param(self.listing)[param].path
            counts: Counter[str] = Counter()
            for items in self.checkpoint.pages.items_of(part.id):
                if path in items.columns:
                    counts.update(dict(items[path].drop_nulls().value_counts().iter_rows()))
            self._counts[part.id, param] = counts
        return self._counts[part.id, param]


def _value_of(child: PartitionState) -> str:
    return child.partition.values[-1][1]


# --- values that probably exist ------------------------------------------------------------------------


def guess_neighbours(known: Iterable[str], queried: AbstractSet[str], limit: int) -> list[str]:
    """Return at most `limit` values near those `known` to exist, without those `queried` already."""
    series = list(_series(known))
    guesses: dict[str, None] = {}
    for propose in (_following, _preceding, _between):
        for shape, numbers in series:
            for text in propose(shape, numbers, queried):
                if len(guesses) >= limit:
                    return list(guesses)
                guesses[text] = None
    return list(guesses)


Shape = tuple[str, int]
"""The text before the number, and the number of digits it is padded to with zeros (0: not padded)."""


def _series(known: Iterable[str]) -> Iterator[tuple[Shape, list[int]]]:
    """The series of numbers in the known values, each ascending."""
    numbers_by_shape: dict[Shape, set[int]] = defaultdict(set)
    matches = [match for text in known if (match := _NUMBERED.match(text))]
    padded = {(match[1], len(match[2])) for match in matches if match[2].startswith("0") and len(match[2]) > 1}
    for match in matches:
        own = (match[1], len(match[2]))
        numbers_by_shape[own if own in padded else (match[1], 0)].add(int(match[2]))
    for shape in sorted(numbers_by_shape):
        run: list[int] = []
        for number in sorted(numbers_by_shape[shape]):
            if run and number - run[-1] > MAX_SERIES_GAP:
                yield shape, run
                run = []
            run.append(number)
        yield shape, run


def _format_number(shape: Shape, number: int) -> str:
    return f"{shape[0]}{number:0{shape[1]}d}" if shape[1] else f"{shape[0]}{number}"


def _following(shape: Shape, numbers: list[int], queried: AbstractSet[str]) -> Iterator[str]:
    return _not_queried(shape, range(numbers[-1] + 1, numbers[-1] + 1 + MAX_MISSES), queried)


def _preceding(shape: Shape, numbers: list[int], queried: AbstractSet[str]) -> Iterator[str]:
    return _not_queried(shape, range(numbers[0] - 1, max(numbers[0] - 1 - MAX_MISSES, -1), -1), queried)


def _not_queried(shape: Shape, numbers: Iterable[int], queried: AbstractSet[str]) -> Iterator[str]:
    return (text for number in numbers if (text := _format_number(shape, number)) not in queried)


def _between(shape: Shape, numbers: list[int], queried: AbstractSet[str]) -> Iterator[str]:
    existing = set(numbers)
    missing = (number for number in range(numbers[0], numbers[-1]) if number not in existing)
    return _not_queried(shape, missing, queried)
