"""The same import has the same outcomes for every pair of ARM behaviours."""

from itertools import combinations, product
from pathlib import Path

import pytest
from support.dialect_pairs import MATRIX, arrives_once, ordered_pair

from armbulk.sandbox.dialects import BEHAVIOURS


def test_the_matrix_holds_every_pair() -> None:
    """The matrix covers every pair of values of two switches."""
    names = list(BEHAVIOURS)
    held = {ordered_pair(a, b, names) for row in MATRIX for a, b in combinations(row.items(), 2)}
    assert held == {
        ((a, one), (b, other))
        for a, b in combinations(names, 2)
        for one, other in product(BEHAVIOURS[a], BEHAVIOURS[b])
    }  # fmt: skip


@pytest.mark.promise("P1", "P2")
@pytest.mark.parametrize("row", MATRIX, ids=[f"arm-{n}" for n in range(1, len(MATRIX) + 1)])
def test_every_pair_of_dialects_gives_the_same_outcomes(tmp_path: Path, row: dict[str, str]) -> None:
    """For every pair of ARM behaviours all rows arrive once, and the same file sends no document again."""
    arrives_once(tmp_path, row)
