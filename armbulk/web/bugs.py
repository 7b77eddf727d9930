"""Bugs in armbulk. A report says where; a page shows no more than where the report is."""

import logging
from pathlib import Path

from armbulk.app.crash_report import write_crash_report

_log = logging.getLogger(__name__)


def report_bug(error: BaseException) -> Path:
    """Write the report of a bug, which quotes no data; return its path."""
    _log.error("A page failed", extra={"error": type(error).__name__})
    return write_crash_report(error)
