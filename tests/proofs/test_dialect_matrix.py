"""Every ARM that the documentation leaves possible: the same import has the same outcomes, for all pairs of ways."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from pathlib import Path

import pytest
from support.journey import journey, outcomes, sample_files

from armbulk.sandbox.dialects import DIALECTS


def pairwise(switches: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Settings that hold every pair of values of any two switches: greedy, and the same every time."""
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
        open_pairs -= {_pair(a, b, names) for a, b in combinations(row.items(), 2)}
    return rows


def _pair(a: tuple[str, str], b: tuple[str, str], names: Sequence[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (a, b) if names.index(a[0]) < names.index(b[0]) else (b, a)


def _gain(row: Mapping[str, str], name: str, value: str, open_pairs: set[tuple[tuple[str, str], ...]]) -> int:
    names = list(DIALECTS)
    return sum(_pair((name, value), one, names) in open_pairs for one in row.items())


MATRIX = pairwise(DIALECTS)


def test_the_matrix_holds_every_pair() -> None:
    """No two ways of ARM are left untried together."""
    names = list(DIALECTS)
    held = {_pair(a, b, names) for row in MATRIX for a, b in combinations(row.items(), 2)}
    assert held == {
        ((a, one), (b, other))
        for a, b in combinations(names, 2)
        for one, other in product(DIALECTS[a], DIALECTS[b])
    }  # fmt: skip


@pytest.mark.promise("P1", "P2")
@pytest.mark.parametrize("row", MATRIX, ids=[f"arm-{n}" for n in range(1, len(MATRIX) + 1)])
def test_every_pair_of_dialects_gives_the_same_outcomes(tmp_path: Path, row: dict[str, str]) -> None:
    """However ARM behaves: all rows arrive, once; the same file again sends no document."""
    with journey(tmp_path, delay=3.0, dialect=row) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        again = outcomes(way.run(sample_files()))
        assert again in ({"already_sent": 6, "updated": 3}, {"already_sent": 6, "created": 3})
        assert set(way.documents().values()) == {1}
