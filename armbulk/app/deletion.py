"""Delete customers in ARM that a person has named, one by one, row by row."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.dialog import DeleteQuestion, Dialog
from armbulk.app.imports import verify_target
from armbulk.app.runs import verify_account
from armbulk.clock import format_iso
from armbulk.context import Context, open_client
from armbulk.errors import ArmbulkError, Exit, FileError, Interrupted, LimitError, Unfinished, UsageError, choose_exit
from armbulk.findings.frame import RenderedFinding, make_finding, merge_findings, render_findings
from armbulk.i18n import NO_TEXT, Text, _, pack_text, translate
from armbulk.model.call_state import CallState
from armbulk.model.deletion import DeleteOutcome, DeleteRow
from armbulk.model.environment import find_environment
from armbulk.model.keys import normalise_key_text
from armbulk.model.read_options import ReadOptions
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.quota.limits import Priority
from armbulk.rate_limited import RateLimitedClient
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.results.deletion_workbook import write_deletion_workbook, write_message
from armbulk.sending.customer_deletion import CustomerDeleter, read_name
from armbulk.store import CallRun, Store
from armbulk.store.deletions import DELETE_COST
from armbulk.validation.delete_rows import DeleteSheets, read_delete_rows
from armbulk.waiting import LOOK_AGAIN, CallRepeater, CallWaiter
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in CUSTOMER_DELETES.fields}
_NEVER_FITS = _("Your ARM limits do not allow customers to be deleted")
_NOT_IN_ARM = _("ARM does not have this customer")
_RUN_OPEN = _("Run {run} has records of this customer without an outcome. Finish it first: armbulk resume {run}")


_SAVED = _("The results are saved. Write the workbook at any time with: armbulk results {run} -o FILE")


@dataclass(frozen=True, slots=True)
class DeleteRequest:
    """What to delete.

    Attributes:
        files: the files, as named.
        options: how they are read.
        target: the result workbook; None: NAME.deleted.xlsx beside the first file.
        expect_count: stop unless exactly so many customers would be deleted; None: any number.
        wait: whether to wait for ARM's limits.
    """

    files: tuple[str, ...]
    options: ReadOptions
    target: str | None = None
    expect_count: int | None = None
    wait: bool = True


@dataclass(slots=True)
class DeletionResult:
    """How a run that deletes customers ended.

    Attributes:
        state: as of an import; `stopped`: no row can be deleted, `cancelled`: it was not confirmed.
        rows: the rows, with their outcomes.
        number: the run; None: nothing was sent.
        findings: errors of rows, as `armbulk check` has them.
        left_alone: rows in which nothing is typed.
        path: the result workbook; None: it was not written.
        resume_at: when a paused run may be resumed (epoch seconds).
        error: what stopped it.
    """

    state: str
    rows: list[DeleteRow]
    number: int | None = None
    findings: Sequence[RenderedFinding] = ()
    left_alone: int = 0
    path: Path | None = None
    resume_at: float | None = None
    error: ArmbulkError | None = field(default=None)

    @property
    def exit_code(self) -> Exit:
        """The command's exit code."""
        codes = [Exit.OK if self.error is None else self.error.exit]
        outcomes = {row.shown_outcome for row in self.rows}
        if DeleteOutcome.IN_DOUBT in outcomes:
            codes.append(Exit.UNFINISHED)
        if self.state != "cancelled" and outcomes - {DeleteOutcome.DELETED, DeleteOutcome.IN_DOUBT}:
            codes.append(Exit.FINDINGS)
        return choose_exit(codes)

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the JSON of `armbulk delete`; the outcomes add up to `rows`."""
        outcomes = [row.shown_outcome for row in self.rows]
        return {
            "run": str(self.number) if self.number else None,
            "state": self.state,
            "rows": len(self.rows),
            "left_alone": self.left_alone,
            "outcomes": {name.value: outcomes.count(name) for name in DeleteOutcome},
            "findings": list(self.findings),
            "records": [
                {
                    "file": row.file,
                    "sheet": row.sheet,
                    "row": row.row,
                    "customer_no": row.customer_no,
                    "name": row.name,
                    "outcome": row.shown_outcome.value,
                    "message": write_message(row, lang),
                }
                for row in self.rows
            ],
            "result": str(self.path) if self.path else None,
            "resume_at": format_iso(self.resume_at),
            "error": self._describe_error(lang),
        }

    def _describe_error(self, lang: str) -> dict[str, str] | None:
        if self.error is None:
            return None
        message, hint = (translate(text, lang) for text in (self.error.message, self.error.hint))
        return {"code": self.error.code, "message": message, "hint": hint}


def delete_customers(context: Context, store: Store, request: DeleteRequest, dialog: Dialog) -> DeletionResult:
    """Read the rows, look the customers up, ask for confirmation, delete them and write the result workbook.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run and the records are kept.
        request: What to delete.
        dialog: Confirms it, and shows progress.

    Raises:
        FileError: A file cannot be read, or no row is marked.
        UsageError: Another number of customers would be deleted than expected.
        Unfinished: An earlier run is not finished, or another process sends for the client.
        LimitError, LoginError, ServerError, Interrupted: before anything was sent; later they are in the result.
    """
    files = [name.partition("#")[0] for name in request.files]
    target = Path(request.target) if request.target else Path(files[0]).with_suffix(".deleted.xlsx")
    verify_no_input(target, files, has_option=False)
    with dialog.reading():
        sheets = read_delete_rows(request.files, request.options)
    verify_target(target, context, dialog)
    account = context.profile.account
    with store.lock(account, 0):
        store.recover_deletions(account)
        _verify_all_finished(store, context)
        rows = _build_rows(store, sheets)
        with _deleting(context, store, dialog, LOOK_AGAIN, wait=request.wait) as deleter:
            deleter.read([row for row in rows if row.outcome is None])
        findings = merge_findings([sheets.findings, _compare(store, context, sheets, rows)])
        rendered = render_findings(findings, sheets.sheets, _FIELDS, context.profile.lang)
        _explain(rows, rendered)
        result = DeletionResult("stopped", rows, None, rendered, sheets.left_alone)
        pending = [row for row in rows if row.outcome is None]
        _verify_count(request.expect_count, len(pending))
        if pending and not dialog.confirm_delete(_build_question(context, pending)):
            result.state = "cancelled"
            return result
        if pending:
            new = {"profile": context.profile.name, "files": list(request.files), "target": str(target.absolute())}
            result.number = store.create_deletion(account, new, rows)
            _send(context, store, result, dialog, wait=request.wait)
    _write(store, result, target, context.profile.lang)
    return result


def find_deletion(store: Store, context: Context, number: int | None) -> CallRun | None:
    """Return the run with a number if it deletes customers; without a number, if the latest unfinished run does."""
    if number is not None:
        return store.deletion(number)
    account = context.profile.account
    deletions = [run for run in store.deletions() if run.account == account and run.state != "finished"]
    others = [run.id for run in store.runs() if run.account == account and run.state != "finished"]
    others += [run.id for run in store.reservation_runs() if run.account == account and run.state != "finished"]
    return deletions[0] if deletions and deletions[0].id > max(others, default=0) else None


def resume_deletion(
    context: Context, store: Store, run: CallRun, dialog: Dialog, *, target: str | None = None, wait: bool = True
) -> DeletionResult:
    """Continue a run that deletes customers: each is looked up before it is deleted.

    Raises:
        SettingsError: The run belongs to another client.
        Unfinished: Another process sends for the client.
    """
    verify_account(run.id, run.account, context.profile.account)
    path = Path(target or run.target)
    verify_no_input(path, [name.partition("#")[0] for name in run.files], has_option=False)
    verify_target(path, context, dialog)
    with store.lock(run.account, run.id):
        store.recover_deletions(run.account)
        result = load_deletion(store, run)
        for row in result.rows:
            row.read_at = 0.0  # a person may have changed the customer since
        _send(context, store, result, dialog, wait=wait)
    _write(store, result, path, context.profile.lang)
    return result


def load_deletion(store: Store, run: CallRun) -> DeletionResult:
    """Return a run that deletes customers, as the store has it."""
    path = Path(run.result) if run.result else None
    return DeletionResult(run.state, store.deletion_rows(run.id), run.id, path=path, resume_at=run.resume_at)


def write_deletion(store: Store, run: CallRun, target: str | None, lang: str) -> DeletionResult:
    """Write the result workbook of a run again."""
    result = load_deletion(store, run)
    path = Path(target or run.result or run.target)
    verify_no_input(path, [name.partition("#")[0] for name in run.files], has_option=False)
    _write(store, result, path, lang)
    return result


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _verify_all_finished(store: Store, context: Context) -> None:
    """Make sure that no earlier delete is unfinished; Unfinished otherwise."""
    account = context.profile.account
    for run in store.deletions():
        if run.account == account and run.state != "finished":
            raise Unfinished(
                "delete-unfinished",
                _("Run {run} has not deleted all its customers yet", run=run.id),
                _("Continue with: armbulk resume {run}", run=run.id),
            )


def _build_rows(store: Store, sheets: DeleteSheets) -> list[DeleteRow]:
    """Return the rows; those with an error are held back."""
    hasher = CustomerHasher(store.hash_salt())
    faulty = set(sheets.findings.select("sheet", "row").iter_rows())
    rows = []
    for no, (index, row, customer_no, name) in enumerate(sheets.rows.iter_rows()):
        sheet = sheets.sheets[index]
        entry = DeleteRow(no, sheet.file, sheet.name, row, customer_no or "", name or "")
        entry.customer = hasher.hash_key(entry.customer_no)
        if (index, row) in faulty:
            _settle(entry, DeleteOutcome.HELD_BACK)
        rows.append(entry)
    return rows


def _compare(store: Store, context: Context, sheets: DeleteSheets, rows: Sequence[DeleteRow]) -> pl.DataFrame:
    """Settle the rows whose customers are not to be deleted, and return the findings about names."""
    open_runs = store.customers_without_outcome(context.profile.account)
    findings = []
    for row, (index, number) in zip(rows, sheets.rows.select("sheet", "row").iter_rows(), strict=True):
        if row.outcome is not None:
            continue
        name = read_name(row)
        run = open_runs.get(normalise_key_text(row.customer_no))
        if row.kept is None:
            _settle(row, DeleteOutcome.NOT_FOUND, _NOT_IN_ARM)
        elif _plain_name(name) != _plain_name(row.name):
            column = sheets.columns[index]["name"]
            findings.append(
                make_finding(index, "delete-name-differs", row=number, column=column, field="name", value=row.name,
                             detail=name)
            )  # fmt: skip
            _settle(row, DeleteOutcome.HELD_BACK)
        elif run is not None:
            _settle(row, DeleteOutcome.HELD_BACK, _RUN_OPEN.fill(run=run))
    return merge_findings(findings)


def _plain_name(name: str) -> str:
    """Return a name as people compare it: without blanks and letter case."""
    return normalise_key_text(name).replace(" ", "")


def _settle(row: DeleteRow, outcome: DeleteOutcome, message: Text = NO_TEXT) -> None:
    row.state, row.outcome, row.message = CallState.DONE, outcome, pack_text(message)
    row.kept = None  # only the records of customers that are deleted are kept


def _explain(rows: Sequence[DeleteRow], findings: Sequence[RenderedFinding]) -> None:
    """Say in each row that is held back for a finding what that is: the first one."""
    messages = {(each["file"], each["sheet"], each["row"]): each["message"] for each in reversed(findings)}
    for row in rows:
        row.message = row.message or messages.get((row.file, row.sheet, row.row), "")


def _verify_count(expected: int | None, count: int) -> None:
    if expected is not None and expected != count:
        raise UsageError(
            "expect-count",
            _("{count} customers would be deleted, not {expected}", count=count, expected=expected),
            _("Nothing was deleted. Check the file, or --expect-count."),
        )


def _build_question(context: Context, rows: Sequence[DeleteRow]) -> DeleteQuestion:
    profile = context.profile
    names = tuple((row.customer_no, read_name(row)) for row in rows)
    environment = find_environment(profile.base_url)
    return DeleteQuestion(names, environment, profile.base_url, profile.client_no, profile.client_name)


@contextmanager
def _deleting(context: Context, store: Store, dialog: Dialog, hint: Text, *, wait: bool) -> Iterator[CustomerDeleter]:
    """Yield what looks customers up and deletes them."""
    profile = context.profile
    with dialog.sending() as progress, closing(open_client(context, progress)) as system:
        client = RateLimitedClient(
            store, system, context.clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        waiter = CallWaiter(client, wait, profile.poll_seconds, progress, _NEVER_FITS, hint)
        yield CustomerDeleter(client, CallRepeater(waiter), progress)


def _send(context: Context, store: Store, result: DeletionResult, dialog: Dialog, *, wait: bool) -> None:
    """Delete what has no outcome yet; what stops it is kept in the result."""
    number = result.number or 0
    hint = _("Continue with: armbulk resume {run}", run=number)
    result.state, result.resume_at = "finished", None
    try:
        with _deleting(context, store, dialog, hint, wait=wait) as deleter:
            deleter.delete(number, [row for row in result.rows if row.outcome is None])
    except Interrupted as error:
        result.state, result.error = "interrupted", error
    except ArmbulkError as error:
        result.state, result.error = "paused", error
        if isinstance(error, LimitError):
            result.resume_at = deleter.client.find_room(DELETE_COST)
    result.rows = store.deletion_rows(number)
    if result.error is None and any(row.outcome is None for row in result.rows):
        result.state = "in_doubt"
    store.end_deletion(number, result.state, result.resume_at)


def _write(store: Store, result: DeletionResult, target: Path, lang: str) -> None:
    """Write the result workbook; a file that cannot be written is no failure of the run."""
    try:
        with temporary_file(target) as temporary:
            write_deletion_workbook(temporary, result.rows, result.number, lang)
            result.path = replace_atomically(temporary, target, store.clock, own=store.written_files.digests())
    except FileError as error:
        if result.number:
            error.hint = _SAVED.fill(run=result.number)
        result.error = result.error or error
        return
    store.written_files.record([result.path])
    if result.number:
        store.save_deletion_result(result.number, str(result.path))
