"""The report of a bug: where in the code it happened, and nothing of anybody's data."""

import os
import platform
import traceback
from pathlib import Path

from armbulk._version import __version__
from armbulk.settings.environment import read_environment
from armbulk.settings.load import locate_home


def write_crash_report(error: BaseException) -> Path:
    """Write a report without messages or values (they may quote data) to armbulk's folder; return its path."""
    lines = [f"armbulk {__version__}, Python {platform.python_version()}, {platform.system()}"]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__name__}")
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        cause = cause.__cause__ or cause.__context__
    home = locate_home(read_environment())
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / "crash-report.txt"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
