"""Sixty kinds of wrong responses, and what must come of each."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run, finish_run, send_run
from armbulk.context import Context
from armbulk.errors import ArmbulkError
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import RunResult
from armbulk.settings.load import load_profile
from armbulk.validation.check import check_files
from support.hostile_server import Answer, Asked, Hostile, answer, serving
from support.journey import FakeClock, outcomes

UUID = "5c1e5f0e-8e0b-4c5c-9f0a-0123456789ab"
KEYS = ("D1", "D2", "D3")
TAKEN = answer(202, {"batchUuid": UUID, "status": "QUEUED"})
PAGE = answer(200, b"<html><title>Log in</title></html>", Content_Type="text/html")
NOBODY = answer(404, {"message": "not found"})
GONE = answer(410, {"message": "gone"})
LOST = b""


def numbered() -> Answer:
    """Every batch is taken, and gets a number of its own."""
    numbers = count()
    return lambda _: answer(202, {"batchUuid": f"{next(numbers):08d}{UUID[8:]}"})


def item(key: str, **more: Any) -> dict[str, Any]:
    """One document's answer in a batch."""
    return {"documentNo": key, "customerNo": "C1", "status": "PROCESSED", "result": "CREATED", **more}


def batch(code: int = 200, items: Sequence[dict[str, Any]] | None = None, **more: Any) -> bytes:
    """A batch's answer; without its number, which is another one for each batch."""
    documents = [item(key) for key in KEYS] if items is None else list(items)
    return answer(code, {"status": "PROCESSED", "documents": documents, **more})


DONE = batch()


def document(asked: Asked, **more: Any) -> bytes:
    """A document as ARM has it, equal to what was sent."""
    amounts = {"exclVat": 100, "vat": 25, "inclVat": 125}
    there = {"documentNo": asked.path.rpartition("/")[2], "documentType": "IN", "customerNo": "C1", "currency": "NOK",
             "documentDate": "2026-11-01", "currencyAmounts": amounts}  # fmt: skip
    return answer(200, {**there, **more})


def only(*keys: str) -> Answer:
    """ARM has these documents."""
    return lambda asked: document(asked) if asked.path.rpartition("/")[2] in keys else NOBODY


_NUMBERED = numbered()


def bad_second(asked: Asked) -> bytes:
    """Any batch with D2 in it is refused whole."""
    if b'"D2"' in asked.body:
        return answer(400, {"errors": [{"field": "documents[1].dueDate", "message": "too early"}]})
    return _NUMBERED(asked) if callable(_NUMBERED) else b""


@dataclass(frozen=True)
class Case:
    """One behaviour: what the server answers, and what must come of it."""

    name: str
    ends: str  # the session's state, or the code of what stopped it
    outcomes: dict[str, int]
    posts: int = 1
    post: Sequence[Answer] = (TAKEN,)
    poll: Sequence[Answer] = (DONE,)
    document: Sequence[Answer] = (NOBODY,)
    says: str = ""
    slept: tuple[float, float] = (0.0, 1e9)
    env: dict[str, str] = field(default_factory=dict)
    twice: bool = False  # the same body may go again: ARM certainly refused it, or nothing left
    dated: bool = True


REFUSALS = (400, 401, 403, 404, 405, 406, 413, 415, 422, 429)
ALL = {"created": 3}
DOUBT = {"in_doubt": 3}
FOUND = (only(*KEYS),)
NONSENSE: dict[str, bytes] = {
    "S05 cut JSON": answer(202, b'{"batchUu'),
    "S06 no number": answer(200, {"status": "OK"}),
    "S06 null": answer(200, {"batchUuid": None}),
    "S06 empty": answer(200, {"batchUuid": ""}),
    "S06 an array": answer(200, {"batchUuid": [UUID]}),
    "S06 blanks": answer(200, {"batchUuid": "no number at all"}),
    "S09 204": answer(204),
    "S10 500": answer(500, {"message": "boom"}),
    "S12 502": answer(502, b"<html>bad gateway</html>"),
    "S12 504": answer(504),
    "S13 503 with Retry-After": answer(503, Retry_After="5"),
    "S12 408": answer(408),
    "S15 301": answer(301, Location="http://127.0.0.1:1/"),
    "S15 303": answer(303, Location="/elsewhere"),
    "S16 307": answer(307, Location="https://evil.example/"),
    "S14 100 and silence": b"HTTP/1.1 100 Continue\r\n\r\n",
    "S04 closed": LOST,
    "S53 half a body": answer(202, {"batchUuid": UUID})[:-10],
    "S53 gzip": answer(202, zlib.compress(b'{"batchUuid":"x"}'), Content_Encoding="gzip"),
    "S53 wrong chunks": b"HTTP/1.1 202 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "S56 deep": answer(202, b"[" * 100_000),
    "S56 a number of 5,000 digits": answer(202, b'{"batchUuid": ' + b"9" * 5_000 + b"}"),
    "S56 NaN": answer(202, b'{"batchUuid": NaN}'),
    "S56 latin-1": answer(202, '{"batchUuid": "æ"}'.encode("latin-1")),
    "S56 a login page": answer(200, b"<html><title>Log in</title></html>", Content_Type="text/html"),
    "no HTTP at all": b"220 mail.example ESMTP\r\n",
}

CASES = [
    *(Case(f"{name}, applied", "finished", ALL, post=(bad,), document=FOUND) for name, bad in NONSENSE.items()),
    *(
        Case(f"{name}, not applied", "in_doubt", DOUBT, post=(bad,), says="Not found in ARM")
        for name, bad in NONSENSE.items()
    ),
    Case(
        "S07 the same number for two posts",
        "in_doubt",
        {"in_doubt": 2, "not_sent": 1},
        posts=2,
        post=(TAKEN,),
        env={"ARMBULK_BATCH_DOCUMENTS": "1"},
        says="two batches",
    ),
    Case("S08 200", "finished", ALL, post=(answer(200, {"batchUuid": UUID}),)),
    Case("S08 201", "finished", ALL, post=(answer(201, {"batchUuid": UUID}),)),
    Case("S56 BOM", "finished", ALL, post=(answer(202, b"\xef\xbb\xbf" + json.dumps({"batchUuid": UUID}).encode()),)),
    Case(
        "S56 a key twice",
        "finished",
        ALL,
        post=(answer(202, f'{{"batchUuid":"{UUID}","batchUuid":"{UUID}"}}'.encode()),),
    ),
    Case(
        "S18 two documents for one number",
        "finished",
        {"conflict": 3},
        post=(LOST,),
        document=(
            lambda asked: answer(200, {"documents": [json.loads(document(asked).partition(b"\r\n\r\n")[2])] * 2}),
        ),
        says="ARM has 2 documents with number D1",
    ),
    Case(
        "S19 413 to three, then to two",
        "finished",
        ALL,
        posts=5,
        post=(answer(413), answer(413), numbered()),
        twice=True,
    ),
    Case(
        "S20 422 to the whole",
        "finished",
        {"rejected": 3},
        posts=5,
        twice=True,
        post=(answer(422, {"message": "The ledger is closed"}),),
        says="The ledger is closed",
    ),
    Case(
        "S21 400 naming the second",
        "finished",
        {"created": 2, "rejected": 1},
        posts=2,
        twice=True,
        says="too early",
        post=(answer(400, {"errors": [{"documentNo": "D2", "field": "dueDate", "message": "too early"}]}), numbered()),
    ),
    Case(
        "S21 400 for the second, by its place",
        "finished",
        {"created": 2, "rejected": 1},
        posts=5,
        twice=True,
        post=(bad_second,),
        says="too early",
    ),
    *(
        Case(f"S61 {status}, accepted with a number", "finished", ALL, post=(answer(status, {"batchUuid": UUID}),))
        for status in REFUSALS
    ),
    *(
        Case(
            f"S62 {status}, each record with its own word",
            "finished",
            {"created": 2, "rejected": 1},
            post=(answer(status, {"documents": [item("D1"), item("D2", status="FAILED", result="REJECTED")]}),),
            document=(only("D3"),),
        )
        for status in REFUSALS
    ),
    *(
        Case(f"S63 {status}, cut off", "in_doubt", DOUBT, post=(answer(status, b'{"batchUu'),), says="damaged")
        for status in REFUSALS
    ),
    Case(
        "S64 the batch failed as a whole, applied",
        "finished",
        ALL,
        poll=(batch(items=[], status="FAILED", message="Ledger closed"),),
        document=FOUND,
    ),
    Case(
        "S64 the batch failed as a whole, not applied yet",
        "in_doubt",
        DOUBT,
        poll=(batch(items=[], status="FAILED", message="Ledger closed"),),
        says="Ledger closed",
    ),
    Case(
        "S64 the batch failed as a whole, not applied",
        "finished",
        {"rejected": 3},
        poll=(batch(items=[], status="FAILED", message="Ledger closed"),),
        says="Ledger closed",
        env={"ARMBULK_SETTLE_SECONDS": "1"},
    ),
    Case(
        "S64 the batch failed, but for one",
        "finished",
        {"created": 2, "rejected": 1},
        poll=(batch(206, items=[item("D2")], status="FAILED", message="Ledger closed"),),
        document=(only("D1", "D2"),),
        env={"ARMBULK_SETTLE_SECONDS": "1"},
    ),
    Case("S22 401 for good", "not-allowed", {"not_sent": 3}, post=(answer(401, {"message": "expired"}),)),
    Case("S23 403", "not-allowed", {"not_sent": 3}, post=(answer(403, {"message": "another client"}),)),
    Case("S24 409, ours", "finished", ALL, post=(answer(409),), document=FOUND),
    Case(
        "S24 409, another's",
        "finished",
        {"conflict": 3},
        post=(answer(409),),
        document=(lambda asked: document(asked, customerNo="C9"),),
        says="customer is C9 in ARM, c1 in this file",
    ),
    *(
        Case(
            f"S25 Retry-After {word or 'absent'}",
            "finished",
            ALL,
            posts=2,
            twice=True,
            slept=slept,
            post=(answer(429, Retry_After=word), TAKEN),
        )
        for word, slept in (
            ("7", (7, 12)),
            ("0", (1, 6)),
            ("-1", (60, 66)),
            ("1000000000000", (3600, 3606)),
            ("soon", (60, 66)),
            ("", (60, 66)),
            ("Fri, 15 Jan 2027 08:02:00 GMT", (115, 126)),
        )
    ),
    Case("S25 five in a row", "paused", {"not_sent": 3}, posts=5, twice=True, post=(answer(429, Retry_After="2"),)),
    Case("S26 202 for ever", "in_doubt", DOUBT, poll=(answer(202, {"batchUuid": UUID, "status": "PROCESSING"}),)),
    Case(
        "S27 206 growing",
        "finished",
        ALL,
        poll=(
            batch(206, [item("D1")], status="PROCESSING"),
            batch(206, [item("D1"), item("D2")], status="PROCESSING"),
            DONE,
        ),
    ),
    Case("S28 206 for ever, the rest found", "finished", ALL, poll=(batch(206, [item("D1")]),), document=FOUND),
    Case(
        "S28 206 for ever, the rest not found",
        "in_doubt",
        {"created": 1, "in_doubt": 2},
        poll=(batch(206, [item("D1")]),),
    ),
    Case("S29 one missing, found", "finished", ALL, poll=(batch(items=[item("D1"), item("D2")]),), document=FOUND),
    Case(
        "S29 one missing, not found",
        "in_doubt",
        {"created": 2, "in_doubt": 1},
        poll=(batch(items=[item("D1"), item("D2")]),),
    ),
    Case("S30 one too many", "finished", ALL, poll=(batch(items=[*(item(key) for key in KEYS), item("D9")]),)),
    Case(
        "S31 one twice, differing",
        "finished",
        {"created": 2, "conflict": 1},
        says="different answers",
        poll=(batch(items=[*(item(key) for key in KEYS), item("D2", result="REJECTED", message="no")]),),
    ),
    Case(
        "S32 keys in other case, with blanks",
        "finished",
        ALL,
        poll=(batch(items=[item(f" {key.lower()} ") for key in KEYS]),),
    ),
    Case("S33 another order", "finished", ALL, poll=(batch(items=[item(key) for key in reversed(KEYS)]),)),
    Case(
        "S34 an unknown word",
        "in_doubt",
        {"created": 2, "in_doubt": 1},
        says="PONDERED",
        poll=(batch(items=[item("D1"), item("D2"), item("D3", result="PONDERED", status="PONDERED")]),),
    ),
    Case("S35 404 at first", "finished", ALL, poll=(NOBODY, NOBODY, DONE)),
    Case("S36 404 for ever, found", "finished", ALL, poll=(NOBODY,), document=FOUND),
    Case("S36 404 for ever, not found", "in_doubt", DOUBT, poll=(NOBODY,)),
    Case("S36 410 for ever, not found", "in_doubt", DOUBT, poll=(GONE,), document=(GONE,)),
    Case("S36 another batch, found", "finished", ALL, poll=(batch(batchUuid="other"),), document=FOUND),
    Case(
        "S36 another batch at first", "finished", ALL, poll=(batch(batchUuid="other", items=[]), batch(batchUuid=UUID))
    ),
    Case("S36 a page for ever, found", "finished", ALL, poll=(PAGE,), document=FOUND),
    Case("S36 a page for ever, not found", "in_doubt", DOUBT, poll=(PAGE,)),
    Case("S36 nothing for ever, found", "finished", ALL, poll=(answer(200),), document=FOUND),
    Case("S37 406", "unreachable", DOUBT, poll=(answer(406),)),
    Case("S38 the batch of another client", "other-client", DOUBT, poll=(batch(clientNo=9999),)),
    Case(
        "S42 not there, then there",
        "finished",
        ALL,
        post=(LOST,),
        document=(NOBODY, NOBODY, NOBODY, only(*KEYS)),
        says="after the answer was lost",
    ),
    Case(
        "S43 another amount",
        "finished",
        {"conflict": 3},
        post=(LOST,),
        says="amount incl. VAT is 126.00 in ARM, 125.00 in this file",
        document=(lambda asked: document(asked, currencyAmounts={"inclVat": 126}),),
    ),
    Case("S45 there, not there, there", "finished", ALL, post=(LOST,), document=(only("D1"), NOBODY, only(*KEYS))),
    *(
        Case(
            f"S59 Date {date or 'missing'}",
            "finished",
            ALL,
            post=(answer(202, {"batchUuid": UUID}, Date=date),),
            poll=(
                answer(
                    200, {"batchUuid": UUID, "status": "PROCESSED", "documents": [item(key) for key in KEYS]}, Date=date
                ),
            ),
            dated=False,
        )
        for date in ("", "Thu, 01 Jan 1970 00:00:00 GMT", "Sat, 16 Jan 2027 08:00:00 GMT", "nonsense")
    ),
    Case(
        "S60 limits lowered",
        "finished",
        ALL,
        posts=3,
        twice=True,
        slept=(1_200, 1_300),
        post=(answer(429, Retry_After="600"), answer(429, Retry_After="600"), TAKEN),
    ),
]


def write(folder: Path) -> list[str]:
    """Three documents without lines of one known customer."""
    head = "Document no;Document type;Customer no;Document date;Due date;Currency;Amount excl. VAT;VAT;Amount incl. VAT"
    rows = [f"{key};IN;C1;2026-11-01;2026-11-15;NOK;100;25;125" for key in KEYS]
    (folder / "documents.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    head = "Document no;Line no;Line text;Amount excl. VAT;VAT;Amount incl. VAT"
    lines = [f"{key};1;Vare;100;25;125" for key in KEYS]
    (folder / "lines.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return [str(folder / "documents.csv"), str(folder / "lines.csv")]


def carried(folder: Path, hostile: Hostile, clock: FakeClock, env: dict[str, str]) -> tuple[str, RunResult]:
    """Import against the hostile server: how it ended, and what became of each row."""
    settings = {"ARMBULK_BASE_URL": hostile.base_url, "ARMBULK_CLIENT_NO": "2218", "ARMBULK_TOKEN": "t",
                "ARMBULK_HOME": str(folder / "home"), "ARMBULK_LANG": "en", **env}  # fmt: skip
    bench = Context(load_profile(settings), clock)
    store = bench.open_store()
    files = write(folder)
    options = ImportOptions(first_import=True)  # what this server says of a document is about those that were posted
    ready = build_plan(bench, store, check_files(files), options)
    run = create_run(bench, store, ready, InputFiles(tuple(files)))
    try:
        ends = send_run(bench, store, store.run(run), wait=True, progress=lambda _: None)
    except ArmbulkError as error:
        ends = error.code
    stood = finish_run(store, run, check_files(files), folder / "result.xlsx", "en")
    store.close()
    return ends, stood


def keeps_the_promise(folder: Path, case: Case) -> None:
    """Import against a server that behaves so: rows, calls and words are as they must be."""
    clock = FakeClock()
    script = {"post": case.post, "poll": case.poll, "document": case.document}
    with serving(Hostile(script, clock.now, case.dated)) as hostile:
        ends, stood = carried(folder, hostile, clock, case.env)
    assert (ends, outcomes(stood)) == (case.ends, case.outcomes)
    assert sum(stood.count_outcomes().values()) == len(KEYS)
    assert hostile.count("post") == case.posts
    assert case.twice or len(hostile.bodies()) == len(set(hostile.bodies()))
    book = openpyxl.load_workbook(folder / "result.xlsx", read_only=True)  # without formats: half the time
    said = [cell.value for page in book for row in page for cell in row]
    book.close()
    assert any(case.says in str(text) for text in said if text)
    assert case.slept[0] <= clock.slept <= case.slept[1]
