"""Runs of single calls (deletes of customers, payment reservations): what they have in common.

Their numbers are of the same series as those of imports. The functions work inside the caller's transaction.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Float, Integer, Table, Text

from armbulk.quota.limits import Account
from armbulk.store.schema import run


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


def insert_call_run(conn: sa.Connection, table: Table, account: Account, new: Mapping[str, Any], now: float) -> int:
    """Store a run; return its number, which is never given again."""
    owner = {"origin": account.origin, "client_no": account.client_no}
    empty = {"created": now, "state": "finished", "profile": "", "sha256": "{}", "options": "{}"}
    number = int(conn.execute(sa.insert(run).values({**empty, **owner}).returning(run.c.id)).scalar_one())
    conn.execute(sa.delete(run).where(run.c.id == number))  # only its number is taken
    values = {**new, **owner, "id": number, "created": now, "state": "running"}
    conn.execute(sa.insert(table).values({**values, "files": json.dumps(new["files"])}))
    return number


def select_call_runs(conn: sa.Connection, table: Table, number: int | None = None) -> list[CallRun]:
    """Return the runs of a table, newest first; with a number only that one."""
    query = sa.select(table).order_by(table.c.id.desc())
    rows = conn.execute(query if number is None else query.where(table.c.id == number)).mappings()
    return [_to_run(row) for row in rows]


def update_call_run(conn: sa.Connection, table: Table, number: int, values: Mapping[str, Any]) -> None:
    """Change a run: how it ended, when it may be resumed, where its result workbook is."""
    conn.execute(sa.update(table).where(table.c.id == number).values(values))


def _to_run(row: sa.RowMapping) -> CallRun:
    values = {name: row[name] for name in ("id", "created", "ended", "state", "resume_at", "profile", "target")}
    account = Account(row["origin"], row["client_no"])
    return CallRun(**values, account=account, files=tuple(json.loads(row["files"])), result=row["result"])
