"""What is checked before a batch is submitted: its documents' customers, earlier sending, changes made by others."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import CUSTOMER_IN_CONFLICT, CUSTOMER_NOT_ACCEPTED, ROW_SAYS_SENT
from armbulk.model.submission import RecordResult
from armbulk.rate_limited import Interruption
from armbulk.sending.conflict_check import ConflictCheck
from armbulk.sending.duplicate_check import DuplicateCheck
from armbulk.sending.session import SendingSession
from armbulk.store import Batch, Store

MAX_WAIT_SECONDS = 900.0
"""How long a batch may wait after it was checked, without being checked again."""

MAX_REPEATS = 3
"""How often it is checked again: checking takes room in the quota, too, for which it may have to wait."""

_NOT_ACCEPTED = [outcome.value for outcome in (Outcome.REJECTED, Outcome.HELD_BACK, Outcome.CONFLICT, Outcome.IN_DOUBT)]


@dataclass(slots=True)
class Precheck:
    """The checks of one session; each keeps what it has read.

    Attributes:
        session: the session.
        are_customers_settled: documents of customers that were not accepted are held back.
        duplicates: the check of documents; None: not begun.
        conflicts: the check of customers; None: not begun.
        passed: when a batch has passed the checks (epoch seconds), by its id.
        repeats: how often a batch that has waited was checked again, by its id.
    """

    session: SendingSession
    are_customers_settled: bool = False
    duplicates: DuplicateCheck | None = None
    conflicts: ConflictCheck | None = None
    passed: dict[int, float] = field(default_factory=dict)
    repeats: Counter[int] = field(default_factory=Counter)

    def check(self, batch: Batch) -> Interruption | None:
        """Set aside the records of a batch that must not be sent; None when the batch may go now.

        A batch that has passed and then waited, for the quota or after a failure, is checked again.
        """
        now = self.session.clock.now()
        if abs(now - self.passed.get(batch.id, now)) > MAX_WAIT_SECONDS and self.repeats[batch.id] < MAX_REPEATS:
            self.repeats[batch.id] += 1
            del self.passed[batch.id]
            for check in (self.duplicates, self.conflicts):
                if check is not None:
                    check.forget(batch)
        interruption = self._check(batch)
        if interruption is None:
            self.passed.setdefault(batch.id, self.session.clock.now())
        return interruption

    def _check(self, batch: Batch) -> Interruption | None:
        if batch.resource == "documents":
            return self._check_documents(batch)
        session = self.session
        self.conflicts = self.conflicts or ConflictCheck(session.client, session.run, session.progress)
        return self.conflicts.check(batch)

    def _check_documents(self, batch: Batch) -> Interruption | None:
        session = self.session
        if not self.are_customers_settled:
            self.are_customers_settled = True
            hold_back_documents(session.store, session.run.id)
        if self.duplicates is None:
            self.duplicates = DuplicateCheck.for_run(
                session.client,
                session.run,
                session.lookup_proof,
                session.started,
                look_first=session.look_first,
                sole_sender=session.sole_sender,
            )
            self.duplicates.progress = session.progress
        interruption = self.duplicates.check(batch)
        if interruption is None:
            refuse_renumbered(session.store, batch, frozenset(session.run.options.get("said_sent", ())))
        return interruption


def refuse_renumbered(store: Store, batch: Batch, said_sent: frozenset[int]) -> None:
    """Set aside the documents that ARM does not have, although their rows say so: their numbers were changed.

    `said_sent` are numbers of records. Only a run that looks every document up has some: others never send them.
    """
    for record in store.open_records(batch.id) if said_sent else ():
        if record.no in said_sent:
            store.save_already_sent(batch.id, RecordResult(record.no, Outcome.CONFLICT, ROW_SAYS_SENT))


def hold_back_documents(store: Store, run_id: int) -> None:
    """Hold back the run's documents whose customers ARM did not accept."""
    items = store.items(run_id)
    customers = items.filter((pl.col("resource") == "customers") & pl.col("outcome").is_in(_NOT_ACCEPTED))
    for outcome, keys in customers.group_by("outcome").agg(pl.col("key_norm").drop_nulls()).iter_rows():
        documents = items.filter(pl.col("outcome").is_null() & pl.col("customer_norm").is_in(keys))
        message = CUSTOMER_IN_CONFLICT if outcome == Outcome.CONFLICT.value else CUSTOMER_NOT_ACCEPTED
        store.save_outcomes(run_id, [RecordResult(no, Outcome.HELD_BACK, message) for no in documents["no"]])
