"""What ARM's answer to a POST or PUT of a batch proves.

A document may be sent again only when ARM certainly did not take it. Everything else is IN_DOUBT, and only ARM itself
can settle it.
"""

import re
from typing import Any

from armbulk.arm.json_body import parse_json
from armbulk.arm.messages import describe_refusal
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import SubmitResult, SubmitVerdict

RECORD_FAULTS = frozenset({400, 422})
"""Refusals of a whole batch that may be the fault of single records in it."""

_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{7,127}")

_BY_STATUS = {
    400: SubmitVerdict.REFUSED,
    401: SubmitVerdict.LOGIN,
    403: SubmitVerdict.LOGIN,
    404: SubmitVerdict.LOGIN,
    405: SubmitVerdict.LOGIN,
    406: SubmitVerdict.REFUSED,
    409: SubmitVerdict.ASK,
    413: SubmitVerdict.TOO_LARGE,
    415: SubmitVerdict.REFUSED,
    422: SubmitVerdict.REFUSED,
    429: SubmitVerdict.LIMITED,
}


def read_submit_response(response: Response) -> SubmitResult:
    """Return the verdict on a submitted batch, without the records a refusal names."""
    if response.error is TransportError.NOT_SENT:
        return SubmitResult(SubmitVerdict.NOT_SENT, message=response.reason)
    if response.error is TransportError.BROKEN:
        return SubmitResult(SubmitVerdict.IN_DOUBT, message=response.reason)
    if 200 <= response.status < 300:
        return _read_acceptance(response)
    verdict = _BY_STATUS.get(response.status, SubmitVerdict.IN_DOUBT)
    if response.status == 403 and response.retry_after:
        verdict = SubmitVerdict.LIMITED
    splittable = verdict is SubmitVerdict.TOO_LARGE or response.status in RECORD_FAULTS
    return SubmitResult(verdict, message=describe_refusal(response), splittable=splittable)


def _read_acceptance(response: Response) -> SubmitResult:
    uuid = find_uuid(parse_json(response.body))
    if uuid:
        return SubmitResult(SubmitVerdict.ACCEPTED, uuid=uuid)
    return SubmitResult(SubmitVerdict.IN_DOUBT, message=f"ARM answered {response.status} without a batch number")


def find_uuid(body: Any) -> str:
    """Return `batchUuid` (in any case) of an object or of one directly inside it; "" when there is no valid one."""
    if not isinstance(body, dict):
        return ""
    levels = [body, *(value for value in body.values() if isinstance(value, dict))]
    for level in levels:
        for name, value in level.items():
            if name.lower() in {"batchuuid", "batchid"} and isinstance(value, str) and _UUID.fullmatch(value):
                return value
    return ""
