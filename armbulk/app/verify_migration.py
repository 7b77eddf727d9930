"""Compare a migration that was imported with the AR items that ARM has (P7)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.arm_items import ArmItems, read_arm_items
from armbulk.app.dialog import Dialog
from armbulk.app.migrate import verify_xlsx
from armbulk.app.read_back import READABLE_STATES
from armbulk.app.runs import list_run_files, verify_run_client
from armbulk.clock import format_iso
from armbulk.context import Context
from armbulk.errors import FileError, Unfinished, UsageError
from armbulk.i18n import _, format_time
from armbulk.migration.arm_proof import DOCUMENT_SCHEMA, ITEM_SCHEMA, ArmProof, compare_with_items
from armbulk.migration.arm_proof_sheet import build_arm_proof_sheet, describe_row
from armbulk.model.fields import MASK
from armbulk.model.keys import normalise_key, normalise_key_text
from armbulk.model.outcome import SUCCESSFUL
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.run_result import load_result, recheck_files
from armbulk.results.store_check import verify_target_is_no_input
from armbulk.store import Run, Store
from armbulk.validation.check import Checked
from armbulk.writers.atomic import verify_writable
from armbulk.writers.workbooks import write_report_copy

_SUFFIX = ".verified.xlsx"
_ACCEPTED = tuple(outcome.value for outcome in SUCCESSFUL)
_READ = _("Read from ARM: {time}. {count:number} AR items.")


@dataclass(frozen=True, slots=True)
class MigrationCheck:
    """A migration, compared with ARM's AR items.

    Attributes:
        run: The number of the import.
        proof: The comparison.
        customers: Customer in its comparable form → its number and name, as far as they are known.
        items: What was read of ARM.
        read_at: When the reading began (epoch seconds).
        path: The workbook with the proof.
    """

    run: int
    proof: ArmProof
    customers: Mapping[str, tuple[str, str | None]]
    items: ArmItems
    read_at: float
    path: Path

    @property
    def ok(self) -> bool:
        """Whether ARM has what moved, and nothing else since."""
        return self.proof.is_good

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the report, as the JSON of `armbulk migrate --verify` has it."""
        rows, amounts = self.proof.rows, ("migrated", "accepted", "in_arm", "since", "earlier", "difference")
        counts = ("documents", "refused", "missing", "twice", "wrong", "settled")
        differing = rows.filter(~pl.col("is_good"))
        return {
            "run": str(self.run),
            "agrees": self.ok,
            "customers": rows["customer"].n_unique(),
            "differing": differing.height,
            **{name: int(rows[name].sum()) for name in counts},
            "totals": [
                {"currency": each, **{name: str(self.proof.sum(name, each)) for name in amounts}}
                for each in self.proof.currencies
            ],
            "differences": [
                {
                    "customer_no": self.customers.get(row["customer"], (row["customer"], None))[0],
                    "currency": row["currency"],
                    **{name: row[name] for name in counts},
                    **{name: str(row[name]) for name in amounts},
                    "text": describe_row(row).text(lang),
                }
                for row in differing.iter_rows(named=True)
            ],
            "read": {
                "at": format_iso(self.read_at),
                "method": self.items.price.method,
                "items": len(self.items.records),
            },
            "cost": self.items.usage.meters(),
            "file": str(self.path),
        }


def verify_migration(
    context: Context,
    store: Store,
    run_id: int,
    dialog: Dialog,
    *,
    target: str | None = None,
    replace: bool = False,
    wait: bool = True,
) -> MigrationCheck | None:
    """Compare the documents of an import with ARM's AR items, and write a workbook with the proof.

    Args:
        context: With the login for ARM.
        store: Where the run is.
        run_id: The run.
        dialog: Confirms a high price; shows progress.
        target: The workbook; None: NAME.verified.xlsx beside the imported one.
        replace: Whether a file of that name is replaced even if armbulk did not write it; it is kept as .bak.
        wait: Whether to wait for ARM's limits; else LimitError.

    Returns:
        The comparison; None when the price was not confirmed.

    Raises:
        StoreError: There is no such run.
        SettingsError: The run belongs to another client.
        Unfinished: The run has not sent everything yet, or ARM's list could not be read completely.
        UsageError: The run has no documents, or the target is one of its files or no .xlsx.
        FileError: The target exists, or cannot be written.
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
    """
    run = _load_sent(context, store, run_id)
    path = _choose_target(run, store, target, replace=replace)
    documents, numbers = _list_documents(store, run_id)
    began, known = context.clock.now(), _choose_numbers(documents, numbers)
    items = read_arm_items(context, known, dialog, since=run.ended or run.created, wait=wait)
    if items is None:
        return None
    proof = compare_with_items(documents, _tabulate_items(items.records, run.created))
    with dialog.reading():
        customers = _name_customers(numbers, recheck_files(run))
    lang = context.profile.lang
    notes = (_READ.fill(time=format_time(began, lang), count=len(items.records)),)
    sheet = build_arm_proof_sheet(proof, customers, notes, lang)
    source = Path(list_run_files(run)[0].partition("#")[0])
    path = write_report_copy(path, _read(source), source.name, sheet, lang, store.written_files.digests())
    store.written_files.record([path])
    return MigrationCheck(run_id, proof, customers, items, began, path)


def _load_sent(context: Context, store: Store, run_id: int) -> Run:
    """Return a run of the client that has sent everything."""
    run = store.run(run_id)
    verify_run_client(run, context.profile.account)
    if run.state not in READABLE_STATES:
        raise Unfinished(
            "run-unfinished",
            _("Run {run} has not sent everything yet", run=run_id),
            _("Continue with: armbulk resume {run}", run=run_id),
        )
    return run


def _choose_target(run: Run, store: Store, target: str | None, *, replace: bool) -> Path:
    """Return where the workbook is written; a file that a person has made or changed is not replaced unasked."""
    source = Path(list_run_files(run)[0].partition("#")[0])
    path = Path(target) if target else source.with_name(f"{source.stem}{_SUFFIX}")
    verify_xlsx(path)
    verify_target_is_no_input(path, list_run_files(run), replace_input=False)
    if (
        path.exists()
        and not replace
        and hashlib.sha256(path.read_bytes()).hexdigest() not in store.written_files.digests()
    ):
        raise FileError(
            "file-exists",
            _("{path} already exists", path=path),
            _("Choose another file with -o, or replace this one with --yes"),
        )
    verify_writable(path)
    return path


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _list_documents(store: Store, run_id: int) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the documents of a run (`DOCUMENT_SCHEMA`), and its customers' numbers by their comparable form."""
    items = load_result(store, run_id).items
    customers = items.filter(pl.col("resource") == "customers").select("key_norm", "key").drop_nulls()
    documents = items.filter(pl.col("resource") == "documents").select(
        document=pl.col("key_norm"),
        number=pl.col("key"),
        customer=pl.col("customer_norm").fill_null(""),
        currency=pl.col("currency").fill_null(""),
        amount=pl.col("amount").cast(DOCUMENT_SCHEMA["amount"], strict=False).fill_null(0),
        is_accepted=pl.col("outcome").is_in(_ACCEPTED),
    )
    if documents.is_empty():
        raise UsageError(
            "no-documents",
            _("Run {run} has no documents to compare", run=run_id),
            _("Use the number of the import of the migration. `armbulk runs` lists all"),
        )
    return documents, dict(customers.iter_rows())


def _choose_numbers(documents: pl.DataFrame, numbers: Mapping[str, str]) -> list[str] | None:
    """Return the customers' numbers; None where one is not known any more: a person's is masked after the import."""
    owners = documents["customer"].unique(maintain_order=True).to_list()
    known = [numbers.get(owner, owner) for owner in owners]
    return None if any(MASK in number for number in known) else known


def _tabulate_items(records: list[dict[str, Any]], began: float) -> pl.DataFrame:
    """Return ARM's items as `ITEM_SCHEMA`; a record without a readable amount has none."""
    rows = [
        (
            normalise_key_text(str(record.get("documentNo") or "")),
            str(record.get("customerNo") or ""),
            str(record.get("currency") or ""),
            _read_amount(record.get("currencyAmount")),
            _read_amount(record.get("currencyBalance")),
            _is_earlier(record.get("createdTime"), began),
        )
        for record in records
    ]
    items = pl.DataFrame(rows, schema=ITEM_SCHEMA, orient="row")
    return items.with_columns(mask_national_id(normalise_key(pl.col("customer"))))


def _read_amount(value: object) -> Decimal:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


def _is_earlier(time: object, began: float) -> bool:
    """Return whether ARM made an item before the import began; without a readable time it counts as new."""
    try:
        created = datetime.fromisoformat(str(time))
    except ValueError:
        return False
    return created.tzinfo is not None and created.timestamp() < began


def _name_customers(numbers: Mapping[str, str], checked: Checked | None) -> dict[str, tuple[str, str | None]]:
    """Return the numbers and names of the customers; names only while the imported file is as it was."""
    customers: dict[str, tuple[str, str | None]] = {key: (number, None) for key, number in numbers.items()}
    if checked is not None and "customers" in checked.tables:
        rows = checked.tables["customers"].rows.select("customer_no", "name").drop_nulls()
        keyed = rows.select(mask_national_id(normalise_key(pl.col("customer_no"))), "name")
        customers |= {key: (numbers.get(key, key), name) for key, name in keyed.iter_rows()}
    return customers


def _read(file: Path) -> bytes | None:
    """Return the imported workbook; None if it is not there any more, or no workbook that can be copied."""
    if file.suffix.lower() not in {".xlsx", ".xlsm"}:
        return None
    try:
        return file.read_bytes()
    except OSError:
        return None
