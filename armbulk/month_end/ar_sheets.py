"""The sheets of the close pack about receivables: open items, aged balance, tie-out to the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import polars as pl

from armbulk.i18n import NO_TEXT, _, join_texts, ngettext
from armbulk.model.columns import ExportColumn
from armbulk.model.exact_sums import sum_amounts
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
from armbulk.month_end.customer_names import CustomerNames
from armbulk.month_end.open_items import KnownBy
from armbulk.month_end.receivables import Receivables
from armbulk.month_end.row_order import by_number, sort_pages
from armbulk.month_end.turnover import text_column
from armbulk.resources import EXPORTS
from armbulk.resources.shared_fields import read_only_field
from armbulk.writers.report_chart import Chart
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Row
from armbulk.writers.table_stream import TableStream

_TEXTS = {
    "open": _("Open AR items"),
    "aged": _("Aged balance"),
    "tie": _("AR tie-out"),
    "owed": _("Accounts receivable at {day:date}"),
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
    "exact": _("The total is exact: the sum of all AR items dated up to {day:date}."),
    "split": _("The split by item is calculated from what is open today and what later items have settled."),
    "alone": ngettext("On {count} account the items do not add up to its open amount. The amount open today is shown, "
"and the sheet Open AR items marks these items.",
"On {count} accounts the items do not add up to their open amounts. The amount open today is shown, and the sheet "
"Open AR items marks these items."),
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
    "unadded": _("NOT RECONCILED: AR items of customer accounts do not add up."),
    "unbalanced": ngettext("The AR items of {count} customer account do not add up to its open amount. {accounts}.",
"The AR items of {count} customer accounts do not add up to their open amounts. {accounts}."),
    "of_customer": _("Customer {number}: difference {amount:amount} {currency}"),
    "of_account": _("Account {number}: difference {amount:amount} {currency}"),
    "more": _("… and {count:number} more"),
    "correct": _("In ARM, find the payment or item that is missing or wrong on these accounts, or ask Amili. Then run "
"the same command again."),
    "today": _("All AR items are added up here. The aged balance is {amount:amount}: on these accounts it shows what "
"is open today."),
    "unavailable": _("Not available: {reason}."),
    "chosen": _("Receivable accounts chosen with --receivable-account."),
    "found": _("Receivable accounts found by armbulk: most of their postings have a customer number."),
}  # fmt: skip
MAX_NAMED = 10
"""Accounts that do not add up that are named one by one."""

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
_NAME = "\x00customer_name"
_NAME_FIELD = read_only_field("customer_name", ("Customer name", "Kundenavn"), _NAME, FieldType.TEXT, NO_TEXT, "")
_PRINTED_PATHS = (
    "customerNo", _NAME, "documentNo", "voucherDate", "dueDate", "\x00days_overdue", "\x00interval", "currency",
    "\x00open_at_end_currency", "\x00open_at_end",
)  # fmt: skip
"""The columns that are printed, in the table of the workbook."""


def ar_text(name: str, lang: str, **values: object) -> str:
    """Return a text of these sheets, with values for its placeholders."""
    return _TEXTS[name].fill(**values).text(lang)


def bucket_text(number: int, intervals: Sequence[Interval], lang: str) -> str:
    """Return the name of a bucket (see `bucket_number`)."""
    special = {NOT_DUE: "not_due", NO_DATE: "no_date", NOT_BY_ITEM: "unknown"}
    if number in special:
        return ar_text(special[number], lang)
    interval = intervals[number]
    if interval.last is None:
        return ar_text("over", lang, days=interval.first - 1)
    return ar_text("days", lang, first=interval.first, last=interval.last)


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
    return TableStream(ar_text("open", lang), (*first, *added_columns, *rest), added.height, pages)


def build_open_items_table(receivables: Receivables, names: CustomerNames, lang: str) -> TableStream:
    """Return the open items for the workbook: with the customers' names, by customer and due date."""
    plain = build_open_items(receivables, lang)
    longest = max((len(name) for _key, name in names.digest_texts()), default=0)
    columns = {column.path: column for column in plain.columns}
    columns[_NAME] = ExportColumn(_NAME, _NAME_FIELD, max_chars=longest)
    first = [columns[path] for path in _PRINTED_PATHS]
    rest = [column for path, column in columns.items() if path not in _PRINTED_PATHS]

    def pages() -> Iterator[pl.DataFrame]:
        return (page.with_columns(names.map(pl.col("customerNo")).alias(_NAME)) for page in plain.pages())

    ordered = sort_pages(pages, _list_keys, receivables.ar_items.checkpoint.folder)
    return replace(plain, columns=(*first, *rest), pages=ordered, print_columns=len(first))


def _list_keys(page: pl.DataFrame) -> tuple[pl.Expr, ...]:
    """The order of the open items: customer, due date, document."""
    account, due, document = (text_column(path, page) for path in ("accountNo", "dueDate", "documentNo"))
    return *by_number(pl.col("customerNo")), account, due, document


def _added_columns(receivables: Receivables, lang: str) -> pl.DataFrame:
    """Key, account, customer and currency of each open item or sum, and the added columns as texts."""
    intervals, end = receivables.intervals, receivables.end
    bucket_texts = {number: bucket_text(number, intervals, lang) for number in range(-3, len(intervals))}
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
        (bucket_text(number, intervals, lang), *_sum_bucket(frame.filter(pl.col("bucket") == number), currencies))
        for number in numbers
    )
    intervals_note = ar_text("of_arm" if receivables.has_arm_intervals else "defaults", lang)
    notes = (
        ar_text("owed", lang, day=receivables.end),
        f"{intervals_note} {ar_text('due_today', lang)}",
        describe_method(receivables, lang),
    )
    return ReportSheet(
        name=ar_text("aged", lang),
        title=ar_text("aged", lang),
        headings=(
            (ar_text("bucket", lang), FieldType.TEXT),
            (ar_text("items", lang), FieldType.INTEGER),
            (ar_text("ledger", lang), FieldType.AMOUNT),
            *((currency or "?", FieldType.AMOUNT) for currency in currencies),
        ),
        rows=tuple(rows),
        total=(ar_text("total", lang), *_sum_bucket(frame, currencies)),
        notes=notes,
        chart=Chart(ar_text("chart", lang), labels=(0,), values=2, is_horizontal=False),
        is_landscape=False,
    )


def _sum_bucket(rows: pl.DataFrame, currencies: list[str]) -> Row:
    own = (sum_amounts(rows.filter(pl.col("currency") == currency)["open_own"]) for currency in currencies)
    return int(rows["count"].sum()), sum_amounts(rows["open"]), *own


def describe_method(receivables: Receivables, lang: str) -> str:
    """Return how the open items of the day were found."""
    unbalanced = receivables.open_items.unbalanced.height
    if unbalanced:
        return f"{ar_text('split', lang)} {ar_text('alone', lang, count=unbalanced)}"
    return f"{ar_text('exact', lang, day=receivables.end)} {ar_text('split', lang)}"


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


def build_ar_tie_out_sheet(receivables: Receivables, lang: str) -> ReportSheet:
    """Return the customers' accounts against the receivable accounts of the ledger."""
    open_items = receivables.open_items
    rows: list[Row] = [
        (ar_text("dated", lang, day=receivables.end), "", open_items.posted),
        (ar_text("posted_later", lang), "", -open_items.posted_later),
        (ar_text("posted_before", lang), "", open_items.posted_before),
        (ar_text("by_ledger", lang), "", open_items.balance_by_periods),
    ]
    for balance in receivables.balances:
        name = f"{ar_text('account', lang, account=balance.account)} {balance.name}".strip()
        rows.append((name, balance.source.text(lang), balance.closing))
    if receivables.reason is None:
        rows.append((ar_text("in_ledger", lang), "", receivables.ledger_balance))
    difference = receivables.difference
    accounts_note = ar_text("chosen" if receivables.accounts_chosen else "found", lang)
    return ReportSheet(
        name=ar_text("tie", lang),
        title=ar_text("tie", lang),
        headings=(
            (ar_text("what", lang), FieldType.TEXT),
            (ar_text("source", lang), FieldType.TEXT),
            (ar_text("amount", lang), FieldType.AMOUNT),
        ),
        rows=rows,
        total=None if difference is None else (ar_text("difference", lang), "", difference),
        notes=(
            describe_ar_tie_out(receivables, lang),
            *describe_unbalanced(receivables, lang),
            *([ar_text("today", lang, amount=open_items.balance)] if open_items.unbalanced.height else []),
            accounts_note,
            describe_method(receivables, lang),
        ),
        is_good=receivables.is_good,
        is_landscape=False,
    )


def describe_ar_tie_out(receivables: Receivables, lang: str) -> str:
    """Return the result of the tie-out in words."""
    if receivables.reason is not None:
        return ar_text("unavailable", lang, reason=receivables.reason)
    if receivables.difference:
        return ar_text("differs", lang, amount=receivables.difference)
    return ar_text("agrees" if receivables.agrees else "unadded", lang)


def describe_unbalanced(receivables: Receivables, lang: str) -> tuple[str, ...]:
    """Return which accounts have items that do not add up, and what to do; () when there are none."""
    unbalanced = receivables.open_items.unbalanced
    if unbalanced.is_empty():
        return ()
    accounts = [
        _TEXTS["of_customer" if row["customer"] else "of_account"].fill(
            number=row["customer"] or row["account"] or "?", amount=row["difference"], currency=row["currency"] or "?"
        )
        for row in unbalanced.head(MAX_NAMED).to_dicts()
    ]
    if unbalanced.height > MAX_NAMED:
        accounts.append(_TEXTS["more"].fill(count=unbalanced.height - MAX_NAMED))
    named = join_texts(*accounts, separator="; ")
    return ar_text("unbalanced", lang, count=unbalanced.height, accounts=named), ar_text("correct", lang)
