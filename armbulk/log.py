"""What the log has, and where it goes: standard `logging` under `armbulk`, silent until it is configured.

A record is a fixed sentence and fields of FIELDS: numbers, and words from the code. Cells, names of people and files,
customer and document numbers, and secrets never are; a field that is not in FIELDS is not written.
"""

import logging
import os
import re
import sys
import time
import traceback
from contextlib import ExitStack, suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

ROOT = "armbulk"
"""The parent of all loggers of armbulk."""

_SILENT = logging.NullHandler()

FIELDS = (
    "command",  # the name of a command
    "exit_code",
    "version",
    "run",  # its number in the store
    "batch",  # its number within the run
    "resource",
    "method",
    "call",  # which call of ARM, without numbers of customers or documents
    "status",  # HTTP status; 0: no answer
    "error",  # the class of a transport error
    "state",
    "verdict",
    "attempt",
    "files",
    "sheets",
    "rows",
    "records",
    "known",  # records of a list that ARM is known to have
    "missing",  # of these, how many the list lacks
    "unmatched",  # items of an answer that belong to no record sent
    "batches",
    "errors",
    "warnings",
    "requests",
    "reads",
    "writes",
    "bytes",
    "seconds",
    "wait_seconds",
    "complete",
)
"""Every field a record may carry, in the order they are written."""

MAX_FILE_BYTES = 5_000_000
KEPT_FILES = 3
"""A log file of MAX_FILE_BYTES is renamed to `FILE.1`, and so on; KEPT_FILES of them are kept."""

_WORD = re.compile(r"[A-Za-z0-9_.:/{}+-]{0,60}")
_LOG_TIME = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}")
_LEVELS = {0: logging.WARNING, 1: logging.INFO}


class FieldFormatter(logging.Formatter):
    """Writes one record on one line: time (UTC), level, logger, sentence, then its fields as `name=value`."""

    converter = staticmethod(time.gmtime)  # times of a log that travels are UTC

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        values = record.__dict__
        fields = [f"{name}={_shown(values[name])}" for name in FIELDS if values.get(name) is not None]
        return " ".join([super().format(record), *fields])

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name is logging's
        """Return the classes and code places of an exception; its texts may quote data, so they are left out."""
        error = ei[1] if isinstance(ei, tuple) else None
        if not isinstance(error, BaseException):
            return ""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
        return " ".join([type(error).__name__, *places])


def _shown(value: object) -> str:
    """Write a number as it is, seconds to the millisecond, a word of the code as it is, and nothing else."""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.3f}"
    text = str(value)
    return text if _WORD.fullmatch(text) else "(left out)"


def _verify_log(file: Path) -> None:
    """Make sure that a file that exists is a log: lines in another file (an input, say) would damage it."""
    if not file.is_file():
        return
    with file.open("rb") as opened:
        start = opened.read(len("2026-11-01T12:00:00"))
    if start and not _LOG_TIME.fullmatch(start):
        raise NoLogError


class NoLogError(Exception):
    """The file exists, and is no log of armbulk."""


class _OwnerOnlyFile(RotatingFileHandler):
    """A rotating file that only its owner can read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding="utf-8", write_through=True)

    def rotate(self, source: str, dest: str) -> None:
        """Begin a new file; on Windows not while another process has this one open, so it is continued."""
        with suppress(OSError):
            super().rotate(source, dest)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is that of logging
        """Continue without the line: a log on a full disk stops no work, and shows no traceback."""


def keep_silent() -> None:
    """Write nothing, not even a warning, unless the user of armbulk configures logging."""
    logging.getLogger(ROOT).addHandler(_SILENT)  # a second time has no effect
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it reports forms of the page that are none


def open_log(verbosity: int = 0, file: Path | None = None, stream: TextIO | None = None) -> ExitStack:
    """Log to `stream` (0: warnings, 1: what is done, 2: each call) and to `file` (everything) until the result closes.

    Args:
        verbosity: how much goes to `stream`; 0 with `stream` None logs to no stream at all.
        file: rotated by size, readable by its owner alone; its folder must exist.
        stream: where to write; with a `verbosity` above 0 and no stream, the error stream.

    Raises:
        OSError: the file cannot be opened for writing.
    """
    handlers: list[logging.Handler] = []
    if stream is not None or verbosity:
        to_stream = logging.StreamHandler(stream or sys.stderr)
        to_stream.setLevel(_LEVELS.get(verbosity, logging.DEBUG))
        handlers.append(to_stream)
    if file is not None:
        _verify_log(file)
        to_file = _OwnerOnlyFile(file, maxBytes=MAX_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8")
        to_file.setLevel(logging.DEBUG)
        handlers.append(to_file)
    logger = logging.getLogger(ROOT)
    stack = ExitStack()
    stack.callback(logger.setLevel, logger.level)
    for handler in handlers:
        handler.setFormatter(FieldFormatter())
        logger.addHandler(handler)
        stack.callback(handler.close)
        stack.callback(logger.removeHandler, handler)
    if handlers:
        logger.setLevel(min(handler.level for handler in handlers))
    return stack
