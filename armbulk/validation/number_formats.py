"""Number cells whose format shows something else than the stored number: what a person sees is what counts."""

from dataclasses import dataclass

import polars as pl

from armbulk.model.fields import FieldType
from armbulk.model.sheet import NUMERIC_CELLS, SHOWN
from armbulk.validation.cell_column import CellColumn, CellIssue

_FORMATTED, _DISGUISED = "formatted", "disguised"
_SHOWN_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT, FieldType.TEXT_LIST}
_IDENTIFIER_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}


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


def apply_number_formats(frame: pl.DataFrame, cells: CellColumn, *, knows_formats: bool) -> ShownCells:
    """Return a column's cells with the shown text of identifiers and texts; amounts and dates are the stored numbers.

    Args:
        frame: The rows of the sheet below its header.
        cells: The column.
        knows_formats: Whether the reader knows the number formats of the file.
    """
    text, kind = pl.col(cells.letter).alias("text"), pl.col(f"{cells.letter}.cell").cast(pl.String).alias("kind")
    shown_column = f"{cells.letter}{SHOWN}"
    is_identifier = cells.field.type in _IDENTIFIER_TYPES
    if not knows_formats:
        is_completed = cells.options.pad_postal_codes and cells.field.format == "postal-code"
        is_number = cells.is_kind(*NUMERIC_CELLS) & pl.lit(is_identifier and not is_completed)
        return ShownCells(frame.select("row", text, kind), (("number-format-unknown", is_number, None),))
    if shown_column not in frame.columns:
        return ShownCells(frame.select("row", text, kind))
    as_number = pl.when(kind.is_in([_FORMATTED, _DISGUISED])).then(pl.lit("number")).otherwise(kind).alias("kind")
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
