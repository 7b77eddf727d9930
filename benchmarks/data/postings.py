"""GL items as ARM writes them, in a file, and a list server inside the process that serves them and their movements."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import httpx

RECORDS_A_DAY = 9_000
"""Below the 10,000 records that ARM serves of one query."""

_RECORD_BYTES = 620  # a record, its comma and blanks included: each page is one piece of the file
_FIRST_DAY = date(2025, 1, 1)
_MAX_SERVED = 10_000


def write_records(target: Path, rows: int) -> None:
    """Write so many records, and the movements of their accounts beside them."""
    movements: Counter[tuple[int, int, int]] = Counter()
    with target.open("w", encoding="ascii") as file:
        for number in range(rows):
            day = _FIRST_DAY + timedelta(days=number // RECORDS_A_DAY)
            account, amount = 1500 + number % 40, number % 9_999 * 100 + number % 90 + 10
            movements[day.year, day.month, account] += amount
            file.write(f"{_make_record(number, day, account, amount)},".ljust(_RECORD_BYTES - 1) + "\n")
    _path_of_movements(target).write_text(json.dumps(_list_movements(movements)), encoding="ascii")


def read_pages(path: Path, rows: int, page_size: int = 1_000) -> Iterator[bytes]:
    """Yield the records in pages, each a JSON array."""
    with path.open("rb") as file:
        for start in range(0, rows, page_size):
            records = file.read(min(page_size, rows - start) * _RECORD_BYTES)
            yield b"[%s]" % records.rstrip(b", \n")


class PostingServer(httpx.BaseTransport):
    """Serves GL items in place of the network: filters them by day, and counts the calls.

    Attributes:
        calls: How many pages were served.
    """

    def __init__(self, path: Path, rows: int, max_page_size: int = 1_000) -> None:
        """Serve `rows` records of a file in pages of at most `max_page_size`."""
        self.calls = 0
        self._file = path.open("rb")
        self._movements = json.loads(_path_of_movements(path).read_text(encoding="ascii"))
        self._rows = rows
        self._max_page_size = max_page_size
        self._queries: dict[str, tuple[int, int, int]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a call."""
        if request.method == "HEAD":
            return httpx.Response(404, stream=httpx.ByteStream(b""))
        self.calls += 1
        options = dict(parse_qsl(request.url.query.decode()))
        if request.url.path.endswith("/glmovements"):
            return self._answer_movements(options)
        name = options.get("query") or f"Q{len(self._queries)}"
        if name not in self._queries:
            self._queries[name] = self._find(options)
        first, last, size = self._queries[name]
        number = int(options.get("pageno", "1"))
        start = first + (number - 1) * size
        end = min(start + size, last, first + _MAX_SERVED)
        summary = {
            "pageNo": number,
            "pageSizeLimit": size,
            "totalCount": last - first,
            "maximumCount": _MAX_SERVED,
            "queryId": name,
        }
        body = b'{"summary":%s,"glItems":[%s]}' % (json.dumps(summary).encode(), self._read(start, end))
        return httpx.Response(200, stream=httpx.ByteStream(body))

    def _answer_movements(self, options: dict[str, str]) -> httpx.Response:
        """Answer a query of movements, all on one page."""
        wanted = {
            key: int(options[name])
            for name, key in (("glyear", "glYear"), ("glperiod", "glPeriod"), ("glaccountno", "glAccountNo"))
            if name in options
        }
        movements = [row for row in self._movements if wanted.items() <= row.items()]
        summary = {"pageNo": 1, "pageSizeLimit": 1_000, "totalCount": len(movements), "queryId": "M"}
        content = json.dumps({"summary": summary, "glMovements": movements}).encode()
        return httpx.Response(200, stream=httpx.ByteStream(content))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _find(self, options: dict[str, str]) -> tuple[int, int, int]:
        """Return the first record of a query, the one after its last, and the size of its pages."""
        first = _count_days(options.get("fromdate", "2000-01-01")) * RECORDS_A_DAY
        last = (_count_days(options.get("todate", "2199-01-01")) + 1) * RECORDS_A_DAY
        first = min(max(first, 0), self._rows)
        return first, max(min(last, self._rows), first), min(int(options.get("pagesize", "100")), self._max_page_size)

    def _read(self, start: int, end: int) -> bytes:
        self._file.seek(start * _RECORD_BYTES)
        return self._file.read(max(end - start, 0) * _RECORD_BYTES).rstrip(b", \n")


def _count_days(day: str) -> int:
    return (date.fromisoformat(day) - _FIRST_DAY).days


def _path_of_movements(path: Path) -> Path:
    return path.with_name(f"{path.name}.movements")


def _list_movements(sums: Counter[tuple[int, int, int]]) -> list[dict[str, int | float]]:
    """Return a movement for each (year, period, account), from sums in øre."""
    balances: Counter[int] = Counter()
    movements = []
    for (year, period, account), amount in sorted(sums.items()):
        opening = balances[account]
        balances[account] += amount
        amounts = {"openingBalance": opening, "debit": amount, "credit": 0, "movement": amount}
        keys = {"clientNo": 2218, "glYear": year, "glPeriod": period, "glAccountNo": account}
        amounts["closingBalance"] = balances[account]
        movements.append({**keys, **{name: value / 100 for name, value in amounts.items()}})
    return movements


def _make_record(number: int, day: date, account: int, amount: int) -> str:
    kroner = f"{amount // 100}.{amount % 100:02d}"
    return (
        f'{{"clientNo":2218,"glItemId":"2218-{number}","glCaseNo":{number},"glLotNo":68,"glYear":{day.year},'
        f'"glPeriod":{day.month},"voucherType":3,"voucherTypeDescription":"Faktura","voucherNo":{number},'
        f'"voucherDate":"{day}","glAccountNo":{account},"glAccountName":"Kundefordringer",'
        f'"glAmount":{kroner},"currency":"NOK","currencyAmount":{kroner},'
        f'"vatCode":"3","transactionText":"Faktura {number}","customerNo":"{number % 5000:06d}","accountNo":500002,'
        f'"referenceNo":35078,"documentNo":"{number}","createdTime":"{day}T17:03:36.176+01:00"}}'
    )
