"""Customers of a migration that ARM has already: what the ledger has, what ARM has, and what would be sent."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.dialog import Dialog
from armbulk.app.diff.comparison import FileComparison, build_diff_request, compare_files
from armbulk.app.diff.customers import CustomerState, Reason
from armbulk.app.diff.words import KEPT, explain_state
from armbulk.context import Context
from armbulk.findings.frame import mask_value
from armbulk.i18n import Text, _, format_time
from armbulk.model.fields import FieldType
from armbulk.model.keys import normalise_key
from armbulk.model.result_columns import EXISTING, EXISTING_TITLE
from armbulk.resources import RESOURCES
from armbulk.store import Store
from armbulk.writers.migration_workbook import write_table_alone
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import ReportRow
from armbulk.writers.template import TemplateTable

_CUSTOMERS = RESOURCES["customers"]
_NAME = _CUSTOMERS.field("name").header
_ASKED = _("The import asks before it changes this")
_SAME = _("ARM has the same values")
_SENT = _("The import sends this value")
_NOTES = (
    _("The import changes customers that ARM has already. A red row: ARM has another name. Is it another customer?"),
    _("Values that the ledger does not have stay in ARM, also the parts of an address that changes."),
)


@dataclass(frozen=True, slots=True)
class ExistingCustomers:
    """The comparison of a migration's customers with ARM.

    Attributes:
        comparison: Of the sheet Customers, as an import decides.
        values: Customer in its comparable form → field → the ledger's value.
    """

    comparison: FileComparison
    values: dict[str, dict[str, str]]

    @property
    def count(self) -> int:
        """How many customers ARM has already."""
        return sum(customer.current is not None for customer in self.comparison.customers)

    @property
    def differing(self) -> int:
        """How many of them have other values in ARM."""
        return sum(bool(customer.changes) for customer in self.comparison.customers)

    def to_json(self) -> dict[str, Any]:
        """Return the counts, as the JSON of `armbulk migrate` has them."""
        arm = self.comparison.arm
        return {
            "count": self.count,
            "differing": self.differing,
            "not_compared": self.comparison.counts[CustomerState.NOT_COMPARED],
            "read": arm.to_json(self.comparison.made_at),
        }

    def build_sheet(self, lang: str) -> ReportSheet:
        """Return the sheet: a row for each value that differs, and one for each customer without any."""
        rows: list[ReportRow] = [*self._list_changes(lang), *self._list_kept(lang)]
        differing = {row[0] for row in rows}
        same = [each for each in self.comparison.customers if each.current is not None and each.number not in differing]
        rows += [(each.number, self._find(each.key).get("name"), "", "", "", "", _SAME.text(lang)) for each in same]
        order = {each.number: index for index, each in enumerate(self.comparison.customers)}
        rows.sort(key=lambda row: order[str(row[0])])
        bad = frozenset(number for number, row in enumerate(rows) if row[2] == _NAME.text(lang))
        texts = (_("Customer no"), _("Name"), _("Field"), _("Ledger"), _("Value in ARM"), _("Sent to ARM"), _("Note"))
        read = _("Read from ARM: {time}", time=format_time(self.comparison.arm.read_at, lang))
        return ReportSheet(
            name=EXISTING.text(lang),
            title=EXISTING_TITLE.text(lang),
            headings=tuple((text.text(lang), FieldType.TEXT) for text in texts),
            rows=rows,
            notes=tuple(note.text(lang) for note in (*_NOTES, read)),
            bad_rows=bad,
        )

    def _list_changes(self, lang: str) -> Iterator[ReportRow]:
        """Yield a row for each value that differs."""
        keys = {customer.number: customer.key for customer in self.comparison.customers}
        for change in self.comparison.list_changes():
            own, name = self._find(keys[change["customer_no"]]), change["field"]
            is_sensitive = name in _FIELDS and _CUSTOMERS.field(name).sensitive
            ledger = mask_value(own[name]) if is_sensitive and own.get(name) else own.get(name, "")
            note = _ASKED if change["reason"] == Reason.NOT_SENT_FROM_HERE else change["note"]
            note = note or (_SENT if change["state"] == CustomerState.CHANGED else explain_state(change["state"]))
            values = (change["header"], ledger, change["at_arm"] or "", change["in_file"] or "")
            yield change["customer_no"], own.get("name"), *values, note.text(lang) if isinstance(note, Text) else note

    def _list_kept(self, lang: str) -> Iterator[ReportRow]:
        """Yield a row for each part of ARM's address that the ledger does not have, where other parts change."""
        for customer in self.comparison.customers:
            name = self._find(customer.key).get("name")
            for part in customer.kept:
                yield customer.number, name, part.header.text(lang), "", part.current, part.current, KEPT.text(lang)

    def _find(self, key: str) -> dict[str, str]:
        return self.values.get(key, {})


_FIELDS = frozenset(field.name for field in _CUSTOMERS.fields)


def find_existing_customers(
    context: Context, store: Store, table: TemplateTable, dialog: Dialog, *, wait: bool
) -> ExistingCustomers | None:
    """Look the customers of a migration up in ARM, and compare them.

    Args:
        context: The settings.
        store: What was sent from here.
        table: The rows of the sheet Customers.
        dialog: Confirms a high price; shows progress.
        wait: Whether to wait for ARM's limits.

    Returns:
        The comparison; None when the price was not confirmed.

    Raises:
        SettingsError: It is not set how ARM is called.
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
    """
    with tempfile.TemporaryDirectory(prefix="armbulk-migration-", ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "customers.xlsx"
        write_table_alone(file, table, context.profile.lang)
        request = build_diff_request([file], None, wait=wait)
        comparison = compare_files(context, store, request, dialog)
    if comparison is None:
        return None
    rows = [dict(row) for row in table.rows]
    keys = pl.DataFrame({"key": [row.get(_CUSTOMERS.key) for row in rows]}, schema={"key": pl.String})
    folded = keys.select(normalise_key(pl.col("key")).fill_null(""))["key"]
    return ExistingCustomers(comparison, dict(zip(folded, rows, strict=True)))
