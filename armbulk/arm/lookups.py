"""Read ARM's answers to look-ups of single documents and customers, and compare documents with what was sent."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from armbulk.arm.batch_results import read_reference
from armbulk.arm.json_body import lower_names, parse_json, unwrap
from armbulk.model.keys import normalise_key_text
from armbulk.model.lookup import DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.response import Response

_ABSENT = DocumentLookup(LookupResult.ABSENT, "ARM does not know the document (yet)")
_MIN_COMPARED_FIELDS = 2
"""Fewer prove nothing: the number alone is the question, not an answer."""


def read_document(response: Response, expected: ExpectedDocument) -> DocumentLookup:
    """Return what the answer to GET documents/{documentno} shows of the expected document."""
    if response.error is None and response.status == 404:
        return _ABSENT
    body = parse_json(response.body) if response.error is None and response.status == 200 else None
    if isinstance(body, list | dict):
        return compare_document(list(_find_documents(body)), expected)
    message = response.reason or f"ARM answered {response.status} to the look-up"
    return DocumentLookup(LookupResult.UNKNOWN, message)


def compare_document(documents: Sequence[Mapping[str, Any]], expected: ExpectedDocument) -> DocumentLookup:
    """Return what documents that ARM has under one number show of the expected document."""
    if not documents:
        return _ABSENT
    has_number = any(_has_number(document, expected.document_no) for document in documents)
    if len(documents) > 1:
        message = f"ARM holds {len(documents)} documents with number {expected.document_no}"
        return DocumentLookup(LookupResult.DIFFERENT, message, has_number=has_number)
    differences = _compare_fields(documents[0], expected)
    reference = read_reference(unwrap(documents[0]), "documents")
    if differences is None:
        result, message = LookupResult.UNKNOWN, "ARM's answer to the look-up holds nothing to compare"
    elif differences:
        result = LookupResult.DIFFERENT
        message = "ARM holds another document with this number: " + "; ".join(differences)
    else:
        result, message = LookupResult.EQUAL, "found at ARM after the answer was lost"
    return DocumentLookup(result, message, reference, has_number)


def find_customer(response: Response, customer_no: str) -> dict[str, Any] | None:
    """Return the customer's record in the answer to GET customers/{customerno}; None when it has none."""
    body = parse_json(response.body) if response.status == 200 else None
    return next(_find_customers(body, normalise_key_text(customer_no)), None)


def read_customer(response: Response, customer_no: str) -> dict[str, Any] | None:
    """Return the customer's record, an empty one when ARM says that it has none; None for an unreadable answer."""
    record = find_customer(response, customer_no)
    if record is None and (response.status == 204 or (response.status == 200 and _holds_nothing(response))):
        return {}
    return record


def _holds_nothing(response: Response) -> bool:
    """Whether an answer is an empty list, or a page without a record."""
    body = parse_json(response.body)
    if not isinstance(body, dict):
        return isinstance(body, list) and not body
    members = lower_names(body)
    arrays = [value for value in members.values() if isinstance(value, list)]
    return bool(arrays) and not any(arrays) and all(isinstance(value, list | dict) for value in members.values())


def _find_customers(body: Any, key: str) -> Iterator[dict[str, Any]]:
    """The records of that number, whatever they are wrapped in."""
    if isinstance(body, dict) and normalise_key_text(str(body.get("customerNo") or "")) == key:
        yield body
        return
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in inner:
        yield from _find_customers(value, key)


def _find_documents(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, list):
        yield from (entry for entry in body if isinstance(entry, dict))
    elif isinstance(body, dict):
        members = lower_names(body)
        inner = next((members[name] for name in ("document", "documents", "data") if name in members), None)
        if "documentno" in members or inner is None:
            yield body
        else:
            yield from _find_documents(inner)


def _has_number(document: Mapping[str, Any], number: str) -> bool:
    value = unwrap(document).get("documentno")
    return isinstance(value, (str, int)) and normalise_key_text(str(value)) == normalise_key_text(number)


def _compare_fields(document: Mapping[str, Any], expected: ExpectedDocument) -> list[str] | None:
    """Descriptions of what differs from what was sent; None when too little can be compared."""
    members = unwrap(document)
    amounts = unwrap(members.get("currencyamounts"))
    pairs = [
        ("document no", members.get("documentno"), expected.document_no),
        ("type", members.get("documenttype"), expected.doc_type),
        ("customer", members.get("customerno"), expected.customer),
        ("date", str(members.get("documentdate") or "")[:10] or None, expected.date),
        ("currency", members.get("currency"), expected.currency),
        ("amount incl. VAT", amounts.get("inclvat"), expected.amount),
    ]
    comparable = [(name, there, here) for name, there, here in pairs if there is not None and there != "" and here]
    if len(comparable) < _MIN_COMPARED_FIELDS:
        return None
    return [f"{name} {there} there, {here} here" for name, there, here in comparable if not _is_same(there, here)]


def _is_same(there: Any, here: str) -> bool:
    if isinstance(there, (int, Decimal)) and not isinstance(there, bool):
        try:
            return Decimal(there) == Decimal(here)
        except InvalidOperation:
            return False
    return normalise_key_text(str(there)) == normalise_key_text(here)
