"""One export from request to file: read the list, verify it, write it."""

import logging
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.clock import Clock, format_iso
from armbulk.context import Context
from armbulk.export.changes import GONE_SUFFIX, ChangedRecords
from armbulk.export.fetched_list import FetchedList, fetch_list
from armbulk.export.incremental import PreviousExport
from armbulk.export.request import ExportRequest
from armbulk.export.result import to_json
from armbulk.export.session import EXPORTS_FOLDER, ExportSession, OnProgress, build_snapshot_name
from armbulk.export.snapshot import read_start_time
from armbulk.model.columns import ExportColumn
from armbulk.model.fields import Filter
from armbulk.quota.limits import Account
from armbulk.store.checkpoints import purge_checkpoints
from armbulk.store.snapshots import purge_snapshots
from armbulk.writers.table_stream import TableStream
from armbulk.writers.tables import sibling_path, write_raw, write_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armbulk.writers.report_sheets import ReportSheet

_log = logging.getLogger(__name__)

OVERLAP = 86_400.0
"""Seconds before the last export from which ARM is asked for changes, because clocks differ.

The comparison drops what has not changed.
"""


@dataclass(slots=True)
class ListExport:
    """A list that was read and verified; its records stay in a checkpoint on disk until it is written.

    Attributes:
        session: the session that read it, still open.
        previous: the last export of the same, and the snapshot of this one.
        fetched: the records.
        changed: those that are new or changed; None when all are wanted.
        report: the JSON of `armbulk export`, without files.
        agrees: a list alone is compared with nothing.
    """

    session: ExportSession
    previous: PreviousExport
    fetched: FetchedList
    changed: ChangedRecords | None
    report: dict[str, Any]
    agrees: bool = True

    @property
    def complete(self) -> bool:
        """Whether no record is missing."""
        return bool(self.report["complete"])

    def streams(self, lang: str, file_format: str) -> list[TableStream]:
        """Return the tables: all records, or those changed (and those deleted), and their lines."""
        streams = self.fetched.streams(lang)
        if self.changed:
            streams = self.changed.streams(streams, lang, file_format, with_gone=self._with_gone)
        return streams

    def report_sheets(self, lang: str) -> "Sequence[ReportSheet]":
        """Return no sheets: a list alone has no sums by account or age."""
        del lang
        return ()

    @property
    def _with_gone(self) -> bool:
        return self.complete and not self.previous.has_changes_only

    def write(self, target: Path, dialect: str, lang: str) -> list[Path]:
        """Write the file, or files; an incomplete one has `incomplete` in its name."""
        path, clock = choose_output_path(target, complete=self.complete), self.session.context.clock
        own = self.session.own_files()
        if target.suffix.lower() == ".jsonl":
            paths = self._write_raw(path, clock, own)
        else:
            streams = self.streams(lang, path.suffix[1:].lower())
            if path.suffix.lower() == ".xlsx":
                account = self.session.context.profile.account
                streams = [*streams, *_base_stream(self.fetched.request, streams[0], account)]
            paths = write_tables(path, streams, dialect, lang, clock, own=own)
        self.session.record_files(paths)
        self.mark_done()
        return paths

    def _write_raw(self, path: Path, clock: Clock, own: frozenset[str]) -> list[Path]:
        if self.changed is None:
            return write_raw(path, self.fetched.raw_records(), clock, own)
        paths = write_raw(path, self.changed.to_json_lines(), clock, own)
        if self._with_gone:
            gone = self.changed.gone_to_json_lines()
            paths += write_raw(sibling_path(path, GONE_SUFFIX), gone, clock, own)
        return paths

    def mark_done(self) -> None:
        """The records are where they belong: of a complete list, keep the snapshot and delete the checkpoint."""
        if self.complete and not self.session.is_done:
            self.session.save_snapshot(self.previous)
            self._keep_customers()
            self.session.is_done = True

    def _keep_customers(self) -> None:
        """Keep which customers ARM has, where all were read: a check of files does not warn about them."""
        from armbulk.planning.customer_hashes import CustomerHasher  # noqa: PLC0415 - only for customers

        request, store = self.fetched.request, self.session.store
        if request.resource.name == "customers" and not request.root.values and not request.only_changes:
            hasher, path = CustomerHasher(store.hash_salt()), request.resource.field(request.resource.key).path
            pages = (items[path].drop_nulls() for items, _ in self.fetched.pages() if path in items.columns)
            hashes = [customer for numbers in pages for customer in hasher.hash_keys(numbers)]
            store.save_customer_list(self.session.context.profile.account, hashes)


def open_list(
    stack: ExitStack,
    context: Context,
    request: ExportRequest,
    lang: str,
    *,
    waits: bool,
    fresh: bool,
    on_progress: OnProgress,
) -> ListExport:
    """Read a list and verify it; what was read stays in the checkpoint until `stack` is closed.

    Args:
        stack: closes the session.
        context: settings, clock and transport.
        request: what to export.
        lang: language of texts in the report.
        waits: whether to wait for room in the quota; else LimitError.
        fresh: whether to delete what an interrupted export has read.
        on_progress: called with progress.
    """
    name = build_snapshot_name(context.profile.account, request)
    request = _narrow_to_changes(context, request, name)
    session = stack.enter_context(ExportSession(context, request, waits, on_progress))
    previous = stack.enter_context(session.open_previous_export(name))
    fetched = fetch_list(session, fresh=fresh, previous=previous)
    report = to_json(fetched, lang)
    _log.info(
        "List read",
        extra={"resource": request.resource.name, "records": report["rows"], "complete": report["complete"]},
    )
    changed = None
    if request.only_changes:
        changed = previous.compare(fetched.pages, fetched.rows)
        report["since"] = previous.to_json(is_complete=report["complete"])
    return ListExport(session, previous, fetched, changed, report)


def _narrow_to_changes(context: Context, request: ExportRequest, name: str) -> ExportRequest:
    """Ask only for what changed since the last export, where ARM has a filter for that."""
    param = request.listing.changed_since
    started_at = None
    if request.only_changes and param:
        started_at = read_start_time(context.profile.home / EXPORTS_FOLDER, name)
    if started_at is None or param is None:
        return request
    condition = (param, str(format_iso(started_at - OVERLAP)))
    listing = replace(request.listing, filters=(*request.listing.filters, Filter(param)))
    return replace(request, listing=listing, root=replace(request.root, values=(*request.root.values, condition)))


def choose_output_path(target: Path, *, complete: bool) -> Path:
    """Return the path of the file: an incomplete one has `incomplete` in its name."""
    return target if complete else sibling_path(target, ".incomplete")


def _base_stream(request: ExportRequest, stream: TableStream, account: Account) -> list[TableStream]:
    """A hidden copy of what can be sent back as a change: only cells that differ from it are sent."""
    from armbulk.validation import edits  # noqa: PLC0415 - only for workbooks
    from armbulk.writers.provenance import hash_client  # noqa: PLC0415 - only for workbooks

    key = request.resource.field(request.resource.key).path
    if not request.resource.updatable or key not in {column.path for column in stream.columns}:
        return []
    columns = (*stream.columns, ExportColumn(edits.make_export_marker(hash_client(account)), None))
    return [replace(stream, title=edits.BASE_SHEET, columns=columns, hidden=True)]


def purge_unfinished_exports(home: Path, before: float) -> int:
    """Delete checkpoints of exports that were not continued since `before` (epoch seconds); return how many."""
    return purge_checkpoints(home / EXPORTS_FOLDER, before)


def purge_saved_snapshots(home: Path, before: float) -> int:
    """Delete snapshots of exports that were not renewed since `before` (epoch seconds); return how many."""
    return purge_snapshots(home / EXPORTS_FOLDER, before)
