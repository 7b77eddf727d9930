"""The problems of a run for its HTML report: grouped by what to do, each with number, cell, message and advice."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from armbulk.app.record_cells import CellNames, name_cells
from armbulk.app.run_problems import ERROR_AT, ERROR_ELSEWHERE, ROW_HAS_ERRORS
from armbulk.findings.frame import name_place, render_findings
from armbulk.i18n import Text, _, ngettext
from armbulk.model.fields import Severity
from armbulk.model.outcome import Outcome
from armbulk.model.plain_text import to_one_line
from armbulk.model.sheet import find_repeated_names
from armbulk.redaction import redact_shown
from armbulk.resources import fields_by_name
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.arm_problems import choose_fix
from armbulk.results.causes import find_causes
from armbulk.results.reconcile import list_row_keys
from armbulk.results.run_result import RunResult
from armbulk.stored_messages import translate_message
from armbulk.validation.check import Checked

MAX_ROWS = 200
"""How many problems of a group are listed."""

_TURN = 10
"""How many problems of one cause are listed before those of the next: a rare cause is not crowded out."""

_MAX_TEXT_CHARS = 1_000

_VALUES = r'"[^"]*"|[0-9]+'
"""What differs between messages of the same cause."""

_TITLES = {
    Outcome.REJECTED.value: (
        "bad",
        ngettext("{count:number} record rejected by ARM", "{count:number} records rejected by ARM"),
        _("Correct the rows and import the file again. Records that ARM already has are not sent twice."),
    ),
    Outcome.IN_DOUBT.value: (
        "unsure",
        ngettext("{count:number} record unconfirmed", "{count:number} records unconfirmed"),
        _("ARM never confirmed these records. armbulk does not send them again automatically."),
    ),
    Outcome.CONFLICT.value: (
        "bad",
        ngettext("{count:number} record in conflict", "{count:number} records in conflict"),
        _("ARM has other values, or another document with the same number. Compare the two."),
    ),
    Outcome.HELD_BACK.value: (
        "warning",
        ngettext("{count:number} record held back", "{count:number} records held back"),
        _("These records were not sent. Correct what the messages name, and import the file again."),
    ),
    "errors": (
        "bad",
        ngettext("{count:number} error in the files", "{count:number} errors in the files"),
        _("Nothing was sent. Correct the cells and import the file again."),
    ),
    "warnings": (
        "warning",
        ngettext("ARM warns about {count:number} record", "ARM warns about {count:number} records"),
        _("Read what ARM says about each record."),
    ),
    "file_warnings": (
        "warning",
        ngettext("{count:number} warning about the files", "{count:number} warnings about the files"),
        _("armbulk found these values unusual. They did not stop the import."),
    ),
}
"""Group → symbol, title and a sentence, in the order in which they are shown."""

_MORE_IN_WORKBOOK = ngettext(
    "{count:number} more: see the sheet Problems of {file}.", "{count:number} more: see the sheet Problems of {file}."
)
_MORE_WITH_COMMAND = ngettext(
    "{count:number} more: see the sheet Problems of the result workbook. Write it with: {command}",
    "{count:number} more: see the sheet Problems of the result workbook. Write it with: {command}",
)


def group_problems(
    result: RunResult, checked: Checked | None, lang: str, *, workbook: str, command: str
) -> list[dict[str, Any]]:
    """Return the groups that have problems: `name`, `symbol`, `title`, `text`, `count`, `rows` and `more`.

    Args:
        result: the run.
        checked: its files; None: they were not read.
        lang: language of the texts.
        workbook: the name of the result workbook; "": there is none.
        command: what writes the result workbook.
    """
    cells = name_cells(result, checked, lang)
    groups = []
    for name, (symbol, title, text) in _TITLES.items():
        count, entries, rows = _list_group(name, result, checked, cells)
        if not entries:
            continue
        rest = entries - len(rows)
        more = _MORE_IN_WORKBOOK if workbook else _MORE_WITH_COMMAND
        groups.append(
            {
                "name": name.replace("_", "-"),
                "symbol": symbol,
                "title": title.fill(count=count).text(lang),
                "text": text.text(lang),
                "count": count,
                "rows": _mask(rows),
                "more": more.fill(count=rest, file=workbook, command=command).text(lang) if rest else "",
            }
        )
    return groups


def _list_group(
    name: str, result: RunResult, checked: Checked | None, cells: CellNames
) -> tuple[int, int, list[dict[str, str]]]:
    """Return how many records (or findings) a group has, how many entries, and the first of these."""
    items = result.items
    if name == "warnings":
        chosen = items.filter(pl.col("warnings").is_not_null())
        return chosen.height, chosen.height, _list_records(chosen, cells, "warnings")
    is_stopped = result.run is None
    if name in {"errors", "file_warnings"}:
        if checked is None or (name == "errors" and not is_stopped):
            return 0, 0, []
        severity = Severity.ERROR if name == "errors" else Severity.WARNING
        findings = checked.findings.filter(pl.col("severity") == severity.value)
        return findings.height, findings.height, _list_findings(findings, checked, items, cells)
    chosen = items.filter(pl.col("outcome") == name)
    if name != Outcome.HELD_BACK.value:
        return chosen.height, chosen.height, _list_records(chosen, cells, "message")
    if is_stopped or chosen.is_empty():  # the errors say it all
        return 0, 0, []
    return _list_held_back(chosen, checked, items, cells)


def _list_held_back(
    records: pl.DataFrame, checked: Checked | None, items: pl.DataFrame, cells: CellNames
) -> tuple[int, int, list[dict[str, str]]]:
    """The errors of the files, and the records that were held back for another reason than an error of their row."""
    if checked is None:
        return records.height, records.height, _list_records(records, cells, "message", ROW_HAS_ERRORS)
    errors = checked.findings.filter(pl.col("severity") == Severity.ERROR.value)
    others = records.join(errors.select("sheet", "row"), on=["sheet", "row"], how="anti", maintain_order="left")
    share = min(others.height, MAX_ROWS // 4)
    rows = _list_findings(errors, checked, items, cells, MAX_ROWS - share)
    causes = find_causes(checked, cells.lang).with_columns(pl.col("sheet").cast(others.schema["sheet"]))
    others = others.join(causes, on=["sheet", "row"], how="left", maintain_order="left")
    rows += _list_records(others, cells, "message", ERROR_ELSEWHERE, MAX_ROWS - len(rows))
    return records.height, errors.height + others.height, rows


def _choose_of_each_cause(problems: pl.DataFrame, cause: pl.Expr, most: int) -> pl.DataFrame:
    """Return at most so many problems, by cause: the first of each cause, then more of each in turn."""
    marked = problems.with_row_index("position").with_columns(cause.alias("cause"))
    marked = marked.with_columns(
        turn=(pl.col("position").cum_count().over("cause") - 1) // _TURN,
        first=pl.col("position").min().over("cause"),
    )
    chosen = marked.sort("turn", "position").head(most).sort("first", "position")
    return chosen.select(problems.columns)


def _list_records(
    records: pl.DataFrame, cells: CellNames, column: str, otherwise: Text | None = None, most: int = MAX_ROWS
) -> list[dict[str, str]]:
    """Some records of each cause, with a column as the message; `otherwise` where it is empty."""
    rows = []
    cause = pl.col(column).fill_null("").str.replace_all(_VALUES, "")
    for row in _choose_of_each_cause(records, cause, most).iter_rows(named=True):
        letter = cells.find_column(row["sheet"], row["resource"], row[column] or "")
        message = translate_message(row[column] or "", cells.lang)
        if not message and otherwise is not None:
            message = (ERROR_AT.fill(cell=row["cause"]) if row.get("cause") else otherwise).text(cells.lang)
        fix = choose_fix({**row, "message": translate_message(row["message"] or "", cells.lang)}, cells.lang)
        rows.append(
            {
                "number": row["key"] or "?",
                "cell": cells.name(row["sheet"], row["row"], row["resource"], letter),
                "message": message,
                "fix": fix.text(cells.lang),
            }
        )
    return rows


def _list_findings(
    findings: pl.DataFrame, checked: Checked, items: pl.DataFrame, cells: CellNames, most: int = MAX_ROWS
) -> list[dict[str, str]]:
    """Some findings of each cause, with the numbers of their records."""
    findings = _choose_of_each_cause(findings, pl.concat_str("code", "field", ignore_nulls=True, separator=" "), most)
    keys = (
        list_row_keys(items, checked.all_tables()).select("sheet", "row", "key").unique(["sheet", "row"], keep="first")
    )
    numbers = findings.select("sheet", "row").join(keys, on=["sheet", "row"], how="left", maintain_order="left")["key"]
    rendered = render_findings(findings, checked.sheets, fields_by_name(), cells.lang)
    repeated = find_repeated_names(checked.sheets)
    return [
        {
            "number": number or "",
            "cell": cells.name(sheet, finding["row"], None, finding["column"])
            if finding["row"]
            else name_place(finding, repeated),
            "message": finding["message"],
            "fix": finding["fix"],
        }
        for number, sheet, finding in zip(numbers, findings["sheet"], rendered, strict=True)
    ]


def _mask(rows: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return entries whose texts fit a table, without identity numbers, e-mails and long numbers."""
    schema = dict.fromkeys(("number", "cell", "message", "fix"), pl.String)
    frame = pl.DataFrame(list(rows), schema=schema).rename({"fix": "warnings"})
    shown = redact_shown(frame.with_columns(customer_norm=pl.lit(None, pl.String)))
    shown = shown.rename({"warnings": "fix"}).with_columns(mask_national_id(pl.col("number")))
    return [
        {name: to_one_line(row[name] or "", _MAX_TEXT_CHARS) for name in schema} for row in shown.iter_rows(named=True)
    ]
