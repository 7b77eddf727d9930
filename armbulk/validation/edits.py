"""What has been changed in a sheet that armbulk exported: its cells against the copy that the workbook keeps hidden.

A cell that still holds what was exported is taken as blank, and blank means unchanged: it is neither checked nor sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.mapping.headers import HeaderMatch, fold_header, known_headers
from armbulk.model.fields import Field, FieldRole, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Sheet

BASE_SHEET = "armbulk-base"
"""The name of the hidden sheet that holds the values as they were exported."""

BASE_SCHEMA = {"sheet": pl.UInt16, "row": pl.Int64, "base": pl.String}
"""Of each changed row what was exported: JSON, ARM's path → the cell's text or null."""

_DEFUSED = "^'([=+\\-@\t\uff1d\uff0b\uff0d\uff20])"
_MARK = "armbulk export 1 "


@dataclass(frozen=True, slots=True)
class Compared:
    """A sheet with only what was changed in it, what it was (BASES), and what there is to say."""

    sheet: Sheet
    bases: pl.DataFrame
    findings: pl.DataFrame


def export_marker(client_hash: str) -> str:
    """The header that tells a hidden copy's last column: whose data it is (a digest)."""
    return _MARK + client_hash


def exported_client_hash(sheet: Sheet) -> str | None:
    """Whose data a sheet was exported from, as a digest; None for a sheet that is no export."""
    base = sheet.base
    if base is None or base.frame.is_empty():
        return None
    header = base.frame.select(base.letters).row(0)
    return next((text.removeprefix(_MARK) for text in header if text and text.startswith(_MARK)), "")


def attach_base(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets of one file without its hidden copy, which every one of them knows instead."""
    base = next((one for one in sheets if fold_header(one.name) == fold_header(BASE_SHEET)), None)
    return [replace(one, base=base) for one in sheets if one is not base]


def strip_formula_guards(sheet: Sheet) -> Sheet:
    """A sheet of a csv without the apostrophes that an export puts before texts like formulas: no part of the text."""
    if sheet.format != "csv":
        return sheet
    return replace(sheet, frame=sheet.frame.with_columns(pl.col(sheet.letters).str.replace(_DEFUSED, "$1")))


def drop_expected_findings(sheet: Sheet, findings: pl.DataFrame) -> pl.DataFrame:
    """What was said of a sheet's columns, without what is no news: armbulk put those that are not sent there itself."""
    if sheet.base is None or sheet.base.frame.is_empty():
        return findings
    ours = [text for text in sheet.base.frame.select(sheet.base.letters).row(0) if text]
    news = ~pl.col("code").is_in(["computed-column", "unknown-header"]) | ~pl.col("value").is_in(ours)
    return findings.filter(news)


def compare_with_base(sheet: Sheet, index: int, headed: HeaderMatch) -> Compared:
    """Leave in a sheet what its user changed; rows are found by their key, wherever they stand now."""
    resource, base = headed.resource, sheet.base
    nothing = Compared(sheet, pl.DataFrame(schema=BASE_SCHEMA), empty_findings())
    if base is None or resource is None or not resource.updatable or resource.key not in headed.columns:
        return nothing
    before = _columns(base, resource)
    if resource.key not in before:
        return nothing
    shared = {name: letter for name, letter in headed.columns.items() if name in before and name != resource.key}
    rows = _beside(sheet, headed, before, shared)
    same = {name: pl.col(letter).eq_missing(_was(name)) & pl.col("there") for name, letter in shared.items()}
    computed = [name for name in shared if resource.field(name).role is FieldRole.READ_ONLY]
    sent = [name for name in shared if name not in computed]
    changed = pl.any_horizontal(
        [pl.col(shared[name]).is_not_null() & ~same[name] for name in sent] or [pl.lit(value=False)]
    )
    findings = [_told(rows.filter(~pl.col("there") & pl.col("norm").is_not_null()), resource.field(resource.key),
                      headed.columns[resource.key], "not-in-export", index)]  # fmt: skip
    findings += [_told(rows.filter(pl.col("there") & pl.col(shared[name]).is_not_null() & ~same[name]),
                       resource.field(name), shared[name], "computed-changed", index) for name in computed]  # fmt: skip
    bases = rows.filter(changed & pl.col("there")).select(
        pl.lit(index).cast(pl.UInt16).alias("sheet"), "row",
        pl.struct(_was(name).alias(resource.field(name).path) for name in sent).struct.json_encode().alias("base"),
    ) if sent else pl.DataFrame(schema=BASE_SCHEMA)  # fmt: skip
    hidden = sheet.hidden_rows & frozenset(rows.filter(changed | ~pl.col("there"))["row"])  # else they are no news
    left = replace(sheet, frame=_blanked(sheet, rows, shared, same), hidden_rows=hidden)
    return Compared(left, bases, pl.concat([empty_findings(), *findings]))


def _columns(base: Sheet, resource: Resource) -> dict[str, str]:
    """Field → letter of the hidden copy; its header is its first row."""
    if base.frame.is_empty():
        return {}
    names = known_headers(resource)
    header = zip(base.letters, base.frame.select(base.letters).row(0), strict=True)
    return {names[fold_header(text)].name: letter for letter, text in header if text and fold_header(text) in names}


def _beside(sheet: Sheet, headed: HeaderMatch, before: dict[str, str], shared: dict[str, str]) -> pl.DataFrame:
    """The rows below the header with what was exported of them: `was.FIELD`, and `there` where there is any."""
    assert sheet.base is not None and headed.resource is not None and headed.header_row is not None  # noqa: S101, PT018
    key = headed.resource.key
    mine = sheet.frame.filter(pl.col("row") > headed.header_row).with_columns(
        normalise_key(pl.col(headed.columns[key])).alias("norm")
    )
    old = sheet.base.frame.slice(1).select(
        normalise_key(pl.col(before[key])).alias("norm"),
        *(pl.col(before[name]).alias(f"was.{name}") for name in shared),
        pl.lit(value=True).alias("there"),
    )
    old = old.drop_nulls("norm").unique("norm", keep="first", maintain_order=True)
    joined = mine.join(old, on="norm", how="left", maintain_order="left")
    return joined.with_columns(pl.col("there").fill_null(value=False))


def _was(name: str) -> pl.Expr:
    return pl.col(f"was.{name}")


def _blanked(sheet: Sheet, rows: pl.DataFrame, shared: dict[str, str], same: dict[str, pl.Expr]) -> pl.DataFrame:
    """The sheet's cells without those that are as they were."""
    kept = [
        pl.when(~same[name]).then(pl.col(column)).alias(column)
        for name, letter in shared.items()
        for column in (letter, f"{letter}.cell")
    ]
    below = rows.with_columns(kept).select(sheet.frame.columns)
    above = sheet.frame.join(below.select("row"), on="row", how="anti", maintain_order="left")
    return pl.concat([above, below])


def _told(rows: pl.DataFrame, one: Field, letter: str, code: str, index: int) -> pl.DataFrame:
    severity = CATALOGUE[code].severity.value
    return rows.select(
        pl.lit(index).alias("sheet"), "row", pl.lit(letter).alias("column"), pl.lit(one.name).alias("field"),
        pl.lit(code).alias("code"), pl.lit(severity).alias("severity"), pl.col(letter).alias("value"),
        pl.lit(None, pl.String).alias("detail"),
    ).select(list(SCHEMA)).cast(SCHEMA)  # fmt: skip
