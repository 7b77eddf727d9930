"""Rows of a worksheet as XML, built by whole columns: typed cells, and text that stays text."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import polars as pl
from xlsxwriter.utility import xl_col_to_name

from armbulk.model.columns import TIME_OFFSET, ExportColumn
from armbulk.model.excel import EXCEL_EXACT_DIGITS, EXCEL_MAX_CELL_CHARS
from armbulk.model.fields import FieldType

_EPOCH = 25_569  # 1970-01-01 as Excel counts days
_FIRST_DAY = 61  # 1900-03-01: before it, Excel's days are not those of the calendar
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]"
_DAY_MS = 86_400_000
_MAX_SECOND_DIGITS = 3  # Excel shows no more

MAX_TIME_STYLES = 8
"""Offsets from UTC of one column: each needs a style, because Excel's times have none."""

_ROW = "\x00row"


def rows_to_xml(
    chunk: pl.DataFrame,
    columns: Sequence[ExportColumn],
    styles: Sequence[str],
    first: int,
    time_styles: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
) -> bytes:
    """Return the rows of a chunk as XML; blank cells are left out.

    Args:
        chunk: the rows, as texts.
        columns: the columns to write.
        styles: the index of each column's style.
        first: number of the first row.
        time_styles: path of a column of times → offset from UTC → index of the style that shows it.
    """
    numbered = chunk.with_row_index(_ROW, offset=first)
    row = pl.col(_ROW).cast(pl.String)
    cells = [
        _build_cell(column, xl_col_to_name(index), _choose_style(column, style, time_styles), row)
        for index, (column, style) in enumerate(zip(columns, styles, strict=True))
    ]
    xml = pl.concat_str([pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>")])
    return "".join(numbered.select(xml.alias("xml"))["xml"]).encode()


def _choose_style(column: ExportColumn, style: str, time_styles: Mapping[str, Mapping[str, str]]) -> pl.Expr:
    by_offset = time_styles.get(column.path)
    if not by_offset:
        return pl.lit(style)
    return pl.col(column.path).str.extract(TIME_OFFSET).replace_strict(dict(by_offset), default=style)


def _build_cell(column: ExportColumn, letters: str, style: pl.Expr, row: pl.Expr) -> pl.Expr:
    start = pl.concat_str(pl.lit(f'<c r="{letters}'), row, pl.lit('" s="'), style, pl.lit('"'))
    texts = pl.col(column.path)
    as_text = pl.concat_str(
        start, pl.lit(' t="inlineStr"><is><t xml:space="preserve">'), escape_texts(texts), pl.lit("</t></is></c>")
    )
    value = _exact_value(column, texts)
    if value is None:
        return as_text.fill_null("")
    opening = pl.lit(' t="b"><v>' if column.type is FieldType.BOOLEAN else "><v>")
    typed = pl.concat_str(start, opening, value, pl.lit("</v></c>"))
    return pl.coalesce(typed, as_text, pl.lit(""))


def _exact_value(column: ExportColumn, texts: pl.Expr) -> pl.Expr | None:
    """The cells' values where Excel keeps them exactly, null elsewhere; None for a column of texts."""
    match column.type:
        case FieldType.AMOUNT | FieldType.QUANTITY | FieldType.INTEGER:
            return _exact_numbers(texts) if column.max_chars > EXCEL_EXACT_DIGITS else texts
        case FieldType.DATE:
            days = texts.str.to_date("%Y-%m-%d").cast(pl.Int32) + _EPOCH
            return pl.when(days >= _FIRST_DAY).then(days.cast(pl.String))
        case FieldType.TIME:
            if not shows_offsets(column):
                return None
            wall = texts.str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ms").cast(pl.Int64)
            fraction = texts.str.extract(r"\.([0-9]{1,3})").str.pad_end(3, "0").cast(pl.Int64).fill_null(0)
            days = (wall + fraction) / _DAY_MS + _EPOCH
            return pl.when(days >= _FIRST_DAY).then(days.cast(pl.String))
        case FieldType.BOOLEAN:
            return pl.when(texts == "true").then(pl.lit("1")).when(texts == "false").then(pl.lit("0"))
        case _:
            return None


def shows_offsets(column: ExportColumn) -> bool:
    """Return whether the times of a column can be cells that show all of them; else they are texts."""
    return len(column.offsets) <= MAX_TIME_STYLES and column.scale <= _MAX_SECOND_DIGITS


def _exact_numbers(texts: pl.Expr) -> pl.Expr:
    digits = texts.str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    return pl.when(digits <= EXCEL_EXACT_DIGITS).then(texts)


def escape_texts(texts: pl.Expr) -> pl.Expr:
    """Return texts as XML that Excel reads as the same text; those too long for a cell are cut."""
    cut = pl.concat_str(texts.str.head(EXCEL_MAX_CELL_CHARS - 4), pl.lit(" …"))
    safe = pl.when(texts.str.len_chars() > EXCEL_MAX_CELL_CHARS).then(cut).otherwise(texts)
    safe = safe.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_$1").str.replace_all(_CONTROL, "\ufffd")
    return safe.str.replace_many(["&", "<", ">", "\r"], ["&amp;", "&lt;", "&gt;", "_x000D_"])
