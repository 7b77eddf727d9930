"""Texts as a cell's XML: text stays text, whatever it begins with."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.writers import style
from armbulk.writers.xlsx_patch.row_patch import SEPARATOR

_ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_CONTROL_CODES = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF]
_CONTROL = {chr(code): f"\\u{code:04x}" for code in _CONTROL_CODES}
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "_x000D_"}


def escape_cell_text(text: str) -> str:
    """Return a text as the XML of a cell."""
    safe = _ESCAPE.sub(r"_x005F_\1", style.escape_text(text))
    for character, written in _MARKUP.items():
        safe = safe.replace(character, written)
    return safe


def escape_cell_texts(texts: pl.Expr) -> pl.Expr:
    """Return texts as the XML of cells, like `escape_cell_text`."""
    safe = texts.str.replace_many(list(_CONTROL), list(_CONTROL.values()))
    cut = pl.concat_str(safe.str.head(style.CUT_CHARS), pl.lit(style.CUT_MARK))
    safe = pl.when(safe.str.len_chars() > EXCEL_MAX_CELL_CHARS).then(cut).otherwise(safe)
    safe = safe.str.replace_all(_ESCAPE.pattern, "_x005F_$1")
    return safe.str.replace_many(list(_MARKUP), list(_MARKUP.values()))


def build_outcome_cells(
    outcomes: pl.DataFrame, fields: Sequence[str], letters: Mapping[str, str], styles: Mapping[str, int], prefix: str
) -> pl.Series:
    """Return the outcome cells of each row as XML, separated by SEPARATOR; blank cells have no characters.

    Args:
        outcomes: The rows: `row`, `style` (a key of `styles`; "" is the plain one) and the fields as String.
        fields: The fields in the order of the columns.
        letters: Field → letters of its column.
        styles: Key → number of the style.
        prefix: The prefix of the worksheet's elements.
    """
    row = pl.col("row").cast(pl.String)
    coloured = pl.col("style").replace_strict(styles, return_dtype=pl.Int64).cast(pl.String)
    plain = pl.lit(str(styles[""]))
    cells: list[pl.Expr] = []
    for index, name in enumerate(fields):
        if index:
            cells.append(pl.lit(SEPARATOR.decode()))
        start = pl.lit(f'<{prefix}c r="{letters[name]}')
        opening = pl.lit(f'" t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">')
        closing = pl.lit(f"</{prefix}t></{prefix}is></{prefix}c>")
        number = coloured if name == style.COLOURED_FIELD else plain
        text = escape_cell_texts(pl.when(pl.col(name) != "").then(pl.col(name)))
        cells.append(pl.concat_str(start, row, pl.lit('" s="'), number, opening, text, closing).fill_null(""))
    return outcomes.select(pl.concat_str(cells).alias("cells"))["cells"]
