"""`make bench`: measure everything, print the table, write the figures as JSON and the page."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import machine
from benchmarks.goals import list_goals
from benchmarks.jobs import list_jobs
from benchmarks.measure import measure
from benchmarks.page import write_page
from benchmarks.results import Results
from benchmarks.sizes import SIZES
from benchmarks.table import (
    GOAL_HEADERS,
    HEADERS,
    SCRIPT_HEADERS,
    build_goal_rows,
    build_rows,
    build_script_rows,
    to_text,
)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="medium")
    parser.add_argument("--rounds", type=int, help="how often each command runs")
    parser.add_argument("--only", default="", metavar="WORDS", help="only jobs with these words in their name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file")
    parser.add_argument("--page", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    sizes = SIZES[arguments.size]
    rounds = arguments.rounds or sizes.rounds
    results = Results(machine.describe(), arguments.size, rounds)
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        jobs = [job for job in list_jobs(Path(folder), sizes) if arguments.only.lower() in job.name.lower()]
        results.jobs, failures = measure(jobs, rounds, sizes.at_once)
    print("\n".join(to_text(HEADERS, build_rows(results))))
    print("\n" + "\n".join(to_text(SCRIPT_HEADERS, build_script_rows(results))))
    if sizes.at_once == 1:
        print("\n" + "\n".join(to_text(GOAL_HEADERS, build_goal_rows(list_goals(results)))))
    if arguments.json:
        content = {**results.to_json(), "goals": [asdict(goal) for goal in list_goals(results)]}
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    if failures:
        sys.exit("\n".join(("", "These jobs failed:", *failures)))
    if arguments.page:
        write_page(results)


if __name__ == "__main__":
    main()
