"""Moving from another ledger in the browser: files, questions, proof, rehearsal, and the workbook as an import."""

from __future__ import annotations

import io
import re
from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pytest
from support.paths import ROOT
from support.web import Browser, open_browser, open_sandbox_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

LEDGER = ROOT / "samples" / "saft-ledger.xml"
ANSWERS = {
    "document-type": "IN",
    "booking": "Kari Nordmann, 2026-01-02: only the receivable",
    "distribution": "H",
    "dunning": "none",
    "due-days": "14",
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser with the key, at the pages with a sandbox."""
    with open_sandbox_pages(tmp_path_factory.mktemp("home")) as server, open_browser(server) as caller:
        yield caller


def read_ledger(browser: Browser, content: bytes | None = None, **options: str) -> str:
    """Choose the accounting file; return the page of the migration."""
    values = {"csrf": browser.token, **{f"option-{name}": value for name, value in options.items()}}
    part = ("ledger", (LEDGER.name, content or LEDGER.read_bytes()))
    return browser.wait(browser.http.post("/migrate", data=values, files=[part])).text


def find_address(page: str) -> str:
    """The address of the migration that a page shows."""
    match = re.search(r'action="(/migrate/[0-9a-f]{12})/answers"', page)
    assert match is not None
    return match[1]


def list_questions(page: str) -> list[str]:
    """The questions of a page."""
    return re.findall(r'name="answer-([^"]+)"', page)


def test_the_page_shows_what_moves_and_the_proof(browser: Browser) -> None:
    """Counts and sums are those of the command, and each customer's balance is proved in the table."""
    page = unescape(read_ledger(browser))
    assert "Everything is proved." in page
    assert "saft-ledger.xml" not in browser.get("/").text  # no import that is not sent yet
    assert re.search(r"<b>12</b>\s*customers", page)
    assert "NOK 21 750.25" in page
    assert "8 questions are open" in page
    assert "Opening balance + postings = closing balance" in page
    left_out = unescape(browser.get(f"{find_address(page)}?table=left-out").text)
    assert "-825.00" in left_out


def test_answers_are_kept_and_go_into_the_workbook(browser: Browser) -> None:
    """A wrong answer stays open and is marked; with all of them the workbook can be imported."""
    page = read_ledger(browser)
    address = find_address(page)
    wrong = browser.wait(browser.post(f"{address}/answers", {"answer-due-days": "soon"})).text
    assert 'value="soon"' in wrong
    assert 'aria-invalid="true"' in wrong
    answers = {f"answer-{name}": ANSWERS.get(name, "yes") for name in list_questions(page)}
    answered = browser.wait(browser.post(f"{address}/answers", answers)).text
    assert "All questions are answered" in answered
    book = openpyxl.load_workbook(io.BytesIO(browser.get(f"{address}/workbook").content))
    texts = {str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None}
    assert set(ANSWERS.values()) <= texts
    checked = browser.wait(browser.post(f"{address}/import"))
    assert checked.url.path.startswith("/imports/")
    assert "migration.xlsx" in checked.text


def test_a_rehearsal_ends_with_a_protocol(browser: Browser) -> None:
    """It runs in a sandbox of its own; the protocol is a file to keep."""
    address = find_address(read_ledger(browser, due_days="14"))
    page = browser.wait(browser.post(f"{address}/rehearsal")).text
    assert "The rehearsal did not pass." in page  # the questions are open
    protocol = browser.get(f"{address}/protocol")
    assert protocol.headers["content-disposition"].startswith("attachment")
    assert "<html" in protocol.text


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"<AuditFile><x/></AuditFile>", "migrate"), (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "migrate")],
)
def test_a_file_that_is_refused_is_named(browser: Browser, content: bytes, message: str) -> None:
    """The page says which file and why, without a traceback."""
    page = read_ledger(browser, content)
    assert LEDGER.name in page
    assert 'role="alert"' in page
    assert "Traceback" not in page
    assert message in page


def test_nothing_chosen_and_wrong_days_are_errors(browser: Browser) -> None:
    """The form says what to do."""
    assert "No file was chosen" in browser.post("/migrate").text
    assert "is not a number of days" in unescape(read_ledger(browser, due_days="1e3"))
