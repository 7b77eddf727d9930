"""The page Check over loopback HTTP: problems in groups, rows with cells to correct, the corrected workbook."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from support.web import Browser, open_browser, open_sandbox_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import httpx

    from armbulk.web.server import PageServer

HEADERS = ["Document no", "Document type", "Customer no", "Document date", "Due date", "Currency", "Amount excl. VAT",
           "VAT", "Amount incl. VAT", "Customer message"]  # fmt: skip
MARKUP = ["<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "=1+1", "{{ 7*7 }}", "\u202egnp.exe"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The pages, with a sandbox."""
    with open_sandbox_pages(tmp_path_factory.mktemp("home")) as pages:
        yield pages


@pytest.fixture
def browser(server: PageServer) -> Iterator[Browser]:
    """A browser with the key."""
    with open_browser(server) as caller:
        yield caller


def document(number: str, **values: object) -> list[object]:
    """A row of a document without a problem, but for the values that are named by their headers."""
    row = dict(
        zip(HEADERS, [number, "IN", "0042", "2026-11-01", "2026-11-15", "NOK", 100, 25, 125, "Hei"], strict=True)
    )
    return list({**row, **{name.replace("_", " "): value for name, value in values.items()}}.values())


def workbook(path: Path, *rows: Sequence[object]) -> Path:
    """A workbook with documents."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Documents"
    for row in (HEADERS, *rows):
        sheet.append(list(row))
    book.save(path)
    return path


def with_errors(folder: Path) -> Path:
    """Four documents: two dates that are none, and a currency that has one sure remedy."""
    return workbook(
        folder / "invoices.xlsx",
        document("1001"),
        document("1002", Due_date="soon"),
        document("1003", Due_date="later"),
        document("1004", Currency="Norske kroner"),
    )


def text_of(page: httpx.Response) -> str:
    """What a person reads of a page: without tags, blanks in a row as one."""
    content = page.text.partition("<main")[2].partition("</main>")[0] or page.text
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", content)).split())


def address(page: httpx.Response) -> str:
    """The address of a draft."""
    return page.url.path.rpartition("/")[0]


def type_into(browser: Browser, page: httpx.Response, row: int, column: str, text: str) -> httpx.Response:
    """Type into a cell of the first sheet, as the form of the cell does without scripts."""
    values = {"sheet": "0", "row": str(row), "column": column, "text": text}
    return browser.post(f"{address(page)}/cells?show=errors&sheet=0", values)


def cell_of(page: httpx.Response, row: int, column: str) -> str:
    """The text of an input."""
    match = re.search(rf'<input name="text" id="cell-0-{row}-{column}" value="([^"]*)"', page.text)
    assert match is not None
    return unescape(match[1])


def test_problems_are_in_groups_and_beside_their_cells(browser: Browser, tmp_path: Path) -> None:
    """Groups with counts and remedies, figures of what can be sent, and an input in each cell with a problem."""
    page = browser.check(with_errors(tmp_path))
    text = text_of(page)
    assert "3 errors" in text
    assert "1 of 4 can be sent, 3 held back" in text
    assert "125.00 of 375.00" in text
    assert "2 errors Not a date · Due date → Enter it as a date" in text
    assert 'E3 : "soon" is not a date' in text
    assert (cell_of(page, 3, "E"), cell_of(page, 5, "F")) == ("soon", "Norske kroner")
    assert "cell-0-2-E" not in page.text
    assert "Continue with 1 of 4 records (3 are held back)" in text


def test_rows_are_filtered_by_the_address(browser: Browser, tmp_path: Path) -> None:
    """Every choice is an address: all rows, those of a group, the row of a number, a page that there is not."""
    page = browser.check(with_errors(tmp_path))
    check = f"{address(page)}/check"
    assert [number in text_of(browser.get(f"{check}?show=all")) for number in ("1001", "1004")] == [True, True]
    of_group = browser.get(f"{check}?show=group&group=error.pattern.currency").text
    assert ("row-0-5" in of_group, "row-0-3" in of_group) == (True, False)
    searched = browser.get(f"{check}?show=all&search=1003").text
    assert ("row-0-4" in searched, "row-0-2" in searched) == (True, False)
    for odd in ("show=all&page=99", "show=group&group=x", "sheet=9&page=-1", "show=nothing&edited=x", "search=%00"):
        assert browser.get(f"{check}?{odd}").status_code == 200
    assert "cell-0-2-J" in browser.get(f"{check}?show=all&edited=2").text


def test_a_typed_cell_is_checked_and_stays_in_sight(browser: Browser, tmp_path: Path) -> None:
    """The error is gone, the row stays with its new value, the change is listed, the file is as it was."""
    path = with_errors(tmp_path)
    page = type_into(browser, browser.check(path), 3, "E", "2026-11-20")
    text = text_of(page)
    assert "2 errors" in text
    assert "1 corrected cell" in text
    assert "Documents!E3 Due date soon 2026-11-20" in text
    assert cell_of(page, 3, "E") == "2026-11-20"
    page = type_into(browser, page, 3, "E", "never")
    assert "3 errors" in text_of(page)
    page = browser.post(f"{address(page)}/undo?show=errors", {"sheet": "0", "row": "3", "column": "E", "what": "cell"})
    assert cell_of(page, 3, "E") == "soon"
    assert "corrected cell" not in text_of(page)


def test_a_script_gets_the_part_that_changes(browser: Browser, tmp_path: Path) -> None:
    """With htmx the answer has only the groups and rows, and what is read aloud."""
    page = browser.check(with_errors(tmp_path))
    headers = {"HX-Request": "true", "HX-Target": "work", "X-CSRF-Token": browser.token}
    values = {"sheet": "0", "row": "4", "column": "E", "text": "2026-11-30"}
    part = browser.http.post(f"{address(page)}/cells?show=errors", data=values, headers=headers)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert '<p id="status" hx-swap-oob="innerHTML">1 error fewer</p>' in part.text
    assert cell_of(part, 4, "E") == "2026-11-30"
    missing = browser.http.post(f"{address(page)}/cells", data={**values, "row": "99"}, headers=headers)
    assert (missing.status_code, "Load the page again" in missing.text) == (400, True)
    restored = browser.get(f"{address(page)}/check", headers={"HX-Request": "true"})
    assert "<html" in restored.text


def test_what_has_one_sure_remedy_is_listed_and_corrected(browser: Browser, tmp_path: Path) -> None:
    """The list shows before and after; the corrections can be undone one by one."""
    page = browser.check(with_errors(tmp_path))
    assert "1 cell has only one sure remedy" in text_of(page)
    listed = browser.get(f"{address(page)}/corrections")
    assert "Documents!F5 Currency Norske kroner NOK" in text_of(listed)
    page = browser.post(f"{address(page)}/corrections")
    assert "2 errors" in text_of(page)
    assert "Documents!F5 Currency Norske kroner NOK" in text_of(page)
    page = browser.post(f"{address(page)}/undo", {"sheet": "0", "row": "5", "column": "F", "what": "cell"})
    assert "3 errors" in text_of(page)
    page = browser.post(f"{address(page)}/undo", {"what": "all"})
    assert "corrected cell" not in text_of(page)


def test_the_corrected_workbook_is_what_is_sent(browser: Browser, tmp_path: Path) -> None:
    """Continuing writes it; the plan has its records, the download is that file, and corrections can be taken back."""
    page = browser.check(with_errors(tmp_path))
    for row, column, text in ((3, "E", "2026-11-20"), (4, "E", "2026-11-21"), (5, "F", "NOK")):
        page = type_into(browser, page, row, column, text)
    assert "Continue with 4 documents" in text_of(page)
    draft = address(page)
    downloaded = browser.get(f"{draft}/corrected")
    assert "attachment" in downloaded.headers["content-disposition"]
    plan = browser.wait(browser.post(f"{draft}/continue"))
    assert plan.url.path == f"{draft}/plan"
    assert "4 invoices (NOK 500.00)" in text_of(plan)
    page = browser.get(f"{draft}/check")
    assert "You continue with the corrected workbook invoices.corrected.xlsx" in text_of(page)
    assert "data-cell" not in page.text
    file = tmp_path / "corrected.xlsx"
    file.write_bytes(browser.get(f"{draft}/corrected").content)
    assert openpyxl.load_workbook(file)["Documents"]["E3"].value == "2026-11-20"
    page = browser.wait(browser.post(f"{draft}/undo", {"what": "open"}))
    assert "3 corrected cells" in text_of(page)


def test_the_plan_waits_for_the_corrected_workbook(browser: Browser, tmp_path: Path) -> None:
    """While a typed cell is in no file, the plan leads back: the file as it is would be sent."""
    page = type_into(browser, browser.check(with_errors(tmp_path)), 3, "E", "2026-11-20")
    assert browser.get(f"{address(page)}/plan").url.path == f"{address(page)}/check"


def test_records_with_errors_can_be_held_back(browser: Browser, tmp_path: Path) -> None:
    """The button names how many; the plan has the others."""
    page = browser.check(with_errors(tmp_path))
    plan = browser.wait(browser.post(f"{address(page)}/continue", {"skip_invalid": "yes"}))
    assert "1 invoice (NOK 125.00)" in text_of(plan)


def test_a_corrected_file_replaces_the_earlier_one(browser: Browser, tmp_path: Path) -> None:
    """Whatever it is called; filter and page stay, and the page says how many errors there are fewer."""
    page = browser.check(with_errors(tmp_path))
    better = workbook(tmp_path / "invoices (2).xlsx", document("1001"), document("1002", Due_date="soon"))
    page = browser.wait(browser.post(f"{address(page)}/files?show=all&sheet=0", files=[better]))
    text = text_of(page)
    assert "2 errors fewer than before" in text
    assert "invoices (2).xlsx" in text
    assert "invoices.xlsx" not in text
    assert page.url.params["show"] == "all"
    marked = tmp_path / "invoices (2).marked.xlsx"
    marked.write_bytes(browser.get(f"{address(page)}/marked").content)
    page = browser.wait(browser.post(f"{address(page)}/files", files=[marked]))
    assert "As many errors as before" in text_of(page)
    assert "1 of 2 can be sent" in text_of(page)


def test_what_was_typed_is_in_the_marked_copy(browser: Browser, tmp_path: Path) -> None:
    """The copy may be corrected in Excel and dropped: nothing that was typed on the page is lost."""
    page = type_into(browser, browser.check(with_errors(tmp_path)), 3, "E", "2026-11-20")
    assert "2 errors" in text_of(page)
    marked = tmp_path / "invoices.marked.xlsx"
    marked.write_bytes(browser.get(f"{address(page)}/marked").content)
    page = browser.wait(browser.post(f"{address(page)}/files", files=[marked]))
    assert "2 errors" in text_of(page)
    assert "As many errors as before" in text_of(page)


def test_nothing_in_a_file_is_markup(browser: Browser, tmp_path: Path) -> None:
    """Texts of cells, headers, sheets and file names are shown as they are, in the table, the groups and the list."""
    rows = [document(f"20{number}", Currency=text, Customer_message=text) for number, text in enumerate(MARKUP, 10)]
    page = browser.check(workbook(tmp_path / "&lt;b&gt; & 'a'.xlsx", *rows))
    assert "&lt;b&gt; & 'a'.xlsx" in text_of(page)
    for shown in (page, browser.get(f"{address(page)}/check?show=all&edited=2&search=<script>")):
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert "\u202e" not in shown.text
    page = type_into(browser, page, 2, "F", MARKUP[1])
    assert "<img src=x" not in page.text
    assert cell_of(page, 2, "F") == MARKUP[1]
    assert cell_of(page, 5, "F") == "{{ 7*7 }}"


def test_sensitive_values_are_hidden(browser: Browser, tmp_path: Path) -> None:
    """A national identity number is shown by its last digits; sending its empty input changes nothing."""
    book = Workbook()
    book.active.title = "Customers"
    for row in (["Customer no", "Name", "National id"], ["0001", "Kari", "50765001602"], ["0002", "Ola", "12345"]):
        book.active.append(row)
    book.save(tmp_path / "customers.xlsx")
    page = browser.check(tmp_path / "customers.xlsx")
    shown = browser.get(f"{address(page)}/check?show=all&edited=2").text
    assert "50765001602" not in shown
    assert "•••••••••02" in shown
    values = {"sheet": "0", "row": "2", "column": "C", "text": "", "secret": "yes"}
    assert "corrected cell" not in text_of(browser.post(f"{address(page)}/cells", values))
    page = browser.post(f"{address(page)}/cells", {**values, "clear": "yes"})
    assert "Customers!C2 National id •••••••••02 (blank)" in text_of(page)


def test_a_file_that_cannot_be_read_says_what_to_do(browser: Browser, tmp_path: Path) -> None:
    """The reason, and a place for the corrected file; it replaces the bad one."""
    bad = tmp_path / "invoices.xlsx"
    bad.write_bytes(b"PK\x03\x04 this is no workbook")
    page = browser.check(bad)
    assert "Drop the corrected file here" in text_of(page)
    page = browser.wait(browser.post(f"{address(page)}/files", files=[workbook(tmp_path / "ok.xlsx", document("1"))]))
    assert "1 document can be sent" in text_of(page)


def test_another_language_has_the_same_page(server: PageServer, tmp_path: Path) -> None:
    """In Norwegian."""
    with open_browser(server, "nb") as browser:
        text = text_of(browser.check(with_errors(tmp_path)))
    assert "3 feil" in text
    assert "Gå videre med 1 av 4 poster (3 holdes tilbake)" in text


def test_twenty_thousand_rows_are_shown_page_by_page(browser: Browser, tmp_path: Path) -> None:
    """A page has fifty rows, and the last page is there; a cell of the last row can be corrected."""
    header = ";".join(HEADERS)
    rows = [f"{number};IN;42;2026-11-01;2026-11-15;NOK;100;25;125;Hei" for number in range(1, 20_001)]
    rows[-1] = rows[-1].replace("NOK", "N0K")
    (tmp_path / "documents.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    page = browser.check(tmp_path / "documents.csv")
    last = browser.get(f"{address(page)}/check?show=all&page=400")
    assert "Page 400 of 400 · 20 000 rows" in text_of(last)
    assert last.text.count('<tr class="" id="row-0-') + last.text.count('<tr class="bad" id="row-0-') == 50
    assert len(last.text) < 200_000
    page = type_into(browser, page, 20_001, "F", "NOK")
    assert "Continue with 20 000 documents" in text_of(page)
