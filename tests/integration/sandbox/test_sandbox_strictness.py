"""The sandbox refuses what ARM refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.loopback import NO_CERTIFICATES
from support.sandbox_caller import customer, document

if TYPE_CHECKING:
    from collections.abc import Callable

META = {"userId": "u"}
BODIES: list[tuple[str, Any]] = [
    ("documents", document()),
    ("documents", {"document": document()}),
    ("documents", {"metadata": {}, "document": document()}),
    ("documents", {"metadata": {"userId": 7}, "document": document()}),
    ("documents", {"metadata": META, "documents": [document()]}),
    ("documents", {"metadata": META, "document": [document()]}),
    ("documents", {"metadata": META, "document": document(), "more": 1}),
    ("documents/batches", {"metadata": META, "document": document()}),
    ("documents/batches", {"metadata": META, "documents": document()}),
    ("documents/batches", {"metadata": META, "documents": []}),
    ("customers/batches", {"metadata": META, "documents": [document()]}),
    ("customers", [customer()]),
]


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_a_wrong_wrapper_is_refused(arm: Callable[..., Any], path: str, body: Any) -> None:
    """I wrap my records in another way than documented and am told how the body must be."""
    with arm() as me:
        answer = me.call("POST", path, json=body)
        assert answer.status_code == 422
        assert set(answer.json()) == {"status", "result", "message", "errors"}
        assert (me.state.documents, me.state.batches) == ({}, {})


@pytest.mark.parametrize("body", ["", "{", '{"metadata":NaN}', "[" * 100_000, "\xff"])
def test_a_body_that_is_not_json_is_refused(arm: Callable[..., Any], body: str) -> None:
    """I send something that is not JSON and get 400."""
    with arm() as me:
        assert me.call("POST", "documents", content=body.encode("latin-1")).status_code == 400


LINE = {"lineNo": 1}
DOCUMENT_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"customerNo": 543210}, "customerNo"),
    ({"kid": 5}, "kid"),
    ({"documentDate": "27.02.2025"}, "documentDate"),
    ({"dueDate": "2025-02-30"}, "dueDate"),
    ({"currencyAmounts": {"vat": "5"}}, "currencyAmounts.vat"),
    ({"currencyAmounts": {"sum": 5}}, "currencyAmounts.sum"),
    ({"currencyAmounts": 5}, "currencyAmounts"),
    ({"distribution": {"einvoiceCode": 1.5}}, "distribution.einvoiceCode"),
    ({"emailAddress": "a@b.no"}, "emailAddress"),
    ({"emailAddress": [1]}, "emailAddress"),
    ({"attachmentCodes": {}}, "attachmentCodes"),
    ({"documentLines": {}}, "documentLines"),
    ({"documentLines": [LINE, {"price": True}]}, "documentLines[1].price"),
    ({"documentLines": [LINE, {"colour": "red"}]}, "documentLines[1].colour"),
    ({"documentLines": ["x"]}, "documentLines[0]"),
    ({"accountNo": 5}, "accountNo"),
    ({"dueDate": ""}, "dueDate"),
    ({"currency": None}, "currency"),
    ({"documentType": " "}, "documentType"),
]


@pytest.mark.parametrize(("change", "field"), DOCUMENT_FAULTS)
def test_a_wrong_document_is_refused_by_the_name_of_its_field(
    arm: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    """I send one wrong value and the answer names that field, alone and in a batch, where its neighbour is created."""
    with arm() as me:
        alone = me.send("POST", "documents", document(**change))
        assert alone.status_code == 422
        assert [one["field"] for one in alone.json()["errors"]] == [field]
        batch = me.outcome("POST", "documents", [document("x", **change), document("y")])
        assert batch.status_code == 206
        bad, good = batch.json()["documents"]
        assert [one["field"] for one in bad["errors"]] == [field]
        assert (bad["status"], bad["result"], good["result"]) == ("FAILED", "REJECTED", "CREATED")
        assert list(me.state.documents) == ["y"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"vatLiable": "true"}, "vatLiable"), ({"dueDays": 1.0}, "dueDays"), ({"nickName": "x"}, "nickName"),
     ({"postalAddress": {"street": ""}}, "postalAddress.street"), ({"name": 5}, "name")],
)  # fmt: skip
def test_a_wrong_customer_is_refused_by_the_name_of_its_field(
    arm: Callable[..., Any], change: dict[str, Any], field: str
) -> None:
    """I send one wrong value and the answer names that field; the customer is as before."""
    with arm() as me:
        before = dict(me.state.customers["543210"])
        answer = me.send("PUT", "customers", customer(**change))
        assert [one["field"] for one in answer.json()["errors"]] == [field]
        assert me.state.customers["543210"] == before


REFUSALS: list[tuple[str, str, Any, str]] = [
    ("POST", "customers", customer(preferredChannel="post"), "preferredChannel"),
    ("POST", "customers", {"customerNo": "n"}, "name"),
    ("POST", "customers", customer(dueDays="ten"), "dueDays"),
    ("PUT", "customers", customer("unknown"), "customerNo"),
    ("POST", "documents", document(customerNo="unknown"), "customerNo"),
    ("POST", "documents", document(documentLines=["x"]), "documentLines[0]"),
]


@pytest.mark.parametrize(("method", "resource", "record", "field"), REFUSALS)
def test_a_refusal_says_what_is_wrong_once(
    arm: Callable[..., Any], method: str, resource: str, record: dict[str, Any], field: str
) -> None:
    """I read the message and the errors of a refusal one after the other: nothing is in them twice."""
    with arm() as me:
        alone = me.send(method, resource, record).json()
        item = me.outcome(method, resource, [record]).json()[resource][0]
        for answer in (alone, item):
            [error] = answer["errors"]
            assert error["field"] == field
            assert field not in answer["message"] + error["message"]
            assert error["message"] not in answer["message"]


@pytest.mark.parametrize("style", ["message", "problem", "text"])
def test_a_refusal_without_a_list_of_errors_says_it_in_its_message(arm: Callable[..., Any], style: str) -> None:
    """I get an error of one sentence only, and it names the field and what is wrong with it."""
    with arm(dialect={"error_body": style}) as me:
        answer = me.send("POST", "customers", customer(preferredChannel="post"))
        assert "preferredChannel: is not known" in answer.text
        assert answer.text.count("preferredChannel") == 1


def test_a_batch_rejected_as_a_whole_names_what_is_wrong(arm: Callable[..., Any]) -> None:
    """I send a batch to an ARM that takes all or nothing, and its one message names the field."""
    with arm(dialect={"failures": "whole"}) as me:
        answer = me.outcome("POST", "customers", [customer("n"), {"customerNo": "m"}]).json()
        assert answer["message"] == "The batch was rejected: name: is required"


def test_a_record_that_is_no_object_is_a_failed_item(arm: Callable[..., Any]) -> None:
    """I slip a word in among the documents and only that item fails."""
    with arm() as me:
        items = me.outcome("POST", "documents", ["x", document()]).json()["documents"]
        assert [one["status"] for one in items] == ["FAILED", "PROCESSED"]


def test_the_same_number_and_an_unknown_customer_are_refused(arm: Callable[..., Any]) -> None:
    """I post a number twice, and a document for no one: both are refused by field."""
    with arm() as me:
        me.send("POST", "documents", document("A1"))
        again = me.send("POST", "documents", document("a1"))
        nobody = me.send("POST", "documents", document("b", customerNo="0"))
        assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "documentNo")
        assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "customerNo")
        assert len(me.state.documents["a1"]) == 1


def test_only_the_right_token_and_client_come_in(arm: Callable[..., Any]) -> None:
    """Without a good token I get 401, with another client's number 403, at another address 404; none is counted."""
    with arm() as me:
        assert httpx.get(f"{me.sandbox.base_url}/clients/2218/customers", verify=NO_CERTIFICATES).status_code == 401
        assert me.call("GET", "customers", headers={"Authorization": "Bearer nonsense"}).status_code == 401
        assert me.call("GET", "customers", client=2219).status_code == 403
        assert httpx.get(f"{me.sandbox.base_url}/customers", verify=NO_CERTIFICATES).status_code == 404
        assert me.state.usage()["hour.requests"] == 0
        assert me.get("invoices").status_code == 404
        assert me.state.usage()["hour.requests"] == 1
        assert me.get("customers").headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


def test_a_token_is_given_for_the_right_secret_and_lasts_an_hour(arm: Callable[..., Any]) -> None:
    """I log in with the right secret only, and my token is refused when its time is over."""
    with arm() as me:
        wrong = me.login(client_secret="guess")  # noqa: S106 - wrong on purpose
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        assert me.login(grant_type="password").status_code == 400
        token = me.login().json()
        assert set(token) == {"access_token", "token_type", "not_before", "expires_in", "expires_on", "resource"}
        assert (token["token_type"], token["expires_in"], token["expires_on"]) == ("Bearer", 3600, 1_800_003_600)
        assert me.get("customers").status_code == 200
        me.clock.now += 3600
        assert me.get("customers").status_code == 401
        assert [call.status for call in me.state.logins] == [401, 400, 200, 200]
        assert not any(call.body for call in me.state.logins)
