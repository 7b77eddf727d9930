"""Values that a list may hold besides those it showed: the numbers next to them.

ARM numbers vouchers, documents and customers one after the other. Where a list is cut by single values and some are
missing, the numbers after the highest, before the lowest, and between are asked for, until the list's own total is
reached. A guess proves nothing by itself; it only has to find what that total says is there.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

PATIENCE = 100
"""Numbers in a row that nobody has, after which a series is taken to end."""

APART = 1_000
"""Numbers further from each other belong to two series."""

_NUMBERED = re.compile(r"^(.*?)([0-9]{1,15})$", re.DOTALL)


def neighbours(known: Iterable[str], asked: AbstractSet[str], most: int) -> list[str]:
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
            if run and number - run[-1] > APART:
                yield shape, run
                run = []
            run.append(number)
        yield shape, run


def _text(shape: Shape, number: int) -> str:
    return f"{shape[0]}{number:0{shape[1]}d}" if shape[1] else f"{shape[0]}{number}"


def _after(shape: Shape, numbers: list[int], asked: AbstractSet[str]) -> Iterator[str]:
    return _away(shape, range(numbers[-1] + 1, numbers[-1] + 1 + PATIENCE), asked)


def _before(shape: Shape, numbers: list[int], asked: AbstractSet[str]) -> Iterator[str]:
    return _away(shape, range(numbers[0] - 1, max(numbers[0] - 1 - PATIENCE, -1), -1), asked)


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
