"""Read ARM's answer to a set of auto postings that it was asked to validate.

Documented ("AutoPostings" of the ARMrest API): each posting has a resultType. It is FAILED for a posting with errors,
and BATCH-REJECTED for a good one in a set that failed. The rest of the answer is not documented: what is not plain is
unclear.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from armbulk.arm.json_body import parse_json, unwrap
from armbulk.model.auto_posting import PostingAnswer, PostingOutcome
from armbulk.model.response import Response

_ANSWERED = frozenset({200, 201, 206, 207, 400, 404, 409, 422})
_REFUSALS = frozenset({400, 404, 405, 409, 413, 415, 422})
_OUTCOMES = {
    "failed": PostingOutcome.FAILED,
    "batch-rejected": PostingOutcome.BATCH_REJECTED,
    "valid": PostingOutcome.VALID,
    "validated": PostingOutcome.VALID,
    "ok": PostingOutcome.VALID,
    "success": PostingOutcome.VALID,
}
"""resultType (lower case) → outcome. A word such as CREATED is none: the posting may have been posted."""


def read_postings(response: Response, sent: Sequence[Mapping[str, Any]], refusal: str) -> list[PostingAnswer]:
    """Return what the answer says of each posting sent; [] where that is unclear.

    Args:
        response: The answer.
        sent: The postings, as they were sent.
        refusal: ARM's words where it refused the whole call.
    """
    if response.error is not None:
        return []
    body = parse_json(response.body) if response.status in _ANSWERED else None
    items = _find_items(unwrap(body) if isinstance(body, dict) else {})
    if items is None:
        is_refused = response.status in _REFUSALS
        return [PostingAnswer(PostingOutcome.FAILED, refusal) for _ in sent] if is_refused else []
    if len(items) != len(sent) or any(_contradicts(item, posting) for item, posting in zip(items, sent, strict=True)):
        return []
    answers = [_read_item(item) for item in items]
    plain = [answer for answer in answers if answer is not None]
    outcomes = {answer.outcome for answer in plain}
    is_rejected = PostingOutcome.BATCH_REJECTED in outcomes and PostingOutcome.FAILED not in outcomes
    return [] if len(plain) != len(sent) or is_rejected else plain


def _find_items(members: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the one list of objects with a resultType; None: there is no such list, or more than one."""
    lists = [
        member
        for member in members.values()
        if isinstance(member, list)
        and member
        and all(isinstance(item, dict) and "resultType" in item for item in member)
    ]
    return lists[0] if len(lists) == 1 else None


def _contradicts(item: Mapping[str, Any], posting: Mapping[str, Any]) -> bool:
    """Return whether an item repeats a member of the posting with another value: it is about another posting."""
    return any(name in item and item[name] != value for name, value in posting.items())


def _read_item(item: Mapping[str, Any]) -> PostingAnswer | None:
    outcome = _OUTCOMES.get(str(item["resultType"]).strip().lower())
    if outcome is None:
        return None
    errors = item.get("errors")
    texts = [
        ": ".join(str(error[name]) for name in ("field", "message") if error.get(name))
        for error in (errors if isinstance(errors, list) else [])
        if isinstance(error, dict)
    ]
    if outcome is PostingOutcome.VALID and texts:
        return None
    return PostingAnswer(outcome, "; ".join(texts) or str(item.get("message") or ""))
