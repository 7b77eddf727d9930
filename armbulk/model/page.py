"""One page of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Page:
    """The records of a page, and its summary; None and "" where that lacks a value.

    Attributes:
        records: as JSON, numbers as int or Decimal; many of the same form are UniformRecords.
        total: records in the whole list.
        max_records: the most records the system serves of one list.
        pages: pages in the whole list.
        query: the id under which the system stored the query.
        number: which page this is.
        size: the most records of a page.
    """

    records: Sequence[dict[str, Any]]
    total: int | None
    max_records: int | None
    pages: int | None
    query: str
    number: int | None = None
    size: int | None = None
