"""Have ARM validate auto postings: off until the profile names who at Amili confirmed the form of the request.

No run is stored: nothing is posted. The call is counted against the limits as every other one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import CallRequest, calling, hold_back, state_of, verify_count, write_workbook
from armbulk.app.check import complete_options
from armbulk.app.destination import Destination
from armbulk.app.dialog import Dialog, PostingsQuestion
from armbulk.app.experiment import require_experiment
from armbulk.app.imports import verify_target
from armbulk.context import Context
from armbulk.errors import ArmbulkError, Interrupted, LimitError
from armbulk.findings.frame import RenderedFinding, render_findings
from armbulk.i18n import _, ngettext, pack_text, quote_text
from armbulk.model.auto_posting import PostingOutcome, PostingRow
from armbulk.model.call_state import CallState
from armbulk.model.posting_form import write_postings
from armbulk.model.request_form import ExperimentalWrite
from armbulk.quota.limits import METERS, WINDOWS, Priority, count_used
from armbulk.resources.auto_postings import POSTINGS_EXPERIMENT, POSTINGS_FORM
from armbulk.results.postings_workbook import POSTINGS_SHEET
from armbulk.sending.posting_validation import PostingValidator, price_set
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.validation.posting_rows import PostingSheet, read_posting_rows
from armbulk.writers.inputs import verify_no_input

_OFF = _("Auto postings are switched off: the form of this request is not public, and Amili has to confirm it.")
_HOW_ON = _(
    "Ask Amili for the methods, the keys of a posting, and what validateOnly does. Then write in {path}: "
    '[profiles.{name}.experimental.{write}] confirmed_by = "WHO", confirmed_on = 2026-01-31'
)
_NEVER_FITS = _("Your ARM limits do not allow a set of {count:number} auto postings")
_AGAIN = _("Nothing was validated. Run the same command again")
_UNKNOWN = _(
    "The answer is missing or unclear ({reason}). With validateOnly nothing should be posted, but what it does is only "
    "documented in part. Look in ARM for the posting before you send it in another way."
)
_WRONG_COUNT = (
    _("It concerns {count} postings, not {expected}"),
    _("Nothing was done. Check the file, or --expect-count."),
)
_COST = ngettext(
    "This takes 1 request (of {requests:number} left this hour) and counts as {count:number} record written "
    "(of {writes:number} left this hour).",
    "This takes 1 request (of {requests:number} left this hour) and counts as {count:number} records written "
    "(of {writes:number} left this hour).",
)


@dataclass(slots=True)
class PostingsResult(CallResult[PostingRow]):
    """How the validation of a set ended.

    Attributes:
        method: the auto posting method.
        count: the postings sent; 0: nothing was sent.
    """

    row_type = PostingRow
    columns = ("posting_no", "amount", "currency")

    method: str = ""
    count: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the JSON of the command."""
        cost = price_set(self.count).meters() if self.count else dict.fromkeys(METERS, 0)
        return {**CallResult.to_json(self, lang), "method": self.method, "cost": cost, "left_this_hour": self.left}


def validate_postings(
    context: Context, store: Store, request: CallRequest, method: str, dialog: Dialog
) -> PostingsResult:
    """Read the rows, ask for confirmation, have ARM validate the set and write the result workbook.

    A set with an error in any row is not sent: without the row it would be another set.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the use of the limits is counted.
        request: The file and its options.
        method: The auto posting method, as ARM calls it.
        dialog: Confirms it, and shows progress.

    Raises:
        SettingsError: The profile does not name who confirmed the form of the request.
        FileError: The file cannot be read, or has no set of postings, or several.
        UsageError: Another number of postings would be sent than expected.
    """
    profile = context.profile
    confirmed = require_postings_confirmation(profile)
    target = request.choose_target(".validated.xlsx")
    verify_no_input(target, request.inputs, has_option=False)
    verify_target(target, context, dialog)
    with dialog.reading():
        sheet = read_posting_rows(request.files[0], complete_options(request.options, profile), confirmed.columns)
    fields = {column.name: column for column in sheet.resource.fields}
    rendered = render_findings(sheet.findings, sheet.sheets, fields, profile.lang)
    result = PostingsResult("stopped", _build_rows(sheet, rendered), findings=rendered, method=method)
    result.left = _count_left(context, store)
    if not rendered:
        verify_count(_WRONG_COUNT, request.expect_count, len(result.rows))
        _validate(context, store, request, result, sheet.keys, confirmed, dialog)
        if result.state == "cancelled":
            return result
    write_workbook(POSTINGS_SHEET, store, result, target, profile.lang)
    return result


def require_postings_confirmation(profile: Profile) -> ExperimentalWrite:
    """Return who confirmed the form of auto postings; SettingsError where the profile does not name anyone."""
    return require_experiment(profile, POSTINGS_EXPERIMENT, _OFF, _HOW_ON)


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


def _validate(
    context: Context,
    store: Store,
    request: CallRequest,
    result: PostingsResult,
    keys: Mapping[str, str],
    confirmed: ExperimentalWrite,
    dialog: Dialog,
) -> None:
    """Ask, make the call, and fill the result in."""
    profile, count = context.profile, len(result.rows)
    form = confirmed.apply(POSTINGS_FORM)
    values = [row.values for row in result.rows]
    body = write_postings(form, {"user_id": profile.user_id}, values, keys)
    if not dialog.confirm_postings(_build_question(profile, confirmed, result, body)):
        result.state = "cancelled"
        return
    path = form.path.replace("{method}", quote(result.method, safe=""))
    try:
        never_fits = _NEVER_FITS.fill(count=count)
        with calling(never_fits, context, store, dialog.sending(), _AGAIN, wait=request.wait) as waiter:
            try:
                answer = PostingValidator(waiter.client, waiter).validate(path, body, count)
            except LimitError:
                result.resume_at = waiter.client.find_room(price_set(count))
                raise
    except ArmbulkError as error:
        result.state, result.error = "interrupted" if isinstance(error, Interrupted) else "paused", error
        return
    result.count, result.left = count, _count_left(context, store)
    unknown = pack_text(_UNKNOWN.fill(reason=answer.response.failure))
    for no, row in enumerate(result.rows):
        row.decided_at = context.clock.now()
        if answer.content:
            row.state, row.outcome = CallState.DONE, answer.content[no].outcome
            row.message = pack_text(quote_text(answer.content[no].message)) if answer.content[no].message else ""
        else:
            row.state, row.message = CallState.UNCONFIRMED, unknown
    result.state = state_of(result.rows)


def _build_rows(sheet: PostingSheet, findings: Sequence[RenderedFinding]) -> list[PostingRow]:
    """Return the rows; those with an error are held back, with the first message."""
    sent = [column.name for column in sheet.resource.fields if column.name != "posting_no"]
    rows = []
    for no, cells in enumerate(sheet.rows.iter_rows(named=True)):
        at_row = sheet.sheets[cells["sheet"]]
        values = {name: _to_value(cells[name]) for name in sent}
        currency = (cells["currency"] or "").upper()
        values["currency"] = currency or None
        amount = "" if cells["amount"] is None else f"{cells['amount']:f}"
        own = (cells["posting_no"] or "", amount, currency)
        rows.append(PostingRow(no, at_row.file, at_row.name, cells["row"], *own, values))
    hold_back(rows, findings, PostingOutcome.HELD_BACK)
    return rows


def _to_value(cell: object) -> str | Decimal | None:
    if cell is None or isinstance(cell, Decimal):
        return cell
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _count_left(context: Context, store: Store) -> dict[str, int]:
    """Return what is left of this hour's limits, by meter."""
    profile, now = context.profile, context.clock.now()
    usage, limits, hour = store.usage(profile.account), profile.limits, WINDOWS[0].name
    return {
        meter: max(
            0, limits.capacity(hour, meter, Priority.NORMAL) - count_used(usage, hour, meter, now, limits.guard_seconds)
        )
        for meter in METERS
    }


def _build_question(
    profile: Profile, confirmed: ExperimentalWrite, result: PostingsResult, body: str
) -> PostingsQuestion:
    sums: dict[str, Decimal] = {}
    for row in result.rows:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + Decimal(row.amount)
    return PostingsQuestion(
        count=len(result.rows),
        method=result.method,
        sums=tuple(sums.items()),
        cost=_COST.fill(count=len(result.rows), requests=result.left["requests"], writes=result.left["writes"]),
        confirmed=confirmed,
        example=body,
        destination=Destination.of_profile(profile),
    )
