"""What comes before documents are sent: their customers; and, where nothing is known of them, a look at ARM.

One list of all that ARM holds, where ARM gives it whole and that is cheaper; else one look-up for each document. ARM's
documentation says nothing of what its list leaves out, so that a sample of what it does not hold is looked up as well.
What was looked at is in the store: a session that ends does not begin again.
"""

import json
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from armbulk.arm.batch_results import ExpectedDocument, LookupResult, RecordResult, holds_document, read_document
from armbulk.arm.responses import Response
from armbulk.errors import LoginError, Unfinished
from armbulk.model.batch_state import BatchState
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.store import Batch, OpenRecord, Run, Store

SAMPLE = 10
"""Documents that a list does not hold and that are looked up all the same, before the list is believed."""

FRESH = 31 * 86_400.0
"""Seconds for which a look that found nothing is good, for the run it was made for: a large one takes weeks."""

_TWICE = "nothing was sent: ARM holds this document already"
_SAY_SO = "say --first-import if ARM has certainly none of them"
_CANNOT_LOOK = frozenset({405, 410, 501})


@dataclass(slots=True)
class DuplicateCheck:
    """Looks at the documents of one run before they go: at those dated up to `until`, at all where it is None."""

    metered: RateLimitedClient
    run_id: int
    wanted: bool = True
    until: str | None = None
    since: float = 0.0  # earlier looks do not count
    listed: dict[str, list[dict[str, object]]] | None = None  # all that ARM holds, by number
    sample: list[tuple[Batch, OpenRecord]] | None = None  # what is left to look up before `listed` is believed
    asked: bool = False
    looked: set[int] = field(default_factory=set)  # numbers of records found absent

    @classmethod
    def of(cls, metered: RateLimitedClient, run: Run, started: float, said: bool | None) -> "DuplicateCheck":  # noqa: FBT001 - a person's word
        """For a run, as it was said when it began; `said` of this session outweighs that: True looks all up anew."""
        wanted = bool(run.options.get("look_first")) if said is None else said
        if said:
            return cls(metered, run.id, wanted, None, started)
        return cls(metered, run.id, wanted, run.options.get("look_until"), started - FRESH)

    def look(self, batch: Batch) -> RateLimited | CallFailed | None:
        """Look at a batch's documents; None when each was looked at, and those that ARM holds are set aside."""
        if not self.wanted:
            return None
        if not self.asked:
            stopped = self._ask_for_all()
            if stopped is not None:
                return stopped
            self.asked = True
        for record in self._open(batch):
            stopped = self._look(batch, record)
            if stopped is not None:
                return stopped
        return None

    def _open(self, batch: Batch) -> list[OpenRecord]:
        """The records of a batch that are still to be looked at."""
        records = self.metered.store.open_records(batch.id)
        older = [one for one in records if self.until is None or not one.date or one.date <= self.until]
        return [one for one in older if one.no not in self.looked]

    def _ask_for_all(self) -> RateLimited | CallFailed | None:
        """Take in ARM's list, once, and believe it once a sample has shown that it holds what ARM holds."""
        if self.sample is None:
            self.looked |= self.metered.store.not_found_in_arm(self.run_id, self.since)
            stopped = self._list()
            if stopped is not None:
                return stopped
            self.sample = self._sample()
        while self.sample:
            batch, record = self.sample[0]
            stopped = self._single(batch, record)
            if stopped is not None:
                return stopped
            self.sample.pop(0)
            if record.no not in self.looked:  # ARM holds it, and its list does not: each has to be looked up
                self.listed, self.sample = None, []
        if self.listed is not None:
            self._believe()
        return None

    def _absent(self) -> list[tuple[Batch, OpenRecord]]:
        """What is still to be looked at and not in the list."""
        listed = self.listed or {}
        return [(batch, one) for batch in self._waiting() for one in self._open(batch)
                if normalise_key_text(one.key) not in listed]  # fmt: skip

    def _sample(self) -> list[tuple[Batch, OpenRecord]]:
        absent = self._absent() if self.listed is not None else []
        return absent[:: -(-len(absent) // SAMPLE)] if absent else []

    def _believe(self) -> None:
        """What is not in the list is absent, for the whole run."""
        for batch, record in self._absent():
            self.metered.store.save_lookup(batch.id, [(record.no, LookupResult.ABSENT)], whole=False)
            self.looked.add(record.no)

    def _look(self, batch: Batch, record: OpenRecord) -> RateLimited | CallFailed | None:
        there = (self.listed or {}).get(normalise_key_text(record.key))
        if there:
            reply = Response(200, json.dumps(there, default=str).encode())
            if read_document(reply, _fact(record))[0] != LookupResult.UNKNOWN:  # else the list says too little of it
                return self._take(batch, record, reply)
        return self._single(batch, record)

    def _single(self, batch: Batch, record: OpenRecord) -> RateLimited | CallFailed | None:
        """Look one document up by its number."""
        if self.metered.clock.interrupted:
            return RateLimited(self.metered.clock.now())
        try:
            found = self.metered.get(partial(self.metered.arm.get_document, record.key), 1, run_id=self.run_id)
        except LoginError as error:
            error.hint += f"; if this login may send but not read documents: {_SAY_SO}"
            raise
        if isinstance(found, CallFailed) and found.response.status in _CANNOT_LOOK:
            raise _cannot_look(found.response)
        return self._take(batch, record, found) if isinstance(found, Response) else found

    def _take(self, batch: Batch, record: OpenRecord, reply: Response) -> CallFailed | None:
        look, message, reference = read_document(reply, _fact(record))
        if look == LookupResult.UNKNOWN and not holds_document(reply, record.key):
            if reply.status in _CANNOT_LOOK:
                raise _cannot_look(reply)
            return CallFailed(replace(reply, reason="its answer to the look-up of a document cannot be read"))
        self.metered.store.save_lookup(batch.id, [(record.no, look)], whole=False)
        if look == LookupResult.ABSENT:
            self.looked.add(record.no)
        elif look == LookupResult.EQUAL:
            self.metered.store.save_already_sent(
                batch.id, RecordResult(record.no, Outcome.ALREADY_SENT, _TWICE, reference=reference)
            )
        else:
            self.metered.store.save_already_sent(
                batch.id, RecordResult(record.no, Outcome.CONFLICT, message, reference=reference)
            )
        return None

    def _waiting(self) -> list[Batch]:
        return [one for one in self.metered.store.batches(self.run_id, still_open=True) if _unsent(one)]

    def _list(self) -> RateLimited | CallFailed | None:
        """Take in all that ARM holds, if its list is whole and worth its price; None either way."""
        ahead = sum(len(self._open(batch)) for batch in self._waiting())
        if ahead <= SAMPLE:
            return None
        records = fetch_all(self.metered, "documents", ahead, self.run_id)
        if isinstance(records, RateLimited | CallFailed):
            return records
        named = [(str(one.get("documentNo") or ""), one) for one in records or ()]
        if records is not None and all(key for key, _ in named):
            self.listed = {}
            for key, one in named:
                self.listed.setdefault(normalise_key_text(key), []).append(one)
        return None


def customers_first(store: Store, run_id: int) -> None:
    """Before the first documents go: those whose customer ARM did not accept stay at home."""
    items = store.items(run_id)
    bad = [Outcome.REJECTED.value, Outcome.HELD_BACK.value, Outcome.CONFLICT.value, Outcome.IN_DOUBT.value]
    failed = items.filter((pl.col("resource") == "customers") & pl.col("outcome").is_in(bad))
    held = items.filter(
        pl.col("outcome").is_null() & pl.col("customer_norm").is_in(failed["key_norm"].drop_nulls().implode())
    )
    message = "its customer was not accepted by ARM"
    store.save_outcomes(run_id, [RecordResult(no, Outcome.HELD_BACK, message) for no in held["no"]])


def _fact(record: OpenRecord) -> ExpectedDocument:
    return ExpectedDocument(record.key, record.doc_type, record.customer, record.date, record.amount, record.currency)


def _cannot_look(reply: Response) -> Unfinished:
    return Unfinished(
        "cannot-look-up",
        f"ARM cannot be asked for single documents (it answered {reply.status}): "
        "nobody knows whether these were sent before, so none was sent",
        _SAY_SO,
    )


def _unsent(batch: Batch) -> bool:
    return batch.resource == "documents" and batch.state is BatchState.PLANNED
