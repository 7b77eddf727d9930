"""The kinds of runs of single calls, and which of them a run is."""

from typing import Any

from armbulk.app.call_runs import CallKind
from armbulk.app.call_settlement import Settlement
from armbulk.app.deletion import DELETE_CALLS, DELETE_SETTLEMENT
from armbulk.app.due_dates import DUE_DATE_CALLS, DUE_DATE_SETTLEMENT
from armbulk.app.reservation import RESERVATION_SETTLEMENT, RESERVE_CALLS
from armbulk.quota.limits import Account
from armbulk.store import CallRun, Store

CALL_KINDS: tuple[CallKind[Any], ...] = (DELETE_CALLS, RESERVE_CALLS, DUE_DATE_CALLS)
SETTLEMENTS: tuple[Settlement[Any], ...] = (DELETE_SETTLEMENT, RESERVATION_SETTLEMENT, DUE_DATE_SETTLEMENT)
"""How a person settles what is unconfirmed, or ends a run, of each kind."""


def find_calls(store: Store, number: int) -> tuple[CallKind[Any], CallRun] | None:
    """Return the run of single calls with a number, and its kind; None: it is an import, or there is none."""
    runs = ((kind, store.call_run(kind.tables, number)) for kind in CALL_KINDS)
    return next(((kind, run) for kind, run in runs if run is not None), None)


def choose_calls(store: Store, account: Account, number: int | None) -> tuple[CallKind[Any], CallRun] | None:
    """As `find_calls`; without a number: the client's latest unfinished run, None where that is an import."""
    if number is not None:
        return find_calls(store, number)
    imports = [run.id for run in store.runs() if run.account == account and run.state != "finished"]
    latest = max(imports, default=0)
    calls = [
        (kind, run)
        for kind in CALL_KINDS
        for run in store.call_runs(kind.tables)
        if run.account == account and run.state != "finished" and run.id > latest
    ]
    return max(calls, key=lambda pair: pair[1].id, default=None)
