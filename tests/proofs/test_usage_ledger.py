"""The usage ledger never exceeds a limit, as a simulated server counts every call."""

import os
from collections.abc import Callable

import pytest
from support.quota_world import Barefoot, Conditions, Deaf, Forgetful, Ledger, Startless, Unreserved, tally

SCHEDULES = int(os.environ.get("ARMBULK_SCHEDULES", "40"))

KEPT = {
    "wrong wall clock": Conditions(),
    "wrong wall clock, new starts": Conditions(restarts=True),
    "no Date, new starts": Conditions(jumps=False, dates=False, restarts=True),
    "no Date, wrong wall clock": Conditions(dates=False),
    "wrong Date": Conditions(jumps=False, date_jumps=True),
    "wrong Date, new starts": Conditions(jumps=False, date_jumps=True, restarts=True),
    "both wrong": Conditions(date_jumps=True),
}
"""Worlds in which the limits are kept."""

SURVIVED = {
    "no Date, wrong wall clock, new starts": Conditions(dates=False, restarts=True),
    "both wrong, new starts": Conditions(date_jumps=True, restarts=True),
}
"""Worlds in which no clock is right: no one can keep a limit, but no one waits longer than a window."""


@pytest.mark.promise("P7", "P10")
@pytest.mark.parametrize("world", KEPT)
def test_no_call_goes_over_a_limit(world: str, figure: Callable[[str], None]) -> None:
    """Two processes with slow calls, lost responses, crashes and changing clocks never exceed a limit."""
    schedules = SCHEDULES if KEPT[world] == Conditions() else -(-SCHEDULES // 4)
    counted = tally(schedules, Ledger, KEPT[world])
    assert {name: counted[name] for name in ("schedules", "bad", "endless", "stuck")} == {
        "schedules": schedules, "bad": 0, "endless": 0, "stuck": 0,
    }  # fmt: skip
    figure(f"{world}: {schedules} schedules, {counted['calls']:,} calls, {counted['bad']} schedules over a limit")
    assert counted["calls"] > 50 * schedules  # nor does it save calls by not making them


@pytest.mark.promise("P10")
@pytest.mark.parametrize("world", SURVIVED)
def test_nobody_waits_longer_than_a_window_once_the_clocks_are_right(world: str) -> None:
    """Whatever the clocks showed: the wait ends, and it does not recede."""
    schedules = -(-SCHEDULES // 4)
    counted = tally(schedules, Ledger, SURVIVED[world])
    assert (counted["schedules"], counted["endless"], counted["stuck"]) == (schedules, 0, 0)


@pytest.mark.promise("P7", "P25")
@pytest.mark.parametrize(
    ("make", "conditions"),
    [
        *((make, Conditions()) for make in (Unreserved, Forgetful, Deaf, Barefoot)),
        (Startless, Conditions(date_jumps=True)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_each_part_of_the_ledger_is_needed(
    make: type[Ledger], conditions: Conditions, figure: Callable[[str], None]
) -> None:
    """Without reservations, the disk, ARM's Date, the steady clock or the machine's start, limits are exceeded."""
    counted = tally(10, make, conditions)
    figure(f"{make.__name__}: {counted['bad']} of {counted['schedules']} schedules over a limit")
    assert counted["bad"] > 0
