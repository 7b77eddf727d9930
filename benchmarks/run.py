"""Measures whole commands on a large import, beside what reading the same files row by row in Python takes.

Each command runs in a process of its own, several times by turns; the fastest counts. Memory is the process's own peak.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

BASE = """
import csv, sys
from decimal import Decimal
for name in sys.argv[1:]:
    with open(name, encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
        money = [place for place, header in enumerate(head) if "VAT" in header]
        for row in rows:
            for place in money:
                Decimal(row[place])
"""
COMMAND = """
import sys
from armbulk.cli import main
sys.argv = ["armbulk", *sys.argv[1:], "--json"]
try:
    main()
except SystemExit:
    pass
"""
PEAK = """
import atexit, re
from pathlib import Path
status = Path("/proc/self/status")
def tell():
    if status.exists():
        print("PEAK", re.search(r"VmHWM:\\s+(\\d+)", status.read_text()).group(1), file=sys.stderr)
import sys
atexit.register(tell)
"""


@dataclass
class Measured:
    """The fastest run of one thing, and its peak."""

    name: str
    seconds: float = float("inf")
    mebibytes: float = 0.0


def files(folder: Path, documents: int, seed: int = 1) -> list[str]:
    """Customers, documents and three lines each, as CSV, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    customers = max(documents // 5, 1)
    with (folder / "customers.csv").open("w", encoding="utf-8") as out:
        out.write("Customer no;Name;Address line 1;Postal code;City;Email\n")
        for n in range(customers):
            out.write(f"{n:06d};Kunde {n} Æ AS;Storgata {n % 200};{n % 9900:04d};Oslo;post{n}@eksempel.no\n")
    with (folder / "documents.csv").open("w", encoding="utf-8") as out, \
         (folder / "lines.csv").open("w", encoding="utf-8") as lines:  # fmt: skip
        out.write("Document no;Document type;Customer no;Document date;Due date;Currency;"
                  "Amount excl. VAT;VAT;Amount incl. VAT\n")  # fmt: skip
        lines.write("Document no;Line no;Line text;Quantity;Price;Amount excl. VAT;VAT;Amount incl. VAT\n")
        for n in range(documents):
            total = Decimal(0)
            for line in range(1, 4):
                net = Decimal(chance.randrange(400, 400_000, 4)) / 100
                vat = (net * 25 / 100).quantize(Decimal("0.01"))
                total += net
                lines.write(f"F{n};{line};Vare {line};1;{net};{net};{vat};{net + vat}\n")
            vat = (total * 25 / 100).quantize(Decimal("0.01"))
            out.write(f"F{n};IN;{n % customers:06d};2026-11-01;2026-11-15;NOK;{total};{vat};{total + vat}\n")
    return [str(folder / f"{name}.csv") for name in ("customers", "documents", "lines")]


def measure(into: Measured, code: str, words: list[str], home: Path) -> None:
    """Run once; keep the best time and the highest peak."""
    env = {**os.environ, "ARMBULK_HOME": str(home), "ARMBULK_CLIENT_SIZE": "XL"}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PEAK + code, *words], capture_output=True, text=True, env=env, check=False
    )
    into.seconds = min(into.seconds, time.perf_counter() - began)
    if done.returncode:
        sys.exit(f"{into.name} failed:\n{done.stderr[-2_000:]}")
    peak = re.search(r"PEAK (\d+)", done.stderr)
    into.mebibytes = max(into.mebibytes, int(peak[1]) / 1024 if peak else 0.0)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        paths = files(folder, given.documents)
        size = sum(Path(path).stat().st_size for path in paths) / 2**20
        print(f"{given.documents:,} documents, {3 * given.documents:,} lines, {size:.0f} MiB of CSV; "
              f"the fastest of {given.rounds}")  # fmt: skip
        base = Measured("read row by row (csv, Decimal)")
        found = [base, Measured("armbulk check"), Measured("armbulk plan --first-import")]
        for _ in range(given.rounds):
            measure(base, BASE, paths, folder / "home")
            measure(found[1], COMMAND, ["check", *paths], folder / "home")
            measure(found[2], COMMAND, ["plan", "--first-import", *paths], folder / "home")
    for one in found:
        print(f"{one.name:32} {one.seconds:7.2f} s {one.seconds / base.seconds:6.2f} x {one.mebibytes:8.0f} MiB")


if __name__ == "__main__":
    main()
