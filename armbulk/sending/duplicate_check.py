"""Before documents are sent: look up those that may have been sent before, and set aside those that ARM has already.

The list of all documents is used when ARM gives it completely and it is cheaper than single look-ups. ARM's
documentation does not say what its list leaves out, so a sample of the documents it lacks is looked up before the list
is trusted. Every observation is in the store: the next session does not repeat it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from armbulk.errors import LoginError, Unfinished
from armbulk.model.batch_state import BatchState
from armbulk.model.keys import normalise_key_text
from armbulk.model.lookup import DocumentLookup, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.response import Response
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.store import Batch, Run

SAMPLE_SIZE = 10
"""How many documents that the list lacks are looked up before the list is trusted."""

MAX_AGE_SECONDS = 31 * 86_400.0
"""How long an observation that found nothing counts for its run: looking a large run up takes weeks."""

_DOCUMENTS = RESOURCES["documents"]
_NUMBER = _DOCUMENTS.field(_DOCUMENTS.key).path
_SENT_BEFORE = "nothing was sent: ARM holds this document already"
_HINT = "say --first-import if ARM has certainly none of them"
_NO_LOOKUPS = frozenset({405, 410, 501})
"""Statuses by which a server says that it does not offer single look-ups."""


@dataclass(slots=True)
class DuplicateCheck:
    """Looks up the documents of one run before they are sent.

    Attributes:
        client: the calls.
        run_id: the run.
        enabled: whether anything is looked up at all.
        until: only documents dated up to this day (ISO) are; None: all.
        since: earlier observations do not count (epoch seconds).
        listed: ARM's list by compared document number; None: not available, not worth it, or not trusted.
        sample: documents to look up before `listed` is trusted; None: not chosen yet.
        is_list_checked: whether `listed` is settled.
        absent: numbers of the records that ARM does not have.
    """

    client: RateLimitedClient
    run_id: int
    enabled: bool = True
    until: str | None = None
    since: float = 0.0
    listed: dict[str, list[dict[str, Any]]] | None = None
    sample: list[tuple[Batch, OpenRecord]] | None = None
    is_list_checked: bool = False
    absent: set[int] = field(default_factory=set)

    @classmethod
    def for_run(
        cls, client: RateLimitedClient, run: Run, started: float, *, look_first: bool | None
    ) -> "DuplicateCheck":
        """Return the check that a run's options ask for; `look_first` of this session overrides them."""
        if look_first is None:
            enabled = bool(run.options.get("look_first"))
            return cls(client, run.id, enabled, run.options.get("look_until"), started - MAX_AGE_SECONDS)
        if look_first:
            return cls(client, run.id, enabled=True, until=None, since=started)
        return cls(client, run.id, enabled=False)

    def check(self, batch: Batch) -> Interruption | None:
        """Look a batch's documents up and set aside those that ARM has; None when all were looked up."""
        if not self.enabled:
            return None
        if not self.is_list_checked:
            interruption = self._use_list()
            if interruption is not None:
                return interruption
            self.is_list_checked = True
        for record in self._unchecked(batch):
            interruption = self._check_record(batch, record)
            if interruption is not None:
                return interruption
        return None

    def _unchecked(self, batch: Batch) -> list[OpenRecord]:
        """The records of a batch that are still to be looked up."""
        return [
            record
            for record in self.client.store.open_records(batch.id)
            if (self.until is None or not record.date or record.date <= self.until) and record.no not in self.absent
        ]

    def _unchecked_in_run(self) -> Iterator[tuple[Batch, OpenRecord]]:
        for batch in self.client.store.batches(self.run_id, still_open=True):
            if batch.resource == "documents" and batch.state is BatchState.PLANNED:
                for record in self._unchecked(batch):
                    yield batch, record

    # ── the list ────────────────────────────────────────────────────────────────────────────────────────────────

    def _use_list(self) -> Interruption | None:
        """Read ARM's list once, and trust it once a sample has shown that it has what ARM has."""
        if self.sample is None:
            self.absent |= self.client.store.not_found_in_arm(self.run_id, self.since)
            interruption = self._read_list()
            if interruption is not None:
                return interruption
            self.sample = self._choose_sample()
        while self.sample:
            batch, record = self.sample[0]
            interruption = self._look_up(batch, record)
            if interruption is not None:
                return interruption
            self.sample.pop(0)
            if record.no not in self.absent:  # ARM has it and the list does not: each must be looked up
                self.listed, self.sample = None, []
        if self.listed is not None:
            self._trust_list()
        return None

    def _read_list(self) -> Interruption | None:
        """Read all documents, if the list is complete and worth its price."""
        lookups = sum(1 for _ in self._unchecked_in_run())
        if lookups <= SAMPLE_SIZE:
            return None
        records = fetch_all(self.client, "documents", lookups, self.run_id)
        if isinstance(records, RateLimited | CallFailed):
            return records
        numbered = [(str(record.get(_NUMBER) or ""), record) for record in records or ()]
        if records is not None and all(number for number, _ in numbered):
            self.listed = {}
            for number, record in numbered:
                self.listed.setdefault(normalise_key_text(number), []).append(record)
        return None

    def _unlisted(self) -> list[tuple[Batch, OpenRecord]]:
        """The records that are still to be looked up, and that the list does not have."""
        listed = self.listed or {}
        return [
            (batch, record)
            for batch, record in self._unchecked_in_run()
            if normalise_key_text(record.key) not in listed
        ]

    def _choose_sample(self) -> list[tuple[Batch, OpenRecord]]:
        unlisted = self._unlisted() if self.listed is not None else []
        return unlisted[:: -(-len(unlisted) // SAMPLE_SIZE)] if unlisted else []

    def _trust_list(self) -> None:
        """Record that ARM has none of the documents that the list lacks."""
        for batch, record in self._unlisted():
            self.client.store.save_lookup(batch.id, [(record.no, LookupResult.ABSENT)], ends_round=False)
            self.absent.add(record.no)

    # ── one document ────────────────────────────────────────────────────────────────────────────────────────────

    def _check_record(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        listed = (self.listed or {}).get(normalise_key_text(record.key))
        if listed:
            lookup = self.client.system.compare_document(record.expected, listed)
            if lookup.result is not LookupResult.UNKNOWN:  # otherwise the list shows too little of it
                self._save(batch, record, lookup)
                return None
        return self._look_up(batch, record)

    def _look_up(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        """Look one document up by its number."""
        if self.client.clock.interrupted:
            return RateLimited(self.client.clock.now())
        call = partial(self.client.system.look_up_document, record.expected)
        try:
            result = self.client.get(call, run_id=self.run_id)
        except LoginError as error:
            error.hint += f"; if this login may send but not read documents: {_HINT}"
            raise
        if isinstance(result, RateLimited):
            return result
        if result.response.status in _NO_LOOKUPS:
            raise _no_lookups_error(result.response)
        if isinstance(result, CallFailed):
            return result
        if result.content.result is LookupResult.UNKNOWN and not result.content.has_number:
            reason = "its answer to the look-up of a document cannot be read"
            return CallFailed(replace(result.response, reason=reason))
        self._save(batch, record, result.content)
        return None

    def _save(self, batch: Batch, record: OpenRecord, lookup: DocumentLookup) -> None:
        """Record what was observed; a document that ARM has gets its outcome, and is not sent."""
        store = self.client.store
        store.save_lookup(batch.id, [(record.no, lookup.result)], ends_round=False)
        if lookup.result is LookupResult.ABSENT:
            self.absent.add(record.no)
            return
        is_same = lookup.result is LookupResult.EQUAL
        outcome, message = (Outcome.ALREADY_SENT, _SENT_BEFORE) if is_same else (Outcome.CONFLICT, lookup.message)
        store.save_already_sent(batch.id, RecordResult(record.no, outcome, message, reference=lookup.reference))


def _no_lookups_error(response: Response) -> Unfinished:
    return Unfinished(
        "cannot-look-up",
        f"ARM cannot be asked for single documents (it answered {response.status}): "
        "nobody knows whether these were sent before, so none was sent",
        _HINT,
    )
