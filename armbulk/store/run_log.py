"""Read what happened to a run: its events, its look-ups, and the hashes of what it sent."""

from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.store.payload_hashes import unpack_hashes
from armbulk.store.schema import event, look, run

PERSONAL_DATA_REMOVED = "personal data removed"
"""The event of a finished run whose messages no longer quote personal data."""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """Something that happened to a run or to one of its batches.

    Attributes:
        when: the time (epoch seconds).
        batch: the batch's id; None: it is about the run.
        before: the batch's state before; None: it did not change.
        after: the batch's state afterwards.
        why: what happened.
        status: the HTTP status of the answer to a submit, 0 without an answer; None: this is no answer.
        uuid: the number that ARM gave the batch in the answer.
        arm_time: the time of ARM's own clock in the answer (epoch seconds).
        sent: of a submit, (record number, hash) of each record; None: this is no submit, or it was not recorded.
    """

    when: float
    batch: int | None
    before: str | None
    after: str | None
    why: str
    status: int | None
    uuid: str | None
    arm_time: float | None
    sent: tuple[tuple[int, str], ...] | None


@dataclass(frozen=True, slots=True)
class RunLookup:
    """A look-up of a record: its time (epoch seconds), which record, and what it showed (`LookupResult`)."""

    when: float
    no: int
    result: str


class RunLogReader:
    """Reads what the database knows of the course of a run."""

    _engine: sa.Engine

    def run_events(self, run_id: int) -> list[RunEvent]:
        """Return the events of a run, in order."""
        names = ("at", "batch", "before", "after", "why", "status", "uuid", "arm_time", "hashes")
        query = sa.select(*(event.c[name] for name in names)).where(event.c.run == run_id).order_by(event.c.id)
        with self._engine.connect() as conn:
            return [_to_event(row) for row in conn.execute(query).mappings()]

    def run_lookups(self, run_id: int) -> list[RunLookup]:
        """Return the look-ups of a run's records, in order."""
        query = sa.select(look.c.at, look.c.item, look.c.result).where(look.c.run == run_id).order_by(look.c.id)
        with self._engine.connect() as conn:
            return [RunLookup(*row) for row in conn.execute(query)]

    def hash_key(self, run_id: int) -> str | None:
        """Return the key of the hashes of what a run sent; None: an earlier version of armbulk began it."""
        with self._engine.connect() as conn:
            return conn.execute(sa.select(run.c.hash_key).where(run.c.id == run_id)).scalar()


def _to_event(row: sa.RowMapping) -> RunEvent:
    hashes = row["hashes"]
    sent = None if hashes is None else tuple(unpack_hashes(hashes))
    return RunEvent(row["at"], **{name: row[name] for name in row if name not in {"at", "hashes"}}, sent=sent)
