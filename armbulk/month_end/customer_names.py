"""The names of customers, from ARM's customer list: AR items have their numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.kept_records import KEPT_SECONDS, open_kept_records
from armbulk.export.page_reader import is_list_missing
from armbulk.i18n import Text, _
from armbulk.model.keys import normalise_key, normalise_key_text
from armbulk.month_end.lists import MonthEndLists

CUSTOMERS = "customers"
"""Name of the list the names come from."""

_LEFT_OUT = _("Customer names were left out (--no-customer-names).")
_NO_LIST = _("ARM's customer list is not available: {reason}")


@dataclass(frozen=True, slots=True)
class CustomerNames:
    """The names of some customers.

    Attributes:
        reason: why there are none.
    """

    reason: Text | None = None
    _by_key: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, customer_no: str | None) -> str:
        """Return a customer's name; "" where ARM's list does not have exactly one."""
        return self._by_key.get(normalise_key_text(customer_no), "") if customer_no else ""

    def map(self, numbers: pl.Expr) -> pl.Expr:
        """Return the names of a column of customer numbers; null where there is none."""
        if not self._by_key:
            return pl.lit(None, pl.String)
        return normalise_key(numbers).replace_strict(dict(self._by_key), default=None, return_dtype=pl.String)

    def digest_texts(self) -> list[tuple[str, str]]:
        """Return all of them, in a fixed order."""
        return sorted(self._by_key.items())


NO_NAMES = CustomerNames(_LEFT_OUT)
"""When the names were left out."""


def is_list_kept(lists: MonthEndLists) -> bool:
    """Return whether the customer list was read a short time ago, and is used again."""
    if lists.fresh:
        return False
    with open_kept_records(lists.context, KEPT_SECONDS, waits=False, on_progress=lists.on_progress) as kept:
        return kept.is_list_complete


def read_customer_names(lists: MonthEndLists, numbers: pl.Series) -> CustomerNames:
    """Return the names of the customers with these numbers, from the whole customer list.

    A list that was read a short time ago, for another month-end or a comparison, is used again.
    """
    wanted = numbers.drop_nulls().unique().to_frame("key").select(normalise_key(pl.col("key")))["key"]
    if not wanted.len():
        return CustomerNames()
    fresh = 0.0 if lists.fresh else KEPT_SECONDS
    with open_kept_records(lists.context, fresh, waits=lists.waits, on_progress=lists.on_progress) as kept:
        try:
            if not kept.is_list_complete:
                kept.read_list()
        except (ServerError, ForbiddenError) as error:
            if not is_list_missing(error):
                raise
            kept.session.is_done = True
            return CustomerNames(_NO_LIST.fill(reason=error.message))
        finally:
            lists.other_usage += kept.usage
        kept.finish()
        rows, repeated = (
            [(record.get("customerNo"), record.get("name")) for record in records]
            for records in (kept.list_records(), kept.list_repeated())
        )
    schema = {"number": pl.String, "name": pl.String}
    frame, several = (
        pl.DataFrame(part, schema=schema, orient="row", strict=False).select(normalise_key(pl.col("number")), "name")
        for part in (rows, repeated)
    )
    names = frame.filter(pl.col("number").is_in(wanted.implode()) & pl.col("name").is_not_null()).unique()
    # two customers whose numbers are the same, or only look different: no name is better than a wrong one
    is_certain = (pl.len().over("number") == 1) & ~pl.col("number").is_in(several["number"].implode())
    return CustomerNames(None, dict(names.filter(is_certain).iter_rows()))
