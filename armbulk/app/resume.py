"""Continue an interrupted import."""

from dataclasses import dataclass

from armbulk.app.dialog import Dialog
from armbulk.app.import_result import ImportResult
from armbulk.app.imports import send_stored_run, verify_target, write_result
from armbulk.app.plan import validate_lookup_options
from armbulk.app.read_back import verify_result
from armbulk.app.runs import find_unfinished_run, list_run_files, locate_result, verify_run_client
from armbulk.app.store_notices import report_store_notices
from armbulk.context import Context
from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.results.store_check import verify_history, verify_target_is_no_input
from armbulk.store import Run, RunMark, Store


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    """Which run to continue (None: the latest unfinished one), and how. The rest as in ImportRequest."""

    run: int | None = None
    target: str | None = None
    look_up: bool = False
    first_import: bool = False
    wait: bool = True

    def __post_init__(self) -> None:
        """UsageError when the options contradict each other."""
        validate_lookup_options(look_up=self.look_up, first_import=self.first_import)


def resume_import(context: Context, store: Store, request: ResumeRequest, dialog: Dialog) -> ImportResult | None:
    """Continue an unfinished import and write its result workbook; None when a first import was not confirmed.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run is.
        request: Which run, and how.
        dialog: Answers and progress.

    Raises:
        StoreError: There is no such run.
        UsageError: There is no unfinished run, or the result workbook would replace one of its files.
        SettingsError: The run belongs to another client.
        Unfinished: A result workbook has a run that is not in the local store, or another process sends for the
            client or has changed the run.
        LoginError, LimitError, ServerError: The run is paused again, and can be resumed.
    """
    account = context.profile.account
    run = store.run(request.run) if request.run else find_unfinished_run(store, account)
    verify_run_client(run, account)
    report_store_notices(store, context.profile, dialog)
    target = locate_result(run, request.target)
    verify_target_is_no_input(target, list_run_files(run), replace_input=False)
    if not (request.look_up or request.first_import):
        verify_history(store, run.account, list_run_files(run), target)
    verify_target(target, context, dialog)
    look_first = True if request.look_up else False if request.first_import else None
    result = None
    while result is None:
        mark = store.run_mark(run.id)
        if request.first_import and not dialog.confirm_first_import():
            return None
        with store.lock(account, run.id) as lock:
            if not request.first_import or _is_unchanged(store, run, mark, dialog):
                result = send_stored_run(
                    context, store, run, dialog, wait=request.wait, look_first=look_first, lock=lock
                )
    if run.options.get("verify"):
        verify_result(context, store, result, dialog, wait=request.wait)
    return write_result(result, target)


def _is_unchanged(store: Store, run: Run, mark: RunMark | None, dialog: Dialog) -> bool:
    """Return whether a run is as it was at `mark`; False to ask again; Unfinished without a person to ask."""
    now = store.run_mark(run.id)
    if now == mark and now is not None:
        return True
    changes = (
        _("Another armbulk process has deleted run {run}", run=run.id)
        if now is None
        else _("Another armbulk process has changed run {run}", run=run.id)
    )
    if now is None or not dialog.ask_again(changes):
        raise Unfinished("changed-meanwhile", changes, _("Nothing was sent. Use `armbulk runs` to list the runs"))
    return False
