"""Read ARM's answer to the delete of a customer.

Documented: 200 with a body, and 401 403 404 422 (ARMrest API, "DELETE a customer"). The body's content is not.
"""

from armbulk.arm.json_body import parse_json, unwrap
from armbulk.model.deletion import DeleteVerdict
from armbulk.model.response import Response

_DONE_WORDS = frozenset({"processed", "deleted", "ok", "success"})
_REFUSALS = frozenset({400, 405, 409, 422})


def read_deletion(response: Response) -> DeleteVerdict:
    """Return what the answer to DELETE customers/{customerno} shows; anything but a plain answer is unclear."""
    if response.error is not None:
        return DeleteVerdict.UNCLEAR
    if response.status in _REFUSALS:
        return DeleteVerdict.REJECTED
    if response.status == 204:
        return DeleteVerdict.DELETED
    body = parse_json(response.body) if response.status == 200 else None
    members = unwrap(body) if isinstance(body, dict) else {}
    words = [str(members[name]).strip().lower() for name in ("status", "result") if members.get(name)]
    is_plain = bool(words) and _DONE_WORDS.issuperset(words) and not members.get("errors")
    return DeleteVerdict.DELETED if is_plain else DeleteVerdict.UNCLEAR
