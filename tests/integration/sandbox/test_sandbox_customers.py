"""Customers of the sandbox: created, changed in part, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import customer, document

if TYPE_CHECKING:
    from collections.abc import Callable

HOME = {"addressLine1": "Old road 1", "postalCode": "0150", "cityName": "Oslo", "countryCode": "NO"}


def test_a_new_customer_is_created_and_an_old_one_updated(arm: Callable[..., Any]) -> None:
    """I post the same customer twice, the second time in another case: one customer, created and then updated."""
    with arm(customers=[]) as me:
        first = me.send("POST", "customers", customer("ab1"))
        again = me.send("POST", "customers", customer("AB1", name="New"))
        assert (first.status_code, first.json()["result"]) == (201, "CREATED")
        assert (again.status_code, again.json()["result"]) == (200, "UPDATED")
        assert list(me.state.customers) == ["ab1"]
        assert me.state.customers["ab1"]["name"] == "New"
        assert first.json()["accountNo"] == again.json()["accountNo"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_i_leave_out_stays_and_what_i_blank_is_cleared(arm: Callable[..., Any], method: str) -> None:
    """Absent and null leave a value alone, "" clears it, an array is replaced as a whole."""
    old = customer(phoneNo="99", ssn="1", language="no", arRules=["a", "b"], naceCodes=["x"], dueDays=10)
    with arm(customers=[old]) as me:
        me.send(method, "customers", customer(phoneNo=None, ssn="", arRules=["c"], naceCodes=[]))
        new = me.state.customers["543210"]
        assert (new["phoneNo"], new["ssn"], new["language"], new["dueDays"]) == ("99", "", "no", 10)
        assert (new["arRules"], new["naceCodes"]) == (["c"], [])


@pytest.mark.parametrize("given", [{"cityName": "Bergen"}, {"cityName": "Bergen", "postalCode": None}])
def test_the_address_changes_as_a_whole(arm: Callable[..., Any], given: dict[str, Any]) -> None:
    """I change one part of the address and the parts I did not send become blank."""
    with arm(customers=[customer(postalAddress=HOME)]) as me:
        me.send("PUT", "customers", customer(postalAddress=given))
        stored = me.state.customers["543210"]["postalAddress"]
        assert stored.pop("cityName") == "Bergen"
        assert set(stored.values()) == {""}


@pytest.mark.parametrize("given", [None, {}, {"cityName": None}])
def test_an_address_that_says_nothing_changes_nothing(arm: Callable[..., Any], given: Any) -> None:
    """I send no address, an empty one or only nulls, and the address stays."""
    with arm(customers=[customer(postalAddress=HOME)]) as me:
        me.send("PUT", "customers", customer(postalAddress=given))
        assert me.state.customers["543210"]["postalAddress"] == HOME


def test_other_groups_change_key_by_key(arm: Callable[..., Any]) -> None:
    """I change one key of distribution and the others stay."""
    with arm(customers=[customer(distribution={"type": "H", "einvoiceCode": 2})]) as me:
        me.send("PUT", "customers", customer(distribution={"type": "M"}))
        assert me.state.customers["543210"]["distribution"] == {"type": "M", "einvoiceCode": 2}


def test_what_arm_works_out_itself_cannot_be_set(arm: Callable[..., Any]) -> None:
    """I send computed keys: they are taken without a word, and ignored."""
    with arm(customers=[]) as me:
        answer = me.send("POST", "customers", customer(balanceTotal=99, accountNo="x", customerKid="1"))
        assert answer.status_code == 201
        assert me.state.customers["543210"]["balanceTotal"] == 0
        assert me.state.customers["543210"]["accountNo"] == 500002


def test_blanks_in_an_email_address_are_taken_out_and_told(arm: Callable[..., Any]) -> None:
    """I send an address with a blank in it: it is stored without, and a warning says so, cut off at 75 characters."""
    with arm() as me:
        answer = me.send("PUT", "customers", customer(emailAddressDocument=["a b@c.no", "d@e.no", "x y@" + "z" * 80]))
        told = answer.json()["warnings"]
        assert me.state.customers["543210"]["emailAddressDocument"][:2] == ["ab@c.no", "d@e.no"]
        assert told[0] == {
            "field": "EmailAddressDocument",
            "message": "Email address a b@c.no was sanitized: ab@c.no was saved",
        }
        assert [len(one["message"]) for one in told] == [55, 75]


def test_an_unknown_customer_cannot_be_changed(arm: Callable[..., Any]) -> None:
    """I put a customer ARM does not know and nothing is made of it."""
    with arm(customers=[]) as me:
        assert me.send("PUT", "customers", customer()).status_code == 404
        item = me.outcome("PUT", "customers", [customer()])
        assert (item.status_code, item.json()["customers"][0]["status"]) == (206, "FAILED")
        assert me.state.customers == {}


def test_only_a_customer_without_documents_can_be_deleted(arm: Callable[..., Any]) -> None:
    """I delete a customer who has documents and am refused; one without them is gone."""
    with arm(customers=[customer(), customer("b")]) as me:
        me.send("POST", "documents", document())
        assert me.call("DELETE", "customers/543210").status_code == 422
        assert me.call("DELETE", "customers/B").status_code == 200
        assert me.call("DELETE", "customers/B").status_code == 404
        assert list(me.state.customers) == ["543210"]
        me.send("POST", "customers", customer("c"))
        assert me.state.customers["c"]["accountNo"] == 500004


def test_a_batch_of_customers_is_an_upsert_for_each(arm: Callable[..., Any]) -> None:
    """I post a batch with an old, a new and a nameless customer: updated, created, failed, in my order."""
    with arm() as me:
        answer = me.outcome("POST", "customers", [customer(), customer("n"), {"customerNo": "m"}])
        items = answer.json()["customers"]
        assert answer.status_code == 206
        assert [one["result"] for one in items] == ["UPDATED", "CREATED", "REJECTED"]
        assert items[2] == {
            "status": "FAILED",
            "result": "REJECTED",
            "message": "The record was rejected",
            "customerNo": "m",
            "errors": [{"field": "name", "message": "is required"}],
        }
