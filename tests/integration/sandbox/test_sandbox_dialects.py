"""Each behaviour that the documentation of ARM leaves open can be switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.sandbox_caller import customer, document

from armbulk.sandbox import BEHAVIOURS, Sandbox, ServerBehaviour

if TYPE_CHECKING:
    from collections.abc import Callable

TWO = [document("a"), document("b")]
BAD = [document("a"), document("b", customerNo="nobody"), document("c"), document("d")]


@pytest.mark.first_cases(20)
@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BEHAVIOURS.items() for value in values])
def test_in_every_dialect_both_documents_are_created_once(arm: Callable[..., Any], name: str, value: str) -> None:
    """Whatever the dialect, my two documents arrive, once."""
    with arm(dialect={name: value}) as me:
        parts = [TWO] if (name, value) != ("batch_max", "1") else [[one] for one in TWO]
        for part in parts:
            assert me.send("POST", "documents/batches", part).status_code in {200, 201, 202}
            me.get("customers")
        assert {key: len(found) for key, found in me.state.documents.items()} == {"a": 1, "b": 1}


def test_a_dialect_that_does_not_exist_is_refused() -> None:
    """I mistype a dialect and am told which there are."""
    assert ServerBehaviour.parse(["duplicate=accept", "visibility = 2.5"]).visibility == "2.5"
    with pytest.raises(ValueError, match="batch_post_status"):
        Sandbox(dialect={"batch": "1"})
    with pytest.raises(ValueError, match="refuse, accept"):
        Sandbox(dialect={"duplicate": "maybe"})
    with pytest.raises(ValueError, match="another number"):
        ServerBehaviour.of({"visibility": "soon"})
    with pytest.raises(ValueError, match="NAME=VALUE"):
        ServerBehaviour.parse(["duplicate"])


def test_the_answer_to_a_batch_may_look_otherwise(arm: Callable[..., Any]) -> None:
    """The batch number may stand elsewhere, under another status, beside unknown keys."""
    for where in ("data", "batch"):
        with arm(dialect={"batch_uuid_in": where, "batch_post_status": "201", "extra_keys": "yes"}) as me:
            posted = me.send("POST", "documents/batches", TWO)
            assert posted.status_code == 201
            assert "traceId" in posted.json()
            assert me.get(f"batches/{posted.json()[where]['batchUuid']}").status_code == 200


@pytest.mark.parametrize(("style", "seen"), [
    ("202", [(202, True), (202, True), (200, True)]), ("200", [(200, True), (200, True), (200, True)]),
    ("404", [(404, True), (202, True), (200, True)]), ("empty", [(202, False), (202, False), (200, True)]),
])  # fmt: skip
def test_a_batch_that_is_not_done_may_say_so_otherwise(
    arm: Callable[..., Any], style: str, seen: list[tuple[int, bool]]
) -> None:
    """I ask three times for a batch, and only the last time find items."""
    with arm(dialect={"batch_pending": style}, delay=10.0) as me:
        path = f"batches/{me.send('POST', 'documents/batches', TWO).json()['batchUuid']}"
        got = []
        for _ in range(3):
            answer = me.get(path)
            got.append((answer.status_code, bool(answer.content)))
            items = answer.content and answer.json().get("documents")
            me.clock.now += 5
        assert got == seen
        assert len(items) == 2


def test_items_may_look_otherwise(arm: Callable[..., Any]) -> None:
    """Items may stand under another key, in reverse, with an index or nothing to know them by."""
    dialect = {"items_key": "results", "item_order": "reverse", "item_identity": "index", "warnings": "null"}
    with arm(dialect=dialect) as me:
        items = me.outcome("POST", "documents", TWO).json()["results"]
        assert [one["index"] for one in items] == [1, 0]
        assert not any("documentNo" in one or "customerNo" in one for one in items)
        assert [one["warnings"] for one in items] == [None, None]
    with arm(dialect={"item_identity": "none", "warnings": "absent"}) as me:
        items = me.outcome("POST", "customers", [customer()]).json()["customers"]
        assert set(items[0]) == {"status", "result", "message", "clientNo", "accountNo"}


def test_failures_may_be_told_otherwise(arm: Callable[..., Any]) -> None:
    """One of my four documents fails; how I am told differs, what exists does not."""
    for style, seen in {"206": [(206, 4), (206, 4)], "200": [(200, 4)], "206_first": [(206, 2), (206, 4)]}.items():
        with arm(dialect={"failures": style}) as me:
            path = f"batches/{me.send('POST', 'documents/batches', BAD).json()['batchUuid']}"
            answers = [me.get(path) for _ in seen]
            assert [(one.status_code, len(one.json()["documents"])) for one in answers] == seen
            assert sorted(me.state.documents) == ["a", "c", "d"]


def test_a_batch_may_fail_as_a_whole(arm: Callable[..., Any]) -> None:
    """One of my documents fails and with it all: nothing exists, and there are no items."""
    with arm(dialect={"failures": "whole"}) as me:
        answer = me.outcome("POST", "documents", BAD)
        assert (answer.status_code, answer.json()["status"]) == (200, "FAILED")
        assert "documents" not in answer.json()
        assert me.state.documents == {}
        assert me.outcome("POST", "documents", TWO).json()["status"] == "PROCESSED"


def test_a_partial_answer_may_come_first_for_a_good_batch_too(arm: Callable[..., Any]) -> None:
    """All my documents are fine, and still the first answer has only half of them."""
    with arm(dialect={"failures": "206_first"}) as me:
        path = f"batches/{me.send('POST', 'documents/batches', TWO).json()['batchUuid']}"
        assert [me.get(path).status_code for _ in range(3)] == [206, 200, 200]


def test_a_document_may_be_seen_late(arm: Callable[..., Any]) -> None:
    """My document exists, but ARM finds it only five seconds after it was processed."""
    with arm(dialect={"visibility": "5"}, delay=10.0) as me:
        me.send("POST", "documents/batches", TWO)
        me.clock.now += 14
        assert me.get("documents/a").status_code == 404
        assert me.get("documents").json()["documents"] == []
        me.clock.now += 1
        assert me.get("documents/a").status_code == 200


def test_records_may_be_judged_otherwise(arm: Callable[..., Any]) -> None:
    """A second document, an unknown customer, a repeated or missing customer: each has another answer."""
    dialect = {"duplicate": "accept", "unknown_customer": "404", "post_existing": "201", "put_unknown": "422"}
    with arm(dialect=dialect) as me:
        assert [me.send("POST", "documents", document()).status_code for _ in range(2)] == [201, 201]
        first, second = me.state.documents["88776655"]
        assert second["referenceNo"] == first["referenceNo"] + 1
        assert me.send("POST", "documents", document("z", customerNo="nobody")).status_code == 404
        assert me.send("POST", "customers", customer()).status_code == 201
        assert me.send("PUT", "customers", customer("nobody")).status_code == 422


def test_a_batch_may_be_too_large(arm: Callable[..., Any]) -> None:
    """I send more than a batch may have and nothing of it is taken."""
    with arm(dialect={"batch_max": "1"}) as me:
        assert me.send("POST", "documents/batches", TWO).status_code == 413
        assert me.send("POST", "documents/batches", TWO[:1]).status_code == 202


@pytest.mark.parametrize(("style", "kind", "part"), [
    ("default", "application/json", '"errors": []'), ("message", "application/json", '{"message": '),
    ("problem", "application/problem+json", '"title": '), ("text", "text/plain; charset=utf-8", "There is no"),
    ("html", "text/html; charset=utf-8", "<html>"), ("empty", None, ""),
])  # fmt: skip
def test_errors_may_look_otherwise(arm: Callable[..., Any], style: str, kind: str | None, part: str) -> None:
    """The same 404 comes as JSON, as a problem, as text, as a web page or with nothing in it."""
    with arm(dialect={"error_body": style}) as me:
        answer = me.get("documents/nothing")
        assert (answer.status_code, answer.headers.get("content-type")) == (404, kind)
        assert part in answer.text
        assert bool(answer.text) == bool(part)


@pytest.mark.parametrize(("end", "told"), [("absent", ()), ("null", (None,)), ("empty", ("",))])
def test_the_last_page_may_say_so_otherwise(arm: Callable[..., Any], end: str, told: tuple[str | None, ...]) -> None:
    """On the last page nextPage is absent, null or blank."""
    with arm(dialect={"list_end": end}) as me:
        summary = me.get("customers").json()["summary"]
        assert tuple(value for key, value in summary.items() if key == "nextPage") == told


def test_next_page_may_mislead(arm: Callable[..., Any]) -> None:
    """On the last page nextPage may be this page again; before it, another host."""
    with arm(dialect={"list_end": "same"}) as me:
        summary = me.get("customers").json()["summary"]
        assert summary["nextPage"] == summary["lastPage"]
    many = [customer(str(n)) for n in range(6)]
    for style, origin in {"other": "https://arm.elsewhere.invalid/", "http": "http://localhost:"}.items():
        with arm(dialect={"next_page_host": style}, customers=many) as me:
            assert me.get("customers", pagesize="5").json()["summary"]["nextPage"].startswith(origin)


def test_lists_may_behave_otherwise(arm: Callable[..., Any]) -> None:
    """An empty list may be 404, a total cut off, a cap refused, a stored query live."""
    dialect = {"list_empty": "404", "list_total": "clamped", "over_cap": "400", "list_query": "live"}
    with arm(dialect=dialect, customers=[customer(str(n)) for n in range(7)]) as me:
        assert me.get("customers", name="nobody").status_code == 404
        assert me.get("customers", pagesize="1001").status_code == 400
        summary = me.get("customers", pagesize="5", maximumcount="5").json()["summary"]
        assert (summary["totalCount"], summary["totalPages"]) == (5, 1)
        query = me.get("customers", pagesize="5").json()["summary"]["queryId"]
        me.call("DELETE", "customers/0")
        page = me.get("customers", query=query, pageno="2").json()["customers"]
        assert [one["customerNo"] for one in page] == ["6"]


def test_a_token_may_look_otherwise(arm: Callable[..., Any]) -> None:
    """Times as text, no expires_on, or a token that dies at half its promised life."""
    with arm(dialect={"token_numbers": "string"}) as me:
        assert me.login().json()["expires_in"] == "3600"
    with arm(dialect={"token_numbers": "no_expires_on"}) as me:
        assert "expires_on" not in me.login().json()
    with arm(dialect={"token_early_401": "yes"}) as me:
        assert me.get("customers").status_code == 200
        me.clock.now += 1800
        assert me.get("customers").status_code == 401


def test_a_document_may_cost_one(arm: Callable[..., Any]) -> None:
    """A document costs one record however many lines it has."""
    with arm(dialect={"document_cost": "one"}) as me:
        me.send("POST", "documents/batches", TWO)
        assert me.state.usage()["hour.writes"] == 2
