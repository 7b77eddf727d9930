"""Which runs are being sent now: a run that was begun and not ended may have lost its process."""

from typing import Any

from armbulk.app.session import Session
from armbulk.quota.limits import Account
from armbulk.results.run_result import list_runs


def find_sender(session: Session, account: Account) -> str:
    """Return which process sends for a client now, as it describes itself; "" for none."""
    return session.store.lock(account, 0).find_holder()


def list_runs_now(session: Session) -> list[dict[str, Any]]:
    """Return all runs as `armbulk runs` lists them; one whose process has ended without notice is `interrupted`."""
    runs = list_runs(session.store)
    if not any(run["state"] == "running" for run in runs):
        return runs
    accounts = {str(run.id): run.account for run in session.store.runs() if run.state == "running"}
    senders = {account: find_sender(session, account) for account in set(accounts.values())}
    for run in runs:
        if run["state"] == "running" and run["run"] in accounts and not senders[accounts[run["run"]]]:
            run["state"] = "interrupted"
    return runs
