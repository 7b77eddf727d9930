"""Number cells whose format shows something else than the stored number: what a person sees is what counts."""

from dataclasses import dataclass

import polars as pl

from armbulk.model.fields import FieldType
from armbulk.model.sheet import SHOWN
from armbulk.readers.amount_format import count_decimals, find_currency, misleads, quote_shown
from armbulk.validation.cell_column import CellColumn, CellIssue
from armbulk.validation.numbers import shorten_to_excel_digits

_FORMATTED, _DISGUISED = "formatted", "disguised"
_SHOWN_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT, FieldType.TEXT_LIST}
_IDENTIFIER_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}
_AMOUNT_TYPES = {FieldType.AMOUNT, FieldType.QUANTITY}


@dataclass(frozen=True, slots=True)
class ShownCells:
    """The cells of a column as they are parsed, and what their number formats are reported for.

    Attributes:
        frame: `row`, `text`, `kind`, and `stored` String: the stored number where `text` is what its format shows.
        errors: Issues that come before those of the value itself.
        warnings: Issues that come after them.
    """

    frame: pl.DataFrame
    errors: tuple[CellIssue, ...] = ()
    warnings: tuple[CellIssue, ...] = ()


def apply_number_formats(frame: pl.DataFrame, cells: CellColumn) -> ShownCells:
    """Return a column's cells with the shown text of identifiers and texts; amounts and dates are the stored numbers.

    Args:
        frame: The rows of the sheet below its header.
        cells: The column.
    """
    text, kind = pl.col(cells.letter).alias("text"), pl.col(f"{cells.letter}.cell").cast(pl.String).alias("kind")
    shown_column = f"{cells.letter}{SHOWN}"
    is_identifier = cells.field.type in _IDENTIFIER_TYPES
    if shown_column not in frame.columns:
        kinds = frame[f"{cells.letter}.cell"].cast(pl.String)
        return ShownCells(pl.DataFrame({"row": frame["row"], "text": frame[cells.letter], "kind": kinds}))
    as_number = pl.when(kind.is_in([_FORMATTED, _DISGUISED])).then(pl.lit("number")).otherwise(kind).alias("kind")
    if cells.field.type in _AMOUNT_TYPES:
        letter = cells.columns.get("currency")
        own = pl.col(letter).str.strip_chars().str.to_uppercase() if letter else pl.lit(None, dtype=pl.String)
        columns = frame.select("row", text, as_number, kind.alias("was"), own.alias("own"))
        return _find_other_amounts(columns, frame[shown_column].cast(pl.String))
    if cells.field.type not in _SHOWN_TYPES:
        return ShownCells(frame.select("row", text, as_number))
    is_formatted = kind == _FORMATTED
    columns = frame.select(
        "row",
        pl.when(is_formatted).then(pl.col(shown_column)).otherwise(text).alias("text"),
        pl.when(is_formatted).then(pl.lit("text")).otherwise(as_number).alias("kind"),
        pl.when(is_formatted).then(text).alias("stored"),
        pl.when(kind == _DISGUISED).then(pl.col(shown_column)).alias("format"),
    )
    disguised: tuple[CellIssue, ...] = (("shown-differently", pl.col("format").is_not_null(), pl.col("format")),)
    formatted: CellIssue = ("shown-by-format", pl.col("stored").is_not_null(), pl.col("stored"))
    if is_identifier:
        return ShownCells(columns, disguised, (formatted,))
    return ShownCells(columns, (), (formatted, ("sent-as-text", pl.col("format").is_not_null(), None)))


def _find_other_amounts(frame: pl.DataFrame, shown: pl.Series) -> ShownCells:
    """Return the cells of amounts, with a warning where their formats show another amount or currency.

    Args:
        frame: `row`, `text` and `kind` of the cells, `was` (the kind in the file) and `own` (the currency of the row).
        shown: What they look like, or their format.
    """
    is_zero = pl.col("text").str.contains(r"^-?[0.]+$")
    formats = frame.with_columns(shown.alias("format")).select(
        pl.when(pl.col("was").is_in([_DISGUISED, _FORMATTED]) & ~is_zero).then("format").alias("format"),
        (pl.col("was") == _FORMATTED).fill_null(value=False).alias("is_shown"),
        "own",
        pl.col("text").str.starts_with("-").fill_null(value=False).alias("negative"),
        shorten_to_excel_digits(frame)["text"]
        .str.extract(r"\.([0-9]*?)0*$")
        .str.len_chars()
        .fill_null(0)
        .alias("decimals"),
    )
    wrong = [row for row in formats.unique().drop_nulls("format").iter_rows() if _is_other_amount(*row)]
    marked = pl.DataFrame(wrong, schema=formats.schema, orient="row").with_columns(is_wrong=True)
    is_wrong = formats.join(marked, on=formats.columns, how="left", nulls_equal=True, maintain_order="left")["is_wrong"]
    columns = frame.select("row", "text", "kind").with_columns(formats["format"], is_wrong.fill_null(value=False))
    return ShownCells(columns, (), (("shown-otherwise", pl.col("is_wrong"), pl.col("format")),))


def _is_other_amount(
    code: str,
    is_shown: bool,  # noqa: FBT001 - the values of a row
    own: str | None,
    negative: bool,  # noqa: FBT001
    decimals: int,
) -> bool:
    """Return whether a format shows another amount than the number, or a currency that the row does not have.

    If `is_shown`, `code` is the text that is shown.
    """
    code = quote_shown(code) if is_shown else code
    currency = find_currency(code)
    places = count_decimals(code)
    is_rounded = places is not None and decimals > places
    return (
        is_rounded
        or misleads(code, negative=negative)
        or (own is not None and currency is not None and currency != own)
    )
