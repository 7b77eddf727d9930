"""Payment reservations: accepted strictly in the form that is proposed for them; the documentation has none."""

from typing import Any

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold_key
from armbulk.sandbox.records import answer_failed
from armbulk.sandbox.state import SandboxState

_IDENTIFICATIONS = frozenset(
    {"arItemId", "documentNo", "documentUuid", "referenceNo", "kid", "accountNo", "customerNo"}
)
_KEYS = _IDENTIFICATIONS | {"paymentId", "amount", "currency"}


def reserve_payment(state: SandboxState, body: Any) -> tuple[int, Json]:
    """Make a reservation, and return (status, answer)."""
    reservation = _unwrap(body, state.behaviour.reservation_body)
    if reservation is None:
        return 400, answer_failed({}, [_error("body", "The body is not a payment reservation")])
    errors = _find_errors(state, reservation)
    if errors:
        return 422, answer_failed(reservation, errors)
    if "documentNo" in reservation and not state.has_document(fold_key(reservation["documentNo"])):
        return 404, answer_failed(reservation, [_error("documentNo", "Document not found")])
    state.reservations[fold_key(reservation["paymentId"])] = reservation
    return 201, {
        "status": "PROCESSED",
        "result": "CREATED",
        "message": "CREATED",
        "clientNo": state.client_no,
        "paymentId": reservation["paymentId"],
        "warnings": [],
    }


def _unwrap(body: Any, form: str) -> Any:
    """Return the reservation in a body; None where it is not in it, or there is anything else."""
    if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
        return None
    rest = {name: value for name, value in body.items() if name != "metadata"}
    match form, rest:
        case "object", {"paymentReservation": dict(reservation)} if len(rest) == 1:
            return reservation
        case "list", {"paymentReservations": [dict(reservation)]} if len(rest) == 1:
            return reservation
        case "flat", {"paymentId": _}:
            return rest
    return None


def _find_errors(state: SandboxState, reservation: Json) -> list[Json]:
    errors = [_error(name, "Unknown field") for name in reservation if name not in _KEYS]
    payment, amount = reservation.get("paymentId"), reservation.get("amount")
    if not isinstance(payment, str) or not payment:
        errors.append(_error("paymentId", "Required"))
    elif fold_key(payment) in state.reservations:
        errors.append(_error("paymentId", "The payment id is not unique"))
    if not _IDENTIFICATIONS & reservation.keys():
        errors.append(_error("documentNo", "At least one identification is required"))
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0:
        errors.append(_error("amount", "A positive number is required"))
    if not isinstance(reservation.get("currency"), str):
        errors.append(_error("currency", "Required"))
    return errors


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": message}
