"""Customers of a file that a later import has changed: sending the file as it is sets them back, which a plan says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.plan import ImportPlan
from armbulk.quota.limits import Account
from armbulk.resources.identifiers import mask_national_id
from armbulk.store import Store
from armbulk.writers.provenance import hash_client, read_provenance

_MAX_NAMED = 10
"""How many customers are named; all are counted."""


@dataclass(frozen=True, slots=True)
class SetBackCustomers:
    """Customers that would get the values of an older file again.

    Attributes:
        rows: `no` of a record, the run that its file belongs to (`file_run`), and the later run that sent the customer
            (`run`).
    """

    rows: pl.DataFrame

    def to_json(self, plan: ImportPlan) -> dict[str, Any] | None:
        """Return those that are still sent: how many, the latest run, and the first numbers; None for none."""
        sent = plan.to_send.with_columns(mask_national_id(pl.col("key"))).join(
            self.rows, on="no", how="inner", maintain_order="left"
        )
        if sent.is_empty():
            return None
        files = [Path(plan.checked.sheets[index].file).name for index in sent["sheet"].unique().sort()]
        return {
            "customers": sent.height,
            "files": list(dict.fromkeys(files)),
            "file_run": sent["file_run"].max(),
            "later_run": sent["run"].max(),
            "first": sent["key"].head(_MAX_NAMED).to_list(),
        }


def find_set_back(store: Store, account: Account, plan: ImportPlan) -> SetBackCustomers:
    """Return the customers that would be sent from a file that is older than what ARM got of them from here.

    A file belongs to the run whose result it is, or to the latest run that read it as it is now. A file that a person
    has edited since belongs to none: what is in it was entered later.
    """
    sheets = [(index, run) for index, run in enumerate(_find_runs(store, account, plan)) if run]
    dated = pl.DataFrame(sheets, schema={"sheet": pl.UInt16, "file_run": pl.Int64}, orient="row")
    dated = dated.cast({"sheet": plan.to_send.schema["sheet"]})
    customers = plan.to_send.filter(pl.col("resource") == "customers").join(dated, on="sheet", how="inner")
    hasher = CustomerHasher(store.hash_salt())
    hashes = pl.Series("customer", hasher.hash_keys(customers["key"]), dtype=pl.String)
    later = customers.with_columns(hashes).join(
        store.sent_customers(account).select("customer", "run"), on="customer", how="inner", maintain_order="left"
    )
    return SetBackCustomers(later.filter(pl.col("run") > pl.col("file_run")).select("no", "file_run", "run"))


def _find_runs(store: Store, account: Account, plan: ImportPlan) -> list[int]:
    """The run that each sheet's file belongs to; 0 for none."""
    latest: dict[str, int] = {}
    for run in store.runs():
        if run.account == account:
            for digest in run.sha256.values():
                latest[digest[:64]] = max(run.id, latest.get(digest[:64], 0))
    runs = {
        sheet.file: max(latest.get(sheet.sha256[:64], 0), _read_run(store, account, sheet.file))
        for sheet in plan.checked.sheets
    }
    return [runs[sheet.file] for sheet in plan.checked.sheets]


def _read_run(store: Store, account: Account, file: str) -> int:
    """The run whose result a workbook is; 0 for none of this client and store."""
    provenance = read_provenance(Path(file))
    is_ours = provenance is not None and provenance.client_hash == hash_client(account)
    return provenance.run_id if provenance and is_ours and store.issued_token(provenance.token) else 0
