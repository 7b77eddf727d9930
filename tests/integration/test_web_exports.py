"""Export, month-end, limits and help in the browser: what a person sees, against the sandbox."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest
from support.web import Browser, open_browser, open_sandbox_pages

from armbulk.app.demo.tour import INVOICES
from armbulk.sandbox import CLIENT_NO
from armbulk.sandbox.lists import build_lists

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from armbulk.web.server import PageServer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the settings."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[PageServer]:
    """The pages, with a sandbox that has a ledger."""
    with open_sandbox_pages(home, lists=build_lists(CLIENT_NO, INVOICES)) as pages:
        yield pages


@pytest.fixture
def browser(server: PageServer) -> Iterator[Browser]:
    """A browser with the key."""
    with open_browser(server) as caller:
        yield caller


def export(browser: Browser, resource: str, **choices: str) -> httpx.Response:
    """Choose a list, look at its plan, export it, and return the page of its result."""
    plan = browser.wait(browser.post(f"/export/{resource}", choices))
    assert plan.status_code == 200, plan.text[plan.text.index("<main") :][:1500]
    assert "Estimated finish" in plan.text
    return browser.wait(browser.post(f"{plan.url.path}/run"))


def find_download(page: httpx.Response) -> str:
    """The address of the first file of a result."""
    match = re.search(r'href="(/exports/[0-9a-f]{12}/files/[^"]+)"', page.text)
    assert match is not None
    return match[1]


def test_an_exported_list_is_downloaded_with_the_sums_of_the_page(browser: Browser, home: Path) -> None:
    """The control totals of the page are the sums of the file, which is private, an attachment, and can be deleted."""
    page = export(browser, "documents", when="period", period="2025-02", format="xlsx")
    assert "Complete. The record count matches ARM" in page.text
    assert "Amount incl. VAT by document date (NOK)" in page.text
    file = browser.get(find_download(page))
    assert file.headers["content-disposition"] == 'attachment; filename="documents-2025-02.xlsx"'
    rows = list(openpyxl.load_workbook(BytesIO(file.content))["Documents"].iter_rows(values_only=True))
    column = rows[0].index("Amount incl. VAT")
    total = sum(Decimal(str(row[column])) for row in rows[1:])
    assert f"{total:,}".replace(",", " ") == "321 069.80"
    assert "321 069.80" in page.text
    assert rows[1][rows[0].index("Customer no")] in page.text  # with its leading zeros
    folder = home / "data" / "web" / "exports" / page.url.path.rpartition("/")[2]
    assert [path.stat().st_mode & 0o077 for path in (folder, folder / "export.json")] == [0, 0]
    browser.post(f"{page.url.path}/delete")
    assert not folder.exists()
    assert "no longer here" in browser.get(page.url.path).text


def test_the_month_end_shows_every_tie_out_and_the_aged_balance(browser: Browser) -> None:
    """The figures are those of the workbook, in the language of the page."""
    page = export(browser, "close", when="period", period="2025-02")
    for text in ("Reconciled: accounts receivable agree", "Net per account", "Aged balance by customer", "570 892.59"):
        assert text in page.text
    book = openpyxl.load_workbook(BytesIO(browser.get(find_download(page)).content))
    assert "Aged balance" in book.sheetnames
    browser.http.cookies.set("armbulk_lang", "nb", domain="127.0.0.1", path="/")
    norwegian = browser.get(page.url.path).text
    assert "Aldersfordelt saldo per kunde" in norwegian
    assert "570 892,59" in norwegian.replace("\N{NO-BREAK SPACE}", " ")


def test_a_filter_and_columns_narrow_the_file(browser: Browser) -> None:
    """A CSV file has only the chosen columns and records, and the page says how to open it."""
    choices = {
        "filter.customerno": "000007",
        "column.customer_no": "on",
        "column.name": "on",
        "format": "csv-norwegian",
    }
    page = export(browser, "customers", **choices)
    file = browser.get(find_download(page))
    assert file.content.decode("utf-8-sig").splitlines()[0] == "Customer no;Name"
    assert len(file.content.splitlines()) == 2
    assert "Data &gt; From Text/CSV" in page.text


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"when": "period", "period": "2025-13"}, "is not a valid period"),
        ({"when": "days", "first": "2025-02-30"}, "is not a valid date"),
        ({"when": "year", "year": "25"}, "is not a year"),
        ({"format": "exe"}, "There is no such format"),
    ],
)
def test_a_choice_that_cannot_be_is_explained_on_the_form(
    browser: Browser, choices: dict[str, str], message: str
) -> None:
    """The form is shown again with what was chosen; nothing is asked of ARM."""
    page = browser.post("/export/documents", {**choices, "filter.customerno": "kept <b>"})
    assert page.status_code == 400
    assert message in page.text
    assert 'value="kept &lt;b&gt;"' in page.text


def test_an_incomplete_list_says_why_and_how_to_fetch_the_rest(tmp_path: Path) -> None:
    """ARM ignores the filters of a list above its cap: the page is red, and so is the name of the file."""
    ledger = build_lists(CLIENT_NO, 5_000)
    with (
        open_sandbox_pages(tmp_path, size="XL", dialect={"list_filters": "ignored"}, lists=ledger) as pages,
        open_browser(pages) as caller,
    ):
        page = export(caller, "gl-items", when="period", period="2025-02", format="csv-rfc")
        assert "INCOMPLETE. Some records may be missing" in page.text
        assert "Fetch what is missing" in page.text
        assert ".incomplete.csv" in find_download(page)


def test_only_the_files_of_an_export_are_downloaded(browser: Browser) -> None:
    """Another name, or an export that does not exist, leads to an explanation."""
    page = export(browser, "codes", format="jsonl")
    for path in (f"{page.url.path}/files/export.json", f"{page.url.path}/files/..%2Fexport.json", "/exports/0/files/x"):
        assert browser.get(path).status_code in {400, 404}


def test_the_limits_show_what_is_used_and_what_is_kept(browser: Browser) -> None:
    """Each limit has its figures; requests are kept to read outcomes."""
    export(browser, "codes", format="jsonl")
    page = browser.get("/limits").text
    for text in ("Requests per hour", "Records written per month", "Kept to read outcomes", "Room again"):
        assert text in page


def test_help_explains_each_finding_and_finds_words(browser: Browser) -> None:
    """A finding has an address of its own with an example; a search finds findings, columns and exit codes."""
    page = browser.get("/help/findings/currency-code").text
    assert "Invalid currency code" in page
    assert "&#34;QQQ&#34; is not a valid currency code" in page
    assert browser.get("/help/findings/currency-cod").status_code == 400
    found_page = browser.get("/help", params={"q": "due date"}).text
    assert "/help/findings/due-before-date" in found_page
    assert "/help/fields?list=documents#due_date" in found_page
    assert "Nothing has all these words" in browser.get("/help", params={"q": "<b>xyzzy"}).text
    for path in ("/help", "/help/fields", "/help/findings", "/help/exit-codes"):
        assert browser.get(path).status_code == 200
