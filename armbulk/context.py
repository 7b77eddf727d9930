"""What a use case works with: settings, clock, store and ARM client."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from armbulk.clock import Clock
from armbulk.settings.profile import Profile
from armbulk.store.address import database_file

if TYPE_CHECKING:
    import httpx

    from armbulk.model.progress import Progress
    from armbulk.model.system import ReceivablesSystem
    from armbulk.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """What a use case works with: settings, clock, and (in tests) a transport.

    Attributes:
        profile: the settings.
        clock: tells the time, waits, and knows of an interruption.
        transport: replaces the network.
        confirm_requests: asks whether an export may look for so many records, with so many requests, of so many that
            fit in an hour; without it nothing is confirmed.
    """

    profile: Profile
    clock: Clock
    transport: "httpx.BaseTransport | None" = None
    confirm_requests: Callable[[int, int, int], bool] = lambda *_: False

    def open_store(self) -> "Store":
        """Open the store of this profile."""
        from armbulk.store import Store

        profile = self.profile
        return Store(
            profile.store_url,
            self.clock,
            profile.synced_folders,
            shared=profile.shared_store,
            guard_folder=profile.guard_folder,
        )

    def has_store(self) -> bool:
        """Return whether the store of this profile exists."""
        return Path(database_file(self.profile.store_url)).exists()


def open_client(
    context: Context,
    on_progress: "Callable[[Progress], None] | None" = lambda _: None,
    *,
    max_seconds: float | None = None,
) -> "ReceivablesSystem":
    """Return ARM, as the profile reaches it. No other module names the class.

    `on_progress` is called before each wait for the login service; with None the login is tried once.
    A call takes at most `max_seconds`; None: as long as ARM may need.
    """
    from armbulk.arm.client import ArmClient
    from armbulk.arm.http import HttpClient
    from armbulk.model.system import MAX_CALL_SECONDS

    profile, clock = context.profile, context.clock
    http = HttpClient(
        profile.base_url,
        profile.client_no,
        profile.login,
        clock,
        context.transport,
        max_seconds or MAX_CALL_SECONDS,
        on_progress,
    )
    return ArmClient(http)
