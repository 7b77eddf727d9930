"""Every pair of ARM behaviours, in few settings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from pathlib import Path

from armbulk.sandbox.dialects import BEHAVIOURS
from support.journey import journey, outcomes, sample_files


def pairwise(switches: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Settings that have every pair of values of any two switches: greedy, and the same every time."""
    names = list(switches)
    open_pairs = {
        ((a, one), (b, other))
        for a, b in combinations(names, 2)
        for one, other in product(switches[a], switches[b])
    }  # fmt: skip
    rows: list[dict[str, str]] = []
    used: Counter[tuple[str, str]] = Counter()
    while open_pairs:
        first, second = min(open_pairs)
        row = dict((first, second))
        for name in names:
            if name not in row:
                gains = {value: (_gain(row, name, value, open_pairs), -used[name, value]) for value in switches[name]}
                row[name] = max(gains, key=lambda value: gains[value])
        rows.append(row)
        used.update(row.items())
        open_pairs -= {ordered_pair(a, b, names) for a, b in combinations(row.items(), 2)}
    return rows


Pair = tuple[tuple[str, str], tuple[str, str]]


def ordered_pair(a: tuple[str, str], b: tuple[str, str], names: Sequence[str]) -> Pair:
    """Two settings, in the order of their names."""
    return (a, b) if names.index(a[0]) < names.index(b[0]) else (b, a)


def _gain(row: Mapping[str, str], name: str, value: str, open_pairs: set[tuple[tuple[str, str], ...]]) -> int:
    names = list(BEHAVIOURS)
    return sum(ordered_pair((name, value), one, names) in open_pairs for one in row.items())


MATRIX = pairwise(BEHAVIOURS)


def arrives_once(folder: Path, row: Mapping[str, str]) -> None:
    """Import the same file twice into an ARM that behaves so: all rows arrive, and no document twice."""
    with journey(folder, delay=3.0, dialect=row) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        again = outcomes(way.run(sample_files()))
        assert again == {"already_sent": 6, "unchanged": 3}
        assert set(way.documents().values()) == {1}
