"""armbulk: spreadsheets in and out of ARM, Amili's accounts receivable service.

    import armbulk

    with armbulk.connect(profile="acme") as session:
        checked = session.check("invoices.xlsx")
        plan = session.plan(checked)
        run = session.send(plan, progress=print)
        run.write("invoices.result.xlsx")

`docs/api.md` has more examples. The names below load when they are used, so that `armbulk --help` is instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from armbulk._version import __version__

if TYPE_CHECKING:
    from armbulk.app.check import CheckResult
    from armbulk.app.connect import connect
    from armbulk.app.dialog import Dialog
    from armbulk.app.exports import Export
    from armbulk.app.import_result import ImportResult
    from armbulk.app.plan import Plan
    from armbulk.app.resolve import ResolveResult
    from armbulk.app.session import Session
    from armbulk.errors import (
        ArmbulkError,
        FileError,
        ForbiddenError,
        Interrupted,
        LimitError,
        LoginError,
        QuestionError,
        ServerError,
        SettingsError,
        StoreError,
        Unfinished,
        UsageError,
    )
    from armbulk.model.outcome import Outcome
    from armbulk.model.progress import Progress
    from armbulk.model.read_options import ReadOptions
else:
    _MODULES = {
        "armbulk.app.connect": ("connect",),
        "armbulk.app.session": ("Session",),
        "armbulk.app.check": ("CheckResult",),
        "armbulk.app.plan": ("Plan",),
        "armbulk.app.import_result": ("ImportResult",),
        "armbulk.app.resolve": ("ResolveResult",),
        "armbulk.app.dialog": ("Dialog",),
        "armbulk.app.exports": ("Export",),
        "armbulk.model.outcome": ("Outcome",),
        "armbulk.model.progress": ("Progress",),
        "armbulk.model.read_options": ("ReadOptions",),
        "armbulk.errors": (
            "ArmbulkError",
            "FileError",
            "ForbiddenError",
            "Interrupted",
            "LimitError",
            "LoginError",
            "QuestionError",
            "ServerError",
            "SettingsError",
            "StoreError",
            "Unfinished",
            "UsageError",
        ),
    }
    _HOMES = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name):  # noqa: ANN001, ANN202 - type checkers read the imports above
        """Load a name of the public API."""
        if name not in _HOMES:
            raise AttributeError(f"module 'armbulk' has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value

    def __dir__():  # noqa: ANN202 - same
        """List the public API."""
        return sorted(__all__)


__all__ = [
    "ArmbulkError",
    "CheckResult",
    "Dialog",
    "Export",
    "FileError",
    "ForbiddenError",
    "ImportResult",
    "Interrupted",
    "LimitError",
    "LoginError",
    "Outcome",
    "Plan",
    "Progress",
    "QuestionError",
    "ReadOptions",
    "ResolveResult",
    "ServerError",
    "Session",
    "SettingsError",
    "StoreError",
    "Unfinished",
    "UsageError",
    "__version__",
    "connect",
]
