"""The sheet of the proof after the import: a row for each customer and currency, differences first and marked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armbulk.i18n import Text, _, join_texts, ngettext
from armbulk.migration.arm_proof import ArmProof
from armbulk.model.fields import FieldType
from armbulk.model.result_columns import ARM_PROOF, ARM_PROOF_TITLE
from armbulk.writers.report_sheets import ReportSheet

if TYPE_CHECKING:
    from armbulk.writers.section import ReportRow

_AMOUNTS = (
    ("migrated", _("Migration")),
    ("accepted", _("Accepted by ARM")),
    ("in_arm", _("Open in ARM")),
    ("since", _("Other items since")),
    ("difference", _("Difference")),
    ("earlier", _("Items from before")),
)
_EQUATION = _(
    "Migration = open in ARM, of each customer and currency. Items that the customer had in ARM before the import do "
    "not count."
)
_REASONS = {
    "refused": ngettext("{count} document was not accepted", "{count} documents were not accepted"),
    "missing": ngettext("{count} document has no item in ARM", "{count} documents have no item in ARM"),
    "twice": ngettext("{count} document has several items in ARM", "{count} documents have several items in ARM"),
    "wrong": ngettext(
        "{count} document has another amount or currency in ARM",
        "{count} documents have other amounts or currencies in ARM",
    ),
    "settled": ngettext(
        "{count} document is paid or credited in ARM, in whole or in part",
        "{count} documents are paid or credited in ARM, in whole or in part",
    ),
}
_SINCE = _("the customer has other items in ARM since the import")
_AGREES = _("Agrees")


def describe_row(row: Mapping[str, Any]) -> Text:
    """Return what differs of a customer, with the numbers of the first documents."""
    if row["is_good"]:
        return _AGREES
    texts = [text.fill(count=row[name]) for name, text in _REASONS.items() if row[name]]
    if row["since"]:
        texts.append(_SINCE)
    reasons = join_texts(*texts, separator="; ")
    return _("{reasons} ({documents})", reasons=reasons, documents=row["named"]) if row["named"] else reasons


def build_arm_proof_sheet(
    proof: ArmProof, customers: Mapping[str, tuple[str, str | None]], notes: tuple[Text, ...], lang: str
) -> ReportSheet:
    """Return the sheet.

    Args:
        proof: The comparison.
        customers: Customer in its comparable form → its number and name, as far as they are known.
        notes: When and how ARM was read.
        lang: Of the texts.
    """
    rows: list[ReportRow] = [
        (
            *customers.get(row["customer"], (row["customer"], None)),
            row["currency"],
            row["documents"],
            *(row[name] for name, _heading in _AMOUNTS),
            describe_row(row).text(lang),
        )
        for row in proof.rows.iter_rows(named=True)
    ]
    result = _("ARM has what moved.") if proof.is_good else _("ARM differs from the migration. Differences are in red.")
    return ReportSheet(
        name=ARM_PROOF.text(lang),
        title=ARM_PROOF_TITLE.text(lang),
        headings=(
            (_("Customer no").text(lang), FieldType.TEXT),
            (_("Name").text(lang), FieldType.TEXT),
            (_("Currency").text(lang), FieldType.TEXT),
            (_("Documents").text(lang), FieldType.INTEGER),
            *((heading.text(lang), FieldType.AMOUNT) for _name, heading in _AMOUNTS),
            (_("Result").text(lang), FieldType.TEXT),
        ),
        rows=rows,
        notes=tuple(text.text(lang) for text in (result, _EQUATION, *notes)),
        bad_rows=frozenset(range(int((~proof.rows["is_good"]).sum()))),
        is_good=proof.is_good,
    )
