"""The first sheet of the month-end workbook: the page that people sign."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.export.partition import month_bounds
from armbulk.i18n import Text, _, ngettext
from armbulk.model.client_name import name_client
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.partition import Partition, PartitionStatus
from armbulk.model.time_words import day_in_words, month_in_words, time_in_words
from armbulk.month_end.ageing import age_by_customer
from armbulk.month_end.ar_sheets import describe_ar_tie_out, describe_unbalanced
from armbulk.month_end.closing import Closing
from armbulk.month_end.gl_sheets import describe_tie_out, gl_text
from armbulk.month_end.receivables import Receivables
from armbulk.month_end.turnover import ACCOUNT, opening_balances
from armbulk.stored_messages import translate_window
from armbulk.writers.cover_page import Check, CoverPage, KeyFigure
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Link

_MAX_ACCOUNTS = 12
"""Accounts that are listed one by one; the others are added up."""

_TEXTS = {
    "summary": _("Summary"),
    "close": _("Month-end, {period}"),
    "export": _("GL items, {period}"),
    "client": _("Client"),
    "client_no": _("Client no {number}"),
    "period": _("Period"),
    "environment": _("Environment"),
    "made": _("First made"),
    "made_by": _("{time}, by {user}"),
    "days": _("{period} ({first} to {last})"),
    "subject": _("Client {number} · {title}"),
    "incomplete": _("Incomplete"),
    "reconciled": _("Reconciled"),
    "differs": _("Not reconciled"),
    "partly": _("Not compared in full"),
    "nothing": _("Nothing to reconcile"),
    "gaps": _('Some records may be missing. They are listed on the sheet "{sheet}".'),
    "all_read": _("Complete. The record count matches ARM's own total; no duplicates, none outside the period."),
    "opening": _("Accounts receivable {day}"),
    "before": _("Opening balance"),
    "debit": _("Debit in the period"),
    "credit": _("Credit in the period"),
    "closing": _("Accounts receivable {day}"),
    "open": _("Open AR items"),
    "open_count": ngettext("{count} item", "{count} items"),
    "unknown": _("Settled later, item unknown"),
    "overdue": _("Of which overdue"),
    "oldest": _("oldest due date {day}"),
    "postings": _("GL items"),
    "debits": _("Debit, all accounts"),
    "credits": _("Credit, all accounts"),
    "gl_read": _("GL items read"),
    "ar_read": _("AR items read"),
    "account": _("Account {account}"),
    "others": ngettext("{count} other account", "{count} other accounts"),
    "receivables": _("AR items and the general ledger"),
    "sheet_row": _("{sheet}, row {row}"),
    "sheet_rows": _("{sheet}, rows {first} to {last}"),
    "how": _('The sheet "{how}" explains how the figures were calculated, and which sheets are for print.'),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose workbook it is, and of what.

    Attributes:
        window: the period, as `Partition.describe` names it.
        client_no: the client.
        client_name: its name; "": unknown.
        profile: name of the profile.
        user: who made it.
        is_close: whether it is a close pack.
        root: the period.
        environment: which ARM it was read from.
    """

    window: str
    client_no: str
    client_name: str
    profile: str
    user: str
    is_close: bool
    root: Partition
    environment: Text


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets that the first one refers to.

    Attributes:
        by_account: the turnover of each account.
        tie_out: postings and movements.
        ar_tie_out: receivables and ledger; None unless it is a close pack.
        items: name of the table of postings.
        open_items: name of the table of open items.
        by_customer: name of the aged balance by customer.
        how: name of the sheet that says how it was made.
    """

    by_account: ReportSheet
    tie_out: ReportSheet
    ar_tie_out: ReportSheet | None
    items: str
    open_items: str
    by_customer: str
    how: str


def _text(name: str, lang: str, **values: object) -> str:
    return _TEXTS[name].fill(**values).text(lang)


def describe_period(origin: Origin, lang: str) -> str:
    """Return the period in words: `February 2025`, `2025`, or how the selection is named."""
    root = origin.root
    if root.year is None or root.has_dates or root.values:
        return translate_window(origin.window, lang)
    return str(root.year) if root.period is None else month_in_words(root.year, root.period).text(lang)


def build_title(origin: Origin, lang: str) -> str:
    """Return the title of the workbook."""
    return _text("close" if origin.is_close else "export", lang, period=describe_period(origin, lang))


def build_subject(origin: Origin, lang: str) -> str:
    """Return what every page of the workbook has at its top."""
    if origin.client_name:
        name = name_client(origin.client_no, origin.client_name)
        return f"{name} · {build_title(origin, lang)}"
    return _text("subject", lang, number=origin.client_no, title=build_title(origin, lang))


def build_cover(origin: Origin, first_made: float, closing: Closing, sheets: Sheets, lang: str) -> CoverPage:
    """Return the page that people sign.

    Args:
        origin: whose workbook it is.
        first_made: when this content was first exported (epoch seconds).
        closing: the figures.
        sheets: the sheets it refers to.
        lang: language of texts.
    """
    status, is_good = _judge(closing)
    receivables = closing.receivables
    figures = [*_ar_figures(closing, receivables, sheets, lang)] if receivables else []
    checks = [*_count_checks(closing, sheets, lang), *_account_checks(closing, sheets, lang)]
    if receivables:
        checks += _ar_check(receivables, sheets, lang)
    return CoverPage(
        name=_text("summary", lang),
        title=build_title(origin, lang),
        subject=build_subject(origin, lang),
        facts=_list_facts(origin, first_made, lang),
        status=_text(status, lang),
        is_good=is_good,
        reasons=_list_reasons(closing, sheets, lang),
        figures=[*figures, *_gl_figures(closing, sheets, lang)],
        checks=checks,
        notes=(_text("how", lang, how=sheets.how),),
    )


def _list_facts(origin: Origin, first_made: float, lang: str) -> list[tuple[str, str]]:
    number = _text("client_no", lang, number=origin.client_no)
    period, root = describe_period(origin, lang), origin.root
    if root.year is not None and not root.has_dates and not root.values and 1 <= (root.period or 1) <= 12:
        first, _end = month_bounds(root.year, root.period or 1)
        _begin, last = month_bounds(root.year, root.period or 12)
        period = _text("days", lang, period=period, first=day_in_words(first), last=day_in_words(last))
    return [
        (_text("client", lang), " · ".join(filter(None, (origin.client_name, number, origin.profile)))),
        (_text("period", lang), period),
        (_text("environment", lang), origin.environment.text(lang)),
        (_text("made", lang), _text("made_by", lang, time=time_in_words(first_made), user=origin.user)),
    ]


# ── the result ──────────────────────────────────────────────────────────────────────────────────────────────────


def _judge(closing: Closing) -> tuple[str, bool | None]:
    """The name of the status, and whether it is good; None when it is not decided."""
    if closing.gaps:
        return "incomplete", False
    if not closing.agrees:
        return "differs", False
    comparison, receivables = closing.tie_out.comparison, closing.receivables
    if comparison is None or (receivables is not None and receivables.reason is not None):
        return "partly", None
    if not comparison.rows.height and (receivables is None or not receivables.balances):
        return "nothing", None
    return "reconciled", True


def _list_reasons(closing: Closing, sheets: Sheets, lang: str) -> list[str]:
    complete = _text("gaps", lang, sheet=sheets.how) if closing.gaps else _text("all_read", lang)
    postings, *advice = describe_tie_out(closing.tie_out, closing.gaps, lang)
    reasons = [complete, _name_missing(closing.tie_out.reason, sheets.tie_out, postings), *advice]
    if closing.receivables and sheets.ar_tie_out:
        receivables = describe_ar_tie_out(closing.receivables, lang)
        reasons.append(_name_missing(closing.receivables.reason, sheets.ar_tie_out, receivables))
        reasons += describe_unbalanced(closing.receivables, lang)
    return reasons


def _name_missing(reason: Text | None, sheet: ReportSheet, result: str) -> str:
    """The result of a comparison; one that is not available is named."""
    return result if reason is None else f"{sheet.name}: {result}"


# ── key figures ─────────────────────────────────────────────────────────────────────────────────────────────────


def _ar_figures(closing: Closing, receivables: Receivables, sheets: Sheets, lang: str) -> Iterator[KeyFigure]:
    if receivables.reason is None:
        yield from _ledger_figures(closing, receivables, sheets, lang)
    items = receivables.open_items.items
    by_item = sum_amounts(items["open"])
    open_link = Link(sheets.open_items, sheets.open_items)
    yield KeyFigure(_text("open", lang), by_item, _text("open_count", lang, count=items.height), open_link)
    if (unknown := receivables.open_items.balance - by_item) != 0:
        yield KeyFigure(_text("unknown", lang), unknown, "", open_link)
    aged = age_by_customer(receivables.open_items.items_and_sums, receivables.end, receivables.intervals)
    overdue = items.filter(pl.col("due") < receivables.end)
    oldest = overdue.select(pl.col("due").min()).item()
    remark = _text("oldest", lang, day=day_in_words(oldest)) if oldest else ""
    by_customer = Link(sheets.by_customer, sheets.by_customer)
    yield KeyFigure(_text("overdue", lang), sum_amounts(aged["overdue"]), remark, by_customer)


def _ledger_figures(closing: Closing, receivables: Receivables, sheets: Sheets, lang: str) -> Iterator[KeyFigure]:
    """Opening balance, movement and closing balance of the receivable accounts."""
    accounts = [balance.account for balance in receivables.balances]
    names = ", ".join(f"{balance.account} {balance.name}".strip() for balance in receivables.balances)
    openings = opening_balances(closing.tie_out.movements)
    turnover = closing.turnover.by_account().filter(pl.col(ACCOUNT).is_in(accounts))
    debit, credit = (sum_amounts(turnover[side]) for side in ("debit", "credit"))
    first, last = month_bounds(receivables.end.year, receivables.end.month)
    by_account = Link(sheets.by_account.name, sheets.by_account.name)
    if all(account in openings for account in accounts):
        opening = sum((openings[account] for account in accounts), Decimal(0))
        yield KeyFigure(_text("opening", lang, day=day_in_words(first)), opening, _text("before", lang), by_account)
    yield KeyFigure(_text("debit", lang), debit, "", by_account)
    yield KeyFigure(_text("credit", lang), -credit, "", by_account)
    yield KeyFigure(_text("closing", lang, day=day_in_words(last)), receivables.ledger_balance, names)


def _gl_figures(closing: Closing, sheets: Sheets, lang: str) -> list[KeyFigure]:
    frame = closing.turnover.by_account()
    by_account, total = sheets.by_account, sheets.by_account.link_to_row(frame.height)
    link = Link(_row_text(by_account, frame.height, lang), by_account.name, total)
    return [
        KeyFigure(_text("postings", lang), closing.postings.rows, "", Link(sheets.items, sheets.items)),
        KeyFigure(_text("debits", lang), sum_amounts(frame["debit"]), "", link),
        KeyFigure(_text("credits", lang), -sum_amounts(frame["credit"]), "", link),
    ]


# ── what was compared ───────────────────────────────────────────────────────────────────────────────────────────


def _count_checks(closing: Closing, sheets: Sheets, lang: str) -> Iterator[Check]:
    items = Link(sheets.items, sheets.items)
    postings = closing.postings
    is_complete = not closing.postings_report["gaps"]
    yield Check(_text("gl_read", lang), postings.rows, _count_in_arm(postings), is_complete, items)
    if closing.receivables:
        ar_items = closing.receivables.ar_items
        yield Check(
            _text("ar_read", lang), ar_items.rows, _count_in_arm(ar_items), not closing.receivables.gaps,
            Link(sheets.open_items, sheets.open_items),
        )  # fmt: skip


def _count_in_arm(fetched: FetchedList) -> int | None:
    """ARM's own count of a list; None where it counted other records too, or did not say it."""
    parts = fetched.checkpoint.read_partitions()
    if fetched.request.ignored or fetched.checkpoint.ignored_filters:
        return None
    if any(part.status is PartitionStatus.TRUNCATED or part.total is None for part in parts):
        return None
    return sum(part.total or 0 for part in parts)


def _account_checks(closing: Closing, sheets: Sheets, lang: str) -> Iterator[Check]:
    """Each account; those with a difference first, where there are too many."""
    comparison, tie_out = closing.tie_out.comparison, sheets.tie_out
    if comparison is None:
        yield Check(gl_text("tie_out", lang), None, None, None, Link(tie_out.name, tie_out.name))
        return
    rows = list(enumerate(comparison.rows.to_dicts()))
    listed = rows
    if len(rows) > _MAX_ACCOUNTS:
        listed = sorted(rows, key=lambda row: row[1]["difference"] == 0)[: _MAX_ACCOUNTS - 1]
    for index, row in listed:
        account = _text("account", lang, account=f"{row[ACCOUNT] or ''} {row['account_name'] or ''}".strip())
        link = Link(_row_text(tie_out, index, lang), tie_out.name, tie_out.link_to_row(index))
        yield Check(account, row["items"], row["movements"], row["difference"] == 0, link)
    numbers = {index for index, _row in listed}
    if others := [row for index, row in rows if index not in numbers]:
        yield _add_up_others(others, tie_out, lang)


def _add_up_others(others: Sequence[dict[str, Any]], tie_out: ReportSheet, lang: str) -> Check:
    items, movements = (sum((row[name] for row in others), Decimal(0)) for name in ("items", "movements"))
    first, last = tie_out.header_row + 1, tie_out.header_row + len(tie_out.rows)
    rows = _text("sheet_rows", lang, sheet=tie_out.name, first=first, last=last)
    is_good = all(row["difference"] == 0 for row in others)
    return Check(_text("others", lang, count=len(others)), items, movements, is_good, Link(rows, tie_out.name))


def _ar_check(receivables: Receivables, sheets: Sheets, lang: str) -> Iterator[Check]:
    sheet = sheets.ar_tie_out
    if sheet is None:
        return
    link = Link(_row_text(sheet, len(sheet.rows), lang), sheet.name, sheet.link_to_row(len(sheet.rows)))
    ledger = None if receivables.reason else receivables.ledger_balance
    balance = receivables.open_items.balance_by_periods
    yield Check(_text("receivables", lang), balance, ledger, receivables.is_good, link)


def _row_text(sheet: ReportSheet, index: int, lang: str) -> str:
    return _text("sheet_row", lang, sheet=sheet.name, row=sheet.header_row + 1 + index)
