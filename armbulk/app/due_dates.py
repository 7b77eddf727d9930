"""Change due dates of AR items: off until the profile names who at Amili confirmed the form of the request."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import CallKind, CallRequest, hold_back, recover_calls, start_calls
from armbulk.app.call_settlement import Settlement
from armbulk.app.check import complete_options
from armbulk.app.dialog import Dialog, DueDateQuestion
from armbulk.app.experiment import require_experiment
from armbulk.app.imports import verify_target
from armbulk.context import Context
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, ngettext
from armbulk.model.due_date import DueDateOutcome, DueDateRow
from armbulk.model.environment import find_environment
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.sheet import Sheet
from armbulk.resources.due_dates import DUE_DATE_CHANGES, DUE_DATE_EXPERIMENT, DUE_DATE_FORM
from armbulk.results.due_date_workbook import DUE_DATE_SHEET
from armbulk.sending.due_date import DueDateChanger, write_change
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.due_date_tables import DUE_DATES
from armbulk.validation.due_date_rows import read_due_date_rows
from armbulk.waiting import CallRepeater, CallWaiter
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in DUE_DATE_CHANGES.fields}
_OFF = _(
    "Changes of due dates are switched off: the form of this request is not public, and Amili has to confirm it. The "
    "same request can create credit notes."
)
_HOW_ON = _(
    "Ask Amili how the due date of an AR item is changed. Then write in {path}: [profiles.{name}.experimental.{write}] "
    'confirmed_by = "WHO", confirmed_on = 2026-01-31'
)


@dataclass(slots=True)
class DueDateResult(CallResult[DueDateRow]):
    """How a run that changes due dates ended."""

    row_type = DueDateRow
    columns = ("ar_item_id", "customer_no", "document_no", "due_date")


def change_due_dates(context: Context, store: Store, request: CallRequest, dialog: Dialog) -> DueDateResult:
    """Read the rows, ask for confirmation, change the due dates and write the result workbook.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run is kept.
        request: What to change.
        dialog: Confirms it, and shows progress.

    Raises:
        SettingsError: The profile does not name who confirmed the form of the request.
        FileError: A file cannot be read, or has no items.
        UsageError: Another number of items would be changed than expected.
        Unfinished: An earlier run is not finished, or another process sends for the client.
        LimitError, LoginError, ServerError, Interrupted: before anything was sent; later they are in the result.
    """
    profile = context.profile
    confirmed = require_due_dates(profile)
    target = request.choose_target(".changed.xlsx")
    verify_no_input(target, request.inputs, has_option=False)
    verify_target(target, context, dialog)
    with store.lock(profile.account, 0):
        recover_calls(DUE_DATE_CALLS, store, profile.account)
        with dialog.reading():
            sheets, rows, findings = read_due_date_rows(request.files, complete_options(request.options, profile))
        rendered = render_findings(findings, sheets, _FIELDS, profile.lang)
        result = DueDateResult("stopped", _build_rows(sheets, rows, rendered), None, rendered)
        start_calls(
            DUE_DATE_CALLS,
            context,
            store,
            request,
            target,
            result,
            dialog,
            lambda pending: dialog.confirm_due_dates(_build_question(profile, confirmed, pending)),
        )
    return result


def require_due_dates(profile: Profile) -> ExperimentalWrite:
    """Return who confirmed the form of a change; SettingsError where the profile does not name anyone."""
    return require_experiment(profile, DUE_DATE_EXPERIMENT, _OFF, _HOW_ON)


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _build_rows(sheets: Sequence[Sheet], rows: pl.DataFrame, findings: Sequence[RenderedFinding]) -> list[DueDateRow]:
    """Return the rows; those with an error are held back, with the first message."""
    built = []
    for no, (index, row, item, customer, document, day) in enumerate(rows.iter_rows()):
        sheet, values = sheets[index], (item or "", customer or "", document or "", day.isoformat() if day else "")
        built.append(DueDateRow(no, sheet.file, sheet.name, row, *values))
    hold_back(built, findings, DueDateOutcome.HELD_BACK)
    return built


def _build_question(profile: Profile, confirmed: ExperimentalWrite, rows: Sequence[DueDateRow]) -> DueDateQuestion:
    return DueDateQuestion(
        items=tuple((row.ar_item_id, row.customer_no, row.document_no, row.due_date) for row in rows),
        confirmed_by=confirmed.confirmed_by,
        confirmed_on=confirmed.confirmed_on,
        example=write_change(confirmed.apply(DUE_DATE_FORM), profile.user_id, rows[0]),
        environment=find_environment(profile.base_url),
        address=profile.base_url,
        client_no=profile.client_no,
        client_name=profile.client_name,
    )


def _send(context: Context, waiter: CallWaiter, number: int, rows: Sequence[DueDateRow]) -> None:
    """Settle what can be settled by reading, and send the rows that were never sent, in the form of the profile."""
    form = require_due_dates(context.profile).apply(DUE_DATE_FORM)
    repeater = CallRepeater(waiter)
    DueDateChanger(waiter.client, repeater, form, context.profile.user_id, waiter.on_progress).change(number, rows)


DUE_DATE_CALLS = CallKind(
    command="change",
    tables=DUE_DATES,
    sheet=DUE_DATE_SHEET,
    result=DueDateResult,
    verify=lambda context: require_due_dates(context.profile),
    send=_send,
    never_fits=_("Your ARM limits do not allow due dates to be changed"),
    wrong_count=(
        _("It concerns {count} AR items, not {expected}"),
        _("Nothing was done. Check the file, or --expect-count."),
    ),
    unfinished=(
        "change-unfinished",
        _("Run {run} has due dates that are not settled"),
        _("Continue with: armbulk resume {run}. Settle with: armbulk resolve {run}"),
    ),
)

DUE_DATE_SETTLEMENT = Settlement(
    kind=DUE_DATE_CALLS,
    key="ar_item_id",
    question=ngettext(
        "{count} AR item ({numbers}). {meaning}. Is that right?",
        "{count} AR items ({numbers}). {meaning}. Is that right?",
    ),
    done=DueDateOutcome.UPDATED,
    not_done=DueDateOutcome.NOT_SENT,
    marked=_("A person has found the new due date in ARM"),
    given_up=_("A person has found that ARM does not have the new due date"),
    not_wanted=_("A person has decided not to send it"),
    never_again=(
        _("A change of an AR item is never sent twice in a run: the same request can create a credit note"),
        _("Use --mark-created or --give-up. To change the due date after all, start a new run."),
    ),
    all_at_once=(
        _("Run {run} changes due dates: its unconfirmed items are settled together"),
        _("Remove --keys-file and --expect-total"),
    ),
    save=Store.save_due_date_answer,
)
