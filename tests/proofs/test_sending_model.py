"""The sender in a model: every pair of crash points, every behaviour of ARM; and every protection is needed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache

import pytest
from support import sending_model as model

from armbulk.arm import client, submit_results
from armbulk.arm.acceptance import Acceptance, find_acceptance
from armbulk.arm.submit_results import read_submit_response
from armbulk.model.batch_state import BatchState
from armbulk.model.lookup import DocumentLookup, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import RecordResult, SentKeys, SubmitResult, SubmitVerdict
from armbulk.quota.limits import Account
from armbulk.redaction import redact_text
from armbulk.sending import in_doubt, submit
from armbulk.sending.poll import Poller

PARTS = 5  # for as many processes


@pytest.fixture(autouse=True)
def plain_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON around the records, and what is redacted of ARM's words, are another test's concern."""
    monkeypatch.setattr(client, "build_body", model.build_plain_body)
    known = cache(redact_text)
    monkeypatch.setattr(submit, "redact_text", lambda text, payloads: known(text, tuple(payloads)))


def few(number: int) -> bool:
    """Which pairs of points to die at are tried for the variants that must fail."""
    return number % 97 == 0


@pytest.mark.longest
@pytest.mark.promise("P1", "P2", "P5")
@pytest.mark.parametrize("part", range(PARTS))
def test_no_document_twice_none_lost(part: int, figure: Callable[[str], None]) -> None:
    """In at least 150,000 runs, most of them killed twice, no document is duplicated, lost or without an outcome."""
    counted = model.tally(model.everything(part=part, parts=PARTS))
    assert counted["runs"] >= 150_000 / PARTS
    assert {name: counted[name] for name in ("doubled", "lost", "unaccounted", "lawless")} == {
        "doubled": 0, "lost": 0, "unaccounted": 0, "lawless": 0,
    }  # fmt: skip
    told = ("runs", "crashes", "doubled", "lost", "unaccounted")
    figure(", ".join(f"{counted[name]:,} {name}" for name in told))
    assert counted["waiting"] > 0  # what cannot be known waits for a person


def test_what_is_remembered_is_what_happens() -> None:
    """A run that takes lives from the memory of earlier runs ends as one that lives each of them itself."""
    compared = 0
    for behaviour in list(model.behaviours())[::12]:
        memory, points = model.Memory(*behaviour), model.run(*behaviour).points
        pairs = [(first, first + second) for first in range(1, points + 1) for second in range(1, points + 1)]
        for kills in pairs[::7] if points < 20 else pairs[::41]:
            assert model.run(*behaviour, kills, memory=memory) == model.run(*behaviour, kills)
            compared += 1
    assert compared > 500


class NoIntent(model.ModelStore):
    """What was being posted when the program died is taken for unsent."""

    def recover(self, account: Account) -> None:
        """Send it again."""
        del account
        for row in list(self.rows.values()):
            if row.state is BatchState.POSTING:
                self.rows[row.id] = replace(row, state=BatchState.PLANNED)


def posted(change: Callable[[Response], SubmitResult | None]) -> Callable[..., SubmitResult]:
    """read_submit_response, but for what `change` decides."""
    return lambda reply, *sent: change(reply) or read_submit_response(reply, *sent)


def not_sent(where: Callable[[Response], bool]) -> Callable[..., SubmitResult]:
    """read_submit_response, but some replies count as if nothing had left."""
    return posted(lambda reply: SubmitResult(SubmitVerdict.NOT_SENT) if where(reply) else None)


@contextmanager
def without(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[model.ModelStore]]:
    """One protection switched off."""
    make = model.ModelStore
    with monkeypatch.context() as patch:
        match name:
            case "no intent on disk before sending":
                make = NoIntent
            case "5xx is taken for not sent":
                patch.setattr(client, "read_submit_response", not_sent(lambda reply: reply.status >= 500))
            case "a lost answer is taken for not sent":
                patch.setattr(
                    client, "read_submit_response", not_sent(lambda reply: reply.error is TransportError.BROKEN)
                )
            case "2xx without a number is taken for not sent":
                unnumbered = not_sent(lambda reply: reply.status in {200, 202} and not read_submit_response(reply).uuid)
                patch.setattr(client, "read_submit_response", unnumbered)
            case "404 on the batch is taken for not received":
                patch.setattr(Poller, "_count_unknown", _resend_once)
            case "what is not found is sent again at once":
                patch.setattr(in_doubt.DoubtResolver, "quarantine", _resend)
                patch.setattr(in_doubt, "is_settled", lambda *_: True)
            case "signs of acceptance in a refusal do not count":
                patch.setattr(submit_results, "find_acceptance", _see_only_acceptances)
            case "a verdict on the batch is one on each document":
                patch.setattr(Poller, "_save_verdict", _reject)
            case "what is not found is called rejected":
                patch.setattr(client, "read_document", _rejected(client.read_document))
        yield make


def _resend(step: Poller | in_doubt.DoubtResolver, batch: model.Batch) -> None:
    rows = step.session.store.rows  # type: ignore[attr-defined]
    rows[batch.id] = replace(rows[batch.id], state=BatchState.PLANNED)


def _see_only_acceptances(response: Response, resource: str, sent: SentKeys) -> Acceptance:
    return find_acceptance(response, resource, sent) if response.status < 300 else Acceptance()


def _reject(poller: Poller, batch: model.Batch, verdict: str) -> None:
    store = poller.session.store
    store.save_results(
        batch.id, [RecordResult(record.no, Outcome.REJECTED, verdict) for record in store.open_records(batch.id)]
    )


_COUNT_UNKNOWN = Poller._count_unknown


def _resend_once(poller: Poller, batch: model.Batch, status: int) -> None:
    if poller.session.progress_of(batch).unknown_polls == 0:
        _resend(poller, batch)
    _COUNT_UNKNOWN(poller, batch, status)


def _rejected(real: Callable[..., DocumentLookup]) -> Callable[..., DocumentLookup]:
    def read(*given: object) -> DocumentLookup:
        lookup = real(*given)
        return replace(lookup, result=LookupResult.DIFFERENT) if lookup.result is LookupResult.ABSENT else lookup

    return read


PROTECTIONS = (
    "no intent on disk before sending",
    "5xx is taken for not sent",
    "a lost answer is taken for not sent",
    "2xx without a number is taken for not sent",
    "404 on the batch is taken for not received",
    "what is not found is sent again at once",
    "what is not found is called rejected",
    "signs of acceptance in a refusal do not count",
    "a verdict on the batch is one on each document",
)


@pytest.mark.promise("P1", "P25")
@pytest.mark.parametrize("name", PROTECTIONS)
def test_each_protection_is_needed(name: str, monkeypatch: pytest.MonkeyPatch, figure: Callable[[str], None]) -> None:
    """With one protection switched off, the same runs duplicate or lose documents."""
    with without(name, monkeypatch) as make:
        counted = model.tally(model.everything(few, parts=3), make)
    figure(f"{name}: {counted['runs']:,} runs, {counted['doubled']:,} doubled, {counted['lost']:,} lost")
    assert counted["doubled"] + counted["lost"] > 0
