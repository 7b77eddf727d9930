"""The language of messages before the settings are read. It loads little: `armbulk --help` needs it."""

from armbulk.i18n import choose_language
from armbulk.settings.environment import read_environment


def read_default_language() -> str:
    """Return the language of messages before the settings are read."""
    return choose_language(read_environment())
