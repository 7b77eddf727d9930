"""The layout of the sheet Proof: a row for each customer, those that are not proved first and marked."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.i18n import Text, _
from armbulk.migration.balances import Proof
from armbulk.migration.derive import Migration, Notice
from armbulk.migration.references import OWNER
from armbulk.model.fields import FieldType
from armbulk.model.result_columns import PROOF, PROOF_TITLE
from armbulk.model.row_view import RowView
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import ReportRow

_MAX_ACCOUNTS = 5
_OF_ACCOUNT = ("opening", "moved", "closing", "difference")
_ACCOUNT = _(
    "Account {account}: opening balance {opening:amount} + postings {moved:amount} is not the closing balance "
    "{closing:amount}. Difference: {difference:amount}."
)
_OPENING = _(
    "The file posts the opening balances again, as vouchers. They count once, as postings: the column Opening balance "
    "is 0."
)
ITEMS = _("Items")
"""The result of a customer whose items are proved."""


def lay_out_proof(
    migration: Migration,
    amounts: Sequence[tuple[str, Text]],
    equation: Text,
    describe: Callable[[Mapping[str, Any]], Text],
    add_up: Callable[[pl.Series], Decimal | None],
    lang: str,
) -> ReportSheet:
    """Return the sheet Proof.

    Args:
        migration: What is proved.
        amounts: Columns of `migration.proof`, and their headings.
        equation: What is compared.
        describe: Returns the result of a row of `migration.proof`.
        add_up: Returns the total of a column.
        lang: Of the texts.
    """
    names = migration.customers.select(pl.col("old_customer_no").alias(OWNER), "name").unique(
        OWNER, keep="first", maintain_order=True
    )
    is_bad = ~pl.col("proof").is_in([Proof.PROVED, Proof.NOTHING])
    proof = migration.proof.join(names, on=OWNER, how="left", maintain_order="left").with_columns(is_bad=is_bad)
    proof = proof.sort(~pl.col("is_bad"), maintain_order=True)
    columns = [OWNER, "name", *(name for name, _heading in amounts)]

    def make_row(row: Mapping[str, Any]) -> ReportRow:
        return (*(row[name] for name in columns), describe(row).text(lang))

    is_proved, currency = migration.is_proved, migration.header.currency
    result = _("Everything is proved.") if is_proved else _("Not everything is proved. The differences are in red.")
    return ReportSheet(
        name=PROOF.text(lang),
        title=PROOF_TITLE.text(lang),
        headings=(
            (_("Customer no").text(lang), FieldType.TEXT),
            (_("Name").text(lang), FieldType.TEXT),
            *((heading.text(lang), FieldType.AMOUNT) for _name, heading in amounts),
            (_("Result").text(lang), FieldType.TEXT),
        ),
        rows=RowView(proof, make_row),
        total=(_("Total").text(lang), None, *(add_up(proof[name]) for name, _heading in amounts), None),
        notes=tuple(
            text.text(lang)
            for text in (
                result,
                equation.fill(currency=currency),
                *_explain_openings(migration),
                *_name_accounts(migration),
            )
        ),
        bad_rows=frozenset(range(int(proof["is_bad"].sum()))),
        is_good=is_proved,
    )


def _explain_openings(migration: Migration) -> list[Text]:
    """Return a note why the opening balances of the sheet are 0, if they are."""
    return [_OPENING] if Notice.OPENING_POSTED in migration.notices and migration.source is None else []


def _name_accounts(migration: Migration) -> list[Text]:
    """Return a note for each of the first accounts that do not add up; the sheet Ledger file has all of them."""
    accounts = migration.unproved_accounts.head(_MAX_ACCOUNTS).iter_rows(named=True)
    return [_ACCOUNT.fill(account=row["account_id"], **{name: row[name] for name in _OF_ACCOUNT}) for row in accounts]
