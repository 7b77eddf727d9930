"""Exports of as many records as ARM serves, and more, are complete."""

from pathlib import Path

import pytest
from support.exports import FEBRUARY, export, spread
from support.list_server import Lists, gl_item


@pytest.mark.parametrize("clamped", [False, True])
def test_more_than_the_cap_is_read_in_parts(tmp_path: Path, clamped: bool) -> None:
    """25,000 postings in a month are read completely, each once, with a true or a clamped total."""
    lists = Lists({"glitems": spread(25_000)}, clamped=clamped)
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (25_000, True)
    assert said["windows"] > 2
    assert sorted(one["glItemId"] for one in records) == sorted(one["glItemId"] for one in lists.records["glitems"])
    assert lists.reads < 27_000


def test_twelve_thousand_on_one_day_are_cut_by_account(tmp_path: Path) -> None:
    """12,000 postings on one day are partitioned by account and proven by the day's total."""
    lists = Lists({"glitems": [gl_item(n, account=1500 + n % 20) for n in range(12_000)]})
    said, records = export(tmp_path, lists, **FEBRUARY)
    assert (said["rows"], said["complete"]) == (12_000, True)
    assert len({one["glItemId"] for one in records}) == 12_000
