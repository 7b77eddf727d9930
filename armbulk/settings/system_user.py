"""The user of the operating system."""

import getpass


def read_user_name() -> str:
    """Return the name of the operating system's user; "" when it has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
