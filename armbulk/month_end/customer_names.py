"""The names of customers, from ARM's customer list: AR items have their numbers only."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.page_reader import is_list_missing
from armbulk.i18n import Text, _
from armbulk.model.keys import normalise_key, normalise_key_text
from armbulk.model.partition import Partition
from armbulk.month_end.lists import MonthEndLists
from armbulk.month_end.turnover import text_column

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


def read_customer_names(lists: MonthEndLists, numbers: pl.Series) -> CustomerNames:
    """Return the names of the customers with these numbers, from the whole customer list."""
    wanted = numbers.drop_nulls().unique().to_frame("key").select(normalise_key(pl.col("key")))["key"]
    if not wanted.len():
        return CustomerNames()
    session = lists.open_session(lists.build_further_request(CUSTOMERS, Partition()))
    try:
        customers = lists.fetch(session)
    except (ServerError, ForbiddenError) as error:
        if not is_list_missing(error):
            raise
        session.checkpoint.file.clear()
        return CustomerNames(_NO_LIST.fill(reason=error.message))
    pages = (
        page.select(
            normalise_key(text_column("customerNo", page)).alias("key"), text_column("name", page).alias("name")
        ).filter(pl.col("key").is_in(wanted.implode()) & pl.col("name").is_not_null())
        for page, _lines in customers.pages()
    )
    empty = pl.DataFrame(schema={"key": pl.String, "name": pl.String})
    names = pl.concat([empty, *pages]).unique()
    # two customers whose numbers only look different: no name is better than a wrong one
    certain = names.filter(pl.len().over("key") == 1)
    return CustomerNames(None, dict(certain.iter_rows()))
