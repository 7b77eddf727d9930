"""From checked files to a finished run: prepare, store, send, and say how it stands."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.context import Context, connect
from armbulk.errors import FileError, SettingsError, UsageError
from armbulk.model.progress import PollSettings, Progress
from armbulk.model.sheet import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.system import ReceivablesSystem
from armbulk.planning.batches import BatchEstimate, BatchLimits
from armbulk.planning.plan import ImportOptions, ImportPlan, PlanningInputs, plan_import
from armbulk.quota.limits import Account
from armbulk.redaction import personal_values, redact_items, redact_shown
from armbulk.results import report
from armbulk.sending.sender import Sender
from armbulk.sending.session import SendingSession
from armbulk.store import ITEM_SCHEMA, Run, Store
from armbulk.validation import edits
from armbulk.validation.check import Checked
from armbulk.writers.provenance import client_hash


@dataclass(frozen=True, slots=True)
class InputFiles:
    """The files as the caller named them, with what was said of them."""

    files: tuple[str, ...]
    reading: ReadOptions = DEFAULT_READ_OPTIONS


def build_plan(bench: Context, store: Store, checked: Checked, options: ImportOptions) -> ImportPlan:
    """Price what would be sent, with what this store knows of the client."""
    validate_lookup_options(look_up=options.look_up, first_import=options.first_import)
    validate_update_options(checked, options, bench.profile.account)
    profile = bench.profile
    inputs = PlanningInputs(
        sent_documents=store.sent_documents(profile.account),
        usage=store.usage(profile.account),
        limits=profile.limits,
        now=bench.clock.now(),
        batch_limits=BatchLimits(profile.batch_customers, profile.batch_documents, profile.batch_bytes),
        estimate=BatchEstimate(),
        history_since=store.history_since(profile.account),
    )
    return plan_import(checked, options, inputs)


def validate_update_options(checked: Checked, options: ImportOptions, account: Account) -> None:
    """Make sure that an exported workbook goes back as a change, and to whom it came from; UsageError otherwise."""
    exported = [sheet for sheet in checked.sheets if sheet.base is not None]
    for sheet in exported:
        if not options.update:
            raise UsageError(
                "export-needs-update",
                f"{sheet.file} is an export of armbulk: what was changed in it goes back with --update",
                f"`armbulk import {sheet.file} --update`; to create customers, use a workbook of your own",
            )
        if edits.whose(sheet) != client_hash(account):
            raise UsageError(
                "other-clients-export",
                f"{sheet.file} was not exported from client {account.client_no} at {account.origin}",
                "Choose the profile (or the settings) it was exported with",
            )
    if options.overwrite and not options.update:
        raise UsageError("overwrite-what", "--overwrite is for changes only", "Say --update as well, or leave it out")


def validate_lookup_options(*, look_up: bool, first_import: bool) -> None:
    """Make sure that not both are said; UsageError otherwise."""
    if look_up and first_import:
        raise UsageError("look-or-not", "--look-up and --first-import say opposite things", "Leave one of them out")


def verify_expected_totals(ready: ImportPlan, count: int | None, total: str | None) -> None:
    """Make sure that what goes out is what the caller expects; UsageError otherwise."""
    sending = ready.to_send
    if count is not None and sending.height != count:
        raise UsageError(
            "count-differs", f"{sending.height} records would be sent, {count} were expected", "Nothing was sent"
        )
    if total is None:
        return
    found = sending["amount"].drop_nulls().str.to_decimal(scale=2).sum() or Decimal(0)
    wanted = amount_of(total)
    if found != wanted:
        raise UsageError("total-differs", f"The documents add up to {found}, {wanted} was expected", "Nothing was sent")


def amount_of(text: str) -> Decimal:
    """An amount as it is typed on a command line; UsageError when it is none."""
    try:
        return Decimal(text.replace(" ", "").replace(",", "."))
    except ArithmeticError:
        raise UsageError("total-unreadable", f"{text!r} is not an amount", "Write it like 12500.50") from None


def create_run(bench: Context, store: Store, ready: ImportPlan, given: InputFiles) -> int:
    """Store the run before anything is sent; return its number."""
    profile = bench.profile
    method = "PUT" if ready.options.update else "POST"
    batches = [
        (batch.no, batch.resource, method if batch.resource == "customers" else "POST")
        for batch in ready.priced.batches
    ]
    new = {
        "origin": profile.account.origin,
        "client_no": profile.account.client_no,
        "profile": profile.name,
        "sha256": {str(Path(sheet.file).resolve()): sheet.sha256 + sheet.mapped_by for sheet in ready.checked.sheets},
        "options": {
            "files": [_absolute(name) for name in given.files],
            "sheets": [sheet.name for sheet in ready.checked.sheets],
            "reading": asdict(given.reading),
            "look_first": ready.lookups is not None and ready.lookups.documents > 0,
            "look_until": ready.lookups.until if ready.lookups else None,
            "first_import": ready.options.first_import,
            "overwrite": ready.options.overwrite,
        },
    }
    items = ready.items.with_columns(
        pl.lit(None, pl.String).alias("warnings"),
        pl.lit(None, pl.String).alias("reference"),
        pl.when(pl.col("outcome").is_not_null()).then(pl.lit(bench.clock.now())).alias("at"),
        pl.when(pl.col("outcome").is_null()).then(pl.col("payload", "base")),
    ).select([*ITEM_SCHEMA, "payload", "base"])
    return store.create_run(new, items, batches)


def sender_of(bench: Context, store: Store, run: Run, arm: ReceivablesSystem, **options: Any) -> Sender:
    """A session of one run, as the profile paces it."""
    profile = bench.profile
    pace = PollSettings(
        profile.poll_seconds, profile.settle_seconds, profile.wait_seconds, options.pop("for_windows", True)
    )
    session = SendingSession(store, arm, bench.clock, run, profile.limits, profile.user_id, pace, **options)
    return Sender(session)


def resume(
    bench: Context,
    store: Store,
    run: Run,
    *,
    for_windows: bool,
    tell: Callable[[Progress], None],
    look_first: bool | None = None,
) -> str:
    """Send what is left of a run and wait for its answers; return the run's state.

    `look_first`: whether documents are looked up before they go; None: as it was said when the run began.
    """
    if look_first is not None:
        store.log_decision(
            run.id, "each document is looked up first" if look_first else "first import, as a person said"
        )
    arm = connect(bench)
    try:
        return sender_of(bench, store, run, arm, for_windows=for_windows, tell=tell, look_first=look_first).resume()
    finally:
        arm.close()


def finish(store: Store, run_id: int, checked: Checked | None, target: Path, lang: str) -> report.RunResult:
    """Write the result workbook of a run as it stands; a finished run then forgets personal data.

    FileError says how to write it later: what was sent is in the store.
    """
    stood = report.load_result(store, run_id)
    try:
        path = report.write_results(stood, checked, target, lang, store.clock, store.stamp(run_id))
    except FileError as error:
        error.hint = f"What was sent is on record: `armbulk results {run_id} -o FILE` writes the workbook at any time"
        raise
    store.save_result_path(run_id, str(path))
    if stood.run and stood.run.state == "finished":
        said = personal_values(checked.all_tables(), checked.bases["base"]) if checked else None
        store.redact_run(run_id, lambda items: redact_items(items, said))
    return report.load_result(store, run_id)


def open_records(stood: report.RunResult) -> list[dict[str, Any]]:
    """Name every record that is in doubt or in conflict, for people."""
    chosen = redact_shown(stood.items.filter(pl.col("outcome").is_in(["in_doubt", "conflict"])))
    return [
        {
            "outcome": one["outcome"],
            "where": f"{one['resource']} row {one['row']}",
            "key": one["key"],
            "customer": one["customer_norm"],
            "amount": one["amount"],
            "currency": one["currency"] or "",
            "message": one["message"] or "",
        }
        for one in chosen.iter_rows(named=True)
    ]


def files_of(run: Run) -> Sequence[str]:
    """The files a run was made of, as absolute names."""
    return [str(name) for name in run.options["files"]]


def _absolute(name: str) -> str:
    path, mark, said = name.partition("#")
    return f"{Path(path).resolve()}{mark}{said}"


def latest_unfinished(store: Store, account: Account) -> Run:
    """Return the client's latest run that is not finished, or has no result workbook yet; UsageError without one."""
    for run in store.runs():
        if (run.state != "finished" or run.result is None) and run.account == account:
            return run
    raise UsageError("nothing-unfinished", "There is no unfinished run for this client", "`armbulk runs` lists all")


def verify_same_client(run: Run, account: Account) -> None:
    """Make sure that a run is carried on where it began; SettingsError otherwise."""
    if run.account != account:
        raise SettingsError(
            "other-client",
            f"Run {run.id} belongs to client {run.account.client_no} at {run.account.origin}",
            "Choose the profile (or the settings) it was begun with",
        )
