"""What ARM has of a run's accepted records, as it was read back."""

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from armbulk.clock import Clock
from armbulk.model.outcome import ApiUsage
from armbulk.store.schema import read_back, verification

READ_BACK_SCHEMA = {
    "no": pl.Int64,
    "result": pl.String,
    "documents": pl.Int64,
    "message": pl.String,
    "number": pl.String,
    "doc_type": pl.String,
    "customer": pl.String,
    "date": pl.String,
    "currency": pl.String,
    "amount": pl.String,
}
"""Columns of a frame of what ARM has: `no` is the record's number in its run, `result` a `LookupResult`, `documents`
how many ARM has with the number. The values are those that were sent where ARM has the same; null where ARM shows none.
"""


@dataclass(frozen=True, slots=True)
class Verification:
    """The latest reading of a run's accepted records; times are epoch seconds.

    Attributes:
        started: when it began.
        ended: when it ended; None: it was interrupted, and can be continued.
        usage: what it used of the quota.
        read: what ARM has (READ_BACK_SCHEMA), in the order of the records.
    """

    started: float
    ended: float | None
    usage: ApiUsage
    read: pl.DataFrame


class VerificationStore:
    """Records and reads what ARM has of a run's accepted records."""

    clock: Clock
    _engine: sa.Engine

    def begin_verification(self, run_id: int) -> None:
        """Begin to read a run's records from ARM; what was read before is forgotten."""
        with self._engine.begin() as conn:
            for table in (read_back, verification):
                conn.execute(sa.delete(table).where(table.c.run == run_id))
            conn.execute(sa.insert(verification).values(run=run_id, started=self.clock.now()))

    def save_read_back(self, run_id: int, records: pl.DataFrame, usage: ApiUsage) -> None:
        """Record what ARM has of some records (READ_BACK_SCHEMA), and what reading them used of the quota.

        A record that was not found is asked for again, and another process may read the same: the latest counts.
        """
        rows = records.rename({"no": "item"}).with_columns(run=pl.lit(run_id), at=pl.lit(self.clock.now())).to_dicts()
        used = {name: verification.c[name] + getattr(usage, name) for name in ("requests", "reads")}
        with self._engine.begin() as conn:
            conn.execute(sa.update(verification).where(verification.c.run == run_id).values(used))
            if rows:
                conn.execute(sa.insert(read_back).prefix_with("OR REPLACE"), rows)

    def end_verification(self, run_id: int) -> None:
        """Record that all of a run's accepted records were read."""
        with self._engine.begin() as conn:
            values = {"ended": self.clock.now()}
            conn.execute(sa.update(verification).where(verification.c.run == run_id).values(values))

    def verification(self, run_id: int) -> Verification | None:
        """Return the latest reading of a run's records; None: they were never read."""
        names = ["item", *(name for name in READ_BACK_SCHEMA if name != "no")]
        query = sa.select(*(read_back.c[name] for name in names)).where(read_back.c.run == run_id)
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(verification).where(verification.c.run == run_id)).mappings().first()
            if row is None:
                return None
            rows = conn.execute(query.order_by(read_back.c.item)).all()
        read = pl.DataFrame([tuple(values) for values in rows], schema=READ_BACK_SCHEMA, orient="row")
        return Verification(row["started"], row["ended"], ApiUsage(row["requests"], row["reads"]), read)
