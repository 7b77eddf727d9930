"""Reserve payments at ARM: off until the profile names who at Amili confirmed the form of the request, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import (
    CallKind,
    CallRequest,
    load_calls,
    recover_calls,
    start_calls,
    state_of,
    verify_count,
    write_results,
)
from armbulk.app.check import complete_options
from armbulk.app.dialog import Dialog, ReserveQuestion
from armbulk.app.imports import verify_target
from armbulk.app.runs import verify_account
from armbulk.context import Context
from armbulk.errors import SettingsError, UsageError
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, pack_text
from armbulk.model.call_rows import CallAnswer
from armbulk.model.call_state import CallState
from armbulk.model.decision import Decision
from armbulk.model.environment import find_environment
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.reservation import ReservationOutcome, ReservationRow
from armbulk.resources.payment_reservations import EXPERIMENT, PAYMENT_RESERVATIONS, RESERVATION_FORM
from armbulk.results.reservation_workbook import RESERVATION_SHEET
from armbulk.sending.reservation import PaymentReserver, write_reservation
from armbulk.settings.profile import Profile
from armbulk.store import CallRun, Store
from armbulk.store.reservation_tables import RESERVATIONS
from armbulk.validation.reservation_rows import ReservationSheets, read_reservation_rows
from armbulk.waiting import CallWaiter
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in PAYMENT_RESERVATIONS.fields}
_MARKED = _("A person has found the reservation in ARM")
_NOT_WANTED = _("A person has decided not to send it")
_GIVEN_UP = _("A person has found that ARM does not have the reservation. Its payment id is not used again.")


@dataclass(slots=True)
class ReserveResult(CallResult[ReservationRow]):
    """How a run that reserves payments ended."""

    row_type = ReservationRow
    columns = ("payment_id", "amount", "currency")


def reserve_payments(context: Context, store: Store, request: CallRequest, dialog: Dialog) -> ReserveResult:
    """Read the rows, ask for confirmation, reserve the payments and write the result workbook.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run is kept.
        request: What to reserve.
        dialog: Confirms it, and shows progress.

    Raises:
        SettingsError: The profile does not name who confirmed the form of the request.
        FileError: A file cannot be read, or has no payments.
        UsageError: Another number of payments would be reserved than expected.
        Unfinished: An earlier run is not finished, or another process sends for the client.
        LimitError, LoginError, ServerError, Interrupted: before anything was sent; later they are in the result.
    """
    profile = context.profile
    confirmed = require_confirmation(profile)
    target = request.choose_target(".reserved.xlsx")
    verify_no_input(target, request.inputs, has_option=False)
    verify_target(target, context, dialog)
    with store.lock(profile.account, 0):
        recover_calls(RESERVE_CALLS, store, profile.account)
        with dialog.reading():
            options = complete_options(request.options, profile)
            sheets = read_reservation_rows(request.files, options, store.sent_payments(profile.account))
        rendered = render_findings(sheets.findings, sheets.sheets, _FIELDS, profile.lang)
        result = ReserveResult("stopped", _build_rows(sheets, rendered), None, rendered)
        start_calls(
            RESERVE_CALLS,
            context,
            store,
            request,
            target,
            result,
            dialog,
            lambda pending: dialog.confirm_reserve(_build_question(profile, confirmed, pending)),
        )
    return result


def require_confirmation(profile: Profile) -> ExperimentalWrite:
    """Return who confirmed the form of a reservation; SettingsError where the profile does not name anyone."""
    confirmed = profile.experimental.get(EXPERIMENT)
    if confirmed is None:
        raise SettingsError(
            "not-confirmed",
            _(
                "Payment reservations are switched off: the form of this request is not public, and Amili has to "
                "confirm it."
            ),
            _(
                "Ask Amili for the keys of amount, currency and date, and what a repeated paymentId is answered. "
                "Then write in {path}: "
                '[profiles.{name}.experimental.{write}] confirmed_by = "WHO", confirmed_on = 2026-01-31',
                path=profile.home / "config.toml",
                name=profile.name,
                write=EXPERIMENT,
            ),
        )
    return confirmed


def settle_reservations(
    context: Context, store: Store, run: CallRun, dialog: Dialog, decision: Decision, expect_count: int | None
) -> CallResult[ReservationRow]:
    """Record what a person has found out about the unconfirmed reservations of a run. Nothing is sent.

    Where none is unconfirmed, GIVE_UP ends the run: what was never sent is not sent.

    Raises:
        UsageError: They cannot be sent again, or another number of them is unconfirmed than expected.
        Unfinished: Another process sends for the client.
    """
    verify_account(run.id, run.account, context.profile.account)
    if decision is Decision.RESEND:
        raise UsageError(
            "never-again",
            _("A payment id is never sent twice: what ARM answers to it is not documented"),
            _("Use --mark-created or --give-up. To reserve the payment after all, use a new payment id."),
        )
    outcome = ReservationOutcome.RESERVED if decision is Decision.MARK_CREATED else ReservationOutcome.NOT_SENT
    message = _MARKED if decision is Decision.MARK_CREATED else _GIVEN_UP
    with store.lock(run.account, run.id):
        store.recover_calls(RESERVATIONS, run.account)
        rows = store.call_rows(RESERVATIONS, run.id)
        open_rows = [row for row in rows if row.state is CallState.UNCONFIRMED]
        if not open_rows and decision is Decision.GIVE_UP:
            open_rows, message = [row for row in rows if row.state is CallState.PLANNED], _NOT_WANTED
        verify_count(RESERVE_CALLS, expect_count, len(open_rows))
        if open_rows and dialog.confirm_settled(tuple(row.payment_id for row in open_rows), message):
            answer = CallAnswer(CallState.DONE, outcome, pack_text(message))
            for row in open_rows:
                store.save_reservation_answer(run.account, run.id, row, answer)
        result = load_calls(RESERVE_CALLS, store, run)
        result.state = state_of(result.rows)
        store.end_calls(RESERVATIONS, run.id, result.state)
    write_results(RESERVE_CALLS, store, result, Path(run.result or run.target), context.profile.lang)
    return result


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _build_rows(sheets: ReservationSheets, findings: Sequence[RenderedFinding]) -> list[ReservationRow]:
    """Return the rows; those with an error are held back, with the first message."""
    messages = {(each["file"], each["sheet"], each["row"]): each["message"] for each in reversed(findings)}
    blocked = {(each["file"], each["sheet"]) for each in findings if each["code"] in _OF_SHEET}
    rows = []
    for no, (index, row, payment, by, identification, amount, currency) in enumerate(sheets.rows.iter_rows()):
        sheet = sheets.sheets[index]
        shown = f"{amount:f}" if isinstance(amount, Decimal) else ""
        values = (payment or "", by or "", identification or "", shown, currency or "")
        entry = ReservationRow(no, sheet.file, sheet.name, row, *values)
        message = messages.get((sheet.file, sheet.name, row))
        if message is not None or (sheet.file, sheet.name) in blocked:
            entry.state, entry.outcome = CallState.DONE, ReservationOutcome.HELD_BACK
            entry.message = message or ""
        rows.append(entry)
    return rows


_OF_SHEET = frozenset({"duplicate-header", "missing-column"})
"""Codes of headers after which no row of the sheet can be trusted."""


def _build_question(profile: Profile, confirmed: ExperimentalWrite, rows: Sequence[ReservationRow]) -> ReserveQuestion:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    return ReserveQuestion(
        payments=tuple((row.payment_id, row.identification, row.amount, row.currency) for row in rows),
        sums=tuple(sums.items()),
        confirmed_by=confirmed.confirmed_by,
        confirmed_on=confirmed.confirmed_on,
        example=write_reservation(confirmed.apply(RESERVATION_FORM), profile.user_id, rows[0]),
        environment=find_environment(profile.base_url),
        address=profile.base_url,
        client_no=profile.client_no,
        client_name=profile.client_name,
    )


def _send(context: Context, waiter: CallWaiter, number: int, rows: Sequence[ReservationRow]) -> None:
    """Send the rows that were never sent, in the form of the profile."""
    form = require_confirmation(context.profile).apply(RESERVATION_FORM)
    reserver = PaymentReserver(waiter.client, waiter, form, context.profile.user_id, waiter.on_progress)
    reserver.reserve(number, [row for row in rows if row.state is CallState.PLANNED])


RESERVE_CALLS = CallKind(
    command="reserve",
    tables=RESERVATIONS,
    sheet=RESERVATION_SHEET,
    result=ReserveResult,
    verify=lambda context: require_confirmation(context.profile),
    send=_send,
    never_fits=_("Your ARM limits do not allow payments to be reserved"),
    wrong_count=(
        _("It concerns {count} payments, not {expected}"),
        _("Nothing was done. Check the file, or --expect-count."),
    ),
    unfinished=(
        "reserve-unfinished",
        _("Run {run} has payments that are not settled"),
        _("Continue with: armbulk resume {run}. Settle with: armbulk resolve {run}"),
    ),
)
