"""What every method of a session uses: the settings, the store, the login."""

from typing import TYPE_CHECKING, Self

from armbulk.clock import Clock
from armbulk.settings.profile import Profile

if TYPE_CHECKING:
    import httpx

    from armbulk.app.exports import Export
    from armbulk.app.import_result import ImportResult
    from armbulk.context import Context
    from armbulk.store import Store


_KEPT_LISTS = "exports/kept-*.db"
"""The files of `export.kept_records`, which is loaded only where there are some."""


class ClientSession:
    """The settings and the store of one client.

    Attributes:
        profile: The settings.
        clock: The time, and waiting.
    """

    def __init__(self, profile: Profile, clock: Clock, transport: "httpx.BaseTransport | None" = None) -> None:
        self.profile = profile
        self.clock = clock
        self._transport = transport
        self._store: Store | None = None
        self._unwritten: list[ImportResult] = []
        self._exports: list[Export] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store and what exports have read.

        Runs that are finished forget personal data, whether their workbook was written or not.
        """
        for export in self._exports:
            export.close()
        self._exports.clear()
        for result in self._unwritten:
            result.forget_personal_data()
        self._unwritten.clear()
        if self._store is not None:
            self._store.close()
            self._store = None
        self._forget_kept_lists()

    def _forget_kept_lists(self) -> None:
        """Delete what comparisons have kept of ARM, once it is too old to be used."""
        now = self.clock.now()
        if any(path.stat().st_mtime < now for path in self.profile.home.glob(_KEPT_LISTS)):
            from armbulk.export.kept_records import forget_kept_records

            forget_kept_records(self.profile.home, now)

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

    def require_login(self) -> "Context":
        """Return the context with the login for ARM; the secret may come from a file or the keyring.

        Raises:
            SettingsError: A setting is missing; the message names it.
        """
        from armbulk.app.login import add_login

        context = add_login(self.context)
        self.profile = context.profile
        return context

    def interrupt(self) -> None:
        """Request a run or an export to stop after its current call; a signal handler may call this."""
        self.clock.interrupt()
