"""A JSON file of contents that this machine has written: digest → when that was (epoch seconds)."""

import json
import os
from pathlib import Path

from armbulk.errors import StoreError, describe_os_error
from armbulk.i18n import _

_LOCK_SECONDS = 10.0
_MAX_ENTRIES = 5_000
"""Contents that are remembered; the oldest are dropped first."""


class DigestFile:
    """Digests of contents, readable by their owner only."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; it is written when the first digest is recorded."""
        self._path = path

    def load_or_record(self, digest: str, now: float) -> float:
        """Return when a content was first seen (epoch seconds); record `now` for a new one.

        Raises:
            StoreError: the file cannot be written.
        """
        from filelock import FileLock  # noqa: PLC0415 - reading needs no lock

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._path.with_suffix(".lock"), timeout=_LOCK_SECONDS, mode=0o600):
                times = self.read()
                if digest in times:
                    return times[digest]
                times[digest] = now
                newest = sorted(times.items(), key=lambda entry: entry[1])[-_MAX_ENTRIES:]
                self._replace(json.dumps(dict(newest)))
        except OSError as error:
            raise StoreError(
                "seen-unusable",
                _("{path} cannot be written: {strerror}", path=self._path, strerror=describe_os_error(error)),
                _("Free disk space, or check ARMBULK_HOME"),
            ) from None
        return now

    def read(self) -> dict[str, float]:
        """Return the content of the file; one that is missing or cannot be parsed counts as empty."""
        try:
            content = json.loads(self._path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {str(digest): float(time) for digest, time in content.items() if isinstance(time, int | float)}

    def _replace(self, text: str) -> None:
        """Write the file atomically."""
        temporary = self._path.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
