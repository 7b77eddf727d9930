"""Rows of a worksheet as its XML, built by whole columns: typed cells, and text that stays text."""

from collections.abc import Sequence

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from armbulk.model.columns import ExportColumn
from armbulk.model.fields import FieldType

SURE_DIGITS = 15
"""What Excel keeps of a number; one with more digits is written as text."""

LONGEST = 32_767
"""Characters a cell can hold."""

_EPOCH = 25_569  # 1970-01-01 as Excel counts days
_FIRST = 61  # 1900-03-01: before it, Excel's days are not those of the calendar
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
_DAY = 86_400_000


def rows_xml(chunk: pl.DataFrame, columns: Sequence[ExportColumn], styles: Sequence[str], first: int) -> bytes:
    """The rows of a chunk, the first of them at row `first`; a blank cell is left out."""
    numbered = chunk.with_row_index("\x00row", offset=first)
    row = pl.col("\x00row").cast(pl.String)
    cells = [
        _cell(one, xl_col_to_name(at), style, row) for at, (one, style) in enumerate(zip(columns, styles, strict=True))
    ]
    whole = pl.concat_str([pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>")])
    return "".join(numbered.select(whole.alias("xml"))["xml"]).encode()


def _cell(one: ExportColumn, letters: str, style: str, row: pl.Expr) -> pl.Expr:
    start = pl.concat_str(pl.lit(f'<c r="{letters}'), row, pl.lit(f'" s="{style}"'))
    column = pl.col(one.path)
    text = pl.concat_str(
        start, pl.lit(' t="inlineStr"><is><t xml:space="preserve">'), escaped(column), pl.lit("</t></is></c>")
    )
    value = _value(one, column)
    if value is None:
        return text.fill_null("")
    opened = pl.lit(' t="b"><v>' if one.type is FieldType.BOOLEAN else "><v>")
    typed = pl.concat_str(start, opened, value, pl.lit("</v></c>"))
    return pl.coalesce(typed, text, pl.lit(""))


def _value(one: ExportColumn, column: pl.Expr) -> pl.Expr | None:
    """The cell's value where Excel keeps it exactly, null elsewhere; None for what is text."""
    match one.type:
        case FieldType.AMOUNT | FieldType.QUANTITY | FieldType.INTEGER:
            return _sure(column) if one.max_chars > SURE_DIGITS else column
        case FieldType.DATE:
            days = column.str.to_date("%Y-%m-%d").cast(pl.Int32) + _EPOCH
            return pl.when(days >= _FIRST).then(days.cast(pl.String))
        case FieldType.TIME:
            wall = column.str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms").cast(pl.Int64)
            days = wall / _DAY + _EPOCH
            return pl.when(days >= _FIRST).then(days.cast(pl.String))
        case FieldType.BOOLEAN:
            return pl.when(column == "true").then(pl.lit("1")).when(column == "false").then(pl.lit("0"))
        case _:
            return None


def _sure(column: pl.Expr) -> pl.Expr:
    digits = column.str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    return pl.when(digits <= SURE_DIGITS).then(column)


def escaped(column: pl.Expr) -> pl.Expr:
    """A text as it may stand in a worksheet: never longer than a cell, nothing that XML or Excel reads as more."""
    cut = pl.concat_str(column.str.head(LONGEST - 4), pl.lit(" …"))
    safe = pl.when(column.str.len_chars() > LONGEST).then(cut).otherwise(column)
    safe = safe.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1").str.replace_all(_CONTROL, "\ufffd")
    return safe.str.replace_many(["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "_x000D_"])
