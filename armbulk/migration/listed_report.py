"""What a workbook shows of a list of open items: the proof of each customer, and how the list was read."""

from decimal import Decimal

import polars as pl

from armbulk.i18n import Text, _
from armbulk.migration.balances import Proof
from armbulk.migration.derive import Migration
from armbulk.migration.listed_items import ListSource
from armbulk.migration.references import OWNER
from armbulk.model.fields import FieldType
from armbulk.model.ledger_export import add_amounts
from armbulk.model.result_columns import PROOF, PROOF_TITLE
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import ReportRow, Row, Section

_AMOUNTS = ("listed", "subtotal", "closing", "difference", "documents", "left_out")


def build_listed_proof(migration: Migration, results: dict[Proof, Text], lang: str) -> ReportSheet:
    """Return the sums of each customer by the list and by the SAF-T file, those that are not proved first.

    Args:
        migration: A migration with the items of a list.
        results: What each result is called.
        lang: Of the texts.
    """
    proof = migration.proof.join(_name_customers(migration), on=OWNER, how="left", maintain_order="left")
    is_bad = ~pl.col("proof").is_in([Proof.PROVED, Proof.NOTHING])
    proof = proof.with_columns(is_bad=is_bad).sort(~pl.col("is_bad"), maintain_order=True)
    is_proved = migration.is_proved
    good = _("Items")
    rows: list[ReportRow] = [
        (
            row[OWNER],
            row["name"],
            *(row[name] for name in _AMOUNTS),
            (good if row["proof"] == Proof.PROVED else results[Proof(row["proof"])]).text(lang),
        )
        for row in proof.iter_rows(named=True)
    ]
    headings = (
        _("Items of the list"), _("Subtotal of the list"), _("Closing balance"), _("Difference"), _("Documents"),
        _("Left out"),
    )  # fmt: skip
    result = _("Everything is proved.") if is_proved else _("Not everything is proved. The differences are in red.")
    return ReportSheet(
        name=PROOF.text(lang),
        title=PROOF_TITLE.text(lang),
        headings=(
            (_("Customer no").text(lang), FieldType.TEXT),
            (_("Name").text(lang), FieldType.TEXT),
            *((heading.text(lang), FieldType.AMOUNT) for heading in headings),
            (_("Result").text(lang), FieldType.TEXT),
        ),
        rows=rows,
        total=(_("Total").text(lang), None, *(_add_up(proof[name]) for name in _AMOUNTS), None),
        notes=(
            result.text(lang),
            _(
                "Items of the list = its subtotal = closing balance = documents + left out, in {currency}.",
                currency=migration.header.currency,
            ).text(lang),
        ),
        bad_rows=frozenset(range(int(proof["is_bad"].sum()))),
        is_good=is_proved,
    )


def _add_up(amounts: pl.Series) -> Decimal | None:
    """Return the sum; None for amounts that the list or the SAF-T file does not have."""
    return add_amounts(amounts) if amounts.count() else None


def _name_customers(migration: Migration) -> pl.DataFrame:
    return migration.customers.select(pl.col("old_customer_no").alias(OWNER), "name").unique(
        OWNER, keep="first", maintain_order=True
    )


def build_list_sections(source: ListSource, lang: str) -> list[Section]:
    """Return how a list was read: its file, its columns, its totals, and what was not read."""
    items = source.items
    rows: list[Row] = [
        (_("File").text(lang), source.file),
        (_("Items").text(lang), items.items.height),
        (_("Sum in the base currency").text(lang), items.total),
    ]
    if source.unread_headers:
        rows.append((_("Columns that were not read").text(lang), ", ".join(source.unread_headers)))
    if source.unread_sheets:
        rows.append((_("Sheets that were not read").text(lang), ", ".join(source.unread_sheets)))
    totals: list[Row] = [
        (f"{each['file']}, {each['row']}", each["label"], each["figure"], each["items"])
        for each in items.totals.filter(pl.col(OWNER).is_null()).iter_rows(named=True)
    ]
    headings = (_("Row"), _("Text"), _("Total of the list"), _("Sum of the items"))
    return [
        Section(_("List of open items").text(lang), tuple(rows)),
        Section(_("Columns of the list").text(lang), tuple(source.columns)),
        Section(
            _("Totals of the list").text(lang),
            tuple(totals),
            headings=tuple(heading.text(lang) for heading in headings),
            is_good=items.wrong_totals.is_empty(),
        ),
    ]
