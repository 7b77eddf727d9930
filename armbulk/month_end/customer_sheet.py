"""The aged balance by customer, a sheet of the close pack."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from armbulk.i18n import _, ngettext
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.fields import FieldType
from armbulk.month_end.ageing import NO_DATE, NOT_BY_ITEM, NOT_DUE, age_by_customer, bucket_column
from armbulk.month_end.ar_sheets import ar_text, bucket_text, describe_method, describe_unbalanced
from armbulk.month_end.customer_names import CustomerNames
from armbulk.month_end.receivables import Receivables
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import ReportRow

_TEXTS = {
    "by_customer": _("Aged by customer"),
    "title": _("Aged balance by customer"),
    "customer": _("Customer no"),
    "name": _("Customer name"),
    "currency": _("Currency"),
    "total": _("Total"),
    "own": _("Total in currency"),
    "oldest": _("Oldest due date"),
    "count": _("Items"),
    "account": _("Account {account}"),
    "sorted": _("Amounts in the ledger currency, the customers with most overdue first. The items of each customer are "
                "on the sheet {open_items}."),
    "nameless": ngettext("{count} customer has no name here: ARM's list does not have exactly one for it.",
                         "{count} customers have no name here: ARM's list does not have exactly one for them."),
}  # fmt: skip


def customer_text(name: str, lang: str, **values: object) -> str:
    """Return a text of this sheet, with values for its placeholders."""
    return _TEXTS[name].fill(**values).text(lang)


def build_customer_sheet(receivables: Receivables, names: CustomerNames, lang: str) -> ReportSheet:
    """Return what each customer owed by days overdue, in the ledger's currency; its total is that of the AR items."""
    frame = age_by_customer(receivables.open_items.items_and_sums, receivables.end, receivables.intervals)
    buckets = _list_buckets(frame, len(receivables.intervals))
    has_own = not frame.filter(pl.col("total") != pl.col("total_own")).is_empty()
    columns = ["total", *map(bucket_column, buckets)]
    has_names = names.reason is None
    rows = [_build_row(row, names if has_names else None, columns, lang, has_own=has_own) for row in frame.to_dicts()]
    headings = [(customer_text("customer", lang), FieldType.TEXT)]
    headings += [(customer_text("name", lang), FieldType.TEXT)] * has_names
    headings += [(customer_text("currency", lang), FieldType.TEXT)]
    headings += [(customer_text("own", lang), FieldType.AMOUNT)] * has_own
    headings += [(customer_text("total", lang), FieldType.AMOUNT)]
    headings += [(bucket_text(number, receivables.intervals, lang), FieldType.AMOUNT) for number in buckets]
    headings += [(customer_text("oldest", lang), FieldType.DATE), (customer_text("count", lang), FieldType.INTEGER)]
    blanks: Sequence[str | None] = [None] * (has_names + 1 + has_own)
    totals = (sum_amounts(frame[column]) for column in columns)
    return ReportSheet(
        name=customer_text("by_customer", lang),
        title=customer_text("title", lang),
        headings=tuple(headings),
        rows=rows,
        total=(customer_text("total", lang), *blanks, *totals, None, int(frame["count"].sum())),
        notes=_list_notes(receivables, names, frame, lang),
        bad_rows=_find_unbalanced(receivables, frame),
    )


def _list_buckets(frame: pl.DataFrame, intervals: int) -> list[int]:
    """The buckets to show: those without an interval only where they have amounts."""
    special = (number for number in (NO_DATE, NOT_BY_ITEM) if frame.filter(pl.col(bucket_column(number)) != 0).height)
    return [NOT_DUE, *range(intervals), *special]


def _build_row(
    row: Mapping[str, Any], names: CustomerNames | None, columns: Sequence[str], lang: str, *, has_own: bool
) -> ReportRow:
    customer = row["customer"] or customer_text("account", lang, account=row["account"] or "?")
    name = [names.find(row["customer"])] if names else []
    own = [row["total_own"]] if has_own else []
    total, *buckets = (row[column] for column in columns)
    # a bucket without anything is blank: the others are seen at once
    aged = (amount or None for amount in buckets)
    return customer, *name, row["currency"], *own, total, *aged, row["oldest"], row["count"]


def _find_unbalanced(receivables: Receivables, frame: pl.DataFrame) -> frozenset[int]:
    """The indexes of the rows whose items do not add up to what is open."""
    open_items = receivables.open_items
    unbalanced = open_items.items_and_sums.join(
        open_items.unbalanced, on=["account", "currency"], how="semi", nulls_equal=True
    )
    parties = set(unbalanced.select("customer", "currency").iter_rows())
    rows = frame.select("customer", "currency").iter_rows()
    return frozenset(index for index, party in enumerate(rows) if party in parties)


def _list_notes(receivables: Receivables, names: CustomerNames, frame: pl.DataFrame, lang: str) -> tuple[str, ...]:
    notes = [
        ar_text("owed", lang, day=receivables.end),
        customer_text("sorted", lang, open_items=f'"{ar_text("open", lang)}"'),
        describe_method(receivables, lang),
        *describe_unbalanced(receivables, lang)[:1],
    ]
    if names.reason is not None:
        notes.append(names.reason.text(lang))
    elif nameless := sum(not names.find(number) for number in frame["customer"].unique()):
        notes.append(customer_text("nameless", lang, count=nameless))
    return tuple(notes)
