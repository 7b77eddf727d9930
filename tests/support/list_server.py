"""A test server in place of ARM's lists that can misbehave; the sandbox covers the usual cases."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

Json = dict[str, Any]

DAYS = {"glitems": "voucherDate", "aritems": "voucherDate", "documents": "documentDate", "logitems": "createdTime"}
NAMES = {
    "glyear": "glYear", "glperiod": "glPeriod", "glaccountno": "glAccountNo", "voucherno": "voucherNo",
    "customerno": "customerNo", "accountno": "accountNo", "customercategory": "customerCategory",
    "documentno": "documentNo", "documenttype": "documentType",
}  # fmt: skip


def gl_item(number: int, day: str = "2025-02-14", account: int = 1500, **more: Any) -> Json:
    """A posting."""
    year, month, _ = day.split("-")
    return {
        "clientNo": 2218, "glItemId": f"2218-{number}", "glYear": int(year), "glPeriod": int(month),
        "voucherType": 3, "voucherTypeDescription": "Faktura", "voucherNo": 50000 + number, "voucherDate": day,
        "glAccountNo": account, "glAccountName": "Kundefordringer", "glAmount": 100.25, "currency": "NOK",
        "currencyAmount": 100.25, "transactionText": f"Faktura {number}", "customerNo": f"{number % 7:05d}",
        "createdTime": f"{day}T12:00:00.000+01:00", **more,
    }  # fmt: skip


@dataclass
class Lists(httpx.BaseTransport):
    """Serves lists of records. `change` may alter a page before it goes out, or answer with a status instead."""

    records: Mapping[str, list[Json]]
    cap: int = 10_000
    clamped: bool = False
    unheeded: frozenset[str] = frozenset()
    summary: bool = True
    life: int = 10**9  # calls a stored query lives
    most: int = 10**6  # records of a page, whatever is asked for
    live: bool = False  # later pages show the list as it is by then
    change: Callable[[int, dict[str, str], Json], int | None] = lambda *_: None
    asked: list[dict[str, str]] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    reads: int = 0
    _hits: dict[str, list[Json]] = field(default_factory=dict)
    _queries: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a call."""
        path = request.url.path
        asked = dict(parse_qsl(request.url.query.decode()))
        self.urls.append(str(request.url))
        if request.method == "HEAD":
            return _answer(404, {})
        assert request.headers["authorization"] == "Bearer t"
        if not path.startswith("/arm/v1/clients/2218/"):
            return _answer(404, {})
        endpoint = path.removeprefix("/arm/v1/clients/2218/")
        self.asked.append({"list": endpoint, **asked})
        if endpoint not in self.records:
            return _answer(404, {"message": "Not found"})
        return self._list(endpoint, asked)

    def _list(self, endpoint: str, asked: dict[str, str]) -> httpx.Response:
        number, call = int(asked.get("pageno", 1)), len(self.asked)
        if "query" in asked:
            born, first = self._queries.get(asked["query"], (-(10**9), {}))
            if call > born + self.life:
                return _answer(404, {"message": "The query is too old"})
        else:
            first = asked
        name = asked.get("query") or f"Q{call}"
        self._queries.setdefault(name, (call, first))
        if name not in self._hits or self.live:
            self._hits[name] = list(self.records[endpoint])
            for keep in self._filters(endpoint, first):
                self._hits[name] = keep(self._hits[name])
        hits = self._hits[name]
        size = int(first.get("pagesize", 100))
        size = min(10 if size < 5 else size, self.most)
        served = hits[: self.cap]
        page: Json = {"rows": served[(number - 1) * size : number * size]}
        pages = max(1, math.ceil(len(served) / size))
        total = len(served) if self.clamped else len(hits)
        if self.summary:
            page["summary"] = {
                "pageNo": number, "currentPageSize": len(page["rows"]), "pageSizeLimit": size, "totalPages": pages,
                "totalCount": total, "maximumCount": self.cap, "queryId": name,
                "nextPage": f"https://elsewhere.invalid/arm/v1/{endpoint}?query=STOLEN&pageno={number + 1}",
            }  # fmt: skip
        status = self.change(call, {"list": endpoint, **asked}, page)
        if status is not None:
            return _answer(status, {"message": "on purpose"})
        self.reads += len(page["rows"])
        return _answer(200, page)

    def _filters(self, endpoint: str, asked: Mapping[str, str]) -> Iterator[Callable[[list[Json]], list[Json]]]:
        """Yield what each filter of a call does to a list; a call for each record would take most of a test."""
        day = DAYS.get(endpoint, "")
        for name, value in asked.items():
            if name in self.unheeded:
                continue
            if name == "fromdate":
                yield lambda records, least=value: [one for one in records if one[day][:10] >= least]  # type: ignore[misc]
            if name == "todate":
                yield lambda records, most=value: [one for one in records if one[day][:10] <= most]  # type: ignore[misc]
            if name in NAMES:
                yield lambda records, key=NAMES[name], text=value: [  # type: ignore[misc]
                    one for one in records if str(one.get(key)).lower() == text.lower()
                ]


def _answer(status: int, body: Json) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(json.dumps(body).encode()))
