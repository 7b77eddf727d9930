"""The postings on receivables: texts become amounts and days; one amount of two sides, debit positive."""

import polars as pl

from armbulk.i18n import _
from armbulk.model.ledger_export import BASE_AMOUNT, CURRENCY_AMOUNT, LINE_COLUMNS, Columns
from armbulk.readers.saft.refusals import line_error
from armbulk.readers.saft.values import clean_column, parse_amounts, parse_days

_SIDES = {"debit": "DebitAmount", "credit": "CreditAmount"}
_OF_VOUCHER = ("transaction_id", "date", "has_sales", "has_bank", "total")
OWN_COLUMNS: Columns = {
    name: dtype for name, dtype in LINE_COLUMNS.items() if name not in {"line", "is_shared", *_OF_VOUCHER}
}
"""A posting as it is in the file, without what is known of its voucher."""

_IDENTIFIERS = ("customer_id", "reference", "source_document", "cid", "cross_reference", "description")


def build_lines(rows: pl.DataFrame, file: str) -> pl.DataFrame:
    """Return postings as `OWN_COLUMNS`.

    Args:
        rows: The texts of the postings: voucher, account_id, those of `OWN_COLUMNS`, for both sides debit, credit and
            their currency, currency_amount and rate; xml_line.
        file: The file's name in messages and in the frame.

    Raises:
        FileError: A value is not valid.
    """
    typed: list[pl.Series] = [parse_days(rows, "due_date", "DueDate", file)]
    for side, element in _SIDES.items():
        typed.append(parse_amounts(rows, side, f"{element}/Amount", file))
        for ending, name in (("currency_amount", "CurrencyAmount"), ("rate", "ExchangeRate")):
            typed.append(parse_amounts(rows, f"{side}_{ending}", f"{element}/{name}", file, CURRENCY_AMOUNT))
    rows = rows.with_columns(*typed, *map(clean_column, (*_IDENTIFIERS, "debit_currency", "credit_currency")))
    _refuse_two_currencies(rows, file)
    sign_of_credit = pl.col("credit").is_not_null() & (pl.col("debit").fill_null(0) == 0)
    return rows.with_columns(
        amount=(pl.col("debit").fill_null(0) - pl.col("credit").fill_null(0)).cast(BASE_AMOUNT),
        currency=_choose_side(sign_of_credit, "currency").str.to_uppercase(),
        exchange_rate=_choose_side(sign_of_credit, "rate"),
        currency_amount=_subtract("debit_currency_amount", "credit_currency_amount"),
        file=pl.lit(file),
    ).select(*OWN_COLUMNS)


def add_vouchers(lines: pl.DataFrame, vouchers: pl.DataFrame) -> pl.DataFrame:
    """Return postings with what is known of their vouchers: `LINE_COLUMNS` without line.

    Args:
        lines: `OWN_COLUMNS`; all postings of each voucher.
        vouchers: Their vouchers (`VOUCHER_COLUMNS`).
    """
    owners = pl.col("customer_id").drop_nulls().n_unique().over("voucher")
    return lines.join(
        vouchers.select("voucher", *_OF_VOUCHER), on="voucher", how="left", maintain_order="left"
    ).with_columns(is_shared=owners > 1)


def repeats_currency_amounts(lines: pl.DataFrame) -> bool:
    """Return whether a voucher repeats a currency amount on customers' postings with other amounts: a known error.

    Args:
        lines: `OWN_COLUMNS`; all postings of each voucher.
    """
    vouchers = (
        lines.filter(pl.col("currency_amount").is_not_null() & pl.col("customer_id").is_not_null())
        .group_by("voucher")
        .agg(amounts=pl.col("amount").abs().n_unique(), own=pl.col("currency_amount").abs().n_unique())
    )
    return vouchers.filter((pl.col("amounts") > 1) & (pl.col("own") == 1)).height > 0


def _choose_side(is_credit: pl.Expr, ending: str) -> pl.Expr:
    """Return a value of the side that has the amount, else of the other side."""
    debit, credit = pl.col(f"debit_{ending}"), pl.col(f"credit_{ending}")
    return pl.when(is_credit).then(pl.coalesce(credit, debit)).otherwise(pl.coalesce(debit, credit))


def _subtract(debit: str, credit: str) -> pl.Expr:
    difference = pl.col(debit).fill_null(0) - pl.col(credit).fill_null(0)
    is_stated = pl.col(debit).is_not_null() | pl.col(credit).is_not_null()
    return pl.when(is_stated).then(difference.cast(CURRENCY_AMOUNT))


def _refuse_two_currencies(rows: pl.DataFrame, file: str) -> None:
    """Refuse a posting whose two sides have amounts in different currencies: there is no sum of them."""
    both = (pl.col("debit").fill_null(0) != 0) & (pl.col("credit").fill_null(0) != 0)
    differ = pl.col("debit_currency").str.to_uppercase() != pl.col("credit_currency").str.to_uppercase()
    lines = rows.filter(both & differ)["xml_line"]
    if len(lines):
        what = _("a posting (Line) has a debit and a credit amount in different currencies")
        raise line_error(file, lines[0], what)
