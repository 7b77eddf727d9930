"""What closes a month: the postings added up by account, voucher type and currency, and tied to ARM's own movements.

Everything is exact: texts become decimals, and decimals are added. What is no amount is counted, never guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.partition import Partition
from armbulk.model.columns import ExportColumn

NUMBER = r"^-?[0-9]{1,30}(\.[0-9]{1,20})?$"
"""What counts as an amount; the rest is counted as unreadable."""

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
_OFTEN = 64
"""Pages whose sums are kept apart, at the most."""


def amount(path: str, columns: Mapping[str, ExportColumn]) -> pl.Expr:
    """An amount out of its text, with all its digits; null for what is none."""
    scale = max(columns[path].scale, 2)
    return pl.when(pl.col(path).str.contains(NUMBER)).then(pl.col(path).cast(pl.Decimal(_DIGITS, scale), strict=False))


def text_column(path: str, frame: pl.DataFrame) -> pl.Expr:
    """A column of texts, all null where the records have none of that name."""
    return pl.col(path) if path in frame.columns else pl.lit(None, pl.String)


@dataclass(slots=True)
class Turnover:
    """The postings added up, page by page."""

    columns: Mapping[str, ExportColumn]
    unread: int = 0
    newest: str = ""
    periods: set[tuple[str, str]] = field(default_factory=set)
    _parts: list[pl.DataFrame] = field(default_factory=list)

    def add(self, items: pl.DataFrame) -> None:
        """Add a page of postings."""
        ledger, own = amount("glAmount", self.columns), amount("currencyAmount", self.columns)
        names = [text_column(path, items).alias(name) for name, path in _AXES.items()]
        said = [text_column(path, items).fill_null("0") != "0" for path in ("customerNo", "accountNo")]  # 0: none
        named = said[0] | said[1]
        lean = items.select(*names, ledger=ledger, own=own, of_customers=named.cast(pl.Int64))
        self.unread += int(lean["ledger"].null_count())
        newest = items.select(_newest(text_column("createdTime", items))).item() if items.height else None
        self.newest = max(self.newest, newest or "", key=_moment)
        self._parts.append(
            lean.group_by(*_AXES).agg(
                *_sides("ledger", ""), *_sides("own", "currency_"), count=_length(), of_customers=_total("of_customers")
            )
        )
        if len(self._parts) > _OFTEN:
            self._parts = [self._summed(list(_AXES))]

    def _summed(self, by: Sequence[str], **more: pl.Expr) -> pl.DataFrame:
        if not self._parts:
            empty = dict.fromkeys(_AXES, pl.String) | dict.fromkeys(_SUMS, pl.Decimal(_DIGITS, 2))
            return pl.DataFrame(schema=empty | {"count": pl.Int64, "of_customers": pl.Int64}).select(*by, *more, *_SUMS)
        found = pl.concat(self._parts).group_by(by).agg(*[expr.alias(name) for name, expr in more.items()],
                                                        *map(_total, _SUMS))  # fmt: skip
        return found.select(*by, *more, *_SUMS)

    def by_account(self) -> pl.DataFrame:
        """A row for each account, in the order of their numbers; its name is the first of those the postings give."""
        named = self._summed([ACCOUNT], account_name=pl.col("account_name").min())
        return in_order(named, ACCOUNT)

    def by_type(self) -> pl.DataFrame:
        """A row for each voucher type."""
        return in_order(self._summed([TYPE], type_name=pl.col("type_name").min()), TYPE)

    def by_currency(self) -> pl.DataFrame:
        """A row for each currency."""
        return self._summed(["currency"]).sort("currency", nulls_last=True)

    @property
    def receivables(self) -> list[str]:
        """The accounts of which more than half of the postings name a customer."""
        accounts = self.by_account().filter(pl.col("of_customers") * 2 > pl.col("count"))
        return [one for one in accounts[ACCOUNT] if one is not None]


def in_order(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """By number where it is one, else by text; what has none at the end."""
    return frame.sort(pl.col(column).cast(pl.Int64, strict=False), pl.col(column), nulls_last=True)


def _sides(column: str, prefix: str) -> list[pl.Expr]:
    value = pl.col(column)
    zero = pl.lit(0)
    return [
        value.filter(value > 0).sum().alias(f"{prefix}debit"),
        (zero - value.filter(value < 0).sum()).alias(f"{prefix}credit"),
        value.sum().alias(f"{prefix}net"),
    ]


def _length() -> pl.Expr:
    return pl.len().cast(pl.Int64)


def _total(column: str) -> pl.Expr:
    return pl.col(column).sum()


def _newest(column: pl.Expr) -> pl.Expr:
    """The latest moment as ARM wrote it."""
    moment = column.str.to_datetime("%+", time_zone="UTC", time_unit="us", strict=False)
    return column.filter(moment == moment.max()).max()


def _moment(text: str) -> Any:
    parsed = pl.Series([text or None], dtype=pl.String).str.to_datetime("%+", time_zone="UTC", strict=False)
    return parsed.cast(pl.Int64).fill_null(-(2**62)).item()


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Comparison:
    """Postings and movements side by side: account, account_name, items, movements, difference."""

    rows: pl.DataFrame

    @property
    def differences(self) -> pl.DataFrame:
        """The accounts on which they differ."""
        return self.rows.filter(pl.col("difference") != 0)

    @property
    def difference(self) -> Decimal:
        """How much is off in all, whichever way: zero only when every account agrees."""
        return sum((abs(one) for one in self.rows["difference"]), Decimal(0))


def movements(found: pl.DataFrame, columns: Mapping[str, ExportColumn]) -> pl.DataFrame:
    """ARM's movements as figures: account, year, period, movement, closing.

    The movement is what ARM says; else what the balances say, else debit less credit.
    """
    value = {path: amount(path, columns) for path in
             ("movement", "openingBalance", "closingBalance", "debit", "credit")}  # fmt: skip
    said = pl.coalesce(
        value["movement"], value["closingBalance"] - value["openingBalance"], value["debit"] - value["credit"]
    )
    return found.select(
        pl.col("glAccountNo").alias(ACCOUNT),
        pl.col("glYear").cast(pl.Int64, strict=False).alias("year"),
        pl.col("glPeriod").cast(pl.Int64, strict=False).alias("period"),
        said.alias("movement"),
        value["closingBalance"].alias("closing"),
    )


def compare_with_movements(accounts: pl.DataFrame, moved: pl.DataFrame) -> Comparison:
    """Put the postings of each account beside its movement; an account that only one side knows has 0 on the other."""
    items = accounts.select(ACCOUNT, "account_name", pl.col("net").alias("items"))
    sums = moved.group_by(ACCOUNT).agg(pl.col("movement").sum().alias("movements"))
    both = items.join(sums, on=ACCOUNT, how="full", coalesce=True, nulls_equal=True)
    scale = max(_scale(items, "items"), _scale(sums, "movements"))
    figures = [pl.col(name).cast(pl.Decimal(_DIGITS, scale)).fill_null(0) for name in ("items", "movements")]
    rows = both.with_columns(figures).with_columns((pl.col("items") - pl.col("movements")).alias("difference"))
    return Comparison(in_order(rows, ACCOUNT))


def _scale(frame: pl.DataFrame, column: str) -> int:
    kind = frame.schema[column]
    return max(kind.scale, 2) if isinstance(kind, pl.Decimal) else 2


def whole_periods(window: Partition) -> bool:
    """Whether a window holds whole periods of the ledger, or all of it, of all accounts or of some."""
    return not window.has_dates and all(name == "glaccountno" for name, _ in window.values)
