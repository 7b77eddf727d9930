"""The round trip of customers in the browser: export, edit, drop, see what differs in three ways, choose."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import openpyxl
import pytest
from support.web import name_settings, open_browser, open_pages

from armbulk.app.connect import connect
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path


def make_customer(number: str, name: str, phone: str) -> dict[str, object]:
    """A customer as ARM has it."""
    return {"customerNo": number, "name": name, "phoneNo": phone}


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_an_edited_export_is_compared_in_three_ways(tmp_path: Path, lang: str) -> None:
    """The values of the export, of ARM and of the file are side by side; the person chooses which of them count."""
    customers = [make_customer("0101", "Nordlys AS", "22000001"), make_customer("0102", "Fjell AS", "22000002")]
    with Sandbox(customers=customers) as arm:
        settings = name_settings(arm, tmp_path)
        path = tmp_path / "customers.xlsx"
        with connect(settings=settings) as session:
            session.export_file("customers", target=path)
        book = openpyxl.load_workbook(path)
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if cell.value in {"22000001", "22000002"}:
                    cell.value = f"4{str(cell.value)[1:]}"
        book.save(path)
        arm.put_customer(make_customer("0102", "Fjell AS", "99000000"), create=False)
        with open_pages(settings) as server, open_browser(server, lang) as browser:
            checked = browser.check(path)
            address = f"{checked.url.path.removesuffix('/check')}/differences"
            assert f'action="{address}"' in browser.get(address).text
            page = unescape(browser.wait(browser.post(address)).text)
            for text in ("0101", "22000001", "42000001", "0102", "99000000", "42000002"):
                assert text in page
            assert ("ARM has now" if lang == "en" else "ARM har nå") in page
            book = browser.get(f"{address}.xlsx")
            assert book.headers["content-disposition"].startswith("attachment")
            won = unescape(browser.wait(browser.post(address, {"overwrite": "1"})).text)
            assert 'value="1" checked' in won
