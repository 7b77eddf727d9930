"""Identifiers: texts made of digits, whose leading zeros a file may have lost on its way."""

import polars as pl

from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import FieldType
from armbulk.resources.code_lists import POSTAL_CODE_DIGITS
from armbulk.resources.country_words import COUNTRY_WORDS
from armbulk.resources.identifiers import FORMATS_WITH_SEPARATORS, WRITTEN_WITH_MORE, as_in_arm, is_kid
from armbulk.validation import characters
from armbulk.validation.cell_column import NUMBER_KINDS, CellColumn, CellIssue, ParsedColumn

_SCIENTIFIC = r"^-?[0-9]([.,][0-9]+)?[eE]\+?[0-9]{1,3}$"
_DECIMAL_ZERO = r"^([0-9]+)([.,]0+)$"
_NOT_AVAILABLE = ["N/A", "n/a"]  # what people write, too; as a text it may be meant
_BLANK = r"\s"
_GROUPED = r"^[1-9][0-9]{0,2}(?:[\s.'][0-9]{3})+$"
_ADDRESSES = r"^[^\s;,<>]+@[^\s;,<>]+(?:[\s;,]+[^\s;,<>]+@[^\s;,<>]+)+$"
_CODE = r"^[\p{L}\p{N}_-]{1,4}$"  # Amili's codes are short; longer ones are words
_DIGITS_BY_NAME = {word: POSTAL_CODE_DIGITS[code] for word, code in COUNTRY_WORDS.items() if code in POSTAL_CODE_DIGITS}
_MAX_CODE_DIGITS = 6
"""A code with so many digits may have lost several zeros; a longer number has lost one."""


def depends_on_others(frame: pl.DataFrame, cells: CellColumn) -> bool:
    """Return whether the cells of a column must be parsed together: numbers in .0, which all of its values may be."""
    if cells.field.type is not FieldType.IDENTIFIER:
        return False
    return bool(frame.select(pl.col(cells.letter).str.contains(_DECIMAL_ZERO).any()).item())


def add_identifier_columns(frame: pl.DataFrame, sheet_frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Add what is known of a column of identifiers, for `parse_identifier`.

    `full_length` Int64: the digits of a whole value. `decimal_zero` String: the decimals that were removed of a text,
    where every value of the column ends in .0. `ends_in_zero` Boolean: it does, and other values do not. `code` String:
    what a word means, in a column that may have words. `without_blanks` String: a KID that has blanks, without them.
    `without_separators` String: a number with separators whose check digit is right, as ARM has it.

    Args:
        frame: The column's cells, as `CellColumn` describes them.
        sheet_frame: The same rows with every column of the sheet.
        cells: The column.
    """
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.Int64).alias("full_length"),
        pl.lit(None, dtype=pl.String).alias("decimal_zero"),
        pl.lit(value=False).alias("ends_in_zero"),
    )
    if cells.field.digits is not None:
        length = sheet_frame.with_columns(_full_length(cells).cast(pl.Int64).alias("full_length"))["full_length"]
        frame = frame.with_columns(length)
    if cells.field.type is not FieldType.IDENTIFIER:
        return frame
    frame = _remove_decimal_zeros(frame)
    if cells.field.format == "kid":
        return _add_kids(frame, cells)
    if cells.field.format in FORMATS_WITH_SEPARATORS:
        return _add_without_separators(frame, sheet_frame, cells)
    if cells.field.code_words:
        word = pl.col("text").str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
        code = word.replace_strict(dict(cells.field.code_words), default=None, return_dtype=pl.String)
        return frame.with_columns(code=code)
    return frame


def _remove_decimal_zeros(frame: pl.DataFrame) -> pl.DataFrame:
    is_text = pl.col("kind") == "text"
    digits = frame.select(pl.when(is_text).then(pl.col("text")).str.extract(_DECIMAL_ZERO)).to_series()
    if digits.null_count() == frame.height:
        return frame
    if digits.null_count() > frame["text"].null_count():
        return frame.with_columns(digits.is_not_null().alias("ends_in_zero"))
    suffix = pl.col("text").str.extract(_DECIMAL_ZERO, 2).alias("decimal_zero")
    return frame.with_columns(digits.alias("text"), suffix)


def _add_kids(frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Add `without_blanks` String: a text with blanks whose digits are a KID, without them."""
    has_blanks = cells.is_kind("text") & pl.col("text").str.contains(_BLANK).fill_null(value=False)
    frame = frame.with_columns(pl.when(has_blanks).then("text").str.replace_all(_BLANK, "").alias("without_blanks"))
    return frame.with_columns(pl.when(is_kid(pl.col("without_blanks"))).then("without_blanks").alias("without_blanks"))


def _add_without_separators(frame: pl.DataFrame, sheet_frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Add `without_separators` String: a valid number with separators, NO or MVA, as ARM has it."""
    text = pl.col("text")
    has_more = frame.select(text.str.contains(WRITTEN_WITH_MORE).fill_null(value=False)).to_series()
    if not has_more.any():  # of most files
        return frame.with_columns(pl.lit(None, dtype=pl.String).alias("without_separators"))
    applies = sheet_frame.select(_format_applies(cells).alias("applies")).to_series()
    number = as_in_arm(text, str(cells.field.format))
    return frame.with_columns(pl.when(has_more & applies & (number != text)).then(number).alias("without_separators"))


def _format_applies(cells: CellColumn) -> pl.Expr:
    """Return whether the column's format applies, by the other cells of the row."""
    applies = [
        _cell_of(cells, name).str.to_uppercase().is_in(list(values)).fill_null(value=True)
        for name, values in cells.field.format_when
    ]
    return pl.all_horizontal(applies or [pl.lit(value=True)])


def _full_length(cells: CellColumn) -> pl.Expr:
    """Return how many digits a whole value has, by the other cells of its row; null where it is not known."""
    digits = pl.lit(cells.field.digits)
    if cells.field.digits is None:
        return digits
    if cells.field.format == "postal-code":
        code, words = (_cell_of(cells, name) for name in ("country_code", "country_text"))
        by_code = code.str.to_uppercase().replace_strict(POSTAL_CODE_DIGITS, default=None, return_dtype=pl.Int64)
        by_words = words.str.to_lowercase().replace_strict(_DIGITS_BY_NAME, default=None, return_dtype=pl.Int64)
        return pl.when(code.is_not_null()).then(by_code).when(words.is_not_null()).then(by_words).otherwise(digits)
    return pl.when(_format_applies(cells)).then(digits)


def _cell_of(cells: CellColumn, name: str) -> pl.Expr:
    """Return the text of another field's cell in the same row."""
    letter = cells.columns.get(name)
    text = pl.col(letter).str.strip_chars() if letter else pl.lit(None, dtype=pl.String)
    return pl.when(text != "").then(text)


def parse_identifier(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of an IDENTIFIER column; `add_identifier_columns` has been called."""
    text, field = cells.text, cells.field
    had_decimals = pl.col("decimal_zero").is_not_null()
    is_plain_number = cells.is_kind("number") | had_decimals
    is_number = cells.is_kind(*NUMBER_KINDS) | had_decimals
    digits = text.str.strip_chars_start("-0").str.replace_all(".", "", literal=True)
    full_length = pl.col("full_length")
    lost = _has_lost_zeros(text, full_length) if field.digits else pl.lit(value=False)
    is_short = (is_plain_number | cells.is_kind("text")) & lost
    padded = text.str.zfill(full_length)
    pads = cells.options.pad_postal_codes and field.format == "postal-code"
    is_padded = is_short if pads else pl.lit(value=False)
    is_scientific = cells.is_kind("text") & text.str.contains(_SCIENTIFIC) & _is_long_number(cells)
    is_single = field.type is not FieldType.TEXT_LIST
    issues: list[CellIssue] = [
        ("date-in-identifier", cells.is_kind("date", "datetime", "time"), None),
        ("wrong-cell-type", cells.is_kind("boolean"), None),
        ("percent-cell", cells.is_kind("percent"), None),
        ("blank-word", _is_blank_word(cells), None),
        ("digits-lost", is_number & (digits.str.len_chars() > EXCEL_EXACT_DIGITS), None),
        ("number-not-identifier", is_number & text.str.contains(r"^-|\."), None),
        ("leading-zero-lost", is_short & ~is_padded, full_length.cast(pl.String)),
        ("scientific-notation", is_scientific, None),
        ("decimal-zero", pl.col("ends_in_zero"), None),
        cells.has_characters("control-character", characters.CONTROL),
        *([cells.has_characters("control-character", characters.LINE_BREAK)] if is_single else []),
        cells.has_characters("unusable-character", characters.INVISIBLE),
        cells.has_characters("unusable-character", characters.FOREIGN_DIGIT),
        ("zeros-from-format", cells.is_kind("padded"), None),
        ("postal-code-padded", is_padded, padded),
        ("decimal-zero-removed", had_decimals, pl.col("decimal_zero")),
        ("stored-as-number", cells.is_kind("number") & pl.lit(field.may_start_with_zero), None),
        *([("grouped-identifier", cells.is_kind("text") & text.str.contains(_GROUPED), None)] if field.is_key else []),
        *([cells.has_characters("not-ascii", characters.NOT_ASCII)] if field.is_key else []),
    ]
    value = pl.when(is_padded).then(padded).otherwise(text)
    if field.format == "kid":
        without_blanks = pl.col("without_blanks")
        value = pl.coalesce(without_blanks, value)
        issues.append(("blanks-removed", without_blanks.is_not_null(), without_blanks))
    if field.format in FORMATS_WITH_SEPARATORS:
        bare = pl.col("without_separators")
        value = pl.coalesce(bare, value)
        issues.append(("separators-removed", bare.is_not_null(), None if field.sensitive else bare))
    if field.code_words:
        value, of_words = _read_code_words(cells)
        issues += of_words
    return value.str.normalize("NFC"), issues


def _is_blank_word(cells: CellColumn) -> pl.Expr:
    """Return whether a text means a blank cell; NA is a country, too."""
    is_word = cells.text.str.contains(characters.BLANK_WORD) | cells.text.is_in(_NOT_AVAILABLE)
    return is_word & (cells.text != "NA") if cells.field.format == "country" else is_word


def _read_code_words(cells: CellColumn) -> ParsedColumn:
    """Return the codes that words mean; an unknown code is kept, another word is an error."""
    code = pl.col("code")
    is_code = cells.text.str.contains(_CODE)
    issues: list[CellIssue] = [
        ("word-not-code", code.is_null() & ~is_code, pl.lit(cells.field.example)),
        ("word-read-as-code", code.is_not_null() & (code != cells.text), code),
        ("unknown-code", code.is_null() & is_code, pl.lit(cells.field.example)),
    ]
    return pl.coalesce(code, cells.text), issues


def _has_lost_zeros(text: pl.Expr, full_length: pl.Expr) -> pl.Expr:
    """Return whether a text of digits alone is shorter than a whole value by the zeros that it may have lost."""
    length = text.str.len_chars().cast(pl.Int64)
    shortest = pl.when(full_length > _MAX_CODE_DIGITS).then(full_length - 1).otherwise(1)
    return text.str.contains("^[0-9]+$") & (length < full_length) & (length >= shortest)


def _is_long_number(cells: CellColumn) -> pl.Expr:
    """Return whether a text in scientific notation has decimals: 1E5 may be an article number, 5,00222E+20 is not."""
    return cells.text.str.contains(r"[.,][0-9]+[eE]") & cells.text.str.contains(r"[eE]\+?[0-9]")


def parse_text_list(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of a TEXT_LIST column; `add_identifier_columns` has been called."""
    text = cells.text.str.normalize("NFC")
    if cells.field.format == "email":  # no address has a blank or a comma
        text = pl.when(text.str.contains(_ADDRESSES)).then(text.str.replace_all(r"[\s;,]+", ";")).otherwise(text)
    parts = text.str.replace_all(r"[;\r\n]+", ";").str.split(";")
    trimmed = parts.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    return trimmed, parse_identifier(cells)[1]
