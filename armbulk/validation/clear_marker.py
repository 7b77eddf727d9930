"""Cells that ask to blank a field at ARM: `<clear>`, `<tøm>`. A blank cell never does that."""

from dataclasses import dataclass, field

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.model.fields import Field, FieldType, Resource

CLEAR_MARKERS = ("<clear>", "<tøm>", "<tom>")
"""What such a cell says."""


@dataclass(frozen=True, slots=True)
class ClearRequest:
    """The rows without these cells; a Series of the field's name where it is blanked; or the cells, and why not."""

    frame: pl.DataFrame
    blanked: list[pl.Series] = field(default_factory=list)
    cells: pl.DataFrame | None = None
    code: str = ""


def take_clear_markers(
    frame: pl.DataFrame, letter: str, one: Field, resource: Resource, *, change: bool
) -> ClearRequest:
    """Take the cells of a column that ask to blank the field out of `frame`; `change`: whether ARM is to be changed."""
    if not letter:
        return ClearRequest(frame)
    likely = frame[letter].str.starts_with("<").fill_null(value=False)
    if not likely.any():
        return ClearRequest(frame)
    word = frame[letter].str.strip_chars().str.to_lowercase()
    asked = (likely & word.is_in(CLEAR_MARKERS) & (frame[f"{letter}.cell"] == "text")).fill_null(value=False)
    rest = frame.with_columns(pl.when(~asked).then(pl.col(name)).alias(name) for name in (letter, f"{letter}.cell"))
    if not resource.updatable or not change:
        return ClearRequest(rest, [], frame.filter(asked), "clear-needs-update")
    if not one.clearable or one.name == resource.key or one.type is FieldType.BOOLEAN:
        return ClearRequest(rest, [], frame.filter(asked), "not-clearable")
    return ClearRequest(rest, [pl.select(pl.when(asked).then(pl.lit(one.name)).alias(one.name)).to_series()])


def refuse_markers(asked: ClearRequest, sheet: int, letter: str, one: Field) -> pl.DataFrame:
    """The findings of cells that ask for what cannot be."""
    if asked.cells is None:
        return empty_findings()
    severity = CATALOGUE[asked.code].severity.value
    said = asked.cells.select("row", pl.col(letter).alias("value"))
    place = {"sheet": sheet, "column": letter, "field": one.name, "code": asked.code, "severity": severity}
    named = said.with_columns(pl.lit(value).alias(name) for name, value in place.items())
    return named.with_columns(pl.lit(None, pl.String).alias("detail")).select(list(SCHEMA)).cast(SCHEMA)


def list_cleared(blanked: list[pl.Series], height: int) -> pl.Series:
    """Per row the names of the fields that are blanked; null for none."""
    dtype = pl.List(pl.String)
    if not blanked:
        return pl.Series("cleared", [None] * height, dtype=dtype)
    listed = pl.DataFrame(blanked).select(pl.concat_list(pl.all()).list.drop_nulls().alias("cleared"))
    return listed.select(pl.when(pl.col("cleared").list.len() > 0).then(pl.col("cleared")))["cleared"].cast(dtype)
