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

_SPECIAL = rf"[&<>\r]|_x|^\s|\s$|{_CONTROL}"
"""What in a text has to be escaped, and blanks at its ends, which Excel would leave out."""

_ROW, _EXACT, _TEXT, _STYLE = "\x00row", "\x00exact", "\x00text", "\x00style"
"""The column of row numbers; beginnings of the names of columns with exact values, XML of texts, and styles."""

_Part = str | pl.Expr
"""Of the XML of a row: the same in every row, or different."""


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
    exact = {column.path: _exact_value(column, pl.col(column.path)) for column in columns}
    ready = chunk.with_columns(
        pl.int_range(first, first + chunk.height).cast(pl.String).alias(_ROW),
        *(value.alias(_EXACT + path) for path, value in exact.items() if value is not None),
        *(_choose_style(path, by_offset) for path, by_offset in time_styles.items()),
    )
    inexact = [path for path in exact if _count_values(ready, _EXACT + path) < _count_values(ready, path)]
    plain = _find_plain(chunk, inexact)
    texts = ((pl.col(path) if path in plain else escape_texts(pl.col(path))).alias(_TEXT + path) for path in inexact)
    ready = ready.with_columns(texts)
    parts: list[_Part] = ['<row r="', pl.col(_ROW), '">']
    for index, (column, style) in enumerate(zip(columns, styles, strict=True)):
        shown = pl.col(_STYLE + column.path) if time_styles.get(column.path) else style
        start = (f'<c r="{xl_col_to_name(index)}', pl.col(_ROW), '" s="', shown, '"')
        parts += _build_cell(column, start, ready, is_plain=column.path in plain)
    return "".join(ready.select(_join([*parts, "</row>"]).alias("xml"))["xml"]).encode()


def _choose_style(path: str, by_offset: Mapping[str, str]) -> pl.Expr:
    """The style of each time, by its offset; blank cells have any."""
    default = next(iter(by_offset.values()), "")
    styles = pl.col(path).str.extract(TIME_OFFSET).replace_strict(dict(by_offset), default=default)
    return (styles if len(by_offset) > 1 else pl.lit(default)).alias(_STYLE + path)


def _count_values(frame: pl.DataFrame, name: str) -> int:
    """How many values a column has that are not null; 0 when there is no such column."""
    return frame.height - frame[name].null_count() if name in frame.columns else 0


def _find_plain(chunk: pl.DataFrame, paths: Sequence[str]) -> frozenset[str]:
    """The columns whose texts are their own XML, all of them."""
    special = chunk.select(_is_special(pl.col(path)).any() for path in paths)
    return frozenset(path for path in special.columns if not special[path][0])


def _is_special(texts: pl.Expr) -> pl.Expr:
    return texts.str.contains(_SPECIAL) | (texts.str.len_bytes() > EXCEL_MAX_CELL_CHARS)


def _build_cell(column: ExportColumn, start: Sequence[_Part], ready: pl.DataFrame, *, is_plain: bool) -> list[_Part]:
    """The parts of a column's cell; blank cells are empty, and a column without values has no parts.

    Where no cell is blank and all have the same form, the parts go into the row one by one: texts of whole cells are
    not built.
    """
    exact, texts = _EXACT + column.path, _TEXT + column.path
    opening = ' t="b"><v>' if column.type is FieldType.BOOLEAN else "><v>"
    number = [*start, opening, pl.col(exact), "</v></c>"]
    space = "" if is_plain else ' xml:space="preserve"'
    text = [*start, f' t="inlineStr"><is><t{space}>', pl.col(texts), "</t></is></c>"]
    forms = [form for name, form in ((exact, number), (texts, text)) if _count_values(ready, name)]
    if len(forms) == 1 and _count_values(ready, column.path) == ready.height:
        return forms[0]
    return [pl.coalesce(*map(_join, forms), pl.lit(""))] if forms else []


def _join(parts: Sequence[_Part]) -> pl.Expr:
    """Return the parts one after another; null where one of them is null."""
    joined: list[pl.Expr] = []
    fixed = ""
    for part in parts:
        if isinstance(part, str):
            fixed += part
        else:
            joined += [pl.lit(fixed), part]
            fixed = ""
    return pl.concat_str(*joined, pl.lit(fixed))


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
