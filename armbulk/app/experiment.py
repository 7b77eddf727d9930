"""Writes that are off until the profile names who at Amili confirmed the form of the request, and when."""

from armbulk.errors import SettingsError
from armbulk.i18n import Text
from armbulk.model.request_form import ExperimentalWrite
from armbulk.settings.profile import Profile


def require_experiment(profile: Profile, write: str, message: Text, hint: Text) -> ExperimentalWrite:
    """Return who confirmed the form of a write.

    Args:
        profile: the profile.
        write: the name of its table below `[experimental]`.
        message: that it is off.
        hint: what to ask Amili for, and what to write in {path} for the profile {name}.

    Raises:
        SettingsError: The profile does not name anyone.
    """
    confirmed = profile.experimental.get(write)
    if confirmed is None:
        path = profile.home / "config.toml"
        raise SettingsError("not-confirmed", message, hint.fill(path=path, name=profile.name, write=write))
    return confirmed
