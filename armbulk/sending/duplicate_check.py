"""Before documents are sent: look up those that may have been sent before, and set aside those that ARM has already.

ARM's list of all documents replaces single look-ups only where it is proven in this session (`list_proof`); otherwise
each document is looked up. Every observation is in the store: the next session does not repeat it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import polars as pl

from armbulk.errors import LoginError, Unfinished
from armbulk.i18n import _, join_texts
from armbulk.model.batch_state import BatchState
from armbulk.model.keys import loosen_key, normalise_key_text
from armbulk.model.lookup import NO_LOOKUP_STATUSES, DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.outcome import Outcome
from armbulk.model.plain_text import to_one_line
from armbulk.model.record_messages import ALREADY_SENT, ONLY_BLANKS_DIFFER, OTHER_NUMBER_IN_ARM, join_sentences
from armbulk.model.response import Response
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.quota.limits import Priority
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.sending.bulk_lookup import fetch_all
from armbulk.sending.list_proof import (
    DistrustReason,
    ListProof,
    expect_distrust,
    find_missing,
    may_be_deleted,
    prove_list,
)
from armbulk.sending.lookup_proof import LookupProof, unproven_error
from armbulk.sending.run_progress import RunProgress
from armbulk.store import Batch, ListCheck, Run

_log = logging.getLogger(__name__)

MIN_LISTED_LOOKUPS = 10
"""Up to so many documents are looked up one by one; for more the list may be read."""

MAX_AGE_SECONDS = 31 * 86_400.0
"""How long an observation that found nothing counts for its run: looking a large run up takes weeks."""

MAX_AGE_WITH_OTHERS = 86_400.0
"""The same where other machines send for the client, too."""

MAX_BREAK_WITH_OTHERS = 900.0
"""How long before a session something may have been observed, or confirmed, to count in it, where others send, too."""

_REFRESH_SECONDS = 900.0

_DOCUMENTS = RESOURCES["documents"]
_NUMBER = _DOCUMENTS.field(_DOCUMENTS.key).path
_MAX_NUMBER_CHARS = 60
_HINT = _("Use --first-import if you know that ARM has none of them")


@dataclass(slots=True)
class DuplicateCheck:
    """Looks up the documents of one run before they are sent.

    Attributes:
        client: the calls.
        run_id: the run.
        progress: reports each document that was looked up; None: nothing does.
        enabled: whether documents are looked up that may have been sent from elsewhere, or earlier.
        is_waived: a person has just confirmed that ARM has none of them: nothing is looked up at all.
        until: only documents dated up to this day (ISO) are; None: all.
        sent_elsewhere: numbers (as they are compared) of documents that are looked up in any case: they were sent to
            another address of the client.
        since: earlier observations do not count (epoch seconds).
        max_age: nor do observations that are older than so many seconds, also in a session that waits long.
        lookup_proof: whether single look-ups show anything.
        listed: (number as it is compared, record) of ARM's list, by number without blanks and leading zeros; empty: not
            available, not worth it, or not proven.
        proof: what the list proves; None: nothing.
        is_list_checked: whether it is decided whether the list is used.
        list_checked_at: when that was decided (epoch seconds).
        absent: numbers of the records that ARM does not have.
        outdated: of these, the numbers that are looked up again, because their batch has waited.
        sampled: batches (ids) of which one document was looked up again, because the list was read long ago.
        refreshed: when `absent` was last read from the store (epoch seconds); None: not yet.
    """

    client: RateLimitedClient
    run_id: int
    lookup_proof: LookupProof
    enabled: bool = True
    progress: RunProgress | None = None
    is_waived: bool = False
    until: str | None = None
    sent_elsewhere: frozenset[str] = frozenset()
    since: float = 0.0
    max_age: float = MAX_AGE_SECONDS
    listed: dict[str, list[tuple[str, dict[str, Any]]]] = field(default_factory=dict)
    proof: ListProof | None = None
    is_list_checked: bool = False
    list_checked_at: float = 0.0
    absent: set[int] = field(default_factory=set)
    outdated: set[int] = field(default_factory=set)
    sampled: set[int] = field(default_factory=set)
    refreshed: float | None = None

    @classmethod
    def for_run(
        cls,
        client: RateLimitedClient,
        run: Run,
        lookup_proof: LookupProof,
        started: float,
        *,
        look_first: bool | None,
        sole_sender: bool,
    ) -> "DuplicateCheck":
        """Return the check that a run's options ask for; `look_first` of this session overrides them.

        A run that is older than what the store knows for certain was stored by an older copy of it: another copy may
        have sent its documents meanwhile, so each is looked up. Where other machines send, by what was set when the run
        was created or by what is set now, they may have sent them since the run was interrupted: what was looked up
        then, or confirmed as a first import, counts no more.
        """
        if look_first is False:
            return cls(client, run.id, lookup_proof, enabled=False, is_waived=True)
        since = client.store.history_since(run.account)
        was_sole = bool(run.options.get("sole_sender"))
        is_sole = was_sole and sole_sender
        max_age = MAX_AGE_SECONDS if is_sole else MAX_AGE_WITH_OTHERS
        if since is not None and since > run.created:
            return cls(client, run.id, lookup_proof, since=since, max_age=max_age)
        if look_first:
            return cls(client, run.id, lookup_proof, since=started, max_age=max_age)
        enabled, since = bool(run.options.get("look_first")), 0.0
        if not is_sole:
            since = started - MAX_BREAK_WITH_OTHERS
            enabled = enabled or was_sole or abs(started - run.created) > MAX_BREAK_WITH_OTHERS
        until = run.options.get("look_until") if is_sole else None
        check = cls(client, run.id, lookup_proof, enabled, until=until, since=since, max_age=max_age)
        if not run.options.get("first_import"):
            check.sent_elsewhere = client.store.numbers_sent_elsewhere(run.account)
        return check

    def check(self, batch: Batch) -> Interruption | None:
        """Look a batch's documents up and set aside those that ARM has; None when all were looked up.

        Documents that may have been sent before, and that a person sends again, are looked up in any case: what was
        lost may have arrived since that was decided.
        """
        is_sent_again = not self.is_waived and self.client.store.is_sent_again(batch.id)
        if not (self.enabled or is_sent_again or self.sent_elsewhere):
            return None
        self._forget_old()
        if self.enabled and not self.is_list_checked:
            interruption = self._use_list()
            if interruption is not None:
                return interruption
            self.is_list_checked, self.list_checked_at = True, self.client.clock.now()
            self._expect_look_ups()
        interruption = self._look_up_sample(batch)
        if interruption is not None:
            return interruption
        for record in self._unchecked(batch, in_any_case=is_sent_again):
            interruption = self._check_record(batch, record)
            if interruption is not None:
                return interruption
            if self.progress is not None:
                self.progress.add_look_ups()
        return None

    def _expect_look_ups(self) -> None:
        if self.progress is not None:
            self.progress.expect_look_ups(sum(1 for _ in self._unchecked_in_run()))

    def _look_up_sample(self, batch: Batch) -> Interruption | None:
        """Look one document of a batch up that the list showed to be absent long ago; all of them when ARM has it now.

        Another machine that sends the same file meanwhile is noticed, for one request a batch.
        """
        age = self.client.clock.now() - self.list_checked_at
        if self.proof is None or self.max_age != MAX_AGE_WITH_OTHERS or age <= MAX_BREAK_WITH_OTHERS:
            return None
        absent = [record for record in self.client.store.open_records(batch.id) if record.no in self.absent]
        if not absent or batch.id in self.sampled:
            return None
        interruption = self._look_up(batch, absent[0])
        if interruption is not None:
            return interruption
        self.sampled.add(batch.id)
        if any(record.no == absent[0].no for record in self.client.store.open_records(batch.id)):
            return None
        self.forget(batch)
        return None

    def forget(self, batch: Batch) -> None:
        """Look a batch's documents up again before it goes: it has waited, and others may have sent them since."""
        if self.max_age == MAX_AGE_WITH_OTHERS:
            self.outdated |= {record.no for record in self.client.store.open_records(batch.id)}

    def _forget_old(self) -> None:
        """Take what was observed of the run's records from the store, without what is too old by now.

        A session may wait for the quota for days, and others send meanwhile. What is stamped in the future was observed
        by a wrong clock.
        """
        now = self.client.clock.now()
        if self.refreshed is not None and abs(now - self.refreshed) < _REFRESH_SECONDS:
            return
        self.refreshed = now
        self.absent = self.client.store.not_found_in_arm(self.run_id, max(self.since, now - self.max_age), now)
        if now - self.list_checked_at >= self.max_age:
            self.is_list_checked, self.listed, self.proof = False, {}, None

    def _unchecked(self, batch: Batch, *, in_any_case: bool = False) -> list[OpenRecord]:
        """The records of a batch that are still to be looked up, `in_any_case` also those that need not be."""
        return [
            record
            for record in self.client.store.open_records(batch.id)
            if (in_any_case or self._is_uncertain(record))
            and (record.no not in self.absent or record.no in self.outdated)
        ]

    def _is_uncertain(self, record: OpenRecord) -> bool:
        """Whether a document may have been sent from elsewhere, or earlier."""
        if self.enabled and (self.until is None or not record.date or record.date <= self.until):
            return True
        return bool(self.sent_elsewhere) and normalise_key_text(record.key) in self.sent_elsewhere

    def _unchecked_in_run(self) -> Iterator[tuple[Batch, OpenRecord]]:
        for batch in self.client.store.batches(self.run_id, still_open=True):
            if batch.resource == "documents" and batch.state is BatchState.PLANNED:
                for record in self._unchecked(batch):
                    yield batch, record

    # ── the list ────────────────────────────────────────────────────────────────────────────────────────────────

    def _use_list(self) -> Interruption | None:
        """Read ARM's list once, and record the documents that ARM does not have, as far as the list proves it."""
        store = self.client.store
        lookups = sum(1 for _ in self._unchecked_in_run())
        if lookups <= MIN_LISTED_LOOKUPS:
            return None
        known = store.known_documents(self.client.account)
        last_sending = store.last_sending(self.client.account)
        reason = expect_distrust(known.height, lookups, last_sending, self.client.clock.now(), self.lookup_proof.settle)
        if reason is not None:
            self._save_check(None, known.height, 0, reason)
            return None
        records = fetch_all(self.client, "documents", lookups, self.run_id)
        if isinstance(records, RateLimited | CallFailed):
            return records
        numbers = [str(record.get(_NUMBER) or "") for record in records or ()]
        if records is None or not all(numbers):
            self._save_check(None, known.height, 0, DistrustReason.INCOMPLETE)
            return None
        proof = prove_list(numbers, known)
        if may_be_deleted(proof.missing, known.height):
            left = self._drop_deleted(known, find_missing(proof.numbers, known))
            if isinstance(left, RateLimited | CallFailed):
                return left
            known, proof = left, prove_list(numbers, left)
        reason = DistrustReason.LACKS_KNOWN if proof.missing else None
        self._save_check(len(records), known.height, proof.missing, reason)
        if proof.missing:
            return None
        self.proof = proof
        for number, record in zip(numbers, records, strict=True):
            self.listed.setdefault(loosen_key(number), []).append((normalise_key_text(number), record))
        self._record_absent(proof)
        return None

    def _drop_deleted(self, known: pl.DataFrame, missing: pl.DataFrame) -> pl.DataFrame | Interruption:
        """Look up the known documents that the list lacks; return the known ones without those that ARM has deleted.

        When ARM has one of them, the list is wrong, and nothing is recorded.
        """
        for key, doc_type in missing.select("key_norm", "doc_type").iter_rows():
            lookup = self.look_up(ExpectedDocument(key, doc_type, "", "", None, ""))
            if not isinstance(lookup, DocumentLookup):
                return lookup
            if lookup.result is not LookupResult.ABSENT:
                return known
        self.client.store.save_gone(missing)
        reason = f"{missing.height} documents that were sent are not in ARM any more: neither in its list nor by number"
        self.client.store.log_event(self.run_id, reason)
        return known.join(missing, on=["run", "item"], how="anti")

    def _record_absent(self, proof: ListProof) -> None:
        """Record that ARM has none of the documents that the list proves absent."""
        for batch, record in list(self._unchecked_in_run()):
            if proof.shows_absence(record.key, record.doc_type, record.date):
                self.client.store.save_lookup(batch.id, [(record.no, LookupResult.ABSENT)], ends_round=False)
                self.absent.add(record.no)

    def _save_check(self, records: int | None, known: int, missing: int, reason: str | None) -> None:
        """Record whether the list was trusted, and what proved it."""
        store = self.client.store
        store.save_list_check(self.run_id, ListCheck("documents", records, known, missing, reason))
        if reason is None:
            why = f"list of documents trusted: {records} records, proven by {known} known documents"
        else:
            why = f"documents looked up one by one: {reason}"
        store.log_event(self.run_id, why)
        _log.info("List checked", extra={"run": self.run_id, "records": records, "known": known, "missing": missing})

    # ── one document ────────────────────────────────────────────────────────────────────────────────────────────

    def _check_record(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        compare, number = self.client.system.compare_document, normalise_key_text(record.key)
        listed = self.listed.get(loosen_key(record.key), [])
        same = [document for listed_number, document in listed if listed_number == number]
        lookup = compare(record.expected, same)
        if same and lookup.result is not LookupResult.UNKNOWN:  # otherwise the list shows too little of it
            self._save(batch, record, lookup)
            return None
        for listed_number, document in () if same else listed:
            lookup = compare(record.expected, [document])
            if lookup.result is LookupResult.EQUAL:
                number = to_one_line(listed_number, _MAX_NUMBER_CHARS)
                message = join_sentences(OTHER_NUMBER_IN_ARM.fill(number=number), ONLY_BLANKS_DIFFER)
                self._save(batch, record, replace(lookup, result=LookupResult.DIFFERENT, message=message))
                return None
        return self._look_up(batch, record)

    def _look_up(self, batch: Batch, record: OpenRecord) -> Interruption | None:
        """Look one document up by its number, and record what was found."""
        lookup = self.look_up(record.expected)
        if not isinstance(lookup, DocumentLookup):
            return lookup
        self._save(batch, record, lookup)
        return None

    def look_up(self, expected: ExpectedDocument) -> DocumentLookup | Interruption:
        """Return what ARM has of one document; Unfinished when its answers do not show that."""
        lookup = self._ask(expected)
        if isinstance(lookup, DocumentLookup) and lookup.result is LookupResult.ABSENT:
            unfound = self.lookup_proof.check(expected, self._ask)
            if not isinstance(unfound, str):
                return unfound
            if unfound:
                raise unproven_error(unfound)
        return lookup

    def _ask(self, expected: ExpectedDocument) -> DocumentLookup | Interruption:
        if self.client.clock.interrupted:
            return RateLimited(self.client.clock.now())
        call = partial(self.client.system.look_up_document, expected)
        try:
            result = self.client.get(
                call, run_id=self.run_id, priority=Priority.NORMAL
            )  # the rest is for what was sent
        except LoginError as error:
            more = _("If this login may send documents but not read them: {hint}", hint=_HINT)
            error.hint = join_texts(error.hint, more, separator=". ")
            raise
        if isinstance(result, RateLimited):
            return result
        if result.response.status in NO_LOOKUP_STATUSES:
            raise _no_lookups_error(result.response)
        if isinstance(result, CallFailed):
            return result
        if result.content.result is LookupResult.UNKNOWN and not result.content.has_number:
            reason = _("its answer to the look-up of a document cannot be read")
            return CallFailed(replace(result.response, reason=reason))
        return result.content

    def _save(self, batch: Batch, record: OpenRecord, lookup: DocumentLookup) -> None:
        """Record what was observed; a document that ARM has gets its outcome, and is not sent."""
        store = self.client.store
        store.save_lookup(batch.id, [(record.no, lookup.result)], ends_round=False)
        self.outdated.discard(record.no)
        if lookup.result is LookupResult.ABSENT:
            self.absent.add(record.no)
            return
        is_same = lookup.result is LookupResult.EQUAL
        outcome, message = (Outcome.ALREADY_SENT, ALREADY_SENT) if is_same else (Outcome.CONFLICT, lookup.message)
        store.save_already_sent(batch.id, RecordResult(record.no, outcome, message, reference=lookup.reference))


def _no_lookups_error(response: Response) -> Unfinished:
    return Unfinished(
        "cannot-look-up",
        _(
            "ARM does not allow look-ups of single documents (status {status}). They may have been "
            "sent before, so none was sent",
            status=response.status,
        ),
        _HINT,
    )
