"""Faults on purpose: lost, late, repeated, wrong, cut off and slow responses."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.sandbox_caller import document

from armbulk.sandbox import KINDS, InjectedFault, Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable

LOST = ["lose-before", "lose-after", "lose-late=300"]


@pytest.mark.parametrize(("kind", "applied"), [("lose-before", 0), ("lose-after", 1), ("lose-late=300", 0)])
def test_an_answer_may_be_lost(
    arm: Callable[..., Any], capfd: pytest.CaptureFixture[str], kind: str, applied: int
) -> None:
    """The connection closes without an answer; whether my document exists depends on the fault alone."""
    with arm(faults=[f"{kind}:POST:documents:1"]) as me:
        with pytest.raises(httpx.RemoteProtocolError):
            me.send("POST", "documents", document())
        assert len(me.state.documents) == applied
        assert me.state.requests[-1].status == 0
        assert me.send("POST", "documents", document("b")).status_code == 201
    assert capfd.readouterr() == ("", "")


def test_a_call_may_arrive_late(arm: Callable[..., Any]) -> None:
    """A proxy keeps my document back for five minutes: until then it does not exist, and then it does."""
    with arm(faults=["lose-late=300:POST"]) as me:
        with pytest.raises(httpx.RemoteProtocolError):
            me.send("POST", "documents", document())
        me.clock.now += 299
        assert me.get("documents/88776655").status_code == 404
        me.clock.now += 1
        assert me.get("documents/88776655").status_code == 200


def test_a_call_may_arrive_twice(arm: Callable[..., Any]) -> None:
    """A proxy repeats my document: a strict ARM refuses the second, the dangerous one has two."""
    with arm(faults=["twice:POST"], dialect={"duplicate": "accept"}) as me:
        assert me.send("POST", "documents", document()).status_code == 201
        assert len(me.state.documents["88776655"]) == 2
        assert len(me.get("documents/88776655").json()["documents"]) == 2
    with arm(faults=["twice:POST"]) as me:
        assert me.send("POST", "documents", document()).status_code == 422
        assert len(me.state.documents["88776655"]) == 1


@pytest.mark.parametrize(("kind", "status", "applied"), [
    ("500-applied", 500, 1), ("500-not-applied", 500, 0), ("429", 429, 0), ("401", 401, 0), ("413", 413, 0),
    ("503", 503, 0), ("html", 200, 0),
])  # fmt: skip
def test_a_call_may_be_answered_wrongly(arm: Callable[..., Any], kind: str, status: int, applied: int) -> None:
    """I get the fault's answer once, and the right one the next time."""
    with arm(faults=[f"{kind}:POST"]) as me:
        answer = me.send("POST", "documents", document())
        assert (answer.status_code, len(me.state.documents)) == (status, applied)
        assert (answer.headers.get("Retry-After") == "1") == (kind == "429")
        assert answer.headers["content-type"].startswith("text/html") == (kind == "html")
        assert me.state.usage()["hour.requests"] == applied
        assert me.send("POST", "documents", document("b")).status_code == 201


def test_an_answer_may_be_cut_off(arm: Callable[..., Any]) -> None:
    """I get half of the answer and then the connection closes; my batch was accepted."""
    with arm(faults=["truncate:POST:batches"]) as me:
        with pytest.raises(httpx.RemoteProtocolError):
            me.send("POST", "documents/batches", [document()])
        assert len(me.state.batches) == 1


def test_an_answer_may_be_slow(arm: Callable[..., Any], capfd: pytest.CaptureFixture[str]) -> None:
    """I give up waiting, my document exists all the same, and the sandbox still stops at once."""
    with arm(faults=["slow=30:POST"]) as me:
        with pytest.raises(httpx.ReadTimeout):
            me.call("POST", "documents", json={"metadata": {"userId": "u"}, "document": document()}, timeout=0.1)
        assert len(me.state.documents) == 1
        before = time.monotonic()
    assert time.monotonic() - before < 2
    assert capfd.readouterr() == ("", "")


def test_a_fault_strikes_the_calls_it_names(arm: Callable[..., Any]) -> None:
    """I name method, path and which calls; the others are served, and logging in is not struck unless I say so."""
    with arm(faults=["503:GET:customers/5:2-3"]) as me:
        assert [me.get("customers/543210").status_code for _ in range(4)] == [200, 503, 503, 200]
        assert me.get("customers").status_code == 200
        me.sandbox.add_fault("401:*")
        assert [me.get("customers").status_code for _ in range(3)] == [401, 401, 401]
        assert me.login().status_code == 200
        me.sandbox.add_fault("503:token")
        assert [me.login().status_code, me.login().status_code] == [503, 200]


@pytest.mark.parametrize(
    "text", ["", "explode", "slow", "slow=soon", "429=5", "429:POST:a:b", "429:POST:POST:GET", "429::1", "lose-late"]
)
def test_a_fault_that_cannot_be_read_is_refused(text: str) -> None:
    """I mistype a fault and am told how one is written, or which there are."""
    with pytest.raises(ValueError, match="fault"):
        Sandbox(faults=[text])


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_can_be_written(kind: str) -> None:
    """Every kind listed can be asked for."""
    timed = f"{kind}=5" if f"{kind}=SECONDS" in KINDS[kind] else kind
    assert InjectedFault.parse(f"{timed}:PUT:customers/batches:*").kind == kind
