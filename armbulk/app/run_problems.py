"""The records of a run that need something done, as lines for a terminal: the same reason is one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.record_cells import CellNames
from armbulk.findings.frame import render_findings
from armbulk.i18n import NO_TEXT, Text, _, join_texts
from armbulk.model.fields import Severity
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import OUTCOME_WORDS
from armbulk.model.plain_text import to_one_line
from armbulk.model.record_kinds import DOCUMENT_KINDS, count_records, write_money
from armbulk.resources import fields_by_name
from armbulk.results.causes import find_causes
from armbulk.validation.check import Checked

MAX_SHOWN = 10
"""How many lines are shown for records that need something done, and for ARM's warnings half of that."""

PROBLEMS = {
    Outcome.REJECTED.value: "bad",
    Outcome.CONFLICT.value: "bad",
    Outcome.IN_DOUBT.value: "unsure",
    Outcome.HELD_BACK.value: "warning",
}
"""Outcome → symbol of records that are listed, the most urgent first."""

ROW_HAS_ERRORS = _("The row has errors")
ERROR_ELSEWHERE = _("There is an error in another row or in the sheet (see Problems)")
ERROR_AT = _("There is an error in {cell} (see Problems)")
_ERRORS_AT = _("There are errors in other rows or in the sheet, the first in {cell} (see Problems)")

_COMPARED = {Outcome.CONFLICT.value, Outcome.IN_DOUBT.value}
_MAX_REASON_CHARS = 300

_MAX_ALONE = 3
"""Records with the same reason that still have a line each; of more, so many are named in one line."""

_FINDING = ("code", "field", "value", "detail")
"""What the sentence of a finding depends on; its cell is named beside it."""

_KEYS = ("kind", "outcome", "reason", *_FINDING)


@dataclass(frozen=True, slots=True)
class ProblemLines:
    """The first records that need something done, and how many more there are.

    Attributes:
        by_kind: Kind of record → its lines, each with `symbol` and `text`.
        rest: Records that no line is about.
    """

    by_kind: Mapping[str, Sequence[Mapping[str, str]]]
    rest: int


def list_problems(
    items: pl.DataFrame, checked: Checked | None, cells: CellNames, outcomes: Sequence[str]
) -> ProblemLines:
    """Return lines about the records that have one of these outcomes, the most urgent first.

    Args:
        items: The records, with `kind`, and messages in the user's language.
        checked: Their files; None: they were not read.
        cells: The names of their cells.
        outcomes: Which outcomes are problems now.
    """
    records = items.filter(pl.col("outcome").is_in(outcomes)).rename({"message": "reason"})
    lines = _group(_add_errors(records, checked, cells.lang)).head(MAX_SHOWN)
    by_kind: dict[str, list[Mapping[str, str]]] = {}
    for line in lines.iter_rows(named=True):
        text = _describe(line, _find_reason(line, checked, cells.lang), cells).text(cells.lang)
        by_kind.setdefault(line["kind"], []).append({"symbol": PROBLEMS[line["outcome"]], "text": text})
    return ProblemLines(by_kind, records.height - sum(lines["count"]))


def list_warnings(items: pl.DataFrame, cells: CellNames) -> ProblemLines:
    """Return lines about the records that ARM warns about."""
    records = items.filter(pl.col("warnings").is_not_null()).drop("message").rename({"warnings": "reason"})
    records = records.with_columns(outcome=pl.lit(None, pl.String))
    lines = _group(_add_errors(records, None, cells.lang)).head(MAX_SHOWN // 2)
    texts = [_describe(line, line["reason"], cells).text(cells.lang) for line in lines.iter_rows(named=True)]
    return ProblemLines(
        {"warnings": [{"symbol": "warning", "text": text} for text in texts]}, records.height - sum(lines["count"])
    )


def _add_errors(records: pl.DataFrame, checked: Checked | None, lang: str) -> pl.DataFrame:
    """Add the first error of its row to each record that was held back without a reason (`error_sheet`, and more).

    `cause` is the cell of the error elsewhere that concerns the record, where it is known.
    """
    columns = {"error_sheet": pl.UInt16, "row": pl.Int64, "column": pl.String, **dict.fromkeys(_FINDING, pl.String)}
    errors = pl.DataFrame(schema=columns)
    if checked is not None:
        is_error = (pl.col("severity") == Severity.ERROR.value) & pl.col("row").is_not_null()
        errors = checked.findings.filter(is_error).unique(["sheet", "row"], keep="first", maintain_order=True)
        errors = errors.select(pl.col("sheet").alias("error_sheet"), *list(columns)[1:])
    errors = errors.with_columns(sheet=pl.col("error_sheet").cast(records.schema["sheet"]))
    joined = records.join(errors, on=["sheet", "row"], how="left", maintain_order="left")
    is_open = (pl.col("outcome") == Outcome.HELD_BACK.value) & (pl.col("reason").fill_null("") == "")
    joined = joined.with_columns(pl.when(is_open).then(pl.col("error_sheet", "column", *_FINDING)))
    if checked is None or joined.filter(is_open & pl.col("code").is_null()).is_empty():
        return joined.with_columns(cause=pl.lit(None, pl.String))
    causes = find_causes(checked, lang).with_columns(pl.col("sheet").cast(records.schema["sheet"]))
    return joined.join(causes, on=["sheet", "row"], how="left", maintain_order="left")


def _group(records: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each line: its `count`, and the first of its `records`.

    The most urgent outcome is first, of its reasons that of most records.
    """
    is_alone = pl.len().over(*_KEYS) <= _MAX_ALONE
    line = pl.when(is_alone).then(pl.int_range(pl.len())).otherwise(pl.lit(-1)).alias("line")
    first = pl.struct(records.columns).head(_MAX_ALONE).alias("records")
    lines = records.with_columns(line).group_by(*_KEYS, "line", maintain_order=True).agg(pl.len().alias("count"), first)
    ranks = {outcome: rank for rank, outcome in enumerate(PROBLEMS)}
    urgency = pl.col("outcome").replace_strict(ranks, default=0, return_dtype=pl.Int64)
    return lines.sort(urgency, "count", descending=[False, True], maintain_order=True)


def _find_reason(line: Mapping[str, Any], checked: Checked | None, lang: str) -> str:
    """The reason of a line: ARM's words, armbulk's, or the error of the row."""
    reason: str = line["reason"] or ""
    if reason or line["outcome"] != Outcome.HELD_BACK.value:
        return reason
    if checked is None:
        return ROW_HAS_ERRORS.text(lang)
    if not line["code"]:
        text = ERROR_AT if line["count"] == 1 else _ERRORS_AT
        cause = line["records"][0]["cause"]
        return (text.fill(cell=cause) if cause else ERROR_ELSEWHERE).text(lang)
    record = line["records"][0]
    finding = {**line, "sheet": record["error_sheet"], "row": record["row"], "column": record["column"],
               "severity": Severity.ERROR.value}  # fmt: skip
    columns = checked.findings.schema
    frame = pl.DataFrame({name: [finding[name]] for name in columns}, schema=columns)
    return render_findings(frame, checked.sheets, fields_by_name(), lang)[0]["message"]


def _describe(line: Mapping[str, Any], reason: str | None, cells: CellNames) -> Text:
    """A line: the record with its number, cell and outcome, or how many there are and the first of them."""
    outcome: str = OUTCOME_WORDS[Outcome(line["outcome"])] if line["outcome"] else NO_TEXT
    why = to_one_line(reason or "", _MAX_REASON_CHARS)
    if line["count"] <= _MAX_ALONE:
        return _describe_record(line["records"][0], outcome, why, cells)
    values = {
        "records": count_records(line["count"], line["kind"]), "outcome": outcome, "reason": why,
        "numbers": join_texts(*_name_records(line["records"], cells), separator=", "),
        "count": line["count"] - len(line["records"]),
    }  # fmt: skip
    if not outcome:
        return _("{records}: {reason} ({numbers} and {count:number} more)").fill(**values)
    return _("{records}, {outcome}: {reason} ({numbers} and {count:number} more)").fill(**values)


def _name_records(records: Sequence[Mapping[str, Any]], cells: CellNames) -> list[str]:
    """Numbers with their cells: `F7 Documents!B7`, `F8 B8`."""
    names = []
    before = ""
    for record in records:
        cell = _name_cell(record, cells)
        sheet, mark, address = cell.rpartition("!")
        names.append(f"{record['key'] or '?'} {address if mark and sheet == before else cell}")
        before = sheet
    return names


def _name_cell(record: Mapping[str, Any], cells: CellNames) -> str:
    """The cell that the reason is about: of the row's error, of the field that ARM names, or of the number."""
    letter = record["column"] or cells.find_column(record["sheet"], record["resource"], record["reason"] or "")
    return cells.name(record["sheet"], record["row"], record["resource"], letter)


def _describe_record(record: Mapping[str, Any], outcome: str, why: str, cells: CellNames) -> Text:
    values = {"number": record["key"] or "?", "cell": _name_cell(record, cells), "outcome": outcome, "reason": why}
    if not outcome:
        return _("{number}, {cell}: {reason}").fill(**values)
    if record["kind"] in DOCUMENT_KINDS and record["outcome"] in _COMPARED:  # what a person looks for in ARM
        amount = NO_TEXT if record["amount"] is None else write_money(record["amount"], record["currency"] or "?")
        text = _("{number}, {cell} (customer {customer}, {amount}), {outcome}: {reason}")
        return text.fill(**values, customer=record["customer_norm"] or "?", amount=amount or "?")
    return _("{number}, {cell}, {outcome}: {reason}").fill(**values)
