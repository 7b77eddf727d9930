"""The store: what armbulk knows of its runs and of the quota, on disk before it is used."""

from armbulk.store.decisions import UnresolvedDocument
from armbulk.store.list_checks import ListCheck
from armbulk.store.locks import ClientLock
from armbulk.store.queries import HistoryMark, RunMark
from armbulk.store.rows import ITEM_SCHEMA, Batch, Run, StoreStamp, SubmitIntent
from armbulk.store.store import Store
from armbulk.store.written_files import WrittenFiles

__all__ = [
    "ITEM_SCHEMA",
    "Batch",
    "ClientLock",
    "HistoryMark",
    "ListCheck",
    "Run",
    "RunMark",
    "Store",
    "StoreStamp",
    "SubmitIntent",
    "UnresolvedDocument",
    "WrittenFiles",
]
