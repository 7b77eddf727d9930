"""The report of a bug: where in the code it happened, and nothing of anybody's data."""

import os
import platform
import traceback
from pathlib import Path

from armbulk import __version__


def write_report(error: BaseException, home: Path) -> Path:
    """Write a report without messages or values (they may quote data); return its path."""
    lines = [f"armbulk {__version__}, Python {platform.python_version()}, {platform.system()}"]
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__name__}")
        lines += [
            f"  {Path(at.filename).name}:{at.lineno} {at.name}" for at in traceback.extract_tb(seen.__traceback__)
        ]
        seen = seen.__cause__ or seen.__context__
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home / "crash-report.txt"
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
