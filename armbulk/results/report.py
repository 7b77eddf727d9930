"""The result workbook: every row read, with its outcome. It needs only the store and the original files."""

import logging
from functools import partial
from pathlib import Path

import polars as pl

from armbulk.clock import Clock
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, format_exact_time
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import translate_outcome
from armbulk.model.sheet import CELL, Sheet
from armbulk.planning.items import SEND_ORDER
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.results import reconcile
from armbulk.results.arm_problems import list_arm_problems
from armbulk.results.causes import find_causes
from armbulk.results.customer_lines import list_customer_lines
from armbulk.results.file_columns import list_file_columns, list_key_columns
from armbulk.results.kept_outcomes import keep_records, keep_rows
from armbulk.results.problem_lines import list_problem_lines
from armbulk.results.read_back_problems import list_read_back_problems
from armbulk.results.reconcile import list_row_keys
from armbulk.results.run_result import RunResult
from armbulk.results.sign_off import build_sign_off
from armbulk.results.store_check import build_provenance
from armbulk.results.summary import build_summary
from armbulk.store import StoreStamp, WrittenFiles
from armbulk.stored_messages import translate_message
from armbulk.validation.check import Checked
from armbulk.validation.repeated_customers import spread_to_customers
from armbulk.writers import atomic, workbooks
from armbulk.writers.csv_results import write_csv_results
from armbulk.writers.problem_sheet import ProblemSheet
from armbulk.writers.style import SheetHeader, SummarySheet

_log = logging.getLogger(__name__)

_ERROR_AT = _("Held back, because there is an error in {cell} (see Problems)")
_SEE_LINES = _("Held back, because there is an error in another row or in the sheet (see Problems)")
_NUMBER, _ROW = _("Number"), _("Row in the file")


def list_outcomes(result: RunResult, checked: Checked, lang: str) -> pl.DataFrame:
    """Return the outcome of every row read (`reconcile.ROW_SCHEMA`), with messages in `lang`."""
    _sheets, rows, _header_rows = _rows_of_files(result, checked)
    return _add_messages(rows, checked, lang)[0]


def write_results(
    result: RunResult,
    checked: Checked | None,
    target: Path,
    lang: str,
    clock: Clock,
    written: WrittenFiles,
    stamp: StoreStamp | None = None,
    csv: Path | None = None,
) -> Path:
    """Write the result workbook. A file that it replaces is kept as .bak, unless it is as armbulk wrote it.

    Args:
        result: the outcomes of the records.
        checked: the files as they were read; None when they have changed: then the records of the store are listed.
        target: the file.
        lang: language of texts.
        clock: for waiting a little while the target is open elsewhere.
        written: the files that armbulk wrote.
        stamp: the store the workbook comes from.
        csv: where to write the outcomes as CSV, too; None for nowhere.

    Returns:
        The path it got: another name when the target is open or read-only.
    """
    result, kept = keep_records(result, checked)
    sheets, rows, header_rows = _rows_of_files(result, checked) if checked else _rows_of_store(result, lang)
    named, placed = _add_messages(rows, checked, lang) if checked else (_translate_messages(rows, lang), [])
    columns = dict(enumerate(list_file_columns(checked))) if checked else {}
    records = _name_records(named, result.items, checked)
    if checked is None:  # no finding says why
        records = records.with_columns(is_explained=pl.lit(value=True))
    placed += list_arm_problems(records, sheets, columns, lang)
    placed += list_read_back_problems(result.control_totals.differences, records, sheets, columns, lang)
    keys = list_row_keys(result.items, checked.all_tables()) if checked else records
    every_row, every_key = _add_other_rows(rows, keys.select("sheet", "row", "resource", "key"), checked)
    problems = list_problem_lines(placed, every_row, every_key, sheets, lang)
    findings = [finding for _index, finding in placed]
    outcomes = _write_outcomes(named, kept, lang).join(problems.targets, on=["sheet", "row"], how="left")
    sections = build_summary(result, checked, problems.first_rows, lang)
    summary = SummarySheet(sections, build_provenance(stamp) if stamp else None, build_sign_off(result, lang))
    letters = _find_key_columns(checked) if checked else dict.fromkeys(header_rows, "A")
    headers = {index: SheetHeader(row, letters.get(index, "")) for index, row in header_rows.items()}
    customers = list_customer_lines(checked, outcomes, letters) if checked else []
    sheets = checked.file_sheets if checked else sheets
    move = partial(atomic.replace_atomically, clock=clock, own=written.digests())
    path = workbooks.write_results(
        target,
        sheets,
        outcomes,
        ProblemSheet(findings, problems.lines, customers),
        summary,
        lang,
        headers=headers,
        move=move,
    )
    written.record([path, *(write_csv_results(csv, sheets, outcomes, headers, lang, move) if csv and checked else ())])
    _log.info("Result workbook written", extra={"run": result.run and result.run.id, "rows": outcomes.height})
    return path


def _add_other_rows(
    rows: pl.DataFrame, keys: pl.DataFrame, checked: Checked | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows and their keys, with every row that repeats a customer: an error in it is the customer's."""
    if checked is None:
        return rows, keys
    unlisted = checked.other_rows.join(rows, on=["sheet", "row"], how="anti", maintain_order="left")
    return reconcile.add_repeating_rows(rows, unlisted), reconcile.add_repeating_rows(keys, checked.other_rows)


def _name_records(rows: pl.DataFrame, items: pl.DataFrame, checked: Checked | None) -> pl.DataFrame:
    """The rows of records, with `no`, `resource`, `key`, and the column (`letter`) of the key in their sheet."""
    named = items.select(*(["sheet", "row"] if checked else []), "no", "resource", "key")
    if checked is None:  # the rows are those of the items, in their order by resource
        ordered = pl.concat([named.filter(pl.col("resource") == name) for name in SEND_ORDER])
        return pl.concat([rows, ordered], how="horizontal").with_columns(letter=pl.lit("A"))
    letters = _find_key_columns(checked)
    letter = pl.col("sheet").replace_strict(letters, default=None, return_dtype=pl.String).alias("letter")
    return rows.join(named, on=["sheet", "row"], how="inner", maintain_order="left").with_columns(letter)


def _find_key_columns(checked: Checked) -> dict[int, str]:
    """Sheet index → letter of the column with the keys of its records."""
    return {index: letter for index, letter in enumerate(list_key_columns(checked)) if letter}


def _write_outcomes(rows: pl.DataFrame, kept: pl.DataFrame, lang: str) -> pl.DataFrame:
    """The outcomes as texts, with the local time; kept rows as they were."""
    words = {outcome.value: translate_outcome(outcome, lang) for outcome in Outcome}
    times = rows["at"].floor().drop_nulls().unique()
    texts = [format_exact_time(seconds, lang) for seconds in times]
    time = pl.col("at").floor().replace_strict(times, texts, default=None, return_dtype=pl.String)
    written = rows.with_columns(pl.col("outcome").replace(words), time.alias("time")).drop("at")
    return keep_rows(written, rows, kept)


def _rows_of_files(result: RunResult, checked: Checked) -> tuple[tuple[Sheet, ...], pl.DataFrame, dict[int, int]]:
    """The sheets of the files, an outcome for each of their rows, and sheet index → header row."""
    tables = checked.all_tables()
    repeating = checked.repeating_rows
    rows = reconcile.outcomes_by_row(result.items, tables, result.batch_numbers)
    rows = reconcile.add_repeating_rows(rows, repeating)
    header_rows = {index: match.header_row for index, match in enumerate(checked.header_matches) if match.header_row}
    read = pl.concat([table.rows.select("sheet", "row") for table in tables.values()]).n_unique()
    read += repeating.height
    if rows.height != read or rows.select("sheet", "row").n_unique() != read:
        message = f"{read} rows were read, but {rows.height} have an outcome"
        raise AssertionError(message)
    return checked.sheets, rows, header_rows


def _rows_of_store(result: RunResult, lang: str) -> tuple[tuple[Sheet, ...], pl.DataFrame, dict[int, int]]:
    """Sheets with key and row of each record, from the store alone: the files are missing or have changed."""
    sheets = []
    parts = []
    for index, name in enumerate(name for name in SEND_ORDER if (result.items["resource"] == name).any()):
        items = result.items.filter(pl.col("resource") == name)
        head = {"row": [1], "A": [_NUMBER.text(lang)], "B": [_ROW.text(lang)]}
        body = items.select(
            pl.int_range(2, pl.len() + 2).cast(pl.Int64).alias("row"),
            pl.col("key").alias("A"),
            pl.col("row").cast(pl.String).alias("B"),
        )
        frame = pl.concat([pl.DataFrame(head, schema=body.schema), body]).with_columns(
            pl.lit("text").cast(CELL).alias("A.cell"), pl.lit("text").cast(CELL).alias("B.cell")
        )
        sheets.append(Sheet("", RESOURCES[name].title.text(lang), frame, ("A", "B"), "csv"))
        parts.append(items.with_columns(pl.lit(index, pl.UInt16).alias("sheet"), row=body["row"]))
    rows = reconcile.outcomes_by_row(pl.concat(parts), {}, result.batch_numbers)
    return tuple(sheets), rows, dict.fromkeys(range(len(sheets)), 1)


def _translate_messages(rows: pl.DataFrame, lang: str) -> pl.DataFrame:
    """Translate armbulk's own messages."""
    translations = {text: translate_message(text, lang) for text in rows["message"].drop_nulls().unique()}
    return rows.with_columns(pl.col("message").replace(translations), is_explained=pl.col("message").is_not_null())


def _add_messages(
    rows: pl.DataFrame, checked: Checked, lang: str
) -> tuple[pl.DataFrame, list[tuple[int, RenderedFinding]]]:
    """Add the findings' messages to rows that were not sent, and translate the others; return the findings, too.

    Of each finding, the index of its sheet is returned as well.
    """
    findings = render_findings(checked.findings, checked.sheets, fields_by_name(), lang)
    placed = list(zip(checked.findings["sheet"].to_list(), findings, strict=True))
    errors = [
        (
            index,
            finding["row"],
            f"{finding['column']}{finding['row']}: {finding['message']}" if finding["column"] else finding["message"],
        )
        for index, finding in placed
        if finding["severity"] == "error" and finding["row"] is not None
    ]
    schema = {"sheet": pl.UInt16, "row": pl.Int64, "error": pl.String}
    listed = spread_to_customers(pl.DataFrame(errors, schema=schema, orient="row"), checked.same_rows)
    by_row = listed.group_by("sheet", "row", maintain_order=True)
    joined = _translate_messages(rows, lang).join(
        by_row.agg(pl.col("error").str.join("; ")), on=["sheet", "row"], how="left", maintain_order="left"
    )
    if findings:
        causes = find_causes(checked, lang)
        texts = {cause: _ERROR_AT.fill(cell=cause).text(lang) for cause in causes["cause"].unique()}
        joined = joined.join(
            causes.with_columns(pl.col("cause").replace(texts)), on=["sheet", "row"], how="left", maintain_order="left"
        )
    else:
        joined = joined.with_columns(cause=pl.lit(None, pl.String))
    is_unsent = pl.col("outcome").is_in([Outcome.HELD_BACK.value, Outcome.NOT_SENT.value])
    with_messages = joined.with_columns(
        pl.when(is_unsent & pl.col("error").is_not_null())
        .then(pl.col("error"))
        .when((pl.col("outcome") == Outcome.HELD_BACK.value) & pl.col("message").is_null())
        .then(pl.col("cause").fill_null(_SEE_LINES.text(lang)))
        .otherwise(pl.col("message"))
        .alias("message"),
        (pl.col("message").is_not_null() & pl.col("error").is_null()).alias("is_explained"),
    )
    return with_messages.drop("error", "cause"), placed
