"""Delays before a call is made again."""

import pytest

from armbulk.retry import (
    RATE_LIMIT,
    Backoff,
    failure_backoff,
    lookup_backoff,
    poll_backoff,
    seconds_after_limit,
)


@pytest.mark.parametrize(
    ("backoff", "delays"),
    [
        (poll_backoff(2.0), [2.0, 3.0, 4.5, 6.75]),
        (lookup_backoff(2.0), [2.0, 6.0, 18.0, 54.0]),
        (failure_backoff(2.0), [2.0, 4.0, 8.0, 16.0, 32.0, 60.0]),
        (RATE_LIMIT, [60.0, 120.0, 240.0, 480.0, 900.0, 900.0]),
    ],
)
def test_delays_grow_to_their_ceiling(backoff: Backoff, delays: list[float]) -> None:
    """Each delay is the one before it times the factor, and never more than the ceiling."""
    assert [backoff.delay(attempts) for attempts in range(len(delays))] == delays


def test_a_delay_of_many_attempts_is_a_number() -> None:
    """After any number of attempts there is a delay: the growth stops before it overflows."""
    assert poll_backoff(2.0).delay(1_000_000) == 60.0
    assert lookup_backoff(2.0).delay(1_000_000) == lookup_backoff(2.0).delay(20)


def test_who_gives_up() -> None:
    """Failed calls and refusals end after five in a row; polling ends by time, not by count."""
    assert [failure_backoff(2.0).is_exhausted(attempts) for attempts in (4, 5)] == [False, True]
    assert [RATE_LIMIT.is_exhausted(attempts) for attempts in (4, 5)] == [False, True]
    assert not poll_backoff(2.0).is_exhausted(1_000)


@pytest.mark.parametrize(
    ("named", "refusals", "seconds"),
    [(30.0, 1, 30.0), (0.0, 1, 1.0), (-5.0, 1, 1.0), (1e12, 1, 3600.0), (None, 1, 60.0), (None, 9, 900.0)],
)
def test_wait_after_a_refusal(named: float | None, refusals: int, seconds: float) -> None:
    """The server's own time counts, between a second and an hour; without one the delay doubles."""
    assert seconds_after_limit(named, refusals) == seconds
