"""The month-end workbook: its figures as sheets, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.run import FetchedList
from armbulk.i18n import Words
from armbulk.model.fields import FieldType
from armbulk.month_end.tie_out import TieOut
from armbulk.month_end.turnover import ACCOUNT, TYPE, Turnover
from armbulk.writers.report_sheets import Chart, ReportSection, ReportSheet, Row

_W = {
    "summary": Words("Summary", "Sammendrag"),
    "items": Words("Items", "Poster"),
    "by_account": Words("By account", "Per konto"),
    "by_type": Words("By voucher type", "Per bilagstype"),
    "tie_out": Words("Tie-out", "Avstemming"),
    "export": Words("GL items {}", "Hovedboksposter {}"),
    "close": Words("Month-end {}", "Månedsavslutning {}"),
    "all": Words("all", "alle"),
    "window": Words("Period", "Periode"),
    "client": Words("Client number", "Klientnummer"),
    "profile": Words("Profile", "Profil"),
    "by": Words("By", "Av"),
    "when": Words("First exported", "Først eksportert"),
    "newest": Words("Newest item created", "Nyeste post opprettet"),
    "count": Words("Items", "Poster"),
    "unread": Words("Items without a readable amount, left out of the sums",
                    "Poster uten lesbart beløp, holdt utenfor summene"),
    "sums": Words("Sums", "Summer"),
    "ledger": Words("In the ledger's currency", "I hovedbokens valuta"),
    "no_currency": Words("(no currency)", "(uten valuta)"),
    "is_complete": Words("Completeness", "Fullstendighet"),
    "complete": Words("Complete: as many as ARM says there are, each once, all inside what was asked for",
                      "Komplett: så mange som ARM sier det er, hver én gang, alle innenfor det som ble spurt om"),
    "incomplete": Words("INCOMPLETE: it cannot be shown that this is all",
                        "UFULLSTENDIG: det kan ikke vises at dette er alt"),
    "gap": Words("{}: {} expected, {} read. {}", "{}: {} ventet, {} lest. {}"),
    "accounts": Words("Accounts compared", "Kontoer sammenlignet"),
    "account": Words("Account", "Konto"),
    "name": Words("Name", "Navn"),
    "type": Words("Type", "Type"),
    "description": Words("Description", "Beskrivelse"),
    "debit": Words("Debit", "Debet"),
    "credit": Words("Credit", "Kredit"),
    "net": Words("Net", "Netto"),
    "total": Words("Total", "Sum"),
    "net_chart": Words("Net per account", "Netto per konto"),
    "net_types": Words("Net per voucher type", "Netto per bilagstype"),
    "largest": Words("the {} largest of {}", "de {} største av {}"),
    "sum_items": Words("Items", "Poster"),
    "sum_moved": Words("GL movements", "Hovedboksbevegelser"),
    "difference": Words("Difference", "Differanse"),
    "tied": Words("Agrees: the items of every account add up to ARM's movement of it",
                  "Stemmer: postene på hver konto summerer til ARMs bevegelse på kontoen"),
    "untied": Words("DIFFERENCE on {} of {} accounts, {} in all", "DIFFERANSE på {} av {} kontoer, {} i alt"),
    "posted_since": Words(
        "The movements were read after the items: what was posted in between shows as a difference. Run the same "
        "export "
        "again; if it stays, ask Amili.",
        "Bevegelsene ble lest etter postene: det som ble postert imellom, vises som differanse. Kjør samme eksport "
        "igjen; blir den stående, spør Amili."),
    "gap_first": Words("The items are not complete: that may be all of the difference.",
                       "Postene er ikke komplette: det kan være hele differansen."),
    "unavailable": Words("Not available: {}", "Ikke tilgjengelig: {}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """Whose workbook it is, and of what."""

    window: str
    client_no: str
    profile: str
    by: str
    when: str
    close: bool


def word(name: str, lang: str) -> str:
    """A word of the workbook in one language."""
    return _W[name].text(lang)


def front(
    about: About, gathered: FetchedList, turnover: Turnover, gaps: Sequence[dict[str, Any]], tie_out: TieOut,
    owed: Sequence[ReportSection], lang: str,
) -> tuple[str, str, tuple[ReportSection, ...]]:  # fmt: skip
    """The first sheet: its name, its title, its sections."""
    window = word("all", lang) if about.window == "all" else about.window
    title = word("close" if about.close else "export", lang).format(window)
    what: list[Row] = [
        (word("window", lang), window), (word("client", lang), about.client_no),
        (word("profile", lang), about.profile), (word("by", lang), about.by), (word("when", lang), about.when),
        (word("newest", lang), turnover.newest), (word("count", lang), gathered.rows),
    ]  # fmt: skip
    if turnover.unread:
        what.append((word("unread", lang), turnover.unread))
    sections = (
        ReportSection("armbulk", tuple(what)),
        _completeness(gaps, lang),
        ReportSection(word("tie_out", lang), _tied_rows(tie_out, gaps, lang),
                good=None if tie_out.tied is None else tie_out.agrees),
        *owed,
        _sums(turnover, gathered.rows, lang),
    )  # fmt: skip
    return word("summary", lang), title, sections


def _completeness(gaps: Sequence[dict[str, Any]], lang: str) -> ReportSection:
    rows: list[Row] = [("", word("incomplete" if gaps else "complete", lang))]
    for gap in gaps:
        expected = "?" if gap["expected"] is None else gap["expected"]
        rows.append(("", word("gap", lang).format(gap["window"], expected, gap["got"], gap["why"])))
    return ReportSection(word("is_complete", lang), tuple(rows), good=not gaps)


def _sums(turnover: Turnover, rows: int, lang: str) -> ReportSection:
    heads = ("", *(word(name, lang) for name in ("count", "debit", "credit", "net")))
    frame = turnover.by_currency()
    found: list[Row] = [
        (one["currency"] or word("no_currency", lang), one["count"], *(one[f"currency_{side}"] for side in _SIDES))
        for one in frame.to_dicts()
    ]
    sums = frame.select(pl.col(name).sum() for name in _SIDES).row(0)
    found.append((word("ledger", lang), rows, *(one or Decimal(0) for one in sums)))
    return ReportSection(word("sums", lang), tuple(found), heads)


_SIDES = ("debit", "credit", "net")


def by_account(turnover: Turnover, lang: str) -> ReportSheet:
    """The postings of each account."""
    return _turnover(
        turnover.by_account(), (ACCOUNT, "account_name"), ("by_account", "account", "name", "net_chart"), lang
    )


def by_type(turnover: Turnover, lang: str) -> ReportSheet:
    """The postings of each voucher type."""
    return _turnover(turnover.by_type(), (TYPE, "type_name"), ("by_type", "type", "description", "net_types"), lang)


def _turnover(frame: pl.DataFrame, axes: tuple[str, str], words: tuple[str, str, str, str], lang: str) -> ReportSheet:
    name, first, second, chart = (word(one, lang) for one in words)
    sums = (*_SIDES, "count")
    total = frame.select(pl.col(one).sum() for one in sums).row(0)
    return ReportSheet(
        name=name,
        title=name,
        heads=(
            (first, FieldType.TEXT), (second, FieldType.TEXT), *((word(one, lang), FieldType.AMOUNT) for one in _SIDES),
            (word("count", lang), FieldType.INTEGER),
        ),
        rows=tuple((one[axes[0]] or "", one[axes[1]] or "", *(one[column] for column in sums))
                   for one in frame.to_dicts()),
        total=(word("total", lang), "", *total),
        chart=Chart(chart, labels=(0, 1), values=4, more=word("largest", lang)),
    )  # fmt: skip


def tie_leaf(tie_out: TieOut, gaps: Sequence[dict[str, Any]], lang: str) -> ReportSheet:
    """Postings and movements of each account side by side."""
    tied = tie_out.tied
    rows = tied.rows.to_dicts() if tied else []
    columns = ("items", "movements", "difference")
    total = tied.rows.select(pl.col(one).sum() for one in columns).row(0) if tied else ()
    return ReportSheet(
        name=word("tie_out", lang),
        title=word("tie_out", lang),
        heads=(
            (word("account", lang), FieldType.TEXT), (word("name", lang), FieldType.TEXT),
            (word("sum_items", lang), FieldType.AMOUNT), (word("sum_moved", lang), FieldType.AMOUNT),
            (word("difference", lang), FieldType.AMOUNT),
        ),
        rows=tuple((one[ACCOUNT] or "", one["account_name"] or "", *(one[name] for name in columns)) for one in rows),
        total=(word("total", lang), "", *total) if tied else None,
        notes=tuple(str(row[1]) for row in _tied_rows(tie_out, gaps, lang) if isinstance(row[1], str)),
        bad=frozenset(at for at, one in enumerate(rows) if one["difference"]),
        good=None if tied is None else tie_out.agrees,
    )  # fmt: skip


def _tied_rows(tie_out: TieOut, gaps: Sequence[dict[str, Any]], lang: str) -> tuple[Row, ...]:
    """How the tie-out ended, in words."""
    tied = tie_out.tied
    if tied is None:
        return (("", word("unavailable", lang).format(tie_out.why.text(lang) if tie_out.why else "")),)
    if tie_out.agrees:
        return ("", word("tied", lang)), (word("accounts", lang), tied.rows.height)
    said = word("untied", lang).format(tied.differences.height, tied.rows.height, f"{tied.difference:,.2f}")
    return ("", said), ("", word("gap_first" if gaps else "posted_since", lang))
