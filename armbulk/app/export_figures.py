"""What a page shows of an export before its records are closed: the first rows, sums as tables, and a chart."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.charts import build_bars
from armbulk.app.dialog import Dialog
from armbulk.app.exports import Export, ExportQuery, build_export_request, list_column_headers, read_export
from armbulk.context import Context
from armbulk.findings.frame import mask_value
from armbulk.i18n import Text, _, format_date, list_languages
from armbulk.model.columns import ExportColumn, is_in_record_currency
from armbulk.model.fields import FieldType
from armbulk.model.time_words import month_in_words
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Link
from armbulk.writers.table_stream import TableStream

PREVIEW_ROWS = 50
_MAX_ROWS = 200
_MAX_BARS = 24
_MAX_DAYS = 31

_CHARTS: dict[str, tuple[str, str, Text]] = {
    "documents": ("document_date", "incl_vat", _("Amount incl. VAT by document date")),
    "ar-items": ("due_date", "gl_balance", _("Open amount by due date")),
    "gl-movements": ("gl_account_no", "movement", _("Movement by account")),
    "insights": ("description", "balance", _("Amount owed by age")),
}
"""List → the fields of the bars and of their amounts, and the title."""

_MISSING = _("without a date")


def export_with_figures(
    context: Context, resource: str, query: ExportQuery, dialog: Dialog, *, fresh: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Export a list and write its file; return the JSON of `armbulk export`, and the figures in each language.

    The arguments and exceptions are those of `Session.export_file`.
    """
    request = build_export_request(resource, **query)
    export = read_export(context, request, dialog, wait=True, fresh=fresh)
    try:
        figures = {lang: read_figures(export, resource, lang) for lang in list_languages()}
        export.write()
    finally:
        export.close()
    return export.to_json(), figures


def read_figures(export: Export, resource: str, lang: str) -> dict[str, Any]:
    """Return what a page shows of an open export, in a language.

    Returns:
        `preview`: headings (text, kind), rows (texts as ARM has them), and how many rows `more` there are. `tables`:
        those of the workbook of a month-end. `chart`: title and bars, None where no sum says anything.
    """
    stream = export.streams(lang)[0]
    tables = [_describe_sheet(sheet) for sheet in export.report_sheets(lang)]
    return {"preview": preview_rows(stream, lang), "tables": tables, "chart": _chart(stream, resource, lang)}


def preview_rows(stream: TableStream, lang: str, rows: int = PREVIEW_ROWS) -> dict[str, Any]:
    """Return the first rows of a table; sensitive values are shown by their last two characters only."""
    columns = [column for column in stream.columns if column.value_count or column.field is None]
    chunk = next(stream.chunks(), stream.empty_chunk()).head(rows)
    headings = [{"text": column.header(lang), "kind": _preview_kind(column)} for column in columns]
    shown = [[_show(column, row[column.path]) for column in columns] for row in chunk.iter_rows(named=True)]
    return {"headings": headings, "rows": shown, "more": max(stream.rows - len(shown), 0)}


def _preview_kind(column: ExportColumn) -> str:
    """Return the kind of a column; whole numbers such as years and line numbers are shown as they are."""
    return "whole" if column.type is FieldType.INTEGER else column.type.name.lower()


def _show(column: ExportColumn, value: str | None) -> str:
    text = value or ""
    return mask_value(text) if column.field and column.field.sensitive and text else text


# ── tables of a month-end ───────────────────────────────────────────────────────────────────────────────────────


def _describe_sheet(sheet: ReportSheet) -> dict[str, Any]:
    """Return a sheet of the workbook as a table of the page: columns that lead to other sheets are left out."""
    kept = [
        number
        for number in range(len(sheet.headings))
        if not any(isinstance(row[number], Link) for row in sheet.rows)
        and any(row[number] not in {None, ""} for row in sheet.rows)
    ]
    rows = list(sheet.rows)
    # what is wrong is never cut off
    order = sorted(range(len(rows)), key=lambda number: number not in sheet.bad_rows) if len(rows) > _MAX_ROWS else None
    shown = order[:_MAX_ROWS] if order else range(len(rows))
    return {
        "name": sheet.name,
        "title": sheet.title,
        "notes": list(sheet.notes),
        "is_good": sheet.is_good,
        "headings": [{"text": sheet.headings[number][0], "kind": _kind(sheet, number)} for number in kept],
        "rows": [
            {"cells": [_to_text(rows[number][column]) for column in kept], "is_bad": number in sheet.bad_rows}
            for number in shown
        ],
        "more": len(rows) - len(shown),
        "total": [_to_text(sheet.total[column]) for column in kept] if sheet.total else None,
        "chart": _chart_of_sheet(sheet),
    }


def _kind(sheet: ReportSheet, number: int) -> str:
    return sheet.headings[number][1].name.lower()


def _to_text(value: Any) -> str:
    return "" if value is None else str(value)


def _chart_of_sheet(sheet: ReportSheet) -> dict[str, Any] | None:
    """Return the chart of the workbook: the largest amounts, or all in the order of the table."""
    chart = sheet.chart
    if chart is None:
        return None
    pairs = [
        (" ".join(str(row[label] or "") for label in chart.labels).strip(), row[chart.values])
        for row in sheet.rows
        if isinstance(row[chart.values], Decimal)
    ]
    amounts = [(label, amount) for label, amount in pairs if isinstance(amount, Decimal)]
    if chart.is_horizontal:
        amounts = sorted(amounts, key=lambda pair: -abs(pair[1]))[: chart.max_bars]
    return (
        {"title": chart.title, "currency": "", **build_bars(amounts)} if any(amount for _, amount in amounts) else None
    )


# ── the chart of a list ─────────────────────────────────────────────────────────────────────────────────────────


def _chart(stream: TableStream, resource: str, lang: str) -> dict[str, Any] | None:
    """Return the sums of a list by day, month or account, in the currency of most records."""
    if resource not in _CHARTS:
        return None
    label_name, amount_name, title = _CHARTS[resource]
    by_name = {column.name: column for column in stream.columns}
    label, amount = by_name.get(label_name), by_name.get(amount_name)
    if label is None or amount is None or amount.type is not FieldType.AMOUNT:
        return None
    sums, currency = _add_up(stream, label, amount)
    bars = _label_bars(sums, lang) if label.type is FieldType.DATE else [(name or "?", each) for name, each in sums]
    if len(bars) < 2 or not any(each for _, each in bars):
        return None
    return {"title": title.text(lang), "currency": currency, **build_bars(bars[:_MAX_BARS])}


def _add_up(stream: TableStream, label: ExportColumn, amount: ExportColumn) -> tuple[list[tuple[str, Decimal]], str]:
    """Return the exact sum of each label, by label, and the currency that is added up ("" for the ledger's)."""
    has_currency = is_in_record_currency(amount.path) and any(column.path == "currency" for column in stream.columns)
    currency = pl.col("currency") if has_currency else pl.lit("")
    parts = [
        chunk.select(
            pl.col(label.path).fill_null("").alias("label"),
            currency.fill_null("").alias("currency"),
            amount.cast(pl.col(amount.path)).fill_null(0).alias("amount"),
        )
        .group_by("label", "currency")
        .agg(pl.col("amount").sum(), pl.len().alias("count"))
        for chunk in stream.chunks()
    ]
    if not parts:
        return [], ""
    sums = pl.concat(parts).group_by("label", "currency").agg(pl.col("amount").sum(), pl.col("count").sum())
    largest = str(sums.group_by("currency").agg(pl.col("count").sum()).sort("count", "currency")["currency"][-1])
    chosen = sums.filter(pl.col("currency") == largest).sort("label")
    return list(chosen.select("label", "amount").iter_rows()), largest


def _label_bars(sums: Sequence[tuple[str, Decimal]], lang: str) -> list[tuple[str, Decimal]]:
    """Return sums by day, or by month where there are many days, with their labels."""
    if sum(bool(day) for day, _ in sums) <= _MAX_DAYS:
        return [(format_date(day, lang) if day else _MISSING.text(lang), amount) for day, amount in sums]
    by_month: dict[str, Decimal] = {}
    for day, amount in sums:
        by_month[day[:7]] = by_month.get(day[:7], Decimal(0)) + amount
    months = list(by_month.items())[-_MAX_BARS:]
    return list(_name_months(months, lang))


def _name_months(months: Sequence[tuple[str, Decimal]], lang: str) -> Iterator[tuple[str, Decimal]]:
    for month, amount in months:
        name = month_in_words(int(month[:4]), int(month[5:])).text(lang) if month else _MISSING.text(lang)
        yield name, amount


def list_totals(report: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """Return the control totals of an export: column, currency ("" for the ledger's), amount."""
    headers = list_column_headers(lang)
    return [
        {"column": headers.get(name, name), "currency": currency, "amount": amount}
        for name, total in report["totals"].items()
        for currency, amount in (total.items() if isinstance(total, Mapping) else [("", total)])
    ]


def name_file(resource: str, query: ExportQuery, ending: str) -> str:
    """Return the name of an export's file: the list, and what narrows its time."""
    first, last = query.get("first"), query.get("last")
    days = "_".join(str(day) for day in (first, last) if day)
    when = query.get("period") or query.get("year") or days
    return f"{Path(resource).name}{f'-{when}' if when else ''}.{ending}"
