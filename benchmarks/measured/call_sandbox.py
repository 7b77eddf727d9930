"""Call a sandbox in another process with nothing but httpx: what it takes to answer batches and pages of lists."""

import json
import os
import sys
import time
from datetime import UTC, datetime

import httpx

from benchmarks.data.invoices import make_tables
from benchmarks.measured.import_limit import encode

_BATCH = 50


def main() -> None:
    """Send documents in batches, read each batch once, and read the pages of GL items."""
    documents = int(sys.argv[1])
    customers, records = encode(make_tables(documents, datetime.now(UTC).date()))
    login = {
        "grant_type": "client_credentials",
        "client_id": os.environ["ARMBULK_CLIENT_ID"],
        "client_secret": os.environ["ARMBULK_CLIENT_SECRET"],
    }
    token = httpx.post(os.environ["ARMBULK_TOKEN_URL"], data=login).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
    base = f"{os.environ['ARMBULK_BASE_URL']}/clients/{os.environ['ARMBULK_CLIENT_NO']}"
    with httpx.Client(base_url=base, headers=headers, timeout=60) as http:
        for start in range(0, customers.len(), 500):
            post_batch(http, "customers", customers[start : start + 500].to_list())
        began = time.monotonic()
        for start in range(0, documents, _BATCH):
            post_batch(http, "documents", records[start : start + _BATCH].to_list())
        sent = time.monotonic()
        pages = read_pages(http)
        read = time.monotonic()
    batches = -(-documents // _BATCH)
    print(
        json.dumps(
            {
                "batches": batches,
                "ms_a_batch": (sent - began) / batches * 1000,
                "pages": pages,
                "ms_a_page": (read - sent) / pages * 1000,
            }
        )
    )


def post_batch(http: httpx.Client, resource: str, records: list[str]) -> None:
    """Send a batch, and read how it ended."""
    content = f'{{"metadata":{{"userId":"u"}},"{resource}":[{",".join(records)}]}}'
    receipt = http.post(f"/{resource}/batches", content=content, headers={"Content-Type": "application/json"}).json()
    answer = http.get(f"/batches/{receipt['batchUuid']}").json()
    assert all(item["status"] != "FAILED" for item in answer[resource]), answer


def read_pages(http: httpx.Client) -> int:
    """Read a list of GL items; return how many pages it has."""
    summary = http.get("/glitems", params={"pagesize": 1000}).json()["summary"]
    for number in range(2, summary["totalPages"] + 1):
        http.get("/glitems", params={"query": summary["queryId"], "pageno": number}).json()
    return int(summary["totalPages"])


if __name__ == "__main__":
    main()
