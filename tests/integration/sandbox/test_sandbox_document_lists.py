"""Lists of customers and documents: pages, sizes, filters and stored queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import customer, document

if TYPE_CHECKING:
    from collections.abc import Callable

MANY = [customer(str(n), name=f"Kunde {n % 2}") for n in range(23)]


def test_every_customer_is_listed_once_over_all_pages(arm: Callable[..., Any]) -> None:
    """I follow nextPage to its end and have seen every customer once."""
    with arm(customers=MANY) as me:
        summary = me.get("customers", pagesize="10").json()["summary"]
        assert (summary["totalPages"], summary["totalCount"], summary["pageSizeLimit"]) == (3, 23, 10)
        seen, page = [], 1
        while page:
            answer = me.get("customers", query=summary["queryId"], pageno=str(page)).json()
            seen += [one["customerNo"] for one in answer["customers"]]
            assert answer["summary"]["currentPageSize"] == len(answer["customers"])
            following = answer["summary"].get("nextPage")
            assert not following or following.startswith(f"{me.sandbox.base_url}/clients/2218/customers?query=")
            page = int(following.rpartition("=")[2]) if following else 0
        assert seen == [one["customerNo"] for one in MANY]
        assert me.state.usage()["hour.reads"] == 10 + 23


@pytest.mark.parametrize(
    ("asked", "size", "most"),
    [({}, 100, 10_000), ({"pagesize": "4"}, 10, 10_000), ({"pagesize": "5"}, 5, 10_000),
     ({"pagesize": "5000"}, 1000, 10_000), ({"pagesize": "10", "maximumcount": "11"}, 10, 20),
     ({"pagesize": "10", "maximumcount": "20"}, 10, 20), ({"maximumcount": "99999"}, 100, 10_000)],
)  # fmt: skip
def test_page_size_and_maximum_count_follow_the_documented_rules(
    arm: Callable[..., Any], asked: dict[str, str], size: int, most: int
) -> None:
    """I ask for odd sizes and get the nearest allowed ones."""
    with arm(customers=MANY) as me:
        summary = me.get("customers", **asked).json()["summary"]
        assert (summary["pageSizeLimit"], summary["maximumCount"]) == (size, most)


def test_more_than_the_maximum_is_told_but_not_served(arm: Callable[..., Any]) -> None:
    """I ask for at most ten: ten are served, and totalCount says there are more."""
    with arm(customers=MANY) as me:
        summary = me.get("customers", pagesize="10", maximumcount="10").json()["summary"]
        assert (summary["totalCount"], summary["totalPages"], "nextPage" in summary) == (23, 1, False)
        assert me.get("customers", pagesize="ten").status_code == 400


def test_filters_narrow_the_list_and_case_does_not_count(arm: Callable[..., Any]) -> None:
    """I filter by name and number, in another case."""
    with arm(customers=MANY) as me:
        assert me.get("customers", name="KUNDE 1").json()["summary"]["totalCount"] == 11
        assert me.get("customers", name="KUNDE 1", customerno="2").json()["customers"] == []
        assert me.get("customers", accountno="500003").json()["customers"][0]["customerNo"] == "1"


def test_a_stored_query_is_a_snapshot_for_fifteen_minutes(arm: Callable[..., Any]) -> None:
    """New customers do not shift my pages; after a quarter of an hour the query is gone."""
    with arm(customers=MANY) as me:
        query = me.get("customers", pagesize="10").json()["summary"]["queryId"]
        me.send("POST", "customers", customer("new"))
        assert me.get("customers", query=query).json()["summary"]["totalCount"] == 23
        assert me.get("customers", query=query.swapcase()).status_code == 404
        me.clock.now += 901
        assert me.get("customers", query=query).status_code == 404


def test_documents_are_listed_too(arm: Callable[..., Any]) -> None:
    """I list a customer's documents, without their lines."""
    with arm() as me:
        me.send("POST", "documents", document("a"))
        me.send("POST", "documents", document("b"))
        assert len(me.get("documents", customerno="543210").json()["documents"]) == 2
        found = me.get("documents", documentno="B").json()["documents"]
        assert [one["documentNo"] for one in found] == ["b"]
        assert "documentLines" not in found[0]
