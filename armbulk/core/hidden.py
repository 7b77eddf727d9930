"""Rows that Excel does not show, hidden by hand or by a filter: an error, unless the caller says what is meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.core.keys import normal
from armbulk.core.layout import found
from armbulk.findings import empty, gather
from armbulk.model import Reading, Sheet, Table, Use

_FEW = 5


@dataclass(frozen=True, slots=True)
class Aside:
    """Tables with what is read, the hidden rows left out of them (as tables too), and what is said of it."""

    tables: dict[str, Table]
    skipped: dict[str, Table]
    findings: pl.DataFrame


def set_aside(tables: Mapping[str, Table], sheets: Sequence[Sheet], reading: Reading) -> Aside:
    """Decide on rows that Excel does not show: an error, or taken, or left out, as the caller said."""
    hidden = pl.concat(
        [_hidden(index, sheet) for index, sheet in enumerate(sheets)]
        or [pl.DataFrame(schema={"sheet": pl.UInt16, "row": pl.Int64})]
    )
    if hidden.is_empty():
        return Aside(dict(tables), {}, empty())
    rows = {name: table.rows.join(hidden, on=["sheet", "row"], how="semi") for name, table in tables.items()}
    counted = pl.concat([part.select("sheet", "row") for part in rows.values()]).unique().sort("sheet", "row")
    code = {None: "hidden-rows", "include": "hidden-included"}.get(reading.hidden, "hidden-skipped")
    findings = [_hidden_told(counted, code, index) for index in counted["sheet"].unique().sort()]
    if reading.hidden != "skip":
        return Aside(dict(tables), {}, gather(findings))
    return _skip(tables, rows, findings)


def _hidden(index: int, sheet: Sheet) -> pl.DataFrame:
    rows = sorted(sheet.hidden_rows)
    return pl.DataFrame({"sheet": [index] * len(rows), "row": rows}, schema={"sheet": pl.UInt16, "row": pl.Int64})


def _hidden_told(counted: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    rows = counted.filter(pl.col("sheet") == index)["row"]
    few = ", ".join(str(row) for row in rows.head(_FEW)) + (" …" if len(rows) > _FEW else "")
    row = pl.DataFrame({"value": [str(len(rows))], "detail": [few]})
    return found(row, code, index)


def _skip(tables: Mapping[str, Table], hidden: dict[str, pl.DataFrame], findings: list[pl.DataFrame]) -> Aside:
    """Leave hidden records out; a hidden document takes its lines along, a hidden line alone is an error."""
    skipped = dict(hidden)
    if "lines" in tables and "documents" in tables:
        lines, documents = tables["lines"], tables["documents"]
        parent = next(one.name for one in lines.resource.fields if one.use is Use.PARENT)
        gone = hidden["documents"].select(normal(pl.col(documents.resource.key)).alias("norm"))
        stay = documents.rows.join(hidden["documents"], on=["sheet", "row"], how="anti")
        keys = stay.select(normal(pl.col(documents.resource.key)).alias("norm"))
        keyed = lines.rows.with_columns(normal(pl.col(parent)).alias("norm"))
        skipped["lines"] = keyed.join(gone, on="norm", how="semi", maintain_order="left").drop("norm")
        alone = hidden["lines"].with_columns(normal(pl.col(parent)).alias("norm")).join(keys, on="norm", how="semi")
        for index in alone["sheet"].unique().sort():
            mine = alone.filter(pl.col("sheet") == index).select("row", pl.col(parent).alias("value"))
            findings.append(found(mine, "hidden-line", index))
    left = {
        name: replace(
            table, rows=table.rows.join(skipped[name], on=["sheet", "row"], how="anti", maintain_order="left")
        )
        for name, table in tables.items()
    }
    out = {name: replace(tables[name], rows=rows) for name, rows in skipped.items() if rows.height}
    return Aside(left, out, gather(findings))
