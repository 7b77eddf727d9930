"""Read ARM's answer to a payment reservation.

Neither the status codes nor the body are documented ("Payment reservations" of the ARMrest API is cut off). What is
read here are the words that ARM's documented answers have; anything else is unclear.
"""

from armbulk.arm.json_body import parse_json, unwrap
from armbulk.model.reservation import ReservationVerdict
from armbulk.model.response import Response

_DONE_WORDS = frozenset({"processed", "created", "reserved", "ok", "success"})
_DONE = frozenset({200, 201})
_REFUSALS = frozenset({400, 404, 405, 409, 415, 422})


def read_reservation(response: Response) -> ReservationVerdict:
    """Return what the answer to POST paymentreservations shows; anything but a plain answer is unclear."""
    if response.error is not None:
        return ReservationVerdict.UNCLEAR
    if response.status in _REFUSALS:
        return ReservationVerdict.REJECTED
    body = parse_json(response.body) if response.status in _DONE else None
    members = unwrap(body) if isinstance(body, dict) else {}
    words = [str(members[name]).strip().lower() for name in ("status", "result") if members.get(name)]
    if words and _DONE_WORDS.issuperset(words) and not members.get("errors"):
        return ReservationVerdict.RESERVED
    return ReservationVerdict.UNCLEAR
