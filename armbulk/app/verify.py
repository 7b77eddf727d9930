"""Compare what ARM has with what a finished run sent, and write its result workbook again."""

from pathlib import Path

from armbulk.app.dialog import Dialog
from armbulk.app.history import load_run
from armbulk.app.import_result import ImportResult
from armbulk.app.imports import verify_target, write_result
from armbulk.app.read_back import READABLE_STATES, count_left, price_run, verify_result
from armbulk.app.runs import list_run_files, locate_result, verify_run_client
from armbulk.app.verification_price import describe_price
from armbulk.context import Context
from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.results.store_check import verify_target_is_no_input
from armbulk.store import Store

_PRICE = _("Reading back {price}.")


def verify_run(
    context: Context, store: Store, run_id: int, dialog: Dialog, *, target: str | Path | None, wait: bool
) -> ImportResult:
    """Read the accepted records of a run back, and write its result workbook again, with what was found.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run is.
        run_id: The run.
        dialog: Notes and progress.
        target: The result workbook; None: where it was written before.
        wait: Whether to wait for ARM's limits.

    Returns:
        The run; its `verify_error` is a limit, a failure or an interruption: the same call reads the rest.

    Raises:
        StoreError: There is no such run.
        SettingsError: The run belongs to another client.
        Unfinished: The run has not sent everything yet, or another process reads it back.
        UsageError: The result workbook would replace one of the run's files.
        FileError: The result workbook cannot be written.
    """
    run = store.run(run_id)
    verify_run_client(run, context.profile.account)
    path = locate_result(run, target)
    verify_target_is_no_input(path, list_run_files(run), replace_input=False)
    verify_target(path, context, dialog)
    result = load_run(context, store, run_id)
    if result.state not in READABLE_STATES:
        raise Unfinished(
            "run-unfinished",
            _("Run {run} has not sent everything yet", run=run_id),
            _("Continue with: armbulk resume {run}", run=run_id),
        )
    left = count_left(store.usage(run.account), context.profile.limits, context.clock.now())
    price = price_run(store, run)
    if price.most.requests:
        dialog.note(_PRICE.fill(price=describe_price(price, left)).text(context.profile.lang))
    verify_result(context, store, result, dialog, wait=wait)
    if isinstance(result.verify_error, Unfinished) and result.verify_error.code == "busy":
        raise result.verify_error  # the other process writes the workbook
    return write_result(result, path)
