"""ARM refuses a whole batch of documents because it has one of them: which, and whether it is the same, it is asked."""

import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.journey import Journey, journey, outcomes, sample_files
from support.loopback import open_loopback

from armbulk.results.run_result import load_result


class Refusing(httpx.BaseTransport):
    """ARM, which refuses batches with documents that it has; and a proxy that may repeat the first POST."""

    def __init__(self, way: Journey, *, repeats: bool, names: bool) -> None:
        self.way, self.repeats, self.names = way, repeats, names
        self.posts = 0
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse the batch, or pass the call on."""
        if request.method != "POST" or not request.url.path.endswith("/documents/batches"):
            return self._inner.handle_request(request)
        self.posts += 1
        if self.repeats and self.posts == 1:
            self._inner.handle_request(request)
            self.way.clock.sleep(5)
        numbers = [document["documentNo"] for document in json.loads(request.content)["documents"]]
        existing = [number for number in numbers if number.lower() in self.way.sandbox.state.documents]
        if not existing:
            return self._inner.handle_request(request)
        errors = [{"documentNo": number, "message": "Document already exists"} for number in existing]
        body = {"message": "Validation failed", "errors": errors} if self.names else {"message": errors[0]["message"]}
        return httpx.Response(422, stream=httpx.ByteStream(json.dumps(body).encode()))

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@pytest.mark.promise("P2")
@pytest.mark.parametrize("names", [True, False])
def test_documents_that_a_proxy_sent_twice_are_not_rejected(tmp_path: Path, *, names: bool) -> None:
    """A proxy sent the batch twice and ARM refuses the second: the documents are in ARM and are not sent again."""
    with journey(tmp_path) as way:
        way.bench = replace(way.bench, transport=Refusing(way, repeats=True, names=names))
        result = way.run(sample_files())
        assert result.count_by_resource()["documents"] == {"already_sent": 6}
        assert way.store.sent_documents(way.bench.profile.account).height == 6


@pytest.mark.parametrize("names", [True, False])
def test_the_others_of_the_batch_are_created(tmp_path: Path, *, names: bool) -> None:
    """One document is at ARM already, with another amount: it is in conflict; the others are sent without it."""
    with journey(tmp_path) as way:
        other = {"documentNo": "F3", "documentType": "IN", "customerNo": "0002", "currency": "NOK"}
        refusing = Refusing(way, repeats=False, names=names)
        way.bench = replace(way.bench, transport=refusing)
        run = way.begin(sample_files(), first_import=True)
        way.sandbox.state.documents["f3"] = [{**other, "currencyAmounts": {"inclVat": 1}}]
        assert way.carry_on(run) == "finished"
        assert load_result(way.store, run).count_by_resource()["documents"] == {"created": 5, "conflict": 1}
        assert refusing.posts <= 6


def test_a_document_that_arm_does_not_show_is_rejected_after_time_to_settle(tmp_path: Path) -> None:
    """ARM's words are kept; the number is free then."""
    with journey(tmp_path) as way:
        way.bench = replace(way.bench, transport=Refusing(way, repeats=False, names=True))
        run = way.begin(sample_files(documents=2), first_import=True)
        way.sandbox.state.documents["f1"] = []
        assert way.carry_on(run) == "in_doubt"
        way.clock.sleep(1_800)
        assert way.carry_on(run) == "finished"
        result = load_result(way.store, run)
        assert outcomes(result) == {"created": 4, "rejected": 1}
        rejected = result.items.filter(result.items["outcome"] == "rejected")
        assert rejected["message"].to_list() == ["ARM says that it has the document already: Document already exists"]
