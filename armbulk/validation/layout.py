"""How accountants lay sheets out: totals below, second tables, notes, merged cells. Found, never changed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings, merge_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import FieldRole
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import ReadOptions, Sheet, Table

_WORDS = "sum|total|totalt|totalsum|sum total|i alt|subtotal|delsum"
_TOTAL = rf"(?i)^\s*({_WORDS})\b"
_NOTHING_BUT_TOTAL = rf"(?i)^\s*({_WORDS})\s*[:.]?\s*$"
_NO_RECORD = ["header-again", "total-row"]


def check_layout(sheet: Sheet, index: int, headed: HeaderMatch) -> pl.DataFrame:
    """Find what is in the sheet besides its table: repeated headers, totals, values without a header, merged cells."""
    named = [*headed.columns.values(), *(headed.lines.columns.values() if headed.lines else ())]
    letters = [one for one in dict.fromkeys(named) if one.isalpha()]  # a mapping's own columns are not the sheet's
    if headed.resource is None or not letters:
        return empty_findings()
    body = sheet.frame.filter(pl.col("row") > headed.header_row)
    if body.is_empty():
        return empty_findings()
    head = sheet.frame.filter(pl.col("row") == headed.header_row)
    return merge_findings(
        [
            _headless(head, body, sheet, index),
            _again(head, body, list(letters), index),
            _totals(body, list(letters), headed, index),
            _merged(body, list(letters), sheet, index),
        ]
    )


def drop_silenced(findings: pl.DataFrame, layouts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Leave out what else is reported of rows that are no records at all: the layout finding says enough."""
    none = pl.concat([empty_findings(), *layouts]).filter(pl.col("code").is_in(_NO_RECORD)).select("sheet", "row")
    said = findings.filter(pl.col("code").is_in(_NO_RECORD))
    return merge_findings([findings.join(none, on=["sheet", "row"], how="anti", maintain_order="left"), said])


def layout_findings(rows: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    """Findings from a frame that has some of the columns of SCHEMA."""
    severity = CATALOGUE[code].severity.value
    missing = [pl.lit(None).alias(name) for name in SCHEMA if name not in rows.columns]
    said = {"sheet": pl.lit(index), "code": pl.lit(code), "severity": pl.lit(severity)}
    return rows.with_columns(missing).with_columns(**said).select(list(SCHEMA)).cast(SCHEMA)


def _headless(head: pl.DataFrame, body: pl.DataFrame, sheet: Sheet, index: int) -> pl.DataFrame:
    bare = [one for one in sheet.letters if head[one][0] is None and body[one].null_count() < body.height]
    first = {one: body.filter(pl.col(one).is_not_null())["row"][0] for one in bare}
    rows = [{"row": first[one], "column": one, "value": one} for one in bare]
    return layout_findings(
        pl.DataFrame(rows, schema={"row": pl.Int64, "column": pl.String, "value": pl.String}), "no-header", index
    )


def _again(head: pl.DataFrame, body: pl.DataFrame, letters: list[str], index: int) -> pl.DataFrame:
    """Rows in which at least half of the known columns repeat their header."""
    same = pl.sum_horizontal(pl.col(one).str.to_lowercase() == str(head[one][0]).lower() for one in letters)
    rows = body.filter(same >= max(2, (len(letters) + 1) // 2))
    return layout_findings(rows.select("row", pl.col("row").cast(pl.String).alias("detail")), "header-again", index)


def _totals(body: pl.DataFrame, letters: list[str], headed: HeaderMatch, index: int) -> pl.DataFrame:
    """Rows without the record's number that say they are a total, or close the table with nothing but numbers."""
    resource = headed.resource
    assert resource is not None  # noqa: S101 - the caller looked
    key = next((one.name for one in resource.fields if one.role is FieldRole.PARENT_KEY), resource.key)
    if key not in headed.columns:
        return empty_findings()
    keyless = pl.col(headed.columns[key]).is_null()
    said = pl.any_horizontal(pl.col(one[: -len(".cell")]).str.contains(_TOTAL) for one in _kinds(body))
    keyed = pl.col(headed.columns[key]).str.contains(_NOTHING_BUT_TOTAL)
    numbers = pl.all_horizontal(
        pl.col(f"{one}.cell").is_in(["number", "uncalculated"]).fill_null(value=True) for one in letters
    )
    some = pl.any_horizontal(pl.col(one).is_not_null() for one in letters)
    last = pl.col("row") == body["row"].max()
    rows = body.filter((keyless & said) | keyed | (keyless & numbers & last & some))
    return layout_findings(rows.select("row", pl.col("row").cast(pl.String).alias("detail")), "total-row", index)


def _kinds(body: pl.DataFrame) -> list[str]:
    return [name for name in body.columns if name.endswith(".cell")]


def _merged(body: pl.DataFrame, letters: list[str], sheet: Sheet, index: int) -> pl.DataFrame:
    places = {_number(one): one for one in letters}
    told = []
    for reference in sheet.merged_ranges:
        box = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if box is None:
            continue
        left, top, right, bottom = _number(box[1]), int(box[2]), _number(box[3]), int(box[4])
        inside = [letter for place, letter in sorted(places.items()) if left <= place <= right]
        if inside:
            rows = body.filter(pl.col("row").is_between(top, bottom)).select(
                "row", pl.lit(inside[0]).alias("column"), pl.lit(reference).alias("value")
            )
            told.append(layout_findings(rows, "merged-cells", index))
    return pl.concat([empty_findings(), *told])


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


_FEW = 5


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """Tables with what is read, the hidden rows left out of them (as tables too), and what is said of it."""

    tables: dict[str, Table]
    skipped: dict[str, Table]
    findings: pl.DataFrame


def separate_hidden_rows(tables: Mapping[str, Table], sheets: Sequence[Sheet], reading: ReadOptions) -> HiddenRows:
    """Decide on rows that Excel does not show: an error, or taken, or left out, as the caller said."""
    hidden = pl.concat(
        [_hidden(index, sheet) for index, sheet in enumerate(sheets)]
        or [pl.DataFrame(schema={"sheet": pl.UInt16, "row": pl.Int64})]
    )
    if hidden.is_empty():
        return HiddenRows(dict(tables), {}, empty_findings())
    rows = {name: table.rows.join(hidden, on=["sheet", "row"], how="semi") for name, table in tables.items()}
    counted = pl.concat([part.select("sheet", "row") for part in rows.values()]).unique().sort("sheet", "row")
    code = {None: "hidden-rows", "include": "hidden-included"}.get(reading.hidden, "hidden-skipped")
    findings = [_hidden_told(counted, code, index) for index in counted["sheet"].unique().sort()]
    if reading.hidden != "skip":
        return HiddenRows(dict(tables), {}, merge_findings(findings))
    return _skip(tables, rows, findings)


def _hidden(index: int, sheet: Sheet) -> pl.DataFrame:
    rows = sorted(sheet.hidden_rows)
    return pl.DataFrame({"sheet": [index] * len(rows), "row": rows}, schema={"sheet": pl.UInt16, "row": pl.Int64})


def _hidden_told(counted: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    rows = counted.filter(pl.col("sheet") == index)["row"]
    few = ", ".join(str(row) for row in rows.head(_FEW)) + (" …" if len(rows) > _FEW else "")
    row = pl.DataFrame({"value": [str(len(rows))], "detail": [few]})
    return layout_findings(row, code, index)


def _skip(tables: Mapping[str, Table], hidden: dict[str, pl.DataFrame], findings: list[pl.DataFrame]) -> HiddenRows:
    """Leave hidden records out; a hidden document takes its lines along, a hidden line alone is an error."""
    skipped = dict(hidden)
    if "lines" in tables and "documents" in tables:
        lines, documents = tables["lines"], tables["documents"]
        parent = next(one.name for one in lines.resource.fields if one.role is FieldRole.PARENT_KEY)
        gone = hidden["documents"].select(normalise_key(pl.col(documents.resource.key)).alias("norm"))
        stay = documents.rows.join(hidden["documents"], on=["sheet", "row"], how="anti")
        keys = stay.select(normalise_key(pl.col(documents.resource.key)).alias("norm"))
        keyed = lines.rows.with_columns(normalise_key(pl.col(parent)).alias("norm"))
        skipped["lines"] = keyed.join(gone, on="norm", how="semi", maintain_order="left").drop("norm")
        alone = (
            hidden["lines"].with_columns(normalise_key(pl.col(parent)).alias("norm")).join(keys, on="norm", how="semi")
        )
        for index in alone["sheet"].unique().sort():
            mine = alone.filter(pl.col("sheet") == index).select("row", pl.col(parent).alias("value"))
            findings.append(layout_findings(mine, "hidden-line", index))
    left = {
        name: replace(
            table, rows=table.rows.join(skipped[name], on=["sheet", "row"], how="anti", maintain_order="left")
        )
        for name, table in tables.items()
    }
    out = {name: replace(tables[name], rows=rows) for name, rows in skipped.items() if rows.height}
    return HiddenRows(left, out, merge_findings(findings))
