"""Numbers as people write them, to exact decimals and integers. Nothing is rounded."""

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal

import polars as pl

from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import FieldType
from armbulk.validation.cell_column import NUMBER_KINDS, CellColumn, CellIssue, ParsedColumn
from armbulk.validation.characters import BLANK_WORD, DASHES, INVISIBLE

DECIMALS = {FieldType.AMOUNT: 2, FieldType.QUANTITY: 6}
"""How many decimals a type has."""

_MAX_DECIMAL_CHARS = 36  # polars' Decimal has 38 digits
_EXCEL_DIGITS = Context(prec=EXCEL_EXACT_DIGITS, rounding=ROUND_HALF_EVEN)
_SPACES = r"\p{Zs}"
_CROWNS = "kroner|kr"
_CURRENCY = rf"{_CROWNS}|nok|sek|dkk|isk|eur|usd|gbp|chf|pln|€|\$|£"
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "KRONER": "KR"}
CURRENCIES_OF_CROWNS = ["NOK", "SEK", "DKK", "ISK"]
"""The currencies that `kr` may be."""

_NO_DECIMALS = " *[.,:] *-{1,2}"
_MAY_BE_TWO = r"-?[1-9][0-9]{0,2}[.,][0-9]{3}"
_PARSED = ("plain", "may_be_two", "is_dash", "is_percent", "is_blank_word", "currency")


def parse_decimal(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of an AMOUNT or QUANTITY column; `add_plain_numbers` has been called."""
    is_dash = pl.col("is_dash")  # the accounting format of Excel shows 0 as a dash
    plain, issues = pl.when(is_dash).then(pl.lit("0")).otherwise(pl.col("plain")), _number_issues(cells)
    decimals = DECIMALS[cells.field.type]
    trimmed = plain.str.replace(r"(\.[0-9]*?)0+$", "$1")
    has_too_many = trimmed.str.extract(r"\.([0-9]+)$").str.len_chars() > decimals
    short_enough = pl.when(trimmed.str.len_chars() <= _MAX_DECIMAL_CHARS).then(trimmed)
    value = short_enough.str.strip_suffix(".").str.to_decimal(scale=decimals)
    is_lost = cells.text.is_not_null() & value.is_null()  # no value may be dropped without a finding
    more: list[CellIssue] = [
        ("too-many-decimals", has_too_many, pl.lit(str(decimals))),
        ("not-a-number", is_lost, None),
        ("dash-is-zero", is_dash, None),
    ]
    return value, [*((code, where & ~is_dash, detail) for code, where, detail in issues), *more]


def find_other_currency(frame: pl.DataFrame, sheet_frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Return the frame with `other_currency`: the currency in a text that is not its document's, whose number is null.

    In a row without a currency, kroner are taken as they are.

    Args:
        frame: The column's cells; `add_plain_numbers` has been called.
        sheet_frame: The same rows with every column of the sheet.
        cells: The column.
    """
    if not frame["currency"].count():
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("other_currency"))
    letter = cells.columns.get("currency")
    own = sheet_frame[letter].str.strip_chars().str.to_uppercase() if letter else pl.lit(None, dtype=pl.String)
    named, frame = pl.col("currency"), frame.with_columns(own.alias("own"))
    is_same = named == pl.col("own")
    is_same |= (named == "KR") & pl.col("own").fill_null("NOK").is_in(CURRENCIES_OF_CROWNS)
    is_same |= (named == "NOK") & pl.col("own").is_null()
    other = pl.when(~is_same.fill_null(value=False)).then(named).alias("other_currency")
    return frame.with_columns(other).with_columns(pl.when(pl.col("other_currency").is_null()).then(pl.col("plain")))


def parse_integer(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of an INTEGER column; `add_plain_numbers` has been called."""
    integer = pl.col("plain").str.replace(r"\.0*$", "")
    value = pl.when(integer.str.contains(r"^-?[0-9]{1,18}$")).then(integer).cast(pl.Int64, strict=False)
    is_lost = cells.text.is_not_null() & value.is_null()
    return value, [*_number_issues(cells), ("not-an-integer", is_lost, None)]


def _number_issues(cells: CellColumn) -> list[CellIssue]:
    plain = pl.col("plain")
    return [
        ("percent-not-amount" if cells.field.type is FieldType.AMOUNT else "percent-cell", _is_percent(cells), None),
        ("blank-word", pl.col("is_blank_word"), None),
        ("other-currency", pl.col("other_currency").is_not_null(), pl.col("other_currency").replace("KR", "kr")),
        ("ambiguous-number", pl.col("may_be_two") & pl.lit(cells.options.decimal is None), None),
        ("not-a-number", cells.text.is_not_null() & plain.is_null(), None),
        ("number-too-large", plain.str.extract(r"^-?0*([0-9]+)").str.len_chars() > EXCEL_EXACT_DIGITS, None),
    ]


def _is_percent(cells: CellColumn) -> pl.Expr:
    return cells.is_kind("percent") | (pl.col("is_percent") & (cells.field.type is FieldType.AMOUNT))


def add_plain_numbers(frame: pl.DataFrame, decimal: str | None) -> pl.DataFrame:
    """Add `plain` String: a number as digits with a decimal point; null for any other text.

    Add `may_be_two` Boolean: a text whose one separator may group thousands or begin the decimals. Add `is_dash`
    Boolean: a text that is a dash alone. Add `is_percent` and `is_blank_word` Boolean: a text that is a percentage, or
    means a blank cell. Add `currency` String: the currency in the text, KR for kroner. Simple numbers are
    converted at once; only other texts are parsed as people write numbers.
    """
    frame = shorten_to_excel_digits(frame)
    is_number = pl.col("kind").is_in(NUMBER_KINDS)
    is_text = pl.col("kind") == "text"
    marks = re.escape(decimal or ",.")
    is_simple = is_number | pl.col("text").str.contains(rf"^-?[0-9]+([{marks}][0-9]+)?$")
    simple = pl.when(is_simple & (is_number | is_text)).then(pl.col("text").str.replace(",", ".", literal=True))
    frame = frame.with_columns(
        simple.alias("plain"),
        is_simple.fill_null(value=True).alias("is_simple"),
        (is_text & pl.col("text").str.contains(rf"^{_MAY_BE_TWO}$")).fill_null(value=False).alias("may_be_two"),
        *(pl.lit(value=False).alias(name) for name in ("is_dash", "is_percent", "is_blank_word")),
        pl.lit(None, dtype=pl.String).alias("currency"),
    )
    if frame["is_simple"].all():
        return frame
    is_written = ~pl.col("is_simple") & is_text
    written = _parse_written(frame.filter(is_written)["text"].unique(), decimal)
    joined = frame.select("text").join(written, on="text", how="left", maintain_order="left")
    parsed = [pl.when(is_written).then(joined[name]).otherwise(pl.col(name)).alias(name) for name in _PARSED]
    return frame.with_columns(parsed)


def _parse_written(texts: pl.Series, decimal: str | None) -> pl.DataFrame:
    """Return `text` and the columns of `_PARSED` for numbers as people write them: 1 234,50 · (5) · 5- · kr 100,-."""
    text, number, is_whole = pl.col("text"), pl.col("number"), pl.col("is_whole")
    by_space = number.str.contains(r"^-?[0-9]{1,3}([ '\u2019][0-9]{3})+([.,][0-9]+)?$")
    frame = _strip_to_number(texts).with_columns(
        pl.when(by_space).then(number.str.replace_all(r"[ '\u2019]", "")).otherwise(number),
        may_be_two=number.str.contains(rf"^{_MAY_BE_TWO}$") & ~is_whole,
    )
    groups = "{1,}" if decimal else "{2,}"  # once the decimal mark is known, the other one can only group
    by_point = number.str.contains(rf"^-?[0-9]{{1,3}}(\.[0-9]{{3}})+,[0-9]+$|^-?[0-9]{{1,3}}(\.[0-9]{{3}}){groups}$")
    by_comma = number.str.contains(rf"^-?[0-9]{{1,3}}(,[0-9]{{3}})+\.[0-9]+$|^-?[0-9]{{1,3}}(,[0-9]{{3}}){groups}$")
    whole_groups = number.str.contains(r"^-?[0-9]{1,3}((\.[0-9]{3})+|(,[0-9]{3})+)$")
    frame = frame.with_columns(
        pl.when(is_whole & whole_groups)
        .then(number.str.replace_all("[.,]", ""))
        .when(pl.lit(decimal != ".") & ~is_whole & by_point)
        .then(number.str.replace_all(".", "", literal=True))
        .when(pl.lit(decimal != ",") & ~is_whole & by_comma)
        .then(number.str.replace_all(",", "", literal=True))
        .otherwise(number)
    )
    has_form = number.str.contains(rf"^-?[0-9]+([{re.escape(decimal or ',.')}][0-9]+)?$")
    has_form &= ~is_whole | number.str.contains("^-?[0-9]+$")
    named = text.str.to_uppercase().str.extract(rf"(?i)(?:^|[^\p{{L}}])({_CURRENCY})(?:[^\p{{L}}]|$)")
    return frame.select(
        text,
        pl.when(has_form).then(number.str.replace(",", ".", literal=True)).alias("plain"),
        "may_be_two",
        number.str.contains("^--?$").alias("is_dash"),
        text.str.contains(r"^-?[0-9][0-9.,]*\s?%$").alias("is_percent"),
        text.str.contains(BLANK_WORD).alias("is_blank_word"),
        named.replace(_SYMBOLS).alias("currency"),
    )


def _strip_to_number(texts: pl.Series) -> pl.DataFrame:
    """Return `text`, `number` without blanks, currency, brackets, the minus in front; `is_whole`: it ended by `,-`."""
    number, ends_whole = pl.col("number"), pl.col("number").str.contains(rf"[0-9]{_NO_DECIMALS}$")
    text = pl.col("text").str.replace_all(DASHES, "-").str.replace_all(_SPACES, " ").str.replace_all(INVISIBLE, "")
    frame = texts.alias("text").to_frame().with_columns(_strip_currency(text).alias("number"))
    frame = frame.with_columns(_strip_currency(_strip_brackets(number)), is_whole=ends_whole)
    number = _strip_brackets(number).str.replace(r"^(.*[0-9]) *-$", "-$1").str.replace("^(-?) +", "$1")
    number = number.str.replace(r"^\+ *([0-9])", "$1").str.replace(r"^(-?)([.,][0-9]+)$", "${1}0$2")
    return frame.with_columns(number, is_whole=pl.col("is_whole") | ends_whole)


def _strip_currency(text: pl.Expr) -> pl.Expr:
    """Return a text without the currency at its ends; it may be inside or outside of brackets."""
    text = text.str.strip_chars(" ").str.replace(rf"(?i)^(-?) *(?:{_CURRENCY})[.:]? *", "$1")
    return text.str.replace(rf"(?i) *(?:{_CURRENCY})\.?$", "")


def _strip_brackets(text: pl.Expr) -> pl.Expr:
    """Return a text without what ends a whole number, and with a minus for brackets."""
    return text.str.replace(rf"([0-9]){_NO_DECIMALS}$", "$1").str.replace(r"^\( *(.*?) *\)$", "-$1")


def shorten_to_excel_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """Round number cells with more than 15 digits as Excel shows them: 0.30000000000000004 is 0.3."""
    is_number = pl.col("kind").is_in(NUMBER_KINDS)
    digits = pl.col("text").str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    is_long = is_number & (digits > EXCEL_EXACT_DIGITS)
    if not frame.select(is_long.any()).item():
        return frame
    long = frame.filter(is_long)["text"].unique()
    shortened = {text: format(_EXCEL_DIGITS.create_decimal(Decimal(text)).normalize(), "f") for text in long}
    text = pl.when(is_number).then(pl.col("text").replace(shortened)).otherwise(pl.col("text"))
    return frame.with_columns(text.alias("text"))
