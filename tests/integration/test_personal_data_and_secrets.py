"""Personal data and secrets stay where they belong: canaries in every field, searched for everywhere."""

import json
import sqlite3
import stat
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from support.canaries import (
    ACCOUNT,
    LOG,
    MAIL,
    PERSONAL,
    PHONE,
    SECRET,
    SSN,
    clean,
    files,
    found,
    here,
    leaves_no_canary,
    make_places,
    sheets,
)
from support.hostile_server import Answer, Asked, Hostile, answer, serving

from armbulk.app.runs import finish_run
from armbulk.cli import cli
from armbulk.clock import SystemClock
from armbulk.sandbox import Sandbox
from armbulk.store import Store
from armbulk.validation.check import check_files


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Folders of their own for the user's files, armbulk's home, and what is temporary."""
    return make_places(tmp_path, monkeypatch)


@pytest.mark.proof
def test_no_canary_is_left_anywhere(places: dict[str, Path]) -> None:
    """No command shows or stores a secret, keeps personal data of finished runs, or writes to another folder."""
    leaves_no_canary(places, [])


# ── servers that quote ──────────────────────────────────────────────────────────────────────────────────────────────

UUIDS = {
    "customers": "5c1e5f0e-8e0b-4c5c-9f0a-0123456789aa",
    "documents": "5c1e5f0e-8e0b-4c5c-9f0a-0123456789ab",
}
HINTED = "The row of Kanarifugl (born 14.03.1985, 010107 50160, 8601.11.17947, +47 91 82 73 64) of KANARIFUGL"


def echo(status: int, **shape: str) -> Answer:
    """An answer that quotes the whole request: its body, its token."""

    def made(asked: Asked) -> bytes:
        text = f"{HINTED}: {asked.body.decode()} {dict(asked.headers)}"
        filled = {name: form.replace("%s", text) for name, form in shape.items()}
        return answer(status, text.encode() if not shape else {**filled, "errors": [{"field": "name", **filled}]})

    return made


def batch(kind: str, **more: Any) -> bytes:
    """A batch's answer of one item."""
    item = {"documentNo": "CAN-1"} if kind == "documents" else {"customerNo": "C1"}
    return answer(200, {"batchUuid": UUIDS[kind], "status": "PROCESSED", kind: [{**item, **more}]})


WELL = {"status": "PROCESSED", "result": "CREATED"}
WARNED = [{"field": "name", "message": HINTED}, {"message": f"{MAIL} {ACCOUNT} Kanarifugl customers name"}]

TAKEN = {kind: answer(202, {"batchUuid": uuid}) for kind, uuid in UUIDS.items()}
POSTED, UNKNOWN = TAKEN["documents"], answer(404, {})


@dataclass(frozen=True)
class Quoting:
    """A server that quotes back: what it answers to documents, and how the import ends."""

    name: str
    code: int
    post: Answer = POSTED
    poll: Sequence[Answer] = ()
    document: Answer = UNKNOWN
    finished: bool = True


QUOTING = [
    Quoting("created with warnings", 0, poll=(batch("documents", **WELL, warnings=WARNED),)),
    Quoting("rejected", 1, poll=(batch("documents", status="FAILED", message=HINTED, errors=WARNED),)),
    Quoting("refused whole", 1, post=echo(422, message="%s")),
    Quoting("a web page", 1, post=lambda asked: answer(422, f"<html><title>{asked.body}</title>".encode())),
    Quoting("not allowed", 5, post=echo(403, message="%s", detail="%s"), finished=False),
    Quoting("not logged in", 5, post=echo(401, message="%s"), finished=False),
    Quoting("a fault", 3, post=echo(500, message="%s"), document=echo(404, message="%s"), finished=False),
    Quoting("a limit that hides a success", 3, post=echo(429, message="%s", result="QUEUED"), finished=False),
    Quoting("a broken answer", 3, post=lambda asked: answer(202, asked.body)[:-9], document=echo(500), finished=False),
    Quoting("another document", 1, post=echo(500), document=lambda _: answer(200, {"documentNo": "CAN-1", "customerNo":
            "Kanarifugl", "currencyAmounts": {"inclVat": 86011117947}, "documentType": "IN"})),
]  # fmt: skip


@pytest.mark.first_cases(3)
@pytest.mark.promise("P18", "P23")
@pytest.mark.parametrize("case", QUOTING, ids=lambda case: case.name)
def test_what_a_server_quotes_goes_no_further(places: dict[str, Path], case: Quoting) -> None:
    """Tokens and personal data that a server repeats are neither shown nor stored.

    While a run is unfinished its bodies are kept, so that it can continue; no name is printed in spite of it.
    """
    book = sheets(places["own"])
    poll = (batch("customers", **WELL, warnings=WARNED), *case.poll)
    script = {"customers": (TAKEN["customers"],), "post": (case.post,), "poll": poll, "document": (case.document,)}
    with serving(Hostile(script, time.time)) as there:
        env = {
            "ARMBULK_BASE_URL": there.base_url, "ARMBULK_CLIENT_NO": "2218", "ARMBULK_TOKEN": SECRET,
            "ARMBULK_POLL_SECONDS": "0.02", "ARMBULK_SETTLE_SECONDS": "0", "ARMBULK_LOG": str(places["home"] / LOG),
        }  # fmt: skip
        said = here(["import", book, "--yes", "--first-import"], ["show", "1"], ["resolve", "--no-ask", "--json"],
                    ["runs", "--json"], env=env)  # fmt: skip
        assert there.count("post"), said.told
    assert said.codes[0] == case.code, said.told
    clean(said, places, (SECRET,), finished=case.finished)
    assert not [word for word in (MAIL, PHONE, "Kanarifugl", "KANARIFUGL", "14.03.1985") if word in said.told], (
        said.told
    )
    evidence_is_clean(places, env)
    if case.code in {3, 6}:  # a person settles it: the run is finished then, and forgets as any other
        end = here(["resolve", "--give-up", "--no-ask", "--yes"], ["show", "1"], env=env)
        assert end.codes in ([0, 1], [0, 0]), end.told
        clean(end, places, (SECRET,))
        evidence_is_clean(places, env)


def evidence_is_clean(places: dict[str, Path], env: dict[str, str]) -> None:
    """No canary is in the unpacked evidence bundle of the run, with its file or without it, in both languages."""
    book, away = places["own"] / "canaries.xlsx", places["own"] / "away.xlsx"
    for number, lang in enumerate(("en", "no")):
        folder = places["own"].parent / "unpacked" / str(time.time_ns())
        target = places["own"] / f"{number}.zip"
        made = here(["evidence", "1", "-o", str(target), "--lang", lang], env=env)
        assert made.codes == [0], made.told
        with zipfile.ZipFile(target) as bundle:
            assert "payloads.csv" in bundle.namelist()
            bundle.extractall(folder)
        words = (*PERSONAL, SECRET, "kanarifugl", "14.03.1985", "010107 50160", "8601.11.17947", "82 73 64")
        assert not found(files(folder), words)
        book.rename(away)
        book, away = away, book


@pytest.mark.promise("P23")
def test_what_arm_quotes_is_not_kept(places: dict[str, Path]) -> None:
    """ARM's messages are in the result workbook in full; the store of a finished run keeps no personal data of them."""
    book = sheets(places["own"])
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}
        assert here(["import", book, "--yes", "--json"], env=env).codes == [0]
    path = next(places["home"].glob("armbulk.db"))
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE item SET message='Kanarifugl customers name, 01010750160, is refused', warnings=?", (MAIL,))
    raw.close()
    store = Store(f"sqlite:///{path}", SystemClock())
    finish_run(store, 1, check_files([book]), places["own"] / "again.xlsx", "en")
    kept = store.items(1)
    store.close()
    assert set(kept["message"]) == {"…, …, is refused"}
    assert set(kept["warnings"]) == {"…"}
    assert not found(files(places["home"]), PERSONAL)
    shown = [
        cell.value for row in openpyxl.load_workbook(places["own"] / "again.xlsx")["Customers"].rows for cell in row
    ]
    assert "Kanarifugl customers name, 01010750160, is refused" in shown


@pytest.mark.promise("P23")
def test_a_customer_number_that_is_a_persons_is_not_kept(places: dict[str, Path]) -> None:
    """A finished run keeps two digits of a customer number that is a national identity number."""
    path = places["own"] / "customers.csv"
    path.write_text(f"Customer no;Name\n{SSN};Kari\n12345;Ola\n", encoding="utf-8")
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.05"}
        said = here(["import", str(path), "--yes", "--json"], env=env)
        assert json.loads(said.told)["outcomes"]["created"] == 2
    assert not found(files(places["home"]), (SSN,))


@pytest.mark.promise("P18")
def test_a_bug_report_holds_no_canary(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash report has no data from the exception's message and is readable by its owner only."""

    def bug(*_: object, **__: object) -> None:
        raise RuntimeError(f"{SECRET} {SSN} Kanarifugl") from ValueError(MAIL)

    monkeypatch.setattr("armbulk.app.check.check_sheets", bug)
    done = CliRunner().invoke(cli, ["check", sheets(places["own"])])
    assert done.exit_code == 70
    report = places["home"] / "crash-report.txt"
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    for told in (report.read_text(encoding="utf-8"), done.output, done.stderr):
        assert not [word for word in (*PERSONAL, SECRET) if word in told]
        assert "Traceback" not in told
