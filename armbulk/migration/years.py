"""Exports of consecutive periods as one: opening balances of the first, closing balances of the last, all postings.

The closing balance of each customer must be the opening balance of the next period (P7).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.migration.references import OWNER
from armbulk.model.ledger_export import BASE_AMOUNT, LedgerExport


def join_years(exports: Sequence[LedgerExport]) -> tuple[LedgerExport, pl.DataFrame]:
    """Join exports of one ledger.

    A customer that a later export leaves out has no closing balance: exporters leave out customers without a posting in
    the period, even with a balance.

    Args:
        exports: One or more; in any order.

    Returns:
        The export of the whole time, and the customers whose balances do not meet (P7): customer_id String; closing,
        opening, difference Decimal(38, 2); file String, of the later export.

    Raises:
        FileError: The exports are of different companies or currencies, a period is missing or there twice.
    """
    ordered = sorted(exports, key=lambda export: (export.header.end is None, export.header.end))
    joined, breaks = ordered[0], [_compare_balances(ordered[0], ordered[0]).clear()]
    for later in ordered[1:]:
        _check_follows(joined, later)
        breaks.append(_compare_balances(joined, later))
        joined = _append(joined, later)
    return joined, pl.concat(breaks)


def _check_follows(earlier: LedgerExport, later: LedgerExport) -> None:
    file = later.parts["file"][0]
    if (earlier.header.company_no, earlier.header.currency) != (later.header.company_no, later.header.currency):
        raise FileError(
            "ledger-mixed",
            _("{file}: this file is of another company, or in another currency, than the files before it.", file=file),
            _("Give the files of one company."),
        )
    start, end = later.header.start, earlier.header.end
    if start is None or end is None:
        raise FileError(
            "ledger-period-unknown",
            _("{file}: the periods of the files are not stated, so their order is unknown.", file=file),
            _("Give one file, or files with dates in SelectionCriteria."),
        )
    if start != end + timedelta(days=1):
        raise FileError(
            "ledger-period-gap",
            _(
                "{file}: its period begins on {start:date}. The period before it ends on {end:date}.",
                file=file,
                start=start,
                end=end,
            ),
            _("Give files whose periods follow one another, each of them once."),
        )


def _sum_balances(export: LedgerExport, name: str) -> pl.DataFrame:
    return export.balances.group_by(OWNER, maintain_order=True).agg(pl.col(name).sum())


def _compare_balances(earlier: LedgerExport, later: LedgerExport) -> pl.DataFrame:
    """Return the customers whose closing balance is not the next opening balance; a missing one counts as 0."""
    zero = pl.lit(0).cast(BASE_AMOUNT)
    both = _sum_balances(earlier, "closing").join(
        _sum_balances(later, "opening"), on=OWNER, how="full", coalesce=True, maintain_order="left_right"
    )
    return (
        both.with_columns(pl.col("closing", "opening").fill_null(zero))
        .with_columns(difference=(pl.col("opening") - pl.col("closing")).cast(BASE_AMOUNT))
        .filter(pl.col("difference") != 0)
        .with_columns(file=pl.lit(later.parts["file"][0] if later.parts.height else ""))
    )


def _append(earlier: LedgerExport, later: LedgerExport) -> LedgerExport:
    """Return both as one export. What the later one says of a customer counts."""
    last = earlier.lines.whole.select(pl.col("voucher", "line").max().fill_null(0)).collect()
    moved = [(pl.col(name) + last[name][0] + 1).cast(pl.Int64) for name in last.columns]
    gone = earlier.customers.join(later.customers, on=OWNER, how="anti", maintain_order="left")
    old_accounts = earlier.accounts.select("account_id", first="opening")
    accounts = later.accounts.join(old_accounts, on="account_id", how="left", maintain_order="left").with_columns(
        opening=pl.coalesce("first", "opening")
    )
    names = (OWNER, "account_id")
    balances = earlier.balances.select(*names, first="opening").join(
        later.balances,
        on=names,
        how="full",
        coalesce=True,
        nulls_equal=True,
        maintain_order="right_left",
    )
    balances = balances.with_columns(opening=pl.coalesce("first", "opening"))
    return replace(
        earlier,
        header=replace(later.header, start=earlier.header.start),
        parts=pl.concat([earlier.parts, later.parts]),
        accounts=accounts.select(earlier.accounts.columns),
        customers=pl.concat([later.customers, gone]),
        balances=balances.select(earlier.balances.columns),
        receivable_accounts=tuple(sorted({*earlier.receivable_accounts, *later.receivable_accounts})),
        are_accounts_named=earlier.are_accounts_named and later.are_accounts_named,
        lines=earlier.lines.append(later.lines.change(lambda share: share.with_columns(moved))),
        repeats_currency_amounts=earlier.repeats_currency_amounts or later.repeats_currency_amounts,
        account_movements=pl.concat([earlier.account_movements, later.account_movements])
        .group_by("account_id")
        .agg(pl.col("amount").sum())
        .sort("account_id"),
        unbalanced_vouchers=pl.concat([earlier.unbalanced_vouchers, later.unbalanced_vouchers]),
        has_namespace=earlier.has_namespace and later.has_namespace,
    )
