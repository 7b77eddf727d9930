"""Creating and changing customers and documents, and ARM's answers to it."""

import re
from copy import deepcopy
from typing import Any

from armbulk.sandbox.json_types import ADDRESS, COMPUTED, CUSTOMER, DOCUMENT, Json, find_errors
from armbulk.sandbox.keys import SAMPLE_BUNDLE, SAMPLE_REFERENCE, fold_key, make_kid
from armbulk.sandbox.state import SandboxState

MAX_WARNING_CHARS = 75
"""The published sample's warning is cut off here."""

_NUMBERS = ("clientNo", "accountNo", "referenceNo", "documentBundleId", "customerNo", "documentNo")


def save_customer(state: SandboxState, record: Any, *, create: bool) -> tuple[int, Json]:
    """Create or change a customer, and return (status, answer)."""
    errors = find_errors(record, CUSTOMER, "customer")
    if errors:
        return 422, answer_failed(record, errors)
    key = fold_key(record["customerNo"])
    stored = state.find_customer(key)
    if stored is not None:
        state.customers[key] = stored  # a customer of the lists is a changed one from here on
        status, result = (int(state.behaviour.post_existing) if create else 200), "UPDATED"
    elif not create:
        return int(state.behaviour.put_unknown), answer_failed(record, [_error("customerNo", "Customer not found")])
    else:
        errors = find_errors(record, CUSTOMER, "new customer")
        if errors:
            return 422, answer_failed(record, errors)
        stored = state.customers[key] = state.new_customer(record["customerNo"])
        status, result = 201, "CREATED"
    change_customer(stored, record)
    warnings = sanitise_emails(stored, "emailAddressDocument") + sanitise_emails(stored, "secondaryEmailAddress")
    return status, answer_processed(state, result, stored, warnings)


def change_customer(stored: Json, record: Json) -> None:
    """Change a customer: absent or null leaves a value, the address changes as a whole, arrays are replaced."""
    for name, value in record.items():
        if value is None or name in COMPUTED or name == "customerNo":
            continue
        if isinstance(value, dict):
            members = {inner: member for inner, member in value.items() if member is not None}
            if members:
                rest = dict.fromkeys(ADDRESS, "") if name == "postalAddress" else stored.get(name, {})
                stored[name] = {**rest, **members}
        else:
            stored[name] = deepcopy(value)


def delete_customer(state: SandboxState, number: str) -> tuple[int, Json]:
    """Delete a customer who has neither documents nor AR items, and return (status, answer)."""
    key = fold_key(number)
    stored = state.find_customer(key)
    if stored is None:
        return 404, answer_failed({"customerNo": number}, [_error("customerNo", "Customer not found")])
    if state.has_documents_of(key):
        return 422, answer_failed(stored, [_error("customerNo", "The customer has documents or AR items")])
    state.delete_customer(key)
    return 200, answer_processed(state, "DELETED", stored, [])


def create_document(state: SandboxState, record: Any, created_at: float) -> tuple[int, Json]:
    """Create a document, and return (status, answer)."""
    errors = find_errors(record, DOCUMENT, "document")
    if errors:
        return 422, answer_failed(record, errors)
    key = fold_key(record["documentNo"])
    if state.behaviour.duplicate == "refuse" and state.has_document(key):
        return 422, answer_failed(record, [_error("documentNo", "Document already exists")])
    customer = state.find_customer(record["customerNo"])
    if customer is None:
        status = 404 if state.behaviour.unknown_customer == "404" else 422
        return status, answer_failed(record, [_error("customerNo", "Customer not found")])
    stored = _number_document(state, customer["accountNo"], record)
    if state.behaviour.stored_amounts == "rounded" and "currencyAmounts" in stored:
        stored["currencyAmounts"] = {name: round(amount) for name, amount in stored["currencyAmounts"].items()}
    warnings = sanitise_emails(stored, "emailAddress")
    state.documents.setdefault(key, []).append(stored)
    state.created[stored["referenceNo"]] = created_at
    return 201, answer_processed(state, "CREATED", stored, warnings)


def _number_document(state: SandboxState, account: int, record: Json) -> Json:
    """Return a document with the numbers that ARM issues; they are above those of the lists."""
    reference, bundle = SAMPLE_REFERENCE + state.next_reference, SAMPLE_BUNDLE + state.next_reference
    state.next_reference += 1
    numbers = {"clientNo": state.client_no, "accountNo": account, "referenceNo": reference, "documentBundleId": bundle}
    values = {name: deepcopy(value) for name, value in record.items() if value is not None}
    return {**numbers, **values, "kid": values.get("kid") or make_kid(state.client_no, account, reference)}


def sanitise_emails(stored: Json, name: str) -> list[Json]:
    """Remove blanks from e-mail addresses, and return ARM's warnings about it, cut off where ARM cuts them off."""
    warnings = []
    field = "EmailAddressDocument" if name == "emailAddress" else name[0].upper() + name[1:]
    for index, address in enumerate(stored.get(name) or []):
        clean = re.sub(r"\s", "", address)
        if clean != address:
            stored[name][index] = clean
            message = f"Email address {address} was sanitized: {clean} was saved"
            warnings.append({"field": field, "message": message[:MAX_WARNING_CHARS]})
    return warnings


def answer_processed(state: SandboxState, result: str, stored: Json, warnings: list[Json]) -> Json:
    """Return the answer for an accepted record."""
    answer: Json = {"status": "PROCESSED", "result": result, "message": result}
    answer |= {name: stored[name] for name in _NUMBERS if name in stored}
    if warnings or state.behaviour.warnings == "list":
        answer["warnings"] = warnings
    elif state.behaviour.warnings == "null":
        answer["warnings"] = None
    return answer


def answer_failed(record: Any, errors: list[Json]) -> Json:
    """Return the answer for a refused record. Its message does not repeat the errors."""
    answer: Json = {"status": "FAILED", "result": "REJECTED", "message": "The record was rejected"}
    if isinstance(record, dict):
        answer |= {name: record[name] for name in ("customerNo", "documentNo") if name in record}
    return {**answer, "errors": errors}


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": message}
