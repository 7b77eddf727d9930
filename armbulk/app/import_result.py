"""How an import ended: an outcome for every row, and the result workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.check import name_sheets
from armbulk.app.plan import Plan
from armbulk.app.run_report import describe_run
from armbulk.app.runs import (
    describe_lost_result,
    finish_run,
    list_run_files,
    locate_csv,
    locate_result,
    redact_finished_run,
)
from armbulk.app.totals_report import describe_run_totals
from armbulk.clock import Clock
from armbulk.errors import ArmbulkError, Exit, choose_exit
from armbulk.model.batch_state import NEEDS_DECISION
from armbulk.model.command_line import shorten_path
from armbulk.model.outcome import ApiUsage
from armbulk.results.list_check_texts import describe_list_check
from armbulk.results.reconcile import add_repeating_rows, list_row_keys
from armbulk.results.report import list_outcomes, write_results
from armbulk.results.run_result import RunResult, recheck_files
from armbulk.results.store_check import choose_result_path, find_csv_target, prepare_target, verify_csv_target
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.stored_messages import translate_message
from armbulk.validation.check import Checked
from armbulk.writers.csv_results import name_csv_files

OUTCOME_SCHEMA = pl.Schema(
    {
        "file": pl.String(),
        "sheet": pl.String(),
        "row": pl.Int64(),  # the sheet's own row number
        "resource": pl.String(),  # customers, documents or lines
        "key": pl.String(),  # customer or document number
        "outcome": pl.String(),  # one of model.outcome.Outcome
        "message": pl.String(),  # ARM's words, or armbulk's reason
        "warnings": pl.String(),  # ARM's, one a line
        "reference": pl.String(),  # ARM's own number of the record
        "batch": pl.Int64(),  # the number of its batch in the run
        "time": pl.Datetime("us", "UTC"),  # when the outcome was known
    }
)
"""Columns and dtypes of `ImportResult.outcomes`."""

PLANNED, STOPPED, DECLINED = "planned", "stopped", "declined"
"""States of an import of which nothing was sent: only planned, errors in the files, or not confirmed."""


@dataclass(slots=True)
class ImportResult:
    """An import as it ended, or as the store has it.

    Attributes:
        state: `finished`, `paused` (at a limit), `in_doubt` (documents are unconfirmed) or `interrupted`; where nothing
            was sent: `planned`, `stopped` (errors in the files) or `declined` (not confirmed).
        profile: The settings: whose limits are shown, and in which language.
        plan: What was planned; None for a run of which only the store is known.
        workbook: The result workbook, once it is written.
        write_error: Why the result workbook or a report could not be written; what was sent is in the store all the
            same.
        csv_files: The CSV files with the outcomes that are written beside the workbook (`NAME.csv` as target).
        verify_error: Why the accepted records could not be read back; the same command reads the rest.
        files_changed: The files were removed or changed after the run started: the workbook lists the records.
    """

    state: str
    result: RunResult
    store: Store
    clock: Clock
    profile: Profile
    checked: Checked | None = None
    plan: Plan | None = None
    workbook: Path | None = None
    write_error: ArmbulkError | None = None
    verify_error: ArmbulkError | None = None
    files_changed: bool = False
    csv_files: Sequence[Path] = ()

    @property
    def lang(self) -> str:
        """The language of texts."""
        return self.profile.lang

    @property
    def run(self) -> int | None:
        """The number of the run; None when nothing was sent."""
        return self.result.run.id if self.result.run else None

    @property
    def counts(self) -> dict[str, int]:
        """How many records have which outcome; every outcome is named, they add up to the records."""
        return self.result.count_outcomes()

    @property
    def all_successful(self) -> bool:
        """Whether nothing is left to do: every record is created, updated, unchanged or already sent."""
        return self.result.all_successful

    @property
    def cost(self) -> ApiUsage:
        """What the run used of ARM's limits: requests, records read, records written."""
        return ApiUsage(**self.result.usage)

    @property
    def resume_at(self) -> datetime | None:
        """When a paused run can continue (UTC)."""
        seconds = self.result.run.resume_at if self.result.run else None
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

    @property
    def outcomes(self) -> pl.DataFrame:
        """One row for every row that was read, with the columns of OUTCOME_SCHEMA.

        Of a run whose files were not read (`session.run`), one row for every record. Once `write` was called for a
        finished run, messages no longer quote personal data.
        """
        if self.checked is None:
            return _stored_outcomes(self.result, self.lang)
        rows = list_outcomes(self.result, self.checked, self.lang)
        keys = list_row_keys(self.result.items, self.checked.all_tables())
        rows = rows.join(
            add_repeating_rows(keys, self.checked.repeating_rows),
            on=["sheet", "row"],
            how="left",
            maintain_order="left",
        )
        rows = name_sheets(rows, self.checked.sheets)
        return rows.with_columns(_time()).select(list(OUTCOME_SCHEMA)).cast(OUTCOME_SCHEMA)

    def to_json(self) -> dict[str, Any]:
        """Return the run, as the JSON of `armbulk import` and `armbulk show` has it."""
        return self.result.to_json()

    def describe(self) -> dict[str, Any]:
        """Return what the terminal report shows in addition to `to_json`: counts and sums, problems, the next step."""
        run = self.result.run
        batches = self.store.batches(run.id, still_open=True) if run else []
        needs_decision = any(batch.state in NEEDS_DECISION for batch in batches)
        return {
            **describe_run(self.result, self.checked, self.lang, needs_decision=needs_decision, folder=str(Path.cwd())),
            "control": describe_run_totals(self.result, self.lang),
            "csv_files": [shorten_path(str(path), str(Path.cwd())) for path in self.csv_files],
            "lost": describe_lost_result(run) if run else "",
            "list_check_texts": [describe_list_check(check, self.lang) for check in self.result.list_checks],
        }

    def write(self, target: str | Path | None = None, *, replace_input: bool = False) -> Path:
        """Write the result workbook: the user's own rows, each with its outcome. Return the path it got.

        A single workbook is opened once more and copied, formatting and all. Afterwards the store of a finished run
        forgets personal data.

        Args:
            target: Where to write; None: where it was written before, else NAME.result.xlsx beside the first file.
                NAME.csv: the rows of CSV files, and NAME.xlsx beside them.
            replace_input: Whether it may replace one of the files. That is kept as .bak; so is a result workbook that
                was imported, which its own result replaces.

        Raises:
            UsageError: It would replace one of the files.
            FileError: It cannot be written.
        """
        run = self.result.run
        if run is None:
            files = self.plan.check.inputs.files if self.plan else ()
            path = choose_result_path(files, str(target) if target else None)
            prepare_target(path, files, replace_input=replace_input)
            written, csv = self.store.written_files, find_csv_target(target)
            self.workbook = write_results(self.result, self.checked, path, self.lang, self.clock, written, None, csv)
            return self.workbook
        path = locate_result(run, target)
        prepare_target(path, list_run_files(run), replace_input=replace_input)
        self.checked = self.checked or recheck_files(run)
        csv = locate_csv(run, target) if self.checked else None
        if csv and self.checked:
            verify_csv_target(csv, self.checked.file_sheets, list_run_files(run))
            self.csv_files = name_csv_files(csv, self.checked.file_sheets)
        self.files_changed = self.checked is None
        self.result = finish_run(self.store, run.id, self.checked, path, self.lang, csv)
        self.workbook = Path(str(self.result.run.result)) if self.result.run else None
        return self.workbook or path

    def write_report(self, target: str | Path) -> Path:
        """Write the report of the import as one HTML file, as `armbulk import --report` does. Return the path it got.

        It has the outcomes, control totals, problems, batches and, for the client of the session, the use of ARM's
        limits. It loads nothing from the network.

        Args:
            target: The file, with the ending .html or .htm. A file that armbulk did not write is kept as .bak.

        Raises:
            UsageError: It would replace one of the files, or its name is not that of an HTML file.
            FileError: It cannot be written.
        """
        from armbulk.app.html_report import write_report  # noqa: PLC0415 - it needs this class

        return write_report(self, Path(target))

    def forget_personal_data(self) -> None:
        """Remove personal data from what the store keeps of the run, once it is finished."""
        if self.run is not None:
            redact_finished_run(self.store, self.run, self.checked)

    @property
    def exit_code(self) -> Exit:
        """The exit code of `armbulk import` and `armbulk resume`."""
        if self.state in {PLANNED, STOPPED}:
            return Exit.FINDINGS if self.plan and self.plan.stopped else Exit.OK
        if self.state == DECLINED:
            return Exit.OK
        if self.state == "interrupted":
            return Exit.INTERRUPTED
        if self.state == "paused":
            return Exit.LIMIT
        if self.state == "in_doubt" or self.counts["in_doubt"]:
            codes = [Exit.UNFINISHED]
        else:
            outcome = Exit.OK if self.all_successful else Exit.FINDINGS
            codes = [outcome or (self.write_error.exit if self.write_error else Exit.OK)]
        return choose_exit([*codes, self.verification_exit])

    @property
    def verification_exit(self) -> Exit:
        """The exit code of `armbulk verify`: whether ARM has what was sent, as far as it was read back."""
        if self.verify_error is not None:
            return self.verify_error.exit
        return Exit.OK if self.result.verification is None or self.result.is_verified else Exit.UNFINISHED


def _time() -> pl.Expr:
    microseconds = (pl.col("at") * 1_000_000).cast(pl.Int64)
    return pl.from_epoch(microseconds, time_unit="us").dt.replace_time_zone("UTC").alias("time")


def _stored_outcomes(result: RunResult, lang: str) -> pl.DataFrame:
    """Return the outcomes of the records alone, for a run whose files were not read."""
    sheets = result.run.options.get("sheets", []) if result.run else []
    files = list_run_files(result.run) if result.run else ()
    names = dict(enumerate(sheets))
    paths = _file_by_sheet(files, len(sheets))
    messages = {text: translate_message(text, lang) for text in result.items["message"].drop_nulls().unique()}
    return (
        result.items.with_columns(
            _lookup("sheet", paths).alias("file"),
            _lookup("sheet", names).alias("sheet"),
            _lookup("batch", result.batch_numbers, pl.Int64).alias("batch"),
            pl.col("message").replace(messages),
            _time(),
        )
        .select(list(OUTCOME_SCHEMA))
        .cast(OUTCOME_SCHEMA)
    )


def _file_by_sheet(files: Sequence[str], sheets: int) -> dict[int, str]:
    """Return the file of each sheet, where that is plain: one file, or as many files as sheets."""
    if len(files) == 1:
        return dict.fromkeys(range(sheets), files[0])
    return dict(enumerate(files)) if len(files) == sheets else {}


def _lookup(column: str, values: Mapping[int, Any], dtype: Any = pl.String) -> pl.Expr:
    return pl.col(column).cast(pl.Int64).replace_strict(dict(values), default=None, return_dtype=dtype)
