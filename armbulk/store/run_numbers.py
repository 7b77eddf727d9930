"""The latest runs, for completion in a shell: read without loading what the store is made of."""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from armbulk.store.address import database_file

_LATEST = "SELECT CAST(id AS TEXT), state FROM run ORDER BY id DESC LIMIT ?"
_WAIT_SECONDS = 0.2


def list_latest_runs(url: str, limit: int) -> list[tuple[str, str]]:
    """Return the number and the state of the latest runs, newest first; [] if the store cannot be read at once."""
    path = Path(database_file(url))
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", timeout=_WAIT_SECONDS, uri=True)) as database:
            return [(number, state) for number, state in database.execute(_LATEST, (limit,))]
    except sqlite3.Error:
        return []
