"""A list of documents with the names and addresses of the customers beside: which columns are whose."""

from collections.abc import Collection
from dataclasses import replace

from armbulk.i18n import NO_TEXT
from armbulk.matching.candidates import DECIDED
from armbulk.matching.list_signs import list_signs
from armbulk.model.column_proposal import ColumnProposal, SheetProposal

_CUSTOMER_NO = "customer_no"
_MIN_SIGNS = {"documents": 2, "customers": 2}
"""How many columns by which people know a list must be sure, besides the number of the customer."""

OTHER_LIST = {"documents": "customers", "customers": "documents"}
"""The list that may be in the same rows."""


def are_both(documents: SheetProposal, customers: SheetProposal) -> bool:
    """Return whether rows are documents and have their customers, too: both have columns of their own that are sure."""
    number, same = _find_letter(documents, _CUSTOMER_NO), _find_letter(customers, _CUSTOMER_NO)
    key = _find_letter(documents, documents.key)
    if not number or number != same or not key or key == number:
        return False
    signs = {proposal.resource: list_signs(proposal) - {_CUSTOMER_NO} for proposal in (documents, customers)}
    return all(len(signs[name]) >= count for name, count in _MIN_SIGNS.items())


def are_two_lists(proposal: SheetProposal, other: SheetProposal) -> bool:
    """Return whether the rows are both lists, whichever of the two is the documents'."""
    return are_both(proposal, other) if proposal.resource == "documents" else are_both(other, proposal)


def add_other_list(proposal: SheetProposal, other: SheetProposal) -> SheetProposal:
    """Return a proposal for rows that are two lists (`are_two_lists`).

    One for documents gets the one for their customers (`customers`). Of one for customers, the documents' columns are
    not asked about.
    """
    documents, customers = (proposal, other) if proposal.resource == "documents" else (other, proposal)
    unread = {column.letter for column in documents.columns if not column.target}
    signs = list_signs(customers)
    of_customers = {
        column.letter
        for column in customers.columns
        if column.target in signs or (column.letter in unread and column.target and _is_sure(column))
    }
    of_customers |= {letter for each in customers.derived if not each.needs for letter in each.letters} & unread
    of_documents = {column.letter for column in documents.columns if column.target}
    number = _find_letter(documents, _CUSTOMER_NO)
    only_documents = of_documents - of_customers - {number}
    customers = _leave_out(replace(customers, repeats=True), only_documents)
    if proposal.resource == "customers":
        return customers
    documents = _leave_out(documents, of_customers - {number})
    own = {column.letter for column in documents.columns if column.target} - {number}
    beside = tuple(column for column in customers.columns if column.letter not in own)
    return replace(documents, customers=replace(customers, columns=beside))


def _leave_out(proposal: SheetProposal, letters: Collection[str]) -> SheetProposal:
    """Return a proposal that neither reads some columns nor asks about them."""
    columns = tuple(
        replace(column, target="", reason=NO_TEXT, is_known=False, is_sure=False, choices=())
        if column.letter in letters and column.reason != DECIDED
        else column
        for column in proposal.columns
    )
    derived = tuple(each for each in proposal.derived if not set(each.letters) & set(letters))
    return replace(proposal, columns=columns, derived=derived)


def _find_letter(proposal: SheetProposal, target: str) -> str:
    return next((column.letter for column in proposal.columns if column.target == target), "")


def _is_sure(column: ColumnProposal) -> bool:
    return column.is_known or column.is_sure
