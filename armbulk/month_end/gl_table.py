"""The table of postings in the month-end workbook: by account, date and voucher, with the balance after each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.i18n import NO_TEXT
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import FieldType
from armbulk.month_end.row_order import Pages, by_number, sort_pages
from armbulk.month_end.turnover import Turnover, parse_amount_column, text_column
from armbulk.resources.shared_fields import read_only_field
from armbulk.writers.table_stream import TableStream

_ACCOUNT, _AMOUNT = "glAccountNo", "glAmount"
_BALANCE = "\x00balance"
_BALANCE_FIELD = read_only_field("balance", ("Balance", "Saldo"), _BALANCE, FieldType.AMOUNT, NO_TEXT, "")
_RUNNING_FIELD = read_only_field(
    "running_total", ("Running total", "Løpende sum"), _BALANCE, FieldType.AMOUNT, NO_TEXT, ""
)
_FIRST_PATHS = (
    _ACCOUNT, "glAccountName", "voucherDate", "voucherNo", "voucherTypeDescription", "transactionText", "customerNo",
    "documentNo", _AMOUNT,
)  # fmt: skip
"""The columns that are printed, before the balance."""


def build_gl_table(
    postings: FetchedList, turnover: Turnover, openings: Mapping[str, Decimal], lang: str
) -> TableStream:
    """Return the postings by account, each with the balance of its account after it; a chosen selection as it is.

    Without the opening balance of every account, the column is the running total of the period instead.

    Args:
        postings: the postings of the period.
        turnover: the postings added up.
        openings: the opening balance of each account, where it is known.
        lang: language of texts.
    """
    (items,) = postings.streams(lang)
    if postings.request.columns:
        return items
    columns = dict(postings.stats.columns)
    accounts = turnover.by_account()
    has_openings = all(account in openings for account in accounts["account"])
    rest = [column for path, column in columns.items() if path not in _FIRST_PATHS]
    balance = ExportColumn(
        _BALANCE,
        _BALANCE_FIELD if has_openings else _RUNNING_FIELD,
        max_chars=_longest_balance(accounts, openings),
        scale=_find_scale(columns, openings),
    )
    first = [columns[path] for path in _FIRST_PATHS]
    ordered = sort_pages(items.pages, _list_keys, postings.checkpoint.folder)
    pages = _with_balances(ordered, columns, openings if has_openings else {})
    return replace(items, columns=(*first, balance, *rest), pages=pages, print_columns=len(first) + 1)


def _list_keys(page: pl.DataFrame) -> tuple[pl.Expr, ...]:
    """The order of the postings: account, date, voucher."""
    account, day, voucher = (text_column(path, page) for path in (_ACCOUNT, "voucherDate", "voucherNo"))
    return *by_number(account), day, *by_number(voucher)


def _find_scale(columns: Mapping[str, ExportColumn], openings: Mapping[str, Decimal]) -> int:
    """Decimals that no balance exceeds."""
    exponents = (amount.as_tuple().exponent for amount in openings.values())
    return max(columns[_AMOUNT].scale, 2, *(-exponent for exponent in exponents if isinstance(exponent, int)))


def _longest_balance(accounts: pl.DataFrame, openings: Mapping[str, Decimal]) -> int:
    """Characters that no balance exceeds: of everything posted, and the largest opening balance."""
    posted = accounts.select((pl.col("debit") + pl.col("credit")).sum()).item() or Decimal(0)
    largest = max((abs(amount) for amount in openings.values()), default=Decimal(0))
    return len(f"-{posted + largest:f}")


def _with_balances(pages: Pages, columns: Mapping[str, ExportColumn], openings: Mapping[str, Decimal]) -> Pages:
    """Pages with the balance of its account after each posting; they must be in the order of accounts."""
    amount = parse_amount_column(_AMOUNT, columns).fill_null(0)
    schema: dict[str, Any] = {"account": pl.String, "before": pl.Decimal(38, _find_scale(columns, openings))}

    def balanced() -> Iterator[pl.DataFrame]:
        before = pl.DataFrame({"account": list(openings), "before": list(openings.values())}, schema)
        for page in pages():
            account = text_column(_ACCOUNT, page).alias("account")
            rows = page.with_columns(account, amount.alias("amount")).join(
                before, on="account", how="left", nulls_equal=True, maintain_order="left"
            )
            after = pl.col("before").fill_null(0) + pl.col("amount").cum_sum().over("account")
            rows = rows.with_columns(after.alias("after"))
            before = pl.concat([rows.group_by("account").agg(pl.col("after").last().alias("before")), before])
            before = before.unique("account", keep="first", maintain_order=True)
            yield rows.with_columns(pl.col("after").cast(pl.String).alias(_BALANCE)).drop(
                "account", "amount", "before", "after"
            )

    return balanced
