"""Auto postings: accepted strictly in the form that is proposed for them; the documentation has none."""

from decimal import Decimal
from typing import Any

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.records import answer_failed
from armbulk.sandbox.state import SandboxState


def list_sent(body: Any) -> list[Any]:
    """Return what a body has in lists: each costs a record."""
    members = body.values() if isinstance(body, dict) else []
    return [item for member in members if isinstance(member, list) for item in member]


def post_set(state: SandboxState, body: Any) -> tuple[int, Json]:
    """Validate or post a set, and return (status, answer): all of it, or nothing."""
    postings = _unwrap(body, state.behaviour.posting_body)
    if not postings:
        message = "The body is not a set of auto postings"
        return 400, answer_failed({}, [{"field": "body", "message": message}])
    errors = [_find_errors(state, posting) for posting in postings]
    validates = any(isinstance(posting, dict) and posting.get("validateOnly") is True for posting in postings)
    if not any(errors) and not validates:
        state.auto_postings += postings
    good = "BATCH-REJECTED" if any(errors) else "VALIDATED" if validates else "CREATED"
    items = [
        {
            **(posting if isinstance(posting, dict) else {}),
            "resultType": "FAILED" if wrong else good,
            "errors": wrong,
        }
        for posting, wrong in zip(postings, errors, strict=True)
    ]
    shown = {"list": items, "reverse": items[::-1], "absent": []}[state.behaviour.posting_answer]
    answer = {"status": "PROCESSED", "clientNo": state.client_no, "autoPostings": shown}
    return 422 if any(errors) else 200, answer


def _unwrap(body: Any, form: str) -> list[Any]:
    """Return the postings in a body; [] where they are not in it, or there is anything else."""
    if not isinstance(body, dict) or set(body) != {"metadata", form} or not isinstance(body["metadata"], dict):
        return []
    return body[form] if isinstance(body[form], list) else []


def _find_errors(state: SandboxState, posting: Any) -> list[Json]:
    if not isinstance(posting, dict):
        return [{"field": "body", "message": "An object is required"}]
    errors = [
        {"field": name, "message": "A text is required"}
        for name, value in posting.items()
        if name not in {"validateOnly", "amount"} and not isinstance(value, str)
    ]
    amount = posting.get("amount")
    if isinstance(amount, bool) or not isinstance(amount, int | float | Decimal) or not amount:
        errors.append({"field": "amount", "message": "A number other than 0 is required"})
    if not isinstance(posting.get("validateOnly", False), bool):
        errors.append({"field": "validateOnly", "message": "true or false is required"})
    customer = posting.get("customerNo")
    if isinstance(customer, str) and state.find_customer(customer) is None:
        errors.append({"field": "customerNo", "message": "Customer not found"})
    return errors
