"""Numbers as people write them, to exact decimals and integers. Nothing is rounded."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

import polars as pl

from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import FieldType
from armbulk.validation.cell_column import NUMBER_KINDS, CellColumn, CellIssue, ParsedColumn

DECIMALS = {FieldType.AMOUNT: 2, FieldType.QUANTITY: 6}
"""How many decimals a type has."""

_MAX_DECIMAL_CHARS = 36  # polars' Decimal holds 38 digits
_EXCEL_DIGITS = Context(prec=EXCEL_EXACT_DIGITS, rounding=ROUND_HALF_EVEN)
_SPACES = "[ \u00a0\u2007\u2009\u202f]"


def parse_decimal(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of an AMOUNT or QUANTITY column; `add_plain_numbers` has been called."""
    plain, issues = pl.col("plain"), _number_issues(cells)
    decimals = DECIMALS[cells.field.type]
    trimmed = plain.str.replace(r"(\.[0-9]*?)0+$", "$1")
    has_too_many = trimmed.str.extract(r"\.([0-9]+)$").str.len_chars() > decimals
    short_enough = pl.when(trimmed.str.len_chars() <= _MAX_DECIMAL_CHARS).then(trimmed)
    value = short_enough.str.strip_suffix(".").str.to_decimal(scale=decimals)
    is_lost = cells.text.is_not_null() & value.is_null()  # no value may be dropped without a finding
    more: list[CellIssue] = [
        ("too-many-decimals", has_too_many, pl.lit(str(decimals))),
        ("not-a-number", is_lost, None),
    ]
    return value, issues + more


def parse_integer(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of an INTEGER column; `add_plain_numbers` has been called."""
    integer = pl.col("plain").str.replace(r"\.0*$", "")
    value = pl.when(integer.str.contains(r"^-?[0-9]{1,18}$")).then(integer).cast(pl.Int64, strict=False)
    is_lost = cells.text.is_not_null() & value.is_null()
    return value, [*_number_issues(cells), ("not-an-integer", is_lost, None)]


def _number_issues(cells: CellColumn) -> list[CellIssue]:
    plain = pl.col("plain")
    may_be_two = cells.is_kind("text") & cells.text.str.contains(r"^[-\u2212]?[1-9][0-9]{0,2}[.,][0-9]{3}$")
    return [
        ("percent-cell", cells.is_kind("percent"), None),
        ("ambiguous-number", may_be_two & pl.lit(cells.options.decimal is None), None),
        ("not-a-number", cells.text.is_not_null() & plain.is_null(), None),
        ("number-too-large", plain.str.extract(r"^-?0*([0-9]+)").str.len_chars() > EXCEL_EXACT_DIGITS, None),
    ]


def add_plain_numbers(frame: pl.DataFrame, decimal: str | None) -> pl.DataFrame:
    """Add `plain` String: a number as digits with a decimal point; null for a text that is no number.

    Simple numbers are converted at once; only other texts are parsed as people write numbers.
    """
    frame = _shorten_to_excel_digits(frame)
    is_number = pl.col("kind").is_in(NUMBER_KINDS)
    marks = re.escape(decimal or ",.")
    is_simple = is_number | pl.col("text").str.contains(rf"^-?[0-9]+([{marks}][0-9]+)?$")
    simple = pl.when(is_simple & (is_number | (pl.col("kind") == "text"))).then(
        pl.col("text").str.replace(",", ".", literal=True)
    )
    frame = frame.with_columns(simple.alias("plain"), is_simple.fill_null(value=True).alias("is_simple"))
    if frame["is_simple"].all():
        return frame
    written = frame.filter(~pl.col("is_simple") & (pl.col("kind") == "text"))["text"].unique()
    parsed = pl.col("text").replace_strict(
        written, _parse_written(written, decimal), default=None, return_dtype=pl.String
    )
    return frame.with_columns(pl.when(pl.col("is_simple")).then(pl.col("plain")).otherwise(parsed))


def _parse_written(texts: pl.Series, decimal: str | None) -> pl.Series:
    """Return numbers as people write them as plain digits: 1 234,50 · 1.234,50 · (5) · 5- · kr 100; null for others."""
    text = (
        texts.str.replace_all("[\u2212\u2013]", "-")
        .str.replace(r"(?i)^\s*(kr|nok)\.?\s*", "")
        .str.replace(r"(?i)\s*(kr|nok|,-)\.?\s*$", "")
        .str.replace(r"^\((.*)\)$", "-$1")
        .str.replace(r"^(.*[0-9])-$", "-$1")
        .str.replace(rf"^(-?){_SPACES}+", "$1")
    )
    by_space = text.str.contains(rf"^-?[0-9]{{1,3}}({_SPACES}[0-9]{{3}})+([.,][0-9]+)?$")
    text = text.str.replace_all(_SPACES, "").zip_with(by_space, text)
    groups = "{1,}" if decimal else "{2,}"  # once the decimal mark is known, the other one can only group
    by_point = text.str.contains(rf"^-?[0-9]{{1,3}}(\.[0-9]{{3}})+,[0-9]+$|^-?[0-9]{{1,3}}(\.[0-9]{{3}}){groups}$")
    by_comma = text.str.contains(rf"^-?[0-9]{{1,3}}(,[0-9]{{3}})+\.[0-9]+$|^-?[0-9]{{1,3}}(,[0-9]{{3}}){groups}$")
    if decimal != ".":
        text = text.str.replace_all(".", "", literal=True).zip_with(by_point, text)
    if decimal != ",":
        text = text.str.replace_all(",", "", literal=True).zip_with(by_comma, text)
    is_plain = text.str.contains(rf"^-?[0-9]+([{re.escape(decimal or ',.')}][0-9]+)?$")
    nulls = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    return text.str.replace(",", ".", literal=True).zip_with(is_plain, nulls)


def _shorten_to_excel_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """Round number cells with more than 15 digits as Excel shows them: 0.30000000000000004 is 0.3."""
    is_number = pl.col("kind").is_in(NUMBER_KINDS)
    digits = pl.col("text").str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    long = frame.filter(is_number & (digits > EXCEL_EXACT_DIGITS))["text"].unique()
    if long.is_empty():
        return frame
    shortened = {text: format(_EXCEL_DIGITS.create_decimal(Decimal(text)).normalize(), "f") for text in long}
    text = pl.when(is_number).then(pl.col("text").replace(shortened)).otherwise(pl.col("text"))
    return frame.with_columns(text.alias("text"))
