"""Delete customers in ARM that a person has named, one by one, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.call_result import CallResult
from armbulk.app.call_runs import (
    CallKind,
    CallRequest,
    calling,
    count_left_out,
    first_messages,
    recover_calls,
    start_calls,
)
from armbulk.app.call_settlement import Settlement
from armbulk.app.destination import Destination
from armbulk.app.dialog import DeleteQuestion, Dialog
from armbulk.app.imports import verify_target
from armbulk.context import Context
from armbulk.findings.frame import RenderedFinding, make_finding, merge_findings, render_findings
from armbulk.i18n import NO_TEXT, Text, _, ngettext, pack_text
from armbulk.model.call_state import CallState
from armbulk.model.deletion import DeleteOutcome, DeleteRow
from armbulk.model.keys import normalise_key_text
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.results.deletion_workbook import DELETION_SHEET
from armbulk.sending.customer_deletion import CustomerDeleter, read_name
from armbulk.store import Store
from armbulk.store.deletion_tables import DELETES
from armbulk.validation.delete_rows import DeleteSheets, read_delete_rows
from armbulk.waiting import LOOK_AGAIN, CallRepeater, CallWaiter
from armbulk.writers.inputs import verify_no_input

_FIELDS = {column.name: column for column in CUSTOMER_DELETES.fields}
_NOT_IN_ARM = _("ARM does not have this customer")
_RUN_OPEN = _("Run {run} has records of this customer without an outcome. Finish it first: armbulk resume {run}")


@dataclass(slots=True)
class DeletionResult(CallResult[DeleteRow]):
    """How a run that deletes customers ended.

    Attributes:
        left_alone: rows in which nothing is typed.
    """

    row_type = DeleteRow
    columns = ("customer_no", "name")

    left_alone: int = 0

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the JSON of `armbulk delete`; the outcomes add up to `rows`."""
        return {**CallResult.to_json(self, lang), "left_alone": self.left_alone}


def delete_customers(context: Context, store: Store, request: CallRequest, dialog: Dialog) -> DeletionResult:
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
    target = request.choose_target(".deleted.xlsx")
    verify_no_input(target, request.inputs, has_option=False)
    with dialog.reading():
        sheets = read_delete_rows(request.files, request.options)
    verify_target(target, context, dialog)
    account = context.profile.account
    with store.lock(account, 0):
        recover_calls(DELETE_CALLS, store, account)
        rows = _build_rows(store, sheets)
        with calling(
            DELETE_CALLS.never_fits, context, store, dialog.comparing(), LOOK_AGAIN, wait=request.wait
        ) as waiter:
            _create_deleter(waiter).read([row for row in rows if row.outcome is None])
        findings = merge_findings([sheets.findings, _compare(store, context, sheets, rows)])
        rendered = render_findings(findings, sheets.sheets, _FIELDS, context.profile.lang)
        _explain(rows, rendered)
        result = DeletionResult("stopped", rows, None, rendered, left_alone=sheets.left_alone)
        start_calls(
            DELETE_CALLS,
            context,
            store,
            request,
            target,
            result,
            dialog,
            lambda pending: dialog.confirm_delete(_build_question(context, pending, count_left_out(result.rows))),
        )
    return result


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


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
    messages = first_messages(findings)
    for row in rows:
        row.message = row.message or messages.get((row.file, row.sheet, row.row), "")


def _build_question(
    context: Context, rows: Sequence[DeleteRow], left_out: tuple[tuple[str, int], ...]
) -> DeleteQuestion:
    return DeleteQuestion(
        customers=tuple((row.customer_no, read_name(row)) for row in rows),
        destination=Destination.of_profile(context.profile),
        left_out=left_out,
    )


def _create_deleter(waiter: CallWaiter) -> CustomerDeleter:
    return CustomerDeleter(waiter.client, CallRepeater(waiter), waiter.on_progress)


def _send(_context: Context, waiter: CallWaiter, number: int, rows: Sequence[DeleteRow]) -> None:
    _create_deleter(waiter).delete(number, [row for row in rows if row.outcome is None])


def _allow(_context: Context) -> None:
    """Allow deletes with every profile."""


DELETE_CALLS = CallKind(
    command="delete",
    tables=DELETES,
    sheet=DELETION_SHEET,
    result=DeletionResult,
    verify=_allow,
    send=_send,
    never_fits=_("Your ARM limits do not allow customers to be deleted"),
    wrong_count=(
        _("{count} customers would be deleted, not {expected}"),
        _("Nothing was deleted. Check the file, or --expect-count."),
    ),
    unfinished=(
        "delete-unfinished",
        _("Run {run} has not deleted all its customers yet"),
        _("Continue with: armbulk resume {run}. End it without deleting the rest: armbulk resolve {run} --give-up"),
    ),
)

DELETE_SETTLEMENT = Settlement(
    kind=DELETE_CALLS,
    key="customer_no",
    question=ngettext(
        "{count} customer ({numbers}). {meaning}. Is that right?",
        "{count} customers ({numbers}). {meaning}. Is that right?",
    ),
    done=DeleteOutcome.DELETED,
    not_done=DeleteOutcome.NOT_SENT,
    marked=_("A person has found that ARM no longer has the customer"),
    given_up=_("A person has found that ARM still has the customer"),
    not_wanted=_("A person has decided not to send it"),
    never_again=(
        _("An unconfirmed delete is looked up in ARM before it is sent again"),
        _("Use: armbulk resume. Or --mark-created if ARM no longer has the customer, or --give-up if it has."),
    ),
    all_at_once=(
        _("Run {run} deletes customers: its unconfirmed customers are settled together"),
        _("Remove --keys-file and --expect-total"),
    ),
    save=Store.save_delete_answer,
)
