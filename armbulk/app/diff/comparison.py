"""Compare files with ARM: what an import would send of them, and which values it would change. Nothing is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict, Unpack

import polars as pl

from armbulk.app.check import CheckResult, InputFiles, build_inputs, check_as, check_inputs
from armbulk.app.dialog import Dialog
from armbulk.app.diff.arm_records import ArmRecords, count_only_in_arm, read_records
from armbulk.app.diff.cells import count_kept_values, find_columns
from armbulk.app.diff.customers import (
    SENT_STATES,
    ComparedCustomer,
    CustomerState,
    choose_customers,
    compare_customers,
    count_states,
)
from armbulk.app.diff.documents import (
    ComparedDocument,
    DocumentState,
    choose_documents,
    compare_documents,
    count_documents,
)
from armbulk.app.diff.files import verify_target, write_comparison
from armbulk.app.diff.report import (
    count_fields,
    count_kept_parts,
    list_changes,
    list_documents,
    list_kept_parts,
    list_records,
    name_fields,
)
from armbulk.app.diff.screen import describe
from armbulk.app.known_customers import load_known_customers
from armbulk.app.login_secret import add_login
from armbulk.app.plan import plan_checked
from armbulk.context import Context
from armbulk.model.read_options import ReadOptions
from armbulk.planning.plan import ImportOptions
from armbulk.results.store_check import verify_client
from armbulk.store import Store

MAX_LISTED = 10_000
"""Records, and values, that the JSON lists; it counts all."""


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What to compare, and how.

    Attributes:
        inputs: The files.
        overwrite: Compare as an import with --overwrite sends.
        fresh: For how many minutes what was read from ARM counts; 0: it is read again.
        target: Where the differences will be written to; None: nowhere.
        wait: Whether to wait for ARM's limits.
    """

    inputs: InputFiles
    overwrite: bool = False
    fresh: int = 15
    target: Path | None = None
    wait: bool = True


class DiffChoices(TypedDict, total=False):
    """How files are compared.

    Attributes:
        update: As an import with `update=True` sends them; a workbook that armbulk exported always is.
        overwrite: As an import with `overwrite=True` sends them.
        fresh: For how many minutes what was read from ARM counts (15); 0: it is read again, and not kept.
        target: Where `write` will write to; it is checked before anything is read.
        wait: Whether to wait for ARM's limits (the default); else LimitError.
    """

    update: bool
    overwrite: bool
    fresh: int
    target: str | Path | None
    wait: bool


def build_diff_request(
    files: Sequence[str | Path], options: ReadOptions | None, **choices: Unpack[DiffChoices]
) -> DiffRequest:
    """Return what to compare, from the choices of a caller."""
    values: dict[str, Any] = dict(choices)
    inputs = build_inputs(files, options, update=values.pop("update", False) or None)
    target = values.pop("target", None)
    return DiffRequest(inputs, target=Path(target) if target is not None else None, **values)


@dataclass(frozen=True, slots=True)
class FileComparison:
    """Files, compared with ARM.

    Attributes:
        check: The files, with their findings.
        update: Whether an import sends them as changes (--update).
        overwrite: Whether it overwrites what others have changed.
        customers: Every customer of the files.
        documents: Every document of the files.
        arm: How ARM was read.
        only_in_arm: How many customers of ARM the files do not have; None: that is not known.
        made_at: When they were compared (epoch seconds).
        kept_values: Field → customers whose cell is blank although ARM has a value.
    """

    check: CheckResult
    update: bool
    overwrite: bool
    customers: list[ComparedCustomer]
    documents: list[ComparedDocument]
    arm: ArmRecords
    only_in_arm: int | None
    made_at: float
    kept_values: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """State → how many customers."""
        return count_states(self.customers)

    @property
    def document_counts(self) -> dict[str, int]:
        """State → how many documents."""
        return count_documents(self.documents)

    @property
    def is_sent(self) -> bool:
        """Whether an import sends anything without a question about single customers."""
        return bool(self.sends) or any(document.state is DocumentState.NEW for document in self.documents)

    @property
    def asks(self) -> bool:
        """Whether an import asks a person about single customers, and sends those that are confirmed."""
        return not (self.update or self.overwrite) and bool(self.counts[CustomerState.CONFLICT])

    @property
    def sends(self) -> dict[str, str]:
        """What an import sends of customers: number as ARM compares it → the JSON of what is sent."""
        return {customer.key: customer.payload for customer in self.customers if customer.payload is not None}

    @property
    def differs(self) -> bool:
        """Whether anything in ARM is not as in the files."""
        same = {CustomerState.UNCHANGED.value, CustomerState.NOT_COMPARED.value, DocumentState.SAME.value}
        states = {customer.state.value for customer in self.customers}
        return not states | {document.state.value for document in self.documents} <= same

    def list_changes(self) -> list[dict[str, Any]]:
        """Return each value that differs, as the JSON of `armbulk diff` has it."""
        columns = find_columns(self.check.checked)
        return list(list_changes(self.customers, self.check.checked.sheets, columns, self.check.lang))

    def list_kept_parts(self) -> list[dict[str, Any]]:
        """Return each part of an address that stays, as the JSON of `armbulk diff` has it."""
        columns = find_columns(self.check.checked)
        return list(list_kept_parts(self.customers, self.check.checked.sheets, columns, self.check.lang))

    def list_records(self) -> list[dict[str, Any]]:
        """Return each customer that is not the same in ARM, as the JSON of `armbulk diff` has it."""
        columns = find_columns(self.check.checked)
        return list(list_records(self.customers, self.check.checked.sheets, columns, self.check.lang))

    def list_documents(self) -> list[dict[str, Any]]:
        """Return each document that is not the same in ARM, as the JSON of `armbulk diff` has it."""
        checked = self.check.checked
        return list(list_documents(self.documents, checked, self.check.lang))

    def list_twice_in_arm(self) -> list[str]:
        """Return the numbers of customers that ARM's list has more than once; each was looked up by its number."""
        return [customer.number for customer in self.customers if customer.key in self.arm.repeated]

    def to_json(self, *, is_whole: bool = False) -> dict[str, Any]:
        """Return the comparison, as the JSON of `armbulk diff` has it; its lists are cut unless it `is_whole`."""
        checked, lang = self.check.checked, self.check.lang
        limit = None if is_whole else MAX_LISTED
        has = set(checked.tables)
        counts: dict[str, int | None] = {**self.counts, "only_in_arm": self.only_in_arm}
        return {
            "files": list(dict.fromkeys(sheet.file for sheet in checked.sheets)),
            "update": self.update,
            "overwrite": self.overwrite,
            "customers": counts if "customers" in has else None,
            "documents": self.document_counts if "documents" in has else None,
            "sends": {
                "customers": sum(counts[state] or 0 for state in SENT_STATES),
                "documents": self.document_counts[DocumentState.NEW],
            },
            "differs": self.differs,
            "read": self.arm.to_json(self.made_at),
            "fields": count_fields(self.customers, lang),
            "twice_in_arm": self.list_twice_in_arm(),
            "blank_cells": name_fields(self.kept_values, lang),
            "kept_parts": count_kept_parts(self.customers, lang),
            "records": self.list_records()[:limit],
            "changes": self.list_changes()[:limit],
            "kept_values": self.list_kept_parts()[:limit],
            "document_records": self.list_documents()[:limit],
            "counts": {"error": checked.errors, "warning": checked.warnings},
            "file": None,
        }

    def describe(self, report: dict[str, Any], *, details: bool) -> dict[str, Any]:
        """Return what the terminal shows in addition to `report`, the JSON; with `details` all of it."""
        return describe(self, report, details=details)

    def write(self, target: str | Path) -> Path:
        """Write the differences to a file; return the path it got.

        Args:
            target: Its ending chooses the format: .xlsx, .csv or .json.

        Raises:
            UsageError: It has another ending, or would replace one of the files.
            FileError: It cannot be written.
        """
        return write_comparison(self, Path(target))


def compare_files(context: Context, store: Store, request: DiffRequest, dialog: Dialog) -> FileComparison | None:
    """Check files and compare their valid rows with ARM; None when the price was not confirmed.

    Raises:
        FileError: A file cannot be read, or has no data.
        UsageError: The options contradict the files.
        SettingsError: It is not set how ARM is called.
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
    """
    known = load_known_customers(store, context.profile)
    check = check_inputs(request.inputs, context.profile, dialog, known=known)
    verify_client(context.profile.account, check.inputs.files)
    if request.target is not None:
        verify_target(request.target, check.inputs.files)
    is_export = any(sheet.base is not None for sheet in check.checked.sheets)
    update = bool(request.inputs.options.update) or is_export
    check = check_as(check, update=update)
    options = ImportOptions(update=update, skip_invalid=True, overwrite=request.overwrite)
    items = plan_checked(context, store, check, options).import_plan.items
    arm = read_records(
        add_login(context),
        choose_customers(items),
        choose_documents(items),
        dialog,
        fresh=request.fresh * 60.0,
        wait=request.wait,
    )
    return None if arm is None else _compare(context, check, options, items, arm)


def _compare(
    context: Context, check: CheckResult, options: ImportOptions, items: pl.DataFrame, arm: ArmRecords
) -> FileComparison:
    customers = compare_customers(items, arm, update=options.update, overwrite=options.overwrite)
    left_out = {customer.key for customer in customers if customer.state is CustomerState.CONFLICT}
    return FileComparison(
        check,
        options.update,
        options.overwrite,
        customers,
        compare_documents(items, arm.documents, left_out),
        arm,
        None if arm.listed is None else count_only_in_arm(arm.listed, items),
        context.clock.now(),
        count_kept_values(check.checked, customers) if customers else {},
    )
