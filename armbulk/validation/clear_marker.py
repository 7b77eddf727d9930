"""Cells that ask to blank a field at ARM: `<clear>`, `<tøm>`. A blank cell never does that."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.model.fields import Field, FieldType, Resource

CLEAR_MARKERS = ("<clear>", "<tøm>", "<tom>")
"""The text of such a cell, in any case."""


@dataclass(frozen=True, slots=True)
class ClearRequest:
    """What the markers of one column ask for.

    Attributes:
        frame: The rows without the markers.
        cleared: A Series with the field's name in every row that blanks it; empty if no row may.
        refused: The rows with markers that are not allowed here; None if all are allowed.
        code: The finding of the refused markers.
    """

    frame: pl.DataFrame
    cleared: list[pl.Series] = field(default_factory=list)
    refused: pl.DataFrame | None = None
    code: str = ""


def find_marked_columns(frame: pl.DataFrame, letters: Iterable[str]) -> frozenset[str]:
    """Return the columns in which some cell may be a clear marker: few files have any."""
    may_be_marker = frame.select(pl.lit(value=False), *(_may_be_marker(letter).any() for letter in set(letters)))
    return frozenset(letter for letter, is_marked in may_be_marker.row(0, named=True).items() if is_marked)


def _may_be_marker(letter: str) -> pl.Expr:
    return pl.col(letter).str.starts_with("<").fill_null(value=False)


def take_clear_markers(
    frame: pl.DataFrame, letter: str, target: Field, resource: Resource, *, is_update: bool
) -> ClearRequest:
    """Take the clear markers out of a field's column; only an update of existing records may have them."""
    is_candidate = frame.select(_may_be_marker(letter)).to_series()
    text = frame[letter].str.strip_chars().str.to_lowercase()
    is_text = frame[f"{letter}.cell"] == "text"
    is_marker = (is_candidate & text.is_in(CLEAR_MARKERS) & is_text).fill_null(value=False)
    rest = frame.with_columns(pl.when(~is_marker).then(pl.col(name)).alias(name) for name in (letter, f"{letter}.cell"))
    if not resource.updatable or not is_update:
        return ClearRequest(rest, [], frame.filter(is_marker), "clear-needs-update")
    if not target.clearable or target.name == resource.key or target.type is FieldType.BOOLEAN:
        return ClearRequest(rest, [], frame.filter(is_marker), "not-clearable")
    cleared = pl.when(is_marker).then(pl.lit(target.name)).alias(target.name)
    return ClearRequest(rest, [pl.select(cleared).to_series()])


def refuse_markers(request: ClearRequest, sheet: int, letter: str, target: Field) -> pl.DataFrame:
    """Return the findings of clear markers that are not allowed."""
    if request.refused is None:
        return empty_findings()
    rows = request.refused.select("row", pl.col(letter).alias("value"))
    return to_findings(rows, sheet=sheet, column=letter, field=target.name, code=request.code)


def list_cleared(cleared: list[pl.Series], height: int) -> pl.Series:
    """Return the names of the fields that each row blanks: `cleared` List(String), null for none."""
    dtype = pl.List(pl.String)
    if not cleared:
        return pl.Series("cleared", [None] * height, dtype=dtype)
    names = pl.DataFrame(cleared).select(pl.concat_list(pl.all()).list.drop_nulls().alias("cleared"))
    return names.select(pl.when(pl.col("cleared").list.len() > 0).then(pl.col("cleared")))["cleared"].cast(dtype)
