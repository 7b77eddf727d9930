"""What a session knows without ARM: its settings and store, earlier runs, and the use of ARM's limits."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.clock import Clock
from armbulk.settings.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx
    import polars as pl

    from armbulk.app.evidence.bundle import EvidenceBundle
    from armbulk.app.evidence.verify import EvidenceReport
    from armbulk.app.history import PurgeResult
    from armbulk.app.import_result import ImportResult
    from armbulk.context import Context
    from armbulk.model.known_codes import KnownCodes
    from armbulk.store import Store


_KEPT_FILES = "exports/kept-*.db"
"""The files of `export.kept_records`, which is loaded only where there are some."""


class SessionHistory:
    """The part of `Session` that needs no login."""

    profile: Profile
    clock: Clock
    _transport: "httpx.BaseTransport | None"
    _store: "Store | None"

    @property
    def context(self) -> "Context":
        """Settings, clock and transport, for a use case; the secret may still be in the keyring."""
        from armbulk.context import Context

        return Context(self.profile, self.clock, self._transport)

    @property
    def store(self) -> "Store":
        """The store of this machine. StoreError when it cannot be used."""
        if self._store is None:
            self._store = self.context.open_store()
        return self._store

    def forget_kept_records(self) -> None:
        """Delete what comparisons have kept of ARM, once it is too old to be used."""
        now = self.clock.now()
        if any(path.stat().st_mtime < now for path in self.profile.home.glob(_KEPT_FILES)):
            from armbulk.export.kept_records import forget_kept_records

            forget_kept_records(self.profile.home, now)

    def run(self, number: int) -> "ImportResult":
        """Return an earlier run, as the store has it; StoreError if there is no run with this number."""
        from armbulk.app.history import load_run

        return load_run(self.context, self.store, number)

    def runs(self) -> "pl.DataFrame":
        """Return all runs, newest first, with the columns of `app.history.RUNS_SCHEMA`."""
        from armbulk.app.history import tabulate_runs

        return tabulate_runs(self.list_runs())

    def list_runs(self) -> list[dict[str, Any]]:
        """Return all runs, newest first, as the JSON of `armbulk runs` has them."""
        from armbulk.results.run_result import list_runs

        return list_runs(self.store)

    def usage(self) -> "pl.DataFrame":
        """Return ARM's limits, one row per window and meter, with the columns of `app.usage.METERS_SCHEMA`."""
        from armbulk.app.usage import tabulate_meters

        return tabulate_meters(self.describe_usage())

    def describe_usage(self) -> dict[str, Any]:
        """Return ARM's limits, as the JSON of `armbulk usage` has them."""
        from armbulk.app.usage import list_meters

        return list_meters(self.store, self.profile, self.clock.now())

    def describe_room(self) -> dict[str, Any]:
        """Return ARM's limits, and when there is room again; see `app.usage.describe_room`."""
        from armbulk.app.usage import describe_room

        return describe_room(self.store, self.profile, self.clock.now())

    def known_codes(self) -> "KnownCodes | None":
        """Return ARM's codes as they were read the last time; None: they never were, or the store cannot be used."""
        from armbulk.app.known_customers import find_known

        return find_known(self.context).get("codes")

    def purge(self, older_than: timedelta) -> "PurgeResult":
        """Remove the local data of the client's finished runs, and of exports, that ended longer ago."""
        from armbulk.app.history import purge_history

        return purge_history(self.context, self.store, older_than)

    def evidence(self, run: int, target: str | Path, *, with_input: bool = False) -> "EvidenceBundle":
        """Write one file that shows what a run sent, when, from which files, and what ARM answered.

        Args:
            run: The number of the run.
            target: The bundle (.zip); another file of this name is kept as .bak.
            with_input: Whether copies of the input files are in it. They have personal data.

        Raises:
            StoreError: There is no such run, or its data was deleted.
            Unfinished: Another process is sending it at this moment.
            UsageError: The target is one of the run's files.
            FileError: It cannot be written, or an input file was changed.
        """
        from armbulk.app.evidence.bundle import write_bundle

        return write_bundle(self.store, run, Path(target), self.profile.lang, self.clock, with_input=with_input)

    def check_evidence(
        self, bundle: str | Path, *, inputs: "Sequence[str | Path]" = (), manifest: str | None = None
    ) -> "EvidenceReport":
        """Find whether anything in an evidence bundle was changed.

        Where the run is in the local store, the bundle is compared with that, too.

        Args:
            bundle: The file.
            inputs: Files to compare with those that were read.
            manifest: The SHA-256 of the manifest that was written down.

        Raises:
            FileError: A file cannot be read.
        """
        from armbulk.app.evidence.verify import check_bundle

        store = self.store if self.context.has_store() else None
        return check_bundle(Path(bundle), [Path(name) for name in inputs], manifest, store, self.profile.lang)
