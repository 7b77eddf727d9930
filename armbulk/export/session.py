"""The session of one export: its checkpoint, the store, the connection to ARM and the fetcher."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from armbulk.arm.decode import RecordDecoder
from armbulk.context import Context, open_client
from armbulk.errors import LoginError, Unfinished
from armbulk.export.checkpoint import Checkpoint
from armbulk.export.fetcher import Fetcher
from armbulk.export.incremental import PreviousExport
from armbulk.export.page_reader import PageReader
from armbulk.export.request import ExportRequest
from armbulk.export.request_budget import RequestBudget
from armbulk.i18n import _
from armbulk.model.progress import Progress
from armbulk.model.system import ReceivablesSystem
from armbulk.quota.limits import Account, Priority
from armbulk.rate_limited import RateLimitedClient
from armbulk.store import Store

EXPORTS_FOLDER = "exports"
"""Folder, within armbulk's own, of checkpoints and snapshots."""

OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class ExportSession:
    """What an export works with while it runs; a context manager.

    Attributes:
        context: settings, clock and transport.
        request: what to export.
        waits: whether to wait for room in the quota.
        on_progress: called with progress.
        is_done: whether the file is complete: then the checkpoint is deleted at the end.
        prefix: what the name of the checkpoint begins with: "" for that of an export.
        keep_until: until when the checkpoint is kept (epoch seconds); None: as long as no purge deletes it.
    """

    context: Context
    request: ExportRequest
    waits: bool
    on_progress: OnProgress
    store: Store = field(init=False)
    checkpoint: Checkpoint = field(init=False)
    fetcher: Fetcher = field(init=False)
    arm: ReceivablesSystem = field(init=False)
    is_done: bool = False
    prefix: str = ""
    keep_until: float | None = None

    def __enter__(self) -> Self:
        profile, clock, request = self.context.profile, self.context.clock, self.request
        name = f"{self.prefix}{build_checkpoint_name(profile.account, request)}"
        self.checkpoint = Checkpoint(profile.home / EXPORTS_FOLDER, name)
        self.store = self.context.open_store()
        _charge_orphans(self.store, profile.account)
        self.arm = open_client(self.context, self.on_progress)
        client = RateLimitedClient(
            self.store, self.arm, clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        decoder = RecordDecoder(request.resource, request.listing, request.is_raw)
        budget = RequestBudget(self.checkpoint, profile.limits, request.max_requests, self.context.confirm_requests)
        reader = PageReader(
            client,
            decoder,
            self.checkpoint.add_usage,
            self.waits,
            profile.poll_seconds,
            self.on_progress,
            budget.verify_call,
        )
        today = datetime.fromtimestamp(clock.now(), UTC).date()
        self.fetcher = Fetcher(reader, self.checkpoint, decoder, today, budget, self.on_progress)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.arm.close()
        self.store.close()
        self.checkpoint.file.close(delete=self.is_done and error is None, keep_until=self.keep_until)
        if isinstance(error, LoginError):
            error.hint = _("Check the base URL, the client number and the credentials. What was read is kept")

    @property
    def started_at(self) -> float:
        """When the export was started (epoch seconds), in this session or an earlier one."""
        return float(self.checkpoint.file.read_fact("begun", self.context.clock.now()))

    def open_previous_export(self, name: str) -> PreviousExport:
        """Return the last complete export with the snapshot `name`, to compare with and to replace."""
        request, path = self.request, self.checkpoint.file.path
        has_changes_only = request.listing.changed_since in dict(request.root.values)
        return PreviousExport(path.parent, name, path.stem, request.resource, has_changes_only)

    def own_files(self) -> frozenset[str]:
        """Return the SHA-256 of files that may be replaced: as armbulk wrote them, and no run was made of them."""
        return self.store.written_files.digests() - self.store.input_hashes()

    def record_files(self, paths: Iterable[Path]) -> None:
        """Record files that were just written."""
        self.store.written_files.record(paths)

    def save_snapshot(self, previous: PreviousExport) -> None:
        """Keep what this export read for the next comparison; its file is complete."""
        previous.save(self.started_at, self.context.clock.now())


def _charge_orphans(store: Store, account: Account) -> None:
    """Charge the reservations of processes that ended, unless another process is sending."""
    try:
        with store.lock(account, 0):
            store.charge_orphans(account)
    except Unfinished:
        return


def build_checkpoint_name(account: Account, request: ExportRequest) -> str:
    """Return the name of an export's checkpoint: the same query of the same client has the same."""
    query = [request.root.to_json(), sorted(request.ignored), request.is_raw]
    query += [request.purpose] if request.purpose else []
    return _hash_name(account, request, query)


def build_snapshot_name(account: Account, request: ExportRequest) -> str:
    """Return the name of an export's snapshot: the same whatever its columns and format."""
    root = request.root.to_json()
    root["values"] = sorted(root["values"])
    return _hash_name(account, request, [root])


def _hash_name(account: Account, request: ExportRequest, query: list[Any]) -> str:
    identity = [account.origin, account.client_no, request.resource.name, *query]
    return f"{request.resource.name}-{hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:24]}"
