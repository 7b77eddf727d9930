"""One export from request to file: read the list, verify it, write it."""

from dataclasses import replace
from pathlib import Path

from armbulk.clock import iso
from armbulk.context import Context
from armbulk.export.changes import GONE_SUFFIX, ChangedRecords
from armbulk.export.fetched_list import FetchedList, fetch_list
from armbulk.export.request import ExportRequest
from armbulk.export.result import ExportResult, to_json
from armbulk.export.session import EXPORTS_FOLDER, ExportSession, OnProgress, snapshot_name
from armbulk.export.snapshot import read_start_time
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Filter
from armbulk.quota.limits import Account
from armbulk.store.checkpoints import purge_checkpoints
from armbulk.store.snapshots import purge_snapshots
from armbulk.validation import edits
from armbulk.writers.provenance import hash_client
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import sibling_path, write_raw, write_tables

OVERLAP = 86_400.0
"""Seconds before the last export from which ARM is asked for changes, because clocks differ.

The comparison drops what has not changed.
"""


def export_list(
    context: Context, request: ExportRequest, lang: str, *, waits: bool, fresh: bool, on_progress: OnProgress
) -> ExportResult:
    """Read a list, verify it and write it; what was read stays in the checkpoint until the file is complete.

    Args:
        context: settings, clock and transport.
        request: what to export.
        lang: language of the file and of texts in the result.
        waits: whether to wait for room in the quota; else LimitError.
        fresh: whether to delete what an interrupted export has read.
        on_progress: called with progress.
    """
    name = snapshot_name(context.profile.account, request)
    request = _narrow_to_changes(context, request, name)
    with (
        ExportSession(context, request, waits, on_progress) as session,
        session.open_previous_export(name) as previous,
    ):
        fetched = fetch_list(session, fresh=fresh, previous=previous)
        report = to_json(fetched, lang)
        changed = None
        if request.only_changes:
            changed = previous.compare(fetched.pages, fetched.rows)
            report["since"] = previous.to_json(is_complete=report["complete"])
        target = output_path(request.target, complete=report["complete"])
        with_gone = report["complete"] and not previous.has_changes_only
        paths = _write(context, fetched, target, lang, changed, with_gone=with_gone)
        if report["complete"]:
            session.save_snapshot(previous)
        session.is_done = bool(report["complete"])
    return ExportResult({**report, "files": [str(path) for path in paths]}, complete=report["complete"])


def _narrow_to_changes(context: Context, request: ExportRequest, name: str) -> ExportRequest:
    """Ask only for what changed since the last export, where ARM has a filter for that."""
    param = request.listing.changed_since
    started_at = None
    if request.only_changes and param:
        started_at = read_start_time(context.profile.home / EXPORTS_FOLDER, name)
    if started_at is None or param is None:
        return request
    condition = (param, str(iso(started_at - OVERLAP)))
    listing = replace(request.listing, filters=(*request.listing.filters, Filter(param)))
    return replace(request, listing=listing, root=replace(request.root, values=(*request.root.values, condition)))


def output_path(target: Path, *, complete: bool) -> Path:
    """Return the path of the file: the name of an incomplete one says so."""
    return target if complete else sibling_path(target, ".incomplete")


def _write(
    context: Context,
    fetched: FetchedList,
    target: Path,
    lang: str,
    changed: ChangedRecords | None,
    *,
    with_gone: bool,
) -> list[Path]:
    """Write the file, or files: all records, or those `changed` (and those gone)."""
    request, clock = fetched.request, context.clock
    if not request.is_raw:
        streams = fetched.streams(lang)
        if changed:
            streams = changed.streams(streams, lang, target.suffix[1:].lower(), with_gone=with_gone)
        if target.suffix.lower() == ".xlsx":
            streams = [*streams, *_base_stream(request, streams[0], context.profile.account)]
        return write_tables(target, streams, request.dialect, lang, clock)
    if changed is None:
        return write_raw(target, fetched.raw_records(), clock)
    paths = write_raw(target, changed.to_json_lines(), clock)
    if with_gone:
        paths += write_raw(sibling_path(target, GONE_SUFFIX), changed.gone_to_json_lines(), clock)
    return paths


def _base_stream(request: ExportRequest, stream: TableStream, account: Account) -> list[TableStream]:
    """A hidden copy of what can be sent back as a change: only cells that differ from it are sent."""
    key = request.resource.field(request.resource.key).path
    if not request.resource.updatable or key not in {column.path for column in stream.columns}:
        return []
    columns = (*stream.columns, ExportColumn(edits.export_marker(hash_client(account)), None))
    return [replace(stream, title=edits.BASE_SHEET, columns=columns, hidden=True)]


def purge_unfinished_exports(home: Path, before: float) -> int:
    """Delete checkpoints of exports that nobody continued since `before` (epoch seconds); return how many."""
    return purge_checkpoints(home / EXPORTS_FOLDER, before)


def purge_saved_snapshots(home: Path, before: float) -> int:
    """Delete snapshots of exports that were not renewed since `before` (epoch seconds); return how many."""
    return purge_snapshots(home / EXPORTS_FOLDER, before)
