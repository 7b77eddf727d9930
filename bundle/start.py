"""Where the bundled program begins. It needs no Python on the computer, and is the Python of its own worker."""

import runpy
import sys
from pathlib import Path

from armbulk.__main__ import main

WORKER = Path(sys._MEIPASS) / "armbulk" / "readers" / "calamine_worker.py"  # type: ignore[attr-defined] # noqa: SLF001

if __name__ == "__main__":
    if sys.argv[1:3] == ["-P", str(WORKER)]:  # armbulk calls sys.executable, which is this program, to read .xls files
        del sys.argv[:2]
        runpy.run_path(str(WORKER), run_name="__main__")
    else:
        main()
