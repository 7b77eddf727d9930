"""One run: store it, send it, write its result workbook, find it again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from armbulk._version import __version__
from armbulk.app.check import InputFiles
from armbulk.context import Context, open_client
from armbulk.errors import FileError, SettingsError, UsageError
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.progress import PollSettings, Progress
from armbulk.model.record_messages import ALREADY_IN_ARM
from armbulk.model.system import ReceivablesSystem
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.items import list_said_sent
from armbulk.planning.plan import ImportPlan
from armbulk.quota.limits import Account
from armbulk.redaction import collect_personal_values, redact_items
from armbulk.results.file_columns import list_file_columns, list_key_columns
from armbulk.results.report import write_results
from armbulk.results.run_result import RunResult, load_result
from armbulk.results.store_check import choose_result_path, find_csv_target
from armbulk.sending.sender import Sender
from armbulk.sending.session import SendingSession
from armbulk.settings.system_user import read_user_name
from armbulk.store import ITEM_SCHEMA, ClientLock, ListCheck, Run, Store
from armbulk.validation.check import Checked
from armbulk.writers.provenance import hash_client, read_provenance


def create_run(
    context: Context,
    store: Store,
    plan: ImportPlan,
    inputs: InputFiles,
    list_checks: Sequence[ListCheck] = (),
    target: str | None = None,
    origin: Mapping[str, Any] | None = None,
) -> int:
    """Store the run before anything is sent; return its number.

    Args:
        context: Settings and clock.
        store: Where it is stored.
        plan: What is sent.
        inputs: The files.
        list_checks: Lists of ARM that were trusted, or not, for the plan.
        target: The result workbook; None: NAME.result.xlsx beside the first file.
        origin: What an evidence bundle needs to know (`evidence.origin.describe_origin`).
    """
    profile = context.profile
    method = "PUT" if plan.options.update else "POST"
    batches = [
        (batch.no, batch.resource, method if batch.resource == "customers" else "POST")
        for batch in plan.pricing.batches
    ]
    row = {
        "origin": profile.account.origin,
        "client_no": profile.account.client_no,
        "profile": profile.name,
        "sha256": {str(Path(sheet.file).resolve()): sheet.sha256 + sheet.mapped_by for sheet in plan.checked.sheets},
        "options": {**_describe_options(context, store, plan, inputs, target), "origin": origin},
    }
    items = plan.items.with_columns(
        pl.lit(None, pl.String).alias("warnings"),
        pl.lit(None, pl.String).alias("reference"),
        pl.when(pl.col("outcome").is_not_null()).then(pl.lit(context.clock.now())).alias("at"),
        pl.when(pl.col("outcome").is_null()).then(pl.col("payload", "base")),
    ).select([*ITEM_SCHEMA, "payload", "base"])
    is_kept = pl.col("outcome").is_null() | (pl.col("message") == ALREADY_IN_ARM)
    customers = plan.items.filter((pl.col("resource") == "customers") & is_kept)
    contents = CustomerHasher(store.hash_salt()).hash_customers(customers, update=plan.options.update)
    run_id = store.create_run(row, items, batches, contents)
    for check in list_checks:
        store.save_list_check(run_id, check)
    return run_id


def _describe_options(
    context: Context, store: Store, plan: ImportPlan, inputs: InputFiles, target: str | None
) -> dict[str, Any]:
    """What a run keeps of how it was started: files, choices, and who started it with which armbulk."""
    profile = context.profile
    return {
        "files": [_absolute_name(name) for name in inputs.files],
        "sheets": [sheet.name for sheet in plan.checked.sheets],
        "key_letters": list_key_columns(plan.checked),
        "columns": list_file_columns(plan.checked),
        "reading": asdict(inputs.options),
        "look_first": plan.lookups is not None and plan.lookups.documents > 0,
        "said_sent": list_said_sent(plan.items, plan.checked) if plan.options.look_up else [],
        "look_until": plan.lookups.until if plan.lookups else None,
        "sole_sender": profile.sole_sender and store.is_guarded(),
        "first_import": plan.options.first_import,
        "overwrite": plan.options.overwrite,
        "compare_customers": not plan.options.first_import,
        "customers_read": plan.customers_read,
        "verify": plan.options.verify,
        "user": read_user_name(),
        "client_name": profile.client_name,
        "armbulk": __version__,
        "target": str(Path(target).absolute()) if target else None,
    }


def _absolute_name(name: str) -> str:
    path, mark, selector = name.partition("#")
    return f"{Path(path).resolve()}{mark}{selector}"


def create_sender(
    context: Context,
    store: Store,
    run: Run,
    client: ReceivablesSystem,
    *,
    wait: bool = True,
    progress: Callable[[Progress], None] = lambda _: None,
    look_first: bool | None = None,
    lock: ClientLock | None = None,
) -> Sender:
    """Return the sender of a run, with the polling intervals of the profile."""
    profile = context.profile
    session = SendingSession(
        store,
        client,
        context.clock,
        run,
        profile.limits,
        profile.user_id,
        PollSettings(profile.poll_seconds, profile.settle_seconds, profile.wait_seconds, wait),
        on_progress=progress,
        look_first=look_first,
        sole_sender=profile.sole_sender and store.is_guarded(),
        lock=lock,
    )
    return Sender(session)


def send_run(
    context: Context,
    store: Store,
    run: Run,
    *,
    wait: bool,
    progress: Callable[[Progress], None],
    look_first: bool | None = None,
    lock: ClientLock | None = None,
) -> str:
    """Send what is left of a run and wait for its results; return the run's state.

    Args:
        context: Settings and clock, with the login for ARM.
        store: Where the run is.
        run: The run.
        wait: Whether to wait for ARM's limits; else the run is paused.
        progress: Called with each step.
        look_first: Whether documents are looked up before they are sent; None: as when the run was created.
        lock: The client's lock, if the caller has it.

    Raises:
        LoginError, LimitError, ServerError: The run is paused, and can be resumed.
    """
    if look_first is not None:
        reason = "each document is looked up first" if look_first else "first import, as a person confirmed"
        store.log_event(run.id, reason)
    client = open_client(context, progress)
    try:
        sender = create_sender(
            context, store, run, client, wait=wait, progress=progress, look_first=look_first, lock=lock
        )
        return sender.resume()
    finally:
        client.close()


def finish_run(
    store: Store, run_id: int, checked: Checked | None, target: Path, lang: str, csv: Path | None = None
) -> RunResult:
    """Write the result workbook of a run, and CSV files; the store of a finished run then forgets personal data.

    Raises:
        FileError: It cannot be written; the hint has the command that writes it later.
    """
    result = load_result(store, run_id)
    stamp = store.stamp(run_id)
    try:
        path = write_results(result, checked, target, lang, store.clock, store.written_files, stamp, csv)
    except FileError as error:
        error.hint = _(
            "The results are saved. Write the workbook at any time with: armbulk results {run} -o FILE", run=run_id
        )
        raise
    store.save_result_path(run_id, str(path))
    redact_finished_run(store, run_id, checked)
    return load_result(store, run_id)


def redact_finished_run(store: Store, run_id: int, checked: Checked | None) -> None:
    """Remove personal data from what the store keeps of a run, once it is finished."""
    if store.run(run_id).state == "finished":
        values = collect_personal_values(checked.all_tables(), checked.bases["base"]) if checked else None
        store.redact_run(run_id, lambda items: redact_items(items, values))


def list_run_files(run: Run) -> Sequence[str]:
    """Return the files a run was made of, as absolute names."""
    return [str(name) for name in run.options["files"]]


def locate_result(run: Run, output: str | Path | None = None) -> Path:
    """Return the path of a run's result workbook: `output`, else where it was written or was to be written before.

    If the result of a later run is there now, it stays, with what a person has entered in it since: the path gets the
    run's number.
    """
    target = output or run.result or run.options.get("target")
    path = choose_result_path(list_run_files(run), str(target) if target else None)
    there = None if output else read_provenance(path)
    if there is None or there.run_id <= run.id or there.client_hash != hash_client(run.account):
        return path
    return path.with_name(f"{path.stem.removesuffix('.result')}.run-{run.id}.result{path.suffix}")


def describe_lost_result(run: Run) -> Text:
    """Return why the file with the result workbook of a run is not that workbook any more; "" where it is."""
    path = Path(run.result or "")
    if not run.result or path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return NO_TEXT
    if not path.exists():
        return _("{file} is no longer there", file=path)
    provenance = read_provenance(path)
    if provenance is None:
        return _("{file} was replaced by another file", file=path)
    if provenance.run_id != run.id:
        return _("{file} is now the result of run {run}", file=path, run=provenance.run_id)
    return NO_TEXT


def locate_csv(run: Run, output: str | Path | None = None) -> Path | None:
    """Return where a run's outcomes are written as CSV, too: `-o NAME.csv` now, or when it was started."""
    planned = find_csv_target(run.options.get("target"))
    if output is None or (planned and Path(output).absolute() == planned.with_suffix(".xlsx")):
        return planned
    return find_csv_target(output)


def find_unfinished_run(store: Store, account: Account) -> Run:
    """Return the client's latest run that is not finished, or has no result workbook yet; UsageError without one."""
    for run in store.runs():
        if (run.state != "finished" or run.result is None) and run.account == account:
            return run
    raise UsageError(
        "nothing-unfinished", _("There is no unfinished run for this client"), _("Use `armbulk runs` to list all runs")
    )


def verify_run_client(run: Run, account: Account) -> None:
    """Make sure that a run is continued for the client it was created for; SettingsError otherwise."""
    verify_account(run.id, run.account, account)


def verify_account(number: int, owner: Account, account: Account) -> None:
    """Make sure that a run belongs to a client; SettingsError otherwise."""
    if owner != account:
        raise SettingsError(
            "other-client",
            _(
                "Run {run} belongs to client {client_no} at {origin}",
                run=number,
                client_no=owner.client_no,
                origin=owner.origin,
            ),
            _("Use the profile (or the settings) that it was started with"),
        )
