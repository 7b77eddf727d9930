"""What a workbook shows of a list of open items: the proof of each customer, and how the list was read."""

from decimal import Decimal

import polars as pl

from armbulk.i18n import Text, _
from armbulk.migration.balances import Proof
from armbulk.migration.derive import Migration
from armbulk.migration.listed_items import ListSource
from armbulk.migration.proof_sheet import ITEMS, lay_out_proof
from armbulk.migration.references import OWNER
from armbulk.model.exact_sums import sum_amounts
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Row, Section

_AMOUNTS = (
    ("listed", _("Items of the list")),
    ("subtotal", _("Subtotal of the list")),
    ("closing", _("Closing balance")),
    ("difference", _("Difference")),
    ("documents", _("Documents")),
    ("left_out", _("Left out")),
)
_EQUATION = _("Items of the list = its subtotal = closing balance = documents + left out, in {currency}.")


def build_listed_proof(migration: Migration, results: dict[Proof, Text], lang: str) -> ReportSheet:
    """Return the sums of each customer by the list and by the SAF-T file, those that are not proved first.

    Args:
        migration: A migration with the items of a list.
        results: What each result is called.
        lang: Of the texts.
    """
    words = {**results, Proof.PROVED: ITEMS}
    return lay_out_proof(migration, _AMOUNTS, _EQUATION, lambda row: words[Proof(row["proof"])], _add_up, lang)


def _add_up(amounts: pl.Series) -> Decimal | None:
    """Return the sum; None for amounts that the list or the SAF-T file does not have."""
    return sum_amounts(amounts) if amounts.count() else None


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
        Section(
            _("Ages that are not the total of their row").text(lang),
            tuple((each.cell, each.total, each.ages) for each in items.age_differences),
            headings=tuple(heading.text(lang) for heading in (_("Cell"), _("Total of the list"), _("Sum of the ages"))),
            is_good=False,
        ),
    ]
