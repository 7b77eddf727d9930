"""The balance of a GL account at the end of a period, and which list it comes from."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.i18n import Text, _
from armbulk.model.partition import Partition
from armbulk.month_end.lists import MonthEndLists, Unavailable, verify_complete
from armbulk.month_end.tie_out import read_movements
from armbulk.month_end.turnover import ACCOUNT, parse_amount_column

_TOO_LATE = _(
    "ARM has no closing balances, and the GL items of account {account} start later ({first}) than the AR items "
    "({ar_first})"
)
_FROM_MOVEMENTS = _("GL movements {period}")
_FROM_ITEMS = _("GL items since {first}")
_NO_MOVEMENTS = _("no movements")


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of an account when the period ended, and the list it comes from."""

    account: str
    name: str
    closing: Decimal
    source: Text


def read_balance(
    lists: MonthEndLists, account: str, ar_items: FetchedList, end: date, earlier: FetchedList,
    movements: pl.DataFrame | None,
) -> Balance:  # fmt: skip
    """Return the balance of an account: its last closing balance, else the sum of all its postings.

    Args:
        lists: reads further lists.
        account: the account.
        ar_items: all AR items; the postings must begin as early as they do.
        end: last day of the period.
        earlier: the list that further movements must not be older than.
        movements: the movements of the period (`parse_movements`); None when ARM has none.

    Raises:
        Unavailable: neither list gives the balance.
    """
    if movements is not None:
        own = _movements_until(movements, end, account)
        if not own.height:
            all_periods = Partition(values=(("glaccountno", account),))
            own = _movements_until(read_movements(lists, all_periods, earlier), end, account)
        if not own.height:
            return Balance(account, "", Decimal(0), _NO_MOVEMENTS)
        year, period, closing = own.select("year", "period", "closing").row(-1)
        if closing is not None:
            return Balance(account, "", closing, _FROM_MOVEMENTS.fill(period=f"{year}-{period:02d}"))
    return _sum_postings(lists, account, ar_items, end)


def _movements_until(movements: pl.DataFrame, end: date, account: str) -> pl.DataFrame:
    period = pl.col("year") * 100 + pl.col("period")
    own = movements.filter((pl.col(ACCOUNT) == account) & (period <= end.year * 100 + end.month))
    return own.sort("year", "period")


def _sum_postings(lists: MonthEndLists, account: str, ar_items: FetchedList, end: date) -> Balance:
    """The sum of all postings of an account, if they begin as early as the AR items do."""
    postings = lists.read(lists.build_further_request("gl-items", Partition(values=(("glaccountno", account),))))
    verify_complete(postings)
    closing, first = Decimal(0), ""
    period = pl.col("glYear").cast(pl.Int64, strict=False) * 100 + pl.col("glPeriod").cast(pl.Int64, strict=False)
    for page, _raw in postings.pages():
        amount = parse_amount_column("glAmount", postings.stats.columns)
        page_sum, page_first = page.select(
            amount.filter(period <= end.year * 100 + end.month).sum().alias("sum"),
            pl.col("voucherDate").min().alias("first"),
        ).row(0)
        closing += page_sum or Decimal(0)
        first = min(filter(None, (first, page_first)), default="")
    ar_first = min((text for page, _raw in ar_items.pages() if (text := page["voucherDate"].min())), default="")
    if str(ar_first) and (not first or first > str(ar_first)):
        raise Unavailable(
            _TOO_LATE.fill(account=account, first=_describe_day(first), ar_first=_describe_day(str(ar_first)))
        )
    return Balance(account, "", closing, _FROM_ITEMS.fill(first=_describe_day(first)))


def _describe_day(text: str) -> str:
    """The day of a time as ARM wrote it, in the language in which it is shown; the text itself where it is no time."""
    is_day = re.match(r"\d{4}-\d\d-\d\d", text) is not None
    return Text("{day:date}", {"day": text[:10]}) if is_day else text or "-"
