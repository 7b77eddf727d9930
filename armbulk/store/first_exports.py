"""When each content was first exported on this machine, in one JSON file: digest → epoch seconds."""

import json
import os
from pathlib import Path

from filelock import FileLock

from armbulk.errors import StoreError

_FILE = "seen.json"
_MAX_ENTRIES = 5_000
"""Contents that are remembered; the oldest are dropped first."""


def load_or_record(folder: Path, digest: str, now: float) -> float:
    """Return when a content was first exported (epoch seconds); record `now` for a new one.

    Raises:
        StoreError: the file in `folder` cannot be written.
    """
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".lock"), mode=0o600):
            times = _read(path)
            if digest in times:
                return times[digest]
            times[digest] = now
            newest = sorted(times.items(), key=lambda entry: entry[1])[-_MAX_ENTRIES:]
            _replace(path, json.dumps(dict(newest)))
    except OSError as error:
        raise StoreError(
            "seen-unusable", f"{path} cannot be written: {error.strerror}", "Make room, or check ARMBULK_HOME"
        ) from None
    return now


def _read(path: Path) -> dict[str, float]:
    """What the file says; a file that cannot be parsed counts as empty."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {str(digest): float(time) for digest, time in content.items() if isinstance(time, int | float)}


def _replace(path: Path, text: str) -> None:
    """Write the file atomically, readable by its owner only."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
