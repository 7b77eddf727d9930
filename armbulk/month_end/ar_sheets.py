"""The sheets of the close pack about receivables: open items, aged balance, tie-out to the ledger."""

from collections.abc import Iterator

import polars as pl

from armbulk.i18n import NO_TEXT, _, ngettext
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Field, FieldType
from armbulk.model.record_texts import RECORD_KEY
from armbulk.month_end.ageing import (
    NO_DATE,
    NOT_BY_ITEM,
    NOT_DUE,
    Interval,
    age_items,
    bucket_number,
    days_overdue,
)
from armbulk.month_end.open_items import KnownBy, sum_amounts
from armbulk.month_end.receivables import Receivables
from armbulk.resources import EXPORTS
from armbulk.resources.shared_fields import read_only_field
from armbulk.writers.report_chart import Chart
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Row, Section
from armbulk.writers.table_stream import TableStream

_TEXTS = {
    "open": _("Open AR items"),
    "aged": _("Aged balance"),
    "tie": _("AR tie-out"),
    "owed": _("Accounts receivable at {day:date}"),
    "open_items": _("Open items"),
    "by_item": _("Of which matched to single items"),
    "not_by_item": _("Of which settled later, item unknown"),
    "in_all": _("Total accounts receivable"),
    "bucket": _("Overdue"),
    "not_due": _("Not due"),
    "no_date": _("No due date"),
    "days": _("{first} to {last} days"),
    "over": _("over {days} days"),
    "unknown": _("Settled later, item unknown"),
    "items": _("Items"),
    "ledger": _("Ledger currency"),
    "total": _("Total"),
    "chart": _("Accounts receivable by age, ledger currency"),
    "of_arm": _("Intervals as set in ARM."),
    "defaults": _("ARM has no intervals for this client, so armbulk's own are used."),
    "due_today": _("Aged by the due dates in ARM today."),
    "how": _("The total is exact: the sum of all AR items dated up to {day:date}. The split by item is calculated "
"from what is open today and what later items have settled."),
    "alone": ngettext("On {count} account the items do not add up to its open amount. The amount open today is shown.",
"On {count} accounts the items do not add up to their open amounts. The amount open today is shown."),
    "what": _("Description"),
    "source": _("Source"),
    "amount": _("Amount"),
    "dated": _("AR items dated up to {day:date}"),
    "posted_later": _("less: posted in a later period"),
    "posted_before": _("plus: dated later, posted in this period or before"),
    "by_ledger": _("Accounts receivable posted up to the end of the period"),
    "account": _("GL account {account}"),
    "in_ledger": _("Receivables in the general ledger"),
    "difference": _("Difference"),
    "agrees": _("Reconciled: accounts receivable agree with the general ledger."),
    "differs": _("NOT RECONCILED: accounts receivable and the general ledger differ by {amount:amount}."),
    "unavailable": _("Not available: {reason}."),
    "chosen": _("Receivable accounts chosen with --receivable-account."),
    "found": _("Receivable accounts found by armbulk: most of their postings have a customer number."),
}  # fmt: skip
_KNOWN_BY = {
    KnownBy.TODAY: _("open today"),
    KnownBy.SINCE: _("open today and settled later"),
    KnownBy.ALONE: _("open today; its payments are not in the list"),
    KnownBy.SUM: _("settled later, item unknown"),
}
_ADDED_FIELDS = tuple(
    read_only_field(name, header, f"\x00{name}", field_type, NO_TEXT, "")
    for name, header, field_type in (
        ("open_at_end", ("Open at period end", "Åpent ved periodeslutt"), FieldType.AMOUNT),
        ("open_at_end_currency", ("Open at period end, currency", "Åpent ved periodeslutt, valuta"), FieldType.AMOUNT),
        ("days_overdue", ("Days overdue", "Dager forfalt"), FieldType.INTEGER),
        ("interval", ("Interval", "Intervall"), FieldType.TEXT),
        ("known_by", ("Basis", "Grunnlag"), FieldType.TEXT),
    )
)
_FIRST_PATHS = ("accountNo", "customerNo", "documentNo", "voucherDate", "dueDate", "currency")


def _text(name: str, lang: str, **values: object) -> str:
    return _TEXTS[name].fill(**values).text(lang)


def _bucket_text(number: int, intervals: tuple[Interval, ...], lang: str) -> str:
    special = {NOT_DUE: "not_due", NO_DATE: "no_date", NOT_BY_ITEM: "unknown"}
    if number in special:
        return _text(special[number], lang)
    interval = intervals[number]
    if interval.last is None:
        return _text("over", lang, days=interval.first - 1)
    return _text("days", lang, first=interval.first, last=interval.last)


# ── the open items ──────────────────────────────────────────────────────────────────────────────────────────────


def build_open_items(receivables: Receivables, lang: str) -> TableStream:
    """Return the items open at the end of the period, and the sums of accounts whose items are unknown."""
    added = _added_columns(receivables, lang)
    known_paths = {field.path for field in EXPORTS["ar-items"].readable}
    columns = dict(receivables.ar_items.stats.columns)
    first = [columns[path] for path in _FIRST_PATHS]
    rest = [column for path, column in columns.items() if path not in _FIRST_PATHS or path not in known_paths]
    sums = added.filter(pl.col(RECORD_KEY).is_null())

    def pages() -> Iterator[pl.DataFrame]:
        for page, _raw in receivables.ar_items.pages():
            of_items = added.drop("accountNo", "customerNo", "currency")
            yield page.join(of_items, on=RECORD_KEY, how="inner", maintain_order="left")
        yield sums

    added_columns = (_measure_column(field, added) for field in _ADDED_FIELDS)
    return TableStream(_text("open", lang), (*first, *added_columns, *rest), added.height, pages)


def _added_columns(receivables: Receivables, lang: str) -> pl.DataFrame:
    """Key, account, customer and currency of each open item or sum, and the added columns as texts."""
    intervals, end = receivables.intervals, receivables.end
    bucket_texts = {number: _bucket_text(number, intervals, lang) for number in range(-3, len(intervals))}
    known_by = {known.value: words.text(lang) for known, words in _KNOWN_BY.items()}
    days = days_overdue(end)
    values = (
        pl.col("open").cast(pl.String),
        pl.col("open_own").cast(pl.String),
        pl.when(days > 0).then(days).cast(pl.String),
        bucket_number(end, intervals).replace_strict(bucket_texts, return_dtype=pl.String),
        pl.col("known").replace_strict(known_by, return_dtype=pl.String),
    )
    return receivables.open_items.items_and_sums.select(
        pl.col("key").alias(RECORD_KEY),
        pl.col("account").alias("accountNo"),
        pl.col("customer").alias("customerNo"),
        pl.col("currency"),
        *(value.alias(field.path) for field, value in zip(_ADDED_FIELDS, values, strict=True)),
    )


def _measure_column(field: Field, frame: pl.DataFrame) -> ExportColumn:
    longest = frame[field.path].str.len_chars().max()
    return ExportColumn(field.path, field, max_chars=int(str(longest or 0)), scale=2)


# ── the aged balance ────────────────────────────────────────────────────────────────────────────────────────────


def build_aged_balance_sheet(receivables: Receivables, lang: str) -> ReportSheet:
    """Return what was owed by days overdue, in the ledger's currency and in the items' own."""
    intervals = receivables.intervals
    frame = age_items(receivables.open_items.items_and_sums, receivables.end, intervals)
    currencies = sorted(frame["currency"].unique())
    present = set(frame["bucket"])
    special = (number for number in (NO_DATE, NOT_BY_ITEM) if number in present)
    numbers = [NOT_DUE, *range(len(intervals)), *special]
    rows = (
        (_bucket_text(number, intervals, lang), *_sum_bucket(frame.filter(pl.col("bucket") == number), currencies))
        for number in numbers
    )
    intervals_note = _text("of_arm" if receivables.has_arm_intervals else "defaults", lang)
    notes = (
        _text("owed", lang, day=receivables.end),
        f"{intervals_note} {_text('due_today', lang)}",
        _method_note(receivables, lang),
    )
    return ReportSheet(
        name=_text("aged", lang),
        title=_text("aged", lang),
        headings=(
            (_text("bucket", lang), FieldType.TEXT),
            (_text("items", lang), FieldType.INTEGER),
            (_text("ledger", lang), FieldType.AMOUNT),
            *((currency or "?", FieldType.AMOUNT) for currency in currencies),
        ),
        rows=tuple(rows),
        total=(_text("total", lang), *_sum_bucket(frame, currencies)),
        notes=notes,
        chart=Chart(_text("chart", lang), labels=(0,), values=2, is_horizontal=False),
    )


def _sum_bucket(rows: pl.DataFrame, currencies: list[str]) -> Row:
    own = (sum_amounts(rows.filter(pl.col("currency") == currency)["open_own"]) for currency in currencies)
    return int(rows["count"].sum()), sum_amounts(rows["open"]), *own


def _method_note(receivables: Receivables, lang: str) -> str:
    note = _text("how", lang, day=receivables.end)
    unbalanced = receivables.open_items.unbalanced_accounts
    return f"{note} {_text('alone', lang, count=unbalanced)}" if unbalanced else note


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


def build_ar_tie_out_sheet(receivables: Receivables, lang: str) -> ReportSheet:
    """Return the customers' accounts against the receivable accounts of the ledger."""
    open_items = receivables.open_items
    rows: list[Row] = [
        (_text("dated", lang, day=receivables.end), "", open_items.balance),
        (_text("posted_later", lang), "", -open_items.posted_later),
        (_text("posted_before", lang), "", open_items.posted_before),
        (_text("by_ledger", lang), "", open_items.balance_by_periods),
    ]
    for balance in receivables.balances:
        name = f"{_text('account', lang, account=balance.account)} {balance.name}".strip()
        rows.append((name, balance.source.text(lang), balance.closing))
    if receivables.reason is None:
        rows.append((_text("in_ledger", lang), "", receivables.ledger_balance))
    difference = receivables.difference
    accounts_note = _text("chosen" if receivables.accounts_chosen else "found", lang)
    return ReportSheet(
        name=_text("tie", lang),
        title=_text("tie", lang),
        headings=(
            (_text("what", lang), FieldType.TEXT),
            (_text("source", lang), FieldType.TEXT),
            (_text("amount", lang), FieldType.AMOUNT),
        ),
        rows=rows,
        total=None if difference is None else (_text("difference", lang), "", difference),
        notes=(_result_text(receivables, lang), accounts_note, _method_note(receivables, lang)),
        is_good=None if receivables.reason else receivables.agrees,
    )


def _result_text(receivables: Receivables, lang: str) -> str:
    if receivables.reason is not None:
        return _text("unavailable", lang, reason=receivables.reason)
    return _text("agrees", lang) if receivables.agrees else _text("differs", lang, amount=receivables.difference or 0)


def build_ar_sections(receivables: Receivables, lang: str) -> list[Section]:
    """Return the sections of the summary about the receivables."""
    balance, items = receivables.open_items.balance, receivables.open_items.items
    by_item = sum_amounts(items["open"])
    rows: list[Row] = [(_text("open_items", lang), items.height), (_text("by_item", lang), by_item)]
    if balance != by_item:
        rows.append((_text("not_by_item", lang), balance - by_item))
    rows.append((_text("in_all", lang), balance))
    result: Row = ("", _result_text(receivables, lang))
    is_good = None if receivables.reason else receivables.agrees
    tie_out = Section(_text("tie", lang), (result,), is_good=is_good)
    return [tie_out, Section(_text("owed", lang, day=receivables.end), tuple(rows))]
