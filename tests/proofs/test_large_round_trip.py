"""Exported customers, edited in Excel and imported again, in the number of a large client."""

from pathlib import Path

import pytest
from support.round_trip import writes_what_was_edited


@pytest.mark.promise("P28")
def test_three_edits_write_three_records(tmp_path: Path) -> None:
    """Of 5,000 exported customers exactly the three edited ones are written, whatever the order of the rows."""
    writes_what_was_edited(tmp_path, 5_000)
