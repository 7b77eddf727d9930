"""The pages Start and Columns over loopback HTTP: files, clients, samples, templates, and other headers."""

from __future__ import annotations

import html
import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from support.web import Browser, open_browser, open_pages

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import httpx

    from armbulk.web.server import PageServer

LIST = """Fakturanr.;Kundenr.;Kundenavn;Adresse;Postnr.;Poststed;Faktura utstedt;Forfaller;Bilagsart;Å betale
30101;10501;Nordlys Bygg AS;Storgata 12;9008;Tromsø;02.11.2026;16.11.2026;Faktura;15 625,00
30102;10502;Blåfjell <b>Transport</b>;Havnegata 4;0150;Oslo;03.11.2026;17.11.2026;Faktura;10 000,00
30103;10501;Nordlys Bygg AS;Storgata 12;9008;Tromsø;05.11.2026;19.11.2026;Kreditnota;-2 500,00
Sum;;;;;;;;;23 125,00
"""
CONFIG = """[profiles.first]
base_url = "{address}"
client_no = "2218"

[profiles.second]
base_url = "https://api.staging.amili.no"
client_no = "4711"
client_name = "Nordlys & Co"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The pages, with a sandbox and two profiles."""
    home = tmp_path_factory.mktemp("home")
    with Sandbox() as arm:
        settings = dict(arm.settings)
        folders = {"ARMBULK_HOME": str(home / "data"), "ARMBULK_GUARD_FOLDER": str(home / "guard")}
        (home / "data").mkdir()
        (home / "data" / "config.toml").write_text(CONFIG.format(address=settings["ARMBULK_BASE_URL"]))
        for name in ("ARMBULK_BASE_URL", "ARMBULK_CLIENT_NO"):
            del settings[name]
        with open_pages({**settings, **folders, "ARMBULK_PROFILE": "first"}) as pages:
            yield pages


@pytest.fixture
def browser(server: PageServer) -> Iterator[Browser]:
    """A browser with the key."""
    with open_browser(server) as caller:
        yield caller


@pytest.fixture
def ledger_list(tmp_path: Path) -> Path:
    """A list of another ledger, in Windows-1252."""
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="cp1252")
    return path


def read_form(page: httpx.Response) -> dict[str, str]:
    """Return what the form of columns would send as it is."""
    form = page.text[page.text.index('id="column-form"') :]
    fields = dict(re.findall(r'<input (?:type="hidden"|id="[^"]*") name="([^"]+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    for name in re.findall(r'<input type="checkbox"[^>]* name="([^"]+)" value="1" checked', form):
        fields[name] = "1"
    return {html.unescape(name): html.unescape(text) for name, text in fields.items() if name != "csrf"}


def read_row(page: httpx.Response, header: str) -> str:
    """Return the text of the first table row with a header."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page.text, re.DOTALL) if header in row)
    return " ".join(re.sub(r"<option.*?</option>|<[^>]+>", " ", row, flags=re.DOTALL).split())


def test_other_headers_are_matched_once(browser: Browser, ledger_list: Path) -> None:
    """The form names what is missing, shows what follows from a change, and the next file is read without it."""
    page = browser.check(ledger_list)
    assert page.url.path.endswith("/columns")
    assert "Document date is required: choose its column, or enter one value for all rows" in page.text
    assert "✓ sure" in read_row(page, "Fakturanr.")
    assert "is this right?" in read_row(page, "Bilagsart")
    assert "not read" in read_row(page, "Faktura utstedt")
    values = read_form(page) | {"column:G": "document_date", "constant:currency": "NOK"}
    path = page.url.path
    refused = browser.post(path, {**read_form(page), "action": "save"})
    assert (refused.status_code, "2 answers are missing" in refused.text) == (422, True)
    part = browser.http.post(path, data={"csrf": browser.token, **values}, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<form")
    assert "Everything that ARM requires has a column or a value." in part.text
    assert "your choice" in read_row(part, "Faktura utstedt")
    checked = browser.wait(browser.post(path, {**values, "action": "save"}))
    assert (checked.url.path.endswith("/check"), "No errors" in checked.text) == (True, True)
    again = browser.check(ledger_list)
    assert again.url.path.endswith("/check")
    matched = browser.get(again.url.path.replace("/check", "/columns"))
    assert "as you matched such a file" in matched.text
    assert "Document date" in read_row(matched, "Faktura utstedt")
    assert "of the customer" in read_row(matched, "Kundenavn")


def test_nothing_in_a_file_is_markup(browser: Browser, tmp_path: Path) -> None:
    """Headers and values of a file are text."""
    path = tmp_path / "markup.csv"
    path.write_text(
        'Fakturanr.;Kundenr.;"<img src=x onerror=a()>";Forfaller;Å betale;"""><script>"\n1;2;<b>x</b>;2026-11-16;5;6\n'
    )
    page = browser.check(path)
    assert "&lt;img src=x onerror=a()&gt;" in page.text
    assert not re.search(r"<img|<script>|<b>x", page.text)


def test_what_a_sheet_contains_is_chosen(browser: Browser, ledger_list: Path) -> None:
    """As a list of customers the same columns are proposed for customers, at an address of its own."""
    text = ledger_list.read_text(encoding="cp1252").replace("Fakturanr.", "Bilag nr")
    ledger_list.write_text(text, encoding="cp1252")
    page = browser.check(ledger_list)
    customers = browser.get(f"{page.url.path}?sheet=0&as=customers")
    assert '<option value="customers" selected>' in customers.text
    assert re.search(r'name="column:C">.*?value="name" selected', customers.text, re.DOTALL)
    assert "Customers of these documents" not in customers.text


def test_a_sheet_is_left_out_and_included_again(browser: Browser, tmp_path: Path) -> None:
    """A second file whose columns are not clear keeps the check waiting until it is matched or left out."""
    ledger = tmp_path / "open.csv"
    ledger.write_text("Faktura nr;Kunde;Mottaker;Dato;Frist;Sum å betale\n1;2;Ola;2026-11-02;2026-11-16;5,00\n")
    customers = tmp_path / "customers.csv"
    customers.write_text("Customer no;Name;Currency;Language\n2;Ola AS;NOK;no\n")
    page = browser.check(ledger, customers)
    assert page.url.path.endswith("/columns")
    assert "needs you" in page.text
    left = browser.post(
        page.url.path.replace("columns", "sheets"), {"file": "open.csv", "sheet": "open", "leave": "yes"}
    )
    left = browser.wait(left)
    assert "left out" in left.text
    assert browser.get(left.url.path.replace("columns", "check")).url.path.endswith("/check")
    back = browser.post(
        page.url.path.replace("columns", "sheets"), {"file": "open.csv", "sheet": "open", "leave": "no"}
    )
    assert "needs you" in browser.wait(back).text


def test_recognised_columns_are_shown_with_their_values(browser: Browser, tmp_path: Path) -> None:
    """Each column has its field in ARM and its first values; those without a field are marked."""
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Currency;Language;My note\n007;Ola AS;NOK;no;x\n008;Kari AS;NOK;no;\n")
    page = browser.get(browser.check(path).url.path.replace("/check", "/columns"))
    assert read_row(page, "Customer no") == "A Customer no 007 008 ✓ Customer no"
    assert read_row(page, "My note") == "E My note x not read"


def test_the_client_is_chosen_where_files_are_dropped(browser: Browser, tmp_path: Path) -> None:
    """The choice names client and environment and is kept; a draft has the client that its page showed."""
    page = browser.get("/")
    assert "Nordlys &amp; Co (4711), staging (second)" in page.text
    chosen = browser.post("/profile", {"profile": "second", "path": "/"})
    assert '<option value="second" selected>' in chosen.text
    assert '<span class="environment staging">' in chosen.text
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Currency;Language\n2;Ola AS;NOK;no\n")
    draft = browser.wait(browser.post("/imports", {"profile": "first"}, files=[path]))
    assert '<span class="environment sandbox">' in draft.text
    refused = browser.post("/profile", {"profile": "third", "path": "/"})
    assert (refused.status_code, "no profile" in refused.text) == (400, True)
    outside = browser.http.post(
        "/profile",
        data={"csrf": browser.token, "profile": "first", "path": "//other.example/x"},
        follow_redirects=False,
    )
    assert outside.headers["location"] == "/x"


def test_drafts_are_listed_until_they_are_deleted(browser: Browser, tmp_path: Path) -> None:
    """A file that was not sent is on the first page, with a button that deletes it."""
    path = tmp_path / "to-delete.csv"
    path.write_text("Customer no;Name;Currency;Language\n2;Ola AS;NOK;no\n")
    draft = browser.check(path).url.path.split("/")[2]
    assert "to-delete.csv" in browser.get("/").text
    assert "to-delete.csv" not in browser.post(f"/imports/{draft}/delete").text


@pytest.mark.parametrize(("name", "sheets"), [("customers", 1), ("documents", 2), ("all", 3)])
def test_templates_are_downloaded(browser: Browser, name: str, sheets: int) -> None:
    """A workbook to fill in, in the language of the page, as an attachment."""
    answer = browser.get(f"/templates/{name}?examples=1")
    assert answer.headers["content-disposition"].startswith("attachment")
    workbook = load_workbook(io.BytesIO(answer.content))
    titles = [sheet for sheet in workbook.sheetnames if sheet in {"Customers", "Documents", "Lines"}]
    assert len(titles) == sheets
    assert browser.get("/templates/other").status_code == 404


def test_a_newcomer_without_a_profile_is_shown_where_to_begin(tmp_path: Path) -> None:
    """Files can be checked, templates loaded, and the page says how to set up a profile and how to try the demo."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Navn;Valuta;Språk\n2;Ola AS;NOK;no\n", encoding="utf-8")
    with open_pages({"ARMBULK_HOME": str(tmp_path / "data")}) as pages, open_browser(pages, "nb") as browser:
        page = browser.get("/")
        assert "Begynn her" in page.text
        assert 'href="/profiles/new"' in page.text
        assert "armbulk web --demo" in page.text
        assert browser.check(path).url.path.endswith("/check")


def test_the_demo_has_files_to_try(tmp_path: Path) -> None:
    """Each sample is described, and starts an import with a copy; its list of another ledger asks about columns."""
    with open_pages({"ARMBULK_HOME": str(tmp_path)}, demo=True) as pages, open_browser(pages) as browser:
        page = browser.get("/")
        assert page.text.count('action="/samples"') == 3
        form = browser.wait(browser.post("/samples", {"file": "invoice-list.csv"}))
        assert "Match the columns of invoice-list" in form.text
        values = read_form(form) | {"column:H": "document_date", "constant:currency": "NOK", "action": "save"}
        assert "No errors" in browser.wait(browser.post(form.url.path, values)).text
        assert browser.post("/samples", {"file": "../data"}).status_code == 400
