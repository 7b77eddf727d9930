"""Small files that unpack to gigabytes are refused by name, in little memory."""

from pathlib import Path

import pytest
from support.bombs import refused_in_little_memory
from support.damaged_files import Case, cases


@pytest.mark.promise("P11")
@pytest.mark.parametrize("case", [case for case in cases() if case.name.startswith("bomb")], ids=lambda case: case.name)
def test_bombs_are_refused_in_little_memory(tmp_path: Path, case: Case) -> None:
    """A small file that unpacks to gigabytes is refused by name within 300 MiB."""
    refused_in_little_memory(tmp_path, case)
