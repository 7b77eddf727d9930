"""What a person types before records go to production: the exact totals of what would be sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from armbulk.app.plan import Plan
from armbulk.i18n import Text, format_amount, format_number
from armbulk.model.environment import Environment
from armbulk.model.record_kinds import count_records

_SAFE = frozenset({Environment.SANDBOX, Environment.STAGING})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']+")
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class TotalToType:
    """A figure that a person types.

    Attributes:
        name: names its field: a currency, or `records`.
        value: what has to be typed: the sum incl. VAT in this currency, or the number of records.
        records: what is counted, such as `120 documents`.
    """

    name: str
    value: Decimal
    records: Text

    @property
    def is_amount(self) -> bool:
        """Whether it is a sum of money."""
        return self.name != "records"

    def write(self, lang: str) -> str:
        """Return it as a language writes it: `825 259.59`."""
        return format_amount(self.value, lang) if self.is_amount else format_number(int(self.value), lang)

    def is_typed(self, text: str) -> bool:
        """Return whether a text is this figure: `825259,59` and `NOK 825 259.59` are, `825 259` is not."""
        return read_figure(text.removeprefix(self.name) if self.is_amount else text) == self.value


def read_figure(text: str) -> Decimal | None:
    """Return an amount or a number as a person types it, with a point or a comma; None where it is none.

    A sign between thousands other than a space makes it unreadable: 1.250 may mean two amounts.
    """
    bare = _SPACES.sub("", text).replace("\u2212", "-").replace(",", ".")
    return Decimal(bare) if _AMOUNT.fullmatch(bare) else None


def needs_typed_totals(plan: Plan) -> bool:
    """Return whether a person types the totals: where it is, or may be, production."""
    return plan.destination.environment not in _SAFE


def list_totals_to_type(plan: Plan) -> list[TotalToType]:
    """Return the sum of each currency; the number of records where documents have no sums, or there are none."""
    sums = [(row["currency"], row["documents"], row["incl_vat"]) for row in plan.totals.iter_rows(named=True)]
    if not sums or any(amount is None or not currency for currency, _count, amount in sums):
        return [TotalToType("records", Decimal(plan.records), count_records(plan.records, ""))]
    return [TotalToType(currency, amount, count_records(count, "documents")) for currency, count, amount in sums]


def find_wrong_totals(plan: Plan, typed: Mapping[str, str]) -> list[str]:
    """Return the names of the totals that were not typed as they are."""
    return [total.name for total in list_totals_to_type(plan) if not total.is_typed(typed.get(total.name, "").strip())]
