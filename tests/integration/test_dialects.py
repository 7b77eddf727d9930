"""An import against a sample of ARM behaviours; tests/proofs tries every pair of them."""

from pathlib import Path

import pytest
from support.dialect_pairs import MATRIX, arrives_once


@pytest.mark.parametrize("row", MATRIX[::15], ids=[f"arm-{n}" for n in range(1, len(MATRIX) + 1, 15)])
def test_an_import_has_the_same_outcomes(tmp_path: Path, row: dict[str, str]) -> None:
    """All rows arrive once, and the same file sends no document again."""
    arrives_once(tmp_path, row)
