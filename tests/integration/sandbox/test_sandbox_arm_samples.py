"""The sandbox answers ARM's published samples as they were published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import customer, document, sample

if TYPE_CHECKING:
    from collections.abc import Callable

COMPUTED = {
    "clientNo", "accountNo", "customerKid", "balanceTotal", "registrationStatusCode", "registrationStatusDate",
    "postalAddressChanged", "postalReturnStatus", "postalReturnDate", "usingLanguage",
}  # fmt: skip


def test_the_published_document_is_answered_as_published(arm: Callable[..., Any]) -> None:
    """I post the published document and get the published answer, with the very same numbers."""
    body = sample("document.post.request.json")
    body["document"]["emailAddress"] = ["owea@ testarmrest.no"]
    with arm() as me:
        answer = me.call("POST", "documents", json=body)
        assert answer.status_code == 201
        assert answer.json() == sample("document.post.response.json")
        assert list(answer.json()) == list(sample("document.post.response.json"))
        assert me.state.documents["88776655"][0]["emailAddress"] == ["owea@testarmrest.no"]


def test_a_document_without_a_kid_gets_one_in_the_published_layout(arm: Callable[..., Any]) -> None:
    """I leave the KID out and ARM makes the one the sample shows."""
    with arm() as me:
        me.send("POST", "documents", document(kid=""))
        assert me.state.documents["88776655"][0]["kid"][:20] == "50022185000020035078"
        assert len(me.state.documents["88776655"][0]["kid"]) == 21


def test_the_published_batch_is_accepted_and_processed(arm: Callable[..., Any]) -> None:
    """I post the published batch, keep its number, and find every document created."""
    with arm(delay=10.0) as me:
        posted = me.call("POST", "documents/batches", json=sample("documents.batch.post.request.json"))
        assert posted.status_code == 202
        assert set(posted.json()) == {"batchUuid", "status", "message", "clientNo"}
        assert posted.json()["status"] == "QUEUED"
        path = f"batches/{posted.json()['batchUuid']}"
        seen = []
        for _ in range(3):
            answer = me.get(path)
            seen.append((answer.status_code, answer.json()["status"]))
            me.clock.now += 5
        assert seen == [(202, "QUEUED"), (202, "PROCESSING"), (200, "PROCESSED")]
        items = answer.json()["documents"]
        assert [set(one) for one in items] == [set(sample("document.post.response.json"))]
        assert items[0]["warnings"] == []


@pytest.mark.parametrize("place", [0, 1])
def test_a_published_customer_is_accepted_and_comes_back_whole(arm: Callable[..., Any], place: int) -> None:
    """I send back a customer as ARM once listed it: every writable key is kept, every computed one is ARM's own."""
    given = sample("customers.list.response.json")["customers"][place]
    with arm(customers=[]) as me:
        answer = me.send("POST", "customers", given)
        assert (answer.status_code, answer.json()["result"]) == (201, "CREATED")
        stored = me.get(f"customers/{given['customerNo']}").json()
        assert {k: v for k, v in stored.items() if k not in COMPUTED} == {
            k: v for k, v in given.items() if k not in COMPUTED
        }
        assert (stored["accountNo"], stored["balanceTotal"]) == (500002, 0)
        assert "registrationStatusCode" not in stored


def test_the_list_has_the_published_summary(arm: Callable[..., Any]) -> None:
    """I list customers and find the summary's keys in the published order."""
    with arm(customers=[customer(str(n)) for n in range(28)]) as me:
        answer = me.get("customers", pagesize="5").json()
        published = sample("customers.list.response.json")["summary"]
        assert list(answer["summary"]) == list(published)
        assert {k: type(v) for k, v in answer["summary"].items()} == {k: type(v) for k, v in published.items()}
        assert len(answer["summary"]["queryId"]) == len(published["queryId"])
        assert list(answer) == ["summary", "customers"]


def test_a_document_is_found_by_its_number_in_any_case(arm: Callable[..., Any]) -> None:
    """I ask for a number with a slash and a space in it, in another case, and find the document."""
    with arm() as me:
        me.send("POST", "documents", document("Ab/1 æ"))
        found = me.get("documents/aB%2F1%20%C3%86")
        assert (found.status_code, found.json()["documentNo"]) == (200, "Ab/1 æ")
        assert "documentLines" not in found.json()
        assert len(me.get("documents/AB%2F1%20æ", expand="documentlines").json()["documentLines"]) == 3
        assert [call.reads for call in me.state.requests] == [0, 1, 4]
        assert me.get("documents/nothing").status_code == 404
