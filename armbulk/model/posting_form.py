"""The body of a set of auto postings: written from a form, and only ever with validateOnly."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from armbulk.model.request_form import RequestForm

VALIDATE_ONLY = "validateOnly"
"""The documented member that makes ARM check a posting instead of posting it."""

AUTO_POSTINGS_PATH = "autopostings"
"""The first part of the endpoint's path."""

Values = Mapping[str, str | Decimal | None]


def find_postings(body: Mapping[str, Any]) -> str | None:
    """Return the member of a form with its one posting, which every row repeats; None: there is not exactly one."""
    lists = [name for name, member in body.items() if isinstance(member, list)]
    return lists[0] if len(lists) == 1 and len(body[lists[0]]) == 1 and _all_validate_only(body[lists[0]]) else None


def write_postings(form: RequestForm, common: Values, rows: Sequence[Values], columns: Mapping[str, str]) -> str:
    """Return the body of a set (JSON), with exact amounts.

    Args:
        form: The form; the posting in its list is repeated.
        common: The values outside postings.
        rows: The values of each posting.
        columns: Further members of a posting → the names of their values.
    """
    name = find_postings(form.body) or ""
    posting = RequestForm("", {**form.body[name][0], **{key: f"{{{value}}}" for key, value in columns.items()}})
    members = [
        f"{json.dumps(key)}:[{','.join(posting.write(values) for values in rows)}]"
        if key == name
        else RequestForm("", {key: member}).write(common)[1:-1]
        for key, member in form.body.items()
    ]
    return "{" + ",".join(member for member in members if member) + "}"


def require_validate_only(body: str) -> None:
    """Make sure that a body has postings, and that each has validateOnly true; ValueError otherwise."""
    content = json.loads(body)
    lists = [member for member in content.values() if isinstance(member, list)] if isinstance(content, dict) else []
    if len(lists) != 1 or not _all_validate_only(lists[0]):
        raise ValueError("auto postings are only sent with validateOnly")


def _all_validate_only(postings: Sequence[Any]) -> bool:
    return bool(postings) and all(isinstance(posting, dict) and _is_validate_only(posting) for posting in postings)


def _is_validate_only(posting: Mapping[str, Any]) -> bool:
    names = [name for name in posting if name.lower() == VALIDATE_ONLY.lower()]
    return names == [VALIDATE_ONLY] and posting[VALIDATE_ONLY] is True
