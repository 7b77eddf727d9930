"""What is open of each item of a list, in its currency and in the base currency, from whichever amounts the list has.

The open amount is the remainder if the list has one; else debit less credit; else the original amount less what is paid
and credited. A column that only runs on (the customer's balance after each row) is no remainder.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from armbulk.migration.age_columns import is_age
from armbulk.model.ledger_export import BASE_AMOUNT

_CREDIT_WORDS = r"(?i)^(k|c|cr|kr?ed(it)?)\.?$"
_ZERO = pl.lit(0).cast(BASE_AMOUNT)
_FAMILIES = ("remaining", "original")
_DEDUCTED = ("paid", "credited")


@dataclass(frozen=True, slots=True)
class ListedAmounts:
    """The amounts of the items.

    Attributes:
        rows: The rows, with currency String; amount (open, in `currency`), base_amount (open, in the base currency;
            null if the list does not say it), first (the original amount), figure (what the list adds up in its totals)
            Decimal(38, 2); is_settled_otherwise Boolean: original - paid is not the remainder.
        figure: The field that the totals add up; "" if the list has no amount that can be added up.
        is_original: Whether the only amounts are original ones: the list does not say that they are open.
        has_running_balance: Whether a column of balances runs on, and was not taken for remainders.
        has_ages: Whether the open amounts are those of columns of ages: then `rows` has stated (the column of totals)
            and is_aged_otherwise Boolean (the ages are not the total).
    """

    rows: pl.DataFrame
    figure: str
    is_original: bool
    has_running_balance: bool
    has_ages: bool = False


def read_amounts(rows: pl.DataFrame, base_currency: str) -> ListedAmounts | None:
    """Read what is open of each item; None if the list has no amount.

    Args:
        rows: The rows of a list (`listed_rows.ListedRows.rows`).
        base_currency: The currency of amounts without one.
    """
    items = rows.filter(pl.col("role") == "item")
    used = {name for name in rows.columns if rows.schema[name] == BASE_AMOUNT and items[name].count()}
    ages = {name for name in rows.columns if is_age(name)}
    aged = {"aged"} if ages else set()
    rows = _sign_by_side(_net_sides(_add_up_ages(rows, ages), used), (used - ages) | aged)
    used |= {"net"} if used & {"debit", "credit"} else set()
    beside = next((name for name in ("aged", "net", "original") if name in used | aged), "")
    is_running = bool(beside) and "remaining" in used and _is_running(rows, beside)
    used -= {*ages, *({"remaining"} if is_running else ())}
    if ages:
        rows = _take_ages(rows, has_total="remaining" in used)
        used |= {"remaining"}
    family = next((name for name in _FAMILIES if used & _names_of(name)), "")
    if "net" in used and family != "remaining":
        family = "net"
    if not family:
        return None
    currency = pl.col("currency").str.strip_chars().str.to_uppercase().replace({"": None, "KR": None, "LCY": None})
    rows = rows.with_columns(currency=currency.fill_null(base_currency)).with_columns(
        is_foreign=pl.col("currency") != base_currency
    )
    rows = rows.with_columns(**_find_open(family, used))
    figure = _choose_figure(rows, family, used)
    has_parts = {"original", "remaining"} <= used and bool(used & set(_DEDUCTED))
    first = next((name for name in ("original", "base_original", "currency_original") if name in used), "amount")
    rows = rows.with_columns(
        first=pl.coalesce(first, "amount"),
        figure=pl.col(figure) if figure else pl.lit(None, dtype=BASE_AMOUNT),
        is_settled_otherwise=_is_settled_otherwise(used) if has_parts else pl.lit(value=False),
    )
    is_original = family == "original" and not used & set(_DEDUCTED)
    return ListedAmounts(rows, figure, is_original, is_running, bool(ages))


def _add_up_ages(rows: pl.DataFrame, ages: Collection[str]) -> pl.DataFrame:
    """Return the rows with `aged`: the sum of the columns of ages, null where all of them are blank."""
    if not ages:
        return rows
    has_age = pl.any_horizontal(pl.col(name).is_not_null() for name in ages)
    total = sum((pl.col(name).fill_null(_ZERO) for name in sorted(ages)), start=_ZERO)
    return rows.with_columns(aged=pl.when(has_age).then(total).cast(BASE_AMOUNT))


def _take_ages(rows: pl.DataFrame, *, has_total: bool) -> pl.DataFrame:
    """Return the rows with what is open (`remaining`): of an item by its ages, of a total as it states it.

    Where an item has no amount in a column of an age, its total is what is open; that is a difference, too.
    """
    stated = pl.col("remaining") if has_total else pl.lit(None, dtype=BASE_AMOUNT)
    is_item = pl.col("role") == "item"
    differs = is_item & stated.is_not_null() & pl.col("aged").fill_null(_ZERO).ne(stated)
    return rows.with_columns(
        stated=stated.cast(BASE_AMOUNT),
        is_aged_otherwise=differs.fill_null(value=False),
        remaining=pl.when(is_item).then(pl.coalesce("aged", stated)).otherwise(pl.coalesce(stated, "aged")),
    )


def _names_of(family: str) -> set[str]:
    return {family, f"base_{family}", f"currency_{family}"}


def _net_sides(rows: pl.DataFrame, used: Collection[str]) -> pl.DataFrame:
    """Return the rows with `net`: debit less credit, whichever sign the credits have; null where neither is there."""
    credit = pl.col("credit").fill_null(_ZERO)
    are_negative = "credit" in used and bool((rows["credit"].drop_nulls() <= 0).all())
    net = pl.col("debit").fill_null(_ZERO) + (credit if are_negative else -credit)
    has_side = pl.col("debit").is_not_null() | pl.col("credit").is_not_null()
    return rows.with_columns(net=pl.when(has_side).then(net).cast(BASE_AMOUNT))


def _sign_by_side(rows: pl.DataFrame, used: Collection[str]) -> pl.DataFrame:
    """Return the rows with a minus before the amounts whose column D/K says credit."""
    is_credit = pl.col("side").str.strip_chars().str.contains(_CREDIT_WORDS).fill_null(value=False)
    names = sorted(set(used) - {"debit", "credit", *_DEDUCTED})
    return rows.with_columns(pl.when(is_credit).then(-pl.col(name).abs()).otherwise(name).alias(name) for name in names)


def _is_running(rows: pl.DataFrame, beside: str) -> bool:
    """Return whether the balance of each item is the sum of the customer's amounts up to it, and of more than one.

    Args:
        rows: The rows.
        beside: The column of the amounts.
    """
    amount = pl.col(beside)
    items = rows.filter((pl.col("role") == "item") & pl.col("customer_id").is_not_null())
    summed = items.select("remaining", amount=amount, total=amount.fill_null(_ZERO).cum_sum().over("customer_id"))
    agrees = (pl.col("remaining") == pl.col("total")).fill_null(value=True)  # some lists leave out the first balance
    differs = (pl.col("remaining") != pl.col("amount")).fill_null(value=False)
    return bool(summed.select(agrees.all() & differs.any()).item())


def _find_open(family: str, used: Collection[str]) -> dict[str, pl.Expr]:
    """Return the open amount in the item's currency (`amount`) and in the base currency (`base_amount`)."""
    of_currency = "original" if family == "net" else family
    in_currency = f"currency_{of_currency}" if f"currency_{of_currency}" in used else ""
    in_base = f"base_{of_currency}" if family != "net" and f"base_{of_currency}" in used else ""
    plain = pl.col(family) if family in used else pl.lit(None, dtype=BASE_AMOUNT)
    if family == "original" and used and set(_DEDUCTED) & set(used):
        plain = plain - sum((_deducted(name) for name in _DEDUCTED if name in used), start=_ZERO)
    foreign = pl.col(in_currency) if in_currency else plain
    own = [pl.col(in_base)] if in_base else []
    own += [plain, *([pl.col(in_currency)] if in_currency else [])]
    base = pl.col(in_base) if in_base else plain if in_currency else pl.lit(None, dtype=BASE_AMOUNT)
    is_foreign = pl.col("is_foreign")
    return {
        "amount": pl.when(is_foreign).then(foreign).otherwise(pl.coalesce(own)).cast(BASE_AMOUNT),
        "base_amount": pl.when(is_foreign).then(base).otherwise(pl.coalesce(own)).cast(BASE_AMOUNT),
        "open_plain": plain.cast(BASE_AMOUNT),
    }


def _deducted(name: str) -> pl.Expr:
    """Return what is paid or credited of an item, with the sign of its original amount."""
    size = pl.col(name).fill_null(_ZERO).abs()
    return pl.when(pl.col("original") < 0).then(-size).otherwise(size)


def _choose_figure(rows: pl.DataFrame, family: str, used: Collection[str]) -> str:
    """Return the column that the totals of the list add up: one that items and totals have.

    A column of several currencies adds up to nothing.
    """
    is_item = pl.col("role") == "item"
    totals, items = rows.filter(~is_item), rows.filter(is_item)
    names = [f"base_{family}", family, f"currency_{family}", "net", "base_original", "original"]
    if family == "original" and set(_DEDUCTED) & set(used):
        names.insert(0, "open_plain")
    has_base = items["base_amount"].count() == items.height
    for name in names:
        if name not in rows.columns or (name in {*_names_of("remaining"), *_names_of("original"), "net"} - set(used)):
            continue
        is_base = name.startswith("base_") or (has_base and name in {family, "net"} and f"currency_{family}" in used)
        if totals[name].count() and (is_base or items["currency"].n_unique() == 1):
            return name
    return ""


def _is_settled_otherwise(used: Collection[str]) -> pl.Expr:
    """Return whether the original amount less what is paid and credited is another amount than the remainder."""
    deducted = sum((_deducted(name) for name in _DEDUCTED if name in used), start=_ZERO)
    is_known = pl.col("original").is_not_null() & pl.col("remaining").is_not_null() & (pl.col("role") == "item")
    return (is_known & (pl.col("original") - deducted != pl.col("remaining"))).fill_null(value=False)
