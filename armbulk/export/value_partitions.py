"""Partitions of single values: what is too large, and cannot be split otherwise, is queried value by value.

Only ARM's total shows whether records are missing. Each call costs a request and may bring nothing, so values are
queried in rounds: first a few of each kind (of another list, shown by ARM already, numbers beside existing ones), then
of the kind that brought the most. What is left is estimated by what a call brought so far.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from armbulk.export.checkpoint import Checkpoint
from armbulk.export.partition import filters_by_param
from armbulk.export.request_budget import RequestBudget
from armbulk.model.fields import Listing
from armbulk.model.partition import Partition, PartitionState, PartitionStatus

MAX_VALUES_AT_ONCE = 60
"""Values of a filter that are queried all together: each costs a call. More are queried in rounds."""

MAX_GUESSES = 500
"""Numbers beside existing ones that are considered for a round."""

MEASURED_RECORDS = 5
"""A value with more records is measured first: ARM may have returned all of them already."""

MAX_SINGLE_VALUES = 20_000
"""Values of a partition that are queried one by one."""

SAMPLE_VALUES = 25
"""Values of each kind that are queried first: then the kind with the most results continues."""

ROUND_VALUES = 100
"""Values of a later round, at most."""

MAX_MISSES = 100
"""Numbers in a row that no record has, after which a series is taken to end."""

MAX_SERIES_GAP = 1_000
"""Numbers further from each other belong to two series."""

_NUMBERED = re.compile(r"^(.*?)([0-9]{1,15})$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The values of one kind of one filter that can be queried next, and what such values brought so far."""

    param: str
    values: Sequence[str]
    calls: int
    gain: int

    @property
    def rate(self) -> float:
        """Records that a call brings, by what calls brought so far."""
        return (self.gain + 0.5) / (self.calls + 1)


@dataclass(slots=True)
class ValuePartitioner:
    """The partitions of an export that ask for single values."""

    checkpoint: Checkpoint
    listing: Listing
    budget: RequestBudget
    _counts: dict[tuple[int, str], Counter[str]] = field(default_factory=dict)

    def begin(self, part: PartitionState, values: Mapping[str, AbstractSet[str]]) -> bool:
        """Query a partition by single values; return whether there are any.

        Args:
            part: what ARM did not return completely.
            values: filter → values that another list has.
        """
        self.remember(part, values)
        return self._add_round(part)

    def remember(self, part: PartitionState, values: Mapping[str, AbstractSet[str]]) -> None:
        """Keep which filters, and which values of them, a partition may be queried by."""
        self.checkpoint.file.save_fact(_fact(part), {param: sorted(others) for param, others in values.items()})

    def forget_filter(self, part: PartitionState, param: str) -> bool:
        """Query a partition by a filter no more; return whether another filter is left."""
        listed: dict[str, list[str]] = self.checkpoint.file.read_fact(_fact(part), {})
        children = [child for child in self.checkpoint.partitions.children(part.id) if _param_of(child) == param]
        for child in children:
            self.checkpoint.partitions.delete(heir.id for heir in self.checkpoint.partitions.descendants(child.id))
        self.checkpoint.partitions.delete(child.id for child in children)
        self.checkpoint.file.save_fact(_fact(part), {name: values for name, values in listed.items() if name != param})
        return any(name != param for name in listed)

    def add_missing_values(self) -> bool:
        """Add further values to partitions that have fewer records than ARM counts; return whether there are any."""
        is_added = False
        for part in self.checkpoint.partitions.select(PartitionStatus.TRUNCATED):
            # when the children count as many records as the whole, a child misses some itself
            has_gap = any(
                child.status is PartitionStatus.INCOMPLETE for child in self.checkpoint.partitions.descendants(part.id)
            )
            is_short = (part.total or 0) > part.max_records and self._count_missing(part) > 0
            is_single = self.checkpoint.file.read_fact(_fact(part), None) is not None
            if is_short and is_single and not has_gap:
                is_added |= self._add_round(part)
        return is_added

    def _count_missing(self, part: PartitionState) -> int:
        return (part.total or 0) - self.checkpoint.pages.count_distinct_in_family(part.id)

    def _add_round(self, part: PartitionState) -> bool:
        """Add the values to query next, when the price of what is left is accepted."""
        children = self.checkpoint.partitions.children(part.id)
        if len(children) >= MAX_SINGLE_VALUES:
            return False
        missing = self._count_missing(part)
        kinds = [kind for kind in self._candidates(part, children) if kind.values]
        chosen = _choose_round(kinds, missing)
        if not chosen:
            return False
        is_sample = any(kind.calls < SAMPLE_VALUES for kind in kinds)  # what it brings is the price's evidence
        self.budget.accept(missing, len(chosen) if is_sample else _estimate_calls(kinds, missing), len(children))
        large = [pair for pair in chosen if self.count_values(part, pair[0])[pair[1]] > MEASURED_RECORDS]
        small = [pair for pair in chosen if pair not in set(large)]
        for pairs, expected in ((large, None), (small, 1)):
            self.checkpoint.split(part, [_narrow(part, param, value) for param, value in pairs], expected)
        return True

    def _candidates(self, part: PartitionState, children: Sequence[PartitionState]) -> Iterator[_Candidates]:
        """What can be queried, of every filter and kind."""
        listed: dict[str, list[str]] = self.checkpoint.file.read_fact(_fact(part), {})
        for param, others in listed.items():
            shown = self.count_values(part, param)
            totals = {_value_of(child): child.total or 0 for child in children if _param_of(child) == param}
            unknown = [value for value in others if value not in shown]
            yield self._count(param, [value for value in unknown if value not in totals], unknown, totals, shown)
            if filters_by_param(self.listing)[param].path not in self.listing.key:
                left = _order_shown(shown, totals, self._last_shown(part, param))
                candidates = self._count(param, left, shown, totals, shown)
                is_open = candidates.gain > 0 or candidates.calls < SAMPLE_VALUES
                yield candidates if is_open else replace(candidates, values=())
            known = {*shown, *(value for value, total in totals.items() if total)}
            near = [value for value in totals if value not in shown and value not in set(unknown)]
            misses = sum(not totals[value] for value in near)
            guesses = self._guess(known, totals, misses, len(near))
            yield self._count(param, guesses, near, totals, shown)

    def _guess(self, known: AbstractSet[str], totals: Mapping[str, int], misses: int, calls: int) -> list[str]:
        is_hopeless = misses > 2 * (calls - misses) + 4 * MAX_MISSES
        return [] if is_hopeless else guess_neighbours(known, set(totals), MAX_GUESSES)

    def _count(
        self, param: str, left: Sequence[str], kind: Iterable[str], totals: Mapping[str, int], shown: Counter[str]
    ) -> _Candidates:
        done = [value for value in kind if value in totals]
        return _Candidates(param, left, len(done), sum(max(totals[value] - shown[value], 0) for value in done))

    def _last_shown(self, part: PartitionState, param: str) -> list[str]:
        """The value of the last record that ARM returned: in a sorted list its records may have been cut off."""
        path = filters_by_param(self.listing)[param].path
        last: list[str] = []
        for items in self.checkpoint.pages.items_of(part.id):
            if path in items.columns and items.height:
                last = items[path].tail(1).drop_nulls().to_list()
        return last

    def skip_if_complete(self, part: PartitionState) -> bool:
        """Return whether a partition need not be queried: its parent is complete already; then it is done."""
        parent = self.checkpoint.partitions.get(part.parent) if part.parent else None
        if (
            parent is None
            or part.status is not PartitionStatus.TODO
            or parent.status is not PartitionStatus.TRUNCATED
            or (parent.total or 0) <= parent.max_records
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


def _fact(part: PartitionState) -> str:
    return f"values of {part.id}"


def _narrow(part: PartitionState, param: str, value: str) -> Partition:
    return replace(part.partition, values=(*part.partition.values, (param, value)))


def _param_of(child: PartitionState) -> str:
    return child.partition.values[-1][0]


def _value_of(child: PartitionState) -> str:
    return child.partition.values[-1][1]


def _order_shown(shown: Counter[str], totals: Mapping[str, int], last: Sequence[str]) -> list[str]:
    """Shown values not queried yet: the last one, then a sample of all, then those like the ones that had more records.

    In a sorted list only the last value was cut off. In any other, they differ in how often a value was shown.
    """
    ordered = [value for value, _ in shown.most_common()]
    done = [value for value in ordered if value in totals]
    if len(done) < SAMPLE_VALUES:
        sample = ordered[:: -(-len(ordered) // SAMPLE_VALUES) or 1]
        return [value for value in dict.fromkeys([*last, *sample, *ordered]) if value in shown and value not in totals]
    calls, gains = Counter[int](), Counter[int]()
    for value in done:
        calls[shown[value]] += 1
        gains[shown[value]] += totals[value] - shown[value]
    left = [value for value in ordered if value not in totals]
    return sorted(left, key=lambda value: -(gains[shown[value]] + 0.5) / (calls[shown[value]] + 1))


def _choose_round(kinds: Sequence[_Candidates], missing: int) -> list[tuple[str, str]]:
    """The values to query next: a few of every kind, then of the one that brings the most."""
    samples = [
        (kind.param, value)
        for kind in kinds
        if kind.calls < SAMPLE_VALUES
        for value in kind.values[: SAMPLE_VALUES - kind.calls]
    ]
    if samples or not kinds:
        return list(dict.fromkeys(samples))
    best = max(kinds, key=lambda kind: kind.rate)
    count = min(max(math.ceil(missing / best.rate), SAMPLE_VALUES), ROUND_VALUES)
    return [(best.param, value) for value in best.values[:count]]


def _estimate_calls(kinds: Sequence[_Candidates], missing: int) -> int:
    """How many calls bring what is missing, by what they brought so far; at most all there are."""
    candidates, calls, left = 0, 0.0, float(missing)
    for kind in sorted(kinds, key=lambda kind: -kind.rate):
        candidates += len(kind.values)
        count = min(left / kind.rate, len(kind.values))
        calls, left = calls + count, left - count * kind.rate
    return math.ceil(calls) if left <= 0 else candidates


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
