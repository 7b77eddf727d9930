"""Where the documentation is silent, ARM may behave in several ways: each is a switch. The first is the default."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

_SECONDS = r"\d{1,9}(\.\d{1,6})?"
_COUNT = r"\d{1,6}"


def _one_of(*values: str) -> Any:
    """Make a switch whose default is the first of its values."""
    return field(default=values[0], metadata={"values": values})


def _like(pattern: str, *examples: str) -> Any:
    """Make a switch that takes any number of a pattern; the first of the examples is the default."""
    return field(default=examples[0], metadata={"values": examples, "pattern": pattern})


@dataclass(frozen=True, slots=True)
class ServerBehaviour:
    """How this ARM behaves in each respect that its documentation leaves open."""

    batch_post_status: str = _one_of("202", "200", "201")
    """Status of an accepted batch."""
    batch_uuid_in: str = _one_of("top", "data", "batch")
    """Where in the answer the batch number stands."""
    batch_max: str = _like(_COUNT, "0", "1", "4", "1000")
    """A batch of more records than this is refused with 413 (0: any number goes)."""
    extra_keys: str = _one_of("no", "yes")
    """Keys nobody has heard of, in every answer about a batch."""
    batch_pending: str = _one_of("202", "200", "404", "empty")
    """A batch that is not done: 202, 200 without items, unknown at the first look, or an empty body."""
    items_key: str = _one_of("documents", "items", "results", "responses")
    """Key of a batch's items; `documents` becomes `customers` for customers."""
    item_order: str = _one_of("input", "reverse")
    """Order of a batch's items."""
    item_identity: str = _one_of("keys", "index", "none")
    """Whether an item says its numbers, only its position in the batch, or neither."""
    warnings: str = _one_of("list", "absent", "null")
    """`warnings` when there are none."""
    failures: str = _one_of("206", "200", "206_first", "whole")
    """A batch with failed items: 206, 200, first a 206 with half of any batch's items, or all rejected as one."""
    visibility: str = _like(_SECONDS, "0", "1", "5", "30", "600")
    """Seconds before a created document is found by reading."""
    duplicate: str = _one_of("refuse", "accept")
    """The same documentNo again: refused, or created a second time (the dangerous ARM)."""
    unknown_customer: str = _one_of("item", "404")
    """A document for a customer ARM does not know: 422 / a failed item, or 404."""
    post_existing: str = _one_of("200", "201")
    """Status of a POST that updates a customer."""
    put_unknown: str = _one_of("404", "422")
    """PUT of a customer ARM does not know."""
    error_body: str = _one_of("default", "message", "problem", "text", "html", "empty")
    """What an error answer looks like."""
    limit_answer: str = _one_of("429", "429_bare", "429_date", "403", "503")
    """A call over the limits: Retry-After in seconds, none, as a date, or with another status."""
    document_cost: str = _one_of("lines", "one")
    """Records a document costs: 1 and its lines, or 1."""
    list_end: str = _one_of("absent", "null", "empty", "same")
    """`nextPage` on the last page."""
    list_empty: str = _one_of("200", "404")
    """A listing that finds nothing."""
    list_total: str = _one_of("true", "clamped")
    """`totalCount` when more was found than maximumCount."""
    list_query: str = _one_of("snapshot", "live")
    """Later pages of a listing: as it was at the first page, or as things are now."""
    list_filters: str = _one_of("honoured", "ignored")
    """Filters of a listing: they narrow it, or nothing comes of them."""
    gl_movements: str = _one_of("present", "absent")
    """Whether there is a listing of GL movements."""
    over_cap: str = _one_of("clamp", "400")
    """A pagesize or maximumcount above the cap."""
    next_page_host: str = _one_of("same", "other", "http")
    """Where `nextPage` points: here, another host, or this machine by another name without TLS."""
    token_numbers: str = _one_of("int", "string", "no_expires_on")
    """The times in a token answer."""
    token_early_401: str = _one_of("no", "yes")
    """Whether a token is refused after half of the life it was promised."""

    @classmethod
    def of(cls, chosen: Mapping[str, str]) -> Self:
        """Set the switches named in `chosen`; ValueError says what is allowed."""
        for name, value in chosen.items():
            _check(name, value)
        return cls(**chosen)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Set switches from texts of the form NAME=VALUE."""
        chosen = {}
        for text in texts:
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"a dialect is written NAME=VALUE, not {text!r}")
            chosen[name.strip()] = value.strip()
        return cls.of(chosen)


DIALECTS: dict[str, tuple[str, ...]] = {one.name: one.metadata["values"] for one in fields(ServerBehaviour)}
"""Every switch with its values, the default first; where any number goes, some examples."""

_PATTERNS: dict[str, str] = {
    one.name: one.metadata["pattern"] for one in fields(ServerBehaviour) if "pattern" in one.metadata
}


def _check(name: str, value: str) -> None:
    if name not in DIALECTS:
        raise ValueError(f"there is no dialect {name!r}; there are: {', '.join(DIALECTS)}")
    allowed = DIALECTS[name]
    if value not in allowed and not (name in _PATTERNS and re.fullmatch(_PATTERNS[name], value)):
        more = " or another number" if name in _PATTERNS else ""
        raise ValueError(f"dialect {name} is one of {', '.join(allowed)}{more}, not {value!r}")
