"""The last sheet of the month-end workbook: what it was made of, how, and which sheets are for paper."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import polars as pl

from armbulk.i18n import _, format_number
from armbulk.model.client_name import name_client
from armbulk.model.time_words import time_in_words
from armbulk.month_end.ar_sheets import ar_text, describe_method
from armbulk.month_end.closing import Closing
from armbulk.month_end.cover import Origin
from armbulk.resources import EXPORTS
from armbulk.stored_messages import translate_message, translate_window
from armbulk.writers.section import Row, Section

_TEXTS = {
    "how": _("How this was made"),
    "origin": _("Where the figures come from"),
    "client": _("Client"),
    "profile": _("Profile"),
    "environment": _("Environment"),
    "window": _("Period"),
    "by": _("Made by"),
    "when": _("First made"),
    "same": _("The same data give the same file: if it is made again, it keeps this time."),
    "newest": _("Newest item created"),
    "unread": _("Items without a readable amount, not in the totals"),
    "is_complete": _("Completeness"),
    "complete": _("Complete. The record count matches ARM's own total; no duplicates, none outside the period."),
    "incomplete": _("INCOMPLETE. Some records may be missing; see below."),
    "gap": _("{window}: {expected} expected, {received:number} read. {reason}"),
    "sums": _("Totals of the GL items"),
    "items": _("Items"),
    "debit": _("Debit"),
    "credit": _("Credit"),
    "net": _("Net"),
    "ledger": _("In the ledger currency"),
    "no_currency": _("(no currency)"),
    "method": _("How the figures were calculated"),
    "balances": _("Balances in the list of GL items: the opening balance of the account in ARM's GL movements, and "
                  "each item added to it. Without opening balances, the list has running totals of the period."),
    "receivables": _("Accounts receivable"),
    "gl": _("General ledger"),
    "names": _("Customer names"),
    "from_list": _("From ARM's customer list, as it is today. A customer that is missing there, or has "
                   "two names there, has no name here."),
    "sheets": _("The sheets"),
    "paper": _("for print"),
    "screen": _("for the screen: {count:number} rows. A print has the first columns only"),
    "print": _("To print the pack, select the sheets for print. The long lists are set up for A4, too."),
}  # fmt: skip
_SIDES = ("debit", "credit", "net")


def how_text(name: str, lang: str, **values: object) -> str:
    """Return a text of this sheet, with values for its placeholders."""
    return _TEXTS[name].fill(**values).text(lang)


def build_how_sections(
    origin: Origin, first_made: float, closing: Closing, sheets: Sequence[tuple[str, int | None]], lang: str
) -> tuple[Section, ...]:
    """Return the sections of the sheet.

    Args:
        origin: whose workbook it is.
        first_made: when this content was first exported (epoch seconds).
        closing: the figures.
        sheets: the name of each other sheet, and how many rows a long list has (None: a sheet for paper).
        lang: language of texts.
    """
    rows: list[Row] = [
        (how_text("client", lang), name_client(origin.client_no, origin.client_name)),
        (how_text("profile", lang), origin.profile),
        (how_text("environment", lang), origin.environment.text(lang)),
        (how_text("window", lang), translate_window(origin.window, lang)),
        (how_text("by", lang), origin.user),
        (how_text("when", lang), time_in_words(first_made).text(lang)),
        ("", how_text("same", lang)),
        (EXPORTS["gl-items"].title.text(lang), closing.postings.rows),
        (how_text("newest", lang), _describe_time(closing.turnover.newest, lang)),
    ]
    if closing.receivables:
        rows.append((EXPORTS["ar-items"].title.text(lang), closing.receivables.ar_items.rows))
    if closing.turnover.unreadable:
        rows.append((how_text("unread", lang), closing.turnover.unreadable))
    return (
        Section(how_text("origin", lang), tuple(rows)),
        _completeness_section(closing, lang),
        _sums_section(closing, lang),
        _method_section(closing, lang),
        _sheets_section(sheets, lang),
    )


def _describe_time(text: str, lang: str) -> str:
    """ARM's time, in its own zone; as ARM wrote it where that is no time."""
    try:
        return time_in_words(datetime.fromisoformat(text)).text(lang)
    except ValueError:
        return text


def _completeness_section(closing: Closing, lang: str) -> Section:
    gaps = closing.gaps
    rows: list[Row] = [("", how_text("incomplete" if gaps else "complete", lang))]
    for gap in gaps:
        expected = "?" if gap["expected"] is None else format_number(gap["expected"], lang)
        window, reason = translate_window(gap["window"], lang), translate_message(gap["why"], lang)
        rows.append(("", how_text("gap", lang, window=window, expected=expected, received=gap["got"], reason=reason)))
    return Section(how_text("is_complete", lang), tuple(rows), is_good=not gaps)


def _sums_section(closing: Closing, lang: str) -> Section:
    headings = ("", *(how_text(name, lang) for name in ("items", *_SIDES)))
    sums = closing.turnover.by_currency()
    rows: list[Row] = [
        (
            currency["currency"] or how_text("no_currency", lang),
            currency["count"],
            *(currency[f"currency_{side}"] for side in _SIDES),
        )
        for currency in sums.to_dicts()
    ]
    totals = sums.select(pl.col(side).sum() for side in _SIDES).row(0)
    rows.append((how_text("ledger", lang), closing.postings.rows, *(total or Decimal(0) for total in totals)))
    return Section(how_text("sums", lang), tuple(rows), headings)


def _method_section(closing: Closing, lang: str) -> Section:
    rows: list[Row] = [(how_text("gl", lang), how_text("balances", lang))]
    if closing.receivables:
        accounts = ar_text("chosen" if closing.receivables.accounts_chosen else "found", lang)
        rows += [
            (how_text("receivables", lang), describe_method(closing.receivables, lang)),
            ("", accounts),
            (how_text("names", lang), (closing.names.reason or _TEXTS["from_list"]).text(lang)),
        ]
    return Section(how_text("method", lang), tuple(rows))


def _sheets_section(sheets: Sequence[tuple[str, int | None]], lang: str) -> Section:
    rows: list[Row] = [
        (name, how_text("paper", lang) if count is None else how_text("screen", lang, count=count))
        for name, count in sheets
    ]
    return Section(how_text("sheets", lang), (*rows, ("", how_text("print", lang))))
