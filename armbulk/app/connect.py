"""Open a session for one client: `armbulk.connect`."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from armbulk.app.session import Session
from armbulk.clock import Clock, SystemClock
from armbulk.log import keep_silent
from armbulk.settings.environment import read_environment
from armbulk.settings.load import load_profile

if TYPE_CHECKING:
    import httpx


def connect(
    profile: str | None = None,
    *,
    settings: Mapping[str, str] = MappingProxyType({}),
    aup_file: str | Path | None = None,
    clock: Clock | None = None,
    transport: "httpx.BaseTransport | None" = None,
    new_profile: bool = False,
) -> Session:
    """Return a session for one client. Nothing is opened or called yet.

    Settings are taken in this order: `settings`, the environment, the profile in config.toml, defaults.

    Args:
        profile: The name of a profile of config.toml; None: ARMBULK_PROFILE, else `default`.
        settings: Settings by their environment names, like `{"ARMBULK_CLIENT_SIZE": "M"}`.
        aup_file: A TOML file with limits that replace the built-in ones.
        clock: What tells the time and waits; None: this machine's.
        transport: What carries HTTP requests; None: the network.
        new_profile: Whether the profile need not exist yet.

    Raises:
        SettingsError: A setting is wrong, or there is no such profile. What is missing to call ARM is an error only
            when ARM is called.
    """
    keep_silent()
    environ = {**read_environment(), **settings}
    options = {name.removeprefix("ARMBULK_").lower(): value for name, value in settings.items()}
    limits = Path(aup_file) if aup_file is not None else None
    loaded = load_profile(environ, profile, options, limits, new=new_profile)
    return Session(loaded, clock or SystemClock(), transport)
