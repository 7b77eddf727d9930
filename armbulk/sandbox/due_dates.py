"""New due dates of AR items: accepted strictly in the form that is proposed; the documentation has none."""

from datetime import date
from typing import Any

from armbulk.sandbox import queries
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold_key
from armbulk.sandbox.records import answer_failed
from armbulk.sandbox.state import SandboxState


def change_item(state: SandboxState, body: Any) -> tuple[int, Json]:
    """Change the due date of an item, and return (status, answer)."""
    change = _unwrap(body, state.behaviour.due_date_body)
    if change is None:
        return 400, answer_failed({}, [_error("body", "The body is not a change of an AR item")])
    errors = [_error(name, "Unknown field") for name in change if name not in {"arItemId", "dueDate"}]
    item_id, day = change.get("arItemId"), change.get("dueDate")
    if not isinstance(item_id, str) or not item_id:
        errors.append(_error("arItemId", "Required"))
    if not _is_day(day):
        errors.append(_error("dueDate", "A date such as 2026-12-31 is required"))
    if errors:
        return 422, answer_failed(change, errors)
    item = queries.find_item(state, "aritems", str(item_id))
    if item is None:
        return 404, answer_failed(change, [_error("arItemId", "AR item not found")])
    answer: Json = {"status": "PROCESSED", "result": "UPDATED", "message": "UPDATED", "clientNo": state.client_no}
    answer |= {name: item[name] for name in ("arItemId", "customerNo", "documentNo")}
    changes = state.item_changes.setdefault(fold_key(item["arItemId"]), {})
    match state.behaviour.due_date_effect:
        case "date":
            changes["dueDate"] = day
        case "balance":
            changes |= {"dueDate": day, "currencyBalance": 0}
        case "credit_note":
            changes["dueDate"] = day
            answer["creditNote"] = {"documentNo": f"C{item['documentNo']}"}
    return 200, answer | {"warnings": []}


def _unwrap(body: Any, form: str) -> Any:
    """Return the change in a body; None where it is not in it, or there is anything else."""
    if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
        return None
    rest = {name: value for name, value in body.items() if name != "metadata"}
    match form, rest:
        case "object", {"arItem": dict(change)} if len(rest) == 1:
            return change
        case "list", {"arItems": [dict(change)]} if len(rest) == 1:
            return change
        case "flat", {"arItemId": _}:
            return rest
    return None


def _is_day(value: Any) -> bool:
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": message}
