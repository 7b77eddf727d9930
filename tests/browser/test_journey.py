"""The whole way in a real browser: drop, correct, plan, send, result; lost answers, reloads, exports, the keyboard."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from support.paths import ROOT

from armbulk.app.demo.sample import DemoSample
from armbulk.app.demo.steps import name_files
from armbulk.sandbox import CLIENT_NO
from armbulk.sandbox.lists import build_lists

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from conftest import Visitor

    from armbulk.sandbox import Sandbox
    from armbulk.web.server import PageServer

    Visit = Callable[..., AbstractContextManager[Visitor]]
    ServePages = Callable[..., AbstractContextManager[tuple[PageServer, Sandbox]]]

SAMPLE = ROOT / "samples" / "kunder-og-fakturaer.xlsx"
RECORDS = {"customers": 40, "documents": 120}
WRONG_CELL = "input[data-cell][aria-invalid=true]"
RUN = re.compile(r"/runs/\d+$")


def drop(visitor: Visitor, file: Path) -> None:
    """Choose a file on the first page, and wait for its check."""
    visitor.open()
    visitor.page.set_input_files("form[data-drop] input[type=file]", file)
    visitor.page.wait_for_url(re.compile(r"/check"))
    visitor.page.wait_for_selector("main .notice")


def plan(visitor: Visitor) -> None:
    """Continue from the check to the plan."""
    visitor.page.click(".next-form button")
    visitor.page.wait_for_url(re.compile(r"/plan"))
    visitor.page.wait_for_selector(".send-button")


def count_in_arm(arm: Sandbox) -> dict[str, int]:
    """How many customers and documents ARM has; a document that it has twice counts twice."""
    return {"customers": len(arm.state.customers), "documents": sum(map(len, arm.state.documents.values()))}


def count_outcomes(visitor: Visitor) -> dict[str, int]:
    """How many records have which outcome, as the chart of a run shows them; with ARM's warnings they are created."""
    visitor.page.wait_for_selector("[data-outcome]")
    bars = visitor.page.eval_on_selector_all(
        "[data-outcome]", "bars => bars.map(bar => [bar.dataset.outcome, Number(bar.dataset.count)])"
    )
    counts: dict[str, int] = {}
    for outcome, count in bars:
        if count:
            name = "created" if outcome == "created_with_warnings" else outcome
            counts[name] = counts.get(name, 0) + count
    return counts


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_from_a_wrong_cell_to_the_result(visit: Visit, serve_pages: ServePages, tmp_path: Path, lang: str) -> None:
    """One error is corrected in the table; then everything is sent but for the invoice that ARM rejects."""
    sample = DemoSample(lang)
    file = sample.write(tmp_path / name_files(lang).workbook, corrected=False)
    with serve_pages() as (server, arm), visit(server, lang) as visitor:
        drop(visitor, file)
        cell = visitor.page.locator(WRONG_CELL)
        assert cell.count() == 1
        cell.fill(sample.error.right.isoformat())
        cell.press("Enter")
        visitor.page.wait_for_selector("#changes")
        assert visitor.page.locator(WRONG_CELL).count() == 0
        plan(visitor)
        total = "825 259.59" if lang == "en" else "825 259,59"
        button = visitor.page.inner_text(".send-button").replace("\xa0", " ").replace("\u202f", " ")
        assert total in button
        assert str(CLIENT_NO) in button
        visitor.page.click(".send-button")
        visitor.page.wait_for_url(RUN)
        assert count_outcomes(visitor) == {"created": 159, "rejected": 1}
        with visitor.page.expect_download() as saved:
            visitor.page.click("a[href$='/files/result']")
        target = tmp_path / "result.xlsx"
        saved.value.save_as(target)
    assert count_in_arm(arm) == {"customers": 40, "documents": 119}
    texts = [str(cell.value) for sheet in openpyxl.load_workbook(target) for row in sheet.iter_rows() for cell in row]
    assert sum("Customer not found" in text for text in texts) >= 1
    assert openpyxl.load_workbook(file).sheetnames  # the person's own file is still there, and readable


def test_a_reload_while_sending_changes_nothing(visit: Visit, serve_pages: ServePages) -> None:
    """The page is reloaded, closed and opened in a second tab while batches are sent: each record is created once."""
    with serve_pages(delay=1.0) as (server, arm), visit(server) as visitor:
        drop(visitor, SAMPLE)
        plan(visitor)
        visitor.page.click(".send-button")
        visitor.page.wait_for_url(re.compile(r"/send$"))
        address = visitor.page.url
        visitor.page.reload()
        second = visitor.page.context.new_page()
        second.goto(address)
        visitor.page.goto(server.address)
        second.wait_for_url(RUN)
        visitor.page.goto(second.url)
        assert count_outcomes(visitor) == {"created": sum(RECORDS.values())}
        visitor.page.goto(address.replace("/send", "/plan"))  # the draft was sent: there is nothing to send again
        assert visitor.page.locator(".send-button").count() == 0
    assert count_in_arm(arm) == RECORDS


def test_a_lost_answer_is_settled_by_a_person(visit: Visit, serve_pages: ServePages) -> None:
    """ARM never got a batch of documents: it is unconfirmed, sent again by its total, and each document exists once."""
    faults = ["lose-before:POST:documents/batches:1"]
    with (
        serve_pages(size="L", dialect={"duplicate": "accept"}, faults=faults) as (server, arm),
        visit(server) as visitor,
    ):
        drop(visitor, SAMPLE)
        plan(visitor)
        visitor.page.click(".send-button")
        visitor.page.wait_for_url(RUN)
        lost = count_outcomes(visitor)["in_doubt"]
        assert lost > 0
        visitor.page.click("a[href$='/resolve']")
        visitor.page.check("[data-choose-all]")
        visitor.page.check("input[name=decision][value=resend]")
        visitor.page.click("form[data-choose] button.primary")
        visitor.page.fill("#typed", visitor.page.inner_text("#typed-hint"))
        visitor.page.click("form[action$='/decide'] button.danger")
        visitor.page.click("form[action$='/resume'] button.primary")
        visitor.page.wait_for_url(RUN)
        assert count_outcomes(visitor) == {"created": sum(RECORDS.values())}
    assert count_in_arm(arm) == RECORDS


def test_an_export_is_downloaded_with_its_sums(visit: Visit, serve_pages: ServePages, tmp_path: Path) -> None:
    """The file has as many rows as the page says, and the same sum as ARM's own list."""
    lists = build_lists(CLIENT_NO, 40)
    with serve_pages(lists=lists) as (server, _arm), visit(server) as visitor:
        visitor.open("/export/gl-items")
        visitor.page.check("input[name=format][value=parquet]")
        visitor.page.click("main form button.primary")
        visitor.page.click("form[action$='/run'] button.primary")
        visitor.page.wait_for_selector("a[download]")
        with visitor.page.expect_download() as saved:
            visitor.page.click("a[download]")
        target = tmp_path / "gl-items.parquet"
        saved.value.save_as(target)
        page = visitor.page.inner_text("main")
    rows = pl.read_parquet(target)
    assert rows.height == len(lists.gl_items)
    assert f"{rows.height:,}".replace(",", " ") in page.replace("\xa0", " ").replace("\u202f", " ")


def test_the_keyboard_is_enough(visit: Visit, serve_pages: ServePages, tmp_path: Path) -> None:
    """With Tab and Enter alone: the wrong cell, the plan, and the button that sends."""
    sample = DemoSample("en")
    file = sample.write(tmp_path / "invoices.xlsx", corrected=False)

    def press_until(visitor: Visitor, selector: str) -> None:
        for _ in range(300):
            visitor.page.keyboard.press("Tab")
            if visitor.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    with serve_pages() as (server, arm), visit(server) as visitor:
        drop(visitor, file)
        press_until(visitor, WRONG_CELL)
        visitor.page.keyboard.press("Control+A")
        visitor.page.keyboard.type(date.isoformat(sample.error.right))
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_selector("#changes")
        press_until(visitor, ".next-form button")
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url(re.compile(r"/plan"))
        visitor.page.wait_for_selector(".send-button")
        press_until(visitor, ".send-button")
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_url(RUN)
    assert count_in_arm(arm)["documents"] == 119
