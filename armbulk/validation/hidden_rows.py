"""Rows that Excel does not show, hidden by hand or by a filter: an error, read, or left out, as the user chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding, merge_findings, to_findings
from armbulk.model.keys import normalise_key
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import FORMATS_WITHOUT_VISIBILITY, Sheet, Table

_MAX_ROWS_NAMED = 5
_UNKNOWN = "?"  # the number of hidden rows of a file in which they cannot be seen


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """The tables that are read, the tables of the rows left out, and findings."""

    tables: dict[str, Table]
    skipped: dict[str, Table]
    findings: pl.DataFrame


def separate_hidden_rows(tables: Mapping[str, Table], sheets: Sequence[Sheet], options: ReadOptions) -> HiddenRows:
    """Report the hidden rows of `tables`; remove them where `options.hidden` is "skip"."""
    hidden = pl.concat(
        [_list_hidden_rows(index, sheet) for index, sheet in enumerate(sheets)]
        or [pl.DataFrame(schema={"sheet": pl.UInt16, "row": pl.Int64})]
    )
    if hidden.is_empty() or not tables:
        return HiddenRows(dict(tables), {}, empty_findings())
    rows = {name: table.rows.join(hidden, on=["sheet", "row"], how="semi") for name, table in tables.items()}
    with_data = pl.concat([part.select("sheet", "row") for part in rows.values()]).unique().sort("sheet", "row")
    code = {None: "hidden-rows", "include": "hidden-included"}.get(options.hidden, "hidden-skipped")
    findings = [_count_rows(with_data, code, index) for index in with_data["sheet"].unique().sort()]
    if options.hidden != "skip":
        return HiddenRows(dict(tables), {}, merge_findings(findings))
    skipped = _find_skipped_rows(tables, rows)
    findings += _find_lines_without_their_document(tables, rows)
    read = {name: replace(table, rows=_without(table.rows, skipped[name])) for name, table in tables.items()}
    left_out = {name: replace(tables[name], rows=part) for name, part in skipped.items() if part.height}
    return HiddenRows(read, left_out, merge_findings(findings))


def report_unknown_rows(tables: Mapping[str, Table], sheets: Sequence[Sheet], options: ReadOptions) -> pl.DataFrame:
    """Return one finding per file of a kind in which it cannot be seen which rows are hidden."""
    if options.hidden == "include":
        return empty_findings()
    used = sorted({index for table in tables.values() for index in table.columns})
    first = {
        sheets[index].file: index for index in reversed(used) if sheets[index].format in FORMATS_WITHOUT_VISIBILITY
    }
    findings = [
        make_finding(index, "hidden-rows", value=_UNKNOWN, detail=f".{sheets[index].format}")
        for index in first.values()
    ]
    return merge_findings(findings)


def are_rows_unknown() -> pl.Expr:
    """Return whether a finding says that the hidden rows of a file are not known."""
    return (pl.col("code") == "hidden-rows") & (pl.col("value") == _UNKNOWN)


def _list_hidden_rows(index: int, sheet: Sheet) -> pl.DataFrame:
    rows = sorted(sheet.hidden_rows)
    return pl.DataFrame({"sheet": [index] * len(rows), "row": rows}, schema={"sheet": pl.UInt16, "row": pl.Int64})


def _count_rows(hidden: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    """Return one finding for the hidden rows of a sheet: how many, and the first few."""
    rows = hidden.filter(pl.col("sheet") == index)["row"]
    first = ", ".join(str(row) for row in rows.head(_MAX_ROWS_NAMED)) + (" …" if len(rows) > _MAX_ROWS_NAMED else "")
    return to_findings(pl.DataFrame({"value": [str(len(rows))], "detail": [first]}), sheet=index, code=code)


def _find_skipped_rows(tables: Mapping[str, Table], hidden: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Return the rows that are left out, by resource: a hidden document takes all its lines with it."""
    if not {"documents", "lines"} <= set(tables):
        return dict(hidden)
    documents = _with_norm(hidden["documents"], tables["documents"])
    lines = _with_norm(tables["lines"].rows, tables["lines"])
    skipped_lines = lines.join(documents.select("norm"), on="norm", how="semi", maintain_order="left").drop("norm")
    return {**hidden, "lines": skipped_lines}


def _find_lines_without_their_document(
    tables: Mapping[str, Table], hidden: Mapping[str, pl.DataFrame]
) -> list[pl.DataFrame]:
    """Return the findings of hidden lines whose document is not hidden: an invoice is never sent without a line."""
    if not {"documents", "lines"} <= set(tables):
        return []
    shown = _with_norm(_without(tables["documents"].rows, hidden["documents"]), tables["documents"]).select("norm")
    alone = _with_norm(hidden["lines"], tables["lines"]).join(shown, on="norm", how="semi")
    parent = tables["lines"].resource.record_key
    rows = alone.select("sheet", "row", pl.col(parent).alias("value"))
    return [to_findings(rows, code="hidden-line")] if rows.height else []


def _with_norm(rows: pl.DataFrame, table: Table) -> pl.DataFrame:
    return rows.with_columns(normalise_key(pl.col(table.resource.record_key)).alias("norm"))


def _without(rows: pl.DataFrame, excluded: pl.DataFrame) -> pl.DataFrame:
    return rows.join(excluded, on=["sheet", "row"], how="anti", maintain_order="left")
