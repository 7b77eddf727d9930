"""Every list of the sandbox with its filters, and a ledger to which records are added by the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import LEDGER, customer, document, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LISTS = {
    "glitems": ("glItems", LEDGER.gl_items),
    "aritems": ("arItems", LEDGER.ar_items),
    "glmovements": ("glMovements", LEDGER.gl_movements),
    "customers": ("customers", LEDGER.customers),
    "documents": ("documents", LEDGER.documents),
    "documentbundles": ("documentBundles", LEDGER.bundles),
    "logitems": ("logItems", LEDGER.log_items),
    "codes": ("codes", LEDGER.codes),
    "clientconfigs": ("clientConfigs", LEDGER.configs),
    "insights/adbintervals": ("adbIntervals", LEDGER.insights),
}
FILTERS = [
    ("glitems", "glyear", "glYear"), ("glitems", "glperiod", "glPeriod"), ("glitems", "glaccountno", "glAccountNo"),
    ("glitems", "voucherno", "voucherNo"), ("aritems", "customerno", "customerNo"),
    ("aritems", "accountno", "accountNo"), ("aritems", "documentno", "documentNo"),
    ("glmovements", "glaccountno", "glAccountNo"), ("customers", "customerno", "customerNo"),
    ("customers", "accountno", "accountNo"), ("customers", "organizationno", "organizationNo"),
    ("customers", "name", "name"), ("customers", "customercategory", "customerCategory"),
    ("documents", "customerno", "customerNo"), ("documents", "accountno", "accountNo"),
    ("documents", "documentno", "documentNo"), ("documents", "documenttype", "documentType"),
    ("documentbundles", "customerno", "customerNo"), ("logitems", "customerno", "customerNo"),
    ("logitems", "accountno", "accountNo"), ("codes", "codetype", "codeType"),
    ("clientconfigs", "configkey", "configKey"),
]  # fmt: skip
DAYS = {
    "glitems": "voucherDate",
    "aritems": "voucherDate",
    "documents": "documentDate",
    "documentbundles": "createdTime",
    "logitems": "createdTime",
}
LINES = {"expand": "documentLines"}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_is_served_whole(arm: Callable[..., Any], path: str) -> None:
    """Over all its pages a list has what the books have, in their order."""
    wrapper, records = LISTS[path]
    with arm(lists=LEDGER, customers=[]) as me:
        assert listed(me, path, wrapper, **LINES) == list(records) != []


@pytest.mark.first_cases(8)
@pytest.mark.parametrize(("path", "name", "key"), FILTERS, ids=str)
def test_a_filter_finds_exactly_what_has_its_value(arm: Callable[..., Any], path: str, name: str, key: str) -> None:
    """Each value of a few, in capitals or not: the records that have it, and no other."""
    wrapper, records = LISTS[path]
    values = list(dict.fromkeys(str(one[key]) for one in records if one[key] != ""))[:4]
    assert values
    with arm(lists=LEDGER, customers=[]) as me:
        for value in values:
            found = listed(me, path, wrapper, **LINES, **{name: value.upper()})
            assert found == [one for one in records if str(one[key]) == value]
        assert listed(me, path, wrapper, **{name: "nothing"}) == []


@pytest.mark.parametrize("path", DAYS)
def test_days_are_both_included(arm: Callable[..., Any], path: str) -> None:
    """From one day to another, open at either end, on one day, and together with a filter."""
    wrapper, records = LISTS[path]
    days = [one[DAYS[path]][:10] for one in records]
    with arm(lists=LEDGER, customers=[]) as me:
        for first, last in [(days[70], days[170]), (days[70], ""), ("", days[170]), (days[70], days[70])]:
            found = listed(me, path, wrapper, **LINES, fromdate=first, todate=last)
            inside = [first <= day and (not last or day <= last) for day in days]
            assert found == [one for one, here in zip(records, inside, strict=True) if here] != []
        if path != "glitems":
            whose = records[70]["customerNo"]
            found = listed(me, path, wrapper, **LINES, fromdate=days[70], customerno=whose)
            assert found == [one for one, day in zip(records, days, strict=True)
                             if day >= days[70] and one["customerNo"] == whose]  # fmt: skip
        assert listed(me, path, wrapper, fromdate="2031-01-01") == []


def test_lines_are_shown_when_asked_for_and_counted(arm: Callable[..., Any]) -> None:
    """A list of documents has lines only with `expand`, on later pages too; each of them is a record read."""
    lines = sum(len(one["documentLines"]) for one in LEDGER.documents[:200])
    with arm(lists=LEDGER) as me:
        assert "documentLines" not in me.get("documents").json()["documents"][0]
        assert me.state.usage()["hour.reads"] == 100
        query = me.get("documents", **LINES).json()["summary"]["queryId"]
        second = me.get("documents", query=query, pageno="2").json()["documents"]
        assert second == LEDGER.documents[100:200]
        assert me.state.usage()["hour.reads"] == 100 + 200 + lines


def test_single_records_of_the_books_are_found(arm: Callable[..., Any]) -> None:
    """By their numbers, one by one; what is nearly a number finds nothing."""
    with arm(lists=LEDGER) as me:
        for one in LEDGER.gl_items[::97]:
            assert me.get(f"glitems/{one['glItemId']}").json() == one
        for one in LEDGER.ar_items[::97]:
            assert me.get(f"aritems/{one['arItemId']}").json() == one
        for one in LEDGER.customers[::17]:
            assert me.get(f"customers/{one['customerNo']}").json() == one
        for one in LEDGER.documents[::97]:
            assert me.get(f"documents/{one['documentNo']}", **LINES).json() == one
        wrong = ("glitems/2218-50001", "glitems/2218-x-1500", "aritems/2218-1-1-0", "customers/1", "documents/1")
        assert {me.get(one).status_code for one in wrong} == {404}


def changed(records: Sequence[dict[str, Any]], number: str, **new: Any) -> list[dict[str, Any]]:
    """Customers by number, one of them changed."""
    told = [{**one, **new} if one["customerNo"] == number else one for one in records]
    return sorted(told, key=lambda one: str(one["customerNo"]))


def test_a_customer_of_the_books_can_be_changed(arm: Callable[..., Any]) -> None:
    """PUT changes what it says and nothing else: one customer, once in the list, its number and balance as before."""
    with arm(lists=LEDGER, customers=[]) as me:
        query = me.get("customers").json()["summary"]["queryId"]
        answer = me.send("PUT", "customers", {"customerNo": "000007", "name": "Nytt navn", "dueDays": 45})
        assert (answer.status_code, answer.json()["result"]) == (200, "UPDATED")
        now = sorted(listed(me, "customers", "customers"), key=lambda one: str(one["customerNo"]))
        assert now == changed(LEDGER.customers, "000007", name="Nytt navn", dueDays=45)
        assert me.get("customers/000007").json()["name"] == "Nytt navn"
        assert len(listed(me, "customers", "customers", name="nytt navn")) == 1
        assert listed(me, "customers", "customers", name=LEDGER.customers[6]["name"], customerno="000007") == []
        assert me.get("customers", query=query).json()["customers"] == list(LEDGER.customers)
        assert me.outcome("PUT", "customers", [{"customerNo": "000008", "phoneNo": "1"}]).status_code == 200
        assert me.get("customers/000008").json() == {**LEDGER.customers[7], "phoneNo": "1"}
    with arm(lists=LEDGER, customers=[]) as me:
        assert me.get("customers/000007").json() == LEDGER.customers[6]


def test_a_customer_of_the_books_can_be_deleted_unless_billed(arm: Callable[..., Any]) -> None:
    """One without documents goes, and stays away; one with documents stays."""
    billed = {one["customerNo"] for one in LEDGER.documents}
    free = [one["customerNo"] for one in LEDGER.customers if one["customerNo"] not in billed]
    with arm(lists=LEDGER, customers=[]) as me:
        assert me.call("DELETE", f"customers/{min(billed)}").status_code == 422
        assert me.call("DELETE", f"customers/{free[0]}").status_code == 200
        assert me.get(f"customers/{free[0]}").status_code == 404
        assert len(listed(me, "customers", "customers")) == len(LEDGER.customers) - 1
        assert me.send("PUT", "customers", customer(free[0])).status_code == 404
        assert me.send("POST", "customers", customer(free[0])).status_code == 201
        assert len(listed(me, "customers", "customers")) == len(LEDGER.customers)


def test_documents_that_come_stand_beside_those_of_the_books(arm: Callable[..., Any]) -> None:
    """A new invoice to a customer of the books: numbers of its own, its bundle, its log; an old number is refused."""
    with arm(lists=LEDGER) as me:
        answer = me.send("POST", "documents", document("new", customerNo="000007")).json()
        assert answer["accountNo"] == LEDGER.customers[6]["accountNo"]
        assert answer["referenceNo"] not in {one["referenceNo"] for one in LEDGER.ar_items}
        assert answer["documentBundleId"] not in {one["documentBundleId"] for one in LEDGER.bundles}
        for path, wrapper in (
            ("documents", "documents"),
            ("documentbundles", "documentBundles"),
            ("logitems", "logItems"),
        ):
            whole = listed(me, path, wrapper, **LINES)
            assert whole[:-1] == list(LISTS[path][1])
            assert (whole[-1]["documentNo"], whole[-1]["referenceNo"]) == ("new", answer["referenceNo"])
        since = listed(me, "logitems", "logItems", fromdate="2027-01-01")
        assert [(one["documentNo"], one["logType"]) for one in since] == [("new", "IMPORTED")]
        old = LEDGER.documents[3]["documentNo"]
        assert me.send("POST", "documents", document(old, customerNo="000007")).status_code == 422
        accounts = {one["accountNo"] for one in LEDGER.customers}
        assert me.send("POST", "customers", customer("another")).json()["accountNo"] not in accounts


def test_a_sandbox_without_a_ledger_has_empty_lists(arm: Callable[..., Any]) -> None:
    """Nothing is in the lists before something comes."""
    with arm(customers=[]) as me:
        for path, (wrapper, _) in LISTS.items():
            assert me.get(path).json()[wrapper] == []
        assert me.get("insights").status_code == 404
