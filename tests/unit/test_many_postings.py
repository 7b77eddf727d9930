"""Ledgers with many postings: in files while they are read, looked at in groups of customers, written row by row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import polars as pl
import pytest
from support.ledger import Ledger
from support.saft_files import ITEMISED, SIMPLE, split_parts

from armbulk.app.migrate import MigrationChoices, MigrationFiles, migrate_ledger
from armbulk.clock import SystemClock
from armbulk.errors import FileError
from armbulk.migration.customer_rows import CustomerChoices
from armbulk.migration.derive import Migration, derive_migration
from armbulk.migration.document_rows import DocumentChoices
from armbulk.model.exact_sums import sum_amounts
from armbulk.readers.saft import read_ledger_export
from benchmarks.data.ledger import add_up_ledger, write_ledger

if TYPE_CHECKING:
    from pathlib import Path

FRAMES = ("customers", "proof", "accounts", "unproved_accounts", "unbalanced_vouchers", "breaks")
BUCKETS = 5
INVOICES = 100


def derive(*files: Path, folder: Path | None = None) -> Migration:
    """Derive the migration of files of consecutive periods."""
    exports = []
    for number, file in enumerate(files):
        own = folder / str(number) if folder else None
        if own:
            own.mkdir()
        exports.append(read_ledger_export([file], folder=own))
    return derive_migration(exports, CustomerChoices(), DocumentChoices())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for postings, where a few of them are many."""
    monkeypatch.setattr("armbulk.readers.saft.values.ROWS_PER_FRAME", 7)
    monkeypatch.setattr("armbulk.readers.saft.entries.ROWS_PER_FRAME", 7)
    monkeypatch.setattr("armbulk.readers.saft.posting_store.SPILL_ROWS", 4)
    monkeypatch.setattr("armbulk.readers.saft.posting_store.BUCKETS", BUCKETS)
    monkeypatch.setattr("armbulk.model.postings.BUCKETS", BUCKETS)
    monkeypatch.setattr("armbulk.model.postings.GROUP_ROWS", 8)
    monkeypatch.setattr("armbulk.migration.whole_file._KEYS_AT_ONCE", 20)
    own = tmp_path / "postings"
    own.mkdir()
    return own


def assert_same(few: Migration, many: Migration) -> None:
    """Both migrations are the same."""
    for name in FRAMES:
        assert getattr(many, name).equals(getattr(few, name)), name
    assert many.documents.rows.equals(few.documents.rows)
    assert many.documents.left_out.equals(few.documents.left_out)
    assert (many.credit_count, many.linked_credits, many.notices) == (few.credit_count, few.linked_credits, few.notices)
    for name in ("doubted_references", "doubted_cids"):
        own, other = (getattr(each, name).sort(pl.all()) for each in (few, many))
        assert own.equals(other), name


@pytest.mark.parametrize("file", [ITEMISED, SIMPLE])
def test_many_postings_give_what_few_give(file: Path, folder: Path) -> None:
    """The postings are in files, of each customer in one share; documents, proofs and notices are the same."""
    many = derive(file, folder=folder)
    assert list(folder.rglob("*.parquet"))
    assert_same(derive(file), many)


def test_a_made_ledger_has_the_totals_it_was_made_with(tmp_path: Path, folder: Path) -> None:
    """Documents and balances of the ledger that is measured are those of its generator."""
    file = tmp_path / "ledger.xml"
    write_ledger(file, INVOICES)
    made = add_up_ledger(INVOICES)
    migration = derive(file, folder=folder)
    assert migration.is_proved
    assert not migration.notices
    assert (migration.customers.height, migration.documents.rows.height) == (made.customers, made.documents)
    for amounts in (migration.documents.rows["base_amount"], migration.proof["closing"]):
        assert sum_amounts(amounts) == Decimal(made.closing).scaleb(-2)
    assert_same(derive(file), migration)


def test_years_with_few_and_with_many_postings_are_joined(tmp_path: Path, folder: Path) -> None:
    """The first year is in memory, the second in files: a payment of the second settles an invoice of the first."""
    first, second = tmp_path / "1.xml", tmp_path / "2.xml"
    write_ledger(first, 20)
    write_ledger(second, 20)
    later = second.read_text(encoding="utf-8").replace("2026-", "2027-").replace("2025-", "2026-")
    second.write_text(later.replace("<PeriodYear>2025", "<PeriodYear>2026"), encoding="utf-8")
    few = derive(first, second)
    exports = [read_ledger_export([first]), read_ledger_export([second], folder=folder)]
    assert [len(export.lines.shares) for export in exports] == [1, BUCKETS]
    assert_same(few, derive_migration(exports, CustomerChoices(), DocumentChoices()))


def test_parts_that_overlap_are_refused(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two parts with the same vouchers, whose postings are in files."""
    monkeypatch.setattr("armbulk.readers.saft.overlap._ROWS", 5)
    parts = split_parts(ITEMISED.read_text(encoding="utf-8"), 3)
    files = [tmp_path / f"{number}.xml" for number in range(4)]
    for file, part in zip(files, [*parts, parts[2] + "\n"], strict=True):
        file.write_text(part, encoding="utf-8")
    with pytest.raises(FileError, match=r"2\.xml and 3\.xml overlap: \d+ vouchers are in both"):
        read_ledger_export(files, folder=folder)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger of 40 customers with one invoice each, whose customers are looked at in groups."""
    monkeypatch.setattr("armbulk.model.postings.BUCKETS", BUCKETS)
    monkeypatch.setattr("armbulk.model.postings.GROUP_ROWS", 1)
    made = Ledger()
    for number in range(40):
        made.customer(str(number), closing="100")
        made.invoice(str(number), "100", source_document=f"S{number}", due_date=date(2025, 5, 1))
    return made


def derive_in_groups(ledger: Ledger) -> Migration:
    """Derive the migration of a ledger, customer by customer."""
    export = ledger.export()
    empty = export.lines.change(lambda share: share.clear())
    many = export.lines.append(type(empty)(empty.shares * BUCKETS, 0, empty.whole))
    assert len(list(many.list_groups())) == BUCKETS
    exports = [type(export)(**{name: getattr(export, name) for name in export.__slots__} | {"lines": many})]
    return derive_migration(exports, CustomerChoices(), DocumentChoices())


def test_a_number_that_customers_of_two_groups_share_is_no_document_number(ledger: Ledger) -> None:
    """T3 is about the whole file, not about the customers that are looked at together."""
    ledger.lines[7]["source_document"] = "S23"
    migration = derive_in_groups(ledger)
    numbers = dict(zip(*migration.documents.rows.select("old_customer_no", "document_no"), strict=True))
    assert numbers == {str(each): f"T{each}" if each in {7, 23} else f"S{each}" for each in range(40)}
    assert_same(derive_migration([ledger.export()], CustomerChoices(), DocumentChoices()), migration)


@pytest.mark.parametrize(("reference", "kind"), [("S31", "balance"), ("9999", "item")])
def test_a_payment_that_names_another_customers_invoice_is_not_of_an_earlier_period(
    ledger: Ledger, reference: str, kind: str
) -> None:
    """R6 needs a reference that fits no claim of the whole file; else only the customer's balance is known."""
    ledger.payment("3", "100", reference=reference)
    ledger.balances[3]["opening"] = Decimal(100)
    ledger.payment("39", "40", cross_reference="S39")  # some credit has a link
    ledger.balances[39]["closing"] = Decimal(60)
    migration = derive_in_groups(ledger)
    row = migration.documents.rows.filter(pl.col("old_customer_no") == "3")
    assert row.select("kind", "base_amount").rows() == [(kind, Decimal(100))]
    assert_same(derive_migration([ledger.export()], CustomerChoices(), DocumentChoices()), migration)


def test_a_large_workbook_has_the_cells_of_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written row by row, it loses no cell, no width and no rule of a column."""
    books = []
    for rows in (20_000, 1):
        monkeypatch.setattr("armbulk.writers.migration_workbook.MANY_ROWS", rows)
        target = tmp_path / f"{rows}.xlsx"
        migrate_ledger(MigrationFiles((ITEMISED,), (), target), MigrationChoices(), SystemClock(), "en")
        books.append(openpyxl.load_workbook(target))
    small, large = books
    assert small.sheetnames == large.sheetnames
    for sheet in small:
        other = large[sheet.title]
        assert [list(row) for row in sheet.values] == [list(row) for row in other.values], sheet.title
        assert {key: value.width for key, value in sheet.column_dimensions.items()} == {
            key: value.width for key, value in other.column_dimensions.items()
        }
        assert [cell.number_format for row in sheet for cell in row] == [c.number_format for row in other for c in row]
        assert len(sheet.data_validations.dataValidation) == len(other.data_validations.dataValidation)
        assert {row: size.height for row, size in sheet.row_dimensions.items()} == {
            row: size.height for row, size in other.row_dimensions.items()
        }


def test_a_sheet_that_excel_cannot_have_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row beyond Excel's last one would be lost."""
    monkeypatch.setattr("armbulk.writers.migration_workbook.EXCEL_MAX_ROWS", 12)
    files = MigrationFiles((ITEMISED,), (), tmp_path / "moved.xlsx")
    with pytest.raises(FileError, match="the sheet Customers would have 13 rows"):
        migrate_ledger(files, MigrationChoices(), SystemClock(), "en")
    assert not files.target.exists()


def test_a_disk_that_is_full_is_named(folder: Path) -> None:
    """The folder of temporary files, and what to do."""
    folder.rmdir()
    with pytest.raises(FileError, match="Temporary files cannot be written to") as refused:
        read_ledger_export([ITEMISED], folder=folder)
    assert "TMPDIR" in str(refused.value.hint)
