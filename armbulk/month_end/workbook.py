"""Write a month-end as a workbook with all sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from armbulk.context import Context
from armbulk.model.environment import find_environment, name_environment
from armbulk.month_end.ar_sheets import (
    build_aged_balance_sheet,
    build_ar_tie_out_sheet,
    build_open_items,
    build_open_items_table,
)
from armbulk.month_end.closing import Closing
from armbulk.month_end.cover import Origin, Sheets, build_cover, build_subject
from armbulk.month_end.customer_sheet import build_customer_sheet, customer_text
from armbulk.month_end.first_export import digest_content, first_export_time
from armbulk.month_end.gl_sheets import build_account_sheet, build_tie_out_sheet, build_voucher_type_sheet, gl_text
from armbulk.month_end.gl_table import build_gl_table
from armbulk.month_end.how_made import build_how_sections, how_text
from armbulk.month_end.turnover import opening_balances
from armbulk.settings.names import DEFAULT_SETTINGS
from armbulk.settings.system_user import read_user_name
from armbulk.writers.cover_page import CoverPage, add_cover_page
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.report_summary import add_section_sheet
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import write_tables


def write_month_end_workbook(
    context: Context, closing: Closing, target: Path, dialect: str, lang: str, own: frozenset[str] = frozenset()
) -> list[Path]:
    """Write a month-end as a workbook; return the paths of its files.

    A file that is replaced is kept as .bak, unless its SHA-256 is one of `own`, the files as armbulk wrote them.
    """
    origin = _describe_origin(context, closing)
    first_made = first_export_time(context, digest_content(closing, origin, build_streams(closing, "en")))
    book = _build_workbook(origin, first_made, closing, lang)
    return write_tables(target, book.tables, dialect, lang, context.clock, book.add_front_sheets, own)


def build_streams(closing: Closing, lang: str) -> list[TableStream]:
    """Return the long tables as ARM lists them: the postings; of a close pack the open items too."""
    (items,) = closing.postings.streams(lang)
    if closing.receivables is None:
        return [items]
    return [items, build_open_items(closing.receivables, lang)]


@dataclass(frozen=True, slots=True)
class MonthEndSheets:
    """The sheets with the sums of a month-end.

    Attributes:
        tie_out: postings against GL movements.
        of_receivables: of a close pack: its tie-out, the aged balance, and that by customer.
        by_account: turnover by account.
        by_type: turnover by voucher type.
    """

    tie_out: ReportSheet
    of_receivables: tuple[ReportSheet, ...]
    by_account: ReportSheet
    by_type: ReportSheet

    @property
    def ordered(self) -> list[ReportSheet]:
        """The sheets in the order of the workbook."""
        return [self.tie_out, *self.of_receivables, self.by_account, self.by_type]


@dataclass(frozen=True, slots=True)
class _MonthEndBook:
    """The sheets of a month-end: those for paper first, then the long tables, then how it was made."""

    cover: CoverPage
    sheets: Sequence[ReportSheet]
    tables: list[TableStream]
    lang: str

    def add_front_sheets(self, book: Any, _titles: Sequence[str]) -> None:
        """Add the sheets for paper to a workbook (an `xlsxwriter.Workbook`)."""
        add_cover_page(book, self.cover, self.lang)
        for sheet in self.sheets:
            add_report_sheet(book, sheet, self.lang, self.cover.subject)


def build_report_sheets(closing: Closing, lang: str) -> MonthEndSheets:
    """Return the sheets with the sums of a month-end."""
    is_sorted = not closing.postings.request.columns
    of_receivables: tuple[ReportSheet, ...] = ()
    if closing.receivables is not None:
        of_receivables = (
            build_ar_tie_out_sheet(closing.receivables, lang),
            build_aged_balance_sheet(closing.receivables, lang),
            build_customer_sheet(closing.receivables, closing.names, lang),
        )
    return MonthEndSheets(
        build_tie_out_sheet(closing.tie_out, closing.gaps, lang),
        of_receivables,
        build_account_sheet(closing.turnover, closing.tie_out.movements, is_sorted=is_sorted, lang=lang),
        build_voucher_type_sheet(closing.turnover, lang),
    )


def _build_workbook(origin: Origin, first_made: float, closing: Closing, lang: str) -> _MonthEndBook:
    tables = _build_tables(closing, lang)
    sums = build_report_sheets(closing, lang)
    sheets = sums.ordered
    names = Sheets(
        by_account=sums.by_account,
        tie_out=sums.tie_out,
        ar_tie_out=sums.of_receivables[0] if sums.of_receivables else None,
        items=tables[0].title,
        open_items=tables[-1].title,
        by_customer=customer_text("by_customer", lang),
        how=how_text("how", lang),
    )
    cover = build_cover(origin, first_made, closing, names, lang)
    listed: list[tuple[str, int | None]] = [(cover.name, None), *((sheet.name, None) for sheet in sheets)]
    listed += [(table.title, table.rows) for table in tables]
    sections = build_how_sections(origin, first_made, closing, listed, lang)
    subject = build_subject(origin, lang)
    tables = [replace(table, subject=subject) for table in tables]
    add_how = partial(add_section_sheet, name=names.how, sections=sections, lang=lang, subject=subject)
    tables[-1] = replace(tables[-1], add_sheets=add_how)
    return _MonthEndBook(cover, sheets, tables, lang)


def _build_tables(closing: Closing, lang: str) -> list[TableStream]:
    """The long tables, as people read them."""
    openings = opening_balances(closing.tie_out.movements)
    items = build_gl_table(closing.postings, closing.turnover, openings, lang)
    tables = [replace(items, title=gl_text("items", lang))]
    if closing.receivables is not None:
        tables.append(build_open_items_table(closing.receivables, closing.names, lang))
    return tables


def _describe_origin(context: Context, closing: Closing) -> Origin:
    profile = context.profile
    user = profile.user_id
    if user == DEFAULT_SETTINGS["user_id"]:
        user = read_user_name() or user
    root = closing.request.request.root
    environment = name_environment(find_environment(profile.base_url), profile.base_url)
    return Origin(
        root.describe(), profile.client_no, profile.client_name, profile.name, user, closing.request.close, root,
        environment,
    )  # fmt: skip
