"""Import files: read, check, plan, confirm, send, reconcile, write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from armbulk.app.approved_plan import read_plan, verify_plan
from armbulk.app.check import InputFiles, check_inputs
from armbulk.app.customer_question import ask_about_customers
from armbulk.app.dialog import Dialog
from armbulk.app.evidence.origin import describe_origin
from armbulk.app.import_result import DECLINED, PLANNED, STOPPED, ImportResult
from armbulk.app.known_customers import load_known_codes, load_known_customers
from armbulk.app.login_secret import add_login
from armbulk.app.plan import Plan, PlanChoices, describe_change, plan_again, plan_checked, verify_expected_totals
from armbulk.app.read_back import verify_result
from armbulk.app.runs import create_run, send_run
from armbulk.app.store_notices import report_store_notices
from armbulk.context import Context
from armbulk.errors import FileError, Unfinished
from armbulk.i18n import Text, _
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import build_unsent_result, load_result
from armbulk.results.store_check import (
    choose_result_path,
    verify_csv_target,
    verify_history,
    verify_target_is_no_input,
)
from armbulk.results.target_check import verify_writable
from armbulk.store import ClientLock, ListCheck, Run, Store, WrittenFiles


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import, and how.

    Attributes:
        inputs: The files.
        options: What is sent of them.
        target: The result workbook; None: NAME.result.xlsx beside the first file.
        wait: Whether to wait for ARM's limits; else the run is paused.
        dry_run: Only plan.
        expect_count: Stop unless exactly so many records would be sent.
        expect_total: Stop unless the documents add up to this amount incl. VAT.
        replace_input: Whether the result workbook may replace one of the files; that is kept as .bak.
        approved: The plan that was approved (`approved_plan.describe_plan`): stop unless it is the same.
    """

    inputs: InputFiles
    options: ImportOptions
    target: str | None = None
    wait: bool = True
    dry_run: bool = False
    expect_count: int | None = None
    expect_total: str | None = None
    replace_input: bool = False
    approved: Mapping[str, Any] | None = None


class ImportChoices(PlanChoices, total=False):
    """What is sent, as `PlanChoices` has it, and how.

    Attributes:
        wait: Whether to wait for ARM's limits (the default); else the run is paused.
        dry_run: Only plan; the state is `planned`.
        expect_count: Stop unless exactly so many records would be sent.
        expect_total: Stop unless the documents add up to this amount incl. VAT.
        replace_input: The result workbook may replace one of the files, which is kept as .bak.
        plan_file: The file of an approved plan: stop unless exactly that would be sent.
    """

    wait: bool
    dry_run: bool
    expect_count: int | None
    expect_total: str | None
    replace_input: bool
    plan_file: str | Path | None


def build_request(inputs: InputFiles, target: str | Path | None, **choices: Unpack[ImportChoices]) -> ImportRequest:
    """Return what to import, from the choices of a caller; FileError where the file of a plan cannot be read."""
    values: dict[str, Any] = dict(choices)
    plan_file = values.pop("plan_file", None)
    if plan_file is not None:
        values["approved"] = read_plan(Path(plan_file))
    selection = {name: values.pop(name) for name in PlanChoices.__annotations__ if name in values}
    options = ImportOptions(update=bool(inputs.options.update), **selection)
    return ImportRequest(inputs, options, str(target) if target is not None else None, **values)


def import_files(context: Context, store: Store, request: ImportRequest, dialog: Dialog) -> ImportResult:
    """Import files and write the result workbook.

    Problems in the data are part of the result: with errors nothing is sent (unless the options skip invalid records),
    and the result workbook shows them in place.

    Raises:
        FileError: A file cannot be read, or the result workbook will not be writable.
        UsageError: The options contradict each other or the files, or the expected totals differ.
        SettingsError: It is not set how ARM is called.
        Unfinished: A result workbook has a run that is not in the local store; documents of
            another run are unconfirmed; or another process sends for the client.
        LoginError, LimitError, ServerError: The run is paused, and can be resumed.
    """
    known = load_known_customers(store, context.profile)
    check = check_inputs(
        request.inputs, context.profile, dialog, known=known, codes=load_known_codes(store, context.profile)
    )
    report_store_notices(store, context.profile, dialog)
    plan = plan_checked(context, store, check, request.options)
    if request.dry_run:
        return _unsent(context, store, plan, PLANNED)
    target = choose_result_path(check.inputs.files, request.target)
    verify_target_is_no_input(target, check.inputs.files, replace_input=request.replace_input)
    verify_csv_target(request.target, check.checked.file_sheets, check.inputs.files)
    if plan.stopped:
        unsent = _unsent(context, store, plan, STOPPED)
        unsent.write(request.target or target, replace_input=request.replace_input)
        return unsent
    context = add_login(context)
    result: ImportResult | None = None
    while result is None:
        _verify_before_sending(context, store, plan, request, target, dialog)
        plan, list_checks = ask_about_customers(context, store, plan, dialog, wait=request.wait)
        if not _is_confirmed(plan, dialog):
            return _unsent(context, store, plan, DECLINED)
        plan, result = _send_if_unchanged(context, store, plan, request, dialog, list_checks)
    if request.options.verify:
        verify_result(context, store, result, dialog, wait=request.wait)
    return write_result(result, target, replace_input=request.replace_input)


def send_plan(context: Context, store: Store, plan: Plan, dialog: Dialog, *, wait: bool) -> ImportResult:
    """Send a plan without asking; the result workbook is not written yet. With errors in the files nothing is sent.

    Raises:
        Unfinished: A result workbook has a run that is not in the local store.
        LoginError, LimitError, ServerError: The run is paused, and can be resumed.
    """
    if plan.stopped:
        return _unsent(context, store, plan, STOPPED)
    _verify_history(context, store, plan, choose_result_path(plan.check.inputs.files, None))
    request = ImportRequest(plan.check.inputs, plan.import_plan.options, wait=wait)
    result: ImportResult | None = None
    while result is None:
        plan, result = _send_if_unchanged(context, store, plan, request, dialog)
    if request.options.verify:
        verify_result(context, store, result, dialog, wait=wait)
    return result


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _unsent(context: Context, store: Store, plan: Plan, state: str) -> ImportResult:
    result = build_unsent_result(plan.import_plan.items, store.references(context.profile.account))
    return ImportResult(state, result, store, context.clock, context.profile, plan.check.checked, plan)


def _verify_before_sending(
    context: Context, store: Store, plan: Plan, request: ImportRequest, target: Path, dialog: Dialog
) -> None:
    """Make sure of the totals that the caller expects, of the store, and of the result workbook."""
    verify_expected_totals(plan.import_plan, request.expect_count, request.expect_total)
    if request.approved is not None:
        verify_plan(plan, request.approved)
    to_send = plan.import_plan.to_send
    if to_send.height and (to_send["resource"] == "documents").all():  # customers may be sent in any case
        store.verify_nothing_in_doubt(context.profile.account, posting=False)
    _verify_history(context, store, plan, target)
    verify_target(target, context, dialog)


def _verify_history(context: Context, store: Store, plan: Plan, target: Path) -> None:
    """Make sure that the local store has all earlier sendings; sending customers twice does no harm."""
    options, to_send = plan.import_plan.options, plan.import_plan.to_send
    if (to_send["resource"] == "documents").any() and not (options.look_up or options.first_import):
        verify_history(store, context.profile.account, plan.check.inputs.files, target)


def verify_target(target: Path, context: Context, dialog: Dialog) -> None:
    """Make sure that the result workbook can be written; FileError otherwise."""
    if note := verify_writable(target, context.profile.lang, WrittenFiles.beside(context.profile.store_url)):
        dialog.note(note)


def _is_confirmed(plan: Plan, dialog: Dialog) -> bool:
    skips_lookups = plan.import_plan.options.first_import and not plan.import_plan.to_send.is_empty()
    return dialog.confirm_import(plan) and (not skips_lookups or dialog.confirm_first_import())


def _send_if_unchanged(
    context: Context,
    store: Store,
    plan: Plan,
    request: ImportRequest,
    dialog: Dialog,
    list_checks: Sequence[ListCheck] = (),
) -> tuple[Plan, ImportResult | None]:
    """Store the run and send it, under the client's lock; no result when the plan must be confirmed again.

    Returns:
        The plan as it is now, and the result.
    """
    with store.lock(context.profile.account, 0) as lock:
        now = plan_again(context, store, plan)
        changes = describe_change(plan, now)
        if changes and not _goes_all_the_same(plan, now, request, dialog, changes):
            return now, None
        origin = describe_origin(now, context.profile, request.approved)
        run_id = create_run(context, store, now.import_plan, now.check.inputs, list_checks, request.target, origin)
        dialog.begin_run(run_id)
        run = store.run(run_id)
        result = send_stored_run(context, store, run, dialog, wait=request.wait, lock=lock)
    result.plan, result.checked = now, now.check.checked
    return now, result


def _goes_all_the_same(before: Plan, now: Plan, request: ImportRequest, dialog: Dialog, changes: Text) -> bool:
    """Return whether a plan that has changed is sent as it is now; False to ask again.

    Without a person to ask, it is sent only if fewer records are sent and the expected totals match.

    Raises:
        Unfinished: More would be sent, and there is no person to ask.
        UsageError: What is left is not what the caller expects.
    """
    if request.approved is not None:
        verify_plan(now, request.approved)
    if dialog.ask_again(changes):
        return False
    if not set(now.import_plan.to_send["no"]) <= set(before.import_plan.to_send["no"]):
        raise Unfinished("changed-meanwhile", changes, _("Nothing was sent. Run the same command again"))
    verify_expected_totals(now.import_plan, request.expect_count, request.expect_total)
    dialog.note(changes)
    return True


def send_stored_run(
    context: Context,
    store: Store,
    run: Run,
    dialog: Dialog,
    *,
    wait: bool,
    look_first: bool | None = None,
    lock: ClientLock | None = None,
) -> ImportResult:
    """Send what is left of a run, as `armbulk.app.runs.send_run` does; return how it ended."""
    with dialog.sending() as progress:
        state = send_run(context, store, run, wait=wait, progress=progress, look_first=look_first, lock=lock)
    return ImportResult(state, load_result(store, run.id), store, context.clock, context.profile)


def write_result(result: ImportResult, target: Path, *, replace_input: bool = False) -> ImportResult:
    """Write the result workbook of a run that was not interrupted; a file that cannot be written is no failure."""
    if result.state != "interrupted":
        try:
            result.write(target, replace_input=replace_input)
        except FileError as error:
            result.write_error = error
    return result
