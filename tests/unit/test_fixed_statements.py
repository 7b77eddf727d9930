"""Statements that the driver carries out: as SQLAlchemy would, and with the same errors."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from armbulk.errors import StoreError
from armbulk.store.engine import create_missing, open_engine
from armbulk.store.schema import reservation
from armbulk.store.statements import FixedStatement

INSERT = FixedStatement(sa.insert(reservation), *(column.name for column in reservation.c if column.name != "id"))
ROW = {"origin": "https://arm", "client_no": "2218", "opened": 1.5, "requests": 1, "reads": 2, "writes": 3}
COUNT = FixedStatement(sa.select(sa.func.coalesce(sa.func.sum(reservation.c.reads), 7)))


def _insert(engine: sa.Engine, *rows: dict[str, Any]) -> None:
    with engine.begin() as conn:
        for row in rows:
            INSERT.execute(conn, row)


def test_a_statement_has_its_own_values_and_those_of_each_execution(tmp_path: Path) -> None:
    """Once, and for many rows; the number of a new row is known."""
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as conn:
        create_missing(conn)
        assert COUNT.execute(conn, {}).fetchone() == (7,)
        assert INSERT.execute(conn, ROW).lastrowid == 1
        INSERT.execute_many(conn, [ROW, {**ROW, "reads": 40}])
    with engine.begin() as conn:
        assert COUNT.execute(conn, {}).fetchone() == (44,)
        assert list(conn.execute(sa.select(reservation.c.id))) == [(1,), (2,), (3,)]


def test_a_value_that_is_missing_is_an_error_and_nothing_is_stored(tmp_path: Path) -> None:
    """What SQLAlchemy puts in place of values is never stored."""
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as conn:
        create_missing(conn)
    incomplete = {name: value for name, value in ROW.items() if name != "reads"}
    with pytest.raises(sqlite3.ProgrammingError):
        _insert(engine, ROW, incomplete)
    with engine.begin() as conn:
        assert COUNT.execute(conn, {}).fetchone() == (7,)


def test_a_full_disk_is_explained_and_undoes_the_transaction(tmp_path: Path) -> None:
    """The error is the one that SQLAlchemy's own executions raise."""
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as conn:
        create_missing(conn)
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="No space left"):
        _insert(engine, *[{**ROW, "origin": "x" * 1000}] * 500)
    with engine.begin() as conn:
        assert COUNT.execute(conn, {}).fetchone() == (7,)
