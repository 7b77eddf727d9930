"""The sheets of the month-end workbook about the general ledger: summary, turnover, tie-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.i18n import _
from armbulk.model.fields import FieldType
from armbulk.month_end.tie_out import TieOut
from armbulk.month_end.turnover import ACCOUNT, TYPE, Turnover
from armbulk.writers.report_chart import Chart
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Row, Section

_TEXTS = {
    "summary": _("Summary"),
    "items": _("Items"),
    "by_account": _("By account"),
    "by_type": _("By voucher type"),
    "tie_out": _("Tie-out"),
    "export": _("GL items {}"),
    "close": _("Month-end {}"),
    "all": _("all"),
    "window": _("Period"),
    "client": _("Client number"),
    "profile": _("Profile"),
    "by": _("By"),
    "when": _("First exported"),
    "newest": _("Newest item created"),
    "count": _("Items"),
    "unread": _("Items without a readable amount, left out of the sums"),
    "sums": _("Sums"),
    "ledger": _("In the ledger's currency"),
    "no_currency": _("(no currency)"),
    "is_complete": _("Completeness"),
    "complete": _("Complete: as many as ARM says there are, each once, all inside what was asked for"),
    "incomplete": _("INCOMPLETE: it cannot be shown that this is all"),
    "gap": _("{}: {} expected, {} read. {}"),
    "accounts": _("Accounts compared"),
    "account": _("Account"),
    "name": _("Name"),
    "type": _("Type"),
    "description": _("Description"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "net": _("Net"),
    "total": _("Total"),
    "net_chart": _("Net per account"),
    "net_types": _("Net per voucher type"),
    "largest": _("the {} largest of {}"),
    "sum_items": _("Items"),
    "sum_moved": _("GL movements"),
    "difference": _("Difference"),
    "tied": _("Agrees: the items of every account add up to ARM's movement of it"),
    "untied": _("DIFFERENCE on {} of {} accounts, {} in all"),
    "posted_since": _("The movements were read after the items: what was posted in between shows as a "
"difference. Run the same export again; if it stays, ask Amili."),
    "gap_first": _("The items are not complete: that may be all of the difference."),
    "unavailable": _("Not available: {}"),
}  # fmt: skip


_SIDES = ("debit", "credit", "net")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose workbook it is, and of what.

    Attributes:
        window: the period, as `Partition.describe` names it.
        client_no: the client.
        profile: name of the profile.
        user: who made it.
        is_close: whether it is a close pack.
    """

    window: str
    client_no: str
    profile: str
    user: str
    is_close: bool


def gl_text(name: str, lang: str) -> str:
    """Return a text of these sheets."""
    return _TEXTS[name].text(lang)


def build_title(origin: Origin, lang: str) -> str:
    """Return the title of the workbook."""
    window = gl_text("all", lang) if origin.window == "all" else origin.window
    return gl_text("close" if origin.is_close else "export", lang).format(window)


def build_summary_sections(
    origin: Origin,
    first_exported: str,
    postings: FetchedList,
    turnover: Turnover,
    gaps: Sequence[dict[str, Any]],
    tie_out: TieOut,
    ar_sections: Sequence[Section],
    lang: str,
) -> tuple[Section, ...]:
    """Return the sections of the summary.

    Args:
        origin: whose workbook it is.
        first_exported: when this content was first exported.
        postings: the postings of the period.
        turnover: the postings added up.
        gaps: what may be missing (as `find_gaps`).
        tie_out: the tie-out of the postings.
        ar_sections: sections about the receivables.
        lang: language of texts.
    """
    window = gl_text("all", lang) if origin.window == "all" else origin.window
    rows: list[Row] = [
        (gl_text("window", lang), window),
        (gl_text("client", lang), origin.client_no),
        (gl_text("profile", lang), origin.profile),
        (gl_text("by", lang), origin.user),
        (gl_text("when", lang), first_exported),
        (gl_text("newest", lang), turnover.newest),
        (gl_text("count", lang), postings.rows),
    ]
    if turnover.unreadable:
        rows.append((gl_text("unread", lang), turnover.unreadable))
    is_good = None if tie_out.comparison is None else tie_out.agrees
    return (
        Section("armbulk", tuple(rows)),
        _completeness_section(gaps, lang),
        Section(gl_text("tie_out", lang), _tie_out_rows(tie_out, gaps, lang), is_good=is_good),
        *ar_sections,
        _sums_section(turnover, postings.rows, lang),
    )


def _completeness_section(gaps: Sequence[dict[str, Any]], lang: str) -> Section:
    rows: list[Row] = [("", gl_text("incomplete" if gaps else "complete", lang))]
    for gap in gaps:
        expected = "?" if gap["expected"] is None else gap["expected"]
        rows.append(("", gl_text("gap", lang).format(gap["window"], expected, gap["got"], gap["why"])))
    return Section(gl_text("is_complete", lang), tuple(rows), is_good=not gaps)


def _sums_section(turnover: Turnover, count: int, lang: str) -> Section:
    headings = ("", *(gl_text(name, lang) for name in ("count", *_SIDES)))
    sums = turnover.by_currency()
    rows: list[Row] = [
        (
            currency["currency"] or gl_text("no_currency", lang),
            currency["count"],
            *(currency[f"currency_{side}"] for side in _SIDES),
        )
        for currency in sums.to_dicts()
    ]
    totals = sums.select(pl.col(side).sum() for side in _SIDES).row(0)
    rows.append((gl_text("ledger", lang), count, *(total or Decimal(0) for total in totals)))
    return Section(gl_text("sums", lang), tuple(rows), headings)


def build_account_sheet(turnover: Turnover, lang: str) -> ReportSheet:
    """Return the turnover of each account."""
    texts = ("by_account", "account", "name", "net_chart")
    return _turnover_sheet(turnover.by_account(), (ACCOUNT, "account_name"), texts, lang)


def build_voucher_type_sheet(turnover: Turnover, lang: str) -> ReportSheet:
    """Return the turnover of each voucher type."""
    texts = ("by_type", "type", "description", "net_types")
    return _turnover_sheet(turnover.by_type(), (TYPE, "type_name"), texts, lang)


def _turnover_sheet(
    frame: pl.DataFrame, axes: tuple[str, str], texts: tuple[str, str, str, str], lang: str
) -> ReportSheet:
    name, first, second, chart = (gl_text(text, lang) for text in texts)
    columns = (*_SIDES, "count")
    totals = frame.select(pl.col(column).sum() for column in columns).row(0)
    rows = ((row[axes[0]] or "", row[axes[1]] or "", *(row[column] for column in columns)) for row in frame.to_dicts())
    return ReportSheet(
        name=name,
        title=name,
        headings=(
            (first, FieldType.TEXT),
            (second, FieldType.TEXT),
            *((gl_text(side, lang), FieldType.AMOUNT) for side in _SIDES),
            (gl_text("count", lang), FieldType.INTEGER),
        ),
        rows=tuple(rows),
        total=(gl_text("total", lang), "", *totals),
        chart=Chart(chart, labels=(0, 1), values=4, more=gl_text("largest", lang)),
    )


def build_tie_out_sheet(tie_out: TieOut, gaps: Sequence[dict[str, Any]], lang: str) -> ReportSheet:
    """Return postings and movements of each account side by side."""
    comparison = tie_out.comparison
    rows = comparison.rows.to_dicts() if comparison else []
    columns = ("items", "movements", "difference")
    totals = comparison.rows.select(pl.col(column).sum() for column in columns).row(0) if comparison else ()
    return ReportSheet(
        name=gl_text("tie_out", lang),
        title=gl_text("tie_out", lang),
        headings=(
            (gl_text("account", lang), FieldType.TEXT),
            (gl_text("name", lang), FieldType.TEXT),
            (gl_text("sum_items", lang), FieldType.AMOUNT),
            (gl_text("sum_moved", lang), FieldType.AMOUNT),
            (gl_text("difference", lang), FieldType.AMOUNT),
        ),
        rows=tuple(
            (row[ACCOUNT] or "", row["account_name"] or "", *(row[column] for column in columns)) for row in rows
        ),
        total=(gl_text("total", lang), "", *totals) if comparison else None,
        notes=tuple(str(row[1]) for row in _tie_out_rows(tie_out, gaps, lang) if isinstance(row[1], str)),
        bad_rows=frozenset(index for index, row in enumerate(rows) if row["difference"]),
        is_good=None if comparison is None else tie_out.agrees,
    )


def _tie_out_rows(tie_out: TieOut, gaps: Sequence[dict[str, Any]], lang: str) -> tuple[Row, ...]:
    """The result of the tie-out in words."""
    comparison = tie_out.comparison
    if comparison is None:
        reason = tie_out.reason.text(lang) if tie_out.reason else ""
        return (("", gl_text("unavailable", lang).format(reason)),)
    accounts = comparison.rows.height
    if tie_out.agrees:
        return ("", gl_text("tied", lang)), (gl_text("accounts", lang), accounts)
    difference = f"{comparison.difference:,.2f}"
    result = gl_text("untied", lang).format(comparison.differences.height, accounts, difference)
    return ("", result), ("", gl_text("gap_first" if gaps else "posted_since", lang))
