"""File names that Windows does not accept, or takes for something other than a file."""

import re
from pathlib import PureWindowsPath

from armbulk.i18n import Text, _

MAX_WINDOWS_PATH = 259
"""Characters of a path that Windows opens, unless long paths are switched on."""

_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*\x00-\x1f]')


def find_name_problem(path: str) -> Text | None:
    """Return why Windows would write a file to somewhere else, or not at all; None if its name is a usual one.

    What is written to `NUL.xlsx` is lost, and what is written to `result:march.xlsx` is hidden behind a file `result`.
    """
    name = PureWindowsPath(path).name
    if _DEVICE.fullmatch(name.partition(".")[0]):
        return _("{name} is the name of a device on Windows", name=name)
    if match := _NOT_IN_NAMES.search(name):
        return _("a file name on Windows cannot contain {character}", character=match[0])
    if name.endswith((" ", ".")):
        return _("a file name on Windows cannot end with a space or a dot")
    return None


def find_path_problem(path: str) -> Text | None:
    """Return why Windows may not open an absolute path; None if its length is a usual one."""
    if len(path) <= MAX_WINDOWS_PATH:
        return None
    return _(
        "the path has {n:number} characters, and Windows allows {limit:number}", n=len(path), limit=MAX_WINDOWS_PATH
    )
