"""The sheets of the month-end workbook about the general ledger: summary, turnover, tie-out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.i18n import _, format_exact_time, format_number, ngettext
from armbulk.model.fields import FieldType
from armbulk.month_end.tie_out import TieOut
from armbulk.month_end.turnover import ACCOUNT, TYPE, Turnover
from armbulk.stored_messages import translate_message, translate_window
from armbulk.writers.report_chart import Chart
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Row, Section

_TEXTS = {
    "about": _("About this export"),
    "summary": _("Summary"),
    "items": _("Items"),
    "by_account": _("By account"),
    "by_type": _("By voucher type"),
    "tie_out": _("Tie-out"),
    "export": _("GL items {window}"),
    "close": _("Month-end {window}"),
    "window": _("Period"),
    "client": _("Client no"),
    "profile": _("Profile"),
    "by": _("Exported by"),
    "when": _("First exported"),
    "newest": _("Newest item created"),
    "count": _("Items"),
    "unread": _("Items without a readable amount, not in the totals"),
    "sums": _("Totals"),
    "ledger": _("In the ledger currency"),
    "no_currency": _("(no currency)"),
    "is_complete": _("Completeness"),
    "complete": _("Complete. The record count matches ARM's own total; no duplicates, none outside the period."),
    "incomplete": _("INCOMPLETE. Some records may be missing; see below."),
    "gap": _("{window}: {expected} expected, {received:number} read. {reason}"),
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
    "largest": _("the {shown} largest of {total}"),
    "sum_items": _("Items"),
    "sum_moved": _("GL movements"),
    "difference": _("Difference"),
    "tied": ngettext("Reconciled: items agree with ARM's GL movements on the {count} account.",
"Reconciled: items agree with ARM's GL movements on all {count} accounts."),
    "untied": ngettext("NOT RECONCILED: items differ from ARM's GL movements on {different} of {count} account, "
"{amount:amount} in total.", "NOT RECONCILED: items differ from ARM's GL movements on {different} of {count} accounts, "
"{amount:amount} in total."),
    "posted_since": _("The movements were read after the items, so anything posted in between shows as a "
"difference. Run the same export again. If the difference remains, ask Amili."),
    "gap_first": _("The items are incomplete, which may explain the whole difference."),
    "nothing": _("Nothing to reconcile: neither postings nor GL movements in the period."),
    "unavailable": _("Not available: {reason}."),
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


def gl_text(name: str, lang: str, **values: object) -> str:
    """Return a text of these sheets, with values for its placeholders."""
    return _TEXTS[name].fill(**values).text(lang)


def build_title(origin: Origin, lang: str) -> str:
    """Return the title of the workbook."""
    return gl_text("close" if origin.is_close else "export", lang, window=translate_window(origin.window, lang))


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
    rows: list[Row] = [
        (gl_text("window", lang), translate_window(origin.window, lang)),
        (gl_text("client", lang), origin.client_no),
        (gl_text("profile", lang), origin.profile),
        (gl_text("by", lang), origin.user),
        (gl_text("when", lang), first_exported),
        (gl_text("newest", lang), _describe_time(turnover.newest, lang)),
        (gl_text("count", lang), postings.rows),
    ]
    if turnover.unreadable:
        rows.append((gl_text("unread", lang), turnover.unreadable))
    is_good = None if tie_out.comparison is None else tie_out.agrees
    return (
        Section(gl_text("about", lang), tuple(rows)),
        _completeness_section(gaps, lang),
        Section(gl_text("tie_out", lang), _tie_out_rows(tie_out, gaps, lang), is_good=is_good),
        *ar_sections,
        _sums_section(turnover, postings.rows, lang),
    )


def _describe_time(text: str, lang: str) -> str:
    """ARM's time, in its own zone; as ARM wrote it where that is no time."""
    try:
        return format_exact_time(datetime.fromisoformat(text), lang)
    except ValueError:
        return text


def _completeness_section(gaps: Sequence[dict[str, Any]], lang: str) -> Section:
    rows: list[Row] = [("", gl_text("incomplete" if gaps else "complete", lang))]
    for gap in gaps:
        expected = "?" if gap["expected"] is None else format_number(gap["expected"], lang)
        window, reason = translate_window(gap["window"], lang), translate_message(gap["why"], lang)
        rows.append(("", gl_text("gap", lang, window=window, expected=expected, received=gap["got"], reason=reason)))
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
        return (("", gl_text("unavailable", lang, reason=tie_out.reason)),)
    accounts = comparison.rows.height
    if tie_out.agrees:
        result = gl_text("tied", lang, count=accounts) if accounts else gl_text("nothing", lang)
        return ("", result), (gl_text("accounts", lang), accounts)
    different, amount = comparison.differences.height, comparison.difference
    result = gl_text("untied", lang, different=different, count=accounts, amount=amount)
    return ("", result), ("", gl_text("gap_first" if gaps else "posted_since", lang))
