"""Read ARM's answer to the change of an AR item.

Documented: 200 400 403 404 422, and that the same request can create a credit note (ARMrest API, "AR items"). The
body of the answer is not. What is read here are the words that ARM's documented answers have, and every number of a
document or an item, so that one that is new can be recognised.
"""

import re
from collections.abc import Iterator
from typing import Any

from armbulk.arm.json_body import parse_json, unwrap
from armbulk.model.due_date import ChangeAnswer, ChangeVerdict
from armbulk.model.response import Response

_DONE_WORDS = frozenset({"processed", "updated", "changed", "ok", "success"})
_REFUSALS = frozenset({400, 404, 405, 409, 415, 422})
_NUMBER = re.compile(r"(?i)(document|credit|invoice|reference|voucher|item).*(no|id|uuid|number)$")


def read_item_change(response: Response) -> ChangeAnswer:
    """Return what the answer to PUT aritems shows; anything but a plain answer is unclear."""
    if response.error is not None:
        return ChangeAnswer(ChangeVerdict.UNCLEAR)
    body = parse_json(response.body)
    if response.status in _REFUSALS:
        return ChangeAnswer(ChangeVerdict.REJECTED)
    members = unwrap(body) if isinstance(body, dict) else {}
    words = [str(members[name]).strip().lower() for name in ("status", "result") if members.get(name)]
    is_plain = response.status == 200 and bool(words) and _DONE_WORDS.issuperset(words) and not members.get("errors")
    verdict = ChangeVerdict.DONE if is_plain else ChangeVerdict.UNCLEAR
    return ChangeAnswer(verdict, tuple(_find_numbers(body)))


def _find_numbers(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, list):
        for member in node:
            yield from _find_numbers(member)
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, dict | list):
                yield from _find_numbers(value)
            elif value not in (None, "") and _NUMBER.search(name):
                yield name, str(value)
