"""When this very content was first exported on this machine, so that exporting it again changes no byte."""

import getpass
import json
import os
from pathlib import Path

from filelock import FileLock

from armbulk.errors import StoreError

_FILE = "seen.json"
_MOST = 5_000
"""Contents that are remembered; the oldest are forgotten first."""


def first_seen(folder: Path, digest: str, now: float) -> float:
    """When a content was exported first (epoch seconds): `now`, and noted, when it never was."""
    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(path.with_suffix(".lock"), mode=0o600):
            known = _read(path)
            if digest in known:
                return known[digest]
            known[digest] = now
            newest = sorted(known.items(), key=lambda one: one[1])[-_MOST:]
            _replace(path, json.dumps(dict(newest)))
    except OSError as error:
        raise StoreError(
            "seen-unusable", f"{path} cannot be written: {error.strerror}", "Make room, or check ARMBULK_HOME"
        ) from None
    return now


def _read(path: Path) -> dict[str, float]:
    """What is noted; a file that cannot be understood is begun anew."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): float(at) for name, at in found.items() if isinstance(at, int | float)}


def _replace(path: Path, text: str) -> None:
    """Write the file whole or not at all, for its owner alone."""
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def somebody() -> str:
    """The name of the operating system's user; "" where it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
