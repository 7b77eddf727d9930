"""ARM says that a batch failed as a whole: that is no word on any one record in it."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.journey import FakeClock, Journey, journey, outcomes, sample_files, write_files
from support.loopback import open_loopback

from armbulk.results.run_result import load_result
from armbulk.sandbox import Sandbox
from armbulk.sending.next_step import MAX_ATTEMPTS

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


class Failing(httpx.BaseTransport):
    """ARM, which says that the batches of a resource failed; it takes those of the first records all the same."""

    def __init__(self, resource: str, *, taken: int, message: str = "Ledger closed", speaks: bool = True) -> None:
        self.resource, self.taken, self.message, self.speaks, self.posts = resource, taken, message, speaks, 0
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Take a part of the batch, and say that it failed."""
        if request.method == "POST" and request.url.path.endswith(f"/{self.resource}/batches"):
            self.posts += 1
            body = json.loads(request.content)
            body[self.resource] = body[self.resource][: self.taken]
            headers = {name: value for name, value in request.headers.items() if name != "content-length"}
            if self.taken:
                self._inner.handle_request(httpx.Request("POST", request.url, headers=headers, json=body))
            return _answer(202, {"batchUuid": UUID, "status": "QUEUED"})
        if request.url.path.endswith(UUID) and not self.speaks:
            return httpx.Response(200, stream=httpx.ByteStream(b"<html>Log in</html>"))
        if request.url.path.endswith(UUID):
            return _answer(200, {"batchUuid": UUID, "status": "FAILED", "message": self.message})
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


def _answer(status: int, body: object) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(body).encode()))


@pytest.mark.promise("P2")
def test_documents_are_looked_up_until_it_is_certain(tmp_path: Path) -> None:
    """What ARM has is created; the rest is unconfirmed, and rejected only after the settle time."""
    with journey(tmp_path) as way:
        failing = Failing("documents", taken=2)
        way.bench = replace(way.bench, transport=failing)
        run = way.begin(sample_files())
        assert way.carry_on(run) == "in_doubt"
        assert outcomes(load_result(way.store, run)) == {"created": 5, "in_doubt": 4}
        assert way.store.sent_documents(way.bench.profile.account).height == 6
        again = way.run(sample_files())
        assert again.count_outcomes()["in_doubt"] == 4
        way.clock.sleep(1_800)
        assert way.carry_on(run) == "finished"
        stood = load_result(way.store, run)
        assert outcomes(stood) == {"created": 5, "rejected": 4}
        assert stood.items.filter(stood.items["outcome"] == "rejected")["message"].unique().to_list() == [
            "Ledger closed"
        ]
        assert way.store.sent_documents(way.bench.profile.account).height == 2
        way.bench = replace(way.bench, transport=None)
        assert way.run(sample_files()).count_outcomes()["created"] == 4
        assert set(way.documents().values()) == {1}
        assert failing.posts == 1


def test_a_document_that_arrives_late_is_no_rejection(tmp_path: Path) -> None:
    """It is found by the next look-up, before the time to settle is over."""
    with journey(tmp_path) as way:
        way.bench = replace(way.bench, transport=Failing("documents", taken=0))
        run = way.begin(sample_files(documents=1))
        assert way.carry_on(run) == "in_doubt"
        way.sandbox.state.documents["f1"] = [
            {"documentNo": "F1", "documentType": "IN", "customerNo": "0002", "currency": "NOK"}
        ]
        way.clock.sleep(1_800)
        assert way.carry_on(run) == "finished"
        assert outcomes(load_result(way.store, run))["created"] == 4


@pytest.mark.parametrize(("taken", "said"), [(3, {"created": 6, "unchanged": 3}), (0, {"rejected": 3, "held_back": 6})])
def test_customers_are_looked_up_at_once(tmp_path: Path, taken: int, said: dict[str, int]) -> None:
    """A customer that ARM has with the values sent is well; one that it does not have is rejected with ARM's words."""
    with journey(tmp_path) as way:
        failing = Failing("customers", taken=taken)
        way.bench = replace(way.bench, transport=failing)
        stood = way.run(sample_files())
        assert outcomes(stood) == said
        if not taken:
            rejected = stood.items.filter(stood.items["outcome"] == "rejected")
            assert rejected["message"].unique().to_list() == ["Ledger closed"]
        assert failing.posts == 1


@pytest.mark.parametrize(("taken", "said"), [(3, {"created": 6, "unchanged": 3}), (0, {"rejected": 3, "held_back": 6})])
def test_customers_whose_outcome_is_never_told_are_looked_up(tmp_path: Path, taken: int, said: dict[str, int]) -> None:
    """They are sent a few times; then what ARM has decides, and the documents are not blocked for ever."""
    with journey(tmp_path) as way:
        failing = Failing("customers", taken=taken, speaks=False)
        way.bench = replace(way.bench, transport=failing)
        run = way.begin(sample_files(), first_import=True)
        state = way.carry_on(run)
        if state != "finished":
            way.clock.sleep(2_000)
            assert (state, way.carry_on(run)) == ("in_doubt", "finished")
        assert outcomes(load_result(way.store, run)) == said
        assert failing.posts == MAX_ATTEMPTS


def test_words_on_a_batch_are_shown_without_what_they_quote(tmp_path: Path) -> None:
    """They stand with every record of the batch, so they name none of its customers."""
    with journey(tmp_path) as way:
        way.bench = replace(
            way.bench, transport=Failing("customers", taken=0, message="No place for kunde2@eksempel.no")
        )
        stood = way.run(sample_files())
        rejected = stood.items.filter(stood.items["outcome"] == "rejected")
        assert rejected["message"].unique().to_list() == ["No place for …"]


def test_a_rejection_that_names_no_document_is_given_to_none(tmp_path: Path) -> None:
    """ARM lists outcomes backwards and without numbers: each document is looked up, and the right one is rejected."""
    with journey(tmp_path, dialect={"item_identity": "none", "item_order": "reverse"}) as way:
        files = write_files(tmp_path, documents=3)
        documents = Path(files[1])
        documents.write_text(documents.read_text("utf-8").replace("F1;IN;0002", "F1;IN;9999"), "utf-8")
        run = way.begin(files)
        assert way.carry_on(run) == "in_doubt"
        way.clock.sleep(1_800)
        assert way.carry_on(run) == "finished"
        stood = load_result(way.store, run)
        assert outcomes(stood) == {"created": 5, "rejected": 1}
        (rejected,) = stood.items.filter(stood.items["outcome"] == "rejected").iter_rows(named=True)
        assert rejected["key"] == "F1"
        assert "without naming them" in rejected["message"]
        assert way.store.sent_documents(way.bench.profile.account)["key_norm"].sort().to_list() == ["f2", "f3"]


def test_what_a_proxy_sent_twice_is_at_arm(tmp_path: Path) -> None:
    """ARM rejects the second sending because it has the documents: they are looked up, not called rejected."""
    with journey(tmp_path, faults=["twice:POST:documents/batches:1"]) as way:
        files = sample_files(customers=1, documents=2)
        way.sandbox.state.documents["f2"] = [{"documentNo": "F2", "documentType": "IN", "customerNo": "0009"}]
        result = way.run(files, first_import=True)
        assert result.count_by_resource()["documents"] == {"already_sent": 1, "conflict": 1}
        assert result.items["message"].to_list()[1] == "ARM already has this"


class SetClock(FakeClock):
    """A clock of a machine that was not restarted; the wall clock is set."""

    boot_id = "the same start"
    ahead = 0.0

    def now(self) -> float:
        """The wall clock."""
        return self.at + self.ahead


@pytest.mark.parametrize(("ahead", "ends"), [(86_400.0, "in_doubt"), (-86_400.0, "finished")])
def test_a_clock_that_is_set_settles_nothing(tmp_path: Path, ahead: float, ends: str) -> None:
    """Documents that ARM does not find are in doubt for the settle time as it really passes."""
    clock = SetClock()
    failing = Failing("documents", taken=0)
    with Sandbox(clock=lambda: clock.at) as server:
        way = Journey(tmp_path, server, clock, {})
        way.bench = replace(way.bench, transport=failing)
        run = way.begin(sample_files(customers=1, documents=1), first_import=True)
        assert way.carry_on(run) == "in_doubt"
        clock.ahead = ahead
        clock.at += 10.0 if ahead > 0 else 1_800.0
        assert way.carry_on(run) == ends
        clock.at += 1_800.0
        assert way.carry_on(run) == "finished"
        way.store.close()
