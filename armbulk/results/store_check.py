"""What result workbooks know of the store they came from, and whether this machine's store knows as much."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from armbulk.errors import Unfinished
from armbulk.quota.limits import Account
from armbulk.store import Store, StoreStamp
from armbulk.writers import workbooks


def result_path(paths: Sequence[str], given: str | None) -> Path:
    """Where the result workbook goes: `-o`, else NAME.result.xlsx beside the first file."""
    if given:
        return Path(given)
    first = Path(paths[0].partition("#")[0])
    return first.with_name(f"{first.stem.removesuffix('.result')}.result.xlsx")


def provenance_of(stamp: StoreStamp) -> workbooks.Provenance:
    """What a result workbook is to remember."""
    return workbooks.Provenance(stamp.store, stamp.token, stamp.run, workbooks.hash_client(stamp.account))


def verify_history(store: Store, account: Account, files: Sequence[str], target: Path) -> None:
    """Make sure that no result workbook at hand knows more of this client than the store; Unfinished otherwise.

    A store that was deleted, restored from an older copy, or is another machine's, does not know what was sent since:
    from then on it vouches for no document that may be older.
    """
    which = store.identity()
    for path in _at_hand(files, target):
        told = workbooks.read_provenance(path)
        if told is None or told.client_hash != workbooks.hash_client(account):
            continue
        if store.issued_token(told.token):
            continue
        store.reset_history(account)
        older = told.store_id == which
        why = "it is an older copy" if older else "the workbook comes from another store"
        raise Unfinished(
            "store-behind" if older else "store-other",
            f"{path} tells of run {told.run_id}, which the store of this machine does not know: {why}",
            "Nothing was sent. Go on with --look-up (each document is looked up at ARM before it goes), "
            "or with --first-import if ARM has certainly none of them",
        )


def _at_hand(files: Sequence[str], target: Path) -> Iterator[Path]:
    """The files themselves, and the results that stand beside them."""
    for name in (*files, str(target)):
        beside = result_path([name], None)
        yield Path(name.partition("#")[0])
        yield beside
        yield from (
            beside.with_name(f"{beside.stem}-{number}{beside.suffix}") for number in range(2, workbooks.MAX_NAMES)
        )
