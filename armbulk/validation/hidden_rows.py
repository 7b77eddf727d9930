"""Rows that Excel does not show, hidden by hand or by a filter: an error, read, or left out, as the user chose.

In a result workbook the user filters for what needs work. The hidden rows that are done according to their outcome are
read like all others: what they have was sent, so they are not sent again. The choice is about the other hidden rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings, to_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.mapping.own_sheets import find_outcome_columns, has_outcome
from armbulk.model.keys import normalise_key
from armbulk.model.outcome import SUCCESSFUL
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet, Table

ROW_SCHEMA = pl.Schema({"sheet": pl.UInt16, "row": pl.Int64})
"""Columns of rows: the index of the sheet, and the row's number in it."""

_MAX_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """The tables that are read, the tables of the rows left out, and findings.

    `done` (ROW_SCHEMA): the hidden rows that are read because they are done.
    """

    tables: dict[str, Table]
    skipped: dict[str, Table]
    findings: pl.DataFrame
    done: pl.DataFrame


def separate_hidden_rows(
    tables: Mapping[str, Table],
    sheets: Sequence[Sheet],
    own: Sequence[Sheet],
    matches: Sequence[HeaderMatch],
    options: ReadOptions,
) -> HiddenRows:
    """Report the hidden rows of `tables`; remove those that are not done where `options.hidden` is "skip".

    Args:
        tables: The typed rows.
        sheets: The sheets, as the mapping and the layout leave them.
        own: The sheets as they are in the files, with the outcome columns of an earlier result.
        matches: What was recognised of each sheet.
        options: What the user decided.
    """
    hidden = pl.concat(
        [pl.DataFrame(schema=ROW_SCHEMA), *(_list_hidden_rows(index, sheet) for index, sheet in enumerate(sheets))]
    )
    if hidden.is_empty() or not tables:
        return HiddenRows(dict(tables), {}, empty_findings(), hidden.clear())
    is_included = options.hidden == "include"
    done = hidden.clear() if is_included else _find_done_rows(tables, hidden, own, matches)
    rows = {name: _only(table.rows, _without(hidden, done)) for name, table in tables.items()}
    code = {None: "hidden-rows", "include": "hidden-included"}.get(options.hidden, "hidden-skipped")
    if options.hidden is None and done.height:
        code = "hidden-open-rows"
    findings = [*_count_rows(rows.values(), code)]
    findings += _count_rows([_only(table.rows, done) for table in tables.values()], "hidden-done")
    if options.hidden != "skip":
        return HiddenRows(dict(tables), {}, merge_findings(findings), done)
    skipped = _find_skipped_rows(tables, rows)
    findings += _find_lines_without_their_document(tables, rows)
    read = {name: replace(table, rows=_without(table.rows, skipped[name])) for name, table in tables.items()}
    left_out = {name: replace(tables[name], rows=part) for name, part in skipped.items() if part.height}
    return HiddenRows(read, left_out, merge_findings(findings), done)


def _list_hidden_rows(index: int, sheet: Sheet) -> pl.DataFrame:
    rows = sorted(sheet.hidden_rows)
    return pl.DataFrame({"sheet": [index] * len(rows), "row": rows}, schema=ROW_SCHEMA)


def _find_done_rows(
    tables: Mapping[str, Table], hidden: pl.DataFrame, own: Sequence[Sheet], matches: Sequence[HeaderMatch]
) -> pl.DataFrame:
    """Return the hidden rows that are done: their outcome says so, and the outcome of their document if they are lines.

    A line of a document that is not done is a part of what is sent.
    """
    done = pl.concat([pl.DataFrame(schema=ROW_SCHEMA), *map(_list_done_rows, range(len(own)), own, matches)])
    of_hidden = _only(hidden, done)
    if of_hidden.is_empty() or not {"documents", "lines"} <= set(tables):
        return of_hidden
    open_documents = _with_norm(_without(tables["documents"].rows, done), tables["documents"]).select("norm")
    lines = _with_norm(_only(tables["lines"].rows, of_hidden), tables["lines"])
    return _without(of_hidden, lines.join(open_documents, on="norm", how="semi").select("sheet", "row"))


def _list_done_rows(index: int, sheet: Sheet, match: HeaderMatch) -> pl.DataFrame:
    """Return the rows of a sheet whose outcome, which an earlier run wrote, leaves nothing to do."""
    letters = {} if match.header_row is None else find_outcome_columns(sheet, match.header_row)
    if "outcome" not in letters:
        return pl.DataFrame(schema=ROW_SCHEMA)
    is_done = has_outcome(sheet, letters["outcome"], SUCCESSFUL)
    rows = sheet.frame.filter((pl.col("row") > match.header_row) & is_done)
    return rows.select(pl.lit(index, pl.UInt16).alias("sheet"), pl.col("row").cast(pl.Int64))


def _count_rows(parts: Iterable[pl.DataFrame], code: str) -> Iterator[pl.DataFrame]:
    """One finding for the rows of each sheet: how many, and the first few."""
    every_row = pl.concat([part.select("sheet", "row") for part in parts]).unique()
    for (index,), rows in every_row.sort("sheet", "row").group_by("sheet", maintain_order=True):
        numbers = rows["row"]
        first = ", ".join(map(str, numbers.head(_MAX_ROWS_NAMED))) + (" …" if len(numbers) > _MAX_ROWS_NAMED else "")
        count = pl.DataFrame({"value": [str(len(numbers))], "detail": [first]})
        yield to_findings(count, sheet=cast("int", index), code=code)


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


def _only(rows: pl.DataFrame, included: pl.DataFrame) -> pl.DataFrame:
    return rows.join(included, on=["sheet", "row"], how="semi", maintain_order="left")


def _without(rows: pl.DataFrame, excluded: pl.DataFrame) -> pl.DataFrame:
    return rows.join(excluded, on=["sheet", "row"], how="anti", maintain_order="left")
