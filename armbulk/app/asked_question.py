"""A question that a use case has asked about files, and its answer: what a page keeps until it can be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question that a use case has asked about the files.

    Attributes:
        key: Names it among the answers of a draft.
        kind: header, suppliers, continuation or credit-due-dates.
        values: What it is about, as `app.dialog` has it.
        answer: The answer of the draft; None: there is none yet.
    """

    key: str
    kind: str
    values: Mapping[str, Any]
    answer: bool | None = None
