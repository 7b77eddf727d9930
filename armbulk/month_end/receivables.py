"""What customers owed at the end of a period, and whether the general ledger agrees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.export.partition import month_bounds
from armbulk.export.result import find_gaps
from armbulk.i18n import Text, _
from armbulk.model.day_texts import parse_days
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.gap_reasons import NO_AMOUNT, NO_DATE
from armbulk.model.partition import Partition
from armbulk.model.record_texts import RECORD_KEY
from armbulk.month_end.ageing import DEFAULT_INTERVALS, Interval, build_intervals
from armbulk.month_end.ledger_balance import Balance, read_balance
from armbulk.month_end.lists import MonthEndLists, Unavailable
from armbulk.month_end.open_items import OpenItems, open_items_at
from armbulk.month_end.tie_out import TieOut
from armbulk.month_end.turnover import ACCOUNT, Turnover, parse_amount_column, text_column

_NO_ACCOUNT = _("no account was found whose postings name a customer. Choose it with --receivable-account")

_TEXT_PATHS = {
    "account": "accountNo", "customer": "customerNo", "document": "documentNo", "reference": "referenceNo",
    "currency": "currency", "day": "voucherDate", "due": "dueDate", "year": "glYear", "period": "glPeriod",
}  # fmt: skip
_AMOUNT_PATHS = {
    "amount": "glAmount",
    "balance": "glBalance",
    "own": "currencyAmount",
    "own_balance": "currencyBalance",
}


@dataclass(frozen=True, slots=True)
class Receivables:
    """What customers owed at the end of the period, and the balances of the ledger's receivable accounts.

    Attributes:
        end: last day of the period.
        ar_items: all AR items.
        open_items: what was open on that day.
        intervals: the intervals of the aged balance.
        has_arm_intervals: whether the intervals are ARM's.
        gaps: what may be missing (as `find_gaps`).
        balances: balances of the receivable accounts.
        accounts_chosen: whether the caller chose the accounts.
        reason: why the ledger's side is not available.
    """

    end: date
    ar_items: FetchedList
    open_items: OpenItems
    intervals: tuple[Interval, ...]
    has_arm_intervals: bool
    gaps: tuple[dict[str, Any], ...]
    balances: tuple[Balance, ...] = ()
    accounts_chosen: bool = False
    reason: Text | None = None

    @property
    def ledger_balance(self) -> Decimal:
        """The sum of the receivable accounts."""
        return sum((balance.closing for balance in self.balances), Decimal(0))

    @property
    def difference(self) -> Decimal | None:
        """AR items less receivable accounts; None when not available."""
        return None if self.reason else self.open_items.balance_by_periods - self.ledger_balance

    @property
    def agrees(self) -> bool:
        """Whether no difference was found, and the items of every account add up."""
        return not self.difference and self.open_items.unbalanced.is_empty()

    @property
    def is_good(self) -> bool | None:
        """Whether they agree; None when no difference is known because the ledger's side is not available."""
        return None if self.agrees and self.reason else self.agrees

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the receivables as the JSON of `armbulk export close`."""
        by_item = sum_amounts(self.open_items.items["open"])
        return {
            "end": self.end.isoformat(),
            "items": self.open_items.items.height,
            "balance": str(self.open_items.balance),
            "by_item": str(by_item),
            "not_by_item": str(self.open_items.balance - by_item),
            "tie_out": {
                "available": self.reason is None,
                "reason": self.reason.text(lang) if self.reason else None,
                "accounts": [balance.account for balance in self.balances],
                "items": str(self.open_items.balance_by_periods),
                "ledger": str(self.ledger_balance) if self.reason is None else None,
                "difference": None if self.difference is None else str(self.difference),
                "unbalanced": [
                    {name: row[name] or "" for name in ("account", "customer", "currency")}
                    | {"items": str(row["amount"]), "open": str(row["left"]), "difference": str(row["difference"])}
                    for row in self.open_items.unbalanced.to_dicts()
                ],
            },
        }


def read_receivables(lists: MonthEndLists, postings: FetchedList) -> Receivables:
    """Return what was open at the end of the postings' period, without the ledger's side."""
    root = postings.request.root
    _, end = month_bounds(root.year or 1, root.period or 12)
    ar_items = lists.read(lists.build_further_request("ar-items", Partition()))
    pages = (_select_items(page, ar_items) for page, _ in ar_items.pages())
    items = pl.concat([_empty_items(), *pages], how="vertical_relaxed")
    intervals = _read_intervals(lists, ar_items)
    gaps = [*find_gaps(ar_items), *_find_unusable(items)]
    dated = items.filter(pl.col("day").is_not_null())
    return Receivables(
        end,
        ar_items,
        open_items_at(dated, end),
        intervals or DEFAULT_INTERVALS,
        intervals is not None,
        tuple({**gap, "window": f"ar-items: {gap['window']}"} for gap in gaps),
    )


def _select_items(page: pl.DataFrame, ar_items: FetchedList) -> pl.DataFrame:
    """The columns `open_items_at` needs."""
    texts = {name: text_column(path, page) for name, path in _TEXT_PATHS.items()}
    numbers = {name: texts[name].cast(pl.Int64, strict=False) for name in ("year", "period")}
    days = {name: parse_days(texts[name].str.head(10)) for name in ("day", "due")}
    amounts = {name: parse_amount_column(path, ar_items.stats.columns) for name, path in _AMOUNT_PATHS.items()}
    return page.select(pl.col(RECORD_KEY).alias("key"), **{**texts, **numbers, **days, **amounts})


def _empty_items() -> pl.DataFrame:
    schema: dict[str, Any] = {"key": pl.String} | dict.fromkeys(_TEXT_PATHS, pl.String)
    schema |= dict.fromkeys(("year", "period"), pl.Int64) | dict.fromkeys(("day", "due"), pl.Date)
    return pl.DataFrame(schema=schema | dict.fromkeys(_AMOUNT_PATHS, pl.Decimal(38, 2)))


def _find_unusable(items: pl.DataFrame) -> list[dict[str, Any]]:
    """Gaps for items without a date or an amount."""
    counts = {NO_DATE: items["day"].null_count(), NO_AMOUNT: items["amount"].null_count()}
    return [
        {"window": "all", "expected": None, "got": items.height, "why": str(reason.fill(received=count))}
        for reason, count in counts.items()
        if count
    ]


def _read_intervals(lists: MonthEndLists, earlier: FetchedList) -> tuple[Interval, ...] | None:
    """ARM's own intervals of the aged balance; None when it has none that fit together."""
    try:
        insights = lists.read_after(lists.build_further_request("insights", Partition()), earlier)
    except Unavailable:
        return None
    limits = [
        (_to_int(first), _to_int(last))
        for page, _ in insights.pages()
        for first, last in page.select(text_column("fromDays", page), text_column("toDays", page)).iter_rows()
    ]
    return build_intervals(limits)


def _to_int(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("-?[0-9]{1,9}", text) else None


def tie_out_receivables(
    lists: MonthEndLists,
    receivables: Receivables,
    chosen_accounts: Sequence[str],
    postings: FetchedList,
    turnover: Turnover,
    tie_out: TieOut,
) -> Receivables:
    """Return the receivables with the ledger's side.

    Args:
        lists: reads further lists.
        receivables: of `read_receivables`.
        chosen_accounts: the receivable accounts; when empty, those whose postings name customers.
        postings: the period's postings.
        turnover: the postings added up.
        tie_out: the postings' tie-out, for its movements.
    """
    receivables = replace(receivables, accounts_chosen=bool(chosen_accounts))
    accounts = list(chosen_accounts) or turnover.receivable_accounts
    if not accounts:
        return replace(receivables, reason=_NO_ACCOUNT)
    ar_items, end = receivables.ar_items, receivables.end
    try:
        balances = [read_balance(lists, account, ar_items, end, postings, tie_out.movements) for account in accounts]
    except Unavailable as error:
        return replace(receivables, reason=error.reason)
    names = dict(turnover.by_account().select(ACCOUNT, "account_name").iter_rows())
    named = tuple(replace(balance, name=names.get(balance.account) or "") for balance in balances)
    return replace(receivables, balances=named)
