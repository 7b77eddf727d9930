"""What a use case works with: settings, clock, store and ARM client."""

from dataclasses import dataclass
from pathlib import Path

import httpx

from armbulk.arm.client import ArmClient
from armbulk.arm.http import HttpClient
from armbulk.clock import Clock
from armbulk.model.system import ReceivablesSystem
from armbulk.settings.profile import Profile
from armbulk.store import Store
from armbulk.store.engine import database_file


@dataclass(frozen=True, slots=True)
class Context:
    """What a use case works with: settings, clock, and (in tests) a transport."""

    profile: Profile
    clock: Clock
    transport: httpx.BaseTransport | None = None

    def open_store(self) -> Store:
        """Open the store of this profile."""
        profile = self.profile
        return Store(
            profile.store_url,
            self.clock,
            profile.synced_folders,
            shared=profile.shared_store,
            guard_folder=profile.guard_folder,
        )

    def has_store(self) -> bool:
        """Return whether the store of this profile exists, as far as that can be told without opening it."""
        file = database_file(self.profile.store_url)
        return file is None or Path(file).exists()


def open_client(context: Context) -> ReceivablesSystem:
    """Return ARM, as the profile reaches it. No other module names the class."""
    profile = context.profile
    http = HttpClient(profile.base_url, profile.client_no, profile.login, context.clock, context.transport)
    return ArmClient(http)
