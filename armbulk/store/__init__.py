"""The store: what armbulk knows of its runs and of the quota, on disk before it is used.

The names below load when they are used: a shell completes the numbers of runs without
loading what the store is made of.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armbulk.store.call_runs import CallRun
    from armbulk.store.decisions import UnresolvedDocument
    from armbulk.store.list_checks import ListCheck
    from armbulk.store.locks import ClientLock
    from armbulk.store.queries import HistoryMark, RunMark
    from armbulk.store.rows import ITEM_SCHEMA, Batch, Run, StoreStamp, SubmitIntent
    from armbulk.store.run_log import RunEvent, RunLookup
    from armbulk.store.store import Store
    from armbulk.store.verifications import READ_BACK_SCHEMA, Verification
    from armbulk.store.written_files import WrittenFiles
else:
    _MODULES = {
        "armbulk.store.call_runs": ("CallRun",),
        "armbulk.store.decisions": ("UnresolvedDocument",),
        "armbulk.store.list_checks": ("ListCheck",),
        "armbulk.store.locks": ("ClientLock",),
        "armbulk.store.queries": ("HistoryMark", "RunMark"),
        "armbulk.store.rows": ("ITEM_SCHEMA", "Batch", "Run", "StoreStamp", "SubmitIntent"),
        "armbulk.store.run_log": ("RunEvent", "RunLookup"),
        "armbulk.store.store": ("Store",),
        "armbulk.store.verifications": ("READ_BACK_SCHEMA", "Verification"),
        "armbulk.store.written_files": ("WrittenFiles",),
    }
    _MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Load a name when it is first used."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = value
        return value


__all__ = [
    "ITEM_SCHEMA",
    "READ_BACK_SCHEMA",
    "Batch",
    "CallRun",
    "ClientLock",
    "HistoryMark",
    "ListCheck",
    "Run",
    "RunEvent",
    "RunLookup",
    "RunMark",
    "Store",
    "StoreStamp",
    "SubmitIntent",
    "UnresolvedDocument",
    "Verification",
    "WrittenFiles",
]
