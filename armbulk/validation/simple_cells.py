"""Cells that are clear at first sight: one strict test for each type of field. All other cells are parsed with care.

A cell passes the test only if the careful parser gives it the same value and no finding (tests/proofs compare them).
"""

import re
from collections.abc import Sequence

import polars as pl

from armbulk.model.day_texts import ISO_DATE, parse_days
from armbulk.model.excel import EXCEL_EXACT_DIGITS
from armbulk.model.fields import Field, FieldType
from armbulk.resources.identifiers import FORMATS_WITH_SEPARATORS, WRITTEN_WITH_MORE
from armbulk.validation.cell_column import NEVER, CellColumn
from armbulk.validation.characters import ODD_WORD
from armbulk.validation.numbers import DECIMALS

IS_SIMPLE = ".simple"
"""The end of the name of the column that says which cells are simple."""

_LETTERS = "\u00a1-\u00ac\u00ae-\u02ff"  # of Latin alphabets, each one character in NFC; the soft hyphen is left out
_TEXT = rf"^(?:[ -%'->@-~{_LETTERS}]|& )*$"  # no ? that may be a lost letter, no & that may begin an HTML code
_WITHOUT_MARKS = r"!-&(-+\-/-~"  # ASCII without blank, ' , and . which may group digits or begin decimals
_KEY = rf"^[{_WITHOUT_MARKS}]*$"
_IDENTIFIER = rf"^[ {_WITHOUT_MARKS}{_LETTERS}]*$"
_ADDRESS = rf"^[!-+\--:<->A-~{_LETTERS}]+@[!-+\--:<->A-~{_LETTERS}]+$"
_INTEGER = rf"^-?[0-9]{{1,{EXCEL_EXACT_DIGITS}}}$"
_DIGITS = rf"^[0-9]{{1,{EXCEL_EXACT_DIGITS}}}$"


def read_simple_cells(frame: pl.DataFrame, columns: Sequence[CellColumn]) -> pl.DataFrame:
    """Read columns in one pass: for each its values, named as its field, and which of them count (`NAME.simple`).

    A blank cell counts, and is null. The values of cells that do not count are undefined.

    Args:
        frame: Rows of the sheet.
        columns: The columns; each has a letter.
    """
    expressions = []
    for cells in columns:
        text, kind = pl.col(cells.letter), pl.col(f"{cells.letter}.cell")
        is_simple, value = _read(text, kind, cells)
        is_blank = text.is_null() & kind.is_null()
        expressions += [
            value.alias(cells.field.name),
            (is_blank | is_simple.fill_null(value=False)).alias(f"{cells.field.name}{IS_SIMPLE}"),
        ]
    return frame.select(expressions)


def _read(text: pl.Expr, kind: pl.Expr, cells: CellColumn) -> tuple[pl.Expr, pl.Expr]:
    """Return (whether a cell is simple, its value if it is)."""
    field, is_text, is_number = cells.field, kind == "text", kind == "number"
    match field.type:
        case FieldType.TEXT | FieldType.TIME:
            is_plain = is_text & text.str.contains(_TEXT) & ~text.str.contains(ODD_WORD)
            return is_plain | (is_number & text.str.contains(_DIGITS)), text
        case FieldType.IDENTIFIER:
            return is_text & _is_simple_identifier(text, field), text
        case FieldType.TEXT_LIST:
            return is_text & text.str.contains(_ADDRESS), text.str.split(";")
        case FieldType.DATE:
            day = parse_days(text)
            is_iso = kind.is_in(["date", "text"]) & text.str.contains(ISO_DATE)
            return is_iso & day.is_not_null(), day
        case FieldType.AMOUNT | FieldType.QUANTITY:
            decimals = DECIMALS[field.type]
            is_written = is_text & text.str.contains(_written_number(decimals, cells.options.decimal))
            value = text.str.replace(",", ".", literal=True).str.to_decimal(scale=decimals)
            return is_written | (is_number & text.str.contains(_stored_number(decimals))), value
        case FieldType.INTEGER:
            return (is_text | is_number) & text.str.contains(_INTEGER), text.cast(pl.Int64, strict=False)
        case FieldType.BOOLEAN:
            return NEVER, pl.lit(None, dtype=pl.Boolean)


def _is_simple_identifier(text: pl.Expr, field: Field) -> pl.Expr:
    if field.code_words:  # a code as it is sent
        words = dict(field.code_words)
        return text.is_in([code for code in set(words.values()) if words.get(code.lower()) == code])
    is_plain = text.str.contains(_KEY if field.is_key or field.format == "kid" else _IDENTIFIER)
    is_simple = is_plain & ~text.str.contains(ODD_WORD)
    if field.format in FORMATS_WITH_SEPARATORS:
        is_simple = is_simple & ~text.str.contains(WRITTEN_WITH_MORE)
    if field.digits is not None:  # digits may be a whole value, or one without its zeros
        return is_simple & ~text.str.contains("^[0-9]*$")
    return is_simple


def _written_number(decimals: int, mark: str | None) -> str:
    """Return the pattern of a text that is a number in one way only: three decimals may be thousands."""
    marks = re.escape(mark or ",.")
    more = rf"|[0-9]{{4,{decimals}}}" if decimals > 3 else ""
    return rf"^-?[0-9]{{1,{EXCEL_EXACT_DIGITS}}}(?:[{marks}](?:[0-9]{{1,2}}{more}))?$"


def _stored_number(decimals: int) -> str:
    """Return the pattern of a number cell without digits that Excel does not show."""
    return rf"^-?[0-9]{{1,{EXCEL_EXACT_DIGITS - decimals}}}(?:\.[0-9]{{1,{decimals}}})?$"
