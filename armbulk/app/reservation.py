"""Reserve payments at ARM: off until the profile names who at Amili confirmed the form of the request, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import CallKind, CallRequest, count_left_out, hold_back, recover_calls, start_calls
from armbulk.app.call_settlement import Settlement
from armbulk.app.check import complete_options
from armbulk.app.destination import Destination
from armbulk.app.dialog import Dialog, ReserveQuestion
from armbulk.app.experiment import require_experiment
from armbulk.app.imports import verify_target
from armbulk.context import Context
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, ngettext
from armbulk.model.call_state import CallState
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.reservation import ReservationOutcome, ReservationRow
from armbulk.resources.payment_reservations import EXPERIMENT, PAYMENT_RESERVATIONS, RESERVATION_FORM
from armbulk.results.reservation_workbook import RESERVATION_SHEET
from armbulk.sending.reservation import PaymentReserver, write_reservation
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.reservation_tables import RESERVATIONS
from armbulk.validation.reservation_rows import ReservationSheets, read_reservation_rows
from armbulk.waiting import CallWaiter
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in PAYMENT_RESERVATIONS.fields}
_OFF = _("Payment reservations are switched off: the form of this request is not public, and Amili has to confirm it.")
_HOW_ON = _(
    "Ask Amili for the keys of amount, currency and date, and what a repeated paymentId is answered. Then write in "
    '{path}: [profiles.{name}.experimental.{write}] confirmed_by = "WHO", confirmed_on = 2026-01-31'
)


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
            lambda pending: dialog.confirm_reserve(
                _build_question(profile, confirmed, pending, count_left_out(result.rows))
            ),
        )
    return result


def require_confirmation(profile: Profile) -> ExperimentalWrite:
    """Return who confirmed the form of a reservation; SettingsError where the profile does not name anyone."""
    return require_experiment(profile, EXPERIMENT, _OFF, _HOW_ON)


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _build_rows(sheets: ReservationSheets, findings: Sequence[RenderedFinding]) -> list[ReservationRow]:
    """Return the rows; those with an error are held back, with the first message."""
    rows = []
    for no, (index, row, payment, by, identification, amount, currency) in enumerate(sheets.rows.iter_rows()):
        sheet = sheets.sheets[index]
        shown = f"{amount:f}" if isinstance(amount, Decimal) else ""
        values = (payment or "", by or "", identification or "", shown, currency or "")
        rows.append(ReservationRow(no, sheet.file, sheet.name, row, *values))
    hold_back(rows, findings, ReservationOutcome.HELD_BACK)
    return rows


def _build_question(
    profile: Profile,
    confirmed: ExperimentalWrite,
    rows: Sequence[ReservationRow],
    left_out: tuple[tuple[str, int], ...],
) -> ReserveQuestion:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    return ReserveQuestion(
        payments=tuple((row.payment_id, row.identification, row.amount, row.currency) for row in rows),
        sums=tuple(sums.items()),
        confirmed=confirmed,
        example=write_reservation(confirmed.apply(RESERVATION_FORM), profile.user_id, rows[0]),
        destination=Destination.of_profile(profile),
        left_out=left_out,
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
        _(
            "Continue with: armbulk resume {run}. Settle with: armbulk resolve {run}. End it without sending the rest: "
            "armbulk resolve {run} --give-up"
        ),
    ),
)

RESERVATION_SETTLEMENT = Settlement(
    kind=RESERVE_CALLS,
    key="payment_id",
    question=ngettext(
        "{count} payment ({numbers}). {meaning}. Is that right?",
        "{count} payments ({numbers}). {meaning}. Is that right?",
    ),
    done=ReservationOutcome.RESERVED,
    not_done=ReservationOutcome.NOT_SENT,
    marked=_("A person has found the reservation in ARM"),
    given_up=_("A person has found that ARM does not have the reservation. Its payment id is not used again"),
    not_wanted=_("A person has decided not to send it"),
    never_again=(
        _("A payment id is never sent twice: what ARM answers to it is not documented"),
        _("Use --mark-created or --give-up. To reserve the payment after all, use a new payment id."),
    ),
    all_at_once=(
        _("Run {run} reserves payments: its unconfirmed payments are settled together"),
        _("Remove --keys-file and --expect-total"),
    ),
    save=Store.save_reservation_answer,
)
