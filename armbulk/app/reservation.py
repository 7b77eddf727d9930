"""Reserve payments at ARM: off until the profile names who at Amili confirmed the form of the request, and when."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from armbulk.app.check import complete_options
from armbulk.app.dialog import Dialog, ReserveQuestion
from armbulk.app.imports import verify_target
from armbulk.app.reserve_result import ReserveResult
from armbulk.app.runs import verify_account
from armbulk.context import Context, open_client
from armbulk.errors import (
    ArmbulkError,
    FileError,
    Interrupted,
    LimitError,
    SettingsError,
    Unfinished,
    UsageError,
)
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import Text, _, pack_text
from armbulk.model.call_state import CallState
from armbulk.model.decision import Decision
from armbulk.model.environment import find_environment
from armbulk.model.read_options import ReadOptions
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.reservation import ReservationOutcome, ReservationRow
from armbulk.quota.limits import Priority
from armbulk.rate_limited import RateLimitedClient
from armbulk.resources.payment_reservations import EXPERIMENT, PAYMENT_RESERVATIONS, RESERVATION_FORM
from armbulk.results.reservation_workbook import write_reservation_workbook
from armbulk.sending.reservation import PaymentReserver, write_reservation
from armbulk.settings.profile import Profile
from armbulk.store import CallRun, Store
from armbulk.store.reservations import RESERVATION_COST, ReservationAnswer
from armbulk.validation.reservation_rows import ReservationSheets, read_reservation_rows
from armbulk.waiting import CallWaiter
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in PAYMENT_RESERVATIONS.fields}
_NEVER_FITS = _("Your ARM limits do not allow payments to be reserved")
_SAVED = _("The results are saved. Write the workbook at any time with: armbulk results {run} -o FILE")
_MARKED = _("A person has found the reservation in ARM")
_NOT_WANTED = _("A person has decided not to send it")
_GIVEN_UP = _("A person has found that ARM does not have the reservation. Its payment id is not used again.")


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """What to reserve.

    Attributes:
        files: the files, as named.
        options: how they are read.
        target: the result workbook; None: NAME.reserved.xlsx beside the first file.
        expect_count: stop unless exactly so many payments would be reserved; None: any number.
        wait: whether to wait for ARM's limits.
    """

    files: tuple[str, ...]
    options: ReadOptions
    target: str | None = None
    expect_count: int | None = None
    wait: bool = True


def reserve_payments(context: Context, store: Store, request: ReserveRequest, dialog: Dialog) -> ReserveResult:
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
    files = [name.partition("#")[0] for name in request.files]
    target = Path(request.target) if request.target else Path(files[0]).with_suffix(".reserved.xlsx")
    verify_no_input(target, files, has_option=False)
    verify_target(target, context, dialog)
    with store.lock(profile.account, 0):
        store.recover_reservations(profile.account)
        _verify_all_finished(store, context)
        with dialog.reading():
            options = complete_options(request.options, profile)
            sheets = read_reservation_rows(request.files, options, store.sent_payments(profile.account))
        rendered = render_findings(sheets.findings, sheets.sheets, _FIELDS, profile.lang)
        rows = _build_rows(sheets, rendered)
        result = ReserveResult("stopped", rows, None, rendered)
        pending = [row for row in rows if row.outcome is None]
        _verify_count(request.expect_count, len(pending))
        if pending and not dialog.confirm_reserve(_build_question(profile, confirmed, pending)):
            result.state = "cancelled"
            return result
        if pending:
            new = {"profile": profile.name, "files": list(request.files), "target": str(target.absolute())}
            result.number = store.create_reservations(profile.account, new, rows)
            _send(context, store, result, dialog, wait=request.wait)
    _write(store, result, target, profile.lang)
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


def find_reservations(store: Store, context: Context, number: int | None) -> CallRun | None:
    """Return the run with a number if it reserves payments; without a number, if the latest unfinished run does."""
    if number is not None:
        return store.reservation_run(number)
    account = context.profile.account
    own = [run for run in store.reservation_runs() if run.account == account and run.state != "finished"]
    others = [run.id for run in store.runs() if run.account == account and run.state != "finished"]
    others += [run.id for run in store.deletions() if run.account == account and run.state != "finished"]
    return own[0] if own and own[0].id > max(others, default=0) else None


def resume_reservations(
    context: Context, store: Store, run: CallRun, dialog: Dialog, *, target: str | None = None, wait: bool = True
) -> ReserveResult:
    """Continue a run that reserves payments: what was never sent is sent, what is unconfirmed stays so.

    Raises:
        SettingsError: The run belongs to another client, or the profile does not name who confirmed the form.
        Unfinished: Another process sends for the client.
    """
    verify_account(run.id, run.account, context.profile.account)
    require_confirmation(context.profile)
    path = Path(target or run.target)
    verify_no_input(path, [name.partition("#")[0] for name in run.files], has_option=False)
    verify_target(path, context, dialog)
    with store.lock(run.account, run.id):
        store.recover_reservations(run.account)
        result = load_reservations(store, run)
        _send(context, store, result, dialog, wait=wait)
    _write(store, result, path, context.profile.lang)
    return result


def settle_reservations(
    context: Context, store: Store, run: CallRun, dialog: Dialog, decision: Decision, expect_count: int | None
) -> ReserveResult:
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
        store.recover_reservations(run.account)
        rows = store.reservation_rows(run.id)
        open_rows = [row for row in rows if row.state is CallState.UNCONFIRMED]
        if not open_rows and decision is Decision.GIVE_UP:
            open_rows, message = [row for row in rows if row.state is CallState.PLANNED], _NOT_WANTED
        _verify_count(expect_count, len(open_rows))
        if open_rows and dialog.confirm_settled(tuple(row.payment_id for row in open_rows), message):
            answer = ReservationAnswer(CallState.DONE, outcome, pack_text(message))
            for row in open_rows:
                store.save_reservation_answer(run.account, run.id, row, answer)
        result = load_reservations(store, run)
        result.state = _state_of(result.rows)
        store.end_reservations(run.id, result.state)
    _write(store, result, Path(run.result or run.target), context.profile.lang)
    return result


def load_reservations(store: Store, run: CallRun) -> ReserveResult:
    """Return a run that reserves payments, as the store has it."""
    path = Path(run.result) if run.result else None
    return ReserveResult(run.state, store.reservation_rows(run.id), run.id, path=path, resume_at=run.resume_at)


def write_reservations(store: Store, run: CallRun, target: str | None, lang: str) -> ReserveResult:
    """Write the result workbook of a run again."""
    result = load_reservations(store, run)
    path = Path(target or run.result or run.target)
    verify_no_input(path, [name.partition("#")[0] for name in run.files], has_option=False)
    _write(store, result, path, lang)
    return result


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _verify_all_finished(store: Store, context: Context) -> None:
    """Make sure that no earlier run of reservations is unfinished; Unfinished otherwise."""
    for run in store.reservation_runs():
        if run.account == context.profile.account and run.state != "finished":
            raise Unfinished(
                "reserve-unfinished",
                _("Run {run} has payments that are not settled", run=run.id),
                _("Continue with: armbulk resume {run}. Settle with: armbulk resolve {run}", run=run.id),
            )


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


def _verify_count(expected: int | None, count: int) -> None:
    if expected is not None and expected != count:
        raise UsageError(
            "expect-count",
            _("It concerns {count} payments, not {expected}", count=count, expected=expected),
            _("Nothing was done. Check the file, or --expect-count."),
        )


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


@contextmanager
def _reserving(context: Context, store: Store, dialog: Dialog, hint: Text, *, wait: bool) -> Iterator[PaymentReserver]:
    """Yield what sends reservations, in the form of the profile."""
    profile = context.profile
    form = require_confirmation(profile).apply(RESERVATION_FORM)
    with dialog.sending() as progress, closing(open_client(context, progress)) as system:
        client = RateLimitedClient(
            store, system, context.clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        waiter = CallWaiter(client, wait, profile.poll_seconds, progress, _NEVER_FITS, hint)
        yield PaymentReserver(client, waiter, form, profile.user_id, progress)


def _state_of(rows: Sequence[ReservationRow]) -> str:
    """Return the state of a run that nothing stopped."""
    states = {row.state for row in rows}
    if CallState.UNCONFIRMED in states:
        return "in_doubt"
    return "paused" if CallState.PLANNED in states else "finished"


def _send(context: Context, store: Store, result: ReserveResult, dialog: Dialog, *, wait: bool) -> None:
    """Send what was never sent; what stops it is kept in the result."""
    number, stopped, result.resume_at = result.number or 0, "", None
    hint = _("Continue with: armbulk resume {run}", run=number)
    try:
        with _reserving(context, store, dialog, hint, wait=wait) as reserver:
            reserver.reserve(number, [row for row in result.rows if row.state is CallState.PLANNED])
    except Interrupted as error:
        stopped, result.error = "interrupted", error
    except ArmbulkError as error:
        stopped, result.error = "paused", error
        if isinstance(error, LimitError):
            result.resume_at = reserver.client.find_room(RESERVATION_COST)
    result.rows = store.reservation_rows(number)
    result.state = stopped or _state_of(result.rows)
    store.end_reservations(number, result.state, result.resume_at)


def _write(store: Store, result: ReserveResult, target: Path, lang: str) -> None:
    """Write the result workbook; a file that cannot be written is no failure of the run."""
    try:
        with temporary_file(target) as temporary:
            write_reservation_workbook(temporary, result.rows, result.number, lang)
            result.path = replace_atomically(temporary, target, store.clock, own=store.written_files.digests())
    except FileError as error:
        if result.number:
            error.hint = _SAVED.fill(run=result.number)
        result.error = result.error or error
        return
    store.written_files.record([result.path])
    if result.number:
        store.save_reservation_result(result.number, str(result.path))
