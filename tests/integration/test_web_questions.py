"""Questions about files over loopback HTTP: each answer shows what it does to the file's own values."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook
from support.web import Browser, open_browser, open_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

HEADERS = ("Document no", "Document type", "Customer no", "Document date", "Due date", "Currency", "Amount incl. VAT",
           "Seller refrence")  # fmt: skip
ROWS = (
    ("1001", "IN", "K1", "04/05/26", "2026-11-16", "NOK", "1.234", "Kari"),
    ("1002", "IN", "K1", "2026-11-02", "2026-11-17", "NOK", "<b>x</b>", "Kari"),
    ("1003", "IN", "K1", "05/06/26", "2026-11-17", "NOK", "10,00", "Ole"),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser of someone who has no profile yet: questions need none."""
    home = tmp_path_factory.mktemp("home")
    with open_pages({"ARMBULK_HOME": str(home)}) as pages, open_browser(pages) as caller:
        yield caller


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> httpx.Response:
    """The check of a workbook that leaves much open."""
    path: Path = tmp_path_factory.mktemp("files") / "open.xlsx"
    workbook = Workbook()
    documents = workbook.active
    documents.title = "Documents"
    for row in (HEADERS, *ROWS):
        documents.append(row)
    documents.row_dimensions[3].hidden = True
    customers = workbook.create_sheet("Customers")
    customers.append(("Customer no", "Name", "Postal code", "Country code", "Currency", "Language"))
    customers.append(("K1", "Ola AS", 150, "NO", "NOK", "no"))
    workbook.save(path)
    return browser.check(path)


def read_question(page: httpx.Response, key: str) -> str:
    """Return the text of a question with its answers and their effects."""
    form = page.text[page.text.index(f'data-question="{key}"') :].partition("</form>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", form.partition(">")[2])).split())


def answer(browser: Browser, page: httpx.Response, key: str, value: str) -> httpx.Response:
    """Answer a question, and wait for the check."""
    path = page.url.path.replace("/check", "/answers")
    return browser.wait(browser.post(path, {"question": key, "answer": value}))


def test_each_answer_shows_what_it_does(page: httpx.Response) -> None:
    """Dates, amounts, postal codes and hidden rows, with values of the file; markup in them is text."""
    assert "04/05/26 → 4 May 2026" in read_question(page, "option:dates")
    assert "04/05/26 → 5 April 2026" in read_question(page, "option:dates")
    assert "1.234 → 1 234 " in read_question(page, "option:decimal")
    assert "150 → 0150" in read_question(page, "option:pad_postal_codes")
    assert "Documents, row 3: 1002 · IN · K1" in read_question(page, "option:hidden")
    assert 'is "Seller refrence" the column "Seller reference"? Yes, read it so Kari Ole No' in read_question(
        page, "header:Documents|H|Seller refrence"
    )
    assert "<b>x" not in page.text


def test_answers_are_kept_and_changed(browser: Browser, page: httpx.Response) -> None:
    """An answer is used at once, stays with its effects, and can be changed; an unknown one is refused."""
    first = answer(browser, page, "option:dates", "dmy")
    assert "✓ Day first" in read_question(first, "option:dates")
    assert "can be read as two different dates" not in first.text
    second = answer(browser, page, "option:dates", "mdy")
    assert "✓ Month first 04/05/26 → 5 April 2026" in read_question(second, "option:dates")
    path = page.url.path.replace("/check", "/answers")
    assert browser.post(path, {"question": "option:dates", "answer": "xyz"}).status_code == 400
    assert browser.post(path, {"question": "option:rules", "answer": "yes"}).status_code == 400


def test_a_similar_header_is_read_or_left_out(browser: Browser, page: httpx.Response) -> None:
    """No: the column is not read and is no error; the answer can be changed to yes later."""
    key = "header:Documents|H|Seller refrence"
    left = answer(browser, page, key, "no")
    assert "✓ No, it is another column" in read_question(left, key)
    assert "was not matched automatically" not in left.text
    read = answer(browser, page, key, "yes")
    assert "✓ Yes, read it so" in read_question(read, key)
    assert "was not matched automatically" not in read.text


def test_letters_of_another_encoding_are_shown_as_each_would_be(browser: Browser, tmp_path: Path) -> None:
    """A file that is not UTF-8 is read by a rule; the other readings are beside it."""
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Currency;Language\n1;Sørøya Fisk AS;NOK;no\n", encoding="cp1252")
    checked = browser.check(path)
    question = read_question(checked, "option:encoding")
    assert "✓ As cp1252 Sørøya Fisk AS" in question
    assert "As cp1250 Sřrřya Fisk AS" in question
    changed = answer(browser, checked, "option:encoding", "cp1250")
    assert "✓ As cp1250" in read_question(changed, "option:encoding")
