"""The HTML report of large and of unusual runs."""

from typing import Any

import polars as pl
import pytest
from support.html_page import HtmlPage
from support.journey import FakeClock

from armbulk.app.html_report import render_page
from armbulk.app.import_result import ImportResult
from armbulk.app.report_page import describe_page
from armbulk.app.report_problems import MAX_ROWS
from armbulk.model.batch_state import BatchState
from armbulk.quota.limits import Account
from armbulk.results.run_result import RunResult
from armbulk.settings.load import load_profile
from armbulk.store import ITEM_SCHEMA, Batch, Run

OUTCOMES = ("rejected", "in_doubt", "conflict", "held_back", "created_with_warnings")
MAX_BYTES = 5_000_000


class FewBatches:
    """A store that has only batches."""

    def batches(self, _run: int, *, still_open: bool = False) -> list[Batch]:
        """Return one batch in each state, often."""
        values: dict[str, Any] = {"resource": "documents", "method": "POST", "attempt": 1, "uuid": None, "rounds": 0}
        values |= {"intended": 1.0, "answered": None, "verdict": None, "run": 12, "clock_offset": None, "boot": None}
        states = list(BatchState) * (0 if still_open else 50)
        return [Batch(id=number, no=number, state=state, **values) for number, state in enumerate(states, 1)]


def make_page(records: int, state: str, lang: str, workbook: str | None, *, rare: str = "") -> HtmlPage:
    """Return the report of so many documents, all of which have problems with long texts; `rare` is the last one's."""
    items = pl.DataFrame({"no": range(records)}).with_columns(
        resource=pl.lit("documents"), sheet=pl.lit(0), row=pl.col("no") + 2, key=pl.format("F<{}>", "no"),
        doc_type=pl.lit("IN"), amount=pl.lit("10.10"), currency=pl.lit("NOK"), writes=pl.lit(1),
        outcome=pl.Series([OUTCOMES[number % len(OUTCOMES)] for number in range(records)], dtype=pl.String),
        message=pl.lit("</td><script>\u202e & " + "long " * 40), warnings=pl.lit("<b>" + "odd " * 40),
    )  # fmt: skip
    if rare:
        is_last = pl.col("no") == records - 1
        items = items.with_columns(
            pl.when(is_last).then(pl.lit("rejected")).otherwise("outcome").alias("outcome"),
            pl.when(is_last).then(pl.lit(rare)).otherwise("message").alias("message"),
        )
    missing = [pl.lit(None).alias(name) for name in ITEM_SCHEMA if name not in items.columns]
    items = items.with_columns(missing).select(list(ITEM_SCHEMA)).cast(dict(ITEM_SCHEMA))
    options = {"files": ["/books/<i>.xlsx"], "sheets": ["A & B"], "key_letters": ["B"], "reading": {}}
    run = Run(12, 0.0, 1.0, state, 1e9, Account("https://api.amili.no/x", "1"), "acme", {}, options, workbook)
    usage = {"requests": 4, "reads": 3, "writes": 2}
    profile = load_profile({}, options={"lang": lang})
    stored: Any = FewBatches()
    result = ImportResult(state, RunResult(run, items, {}, usage), stored, FakeClock(), profile)
    source = render_page(describe_page(result, None, [], "1.0"), lang)
    assert len(source.encode()) < MAX_BYTES
    return HtmlPage(source)


def test_ten_thousand_problems() -> None:
    """The page is small, lists the first of each kind, says where the others are, and counts them all."""
    page = make_page(10_000, "finished", "en", "/books/r.xlsx")
    for group in ("rejected", "in-doubt", "conflict", "held-back"):
        assert len(page.problems(group)) == MAX_ROWS
        assert page.problems(group)[0][1].startswith("A & B!B")
    assert page.text.count("1 800 more: see the sheet Problems of r.xlsx.") == 4
    assert page.text.count("9 800 more") == 1  # warnings
    assert "10 000" in page.text
    assert "production" in page.text
    assert "\u202e" not in page.text
    assert not [tag for tag, _ in page.elements if tag in {"script", "i"}]
    assert "150 more batches are not listed" in page.text


def test_a_rare_cause_is_listed() -> None:
    """It is in the last of thousands of rows; the causes are together."""
    page = make_page(2_000, "finished", "en", "/books/r.xlsx", rare="dueDate: Too early")
    messages = [row[2] for row in page.problems("rejected")]
    assert (len(messages), messages.index("dueDate: Too early")) == (MAX_ROWS, MAX_ROWS - 1)


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_every_state_has_a_report(lang: str) -> None:
    """Runs without a result workbook, too, and without records."""
    for state in ("paused", "in_doubt", "finished"):
        page = make_page(2 * len(OUTCOMES), state, lang, None)
        assert "armbulk resume 12" in page.text
        assert [row[0] for row in page.problems("rejected")] == ["F<0>", "F<5>"]
    assert make_page(0, state, lang, None).problems("rejected") == []
    assert "armbulk results 12 -o result.xlsx" in make_page(5 * MAX_ROWS + 5, state, lang, None).text
