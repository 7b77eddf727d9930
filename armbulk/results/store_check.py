"""Which store a result workbook comes from, and whether this machine's store knows as much as the workbooks at hand."""

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from armbulk.errors import Unfinished, UsageError
from armbulk.i18n import _
from armbulk.model.sheet import Sheet
from armbulk.quota.limits import Account
from armbulk.store import Store, StoreStamp
from armbulk.writers.atomic import MAX_NAMES
from armbulk.writers.inputs import (
    back_up,
    find_input,
    result_suffix,
    verify_macro_suffix,
    verify_no_input,
    verify_workbook_target,
)
from armbulk.writers.provenance import RESULT_CATEGORY, Provenance, hash_client, read_category, read_provenance

_OLDER_COPY = _("the database is an older copy")
_OTHER_DATABASE = _("the workbook belongs to another database")
_ASK_ARM = _("Nothing was sent. Use --look-up to check each document in ARM before it is sent")
_ASK_ARM_OR_FIRST = _(
    "Nothing was sent. Use --look-up to check each document in ARM before it is sent, or --first-import if you know "
    "that ARM has none of them"
)


def choose_result_path(paths: Sequence[str], output: str | None) -> Path:
    """Return the path of the result workbook: `-o`, else NAME.result.xlsx beside the first file.

    A result workbook that is imported gets its own result; a file that is only called so does not, and none of the
    other files is replaced. With `-o NAME.csv` it is NAME.xlsx, beside the CSV files.
    """
    if output:
        return Path(output) if find_csv_target(output) is None else Path(output).with_suffix(".xlsx")
    first = Path(paths[0].partition("#")[0])
    suffix = result_suffix(_list_files(paths))
    result = _result_path(first, suffix)
    if find_input(result, [first]) is not None and not is_result(result):
        result = first.with_name(f"{first.stem}.result{suffix}")
    others = [path for path in list_paths(paths) if find_input(first, [path]) is None]
    numbers = count(2)
    while find_input(result, others) is not None:
        result = first.with_name(f"{first.stem}.{next(numbers)}.result{suffix}")
    return result


def find_csv_target(output: str | Path | None) -> Path | None:
    """Return where the outcomes are to be written as CSV, too: `-o NAME.csv`; None for nowhere."""
    return Path(output) if output and Path(output).suffix.lower() == ".csv" else None


def verify_csv_target(output: str | Path | None, sheets: Sequence[Sheet], files: Sequence[str]) -> None:
    """Make sure that CSV results are of CSV files, and replace none of them; UsageError otherwise.

    Args:
        output: `-o`.
        sheets: the sheets as they were read.
        files: the files, as they are named.
    """
    target = find_csv_target(output)
    if target is None:
        return
    if any(sheet.format != "csv" for sheet in sheets):
        raise UsageError(
            "no-csv-input",
            _("{target}: a CSV result is written only for CSV files", target=target),
            _("Use -o {name}", name=target.with_suffix(result_suffix(_list_files(files)))),
        )
    from armbulk.writers.csv_results import name_csv_files  # noqa: PLC0415 - writers are not needed to plan

    for path in name_csv_files(target, sheets):
        verify_no_input(path, list_paths(files))


def _result_path(path: Path, suffix: str) -> Path:
    return path.with_name(f"{path.stem.removesuffix('.result')}.result{suffix}")


def _list_files(paths: Sequence[str]) -> set[Path]:
    """Return the files of names on the command line (`FILE#Sheet`)."""
    return {Path(name.partition("#")[0]) for name in paths}


def list_paths(files: Sequence[str]) -> list[Path]:
    """Return the paths of files as they are named on the command line (`FILE#Sheet`)."""
    return [path for name in files for path in (Path(name), Path(name.partition("#")[0]))]


def is_result(path: Path) -> bool:
    """Return whether a file is a workbook that armbulk wrote for a result."""
    return read_category(path) == RESULT_CATEGORY


def prepare_target(target: Path, files: Sequence[str], *, replace_input: bool) -> None:
    """Keep a copy of the input that a result workbook is about to replace.

    Raises:
        UsageError: it must not replace it.
    """
    verify_target_is_no_input(target, files, replace_input=replace_input)
    if find_input(target, list_paths(files)) is not None:
        back_up(target)


def verify_target_is_no_input(target: Path, files: Sequence[str], *, replace_input: bool) -> None:
    """Make sure that a result workbook replaces no input but itself, and nothing but a workbook; else UsageError."""
    verify_workbook_target(target)
    verify_macro_suffix(target, _list_files(files))
    if not replace_input and not is_result(target):
        verify_no_input(target, list_paths(files))


def build_provenance(stamp: StoreStamp) -> Provenance:
    """Return the store's identity as a result workbook has it."""
    return Provenance(stamp.store, stamp.token, stamp.run, hash_client(stamp.account))


def verify_client(account: Account, files: Sequence[str]) -> None:
    """Make sure that no input is the result workbook of an import for another client or environment.

    Raises:
        UsageError: One is: its outcomes are true elsewhere only.
    """
    for path in list_paths(files):
        provenance = read_provenance(path)
        if provenance is not None and provenance.client_hash != hash_client(account):
            raise UsageError(
                "other-client",
                _("{path} is the result of an import for another client or another environment", path=path),
                _(
                    "Nothing was sent. Choose the profile of that client with --profile, or import the original file: "
                    "its records would be sent to this client."
                ),
            )


def verify_history(
    store: Store, account: Account, files: Sequence[str], target: Path, *, says_sent: bool = False
) -> None:
    """Make sure that no result workbook at hand comes from a run of this client that is not in the store.

    A store that was deleted, restored from an older copy, or belongs to another machine does not know what was sent
    since: from then on it trusts none of its own records of documents that may be older.

    Args:
        store: the store.
        account: the client.
        files: the files that are imported.
        target: the result workbook that would be written.
        says_sent: rows of the files say that ARM has their documents, so that a first import is no way out.

    Raises:
        Unfinished: a workbook comes from an unknown run.
    """
    store_id = store.identity()
    for path in _workbooks_at_hand(files, target):
        provenance = read_provenance(path)
        if provenance is None or provenance.client_hash != hash_client(account):
            continue
        if store.issued_token(provenance.token):
            continue
        store.reset_history(account)
        is_older = provenance.store_id == store_id
        reason = _OLDER_COPY if is_older else _OTHER_DATABASE
        raise Unfinished(
            "store-behind" if is_older else "store-other",
            _(
                "{path} comes from run {run_id}, which is not in this computer's database: {reason}",
                path=path,
                run_id=provenance.run_id,
                reason=reason,
            ),
            _ASK_ARM if says_sent else _ASK_ARM_OR_FIRST,
        )


def _workbooks_at_hand(files: Sequence[str], target: Path) -> Iterator[Path]:
    """The files themselves, and the results beside them."""
    for name in (*files, str(target)):
        path = Path(name.partition("#")[0])
        result = _result_path(path, result_suffix([path]))
        yield path
        yield result
        yield from (result.with_name(f"{result.stem}-{number}{result.suffix}") for number in range(2, MAX_NAMES))
