"""Exports: seconds and peak memory by form and number of rows, each in a process of its own.

The list is served inside the process, its pages made beforehand: what is measured is reading pages, keeping them,
proving and writing, not the network. Peak memory is VmHWM less what the process had before the export began.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import httpx

from armbulk import exporting
from armbulk.edges.clock import SystemClock
from armbulk.edges.config import load
from armbulk.importing import Bench
from armbulk.wanting import Given, wanted

FORMS = ("csv", "parquet", "jsonl", "xlsx")
PART = 9_000  # records of one day: below ARM's cap

LIMITS = "[hour]\nrequests=9999999\nreads=999999999\nwrites=1\n[month]\nrequests=9999999\nreads=999999999\nwrites=1\n"


class Ledger(httpx.BaseTransport):
    """GL items, `PART` on each day, by number; records are written as text, so that serving costs little."""

    def __init__(self, rows: int) -> None:
        """Serve so many."""
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
        records = ",".join(record(number) for number in range(start, end))
        summary = {"pageNo": page, "pageSizeLimit": size, "totalCount": total, "maximumCount": 10_000, "queryId": name}
        body = f'{{"summary":{json.dumps(summary)},"glItems":[{records}]}}'
        return httpx.Response(200, stream=httpx.ByteStream(body.encode()))


def number_of(day: str) -> int:
    """Days since 2025-01-01, in years of twelve months of 28 days."""
    year, month, date = map(int, day.split("-"))
    return (year - 2025) * 336 + (month - 1) * 28 + min(date, 28) - 1


def day_of(number: int) -> str:
    """The day of a record."""
    day = number // PART
    return f"{2025 + day // 336}-{day // 28 % 12 + 1:02d}-{day % 28 + 1:02d}"


def record(number: int) -> str:
    """A posting, as ARM writes it."""
    day = day_of(number)
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


def one(form: str, rows: int) -> dict[str, float]:
    """Export so many rows: seconds, and MB above what the process had before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        limits = folder / "aup.toml"
        limits.write_text(LIMITS, encoding="utf-8")
        env = {"ARMBULK_HOME": name, "ARMBULK_BASE_URL": "http://127.0.0.1:1/arm/v1", "ARMBULK_TOKEN": "t",
               "ARMBULK_CLIENT_NO": "2218"}  # fmt: skip
        bench = Bench(load(env, aup_file=limits), SystemClock(), Ledger(rows))
        want = wanted("gl-items", Given(folder / f"gl.{form}"))
        before, started = peak(), time.perf_counter()
        said = exporting.export(bench, want, "en", waits=False, fresh=False, tell=lambda _: None).said
        seconds = time.perf_counter() - started
        assert (said["rows"], said["complete"]) == (rows, True)
        return {"seconds": seconds, "memory": peak() - before, "size": Path(said["files"][0]).stat().st_size / 1e6}


def figures(counts: tuple[int, ...]) -> Iterator[str]:
    """The table's lines."""
    yield f"{'form':8} {'rows':>9} {'seconds':>8} {'s/100k':>7} {'MB peak':>8} {'MB file':>8}"
    for form in FORMS:
        for rows in counts:
            words = [sys.executable, "-m", "benchmarks.exports", form, str(rows)]
            found = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
            per = found["seconds"] * 100_000 / rows
            yield f"{form:8} {rows:9,} {found['seconds']:8.1f} {per:7.2f} {found['memory']:8.0f} {found['size']:8.1f}"


def main(words: list[str]) -> None:
    """One form and number of rows (as the table's own processes are called), or the whole table."""
    if words:
        print(json.dumps(one(words[0], int(words[1]))))
        return
    print("Exports of GL items (22 columns); memory above what the process had before")
    for line in figures((100_000, 300_000)):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
