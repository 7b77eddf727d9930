"""What customers owed at the end of a period, and whether the ledger's own accounts say the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.arm.decode import RECORD_KEY
from armbulk.export.partition import Partition, month_bounds
from armbulk.export.run import FetchedList, to_json
from armbulk.i18n import Words
from armbulk.month_end.ageing import DEFAULTS, Interval, intervals
from armbulk.month_end.open_items import OpenItems, open_items_at, total
from armbulk.month_end.tie_out import MonthEndLists, TieOut, Unavailable, filled, moved_in, proven
from armbulk.month_end.turnover import ACCOUNT, Turnover, amount, text_column

_NO_ACCOUNT = Words(
    "no account whose postings name a customer (say which with --receivable-account)",
    "ingen konto der postene nevner en kunde (si hvilken med --receivable-account)",
)
_TOO_LATE = Words(
    "no closing balances, and the GL items of account {} begin {}, the AR items {}",
    "ingen utgående saldoer, og hovedbokspostene på konto {} begynner {}, reskontropostene {}",
)
_ALONE = Words(
    "on {} customer accounts the AR items do not add up to what is left of them",
    "på {} kundekontoer er ikke summen av reskontropostene lik det som gjenstår av dem",
)
FROM_MOVEMENTS = Words("GL movements {}", "Hovedboksbevegelser {}")
FROM_ITEMS = Words("GL items since {}", "Hovedboksposter siden {}")
FROM_NOTHING = Words("no movements", "ingen bevegelser")

_LEAN = {
    "account": "accountNo", "customer": "customerNo", "document": "documentNo", "reference": "referenceNo",
    "currency": "currency", "day": "voucherDate", "due": "dueDate", "year": "glYear", "period": "glPeriod",
}  # fmt: skip
_AMOUNTS = {"amount": "glAmount", "balance": "glBalance", "own": "currencyAmount", "own_balance": "currencyBalance"}


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account of the ledger held when the period ended, and who says so."""

    account: str
    name: str
    closing: Decimal
    source: Words


@dataclass(frozen=True, slots=True)
class Receivables:
    """What customers owed at the end of the period, and what the ledger says of it."""

    end: date
    gathered: FetchedList
    open: OpenItems
    intervals: tuple[Interval, ...]
    of_arm: bool  # whether the intervals are ARM's own
    gaps: tuple[dict[str, Any], ...]
    balances: tuple[Balance, ...] = ()
    said_outright: bool = False
    why: Words | None = None

    @property
    def ledger(self) -> Decimal:
        """What the receivable accounts hold."""
        return sum((one.closing for one in self.balances), Decimal(0))

    @property
    def difference(self) -> Decimal | None:
        """Customers' accounts less the ledger's; None where that cannot be told."""
        return None if self.why else self.open.by_ledger - self.ledger

    @property
    def agrees(self) -> bool:
        """Whether no difference was found."""
        return not self.difference

    def said(self, lang: str) -> dict[str, Any]:
        """The receivables as the JSON of `armbulk export close` says them."""
        by_item = total(self.open.items["open"])
        return {
            "end": self.end.isoformat(),
            "items": self.open.items.height,
            "balance": str(self.open.balance),
            "by_item": str(by_item),
            "not_by_item": str(self.open.balance - by_item),
            "tie_out": {
                "available": self.why is None,
                "reason": self.why.text(lang) if self.why else None,
                "accounts": [one.account for one in self.balances],
                "items": str(self.open.by_ledger),
                "ledger": str(self.ledger) if self.why is None else None,
                "difference": None if self.difference is None else str(self.difference),
            },
        }


def receivables(lists: MonthEndLists, gathered: FetchedList) -> Receivables:
    """What was open at the end of the period that the postings are of; the ledger's side is still to come."""
    root = gathered.want.root
    _, end = month_bounds(root.year or 1, root.period or 12)
    found = lists.read(lists.beside("ar-items", Partition()))
    items = pl.concat([_empty_lean(), *(_lean(page, found) for page, _ in found.pages())], how="vertical_relaxed")
    limits = _limits(lists, found)
    gaps = [*to_json(found, "en")["gaps"], *_unplaced(items)]
    usable = items.filter(pl.col("day").is_not_null())
    return Receivables(
        end, found, open_items_at(usable, end), limits or DEFAULTS, limits is not None,
        tuple({**one, "window": f"ar-items: {one['window']}"} for one in gaps),
    )  # fmt: skip


def _lean(page: pl.DataFrame, found: FetchedList) -> pl.DataFrame:
    columns = found.items.columns
    texts = {name: text_column(path, page) for name, path in _LEAN.items()}
    numbers = {name: texts[name].cast(pl.Int64, strict=False) for name in ("year", "period")}
    days = {name: texts[name].str.head(10).str.to_date("%Y-%m-%d", strict=False) for name in ("day", "due")}
    amounts = {name: amount(path, columns) for name, path in _AMOUNTS.items()}
    return page.select(pl.col(RECORD_KEY).alias("key"), **{**texts, **numbers, **days, **amounts})


def _empty_lean() -> pl.DataFrame:
    kinds: dict[str, Any] = {"key": pl.String} | dict.fromkeys(_LEAN, pl.String)
    kinds |= dict.fromkeys(("year", "period"), pl.Int64) | dict.fromkeys(("day", "due"), pl.Date)
    return pl.DataFrame(schema=kinds | dict.fromkeys(_AMOUNTS, pl.Decimal(38, 2)))


def _unplaced(items: pl.DataFrame) -> list[dict[str, Any]]:
    """Items that cannot be placed or added up."""
    asked = {
        "do not say their day": items.filter(pl.col("day").is_null()).height,
        "have no amount that can be read": items.filter(pl.col("amount").is_null()).height,
    }
    return [
        {"window": "all", "expected": None, "got": items.height, "why": f"{count} AR items {what}"}
        for what, count in asked.items()
        if count
    ]


def _limits(lists: MonthEndLists, earlier: FetchedList) -> tuple[Interval, ...] | None:
    """ARM's own intervals of the aged balance, where it tells them and they hold together."""
    try:
        found = lists.read_after(lists.beside("insights", Partition()), earlier)
    except Unavailable:
        return None
    said = [
        (_whole(least), _whole(most))
        for page, _ in found.pages()
        for least, most in page.select(text_column("fromDays", page), text_column("toDays", page)).iter_rows()
    ]
    return intervals(said)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.lstrip("-").isdecimal() else None


def against_ledger(
    lists: MonthEndLists,
    own: Receivables,
    said: Sequence[str],
    gathered: FetchedList,
    turnover: Turnover,
    tie_out: TieOut,
) -> Receivables:
    """Tie the receivables to the ledger's accounts."""
    own = replace(own, said_outright=bool(said))
    accounts = list(said) or turnover.receivables
    if not accounts:
        return replace(own, why=_NO_ACCOUNT)
    if own.open.alone:
        return replace(own, why=filled(_ALONE, own.open.alone))
    names = dict(turnover.by_account().select(ACCOUNT, "account_name").iter_rows())
    try:
        balances = [_closing(lists, own, one, gathered, tie_out.moved) for one in accounts]
    except Unavailable as missing:
        return replace(own, why=missing.why)
    return replace(own, balances=tuple(replace(one, name=names.get(one.account) or "") for one in balances))


def _closing(
    lists: MonthEndLists, own: Receivables, account: str, gathered: FetchedList, moved: pl.DataFrame | None
) -> Balance:
    """What an account held at the end: its closing balance, the last before, or all its postings together."""
    if moved is not None:
        found = _latest(moved, own.end, account)
        if not found.height:
            alone = moved_in(lists, Partition(values=(("glaccountno", account),)), gathered)
            found = _latest(alone, own.end, account)
        if not found.height:
            return Balance(account, "", Decimal(0), FROM_NOTHING)
        year, period, closing = found.select("year", "period", "closing").row(-1)
        if closing is not None:
            return Balance(account, "", closing, filled(FROM_MOVEMENTS, f"{year}-{period:02d}"))
    return _all_postings(lists, own, account)


def _latest(moved: pl.DataFrame, end: date, account: str) -> pl.DataFrame:
    number = pl.col("year") * 100 + pl.col("period")
    mine = moved.filter((pl.col(ACCOUNT) == account) & (number <= end.year * 100 + end.month))
    return mine.sort("year", "period")


def _all_postings(lists: MonthEndLists, own: Receivables, account: str) -> Balance:
    """The balance of an account as the sum of all it ever held, if its postings reach back as far as the items do."""
    found = lists.read(lists.beside("gl-items", Partition(values=(("glaccountno", account),))))
    proven(found)
    closing, first = Decimal(0), ""
    limit = own.end.year * 100 + own.end.month
    number = pl.col("glYear").cast(pl.Int64, strict=False) * 100 + pl.col("glPeriod").cast(pl.Int64, strict=False)
    for page, _ in found.pages():
        sums = page.select(
            amount("glAmount", found.items.columns).filter(number <= limit).sum().alias("sum"),
            pl.col("voucherDate").min().alias("first"),
        ).row(0)
        closing += sums[0] or Decimal(0)
        first = min(filter(None, (first, sums[1])), default="")
    begins = min((text for page, _ in own.gathered.pages() if (text := page["voucherDate"].min())), default="")
    if str(begins) and (not first or first > str(begins)):
        raise Unavailable(filled(_TOO_LATE, account, first or "-", begins))
    return Balance(account, "", closing, filled(FROM_ITEMS, first))
