"""Change due dates of AR items: off until the profile names who at Amili confirmed the form of the request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import CallKind, CallRequest, calling, count_left_out, hold_back, recover_calls, start_calls
from armbulk.app.call_settlement import Settlement
from armbulk.app.check import complete_options
from armbulk.app.destination import Destination
from armbulk.app.dialog import Dialog, DueDateChange, DueDateQuestion
from armbulk.app.experiment import require_experiment
from armbulk.app.imports import verify_target
from armbulk.context import Context
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, ngettext
from armbulk.model.due_date import DueDateOutcome, DueDateRow
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.sheet import Sheet
from armbulk.resources.due_dates import DUE_DATE_CHANGES, DUE_DATE_EXPERIMENT, DUE_DATE_FORM
from armbulk.results.due_date_workbook import DUE_DATE_SHEET
from armbulk.sending.due_date import DueDateChanger, describe_item, write_change
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.due_date_tables import DUE_DATES
from armbulk.validation.due_date_rows import read_due_date_rows
from armbulk.waiting import LOOK_AGAIN, CallRepeater, CallWaiter
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
    """Read the rows and their items, ask for confirmation, change the due dates and write the result workbook.

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
        _read_items(context, store, confirmed, result.rows, dialog, wait=request.wait)
        start_calls(
            DUE_DATE_CALLS,
            context,
            store,
            request,
            target,
            result,
            dialog,
            lambda pending: dialog.confirm_due_dates(
                _build_question(context, confirmed, pending, count_left_out(result.rows))
            ),
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


def _read_items(
    context: Context,
    store: Store,
    confirmed: ExperimentalWrite,
    rows: Sequence[DueDateRow],
    dialog: Dialog,
    *,
    wait: bool,
) -> None:
    """Read the items of the rows without an error; those that are not changed get their outcomes."""
    ready = [row for row in rows if row.outcome is None]
    never_fits = DUE_DATE_CALLS.never_fits
    with calling(never_fits, context, store, dialog.comparing(), LOOK_AGAIN, wait=wait) as waiter:
        _create_changer(context, waiter, confirmed).read(ready)


def _build_question(
    context: Context,
    confirmed: ExperimentalWrite,
    rows: Sequence[DueDateRow],
    left_out: tuple[tuple[str, int], ...],
) -> DueDateQuestion:
    profile, read = context.profile, [describe_item(row) for row in rows]
    today = datetime.fromtimestamp(context.clock.now(), UTC).date().isoformat()
    return DueDateQuestion(
        items=tuple(
            DueDateChange(row.ar_item_id, row.customer_no, row.document_no, before, row.due_date, currency, balance)
            for row, (before, currency, balance) in zip(rows, read, strict=True)
        ),
        past=sum(row.due_date < today for row in rows),
        paid=sum(balance == 0 for _before, _currency, balance in read),
        confirmed=confirmed,
        example=write_change(confirmed.apply(DUE_DATE_FORM), profile.user_id, rows[0]),
        destination=Destination.of_profile(profile),
        left_out=left_out,
    )


def _create_changer(context: Context, waiter: CallWaiter, confirmed: ExperimentalWrite) -> DueDateChanger:
    form = confirmed.apply(DUE_DATE_FORM)
    return DueDateChanger(waiter.client, CallRepeater(waiter), form, context.profile.user_id, waiter.on_progress)


def _send(context: Context, waiter: CallWaiter, number: int, rows: Sequence[DueDateRow]) -> None:
    """Settle what can be settled by reading, and send the rows that were never sent, in the form of the profile."""
    _create_changer(context, waiter, require_due_dates(context.profile)).change(number, rows)


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
        _(
            "Continue with: armbulk resume {run}. Settle with: armbulk resolve {run}. End it without sending the rest: "
            "armbulk resolve {run} --give-up"
        ),
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
