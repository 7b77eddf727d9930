"""Compare two measurements: `make bench-compare OLD.json NEW.json`."""

import argparse
import json
from pathlib import Path

from benchmarks.goals import divide
from benchmarks.results import JobResult, Results
from benchmarks.table import Row, to_text

_FIGURES = (("cpu", "CPU s"), ("wall", "s"), ("memory", "MB"))
_LARGE_CHANGE = 0.1
_COMPARED = ("job", "records", *(f"{word} {when}" for _, word in _FIGURES for when in ("old", "new", "new/old")))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="make bench-compare", description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    arguments = parser.parse_args()
    old, new = (
        Results.from_json(json.loads(path.read_text(encoding="utf-8"))) for path in (arguments.old, arguments.new)
    )
    if old.machine != new.machine:
        print("These are figures of different computers or versions; compare them with care:")
        for name in sorted({*old.machine, *new.machine}):
            if old.machine.get(name) != new.machine.get(name):
                print(f"  {name}: {old.machine.get(name, '–')} → {new.machine.get(name, '–')}")
    known = {(job.name, job.records): job for job in old.jobs}
    rows = [
        build_row(known[job.name, job.records], job, command)
        for job in new.jobs
        if (job.name, job.records) in known
        for command in job.runs
        if command in known[job.name, job.records].runs
    ]
    print("\n".join(to_text(_COMPARED, rows)))


def build_row(old: JobResult, new: JobResult, command: str) -> Row:
    """Return the figures of a command before and after; changes of a tenth and more are marked."""
    cells = [f"{new.name}, {command}", f"{new.records:,}"]
    for figure, _ in _FIGURES:
        before, after = old.best(command, figure), new.best(command, figure)
        ratio = divide(after, before)
        mark = " !" if ratio is not None and abs(ratio - 1) > _LARGE_CHANGE else "  "
        cells += [f"{before:.2f}", f"{after:.2f}", f"{ratio:.2f}{mark}"]
    return cells


if __name__ == "__main__":
    main()
