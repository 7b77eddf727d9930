"""What a shell completes: profiles and runs. It loads little, and no problem with settings or store stops it."""

from contextlib import suppress

from armbulk.errors import ArmbulkError
from armbulk.settings.config_file import list_profile_names
from armbulk.settings.environment import read_environment
from armbulk.settings.load import load_profile, locate_home
from armbulk.store.run_numbers import list_latest_runs

_MAX_RUNS = 20


def list_profiles_to_complete() -> list[str]:
    """Return the names of the profiles; [] if config.toml cannot be read."""
    with suppress(ArmbulkError):
        return list_profile_names(locate_home(read_environment()))
    return []


def list_runs_to_complete(profile: str | None) -> list[tuple[str, str]]:
    """Return the number and the state of the latest runs, newest first; [] if they cannot be read."""
    with suppress(ArmbulkError):
        return list_latest_runs(load_profile(read_environment(), profile).store_url, _MAX_RUNS)
    return []
