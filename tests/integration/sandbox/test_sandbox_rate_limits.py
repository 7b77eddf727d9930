"""The rate limits of the sandbox are those that ARM publishes."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import customer, document

from armbulk.quota.tiers import TIERS
from armbulk.sandbox import Sandbox
from armbulk.sandbox.meters import SIZES

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_last_call_within_the_limit_is_served_and_the_next_refused(arm: Callable[..., Any]) -> None:
    """I may make exactly as many calls as allowed; the next waits, and costs nothing."""
    with arm(limits={"hour.requests": 3}) as me:
        assert [me.get("customers").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        assert me.state.usage()["hour.requests"] == me.state.peak()["hour.requests"] == 3
        assert me.state.refused_over_limit == 2
        assert [call.status for call in me.state.requests] == [200, 200, 200, 429, 429]


def test_the_window_slides(arm: Callable[..., Any]) -> None:
    """I wait as long as Retry-After says and am served; a second less and I am not."""
    with arm(limits={"hour.requests": 2}) as me:
        me.get("customers")
        me.clock.now += 100
        me.get("customers")
        me.clock.now += 0.5
        wait = int(me.get("customers").headers["Retry-After"])
        assert wait == 3500
        me.clock.now += wait - 1
        assert me.get("customers").headers["Retry-After"] == "1"
        me.token = ""
        me.clock.now += 1
        assert me.get("customers").status_code == 200
        assert me.get("customers").headers["Retry-After"] == "100"


def test_a_document_costs_itself_and_its_lines_also_when_it_fails(arm: Callable[..., Any]) -> None:
    """I write 8 records with two documents of three lines, one of them refused."""
    with arm(limits={"hour.writes": 12}) as me:
        me.send("POST", "documents", document())
        me.send("POST", "documents", document())
        assert me.state.usage()["month.writes"] == 8
        assert me.send("POST", "documents/batches", [document("a"), document("b")]).status_code == 429
        assert me.state.batches == {}
        assert me.send("POST", "customers/batches", [customer(str(n)) for n in range(4)]).status_code == 202
        assert me.state.usage()["hour.writes"] == 12
        assert me.send("PUT", "customers", customer()).status_code == 429


def test_reading_costs_what_is_returned(arm: Callable[..., Any]) -> None:
    """I read records one by one, in a list and in a batch, and each returned object counts."""
    with arm(customers=[customer(), customer("b")], limits={"hour.reads": 5}) as me:
        me.get("customers")
        me.get("customers/b")
        assert me.outcome("POST", "customers", [customer(), customer("b")]).status_code == 200
        assert me.state.usage()["hour.reads"] == 5
        refused = me.get("customers")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
        assert me.get("customers/nobody").status_code == 404
        assert len(me.state.queries) == 1


def test_the_month_counts_too(arm: Callable[..., Any]) -> None:
    """An hour later the hour is free again, but the month is not, for 31 days."""
    with arm(limits={"month.requests": 1}) as me:
        me.get("customers")
        me.clock.now += 3600
        me.token = ""
        assert me.state.usage()["hour.requests"] == 0
        assert me.get("customers").headers["Retry-After"] == str(31 * 86400 - 3600)
        me.clock.now += 31 * 86400 - 3600
        me.token = ""
        assert me.get("customers").status_code == 200


@pytest.mark.parametrize("answer", ["429_date", "429_bare", "403", "503"])
def test_a_limit_may_be_told_otherwise(arm: Callable[..., Any], answer: str) -> None:
    """However the limit is shown, the time it names is never too early."""
    with arm(limits={"hour.requests": 1}, dialect={"limit_answer": answer}) as me:
        me.get("customers")
        me.clock.now += 0.5
        told = me.get("customers")
        assert told.status_code == int(answer[:3])
        after = told.headers.get("Retry-After")
        assert (after is None) == (answer == "429_bare")
        if answer == "429_date":
            wait = parsedate_to_datetime(after) - parsedate_to_datetime(told.headers["Date"])
            assert wait.total_seconds() == 3601


def test_the_published_limits_hold_by_size() -> None:
    """I am a client of size L and have L's limits; another size or limit does not exist."""
    assert Sandbox(size="L").state.meters.limits == SIZES["L"]
    assert SIZES["S"]["hour.requests"] * 20 == SIZES["XL"]["hour.requests"]
    with pytest.raises(ValueError, match="S, M, L, XL"):
        Sandbox(size="XXL")
    with pytest.raises(ValueError, match=r"hour\.requests"):
        Sandbox(limits={"requests": 1})


def test_the_sandbox_and_the_program_know_the_same_limits() -> None:
    """The published limits are written twice, independently; a limit that differs is a mistake in one of the two."""
    flat = {
        size: {f"{window}.{meter}": limit for window, meters in windows.items() for meter, limit in meters.items()}
        for size, windows in TIERS.items()
    }
    assert flat == SIZES
