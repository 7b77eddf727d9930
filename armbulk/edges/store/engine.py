"""Opening the database, and keeping other processes out while one sends."""

import contextlib
import ctypes
import os
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy import event as sa_event

from armbulk.core.keys import normal_text
from armbulk.core.limits import Account
from armbulk.edges.store.tables import MIGRATIONS, VERSION
from armbulk.errors import StoreError, Unfinished

_REMOTE = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "fuse.sshfs", "fuse.rclone", "afs", "davfs"})
_DRIVE_REMOTE = 4  # as GetDriveTypeW says it
_SYNCED = frozenset({"onedrive", "dropbox", "google drive", "googledrive", "icloud drive", "nextcloud", "box sync"})


class ClientLock(AbstractContextManager[object]):
    """A kernel lock per origin and client: free again the moment its process ends, however it ends.

    Who holds it stands in a file beside it, for those who have to wait.
    """

    def __init__(self, url: str, account: Account, holder: str) -> None:
        name = "".join(c if c.isalnum() else "-" for c in f"{account.origin}-{account.client_no}")
        folder = Path(path_of(url) or ".").parent
        self._account, self._holder, self._told = account, holder, folder / f"{name}.holder"
        self._lock = FileLock(folder / f"{name}.lock", timeout=0)

    def __enter__(self) -> object:
        try:
            held = self._lock.acquire()
        except Timeout:
            raise Unfinished(
                "busy",
                f"{self._who()} is sending for client {self._account.client_no}",
                "Wait until it has ended, then try again",
            ) from None
        with contextlib.suppress(OSError):
            self._told.write_text(self._holder, encoding="utf-8")
        return held

    def _who(self) -> str:
        try:
            return self._told.read_text(encoding="utf-8")[:80] or "Another armbulk process"
        except (OSError, ValueError):
            return "Another armbulk process"

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._told.unlink(missing_ok=True)
        self._lock.release()


def shared(path: Path, mounts: str) -> str:
    """Say why a database must not lie at `path`: on another machine, or in a folder that is synchronised; "" if it may.

    SQLite's locks do not hold across machines, and two copies of the store would send twice. `mounts` is what
    /proc/self/mounts holds ("" elsewhere).
    """
    if str(path).startswith(("\\\\", "//")):
        return "it is on another machine"
    parts = {part.casefold().partition(" - ")[0] for part in path.parts}
    synced = sorted(_SYNCED & parts)
    if synced:
        return f"{synced[0]} synchronises that folder"
    kinds = [(point.replace("\\040", " "), kind) for _, point, kind, *_ in map(str.split, mounts.splitlines())]
    under = [(point, kind) for point, kind in kinds if path.is_relative_to(point)]
    kind = max(under, key=lambda one: len(one[0]))[1] if under else ""
    return f"the folder is on another machine ({kind})" if kind in _REMOTE else ""


def _refuse_shared(path: Path) -> None:
    proc = Path("/proc/self/mounts")
    why = shared(path.absolute(), proc.read_text(encoding="utf-8", errors="replace") if proc.exists() else "")
    why = why or ("the drive is on another machine" if _mapped(path.absolute()) else "")
    if why:
        local = platformdirs.user_data_dir("armbulk", appauthor=False)
        message = f"The store cannot lie in {path.parent}: {why}"
        raise StoreError("store-shared", message, f"Set ARMBULK_HOME to a local folder: {local}")


def _mapped(path: Path) -> bool:
    """Whether Windows knows the path's drive as one of another machine."""
    windows = getattr(ctypes, "windll", None)
    return windows is not None and windows.kernel32.GetDriveTypeW(path.anchor) == _DRIVE_REMOTE


def engine_of(url: str) -> sa.Engine:
    """Open the database at `url`; a SQLite file is made readable by its owner alone."""
    path = path_of(url)
    if path is None:
        return sa.create_engine(url)
    _refuse_shared(Path(path))
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StoreError(
            "store-unusable", f"The store cannot be opened: {error.strerror}", "Check ARMBULK_HOME; nothing was sent"
        ) from None
    engine = sa.create_engine(url)
    sa_event.listen(engine, "connect", _settings)
    sa_event.listen(engine, "handle_error", _translate)
    sa_event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def migrate(conn: sa.Connection) -> None:
    """Bring an older store to this layout; refuse a newer or a damaged one untouched."""
    found = conn.execute(sa.text("PRAGMA quick_check(1)")).scalar_one()
    if found != "ok":
        raise StoreError(
            "store-damaged",
            "The store is damaged",
            "Copy it aside and ask for help: it knows which invoices were sent, so it is never replaced silently",
        )
    raw = conn.connection.driver_connection
    raw.create_function("normal_key", 1, lambda key: None if key is None else normal_text(key), deterministic=True)  # type: ignore[union-attr]
    version = conn.execute(sa.text("PRAGMA user_version")).scalar_one()
    if version > VERSION:
        raise StoreError("store-newer", "The store was written by a newer armbulk", "Update armbulk on this machine")
    for step in range(version + 1, VERSION + 1):
        for statement in MIGRATIONS.get(step, ()) if version else ():
            conn.execute(sa.text(statement))
    conn.execute(sa.text(f"PRAGMA user_version = {VERSION}"))


def _translate(context: sa.ExceptionContext) -> None:
    """A disk that is full, a file that is locked or damaged: said as what it is, not as a bug."""
    if isinstance(context.original_exception, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
        context.original_exception, sqlite3.IntegrityError | sqlite3.ProgrammingError
    ):
        raise StoreError(
            "store-unusable",
            f"The store cannot be used: {context.original_exception}",
            "Make room, or check that its folder is writable and on a local disk; nothing goes that cannot be recorded",
        ) from None


def _settings(raw: Any, _: object) -> None:
    raw.isolation_level = None  # we say BEGIN IMMEDIATE ourselves
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000", "secure_delete=ON")
    for pragma in pragmas:
        raw.execute(f"PRAGMA {pragma}")


def path_of(url: str) -> str | None:
    """The file of a SQLite database; None for another."""
    parsed = sa.engine.make_url(url)
    return parsed.database if parsed.get_backend_name() == "sqlite" else None
