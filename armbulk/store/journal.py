"""The write-ahead journal of sending: intents, responses, outcomes and decisions, each committed as one transaction.

The intent to submit a batch is committed before a byte leaves, and its response before anything else happens. A batch
changes its state only here, along `model.batch_state.TRANSITIONS`.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from armbulk.errors import StoreError
from armbulk.i18n import _
from armbulk.model.batch_state import FINAL_STATES, BatchState, is_allowed
from armbulk.model.lookup import LookupResult
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.response import Response
from armbulk.model.submission import RecordResult
from armbulk.quota.limits import Account, Priority, QuotaLimits
from armbulk.sent_before import compare_with_sent
from armbulk.store import decisions
from armbulk.store.copies import CopyDetector
from armbulk.store.customers import doubt_customers
from armbulk.store.decisions import UnresolvedDocument
from armbulk.store.metering import QuotaMeter
from armbulk.store.payload_hashes import pack_hashes
from armbulk.store.rows import (
    SubmitIntent,
    build_documents_frame,
    count_writes,
    find_sent,
    guard_documents,
    release_documents,
    select_documents,
    select_open_records,
    split_batch,
)
from armbulk.store.schema import batch, belongs_to, event, item, look, run

_log = logging.getLogger(__name__)

_BATCH = (
    sa.select(*(batch.c[name] for name in ("run", "resource", "state", "attempt", "rounds", "reservation")))
    .add_columns(run.c.origin, run.c.client_no, run.c.hash_key)
    .join_from(batch, run)
    .where(batch.c.id == sa.bindparam("of_batch"))
)
_COUNT_OPEN = sa.select(sa.func.count()).where(item.c.batch == sa.bindparam("of_batch"), item.c.outcome.is_(None))
_UPDATE_BATCH = sa.update(batch).where(batch.c.id == sa.bindparam("of_batch"))
_MOVE_BATCH = _UPDATE_BATCH.where(batch.c.state == sa.bindparam("of_state"))
_SAVE_OUTCOME = sa.update(item).where(
    item.c.run == sa.bindparam("of_run"), item.c.no == sa.bindparam("of_no"), item.c.outcome.is_(None)
)
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_INSERT_LOOK, _INSERT_EVENT = sa.insert(look), sa.insert(event)
"""Statements of every batch and look-up: built once."""


class BatchJournal(QuotaMeter, CopyDetector):
    """Commits what happens to the batches of a run; every public method is one transaction."""

    # ── submitting ──────────────────────────────────────────────────────────────────────────────────────────────

    def record_intent(self, account: Account, batch_id: int, limits: QuotaLimits) -> SubmitIntent | float | None:
        """Commit the intent to submit a batch: its reservation, its document numbers and `posting` together.

        Returns:
            The intent; or the time (epoch seconds) when the quota has room; or None when nothing is left to send.

        Raises:
            Unfinished: documents would go, and those of another run are in doubt.
        """
        with self._engine.begin() as conn:
            self._set_aside_sent(conn, account, batch_id)
            records = select_open_records(conn, batch_id)
            if not records:
                self._move(conn, batch_id, BatchState.FINISHED, "nothing left to send")
                return None
            row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
            if row.resource == "documents":
                decisions.verify_nothing_in_doubt(conn, account, row.run)
                decisions.verify_no_doubt_elsewhere(conn, account, batch_id, self.clock.now())
            cost = ApiUsage(1, 0, count_writes(conn, batch_id))
            reservation = self._reserve(conn, account, cost, limits, Priority.NORMAL)
            if isinstance(reservation, float):
                return reservation
            values = {"intended": self.clock.now(), "reservation": reservation, "attempt": row.attempt + 1}
            values |= self._clocks()
            sent = {"hashes": pack_hashes(row.hash_key, records)} if row.hash_key else {}
            self._move(conn, batch_id, BatchState.POSTING, "intent", sent, **values)
            guard_documents(conn, account, batch_id)
            doubt_customers(conn, account, batch_id)
            self.count_sending(conn)
            return SubmitIntent(reservation, cost, records)

    def save_response(
        self,
        batch_id: int,
        to: BatchState,
        why: str,
        response: Response,
        *,
        charge: ApiUsage | None,
        results: Iterable[RecordResult] = (),
        parts: int = 0,
        **columns: str,
    ) -> None:
        """Commit all that came of a submit: state, quota and outcomes together.

        A batch in doubt is finished when the answer states the outcome of each of its records.

        Args:
            batch_id: the batch.
            to: its new state.
            why: the reason, for the log of events.
            response: the exchange; without an answer its usage is charged later than now.
            charge: what was used of the quota; None: nothing left this machine.
            results: the outcomes that are known.
            parts: how many new batches the records without an outcome go into; 0: they stay in this one.
            columns: what ARM gave the batch (`uuid`, its number; `verdict`, words that it failed as a whole); or "".
        """
        with self._engine.begin() as conn:
            row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
            self._save_results(conn, row.run, results)
            if row.reservation is not None:
                account = Account(row.origin, row.client_no)
                self._settle(conn, account, row.reservation, charge, response.date_sample)
                self._charge_run(conn, row.run, charge)
            values: dict[str, Any] = {"answered": self.clock.now(), "status": response.status, "reservation": None}
            values |= self._clocks()
            values |= {name: text for name, text in columns.items() if text}
            if to is BatchState.IN_DOUBT and not select_open_records(conn, batch_id):
                to = BatchState.FINISHED
            sample = response.date_sample
            answer = {"status": response.status, "uuid": columns.get("uuid"), "arm_time": sample and sample.date}
            self._move(conn, batch_id, to, why, answer, **values)
            is_sent_again = decisions.is_sent_again(conn, batch_id)  # what was sent before may still arrive
            if to in {BatchState.IN_DOUBT, BatchState.FINISHED, BatchState.PLANNED, BatchState.REFUSED}:
                is_doubtful = is_sent_again or to in {BatchState.IN_DOUBT, BatchState.FINISHED}
                release_documents(conn, batch_id, rejected_only=is_doubtful)
            if parts:
                for new_id in split_batch(conn, batch_id, parts):
                    if is_sent_again:
                        self._log(conn, row.run, new_id, None, None, decisions.SENT_AGAIN)

    def recover(self, account: Account) -> None:
        """After a crash: batches that were being posted are in doubt, and open reservations are charged in full.

        The caller has the client's lock, so no process is posting any of them, whatever run they belong to.
        """
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, account)
            posting = sa.select(batch.c.id, batch.c.run).join_from(batch, run).where(*belongs_to(run, account))
            for batch_id, run_id in conn.execute(posting.where(batch.c.state == BatchState.POSTING.value)).all():
                self._move(conn, batch_id, BatchState.IN_DOUBT, "the process ended while posting", reservation=None)
                _log.warning("A batch was being sent when a process ended: it is in doubt", extra={"run": run_id})

    # ── outcomes ────────────────────────────────────────────────────────────────────────────────────────────────

    def save_results(self, batch_id: int, results: Iterable[RecordResult]) -> None:
        """Commit outcomes of a batch's records; the batch is finished when every record has one."""
        with self._engine.begin() as conn:
            row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
            self._save_results(conn, row.run, results)
            release_documents(conn, batch_id, rejected_only=True)
            missing = conn.execute(_COUNT_OPEN, {"of_batch": batch_id}).scalar_one()
            if missing == 0 and BatchState(row.state) not in FINAL_STATES:
                self._move(conn, batch_id, BatchState.FINISHED, "every record has an outcome")

    def save_outcomes(self, run_id: int, results: Iterable[RecordResult]) -> None:
        """Commit outcomes of records that are not sent in this run."""
        with self._engine.begin() as conn:
            self._save_results(conn, run_id, results)

    def save_already_sent(self, batch_id: int, result: RecordResult) -> None:
        """Commit the outcome of a document that ARM has already, and its number as sent."""
        with self._engine.begin() as conn:
            run_id, account = self._run_of(conn, batch_id)
            if result.outcome is Outcome.ALREADY_SENT:
                self._set_aside_sent(conn, account, batch_id)
                guard_documents(conn, account, batch_id, only=result.no, has_content=False)
            self._save_results(conn, run_id, [result])

    def exclude_record(self, batch_id: int, result: RecordResult) -> None:
        """Commit the outcome of a record that is not sent: it leaves its batch, which has not gone yet."""
        with self._engine.begin() as conn:
            run_id, _ = self._run_of(conn, batch_id)
            self._save_results(conn, run_id, [result])
            is_record = sa.and_(item.c.run == run_id, item.c.no == result.no)
            conn.execute(sa.update(item).where(is_record).values(batch=None))

    def replace_payload(self, batch_id: int, no: int, payload: str) -> None:
        """Commit another payload for a record, before it is sent."""
        is_record = sa.and_(item.c.batch == batch_id, item.c.no == no, item.c.outcome.is_(None))
        with self._engine.begin() as conn:
            conn.execute(sa.update(item).where(is_record).values(payload=payload))

    def append_message(self, run_id: int, message: str, nos: Iterable[int], *, keep_earlier: bool = False) -> None:
        """Commit why records have no outcome yet; `keep_earlier`: after earlier messages, not in their place."""
        earlier = sa.func.coalesce(item.c.message, "")
        both = sa.case((earlier == "", message), (sa.func.instr(earlier, message) > 0, earlier),
                       else_=sa.func.rtrim(earlier, ".") + ". " + message)  # fmt: skip
        with self._engine.begin() as conn:
            for no in nos:
                is_record = sa.and_(item.c.run == run_id, item.c.no == no)
                conn.execute(sa.update(item).where(is_record).values(message=both if keep_earlier else message))

    def save_lookup(self, batch_id: int, lookups: Iterable[tuple[int, LookupResult]], *, ends_round: bool) -> int:
        """Commit what look-ups of records (number, result) showed.

        Args:
            batch_id: the batch.
            lookups: the records that were looked up.
            ends_round: a round is complete with these: every open record was looked up.

        Returns:
            How many complete rounds there were.
        """
        with self._engine.begin() as conn:
            row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
            looks = [
                {"run": row.run, "item": no, "at": self.clock.now(), "result": result.value} for no, result in lookups
            ]
            if looks:
                conn.execute(_INSERT_LOOK, looks)
            rounds = int(row.rounds) + ends_round
            conn.execute(_UPDATE_BATCH, {"of_batch": batch_id, "rounds": rounds})
        return rounds

    # ── states and decisions ────────────────────────────────────────────────────────────────────────────────────

    def move_batch(self, batch_id: int, to: BatchState, why: str) -> None:
        """Move a batch to another state; StoreError when the transition is not allowed."""
        with self._engine.begin() as conn:
            self._move(conn, batch_id, to, why)

    def save_verdict(self, batch_id: int, verdict: str) -> None:
        """Commit ARM's words that an accepted batch failed as a whole: its open records are looked up."""
        with self._engine.begin() as conn:
            values = {"verdict": verdict, "answered": self.clock.now(), **self._clocks()}
            self._move(conn, batch_id, BatchState.IN_DOUBT, "ARM says that the whole batch failed", **values)

    def save_decisions(
        self, documents: Sequence[UnresolvedDocument], outcome: Outcome | None, why: str
    ) -> list[UnresolvedDocument]:
        """Commit what a person decided: an outcome for each, or (None) to send them again in batches of their own.

        Returns:
            The documents that are not what the person saw any more: when there is one, nothing is done.
        """
        with self._engine.begin() as conn:
            changed = decisions.find_changed(conn, documents)
            if changed:
                return changed
            for batch_id in sorted({document.batch for document in documents}):
                chosen = [document for document in documents if document.batch == batch_id]
                run_id = chosen[0].run
                if outcome is None:
                    self._log(conn, run_id, decisions.send_again(conn, chosen), None, None, decisions.SENT_AGAIN)
                else:
                    results = [RecordResult(document.no, outcome, why) for document in chosen]
                    self._save_results(conn, run_id, results)
                self._log(conn, run_id, batch_id, None, None, f"{why}: {len(chosen)} documents")
                if not select_open_records(conn, batch_id):
                    self._move(conn, batch_id, BatchState.FINISHED, why)
        return []

    # ── inside a transaction ────────────────────────────────────────────────────────────────────────────────────

    def _clocks(self) -> dict[str, Any]:
        """What shows later how far the wall clock was set since a batch left."""
        return {"clock_offset": self.clock.now() - self.clock.monotonic(), "boot": self.boot_id}

    def _run_of(self, conn: sa.Connection, batch_id: int) -> tuple[int, Account]:
        row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
        return row.run, Account(row.origin, row.client_no)

    def _move(
        self,
        conn: sa.Connection,
        batch_id: int,
        to: BatchState,
        why: str,
        exchanged: Mapping[str, Any] = _NOTHING,
        **values: Any,
    ) -> None:
        """Change a batch's state and `values`, and log that; `exchanged`: what was sent, or answered."""
        row = conn.execute(_BATCH, {"of_batch": batch_id}).one()
        before = BatchState(row.state)
        if not is_allowed(before, to):
            raise StoreError(
                "unlawful-move",
                _("Batch {batch_id} cannot change from {before} to {to}", batch_id=batch_id, before=before, to=to),
                _("This is a bug in armbulk. Please report it"),
            )
        if to is BatchState.FINISHED:
            values["finished"] = self.clock.now()
        changed = {"of_batch": batch_id, "of_state": before.value, "state": to.value, **values}
        if conn.execute(_MOVE_BATCH, changed).rowcount != 1:
            raise StoreError(
                "lost-race",
                _("Another armbulk process is working on batch {batch_id}", batch_id=batch_id),
                _("Wait until it has finished"),
            )
        self._log(conn, row.run, batch_id, before, to, why, exchanged)

    def _log(
        self,
        conn: sa.Connection,
        run_id: int,
        batch_id: int | None,
        before: str | None,
        after: str | None,
        why: str,
        exchanged: Mapping[str, Any] = _NOTHING,
    ) -> None:
        values = {"at": self.clock.now(), "run": run_id, "batch": batch_id, "before": before, "after": after}
        conn.execute(_INSERT_EVENT, {**values, "why": why, **exchanged})

    def _save_results(self, conn: sa.Connection, run_id: int, results: Iterable[RecordResult]) -> None:
        """Set outcomes, and forget the payloads. A record that has an outcome keeps it."""
        rows = [
            {
                "of_run": run_id,
                "of_no": result.no,
                "outcome": result.outcome.value,
                "message": result.message or None,
                "warnings": "\n".join(result.warnings) or None,
                "reference": result.reference or None,
                "at": self.clock.now(),
                "payload": None,
                "base": None,
            }
            for result in results
        ]
        if rows:
            conn.execute(_SAVE_OUTCOME, rows)

    def _set_aside_sent(self, conn: sa.Connection, account: Account, batch_id: int) -> None:
        """Set aside the documents of a batch whose numbers another run has sent, or may have sent, meanwhile."""
        documents = select_documents(conn, batch_id)
        sent = find_sent(conn, account, documents)
        if sent.height:
            results = [
                RecordResult(no, Outcome(outcome), message)
                for no, outcome, message in compare_with_sent(build_documents_frame(documents), sent).iter_rows()
            ]
            self._save_results(conn, documents[0]["run"], results)
