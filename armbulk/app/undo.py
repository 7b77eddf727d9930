"""The undo sheet of a run: what would have to be deleted or credited, for review. Nothing is sent."""

from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.import_result import ImportResult
from armbulk.app.runs import list_run_files
from armbulk.results.run_result import recheck_files
from armbulk.results.undo import count_left, find_credited, find_opposite, list_created, write_undo
from armbulk.store import Run
from armbulk.writers.atomic import replace_atomically, temporary_file
from armbulk.writers.inputs import verify_no_input


def propose_undo(stored: ImportResult, target: Path) -> dict[str, Any]:
    """Write the undo sheet of a run that the store has, and return the JSON of `armbulk undo`.

    Raises:
        UsageError: The target is one of the run's files.
        FileError: The workbook cannot be written.
    """
    run, store = stored.result.run, stored.store
    if run is None:
        raise ValueError("nothing of it was sent")
    verify_no_input(target, [name.partition("#")[0] for name in list_run_files(run)], has_option=False)
    checked = recheck_files(run)
    keys = list_created(stored.result, "customers")["key_norm"].drop_nulls().to_list()
    used = store.find_used_customers(run.account, keys)
    credited, unclear = _find_credit_notes(stored, run)
    with temporary_file(target) as temporary:
        left_out = frozenset[int]().union(*credited.values())
        customers, documents = write_undo(temporary, stored.result, checked, used, stored.lang, left_out)
        path = replace_atomically(temporary, target, stored.clock, own=store.written_files.digests())
    store.written_files.record([path])
    return {
        "run": str(run.id),
        "customers": customers,
        "documents": documents,
        "credited": [{"run": str(number), "documents": len(keys)} for number, keys in credited.items()],
        "unclear_runs": [str(number) for number in unclear],
        **count_left(stored.result),
        "file": str(path),
        "files_changed": checked is None,
    }


def _find_credit_notes(stored: ImportResult, run: Run) -> tuple[dict[int, frozenset[int]], list[int]]:
    """Find what later runs have credited of a run.

    Only the files of a run have the reference of a credit note.

    Returns:
        Run → the documents (`no`) that it has credited; and the runs that may have credited some, but whose
        files were changed or removed.
    """
    credited: dict[int, frozenset[int]] = {}
    unclear = []
    documents = list_created(stored.result, "documents")
    sent = stored.store.sent_documents(run.account)
    is_later = (pl.col("run") > run.id) & pl.col("customer_norm").is_in(documents["customer_norm"].to_list())
    for number in sent.filter(is_later)["run"].unique().sort():
        pairs = find_opposite(documents, stored.store.items(number))
        if pairs.is_empty():
            continue
        checked = recheck_files(stored.store.run(number))
        if checked is None:
            unclear.append(number)
        elif keys := find_credited(pairs, checked).difference(*credited.values()):
            credited[number] = keys
    return credited, unclear
