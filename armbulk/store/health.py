"""Look at the store without changing it: is it whole, and what has to be settled?"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from armbulk.store.address import database_file
from armbulk.store.schema import VERSION

_WAIT_SECONDS = 3.0
_UNFINISHED = "SELECT COUNT(*) FROM run WHERE state <> 'finished'"


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
            runs = int(database.execute("SELECT COUNT(*) FROM run").fetchone()[0])
            unfinished = int(database.execute(_UNFINISHED).fetchone()[0])
    except sqlite3.Error as error:
        return StoreHealth(path, size, problem=str(error))
    return StoreHealth(path, size, version, is_intact=is_intact, runs=runs, unfinished=unfinished)
