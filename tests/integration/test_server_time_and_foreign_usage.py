"""ARM's time is estimated from its Date headers, and other programs' usage from its refusals."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.journey import journey, outcomes, sample_files

from armbulk.app.usage import list_meters
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import HOUR, QuotaLimits, Usage, estimate_foreign_usage
from armbulk.quota.server_clock import ServerClock, StoredTimes

NOW = 1_800_000_000.0


@pytest.mark.promise("P10")
@given(
    st.floats(-40 * 86_400, 40 * 86_400),
    st.lists(st.tuples(st.floats(0, 5_000), st.floats(0, 60), st.floats(0, 1), st.booleans()), max_size=12),
)
def test_arms_time_lies_between_the_bounds(wrong: float, calls: list[tuple[float, float, float, bool]]) -> None:
    """ARM's time always lies between the estimated bounds, whatever the wall clock says, and the bounds get closer."""
    keeper, marks, passed = ServerClock(), StoredTimes(), 0.0
    for pause, latency, share, dated in calls:
        passed += pause
        date = float(int(NOW + passed + latency * share)) if dated else None
        left, passed = passed, passed + latency
        keeper.update(DateSample(date, left, passed), NOW + passed + wrong, marks)
        if keeper.is_synced:
            low, high = (
                bound(NOW + passed + wrong, passed, marks) for bound in (keeper.lower_bound, keeper.upper_bound)
            )
            assert low - 1e-6 <= NOW + passed <= high + 1e-3  # times of today have steps of 2e-7 s as floats
            assert high - low <= 62


def test_a_date_that_the_wall_clock_contradicts_must_be_confirmed() -> None:
    """Two Date headers that agree are believed, one is not; the skew is reported once."""
    keeper, marks = ServerClock(), StoredTimes(NOW, NOW)
    keeper.update(DateSample(NOW + 86_400, 0.0, 0.1), NOW, marks)
    assert keeper.needs_date
    assert keeper.lower_bound(NOW, 0.1, marks) == NOW
    keeper.update(DateSample(NOW + 86_405, 5.0, 5.1), NOW + 5, marks)
    assert keeper.is_synced
    assert keeper.skew is not None
    assert -86_402 < keeper.skew < -86_398


def test_a_date_of_1970_or_none_leaves_the_wall_clock() -> None:
    """Without a usable Date the wall clock is used, and never goes back."""
    for date in (None, 0.0, NOW - 86_400):
        keeper, marks = ServerClock(), StoredTimes(NOW - 10, NOW - 10)
        keeper.update(DateSample(date, 0.0, 0.1), NOW, marks)
        assert not keeper.is_synced
        assert not keeper.needs_date
        assert keeper.lower_bound(NOW, 0.1, marks) == NOW
        assert keeper.lower_bound(NOW - 3_600, 10.1, marks) == NOW + 10


def test_a_refusal_teaches_that_others_use_the_meters() -> None:
    """After a refusal half of the remaining limits counts as used by others; a short one only delays."""
    limits = QuotaLimits.from_table(
        {name: dict.fromkeys(("requests", "reads", "writes"), 1_000) for name in ("hour", "month")}
    )
    cost = ApiUsage(1, 0, 50)
    assert estimate_foreign_usage(Usage(), cost, NOW, limits, 30) == {}
    assert estimate_foreign_usage(Usage(), cost, NOW, limits, 600) == {
        ("hour", "requests"): 475,
        ("hour", "writes"): 475,
    }
    assert set(estimate_foreign_usage(Usage(), cost, NOW, limits, HOUR.seconds)) == {
        ("hour", "requests"), ("hour", "writes"), ("month", "requests"), ("month", "writes"),
    }  # fmt: skip


@pytest.mark.promise("P8")
def test_others_who_used_the_meters_are_learnt_of_and_forgotten(tmp_path: Path) -> None:
    """When another program has used up the hour, armbulk waits, slows down, and all rows arrive."""
    with journey(tmp_path) as way:
        profile = way.bench.profile
        way.sandbox.state.meters.charge({"requests": 500})
        stood = way.run(sample_files())
        assert outcomes(stood) == {"created": 9}
        others = [one["others"] for one in list_meters(way.store, profile, way.clock.now())["meters"]]
        assert any(others)
        way.clock.sleep(3_700)
        assert not any(
            one["others"]
            for one in list_meters(way.store, profile, way.clock.now())["meters"]
            if one["window"] == "hour"
        )
