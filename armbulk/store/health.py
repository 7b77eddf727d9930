"""Look at the store without changing it: is it whole, and what has to be settled?"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from armbulk.store.address import database_file
from armbulk.store.deletion_tables import deletion
from armbulk.store.due_date_tables import due_date_run
from armbulk.store.reservation_tables import reservation_run
from armbulk.store.schema import VERSION, run

_WAIT_SECONDS = 3.0
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_RUN_TABLES = (run.name, deletion.name, reservation_run.name, due_date_run.name)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """What a look at the store shows.

    Attributes:
        path: The file.
        size: Its bytes.
        version: The version of its tables; None if it cannot be read.
        latest_version: The version that this armbulk writes.
        is_intact: Whether SQLite finds no damage.
        runs: How many runs it has.
        unfinished: How many of them have not ended.
        problem: Why it cannot be read, in SQLite's words; "" if it can.
    """

    path: Path
    size: int
    version: int | None = None
    latest_version: int = VERSION
    is_intact: bool = False
    runs: int = 0
    unfinished: int = 0
    problem: str = ""


def inspect_store(url: str) -> StoreHealth | None:
    """Return how the store at an address is; None if there is none yet."""
    path = Path(database_file(url))
    if not path.exists():
        return None
    size = path.stat().st_size
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", timeout=_WAIT_SECONDS, uri=True)) as database:
            version = int(database.execute("PRAGMA user_version").fetchone()[0])
            is_intact = database.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            states = _list_states(database)
    except sqlite3.Error as error:
        return StoreHealth(path, size, problem=str(error))
    return StoreHealth(
        path, size, version, is_intact=is_intact, runs=len(states), unfinished=len(states) - states.count("finished")
    )


def _list_states(database: sqlite3.Connection) -> list[str]:
    """Return the state of each run, of imports and of single calls; an older store lacks some of the tables."""
    existing = {name for (name,) in database.execute(_TABLES)}
    tables = [name for name in _RUN_TABLES if name in existing]
    return [state for name in tables for (state,) in database.execute(f"SELECT state FROM {name}")]  # noqa: S608 - names of our own tables
