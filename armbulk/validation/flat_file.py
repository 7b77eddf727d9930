"""Flat files: one row per line, with the document's columns repeated. One sheet is two tables."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings
from armbulk.model.fields import Field, FieldRole, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Table
from armbulk.validation.layout import layout_findings
from armbulk.validation.parse import to_text

_AMOUNTS = ("excl_vat", "vat", "incl_vat")


def split_flat_file(documents: Table, lines: Table, index: int, hidden: frozenset[int]) -> tuple[Table, pl.DataFrame]:
    """Make documents of a flat sheet's rows: (one row per document, findings).

    A document stands at its first row that is shown; a value may stand in all of its rows or in some, but not differ.
    Amounts the sheet has of the lines only are summed, where every line has one.
    """
    key = documents.resource.key
    rows = documents.rows.with_columns(normalise_key(pl.col(key)).alias("norm")).filter(pl.col("norm").is_not_null())
    letters = documents.columns[index]
    named = [
        one
        for one in documents.resource.fields
        if one.name in letters and one.name != key and one.role is FieldRole.WRITABLE
    ]
    disagree = [_disagree(rows, one, letters[one.name], index) for one in named]
    shown = rows.sort(pl.col("row").is_in(list(hidden)), "row", maintain_order=True)
    values = [
        pl.col(one.name).drop_nulls().first()
        for one in documents.resource.fields
        if one.name in rows.columns and one.name != key
    ]
    whole = shown.group_by("norm", maintain_order=True).agg(pl.col("sheet", "row", key).first(), *values).sort("row")
    whole, summed = _sum(whole, lines, letters)
    told = _amounts_told(lines, summed, documents.resource, index)
    return replace(documents, rows=whole.select(documents.rows.columns)), merge_findings([*disagree, told])


def _disagree(rows: pl.DataFrame, one: Field, letter: str, index: int) -> pl.DataFrame:
    text = rows.select("row", "norm", to_text(one).alias("value")).drop_nulls("value")
    first = pl.col("value").first().over("norm")
    where = pl.col("row").first().over("norm").cast(pl.String).alias("detail")
    wrong = text.with_columns(first.alias("first"), where).filter(pl.col("value") != pl.col("first"))
    place = wrong.with_columns(pl.lit(letter).alias("column"), pl.lit(one.name).alias("field"))
    return layout_findings(place.select("row", "column", "field", "value", "detail"), "flat-disagrees", index)


def _sum(whole: pl.DataFrame, lines: Table, letters: Mapping[str, str]) -> tuple[pl.DataFrame, list[str]]:
    parent = next(one.name for one in lines.resource.fields if one.role is FieldRole.PARENT_KEY)
    columns = next(iter(lines.columns.values()))
    summed = [name for name in _AMOUNTS if name in columns and name not in letters]
    full = [pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in summed]
    sums = lines.rows.group_by(normalise_key(pl.col(parent)).alias("norm")).agg(full)
    return whole.drop(summed).join(sums, on="norm", how="left", maintain_order="left"), summed


def _amounts_told(lines: Table, summed: list[str], documents: Resource, index: int) -> pl.DataFrame:
    """Say whose amounts these are; where all lines of every document have the same, nobody can tell."""
    parent = next(one.name for one in lines.resource.fields if one.role is FieldRole.PARENT_KEY)
    columns = lines.columns[index]
    grouped = lines.rows.group_by(normalise_key(pl.col(parent)).alias("norm"))
    several = grouped.agg(pl.len().alias("n"), *(pl.col(name).n_unique() for name in summed)).filter(pl.col("n") > 1)
    told = []
    for name in summed:
        alike = several.height > 0 and several[name].max() == 1
        said = lines.resource.field(name), documents.field(name)
        words = " / ".join(f'"{one.aliases[-2]}" ({one.aliases[-1]})' for one in said)
        row = pl.DataFrame(
            {
                "row": [None],
                "column": [columns[name]],
                "field": [name],
                "detail": [words],
            },
            schema_overrides={"row": pl.Int64},
        )
        code = "flat-amounts-unclear" if alike else "flat-sums"
        if several.height:
            told.append(layout_findings(row, code, index))
    return pl.concat([empty_findings(), *told])
