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


@pytest.mark.parametrize(("date", "answers"), [(None, 1), (0.0, 1), (NOW - 86_400, 2)])
def test_an_unusable_date_leaves_the_wall_clock(date: float | None, answers: int) -> None:
    """Without a usable Date the wall clock counts and never goes back; so it does where only the Date differs."""
    keeper, marks = ServerClock(), StoredTimes(NOW - 10, NOW - 10)
    for number in range(answers):
        assert keeper.needs_date
        keeper.update(DateSample(date, 0.1 * number, 0.1 * number), NOW, marks)
    assert not keeper.is_synced
    assert not keeper.needs_date
    assert keeper.lower_bound(NOW, 0.1, marks) == NOW
    assert keeper.lower_bound(NOW - 3_600, 10.1, marks) == NOW + 10


@pytest.mark.promise("P10")
def test_an_earlier_date_counts_once_two_answers_and_the_wall_clock_say_so() -> None:
    """A time stored by a clock that was a month ahead is given up, and a single answer is not enough."""
    month = 30 * 86_400
    keeper, marks = ServerClock(), StoredTimes(NOW + month, NOW + month)
    keeper.update(DateSample(NOW, 0.0, 0.1), NOW, marks)
    assert keeper.needs_date
    keeper.update(DateSample(NOW, 0.2, 0.3), NOW, marks)
    assert keeper.is_synced
    assert keeper.skew is None
    assert NOW - 1 < keeper.lower_bound(NOW, 0.3, marks) < NOW + 2


@pytest.mark.promise("P7", "P10")
def test_the_time_since_the_start_shows_that_a_date_jumped() -> None:
    """If ARM's Date jumps ahead while the machine runs, the usage moves with it."""
    keeper, marks = ServerClock("start 1"), StoredTimes(NOW, NOW, NOW + 1, NOW, 1_000.0, "start 1")
    assert keeper.lower_bound(NOW + 5 * 86_400, 1_060.0, marks) == NOW + 60
    samples = [DateSample(NOW + 86_400 + 60, 1_060.0, 1_060.1), DateSample(NOW + 86_400 + 61, 1_061.0, 1_061.1)]
    jumps = [keeper.update(sample, NOW + 86_400 + 60, marks) for sample in samples]
    assert jumps[0] == 0.0
    assert jumps[1] == pytest.approx(86_400, abs=3)
    assert keeper.is_synced


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
