"""Opening the database."""

import os
import sqlite3
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event as sa_event
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.schema import CreateIndex, CreateTable

from armbulk.errors import StoreError, describe_os_error
from armbulk.i18n import _
from armbulk.model.keys import normalise_key_text
from armbulk.store.address import database_file
from armbulk.store.location_check import find_sharing, sharing_error
from armbulk.store.schema import MIGRATIONS, VERSION, metadata

_LOCK_WAIT_MS, _LOCK_STEP_MS = 30_000, 250
"""How long a transaction waits for another process, and in which steps."""

SYNCHRONOUS = "FULL"
"""A commit returns when the disk has it. Tests turn it off: they cut no power."""


class _StatementCache(dict[Any, Any]):
    """Statements as SQL, for every store of this process.

    SQLAlchemy's own cache belongs to one engine, because its keys begin with the engine's dialect. All stores have the
    same dialect and the same tables, so the rest of the key is enough.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_STATEMENTS = _StatementCache()


def open_engine(url: str, roots: Sequence[str] = (), *, shared: bool = False) -> sa.Engine:
    """Open the database at `url`; a SQLite file is readable by its owner only.

    Args:
        url: the SQLite file, as SQLAlchemy names it.
        roots: folders that are synchronised with other machines.
        shared: allow a folder that other machines see.

    Raises:
        StoreError: the file cannot be opened, or is where other machines see it.
    """
    path = database_file(url)
    why = find_sharing(Path(path), roots)
    if why and not shared:
        raise sharing_error(Path(path), why)
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            "store-unusable",
            _("armbulk's database cannot be opened: {strerror}", strerror=describe_os_error(error)),
            _("Nothing was sent. Check ARMBULK_HOME"),
        ) from None
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # errors and logs quote no values
        execution_options={"compiled_cache": _STATEMENTS},
    )
    journal = "DELETE" if why else "WAL"  # WAL needs memory that processes share, which such a folder does not give
    sa_event.listen(engine, "connect", partial(_apply_settings, journal=journal))
    sa_event.listen(engine, "handle_error", _translate)
    sa_event.listen(engine, "begin", _begin)
    return engine


def _begin(conn: sa.Connection) -> None:
    """Begin a transaction; wait for another process in short steps, between which a signal is handled."""
    raw: Any = conn.connection.driver_connection
    raw.execute(f"PRAGMA busy_timeout={_LOCK_STEP_MS}")
    try:
        for _ in range(_LOCK_WAIT_MS // _LOCK_STEP_MS - 1):
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break  # tried once more below, where the error is translated
            else:
                return
        conn.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        raw.execute(f"PRAGMA busy_timeout={_LOCK_WAIT_MS}")


def migrate(conn: sa.Connection) -> None:
    """Bring an older store to this version; StoreError for a newer or damaged one, which is left as it is."""
    if conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() != "ok":
        raise StoreError(
            "store-damaged",
            _("armbulk's database is damaged"),
            _(
                "Keep a copy of the file and ask for help. It records which invoices were sent, so armbulk "
                "does not replace it"
            ),
        )
    raw: Any = conn.connection.driver_connection
    raw.create_function("normal_key", 1, lambda key: key and normalise_key_text(key), deterministic=True)
    version = conn.exec_driver_sql("PRAGMA user_version").scalar_one()
    if version > VERSION:
        raise StoreError(
            "store-newer",
            _("armbulk's database was written by a newer version of armbulk"),
            _("Update armbulk on this computer"),
        )
    for step in range(version + 1, VERSION + 1):
        for statement in MIGRATIONS.get(step, ()) if version else ():
            conn.exec_driver_sql(statement)
    conn.exec_driver_sql(f"PRAGMA user_version = {VERSION}")


def create_missing(conn: sa.Connection) -> None:
    """Create the tables and indexes that the database does not have yet."""
    raw: Any = conn.connection.driver_connection
    there = {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}
    for name, statement in _list_statements():
        if name not in there:
            try:
                raw.execute(statement)
            except sqlite3.Error:
                conn.exec_driver_sql(statement)  # once more, where the error is translated


@cache
def _list_statements() -> tuple[tuple[str, str], ...]:
    """Return the name and the SQL of every table and index, in the order in which they are created."""
    dialect = SQLiteDialect()
    statements = []
    for table in metadata.sorted_tables:
        statements.append((table.name, str(CreateTable(table).compile(dialect=dialect))))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements += [(str(index.name), str(CreateIndex(index).compile(dialect=dialect))) for index in indexes]
    return tuple(statements)


def flush(engine: sa.Engine) -> None:
    """Empty the write-ahead log: what was overwritten would stay in it while any process has the database open.

    A process that reads at this moment prevents it; the next call makes up for that.
    """
    raw = engine.raw_connection()
    try:
        for pragma in ("busy_timeout=500", "wal_checkpoint(TRUNCATE)", f"busy_timeout={_LOCK_WAIT_MS}"):
            raw.cursor().execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error:
        return  # nothing is lost: the log is emptied later
    finally:
        raw.close()


def _translate(context: sa.ExceptionContext) -> None:
    raise_store_error(context.original_exception)


def raise_store_error(error: BaseException) -> None:
    """Raise StoreError for a full disk or a locked or damaged file: these are no bugs."""
    if isinstance(error, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError
    ):
        raise StoreError(
            "store-unusable",
            _("armbulk's database cannot be used: {reason}", reason=describe_os_error(error)),
            _(
                "Free disk space, and check that the folder is writable and on a local disk. armbulk sends "
                "nothing that it cannot record"
            ),
        ) from None


def _apply_settings(raw: Any, _: object, journal: str) -> None:
    raw.isolation_level = None  # transactions begin with BEGIN IMMEDIATE
    pragmas = (
        f"synchronous={SYNCHRONOUS}",  # before the journal: its first page is written with it, too
        f"journal_mode={journal}",
        "foreign_keys=ON",
        f"busy_timeout={_LOCK_WAIT_MS}",
        "secure_delete=ON",
    )
    for pragma in pragmas:
        raw.execute(f"PRAGMA {pragma}")
