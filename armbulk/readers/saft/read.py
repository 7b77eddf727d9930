"""Read an export of a ledger in the format SAF-T Financial of Norway, in one file, in a zip file or in parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.ledger_export import PART_COLUMNS, LedgerExport
from armbulk.model.postings import Postings
from armbulk.readers.damage import SPLIT
from armbulk.readers.saft.entries import EntriesReader, PartEntries
from armbulk.readers.saft.header import refuse_mixed_parts
from armbulk.readers.saft.master_files import MasterFiles, MasterFilesReader
from armbulk.readers.saft.overlap import refuse_overlap
from armbulk.readers.saft.posting_store import PostingStore
from armbulk.readers.saft.sources import MAX_FILE_BYTES, USE_EACH_ONCE, XmlSource, list_sources, open_source


@dataclass(frozen=True, slots=True)
class LedgerLimits:
    """How much of an export is read at most; a larger one is refused by name.

    Attributes:
        file_bytes: The size of a file, of a zip file, and of each file in it when it is unpacked. The format allows
            2 GB.
        customers: Customers of all parts. One takes about 1 kB of memory.
        lines: Postings on receivables of all parts. Beyond `SPILL_ROWS` they take disk, about 100 bytes each, and no
            memory; other postings take neither.
    """

    file_bytes: int = MAX_FILE_BYTES
    customers: int = 1_000_000
    lines: int = 20_000_000


DEFAULT_LIMITS = LedgerLimits()

Progress = Callable[[int, int], object]
"""Is called with the bytes that were read so far, and with those of all files, unpacked."""


def read_ledger_export(
    paths: Sequence[Path],
    limits: LedgerLimits = DEFAULT_LIMITS,
    report: Progress | None = None,
    folder: Path | None = None,
) -> LedgerExport:
    """Read the header, accounts, customers and receivables of one export.

    Each file is read twice: first its customers, which name the accounts of receivables, then its vouchers. The version
    that the file states decides nothing; its elements do. Files may be in any order.

    Args:
        paths: The parts of the export: XML files and zip files with XML files. At least one.
        limits: How much is read at most.
        report: Called at the beginning, and while the vouchers are read; 2 GB take about two minutes.
        folder: An empty folder for many postings. The export is read from it until it is removed. None: all of them are
            in memory.

    Raises:
        FileError: A file cannot be read, is not valid XML, is not SAF-T Financial of Norway, has an unsafe element or
            a value that is not valid, or the files are not the parts of one export. The whole export is refused.
    """
    sources = list_sources(paths, limits.file_bytes)
    if report:
        report(0, sum(source.size for source in sources))
    parts = {source.name: _read_master_files(source, limits) for source in sources}
    refuse_mixed_parts({name: part.header for name, part in parts.items()})
    masters = _drop_repeated(list(parts.values()))
    balances = pl.concat([part.balances for part in masters])
    customers = pl.concat([part.customers for part in masters])
    if customers.height > limits.customers:
        what = _("The export has more than {count:number} customers", count=limits.customers)
        raise FileError("too-large", what, SPLIT)
    named = balances["account_id"].drop_nulls().unique().sort().to_list()
    store = PostingStore(folder)
    entries, hashes = _read_entries(sources, frozenset(named) if named else None, store, limits, report)
    lines = store.finish()
    accounts = named or _list_accounts_of_customers(lines)
    if not named:
        lines = lines.change(lambda share: share.filter(pl.col("account_id").is_in(accounts)))
    if len(sources) > 1:
        refuse_overlap(lines)
    first = next(iter(parts.values()))
    return LedgerExport(
        header=first.header,
        parts=_build_parts(sources, entries, hashes),
        accounts=pl.concat([part.accounts for part in masters]),
        customers=customers,
        balances=balances,
        receivable_accounts=tuple(accounts),
        are_accounts_named=bool(named),
        lines=lines,
        repeats_currency_amounts=any(part.repeats_currency_amounts for part in entries),
        unbalanced_vouchers=pl.concat([part.unbalanced_vouchers for part in entries]),
        account_movements=_add_movements(entries),
        has_namespace=all(part.has_namespace for part in parts.values()),
    )


def _read_master_files(source: XmlSource, limits: LedgerLimits) -> MasterFiles:
    with open_source(source, limits.file_bytes) as content:
        return MasterFilesReader(source.name, limits.customers).read(content.chunks())


def _drop_repeated(parts: Sequence[MasterFiles]) -> list[MasterFiles]:
    """Return the parts without those that repeat all accounts, customers and balances of an earlier one.

    Some programs write them into every part. A part that repeats only some of them stays: those are there twice.
    """
    kept: list[MasterFiles] = []
    for part in parts:
        if not any(_has_same_masters(part, earlier) for earlier in kept):
            kept.append(part)
    return kept


def _has_same_masters(part: MasterFiles, other: MasterFiles) -> bool:
    return (
        part.accounts.equals(other.accounts)
        and part.balances.equals(other.balances)
        and part.customers.drop("file", "xml_line").equals(other.customers.drop("file", "xml_line"))
    )


def _read_entries(
    sources: Sequence[XmlSource],
    accounts: frozenset[str] | None,
    store: PostingStore,
    limits: LedgerLimits,
    report: Progress | None,
) -> tuple[list[PartEntries], list[str]]:
    """Return the vouchers and the hash of each file; a file with the content of another is refused."""
    entries: list[PartEntries] = []
    files: dict[str, str] = {}
    voucher = read = 0
    total = sum(source.size for source in sources)
    for source in sources:
        with open_source(source, limits.file_bytes) as content:
            chunks = _count(content.chunks(), read, total, report) if report else content.chunks()
            part = EntriesReader(source.name, accounts, voucher, store, limits.lines).read(chunks)
        read += source.size
        if content.sha256 in files:
            what = _("{first} and {file} have the same content", first=files[content.sha256], file=source.name)
            raise FileError("part-twice", what, USE_EACH_ONCE)
        files[content.sha256] = source.name
        entries.append(part)
        voucher += part.entries
    return entries, list(files)


def _count(chunks: Iterator[bytes], done: int, total: int, report: Progress) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        report(done, total)


def _list_accounts_of_customers(lines: Postings) -> list[str]:
    """Return the accounts that have postings with a customer, sorted."""
    accounts = lines.whole.filter(pl.col("customer_id").is_not_null()).select(pl.col("account_id").unique()).collect()
    return accounts["account_id"].sort().to_list()


def _build_parts(sources: Sequence[XmlSource], entries: Sequence[PartEntries], hashes: Sequence[str]) -> pl.DataFrame:
    columns = {
        "file": [source.name for source in sources],
        "sha256": list(hashes),
        **{name: [getattr(part, name) for part in entries] for name in PART_COLUMNS if name not in {"file", "sha256"}},
    }
    return pl.DataFrame(columns, schema=PART_COLUMNS)


def _add_movements(entries: Sequence[PartEntries]) -> pl.DataFrame:
    movements = pl.concat([part.account_movements for part in entries])
    dtype = movements.schema["amount"]
    return movements.group_by("account_id").agg(pl.col("amount").sum().cast(dtype)).sort("account_id")
