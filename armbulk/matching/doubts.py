"""Why a likely column is still asked about: what its words and values leave open."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _
from armbulk.mapping.amount_headers import list_possible_amounts
from armbulk.matching.header_words import find_meanings, score_header
from armbulk.model.fields import Field
from armbulk.resources import RESOURCES
from armbulk.validation.amounts import AMOUNTS

_MAX_VAT_SHARE = 0.28
"""The highest VAT rate in Europe is 27 %."""

_SMALLEST_DIFFERENCE = 0.01
_MAX_SHORT = 8
"""A bank account has 11 digits, or 9 if it lost its zeros."""


def doubt_amount(header: str, column: Field, *, is_flat: bool) -> Text:
    """Return what is not clear of a column that may be an amount; "" where its header says what it is.

    Args:
        header: Its header.
        column: The amount that it may be.
        is_flat: Whether the sheet has documents and lines, which both have amounts.
    """
    if column.name not in AMOUNTS:
        return NO_TEXT
    meanings = find_meanings(header)[0]
    if "open" in meanings:
        return _("open amount: it is less than the invoice if a part is paid")
    if is_flat:
        return _("the header does not say whether it is of the document or of the line")
    possible = list_possible_amounts(header, {field.name: field for field in RESOURCES["documents"].fields}, {})
    if possible == [column.name] or meanings & {"net", "gross"}:
        return NO_TEXT
    return _("the header does not say whether VAT is included")


def doubt_posting_date(header: str, column: Field) -> Text:
    """Return what is not clear of a posting date that may be the document's date; "" for another column."""
    if column.name == "document_date" and "posting" in find_meanings(header)[0]:
        return _("posting date: it may differ from the date of the invoice")
    return NO_TEXT


def doubt_account(header: str, column: Field, fields: Mapping[str, Field]) -> Text:
    """Return that a header is the known one of another field: Kontonr is a bank account, or the customer's number.

    Args:
        header: The header.
        column: What the column may be.
        fields: Everything that it could be.
    """
    for other in fields.values():
        if other.name != column.name and score_header(header, other) == 1:
            title = Text("{name}", {"name": other.header})
            return _("the header may also mean {header}, but the values do not look like it", header=title)
    return NO_TEXT


def is_short_account(column: Field, texts: Sequence[str]) -> bool:
    """Return whether a field is a bank account, and texts are too short for one: the numbers of customers."""
    return column.format == "bank-account" and all(len(text) <= _MAX_SHORT for text in texts)


def is_vat(net: pl.Series, vat: pl.Series) -> bool:
    """Return whether amounts may be the VAT of others: in no row more than the highest rate."""
    return bool((vat.abs() <= net.abs() * _MAX_VAT_SHARE + _SMALLEST_DIFFERENCE).all())


def doubt_sums(headers: Sequence[str]) -> bool:
    """Return whether three amounts that add up may be others than net, VAT and gross: no header says that they are."""
    _net, vat, _gross = (find_meanings(header)[0] for header in headers)
    return "vat" not in vat or bool(vat & {"net", "gross"})


def are_payments(headers: Sequence[str]) -> bool:
    """Return whether amounts are called paid or open: paid + open = invoiced, and none of them is VAT."""
    return any(find_meanings(header)[0] & {"open", "paid", "debit", "credit"} for header in headers)


def varies_within(keys: pl.Series, values: pl.Series) -> bool:
    """Return whether a value differs between rows with the same key: it is the line's, not the document's."""
    frame = pl.DataFrame({"key": keys, "value": values}).drop_nulls()
    return bool((frame.group_by("key").agg(pl.col("value").n_unique())["value"] > 1).any())
