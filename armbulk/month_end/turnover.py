"""Debit and credit of a period by account, voucher type and currency, and the comparison with ARM's GL movements.

Everything is exact: texts become decimals, and decimals are added. Values that are no amounts are counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.model.columns import NUMBER_PATTERN, ExportColumn
from armbulk.model.partition import Partition

ACCOUNT, TYPE = "account", "type"

_DIGITS = 38
_AXES = {
    ACCOUNT: "glAccountNo",
    "account_name": "glAccountName",
    TYPE: "voucherType",
    "type_name": "voucherTypeDescription",
    "currency": "currency",
}
_SUMS = ("debit", "credit", "net", "currency_debit", "currency_credit", "currency_net", "count", "of_customers")
_MAX_PARTS = 64
"""Pages whose sums are kept before they are added up."""


def parse_amount_column(path: str, columns: Mapping[str, ExportColumn]) -> pl.Expr:
    """Return the texts of a column as Decimal with all digits; null for what is no amount."""
    scale = max(columns[path].scale, 2)
    is_number = pl.col(path).str.contains(NUMBER_PATTERN)
    return pl.when(is_number).then(pl.col(path).cast(pl.Decimal(_DIGITS, scale), strict=False))


def text_column(path: str, frame: pl.DataFrame) -> pl.Expr:
    """Return a column of texts; all null when the frame does not have it."""
    return pl.col(path) if path in frame.columns else pl.lit(None, pl.String)


@dataclass(slots=True)
class Turnover:
    """The postings of a period, added page by page.

    Attributes:
        columns: the columns of the postings.
        unreadable: postings without a readable amount.
        newest: when the newest posting was created, as ARM wrote it.
    """

    columns: Mapping[str, ExportColumn]
    unreadable: int = 0
    newest: str = ""
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, items: pl.DataFrame) -> None:
        """Add a page of postings."""
        amount, own_amount = (
            parse_amount_column("glAmount", self.columns),
            parse_amount_column("currencyAmount", self.columns),
        )
        axes = [text_column(path, items).alias(name) for name, path in _AXES.items()]
        # ARM writes 0 for no customer
        customer, account = (text_column(path, items).fill_null("0") != "0" for path in ("customerNo", "accountNo"))
        rows = items.select(*axes, amount=amount, own=own_amount, of_customers=(customer | account).cast(pl.Int64))
        self.unreadable += int(rows["amount"].null_count())
        newest = items.select(_newest(text_column("createdTime", items))).item() if items.height else None
        self.newest = max(self.newest, newest or "", key=_to_microseconds)
        sums = rows.group_by(*_AXES).agg(
            *_sum_sides("amount", ""),
            *_sum_sides("own", "currency_"),
            count=pl.len().cast(pl.Int64),
            of_customers=pl.col("of_customers").sum(),
        )
        self._parts.append(sums)
        if len(self._parts) > _MAX_PARTS:
            self._parts = [self._sum_by(list(_AXES))]

    def _sum_by(self, axes: Sequence[str], **more: pl.Expr) -> pl.DataFrame:
        if not self._parts:
            schema: dict[str, Any] = dict.fromkeys(_AXES, pl.String) | dict.fromkeys(_SUMS, pl.Decimal(_DIGITS, 2))
            counts = {"count": pl.Int64, "of_customers": pl.Int64}
            return pl.DataFrame(schema=schema | counts).select(*axes, *more, *_SUMS)
        names = [expr.alias(name) for name, expr in more.items()]
        sums = pl.concat(self._parts).group_by(axes).agg(*names, *(pl.col(name).sum() for name in _SUMS))
        return sums.select(*axes, *more, *_SUMS)

    def by_account(self) -> pl.DataFrame:
        """Return the sums of each account, by number: account, account_name, and the columns of `by_currency`."""
        return _sort_by_number(self._sum_by([ACCOUNT], account_name=pl.col("account_name").min()), ACCOUNT)

    def by_type(self) -> pl.DataFrame:
        """Return the sums of each voucher type: type, type_name, and the columns of `by_currency`."""
        return _sort_by_number(self._sum_by([TYPE], type_name=pl.col("type_name").min()), TYPE)

    def by_currency(self) -> pl.DataFrame:
        """Return the sums of each currency.

        Returns:
            currency String; debit, credit, net, currency_debit, currency_credit, currency_net as Decimal;
            count, of_customers (postings that name a customer) Int64.
        """
        return self._sum_by(["currency"]).sort("currency", nulls_last=True)

    @property
    def receivable_accounts(self) -> list[str]:
        """The accounts of which more than half of the postings name a customer."""
        accounts = self.by_account().filter(pl.col("of_customers") * 2 > pl.col("count"))
        return [account for account in accounts[ACCOUNT] if account is not None]


def _sort_by_number(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """By number where the text is one, else by text; null at the end."""
    return frame.sort(pl.col(column).cast(pl.Int64, strict=False), pl.col(column), nulls_last=True)


def _sum_sides(column: str, prefix: str) -> list[pl.Expr]:
    value = pl.col(column)
    zero = pl.lit(0)
    return [
        value.filter(value > 0).sum().alias(f"{prefix}debit"),
        (zero - value.filter(value < 0).sum()).alias(f"{prefix}credit"),
        value.sum().alias(f"{prefix}net"),
    ]


def _newest(column: pl.Expr) -> pl.Expr:
    """The latest time as ARM wrote it."""
    time = column.str.to_datetime("%+", time_zone="UTC", time_unit="us", strict=False)
    return column.filter(time == time.max()).max()


def _to_microseconds(text: str) -> Any:
    parsed = pl.Series([text or None], dtype=pl.String).str.to_datetime("%+", time_zone="UTC", strict=False)
    return parsed.cast(pl.Int64).fill_null(-(2**62)).item()


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Comparison:
    """Postings and movements by account: account, account_name String; items, movements, difference Decimal."""

    rows: pl.DataFrame

    @property
    def differences(self) -> pl.DataFrame:
        """The rows of accounts with a difference."""
        return self.rows.filter(pl.col("difference") != 0)

    @property
    def difference(self) -> Decimal:
        """The sum of all differences without their signs: zero only when every account agrees."""
        return sum((abs(difference) for difference in self.rows["difference"]), Decimal(0))


def parse_movements(texts: pl.DataFrame, columns: Mapping[str, ExportColumn]) -> pl.DataFrame:
    """Return ARM's GL movements as numbers.

    Args:
        texts: glAccountNo, glYear, glPeriod, movement, openingBalance, closingBalance, debit, credit.
        columns: the columns of the list.

    Returns:
        account String, year, period Int64, movement, opening, closing Decimal. The movement is ARM's own; else the
        difference of the balances, else debit less credit. The opening balance is ARM's own, else the closing one less
        the movement.
    """
    amounts = {
        path: parse_amount_column(path, columns)
        for path in ("movement", "openingBalance", "closingBalance", "debit", "credit")
    }
    movement = pl.coalesce(
        amounts["movement"],
        amounts["closingBalance"] - amounts["openingBalance"],
        amounts["debit"] - amounts["credit"],
    )
    return texts.select(
        pl.col("glAccountNo").alias(ACCOUNT),
        pl.col("glYear").cast(pl.Int64, strict=False).alias("year"),
        pl.col("glPeriod").cast(pl.Int64, strict=False).alias("period"),
        movement.alias("movement"),
        pl.coalesce(amounts["openingBalance"], amounts["closingBalance"] - movement).alias("opening"),
        amounts["closingBalance"].alias("closing"),
    )


def opening_balances(movements: pl.DataFrame | None) -> dict[str, Decimal]:
    """Return the opening balance of each account in its first period (`parse_movements`), where ARM gives it."""
    if movements is None:
        return {}
    first = movements.sort("year", "period").group_by(ACCOUNT, maintain_order=True).agg(pl.col("opening").first())
    return {account: opening for account, opening in first.iter_rows() if account and opening is not None}


def compare_with_movements(accounts: pl.DataFrame, movements: pl.DataFrame) -> Comparison:
    """Compare the postings of each account with its movements; an account that only one side has is 0 on the other.

    Args:
        accounts: of `Turnover.by_account`.
        movements: of `parse_movements`.
    """
    items = accounts.select(ACCOUNT, "account_name", pl.col("net").alias("items"))
    sums = movements.group_by(ACCOUNT).agg(pl.col("movement").sum().alias("movements"))
    both = items.join(sums, on=ACCOUNT, how="full", coalesce=True, nulls_equal=True)
    scale = max(_scale_of(items, "items"), _scale_of(sums, "movements"))
    amounts = [pl.col(name).cast(pl.Decimal(_DIGITS, scale)).fill_null(0) for name in ("items", "movements")]
    rows = both.with_columns(amounts).with_columns((pl.col("items") - pl.col("movements")).alias("difference"))
    return Comparison(_sort_by_number(rows, ACCOUNT))


def _scale_of(frame: pl.DataFrame, column: str) -> int:
    data_type = frame.schema[column]
    return max(data_type.scale, 2) if isinstance(data_type, pl.Decimal) else 2


def has_whole_periods(partition: Partition) -> bool:
    """Whether a partition has whole periods of the ledger (or all), of all accounts or of some."""
    return not partition.has_dates and all(name == "glaccountno" for name, _ in partition.values)
