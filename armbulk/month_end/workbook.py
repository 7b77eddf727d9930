"""Write a month-end into its file: the workbook with all sheets, or the postings alone in another format."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from armbulk.context import Context
from armbulk.i18n import format_exact_time
from armbulk.month_end.ar_sheets import (
    build_aged_balance_sheet,
    build_ar_sections,
    build_ar_tie_out_sheet,
    build_open_items,
)
from armbulk.month_end.closing import Closing
from armbulk.month_end.first_export import digest_content, first_export_time
from armbulk.month_end.gl_sheets import (
    Origin,
    build_account_sheet,
    build_summary_sections,
    build_tie_out_sheet,
    build_title,
    build_voucher_type_sheet,
    gl_text,
)
from armbulk.settings.names import DEFAULT_SETTINGS
from armbulk.settings.system_user import read_user_name
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.report_summary import create_summary
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import write_raw, write_tables


def write_closing(
    context: Context, closing: Closing, target: Path, dialect: str, lang: str, own: frozenset[str] = frozenset()
) -> list[Path]:
    """Write a month-end; return the paths of its files. Only an .xlsx file has the tie-outs.

    A file that is replaced is kept as .bak, unless its SHA-256 is one of `own`, the files as armbulk wrote them.
    """
    clock = context.clock
    if target.suffix.lower() == ".jsonl":
        return write_raw(target, closing.postings.raw_records(), clock, own)
    if target.suffix.lower() != ".xlsx":
        return write_tables(target, closing.postings.streams(lang), dialect, lang, clock, own=own)
    origin = _describe_origin(context, closing)
    digest = digest_content(closing, origin, build_streams(closing, "en"))
    first_exported = format_exact_time(first_export_time(context, digest), lang)
    sections = build_summary_sections(
        origin,
        first_exported,
        closing.postings,
        closing.turnover,
        closing.gaps,
        closing.tie_out,
        build_ar_sections(closing.receivables, lang) if closing.receivables else (),
        lang,
    )
    add_summary = create_summary(gl_text("summary", lang), build_title(origin, lang), sections)
    return write_tables(target, build_streams(closing, lang), dialect, lang, clock, add_summary, own)


def build_streams(closing: Closing, lang: str) -> list[TableStream]:
    """Return the long tables, each with the small sheets that follow it in a workbook."""
    (items,) = closing.postings.streams(lang)
    gl_sheets = [
        build_account_sheet(closing.turnover, lang),
        build_voucher_type_sheet(closing.turnover, lang),
        build_tie_out_sheet(closing.tie_out, closing.gaps, lang),
    ]
    streams = [replace(items, title=gl_text("items", lang), add_sheets=_adder(gl_sheets))]
    if closing.receivables is not None:
        ar_sheets = [
            build_aged_balance_sheet(closing.receivables, lang),
            build_ar_tie_out_sheet(closing.receivables, lang),
        ]
        streams.append(replace(build_open_items(closing.receivables, lang), add_sheets=_adder(ar_sheets)))
    return streams


def _adder(sheets: Sequence[ReportSheet]) -> Callable[[Any], None]:
    def add_sheets(book: Any) -> None:
        for sheet in sheets:
            add_report_sheet(book, sheet)

    return add_sheets


def _describe_origin(context: Context, closing: Closing) -> Origin:
    profile = context.profile
    user = profile.user_id
    if user == DEFAULT_SETTINGS["user_id"]:
        user = read_user_name() or user
    window = closing.request.request.root.describe()
    return Origin(window, profile.client_no, profile.name, user, is_close=closing.request.close)
