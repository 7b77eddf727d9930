"""By what people know a list of customers, documents or lines."""

from collections.abc import Mapping, Sequence

from armbulk.i18n import NO_TEXT, Text, join_texts, quote_names
from armbulk.matching.candidates import Candidate
from armbulk.model.column_proposal import ColumnProposal, SheetProposal
from armbulk.model.fields import Resource
from armbulk.resources import RESOURCES

_SIGNS = {
    "customers": frozenset(
        {"name", "address_line_1", "postal_code", "city_name", "phone_no", "email_address_document"}
    ),
    "documents": frozenset({"document_no", "document_date", "due_date", "incl_vat", "excl_vat", "kid", "customer_no"}),
    "lines": frozenset({"document_no", "line_text", "quantity", "price", "article_no", "line_no"}),
}
"""Fields by which people know a list."""

_WITHOUT_KEY = -100.0
_MAX_REASONS = 4


def rate_proposal(proposal: SheetProposal) -> float:
    """Return how likely a sheet is what it is proposed as: its key and required fields count most."""
    resource = RESOURCES[proposal.resource]
    fields = {column.target for column in proposal.columns if column.target}
    required = {field.name for field in resource.fields if field.required}
    of_kind = _SIGNS[resource.name] & fields
    if resource.record_key not in fields:  # what has a key is likelier
        return _WITHOUT_KEY + len(of_kind)
    return len(fields) + 3 * len(of_kind) + len(required & fields) - 2 * len(required - fields)


def list_signs(proposal: SheetProposal) -> set[str]:
    """Return the fields by which people know a list whose columns are sure."""
    sure = {column.target for column in proposal.columns if column.is_known or column.is_sure}
    return sure & _SIGNS[proposal.resource]


def count_signs(resource: Resource, columns: Sequence[ColumnProposal]) -> int:
    """Return how many columns by which people know a list are sure; 0 where its key is not."""
    sure = {column.target for column in columns if column.is_known or column.is_sure}
    return len(sure & _SIGNS[resource.name]) if resource.record_key in sure else 0


def name_signs(resource: Resource, chosen: Mapping[str, Candidate], headers: Mapping[str, str]) -> Text:
    """Return the headers by which people know the list, as a list for people.

    Args:
        resource: What the sheet may contain.
        chosen: Letter → what the column may be.
        headers: Letter → header.
    """
    names = [
        headers[letter]
        for letter, candidate in chosen.items()
        if candidate.target in _SIGNS[resource.name] and headers[letter]
    ]
    return join_texts(*quote_names(names[:_MAX_REASONS]), separator=", ") if names else NO_TEXT
