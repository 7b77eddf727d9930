"""Read the accepted records of a run back from ARM, and compare them with what was sent. Nothing is sent."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from armbulk.app.dialog import Dialog, ReportProgress
from armbulk.app.import_result import ImportResult
from armbulk.app.runs import verify_run_client
from armbulk.arm.decode import read_raw_records
from armbulk.context import Context, open_client
from armbulk.errors import ArmbulkError, LoginError
from armbulk.export.fetched_list import fetch_list
from armbulk.export.page_reader import is_list_missing
from armbulk.export.pricing import measure
from armbulk.export.request import ExportRequest
from armbulk.export.session import ExportSession
from armbulk.model.partition import Partition
from armbulk.planning.verification_price import (
    MAX_SINGLE_LOOKUPS,
    VerificationPrice,
    is_list_cheaper,
    price_verification,
)
from armbulk.quota.limits import Priority, QuotaLimits, Usage, count_used
from armbulk.rate_limited import RateLimitedClient
from armbulk.resources import RESOURCES
from armbulk.results.control_totals import select_accepted
from armbulk.results.run_result import load_result
from armbulk.sending.read_back import MAX_REPEATS, ReadBack
from armbulk.store import Run, Store, Verification
from armbulk.writers.tables import CSV_DIALECT_NAMES

MAX_AGE_SECONDS = 86_400.0
"""How long an interrupted reading is continued; after that it begins again."""

READABLE_STATES = frozenset({"finished", "in_doubt"})
"""States of runs that have sent everything."""


def count_left(usage: Usage, limits: QuotaLimits, now: float) -> int:
    """Return how many requests are left this hour."""
    used = count_used(usage, "hour", "requests", now, limits.guard_seconds)
    return max(limits.capacity("hour", "requests", Priority.NORMAL) - used, 0)


def price_run(store: Store, run: Run) -> VerificationPrice:
    """Return what reading a run's accepted records back costs, or what an interrupted reading has left."""
    left = _select_left(store, run)[0]
    documents = int((left["resource"] == "documents").sum())
    return price_verification(documents, left.height - documents)


def read_back_run(context: Context, store: Store, run: Run, dialog: Dialog, *, wait: bool) -> None:
    """Read the accepted records of a run back, or what an interrupted reading has left, and store what ARM has.

    Args:
        context: With the login for ARM (see `add_login`).
        store: Where the run is.
        run: The run.
        dialog: Progress.
        wait: Whether to wait for ARM's limits; else LimitError.

    Raises:
        SettingsError: The run belongs to another client.
        Unfinished: Another process reads records of the client back.
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
    """
    verify_run_client(run, context.profile.account)
    with store.lock_reading_back(run.account):
        _read_back(context, store, run, dialog, wait=wait)


def _read_back(context: Context, store: Store, run: Run, dialog: Dialog, *, wait: bool) -> None:
    left, is_new = _select_left(store, run)
    if is_new:
        store.begin_verification(run.id)
    documents, customers = (left.filter(pl.col("resource") == name) for name in ("documents", "customers"))
    profile = context.profile
    with dialog.sending() as progress, closing(open_client(context, progress)) as system:
        client = RateLimitedClient(
            store, system, context.clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        reading = ReadBack(client, run.id, wait, profile.poll_seconds, progress)
        if documents.height > MAX_SINGLE_LOOKUPS:
            documents = _compare_with_list(context, run, reading, documents, progress, wait=wait)
        reading.expect(documents.height + customers.height)
        is_recent = context.clock.now() - (run.ended or run.created) < profile.settle_seconds
        reading.look_up_documents(documents, repeats=MAX_REPEATS if is_recent else 0)
        if customers.height:
            reading.check_customers(customers)
    store.end_verification(run.id)


def verify_result(context: Context, store: Store, result: ImportResult, dialog: Dialog, *, wait: bool) -> ImportResult:
    """Read the accepted records of an import back; what keeps it from being read is noted, the import is done anyway.

    A run that has not sent everything yet is read back when it has.
    """
    run = result.result.run
    if run is None or result.state not in READABLE_STATES:
        return result
    try:
        read_back_run(context, store, store.run(run.id), dialog, wait=wait)
    except ArmbulkError as error:
        result.verify_error = error
    result.result = load_result(store, run.id)
    return result


def _select_left(store: Store, run: Run) -> tuple[pl.DataFrame, bool]:
    """Return the accepted records that are to be read, and whether a reading begins; else one is continued."""
    accepted = select_accepted(load_result(store, run.id).items)
    before = store.verification(run.id)
    if before is None or before.ended or store.clock.now() - before.started > MAX_AGE_SECONDS:
        return accepted, True
    return accepted.join(before.read, on="no", how="anti", maintain_order="left"), False


def _compare_with_list(
    context: Context, run: Run, reading: ReadBack, documents: pl.DataFrame, progress: ReportProgress, *, wait: bool
) -> pl.DataFrame:
    """Compare documents with ARM's list of their dates, where that costs less; return those to be looked up."""
    request = _build_request(run, documents)
    if request is None:
        return documents
    try:
        with ExportSession(context, request, wait, progress) as session:
            _begin_list(session, reading.client.store.verification(run.id))
            size = measure(session)
            if not is_list_cheaper(size.records, documents.height, context.profile.limits):
                reading.compare_listed(documents.clear(), (), session.checkpoint.usage)
                session.is_done = True
                return documents
            fetched = fetch_list(session, fresh=False)
            records, repeated = map(read_raw_records, (fetched.raw_records(), fetched.repeated_records()))
            left = reading.compare_listed(documents, records, session.checkpoint.usage, repeated)
            session.is_done = True
    except ArmbulkError as error:
        if isinstance(error, LoginError) or is_list_missing(error):
            return documents  # single records may be readable all the same
        raise
    return documents.filter(pl.col("no").is_in(left))


def _begin_list(session: ExportSession, verification: Verification | None) -> None:
    """Forget what an earlier reading has read of the list: it shows what ARM had then."""
    file = session.checkpoint.file
    if verification is not None and session.started_at < verification.started:
        file.clear()
    file.save_fact("begun", session.started_at)


def _build_request(run: Run, documents: pl.DataFrame) -> ExportRequest | None:
    """The list of documents of their dates, without lines; None where a document has no date."""
    resource = RESOURCES["documents"]
    first, last = documents["date"].min(), documents["date"].max()
    if resource.listing is None or documents["date"].null_count() or not isinstance(first, str):
        return None
    root = Partition(first=date.fromisoformat(first), last=date.fromisoformat(str(last)))
    listing = replace(resource.listing, options=())
    target = Path(f"verify-{run.id}.jsonl")  # nothing is written; the ending keeps each record's own JSON
    purpose = f"verify run {run.id}"
    return ExportRequest(resource, listing, root, frozenset(), (), target, CSV_DIALECT_NAMES[0], purpose=purpose)
