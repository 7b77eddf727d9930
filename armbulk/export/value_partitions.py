"""Single values: what is too large to be served, and cannot be cut otherwise, is asked for value by value.

Only a list's own total can say that values are missing; then other values are asked for until that total is there, or
nothing more is found. See `neighbours` for which.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from armbulk.arm.decode import RecordDecoder
from armbulk.export.checkpoint import Checkpoint, PartitionState, PartitionStatus
from armbulk.export.partition import filters_by_param

MAX_VALUES = 500
"""Values of a filter that are asked for at once: each costs a call."""

MAX_SINGLE_VALUES = 20_000
"""Values that are asked for one at a time, at the most."""

SAMPLE_VALUES = 50
"""Values whose records were shown and that are asked for all the same: when none has more, none will."""


@dataclass(slots=True)
class ValuePartitioner:
    """The parts of an export that are cut by single values."""

    parts: Checkpoint
    table: RecordDecoder
    _values: dict[tuple[int, str], Counter[str]] = field(default_factory=dict)

    def add(self, part: PartitionState, param: str, values: Sequence[str]) -> bool:
        """Add a part for each value, hardly more than a record large; whether there are any."""
        windows = [replace(part.window, values=(*part.window.values, (param, value))) for value in values]
        self.parts.add(part.id, windows, 1)
        return bool(windows)

    def guessed(self, part: PartitionState, param: str, missing: int) -> list[str]:
        """Values that were not asked for yet: those next to values that exist, then those whose records were shown."""
        shown = self.shown(part, param)
        children = self.parts.children(part.id)
        asked = {one.window.values[-1][1] for one in children}
        known = {*shown, *(one.window.values[-1][1] for one in children if one.total)}
        most = min(max(missing, MAX_MISSES), MAX_VALUES)
        hits = sum(bool(one.total) for one in children if one.expected == 1)
        misses = sum(not one.total for one in children if one.expected == 1)
        near = guess_neighbours(known, asked, most) if misses <= 2 * hits + 4 * MAX_MISSES else []
        return near or self._again(shown, children)[:most]

    def _again(self, shown: Counter[str], children: Sequence[PartitionState]) -> list[str]:
        """Values of which ARM may have shown some records only: first a sample, the others when that found more."""
        totals = {one.window.values[-1][1]: one.total or 0 for one in children}
        tried = [value for value in totals if value in shown]
        left = sorted(set(shown) - set(totals), key=lambda one: (shown[one], one))
        if not tried:
            return left[:: -(-len(left) // SAMPLE_VALUES)] if left else []
        return left if any(totals[value] > shown[value] for value in tried) else []

    def looks_further(self) -> bool:
        """Where a part's own total says that more is there than its values gave: ask for others; whether there are."""
        found = False
        for part in self.parts.all(PartitionStatus.TRUNCATED):
            children, missing = self.parts.children(part.id), (part.total or 0) - self.parts.together(part.id)
            deeper = sum(one.total or 0 for one in children) >= (part.total or 0)  # what is missing, one of them misses
            gap = deeper or any(one.state is PartitionStatus.INCOMPLETE for one in self.parts.below(part.id))
            if (part.total or 0) > part.cap and missing > 0 and not gap and len(children) < MAX_SINGLE_VALUES:
                param = children[0].window.values[-1][0]
                found |= self.add(part, param, self.guessed(part, param, missing))
        return found

    def is_spared(self, part: PartitionState) -> bool:
        """Whether a single value need not be asked for any more: what it was looked for in is whole."""
        above = self.parts.one(part.parent) if part.parent and part.expected == 1 else None
        if (
            above is None
            or above.state is not PartitionStatus.TRUNCATED
            or self.parts.at_most(above.id) < (above.total or 0)
        ):
            return False
        if self.parts.together(above.id) != above.total:
            return False
        self.parts.set(part.id, state=PartitionStatus.DONE, total=0)
        return True

    def shown(self, part: PartitionState, param: str) -> Counter[str]:
        """How often each value stands in what ARM served of a part."""
        if (part.id, param) not in self._values:
            path = filters_by_param(self.table.listing)[param].path
            counted: Counter[str] = Counter()
            for frame in self.parts.frames(part.id):
                if path in frame.columns:
                    counted.update(dict(frame[path].drop_nulls().value_counts().iter_rows()))
            self._values[part.id, param] = counted
        return self._values[part.id, param]


MAX_MISSES = 100
"""Numbers in a row that nobody has, after which a series is taken to end."""

MAX_SERIES_GAP = 1_000
"""Numbers further from each other belong to two series."""

_NUMBERED = re.compile(r"^(.*?)([0-9]{1,15})$", re.DOTALL)


def guess_neighbours(known: Iterable[str], asked: AbstractSet[str], most: int) -> list[str]:
    """Name at the most `most` values near those that are `known` to exist; those `asked` for are not named again."""
    series = list(_series(known))
    found: dict[str, None] = {}
    for guess in (_after, _before, _between):
        for shape, numbers in series:
            for text in guess(shape, numbers, asked):
                if len(found) >= most:
                    return list(found)
                found[text] = None
    return list(found)


Shape = tuple[str, int]
"""What stands before the number, and how many digits it is filled up to with zeros (0: it is not)."""


def _series(known: Iterable[str]) -> Iterator[tuple[Shape, list[int]]]:
    """The runs of numbers, each ascending."""
    shapes: dict[Shape, set[int]] = defaultdict(set)
    texts = [match for one in known if (match := _NUMBERED.match(one))]
    filled = {(match[1], len(match[2])) for match in texts if match[2].startswith("0") and len(match[2]) > 1}
    for match in texts:
        own = (match[1], len(match[2]))
        shapes[own if own in filled else (match[1], 0)].add(int(match[2]))
    for shape in sorted(shapes):
        run: list[int] = []
        for number in sorted(shapes[shape]):
            if run and number - run[-1] > MAX_SERIES_GAP:
                yield shape, run
                run = []
            run.append(number)
        yield shape, run


def _text(shape: Shape, number: int) -> str:
    return f"{shape[0]}{number:0{shape[1]}d}" if shape[1] else f"{shape[0]}{number}"


def _after(shape: Shape, numbers: list[int], asked: AbstractSet[str]) -> Iterator[str]:
    return _away(shape, range(numbers[-1] + 1, numbers[-1] + 1 + MAX_MISSES), asked)


def _before(shape: Shape, numbers: list[int], asked: AbstractSet[str]) -> Iterator[str]:
    return _away(shape, range(numbers[0] - 1, max(numbers[0] - 1 - MAX_MISSES, -1), -1), asked)


def _away(shape: Shape, numbers: Iterable[int], asked: AbstractSet[str]) -> Iterator[str]:
    """The numbers that follow; they end where so many were asked for in vain."""
    for number in numbers:
        text = _text(shape, number)
        if text not in asked:
            yield text


def _between(shape: Shape, numbers: list[int], asked: AbstractSet[str]) -> Iterator[str]:
    there = set(numbers)
    for number in range(numbers[0], numbers[-1]):
        if number not in there and (text := _text(shape, number)) not in asked:
            yield text
