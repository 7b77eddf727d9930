"""Exports: seconds and peak memory by form and number of rows, each in a process of its own.

The list is served inside the process from a file of records made before: what is measured is reading pages, keeping
them, proving and writing, not the network. Seconds are the processor's, which others on the machine disturb least, and
time on the clock. Peak memory is VmHWM less what the process had before. Beside it stands what most would write: the
same pages read with json into dicts, all rows in memory, written with openpyxl, csv or polars.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import openpyxl
import polars as pl

from armbulk.clock import SystemClock
from armbulk.context import Context
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.export.run import open_list
from armbulk.settings.load import load_profile

JOBS = ("csv:100000", "csv:1000000", "parquet:100000", "parquet:1000000", "jsonl:1000000", "xlsx:100000", "xlsx:500000")
"""Each form small and large: what takes memory by the row would show."""

PART = 9_000  # records of one day: below ARM's cap
LENGTH = 620  # bytes of a record, its comma and blanks included
FIRST = date(2025, 1, 1)

LIMITS = "[hour]\nrequests=9999999\nreads=999999999\nwrites=1\n[month]\nrequests=9999999\nreads=999999999\nwrites=1\n"


class Ledger(httpx.BaseTransport):
    """GL items, `PART` on each day, by number: each as long as the others, so that a page is one piece of the file."""

    def __init__(self, made: Path, rows: int) -> None:
        """Serve so many out of the file `made`."""
        self.file = made.open("rb")
        self.rows = rows
        self.queries: dict[str, tuple[int, int, int]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one page."""
        if request.method == "HEAD":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        asked = dict(parse_qsl(request.url.query.decode()))
        name = asked.get("query") or f"Q{len(self.queries)}"
        if name not in self.queries:
            first = number_of(asked.get("fromdate", "2000-01-01")) * PART
            last = (number_of(asked.get("todate", "2199-01-01")) + 1) * PART
            self.queries[name] = (max(first, 0), min(last, self.rows), int(asked.get("pagesize", "100")))
        first, last, size = self.queries[name]
        total, page = max(last - first, 0), int(asked.get("pageno", "1"))
        start = first + (page - 1) * size
        end = min(start + size, last, first + 10_000)
        summary = {"pageNo": page, "pageSizeLimit": size, "totalCount": total, "maximumCount": 10_000, "queryId": name}
        body = b'{"summary":%s,"glItems":[%s]}' % (json.dumps(summary).encode(), self.records(start, end))
        return httpx.Response(200, stream=httpx.ByteStream(body))

    def records(self, start: int, end: int) -> bytes:
        """Some records, as they are in a page."""
        self.file.seek(start * LENGTH)
        return self.file.read(max(end - start, 0) * LENGTH).rstrip(b", \n")


def number_of(day: str) -> int:
    """Days since the first."""
    return (date.fromisoformat(day) - FIRST).days


def make(target: Path, rows: int) -> None:
    """Write so many records."""
    with target.open("w", encoding="ascii") as file:
        for number in range(rows):
            file.write(f"{record(number, str(FIRST + timedelta(days=number // PART)))},".ljust(LENGTH - 1) + "\n")


def record(number: int, day: str) -> str:
    """A posting, as ARM writes it."""
    return (
        f'{{"clientNo":2218,"glItemId":"2218-{number}","glCaseNo":{number},"glLotNo":68,"glYear":{day[:4]},'
        f'"glPeriod":{int(day[5:7])},"voucherType":3,"voucherTypeDescription":"Faktura","voucherNo":{number},'
        f'"voucherDate":"{day}","glAccountNo":{1500 + number % 40},"glAccountName":"Kundefordringer",'
        f'"glAmount":{number % 9999}.{number % 90 + 10},"currency":"NOK","currencyAmount":{number % 9999}.50,'
        f'"vatCode":"3","transactionText":"Faktura {number}","customerNo":"{number % 5000:06d}","accountNo":500002,'
        f'"referenceNo":35078,"documentNo":"{number}","createdTime":"{day}T17:03:36.176+01:00"}}'
    )


def peak() -> float:
    """The most memory the process ever had, in MB."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def ours(made: Path, rows: int, target: Path) -> None:
    """Export with armbulk: read, kept, proven, written, remembered."""
    limits = target.parent / "aup.toml"
    limits.write_text(LIMITS, encoding="utf-8")
    env = {"ARMBULK_HOME": str(target.parent), "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1", "ARMBULK_TOKEN": "t",
           "ARMBULK_CLIENT_NO": "2218"}  # fmt: skip
    bench = Context(load_profile(env, aup_file=limits), SystemClock(), Ledger(made, rows))
    want = build_list_request("gl-items", ExportArguments(target))
    with ExitStack() as stack:
        export = open_list(stack, bench, want, "en", waits=False, fresh=False, on_progress=lambda _: None)
        export.write(target, want.dialect, "en")
    assert (export.report["rows"], export.complete) == (rows, True), export.report["gaps"]


def naive(made: Path, rows: int, target: Path) -> None:
    """What one writes in an afternoon: every page into dicts, all of them in memory, then the file; nothing proven."""
    ledger = Ledger(made, rows)
    found = [
        one
        for start in range(0, rows, 1_000)
        for one in json.loads(b"[%s]" % ledger.records(start, min(start + 1_000, rows)), parse_float=Decimal)
    ]
    heads = list(found[0])
    if target.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(heads)
        for one in found:
            sheet.append([one[name] for name in heads])
        book.save(target)
    elif target.suffix == ".csv":
        with target.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, heads, delimiter=";")
            out.writeheader()
            out.writerows(found)
    elif target.suffix == ".parquet":
        pl.DataFrame(found).write_parquet(target)
    else:
        with target.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(one, default=str) + "\n" for one in found)


WAYS = {"ours": ours, "naive": naive}


def one(way: str, made: Path, rows: int, form: str) -> dict[str, float]:
    """Export so many rows in one way: seconds of processor and clock, and MB above what the process had before."""
    with tempfile.TemporaryDirectory() as name:
        target = Path(name) / f"gl.{form}"
        before, began, started = peak(), time.process_time(), time.perf_counter()
        WAYS[way](made, rows, target)
        used, seconds = time.process_time() - began, time.perf_counter() - started
        return {"cpu": used, "seconds": seconds, "memory": peak() - before, "size": target.stat().st_size / 1e6}


def measured(way: str, made: Path, rows: int, form: str) -> dict[str, float]:
    """The same in a process of its own."""
    words = [sys.executable, "-m", "benchmarks.exports", "--one", way, str(made), str(rows), form]
    found: dict[str, float] = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return found


def figures(jobs: list[tuple[str, int]], *, beside: bool) -> Iterator[str]:
    """The table's lines."""
    yield f"{'form':8} {'rows':>9} {'way':6} {'cpu s':>7} {'clock s':>8} {'MB peak':>8} {'MB file':>8}"
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "records"
        make(made, max(rows for _, rows in jobs))
        for form, rows in jobs:
            for way in WAYS if beside else ("ours",):
                found = measured(way, made, rows, form)
                yield (
                    f"{form:8} {rows:9,} {way:6} {found['cpu']:7.1f} {found['seconds']:8.1f} {found['memory']:8.0f} "
                    f"{found['size']:8.1f}"
                )


def main() -> None:
    """Print the table; `--one` is how it calls its own processes."""
    parser = argparse.ArgumentParser(description="Exports of GL items (22 columns), by form and number of rows")
    parser.add_argument("--one", nargs=4, metavar=("WAY", "FILE", "ROWS", "FORM"))
    parser.add_argument("--job", action="append", metavar="FORM:ROWS", help="instead of the usual ones")
    parser.add_argument("--alone", action="store_true", help="leave out what it is compared with")
    words = parser.parse_args()
    if words.one:
        way, made, rows, form = words.one
        print(json.dumps(one(way, Path(made), int(rows), form)))
        return
    jobs = [(form, int(rows)) for form, _, rows in (job.partition(":") for job in words.job or JOBS)]
    print(parser.description)
    for line in figures(jobs, beside=not words.alone):
        print(line, flush=True)


if __name__ == "__main__":
    main()
