"""Statements that are carried out several times for each call of ARM, by the driver itself."""

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from armbulk.store.engine import raise_store_error

_DIALECT = SQLiteDialect(paramstyle="named")


class FixedStatement:
    """A statement whose SQL does not depend on its values: no list of values, no column type that converts.

    SQLAlchemy writes the SQL once. What it does for each execution takes longer than a small statement itself.
    """

    def __init__(self, statement: sa.UpdateBase | sa.Select[Any] | sa.CompoundSelect[Any], *columns: str) -> None:
        """Take a statement; an insert or an update needs the names of the columns that get values."""
        self._statement, self._columns = statement, columns

    @cached_property
    def _sql(self) -> tuple[str, dict[str, Any]]:
        """The SQL, and the values that are part of the statement."""
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=self._columns or None)
        own = {name: value for name, value in compiled.params.items() if value is not None}
        return compiled.string, {name: value for name, value in own.items() if name not in self._columns}

    def execute(self, conn: sa.Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        """Carry it out in a transaction; StoreError when the database cannot."""
        sql, literals = self._sql
        raw: Any = conn.connection.driver_connection
        try:
            cursor: sqlite3.Cursor = raw.execute(sql, {**literals, **values})
        except sqlite3.Error as error:
            raise_store_error(error)
            raise
        return cursor

    def execute_many(self, conn: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each row of values; StoreError when the database cannot."""
        sql, literals = self._sql
        raw: Any = conn.connection.driver_connection
        try:
            raw.executemany(sql, [{**literals, **row} for row in rows])
        except sqlite3.Error as error:
            raise_store_error(error)
            raise
