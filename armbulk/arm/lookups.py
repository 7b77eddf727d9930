"""Read ARM's answers to look-ups of single documents and customers, and compare documents with what was sent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from armbulk.arm.batch_results import read_client_nos, read_reference
from armbulk.arm.json_body import lower_names, parse_json, unwrap
from armbulk.arm.same_value import (
    is_same_amount,
    is_same_code,
    is_same_date,
    is_same_key,
    write_amount,
    write_code,
    write_date,
)
from armbulk.i18n import Text
from armbulk.model.lookup import ComparedField, DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.plain_text import to_one_line
from armbulk.model.record_messages import (
    FIELD_NAMES,
    FOUND_IN_ARM,
    LOOKUP_ANSWERED,
    LOOKUP_EMPTY,
    LOOKUP_OTHERS,
    LOOKUP_UNCLEAR,
    OTHER_IN_ARM,
    OTHER_VALUE,
    SEVERAL_IN_ARM,
    UNKNOWN_IN_ARM,
)
from armbulk.model.response import Response

_ABSENT = DocumentLookup(LookupResult.ABSENT, UNKNOWN_IN_ARM)
_TELLING = frozenset({"customer", "date", "amount"})
"""Fields of which at least one has to be equal: number, type and currency are the question, not an answer."""

_MAX_VALUE_CHARS = 60
_NOTES = frozenset({"warnings", "messages", "links"})
_CONTRADICTIONS = frozenset({"totalcount", "currentpagesize", "error", "errors", "exception"})
"""Members that an answer without a record has not, or that are 0 or empty in it."""


def read_document(response: Response, expected: ExpectedDocument) -> DocumentLookup:
    """Return what the answer to GET documents/{documentno} shows of the expected document."""
    if response.is_not_found:
        return _ABSENT
    body = parse_json(response.body) if response.error is None and response.status == 200 else None
    documents = list(_find_documents(body))
    if documents or _holds_nothing(body):
        return compare_document(documents, expected)
    message = response.reason or LOOKUP_ANSWERED.fill(status=response.status)
    return DocumentLookup(LookupResult.UNKNOWN, message)


def compare_document(documents: Sequence[Mapping[str, Any]], expected: ExpectedDocument) -> DocumentLookup:
    """Return what documents that ARM has under one number show of the expected document."""
    if not documents:
        return _ABSENT
    client_nos = read_client_nos(documents)
    documents, others = _select_documents(documents, expected), documents
    if not documents:
        numbers = ", ".join(to_one_line(str(unwrap(other).get("documentno")), _MAX_VALUE_CHARS) for other in others[:3])
        message = f"{LOOKUP_OTHERS}: {numbers}"
        return DocumentLookup(LookupResult.UNKNOWN, message, client_nos=client_nos)
    has_number = any(_has_number(document, expected.document_no) for document in documents)
    compared = tuple(_compare_fields(document, expected) for document in documents)
    if len(documents) > 1:
        message = SEVERAL_IN_ARM.fill(count=len(documents), number=expected.document_no)
        return DocumentLookup(
            LookupResult.DIFFERENT, message, has_number=has_number, client_nos=client_nos, documents=compared
        )
    comparisons = compared[0]
    differences = [_describe(comparison) for comparison in comparisons if comparison.is_same is False]
    unreadable = [_describe(comparison) for comparison in comparisons if comparison.is_same is None]
    reference = read_reference(unwrap(documents[0]), "documents")
    if differences:
        result = LookupResult.DIFFERENT
        message = f"{OTHER_IN_ARM}: {'; '.join(differences)}"
    elif unreadable:
        result, message = LookupResult.UNKNOWN, f"{LOOKUP_UNCLEAR}: {'; '.join(unreadable)}"
    elif not any(comparison.name in _TELLING for comparison in comparisons):
        result, message = LookupResult.UNKNOWN, LOOKUP_EMPTY
    else:
        result, message = LookupResult.EQUAL, FOUND_IN_ARM
    return DocumentLookup(result, message, reference, has_number, client_nos, compared)


def find_customer(response: Response, customer_no: str) -> dict[str, Any] | None:
    """Return the customer's record in the answer to GET customers/{customerno}; None when it has none."""
    return _find_record(response, "customerNo", customer_no)


def read_customer(response: Response, customer_no: str) -> dict[str, Any] | None:
    """Return the customer's record, an empty one when ARM says that it has none; None for an unreadable answer."""
    return _read_record(response, "customerNo", customer_no)


def read_item(response: Response, ar_item_id: str) -> dict[str, Any] | None:
    """As `read_customer`, in the answer to GET aritems/{aritemid}."""
    return _read_record(response, "arItemId", ar_item_id)


def _read_record(response: Response, member: str, key: str) -> dict[str, Any] | None:
    record = _find_record(response, member, key)
    is_empty = response.status == 200 and _holds_nothing(parse_json(response.body))
    return {} if record is None and (response.status == 204 or is_empty) else record


def _find_record(response: Response, member: str, key: str) -> dict[str, Any] | None:
    body = parse_json(response.body) if response.status == 200 else None
    return next(_find_records(body, member, key), None)


def _holds_nothing(body: Any) -> bool:
    """Whether an answer is an empty list, or a page without a record, and says nothing else: no total, no failure."""
    if not isinstance(body, dict):
        return isinstance(body, list) and not body
    members = lower_names(body)
    inner = [lower_names(value) for value in members.values() if isinstance(value, dict)]
    everything = [(name, value) for part in (members, *inner) for name, value in part.items()]
    arrays = [value for name, value in everything if isinstance(value, list) and name not in _NOTES]
    contradicts = any(value for name, value in everything if name in _CONTRADICTIONS)
    return bool(arrays) and not any(arrays) and not contradicts


def _find_records(body: Any, member: str, key: str) -> Iterator[dict[str, Any]]:
    """The records of that number, whatever they are wrapped in."""
    if isinstance(body, dict) and is_same_key(body.get(member), key):
        yield body
        return
    inner = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
    for value in inner:
        yield from _find_records(value, member, key)


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


def _select_documents(
    documents: Sequence[Mapping[str, Any]], expected: ExpectedDocument
) -> Sequence[Mapping[str, Any]]:
    """Those that may be meant: of this number, and of several with this number the one with this type."""
    of_number = [
        document
        for document in documents
        if is_same_key(unwrap(document).get("documentno"), expected.document_no) is not False
    ]
    of_type = [
        document
        for document in of_number
        if is_same_code(unwrap(document).get("documenttype"), expected.doc_type) is not False
    ]
    return of_type if len(of_type) == 1 else of_number


def _has_number(document: Mapping[str, Any], number: str) -> bool:
    return is_same_key(unwrap(document).get("documentno"), number) is True


def _compare_fields(document: Mapping[str, Any], expected: ExpectedDocument) -> tuple[ComparedField, ...]:
    """The fields that both sides have."""
    members = unwrap(document)
    amount = unwrap(members.get("currencyamounts")).get("inclvat")
    fields = (
        ("number", members.get("documentno"), expected.document_no, is_same_key, write_code),
        ("type", members.get("documenttype"), expected.doc_type, is_same_code, write_code),
        ("customer", members.get("customerno"), expected.customer, is_same_key, write_code),
        ("date", members.get("documentdate"), expected.date, is_same_date, write_date),
        ("currency", members.get("currency"), expected.currency, is_same_code, write_code),
        ("amount", amount, expected.amount, is_same_amount, write_amount),
    )
    return tuple(
        ComparedField(name, there, here, is_same(there, here), write(there))
        for name, there, here, is_same, write in fields
        if there is not None and there != "" and here
    )


def _describe(comparison: ComparedField) -> Text:
    there = to_one_line(str(comparison.there), _MAX_VALUE_CHARS)
    return OTHER_VALUE.fill(field=FIELD_NAMES[comparison.name], there=there, here=comparison.here)
