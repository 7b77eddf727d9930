"""The sheets of the month-end workbook about the general ledger: turnover and tie-out."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.i18n import _, ngettext
from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.model.fields import FieldType
from armbulk.month_end.tie_out import TieOut
from armbulk.month_end.turnover import ACCOUNT, TYPE, Turnover, opening_balances
from armbulk.writers.report_chart import Chart
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Link, ReportRow, ReportValue

_TEXTS = {
    "summary": _("Summary"),
    "items": _("GL items"),
    "by_account": _("By account"),
    "by_type": _("By voucher type"),
    "tie_out": _("Tie-out"),
    "count": _("Items"),
    "account": _("Account"),
    "name": _("Name"),
    "type": _("Type"),
    "description": _("Description"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "net": _("Net"),
    "opening": _("Opening balance"),
    "closing": _("Closing balance"),
    "rows": _("Rows"),
    "row_range": _("rows {first} to {last}"),
    "signs": _("Balances and net: debit is positive, credit is negative."),
    "total": _("Total"),
    "net_chart": _("Net per account"),
    "debit_types": _("Debit per voucher type"),
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


def gl_text(name: str, lang: str, **values: object) -> str:
    """Return a text of these sheets, with values for its placeholders."""
    return _TEXTS[name].fill(**values).text(lang)


def build_account_sheet(
    turnover: Turnover, movements: pl.DataFrame | None, *, is_sorted: bool, lang: str
) -> ReportSheet:
    """Return opening balance, turnover and closing balance of each account, where ARM gives the opening balances.

    Args:
        turnover: the postings added up.
        movements: ARM's movements, where it has some.
        is_sorted: whether the table of postings is by account, so that each account has a range of rows in it.
        lang: language of texts.
    """
    frame, openings = turnover.by_account(), opening_balances(movements)
    has_balances = bool(openings)
    first_row = 2
    rows: list[ReportRow] = []
    for row in frame.to_dicts():
        opening = openings.get(row[ACCOUNT])
        balances = (opening,) if has_balances else ()
        closing = () if not has_balances else (None if opening is None else opening + row["net"],)
        link = _link_to_items(first_row, row["count"], lang) if is_sorted else None
        rows.append(
            (row[ACCOUNT] or "", row["account_name"] or "", *balances, *(row[side] for side in _SIDES), *closing,
             row["count"], link)
        )  # fmt: skip
        first_row += row["count"]
    sides = [gl_text(side, lang) for side in _SIDES]
    amounts = [gl_text("opening", lang), *sides, gl_text("closing", lang)] if has_balances else sides
    totals = [_add_up(row[column] for row in rows) for column in range(2, 2 + len(amounts))]
    return ReportSheet(
        name=gl_text("by_account", lang),
        title=gl_text("by_account", lang),
        headings=(
            (gl_text("account", lang), FieldType.TEXT),
            (gl_text("name", lang), FieldType.TEXT),
            *((heading, FieldType.AMOUNT) for heading in amounts),
            (gl_text("count", lang), FieldType.INTEGER),
            (gl_text("rows", lang), FieldType.TEXT),
        ),
        rows=rows,
        total=(gl_text("total", lang), "", *totals, int(frame["count"].sum()), None),
        notes=(gl_text("signs", lang),),
        chart=Chart(
            gl_text("net_chart", lang), labels=(0, 1), values=4 + has_balances, more=gl_text("largest", lang)
        ),
    )  # fmt: skip


def _link_to_items(first: int, count: int, lang: str) -> Link | None:
    """A link to rows of the table of postings, unless they are on a further sheet."""
    last = first + count - 1
    if last > EXCEL_MAX_ROWS:
        return None
    sheet = gl_text("items", lang)
    return Link(gl_text("row_range", lang, first=first, last=last), sheet, f"A{first}:J{last}")


def _add_up(values: Iterable[ReportValue]) -> Decimal:
    return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))


def build_voucher_type_sheet(turnover: Turnover, lang: str) -> ReportSheet:
    """Return the turnover of each voucher type."""
    frame = turnover.by_type()
    columns = (*_SIDES, "count")
    totals = frame.select(pl.col(column).sum() for column in columns).row(0)
    rows = ((row[TYPE] or "", row["type_name"] or "", *(row[column] for column in columns)) for row in frame.to_dicts())
    return ReportSheet(
        name=gl_text("by_type", lang),
        title=gl_text("by_type", lang),
        headings=(
            (gl_text("type", lang), FieldType.TEXT),
            (gl_text("description", lang), FieldType.TEXT),
            *((gl_text(side, lang), FieldType.AMOUNT) for side in _SIDES),
            (gl_text("count", lang), FieldType.INTEGER),
        ),
        rows=tuple(rows),
        total=(gl_text("total", lang), "", *totals),
        chart=Chart(gl_text("debit_types", lang), labels=(0, 1), values=2, more=gl_text("largest", lang)),
        is_landscape=False,
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
        notes=describe_tie_out(tie_out, gaps, lang),
        bad_rows=frozenset(index for index, row in enumerate(rows) if row["difference"]),
        is_good=tie_out.agrees if rows else None,
        is_landscape=False,
    )


def describe_tie_out(tie_out: TieOut, gaps: Sequence[dict[str, Any]], lang: str) -> tuple[str, ...]:
    """Return the result of the tie-out in words, and what to do about a difference."""
    comparison = tie_out.comparison
    if comparison is None:
        return (gl_text("unavailable", lang, reason=tie_out.reason),)
    accounts = comparison.rows.height
    if tie_out.agrees:
        return (gl_text("tied", lang, count=accounts) if accounts else gl_text("nothing", lang),)
    different, amount = comparison.differences.height, comparison.difference
    result = gl_text("untied", lang, different=different, count=accounts, amount=amount)
    return result, gl_text("gap_first" if gaps else "posted_since", lang)
