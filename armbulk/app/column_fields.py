"""The form of a sheet's columns as a page sends it: names of its fields, and what is chosen before a person changes it.

A checkbox that is not ticked is not sent: `shown:NAME` says that the page had it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from armbulk.model.column_proposal import EarlierAnswers, SheetProposal

CUSTOMERS = "customers."
"""How the names of fields about the customers beside documents begin."""

HOLD_BACK = "hold"
ALL_INVOICES = "invoices"
CODE = "code"
NEGATIVE_CHOICES = (HOLD_BACK, CODE, ALL_INVOICES)
"""What rows with negative amounts may be where every row is an invoice."""

NO_ANSWERS = EarlierAnswers()


@dataclass(frozen=True, slots=True)
class ColumnFields:
    """What is chosen in the form of one list.

    Attributes:
        texts: Name of a field of the form → what a person chose or typed; empty: nothing was sent yet.
        prefix: How the names begin: `customers.` or nothing.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    prefix: str = ""

    def read(self, name: str, default: str = "") -> str:
        """Return the text of a field; `default` where the page did not have it."""
        return self.texts.get(self.prefix + name, default).strip()

    def is_ticked(self, name: str, *, default: bool) -> bool:
        """Return whether a checkbox is ticked; `default` where the page did not have it."""
        if self.prefix + f"shown:{name}" not in self.texts:
            return default
        return self.prefix + name in self.texts

    def of_customers(self) -> "ColumnFields":
        """Return the fields about the customers of the documents."""
        return ColumnFields(self.texts, CUSTOMERS)


def find_earlier(proposal: SheetProposal) -> EarlierAnswers:
    """Return what was decided about such a file before; nothing where nothing was."""
    return proposal.earlier or NO_ANSWERS


def reads_customers(proposal: SheetProposal) -> bool:
    """Return whether the customers of a list of documents are read, too, until a person says otherwise."""
    return proposal.customers is not None and (proposal.earlier is None or proposal.earlier.has_customers)
