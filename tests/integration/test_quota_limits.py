"""The usage ledger keeps ARM's limits: one simulated client; tests/proofs simulates many."""

import pytest
from support.quota_world import Conditions, Ledger, tally


@pytest.mark.parametrize("world", [Conditions(date_jumps=True), Conditions(dates=False)], ids=["wrong", "no Date"])
def test_no_call_goes_over_a_limit(world: Conditions) -> None:
    """Two processes with slow calls, lost responses, crashes and changing clocks never exceed a limit."""
    counted = tally(1, Ledger, world)
    assert (counted["schedules"], counted["bad"], counted["endless"], counted["stuck"]) == (1, 0, 0, 0)
    assert counted["calls"] > 50
