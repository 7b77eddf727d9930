"""Proposals for undoing an import: customers without documents, and a credit note for each document."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import xlsxwriter

from armbulk.i18n import _, ngettext
from armbulk.model.fields import FieldType
from armbulk.model.keys import normalise_key
from armbulk.model.outcome import Outcome
from armbulk.model.result_columns import CREDIT_PROPOSALS, CREDITED_REFERENCE, UNUSED_CUSTOMERS
from armbulk.resources import RESOURCES
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.results.run_result import RunResult
from armbulk.validation.check import Checked
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.workbook_options import WORKBOOK_CREATED, text_options

if TYPE_CHECKING:
    from armbulk.writers.section import Value

_CREATED = [Outcome.CREATED.value, Outcome.CREATED_WITH_WARNINGS.value]
_UPDATED = [Outcome.UPDATED.value, Outcome.UPDATED_WITH_WARNINGS.value]
_AMOUNTS = ("excl_vat", "vat", "incl_vat")
_CREDIT_FIELDS = (
    "document_type", "document_no", "customer_no", "document_date", "due_date", "currency", *_AMOUNTS,
    "additional_reference",
)  # fmt: skip
_CREDIT_NOTES = (
    _("A proposal for review. armbulk sends nothing of it automatically."),
    _("Delete the rows that should not be credited. The column of the additional reference has the number to credit."),
    _("Enter the document type (ask Amili for ARM's code of a credit note), the number and the dates."),
    _("Then check and import the file."),
)
_REVERSED = ngettext(
    "{count:number} row has a positive amount. It reverses a credit note: enter the document type of an invoice.",
    "{count:number} rows have positive amounts. They reverse credit notes: enter the document type of an invoice.",
)
_CUSTOMER_NOTES = (
    _("A proposal for review. Enter DELETE in each row with a customer to delete. Then: armbulk delete customers FILE"),
    _("Only documents sent from this computer are known. Make sure in ARM that a customer has no other items."),
)


def list_created(result: RunResult, resource: str) -> pl.DataFrame:
    """Return the records of a resource that a run has created, as items."""
    return result.items.filter((pl.col("resource") == resource) & pl.col("outcome").is_in(_CREATED))


def count_left(result: RunResult) -> dict[str, int]:
    """Return how many customers a run has updated, and how many documents ARM never confirmed: neither is proposed."""
    updated = pl.col("outcome").is_in(_UPDATED) & (pl.col("resource") == "customers")
    unconfirmed = (pl.col("outcome") == Outcome.IN_DOUBT.value) & (pl.col("resource") == "documents")
    return {
        "updated": result.items.filter(updated).height,
        "unconfirmed": result.items.filter(unconfirmed).height,
    }


def find_opposite(documents: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Return the records of a later run that may credit documents: same customer and currency, opposite amount.

    Args:
        documents: Documents that a run has created, as items.
        later: Records of the later run, as items.

    Returns:
        `no` and `key_norm` of the document, `sheet` and `row` of the record; a pair for each that fits.
    """
    is_sent = (pl.col("resource") == "documents") & pl.col("outcome").is_in([*_CREATED, Outcome.IN_DOUBT.value])
    value = pl.col("amount").cast(pl.Decimal(38, 4), strict=False)
    columns = ("customer_norm", "currency", "opposite")
    credited = documents.select("no", "key_norm", *columns[:2], (-value).alias("opposite"))
    sent = later.filter(is_sent).select("sheet", "row", *columns[:2], value.alias("opposite"))
    return credited.join(sent, on=list(columns)).select("no", "key_norm", "sheet", "row")


def find_credited(pairs: pl.DataFrame, checked: Checked) -> frozenset[int]:
    """Return the documents (`no`) of `find_opposite` that the records name in their additional reference."""
    rows = checked.tables["documents"].rows.select("sheet", "row", normalise_key(pl.col("additional_reference")))
    named = pairs.join(rows.cast({"sheet": pairs.schema["sheet"], "row": pairs.schema["row"]}), on=["sheet", "row"])
    return frozenset(named.filter(pl.col("key_norm") == pl.col("additional_reference"))["no"])


def write_undo(
    target: Path,
    result: RunResult,
    checked: Checked | None,
    used_customers: frozenset[str],
    lang: str,
    credited: frozenset[int] = frozenset(),
) -> tuple[int, int]:
    """Write the proposals; return how many customers and how many documents they are.

    Args:
        target: The file.
        result: The run.
        checked: Its files, for names and amounts without VAT; None when they were changed.
        used_customers: Customers (`key_norm`) that have documents.
        lang: Language of the texts.
        credited: Documents (`no`) that have a credit note already; they are left out.
    """
    created = list_created(result, "customers")
    customers = created.filter(~pl.col("key_norm").is_in(list(used_customers)))
    documents = list_created(result, "documents").filter(~pl.col("no").is_in(list(credited)))
    with xlsxwriter.Workbook(str(target), text_options(target)) as book:
        book.set_properties({"created": WORKBOOK_CREATED})
        numbers = _read_customer_numbers(result, checked)
        add_report_sheet(book, _propose_credits(documents, numbers, checked, lang), lang)
        add_report_sheet(book, _list_unused(customers, created.height - customers.height, checked, lang), lang)
    return customers.height, documents.height


def _read_customer_numbers(result: RunResult, checked: Checked | None) -> Mapping[str, str]:
    """Return each customer's normalised number → the number as it was sent, where the files or the run have it."""
    customers = result.items.filter(pl.col("resource") == "customers").select("key_norm", "key")
    numbers = dict(customers.drop_nulls().iter_rows())
    if checked is not None and "documents" in checked.tables:
        sent = checked.tables["documents"].rows["customer_no"].drop_nulls().unique()
        numbers |= dict(
            zip(sent.to_frame().select(normalise_key(pl.col("customer_no"))).to_series(), sent, strict=True)
        )
    return numbers


def _propose_credits(
    documents: pl.DataFrame, numbers: Mapping[str, str], checked: Checked | None, lang: str
) -> ReportSheet:
    """Return the sheet of credit notes: an import sheet whose type, number and dates a person fills in."""
    fields = [RESOURCES["documents"].field(name) for name in _CREDIT_FIELDS]
    headings = [(field.header.text(lang), field.type) for field in fields]
    amounts = _read_amounts(documents, checked)
    rows: list[tuple[Value, ...]] = []
    sums: list[Decimal | None] = []
    for row in documents.iter_rows(named=True):
        known = amounts.get((row["sheet"], row["row"]), {"incl_vat": row["amount"]})
        values: dict[str, Value] = {
            "customer_no": numbers.get(row["customer_norm"], row["customer_norm"]),
            "currency": row["currency"],
            "additional_reference": row["key"],
            **{name: _negate(known.get(name)) for name in _AMOUNTS},
        }
        sums.append(_negate(known.get("incl_vat")))
        rows.append((*(values.get(name) for name in _CREDIT_FIELDS), row["reference"]))
    reversed_credits = sum(amount is not None and amount > 0 for amount in sums)
    notes = [*_CREDIT_NOTES, *([_REVERSED.fill(count=reversed_credits)] if reversed_credits else [])]
    return ReportSheet(
        name=CREDIT_PROPOSALS.text(lang),
        title=_("Proposed credit notes").text(lang),
        headings=(*headings, (CREDITED_REFERENCE.text(lang), FieldType.TEXT)),
        rows=rows,
        notes=tuple(note.text(lang) for note in notes),
    )


def _read_amounts(
    documents: pl.DataFrame, checked: Checked | None
) -> Mapping[tuple[int, int], Mapping[str, Decimal | str | None]]:
    """Return (sheet, row) → the amounts in the files."""
    if checked is None or "documents" not in checked.tables:
        return {}
    rows = checked.tables["documents"].rows.join(documents.select("sheet", "row"), on=["sheet", "row"], how="semi")
    amounts = rows.select("sheet", "row", *_AMOUNTS).iter_rows()
    return {(sheet, row): dict(zip(_AMOUNTS, values, strict=True)) for sheet, row, *values in amounts}


def _negate(amount: str | Decimal | None) -> Decimal | None:
    return None if amount is None else -Decimal(amount)


def _list_unused(customers: pl.DataFrame, used: int, checked: Checked | None, lang: str) -> ReportSheet:
    """Return the sheet of customers without documents; `used` is how many others the import has created."""
    names: dict[tuple[int, int], str] = {}
    if checked is not None and "customers" in checked.tables:
        rows = checked.tables["customers"].rows.select("sheet", "row", "name")
        names = {(sheet, row): name for sheet, row, name in rows.iter_rows()}
    listed: Sequence[tuple[Value, ...]] = [
        (key, names.get((sheet, row)), None) for key, sheet, row in customers.select("key", "sheet", "row").iter_rows()
    ]
    notes = [note.text(lang) for note in _CUSTOMER_NOTES]
    if used:
        more = ngettext(
            "{count:number} more customer of the import is used by documents and is not listed.",
            "{count:number} more customers of the import are used by documents and are not listed.",
            count=used,
        )
        notes.append(more.text(lang))
    return ReportSheet(
        name=UNUSED_CUSTOMERS.text(lang),
        title=_("Customers of the import that no document uses").text(lang),
        headings=(
            (_("Customer to delete").text(lang), FieldType.TEXT),
            (_("Its name").text(lang), FieldType.TEXT),
            (CUSTOMER_DELETES.field("delete").header.text(lang), FieldType.TEXT),
        ),
        rows=listed,
        notes=tuple(notes),
    )
