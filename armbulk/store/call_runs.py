"""Runs of single calls (deletes of customers, payment reservations, new due dates): what they have in common.

Their numbers are of the same series as those of imports. The intent to call is committed before a byte leaves.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import Column, Float, Integer, Table, Text

from armbulk.model.call_rows import CallAnswer, CallRow
from armbulk.model.call_state import CallState
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import Account, Priority, QuotaLimits
from armbulk.store.engine import flush
from armbulk.store.metering import QuotaMeter
from armbulk.store.schema import belongs_to, run

CALL_COST = ApiUsage(1, 0, 1)
"""What a call uses of the quota. ARM does not say whether it counts as a record written: it is counted."""

RowT = TypeVar("RowT", bound=CallRow)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CallRun:
    """A run of single calls; times are epoch seconds."""

    id: int
    created: float
    ended: float | None
    state: str
    resume_at: float | None
    account: Account
    profile: str
    files: tuple[str, ...]
    target: str
    result: str | None


def run_columns() -> list[Column[Any]]:
    """Return the columns of a table of such runs."""
    return [
        Column("id", Integer, primary_key=True),  # a number of `run`, which no run has
        Column("created", Float, nullable=False),
        Column("ended", Float),
        Column("state", Text, nullable=False),  # as of `run`
        Column("resume_at", Float),
        Column("origin", Text, nullable=False),
        Column("client_no", Text, nullable=False),
        Column("profile", Text, nullable=False),
        Column("files", Text, nullable=False),  # JSON: the files as named
        Column("target", Text, nullable=False),  # the result workbook
        Column("result", Text),  # where it was written
    ]


@dataclass(frozen=True, slots=True)
class CallTables(Generic[RowT]):
    """Where the runs of one kind of call are kept.

    Attributes:
        runs: the table of the runs, with `run_columns`.
        rows: the table of their rows: the attributes of `row_type`, and the reservation of the quota.
        run: its column with the number of the run.
        row_type: what a row is.
    """

    runs: Table
    rows: Table
    run: Column[Any]
    row_type: type[RowT]

    def update(self, number: int, no: int) -> sa.Update:
        """Return the statement that changes a row of a run."""
        return sa.update(self.rows).where(self.run == number, self.rows.c.no == no)


@dataclass(frozen=True, slots=True)
class CallUsage:
    """What a call used of the quota.

    Attributes:
        reservation: what was reserved for it.
        charge: what it used; None: nothing left this machine.
        sample: the Date of the answer; None: there was none.
    """

    reservation: int
    charge: ApiUsage | None = None
    sample: DateSample | None = None


class CallRunStore(QuotaMeter):
    """Records and reads runs of single calls; every public method is one transaction."""

    def create_calls(
        self, tables: CallTables[RowT], account: Account, new: Mapping[str, Any], rows: Sequence[RowT]
    ) -> int:
        """Store a run with its rows; return its number, which is never given again."""
        owner, now = {"origin": account.origin, "client_no": account.client_no}, self.clock.now()
        empty = {"created": now, "state": "finished", "profile": "", "sha256": "{}", "options": "{}"}
        with self._engine.begin() as conn:
            number = int(conn.execute(sa.insert(run).values({**empty, **owner}).returning(run.c.id)).scalar_one())
            conn.execute(sa.delete(run).where(run.c.id == number))  # only its number is taken
            values = {**new, **owner, "id": number, "created": now, "state": "running"}
            conn.execute(sa.insert(tables.runs).values({**values, "files": json.dumps(new["files"])}))
            conn.execute(sa.insert(tables.rows), [{**asdict(row), tables.run.name: number} for row in rows])
        return number

    def call_runs(self, tables: CallTables[Any]) -> list[CallRun]:
        """Return all runs of a kind, newest first."""
        with self._engine.connect() as conn:
            return [
                _to_run(row)
                for row in conn.execute(sa.select(tables.runs).order_by(tables.runs.c.id.desc())).mappings()
            ]

    def call_run(self, tables: CallTables[Any], number: int) -> CallRun | None:
        """Return a run; None: there is none of this kind with this number."""
        with self._engine.connect() as conn:
            row = conn.execute(sa.select(tables.runs).where(tables.runs.c.id == number)).mappings().first()
        return None if row is None else _to_run(row)

    def call_rows(self, tables: CallTables[RowT], number: int) -> list[RowT]:
        """Return the rows of a run, in their order."""
        columns = [column for column in tables.rows.c if column.name not in {tables.run.name, "reservation"}]
        query = sa.select(*columns).where(tables.run == number).order_by(tables.rows.c.no)
        with self._engine.connect() as conn:
            return [_to_row(tables, row) for row in conn.execute(query).mappings()]

    def recover_calls(self, tables: CallTables[Any], account: Account) -> None:
        """After a crash: calls that were being made are unconfirmed, and open reservations are charged in full.

        The caller has the client's lock, so no process is making any of them.
        """
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, account)
            own = sa.select(tables.runs.c.id).where(*belongs_to(tables.runs, account))
            was_made = (tables.rows.c.state == CallState.CALLING.value) & tables.run.in_(own)
            values = {"state": CallState.UNCONFIRMED.value, "reservation": None}
            count = conn.execute(sa.update(tables.rows).where(was_made).values(values)).rowcount
        if count:
            _log.warning("A single call was being made when a process ended", extra={"rows": count})

    def end_calls(self, tables: CallTables[Any], number: int, state: str, resume_at: float | None = None) -> None:
        """Record how a session ended, and when a paused run may be resumed (epoch seconds)."""
        self._update_call_run(tables, number, state=state, resume_at=resume_at, ended=self.clock.now())
        flush(self._engine)  # what is not kept any more is not in the database's log either

    def save_call_result(self, tables: CallTables[Any], number: int, path: str) -> None:
        """Record where the result workbook is."""
        self._update_call_run(tables, number, result=path)

    def _update_call_run(self, tables: CallTables[Any], number: int, **values: Any) -> None:
        with self._engine.begin() as conn:
            conn.execute(sa.update(tables.runs).where(tables.runs.c.id == number).values(values))

    # ── the call, in the caller's transaction ───────────────────────────────────────────────────────────────────

    def _record_intent(
        self,
        conn: sa.Connection,
        tables: CallTables[Any],
        account: Account,
        number: int,
        no: int,
        limits: QuotaLimits,
        **values: Any,
    ) -> int | float:
        """Write the intent to call, and `values`; return the reservation, or the time when the quota has room."""
        room = self._reserve(conn, account, CALL_COST, limits, Priority.NORMAL)
        if not isinstance(room, float):
            values |= {"state": CallState.CALLING.value, "reservation": room, "decided_at": self.clock.now()}
            conn.execute(tables.update(number, no).values(values))
        return room

    def _save_answer(
        self,
        conn: sa.Connection,
        tables: CallTables[Any],
        account: Account,
        number: int,
        no: int,
        answer: CallAnswer,
        usage: CallUsage | None,
        **values: Any,
    ) -> None:
        """Write the result of a call, and `values`; settle what it used of the quota (None: nothing was called)."""
        values |= {"state": answer.state.value, "outcome": answer.outcome and answer.outcome.value}
        values |= {"message": answer.message, "reservation": None, "decided_at": self.clock.now()}
        conn.execute(tables.update(number, no).values(values))
        if usage is not None:
            self._settle(conn, account, usage.reservation, usage.charge, usage.sample)


def _to_run(row: sa.RowMapping) -> CallRun:
    values = {name: row[name] for name in ("id", "created", "ended", "state", "resume_at", "profile", "target")}
    account = Account(row["origin"], row["client_no"])
    return CallRun(**values, account=account, files=tuple(json.loads(row["files"])), result=row["result"])


def _to_row(tables: CallTables[RowT], row: sa.RowMapping) -> RowT:
    outcome = row["outcome"]
    values = {
        **row,
        "state": CallState(row["state"]),
        "outcome": tables.row_type.outcomes(outcome) if outcome else None,
    }
    return tables.row_type(**values)
