"""Runs `armbulk check` on a file that unpacks to gigabytes, and measures its memory."""

import subprocess
import sys
from pathlib import Path

from support.damaged_files import Case

# VmHWM is this program's own peak; ru_maxrss would be that of the process that started it, when that was larger.
MEASURED = """
import re
from pathlib import Path
from armbulk.cli import main
try:
    main()
finally:
    status = Path("/proc/self/status")
    print(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text()).group(1) if status.exists() else 0)
"""


def refused_in_little_memory(folder: Path, case: Case) -> None:
    """Check one such file in a process of its own: refused by name, within 300 MiB."""
    path = folder / case.name
    path.write_bytes(case.make())
    assert path.stat().st_size < 25_000_000
    words = [sys.executable, "-c", MEASURED, "check", str(path), "--lang", "en"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert case.says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert int(done.stdout) < 300 * 1024  # KiB, Python and polars included; 0 where the system does not tell
