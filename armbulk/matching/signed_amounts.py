"""Amounts whose sign is elsewhere: debit and credit in two columns, or the side of each amount beside it."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from armbulk.i18n import Text, _
from armbulk.mapping.amount_sides import CREDIT, DEBIT, has_unsigned_credit, is_side_header, read_sides
from armbulk.mapping.block_titles import to_number
from armbulk.matching.column_values import ColumnReader
from armbulk.matching.header_words import find_meanings
from armbulk.matching.names import quote_header
from armbulk.model.column_proposal import ColumnProposal, DerivedFields

_AMOUNT = "incl_vat"
_MIN_SHARE = 0.9


def find_signed_amounts(
    known: Collection[str], columns: Sequence[ColumnProposal], headers: Mapping[str, str], reader: ColumnReader
) -> list[DerivedFields]:
    """Return how the amount of a document is made of two columns; nothing where its sign is in the amount itself.

    Args:
        known: The fields of the resource.
        columns: What the columns may be.
        headers: Letter → header, of those that only one column has.
        reader: Reads the columns.
    """
    if _AMOUNT not in known:
        return []
    amount = next((column.letter for column in columns if column.target == _AMOUNT), None)
    if amount is None:
        return _join_sides(headers, reader)
    side = next((letter for letter, text in headers.items() if is_side_header(text)), None)
    if side is None or amount not in headers:
        return []
    rows = reader.read_texts((amount, side))
    if rows.select((to_number(amount) < 0).any()).item() or not has_unsigned_credit(rows, side, to_number(amount)):
        return []
    return [_apply_side(amount, side, headers, rows)]


def _join_sides(headers: Mapping[str, str], reader: ColumnReader) -> list[DerivedFields]:
    """Return the amount of a column of debit and one of credit, if each row has one of them."""
    sides = {
        name: [letter for letter, text in headers.items() if _is_called(text, name)] for name in ("debit", "credit")
    }
    if any(len(letters) != 1 for letters in sides.values()):
        return []
    debit, credit = sides["debit"][0], sides["credit"][0]
    rows = reader.read_texts((debit, credit))
    numbers = rows.select(to_number(debit).alias("debit"), to_number(credit).alias("credit"))
    texts = rows.select(pl.col(debit, credit).is_not_null().sum()).sum_horizontal().item()
    read = numbers.select(pl.all().is_not_null().sum()).sum_horizontal().item()
    are_apart = numbers.select(
        ((pl.col("debit").fill_null(0) == 0) | (pl.col("credit").fill_null(0) == 0)).all()
        & (pl.all_horizontal(pl.all().fill_null(0) >= 0)).all()
    ).item()
    if not texts or read < _MIN_SHARE * texts or not are_apart:
        return []
    question: Text = _(
        'Read "{debit}" as Amount incl. VAT, and "{credit}" as negative amounts (credit notes, payments)?',
        debit=headers[debit], credit=headers[credit],
    )  # fmt: skip
    first, second = (f"row[{quote_header(headers[letter])}]" for letter in (debit, credit))
    has_second = f"{second} and {second}.strip('0., ')"
    expression = f"{{{{ '-' ~ {second} if {has_second} else {first} }}}}"
    samples = [rows[letter].drop_nulls()[:1].to_list() for letter in (debit, credit)]
    shown = [*samples[0], *(f"-{text}" for text in samples[1])]
    return [DerivedFields((debit, credit), {_AMOUNT: expression}, question, tuple(shown))]


def _apply_side(amount: str, side: str, headers: Mapping[str, str], rows: pl.DataFrame) -> DerivedFields:
    """Return the amount with the sign of its side; one of another side is an error."""
    credit = rows.filter(read_sides(pl.col(side)).fill_null(value=False) & (to_number(amount) > 0))
    question: Text = _(
        'Read "{amount}" as Amount incl. VAT, and as negative where "{side}" is {value} (credit notes, payments)?',
        amount=headers[amount], side=headers[side], value=credit[side][0],
    )  # fmt: skip
    number, beside = (f"row[{quote_header(headers[letter])}]" for letter in (amount, side))
    folded = f"{beside}.strip().lower()"
    expression = (
        f"{{{{ '' if not {number} else {number} if {folded} in {list(DEBIT)} else "
        f"'-' ~ {number} if {folded} in {list(CREDIT)} else '? ' ~ {number} }}}}"
    )
    return DerivedFields((amount, side), {_AMOUNT: expression}, question, (f"-{credit[amount][0]}",))


def _is_called(header: str, side: str) -> bool:
    meanings, unknown = find_meanings(header)
    return side in meanings and meanings <= {side, "amount"} and not unknown
