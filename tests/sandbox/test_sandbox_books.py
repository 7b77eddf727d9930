"""The ledger that can be read: it balances, agrees with itself, and is listed as ARM lists."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_caller import sample

from armbulk.sandbox.books import RECEIVABLES, books

if TYPE_CHECKING:
    from collections.abc import Callable

LEDGER = books(2218, 400, seed=7)


def exact(value: Any) -> Decimal:
    """An amount as it is written in JSON."""
    return Decimal(str(value))


def listed(me: Any, path: str, key: str, **filters: str) -> list[dict[str, Any]]:
    """Every record of a listing, over all its pages."""
    first = me.get(path, pagesize="1000", **filters).json()
    summary, found = first["summary"], list(first[key])
    for page in range(2, summary["totalPages"] + 1):
        found += me.get(path, query=summary["queryId"], pageno=str(page)).json()[key]
    return found


def test_every_voucher_balances() -> None:
    """Debit is credit in every voucher, and the movements are the sums of the items."""
    vouchers: dict[int, Decimal] = defaultdict(Decimal)
    periods: dict[tuple[int, int, int], Decimal] = defaultdict(Decimal)
    for one in LEDGER.gl_items:
        vouchers[one["voucherNo"]] += exact(one["glAmount"])
        periods[one["glAccountNo"], one["glYear"], one["glPeriod"]] += exact(one["glAmount"])
    assert set(vouchers.values()) == {Decimal(0)}
    for one in LEDGER.gl_movements:
        assert periods.pop((one["glAccountNo"], one["glYear"], one["glPeriod"])) == exact(one["movement"])
        assert exact(one["openingBalance"]) + exact(one["debit"]) - exact(one["credit"]) == exact(one["closingBalance"])
    assert periods == {}


def test_what_is_open_is_what_the_receivables_hold() -> None:
    """The balances of the AR items add up to the receivables account; the items have the keys of ARM's sample."""
    account = sum(exact(one["glAmount"]) for one in LEDGER.gl_items if one["glAccountNo"] == RECEIVABLES)
    assert sum(exact(one["currencyBalance"]) for one in LEDGER.ar_items) == account
    assert all(set(one) <= set(sample("ar_item.response.json")) for one in LEDGER.ar_items)
    assert len({one["glItemId"] for one in LEDGER.gl_items}) == len(LEDGER.gl_items)


def test_the_same_seed_gives_the_same_books() -> None:
    """Tests can rely on them; another seed gives others; days and customers can be made to cluster."""
    assert books(2218, 50, seed=3) == books(2218, 50, seed=3) != books(2218, 50, seed=4)
    close = books(2218, 300, on_one_day=200, to_one_customer=100)
    tenth = date(2025, 1, 10).isoformat()
    assert sum(one["voucherDate"] == tenth and one["voucherType"] == 3 for one in close.ar_items) >= 200
    assert sum(one["customerNo"] == "000001" and one["voucherType"] == 3 for one in close.ar_items) >= 100


def test_gl_items_are_listed_by_period_day_and_account(arm: Callable[..., Any]) -> None:
    """Filters narrow the list; together they are all of it."""
    with arm(books=LEDGER) as me:
        whole = listed(me, "glitems", "glItems")
        assert whole == list(LEDGER.gl_items)
        february = listed(me, "glitems", "glItems", glyear="2025", glperiod="2")
        assert {one["glPeriod"] for one in february} == {2}
        days = [listed(me, "glitems", "glItems", fromdate=f"2025-02-{day:02d}", todate=f"2025-02-{day:02d}")
                for day in range(1, 29)]  # fmt: skip
        assert sum(map(len, days)) == len(february)
        accounts = [listed(me, "glitems", "glItems", glaccountno=str(one)) for one in (1500, 1920, 2700, 3000)]
        assert sum(map(len, accounts)) == len(whole)
        assert me.get(f"glitems/{whole[0]['glItemId']}").json() == whole[0]
        assert me.get("glitems/nothing").status_code == 404


def test_ar_items_are_listed_open_or_not(arm: Callable[..., Any]) -> None:
    """All of them, those still open, or those of a customer."""
    with arm(books=LEDGER) as me:
        open_items = listed(me, "aritems", "arItems", openonly="true")
        assert 0 < len(open_items) < len(listed(me, "aritems", "arItems")) == len(LEDGER.ar_items)
        assert all(one["currencyBalance"] for one in open_items)
        assert {one["customerNo"] for one in listed(me, "aritems", "arItems", customerno="000003")} == {"000003"}


@pytest.mark.parametrize("value", ["honoured", "ignored"])
def test_filters_may_be_ignored(arm: Callable[..., Any], value: str) -> None:
    """A server that does not know a filter gives everything: only what comes back can tell."""
    with arm(books=LEDGER, dialect={"list_filters": value}) as me:
        periods = {one["glPeriod"] for one in listed(me, "glitems", "glItems", glperiod="2")}
        assert (periods == {2}) is (value == "honoured")


def test_gl_movements_may_be_absent(arm: Callable[..., Any]) -> None:
    """The listing of movements is nowhere documented: it may not be there."""
    with arm(books=LEDGER) as me:
        assert listed(me, "glmovements", "glMovements") == list(LEDGER.gl_movements)
    with arm(books=LEDGER, dialect={"gl_movements": "absent"}) as me:
        assert me.get("glmovements").status_code == 404


def test_more_than_the_cap_is_cut(arm: Callable[..., Any]) -> None:
    """Twelve thousand items on one day: ten thousand are served, and the total tells, or does not."""
    many = books(2218, 4_000, on_one_day=4_000)
    with arm(books=many) as me:
        summary = me.get("glitems", pagesize="1000", fromdate="2025-01-10", todate="2025-01-10").json()["summary"]
        assert summary["totalCount"] >= 12_000
        assert summary["totalPages"] == 10
    with arm(books=many, dialect={"list_total": "clamped"}) as me:
        assert me.get("glitems", pagesize="1000").json()["summary"]["totalCount"] == 10_000
