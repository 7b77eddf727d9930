"""A partition of a list has no gap and no overlap."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from armbulk.export.partition import (
    Partition,
    build_query,
    choose_filter,
    membership_tests,
    split_by_days,
    split_by_values,
)
from armbulk.resources import EXPORTS

GL = EXPORTS["gl-items"].listing
DAYS = st.dates(date(1890, 1, 1), date(2210, 12, 31))
TODAY = date(2026, 11, 21)
assert GL is not None


@st.composite
def windows(draw: st.DrawFn) -> Partition:
    """A window as an export may ask for it, or as it was cut."""
    first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
    if first and last and first > last:
        first, last = last, first
    year = draw(st.none() | st.integers(1990, 2100))
    return Partition(year, draw(st.none() | st.integers(0, 16)) if year else None, first, last)


def holds(window: Partition, day: date) -> bool:
    """Whether a day is in a window."""
    return (window.first is None or day >= window.first) and (window.last is None or day <= window.last)


@given(windows(), DAYS, st.none() | st.integers(10_000, 10**9))
def test_every_day_of_a_window_is_in_exactly_one_part(window: Partition, day: date, total: int | None) -> None:
    """Every day of a partition is in exactly one of its parts."""
    parts = split_by_days(window, total, 10_000, TODAY)
    expected = int(holds(window, day)) if parts else 0
    assert sum(holds(part, day) for part in parts) == expected
    for part in parts:
        assert (part.year, part.period) == (window.year, window.period)
        for end in (part.first, part.last):
            if end is not None:
                assert sum(holds(other, end) for other in parts) == 1


@given(windows(), st.none() | st.integers(10_000, 10**7))
def test_cutting_ends_at_single_days(window: Partition, total: int | None) -> None:
    """Repeated splitting ends at single days."""
    steps = 0
    while parts := split_by_days(window, total, 10_000, TODAY):
        assert all(part != window for part in parts)
        window = parts[len(parts) // 2]
        steps += 1
        assert steps < 40
    assert window.first == window.last or window.first is None or window.last is None


@given(windows(), DAYS, st.integers(1990, 2100), st.integers(0, 16))
def test_a_record_is_inside_as_its_own_values_say(window: Partition, day: date, year: int, period: int) -> None:
    """The query and the check of its response select the same records."""
    assert GL is not None
    frame = pl.DataFrame({"glYear": [str(year)], "glPeriod": [str(period)], "voucherDate": [f"{day}T23:59:59+01:00"]})
    found = all(frame.select(test).item() for test in membership_tests(window, GL).values())
    right_period = window.year in {None, year} and window.period in {None, period}
    assert found == (right_period and holds(window, day))
    asked = build_query(window, GL)
    assert ("fromdate" in asked, "todate" in asked) == (window.first is not None, window.last is not None)
    assert ("glyear" in asked, "glperiod" in asked) == (window.year is not None, window.period is not None)


@given(windows())
def test_a_window_survives_the_disk(window: Partition) -> None:
    """A stored partition is read back unchanged."""
    kept = split_by_values(window, "glaccountno", ["1500", "3000"])
    assert [Partition.from_json(one.to_json()) for one in kept] == kept


def test_values_cut_by_one_filter_after_the_other() -> None:
    """Lists are split by period, then account, then voucher; ignored filters are skipped."""
    assert GL is not None
    window, names = Partition(year=2025), []
    while (chosen := choose_filter(window, GL, frozenset({"voucherno"}))) is not None:
        names.append(chosen.param)
        window = split_by_values(window, chosen.param, ["3"])[0]
    assert names == ["glperiod", "glaccountno"]
    assert len(split_by_values(Partition(), "glperiod", ["2", "99"])) == 18
    assert Partition(2025, 2, date(2025, 2, 3), date(2025, 2, 3), (("glaccountno", "1500"),)).describe() == (
        "2025-02 · 2025-02-03 · glaccountno=1500"
    )
