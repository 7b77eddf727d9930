"""Runs of single calls, of whichever kind: continued, ended, shown, and their result workbooks written."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Generic

from armbulk.app.call_result import CallResult
from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.app.imports import verify_target
from armbulk.app.runs import verify_account
from armbulk.context import Context, open_client
from armbulk.errors import ArmbulkError, FileError, Interrupted, LimitError, Unfinished, UsageError
from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import Text, _, join_texts, ngettext, unpack_text
from armbulk.model.call_rows import CallRow
from armbulk.model.call_state import CallState
from armbulk.model.read_options import ReadOptions
from armbulk.quota.limits import Account, Priority
from armbulk.rate_limited import RateLimitedClient
from armbulk.results.call_workbook import CallSheet, write_call_workbook
from armbulk.store import CallRun, Store
from armbulk.store.call_runs import CALL_COST, CallTables, RowT
from armbulk.waiting import CallWaiter
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import verify_no_input

_SAVED = _("The results are saved. Write the workbook at any time with: armbulk results {run} -o FILE")

_NOT_INCLUDED = ngettext(
    "{count:number} row is not included: {sheet}, row {row}: {message}",
    "{count:number} rows are not included. The first is {sheet}, row {row}: {message}",
)

_OF_SHEET = frozenset({"duplicate-header", "missing-column"})
"""Codes of headers after which no row of the sheet can be trusted."""


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What to do with the rows of files.

    Attributes:
        files: the files, as named.
        options: how they are read.
        target: the result workbook; None: a name beside the first file.
        expect_count: stop unless exactly so many calls would be made; None: any number.
        wait: whether to wait for ARM's limits.
    """

    files: tuple[str, ...]
    options: ReadOptions
    target: str | None = None
    expect_count: int | None = None
    wait: bool = True

    @property
    def inputs(self) -> list[str]:
        """The files without the names of sheets."""
        return drop_sheets(self.files)

    def choose_target(self, ending: str) -> Path:
        """Return the result workbook: as named, or the first file's name with another ending."""
        return Path(self.target) if self.target else Path(self.inputs[0]).with_suffix(ending)


@dataclass(frozen=True, slots=True)
class CallKind(Generic[RowT]):
    """What the runs of one kind of call have of their own.

    Attributes:
        command: the command that starts them, whose report shows them.
        tables: where they are kept.
        sheet: their result workbook.
        result: how one ended.
        verify: raises an error where nothing may be sent.
        send: sends the rows of a stored run that have to be sent.
        never_fits: what to report when the limits do not allow a single call.
        wrong_count: message and hint when {count} calls would be made, not {expected}.
        unfinished: code, message and hint when run {run} has to be finished first.
    """

    command: str
    tables: CallTables[RowT]
    sheet: CallSheet[RowT]
    result: type[CallResult[RowT]]
    verify: Callable[[Context], object]
    send: Callable[[Context, CallWaiter, int, Sequence[RowT]], None]
    never_fits: Text
    wrong_count: tuple[Text, Text]
    unfinished: tuple[str, Text, Text]


def recover_calls(kind: CallKind[Any], store: Store, account: Account) -> None:
    """Recover after a crash, and make sure that no earlier run of the kind is unfinished; Unfinished otherwise."""
    store.recover_calls(kind.tables, account)
    code, message, hint = kind.unfinished
    for run in store.call_runs(kind.tables):
        if run.account == account and run.state != "finished":
            raise Unfinished(code, message.fill(run=run.id), hint.fill(run=run.id))


def start_calls(
    kind: CallKind[RowT],
    context: Context,
    store: Store,
    request: CallRequest,
    target: Path,
    result: CallResult[RowT],
    dialog: Dialog,
    confirm: Callable[[Sequence[RowT]], bool],
) -> None:
    """Ask for confirmation, store the run, make the calls and write the result workbook.

    Args:
        kind: the kind of call.
        context: with the login for ARM.
        store: where the run is kept; the caller has the client's lock.
        request: what to do.
        target: the result workbook.
        result: the rows; those without an outcome are sent. It is filled in.
        dialog: shows progress.
        confirm: returns whether to send some rows.

    Raises:
        UsageError: another number of calls would be made than expected. No call is always right: the rows say why.
    """
    pending = [row for row in result.rows if row.outcome is None]
    if pending:
        verify_count(kind.wrong_count, request.expect_count, len(pending), result.rows)
        if not confirm(pending):
            result.state = "cancelled"
            return
        profile = context.profile
        new = {"profile": profile.name, "files": list(request.files), "target": str(target.absolute())}
        result.number = store.create_calls(kind.tables, profile.account, new, result.rows)
        _send(kind, context, store, result, dialog, wait=request.wait)
    write_results(kind, store, result, target, context.profile.lang)


def first_messages(findings: Sequence[RenderedFinding]) -> dict[tuple[str, str, int | None], str]:
    """Return (file, sheet, row) → the first message about the row; the row is None where it is about the sheet."""
    return {(each["file"], each["sheet"], each["row"]): each["message"] for each in reversed(findings)}


def hold_back(rows: Sequence[CallRow], findings: Sequence[RenderedFinding], outcome: StrEnum) -> None:
    """Give rows that have an error the outcome, with the first message; all rows where it is the sheet's headers."""
    messages = first_messages(findings)
    blocked = {(each["file"], each["sheet"]) for each in findings if each["code"] in _OF_SHEET}
    for row in rows:
        message = messages.get((row.file, row.sheet, row.row))
        if message is not None or (row.file, row.sheet) in blocked:
            row.state, row.outcome, row.message = CallState.DONE, outcome, message or ""


def resume_calls(
    kind: CallKind[RowT],
    context: Context,
    store: Store,
    run: CallRun,
    dialog: Dialog,
    *,
    target: str | None = None,
    wait: bool = True,
) -> CallResult[RowT]:
    """Continue a run: what has no outcome yet is sent, as far as its kind allows that.

    Raises:
        SettingsError: The run belongs to another client, or its kind may not be sent.
        Unfinished: Another process sends for the client.
    """
    verify_account(run.id, run.account, context.profile.account)
    kind.verify(context)
    path = Path(target or run.target)
    verify_no_input(path, drop_sheets(run.files), has_option=False)
    verify_target(path, context, dialog)
    with store.lock(run.account, run.id):
        store.recover_calls(kind.tables, run.account)
        result = load_calls(kind, store, run)
        for row in result.rows:
            row.start_again()
        _send(kind, context, store, result, dialog, wait=wait)
    write_results(kind, store, result, path, context.profile.lang)
    return result


def load_calls(kind: CallKind[RowT], store: Store, run: CallRun) -> CallResult[RowT]:
    """Return how a run ended, as the store has it."""
    path = Path(run.result) if run.result else None
    return kind.result(run.state, store.call_rows(kind.tables, run.id), run.id, path=path, resume_at=run.resume_at)


def write_calls(kind: CallKind[RowT], store: Store, run: CallRun, target: str | None, lang: str) -> CallResult[RowT]:
    """Write the result workbook of a run again."""
    result = load_calls(kind, store, run)
    path = Path(target or run.result or run.target)
    verify_no_input(path, drop_sheets(run.files), has_option=False)
    write_results(kind, store, result, path, lang)
    return result


@contextmanager
def calling(
    never_fits: Text,
    context: Context,
    store: Store,
    working: AbstractContextManager[ReportProgress],
    hint: Text,
    *,
    wait: bool,
) -> Iterator[CallWaiter]:
    """Yield what makes calls and waits for the limits.

    Args:
        never_fits: What to report when the limits do not allow a single call.
        context: With the login for ARM.
        store: Where the use of the limits is counted.
        working: Surrounds the calls, and shows progress.
        hint: What to do after a stop.
        wait: Whether to wait for the limits.
    """
    profile = context.profile
    with working as progress, closing(open_client(context, progress)) as system:
        client = RateLimitedClient(
            store, system, context.clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        yield CallWaiter(client, wait, profile.poll_seconds, progress, never_fits, hint)


def state_of(rows: Iterable[CallRow]) -> str:
    """Return the state of a run that nothing stopped."""
    states = {row.state for row in rows}
    if CallState.UNCONFIRMED in states:
        return "in_doubt"
    return "paused" if CallState.PLANNED in states else "finished"


def verify_count(
    wrong_count: tuple[Text, Text], expected: int | None, count: int, rows: Sequence[CallRow] = ()
) -> None:
    """Make sure that it concerns as many rows as expected (None: any number).

    Args:
        wrong_count: message, of {count} and {expected}, and hint of the error.
        expected: how many rows are expected.
        count: how many it concerns.
        rows: all rows; the error says why the first of those with an outcome is not sent.

    Raises:
        UsageError: it concerns another number of rows.
    """
    if expected is None or expected == count:
        return
    message, hint = wrong_count
    left_out = [row for row in rows if row.outcome is not None]
    if left_out:
        first = left_out[0]
        why = _NOT_INCLUDED.fill(
            count=len(left_out), sheet=first.sheet, row=first.row, message=unpack_text(first.message)
        )
        hint = join_texts(hint, why, separator=" ")
    raise UsageError("expect-count", message.fill(count=count, expected=expected), hint)


def count_left_out(rows: Iterable[CallRow]) -> tuple[tuple[str, int], ...]:
    """Return (outcome, count) of the rows that have an outcome before anything is sent."""
    return tuple(Counter(row.outcome.value for row in rows if row.outcome is not None).items())


def _send(
    kind: CallKind[RowT], context: Context, store: Store, result: CallResult[RowT], dialog: Dialog, *, wait: bool
) -> None:
    """Send what has to be sent; what stops it is kept in the result."""
    number, stopped, result.resume_at = result.number or 0, "", None
    hint = _("Continue with: armbulk resume {run}", run=number)
    try:
        with calling(kind.never_fits, context, store, dialog.sending(), hint, wait=wait) as waiter:
            kind.send(context, waiter, number, result.rows)
    except Interrupted as error:
        stopped, result.error = "interrupted", error
    except ArmbulkError as error:
        stopped, result.error = "paused", error
        if isinstance(error, LimitError):
            result.resume_at = waiter.client.find_room(CALL_COST)
    result.rows = store.call_rows(kind.tables, number)
    result.state = stopped or state_of(result.rows)
    store.end_calls(kind.tables, number, result.state, result.resume_at)


def write_results(kind: CallKind[RowT], store: Store, result: CallResult[RowT], target: Path, lang: str) -> None:
    """Write the result workbook of a run; a file that cannot be written is no failure of the run."""
    if write_workbook(kind.sheet, store, result, target, lang) and result.number:
        store.save_call_result(kind.tables, result.number, str(result.path))


def write_workbook(sheet: CallSheet[RowT], store: Store, result: CallResult[RowT], target: Path, lang: str) -> bool:
    """Write the result workbook, and return whether it was written; what went wrong is kept in the result."""
    try:
        with temporary_file(target) as temporary:
            write_call_workbook(temporary, sheet, result.rows, result.number, lang)
            result.path = replace_atomically(temporary, target, store.clock, own=store.written_files.digests())
    except FileError as error:
        if result.number:
            error.hint = _SAVED.fill(run=result.number)
        result.error = result.error or error
        return False
    store.written_files.record([result.path])
    return True


def drop_sheets(files: Iterable[str]) -> list[str]:
    """Return files as named, without the names of sheets (`FILE#SHEET`)."""
    return [name.partition("#")[0] for name in files]
