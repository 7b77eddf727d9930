"""The versions of armbulk, of Python, of the system, and of the libraries armbulk uses."""

import platform
import re
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from armbulk._version import __version__


def list_versions() -> dict[str, Any]:
    """Return the versions, as the JSON of `armbulk version` has them; not installed, armbulk names no libraries."""
    return {
        "armbulk": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "libraries": dict(_list_libraries()),
    }


@cache
def _list_libraries() -> dict[str, str]:
    """Return the version of each library that armbulk requires to run."""
    libraries = {}
    with suppress(PackageNotFoundError):
        for requirement in requires("armbulk") or ():
            if "extra ==" not in requirement:
                name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
                libraries[name] = version(name)
    return libraries
