"""The usage ledger never exceeds a limit, as a simulated server counts every call."""

import os
from collections.abc import Callable

import pytest
from support.quota_world import Barefoot, Deaf, Forgetful, Ledger, Unreserved, tally

SCHEDULES = int(os.environ.get("ARMBULK_SCHEDULES", "40"))


@pytest.mark.promise("P7", "P10")
@pytest.mark.parametrize("world", [{}, {"jumps": False, "dates": False}], ids=["wrong clocks", "no Date"])
def test_no_call_goes_over_a_limit(world: dict[str, bool], figure: Callable[[str], None]) -> None:
    """Two processes with slow calls, lost responses, crashes and changing clocks never exceed a limit."""
    counted = tally(SCHEDULES, Ledger, **world)
    assert {name: counted[name] for name in ("schedules", "bad", "endless")} == {
        "schedules": SCHEDULES, "bad": 0, "endless": 0,
    }  # fmt: skip
    figure(f"{SCHEDULES} schedules, {counted['calls']:,} calls, {counted['bad']} schedules over a limit")
    assert counted["calls"] > 50 * SCHEDULES  # nor does it save calls by not making them


@pytest.mark.promise("P7", "P25")
@pytest.mark.parametrize("make", [Unreserved, Forgetful, Deaf, Barefoot], ids=lambda one: one.__name__)
def test_each_part_of_the_ledger_is_needed(make: type[Ledger], figure: Callable[[str], None]) -> None:
    """Without stored reservations, the disk, ARM's Date header or the steady clock, limits are exceeded."""
    counted = tally(10, make)
    figure(f"{make.__name__}: {counted['bad']} of {counted['schedules']} schedules over a limit")
    assert counted["bad"] > 0
