"""The environment of the process. It loads little: `armbulk --help` reads it, too."""

import os
import sys
from collections.abc import Mapping


def read_environment() -> Mapping[str, str]:
    """Return the environment of the process; on Windows with the language of its windows, which it does not name."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows only
        import locale  # noqa: PLC0415 - same

        language = locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
        return {"LANG": language, **os.environ}
    return os.environ
