"""Creating and changing customers and documents, and the answers ARM gives for it."""

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from armbulk.sandbox.json_types import ADDRESS, COMPUTED, CUSTOMER, DOCUMENT, Json, errors
from armbulk.sandbox.keys import FIRST_BUNDLE, FIRST_REFERENCE, fold, kid

if TYPE_CHECKING:
    from armbulk.sandbox.state import SandboxState

LONGEST_WARNING = 75
"""The published sample's warning is cut off here."""

_NUMBERS = ("clientNo", "accountNo", "referenceNo", "documentBundleId", "customerNo", "documentNo")


def save_customer(state: "SandboxState", given: Any, *, create: bool) -> tuple[int, Json]:
    """Create or change a customer: (status, answer)."""
    wrong = errors(given, CUSTOMER, "customer")
    if wrong:
        return 422, failed(given, wrong)
    key = fold(given["customerNo"])
    stored = state.customer(key)
    if stored is not None:
        state.customers[key] = stored  # one that stood in the books is changed from here on
        status, result = (int(state.dialect.post_existing) if create else 200), "UPDATED"
    elif not create:
        wrong = [{"field": "customerNo", "message": "Customer not found"}]
        return int(state.dialect.put_unknown), failed(given, wrong)
    else:
        wrong = errors(given, CUSTOMER, "new customer")
        if wrong:
            return 422, failed(given, wrong)
        stored = state.customers[key] = state.new_customer(given["customerNo"])
        status, result = 201, "CREATED"
    change(stored, given)
    warnings = sanitise(stored, "emailAddressDocument") + sanitise(stored, "secondaryEmailAddress")
    return status, processed(state, result, stored, warnings)


def change(stored: Json, given: Json) -> None:
    """Change a customer: absent or null leaves a value, the address changes as a whole, arrays are replaced."""
    for name, value in given.items():
        if value is None or name in COMPUTED or name == "customerNo":
            continue
        if isinstance(value, dict):
            said = {inner: one for inner, one in value.items() if one is not None}
            if said:
                rest = dict.fromkeys(ADDRESS, "") if name == "postalAddress" else stored.get(name, {})
                stored[name] = {**rest, **said}
        else:
            stored[name] = deepcopy(value)


def delete_customer(state: "SandboxState", number: str) -> tuple[int, Json]:
    """Delete a customer who has no documents: (status, answer)."""
    key = fold(number)
    stored = state.customer(key)
    if stored is None:
        return 404, failed({"customerNo": number}, [{"field": "customerNo", "message": "Customer not found"}])
    if state.billed(key):
        return 422, failed(stored, [{"field": "customerNo", "message": "The customer has documents"}])
    state.forget_customer(key)
    return 200, processed(state, "DELETED", stored, [])


def create_document(state: "SandboxState", given: Any, at: float) -> tuple[int, Json]:
    """Create a document: (status, answer)."""
    wrong = errors(given, DOCUMENT, "document")
    if wrong:
        return 422, failed(given, wrong)
    key = fold(given["documentNo"])
    if state.dialect.duplicate == "refuse" and state.has_document(key):
        return 422, failed(given, [{"field": "documentNo", "message": "Document already exists"}])
    customer = state.customer(given["customerNo"])
    if customer is None:
        status = 404 if state.dialect.unknown_customer == "404" else 422
        return status, failed(given, [{"field": "customerNo", "message": "Customer not found"}])
    stored = _numbered(state, customer["accountNo"], given)
    warnings = sanitise(stored, "emailAddress")
    state.documents.setdefault(key, []).append(stored)
    state.created[stored["referenceNo"]] = at
    return 201, processed(state, "CREATED", stored, warnings)


def _numbered(state: "SandboxState", account: int, given: Json) -> Json:
    reference, bundle = FIRST_REFERENCE + state.references, FIRST_BUNDLE + state.references  # above those of the books
    state.references += 1
    numbers = {"clientNo": state.client_no, "accountNo": account, "referenceNo": reference, "documentBundleId": bundle}
    said = {name: deepcopy(value) for name, value in given.items() if value is not None}
    return {**numbers, **said, "kid": said.get("kid") or kid(state.client_no, account, reference)}


def sanitise(stored: Json, name: str) -> list[Json]:
    """Take blanks out of e-mail addresses, and say so in ARM's own words, cut off where ARM cuts them off."""
    warnings = []
    field = "EmailAddressDocument" if name == "emailAddress" else name[0].upper() + name[1:]
    for place, address in enumerate(stored.get(name) or []):
        clean = re.sub(r"\s", "", address)
        if clean != address:
            stored[name][place] = clean
            message = f"Email address {address} was sanitized: {clean} was saved"
            warnings.append({"field": field, "message": message[:LONGEST_WARNING]})
    return warnings


def processed(state: "SandboxState", result: str, stored: Json, warnings: list[Json]) -> Json:
    """Answer for a record that went well."""
    answer: Json = {"status": "PROCESSED", "result": result, "message": result}
    answer |= {name: stored[name] for name in _NUMBERS if name in stored}
    if warnings or state.dialect.warnings == "list":
        answer["warnings"] = warnings
    elif state.dialect.warnings == "null":
        answer["warnings"] = None
    return answer


def failed(given: Any, wrong: list[Json]) -> Json:
    """Answer for a record that was refused."""
    answer: Json = {"status": "FAILED", "result": "REJECTED", "message": wrong[0]["message"]}
    if isinstance(given, dict):
        answer |= {name: given[name] for name in ("customerNo", "documentNo") if name in given}
    return {**answer, "errors": wrong}
