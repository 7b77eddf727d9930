"""The undo sheet of a run: what would have to be deleted or credited, for review. Nothing is sent."""

from pathlib import Path
from typing import Any

from armbulk.app.import_result import ImportResult
from armbulk.app.runs import list_run_files
from armbulk.results.run_result import recheck_files
from armbulk.results.undo import count_left, list_created, write_undo
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
    with temporary_file(target) as temporary:
        customers, documents = write_undo(temporary, stored.result, checked, used, stored.lang)
        path = replace_atomically(temporary, target, stored.clock, own=store.written_files.digests())
    store.written_files.record([path])
    return {
        "run": str(run.id),
        "customers": customers,
        "documents": documents,
        **count_left(stored.result),
        "file": str(path),
        "files_changed": checked is None,
    }
