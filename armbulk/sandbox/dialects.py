"""Switches for what ARM's documentation leaves open: each names the ways in which ARM may behave."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

_SECONDS = r"\d{1,9}(\.\d{1,6})?"
_COUNT = r"\d{1,6}"


def _choice(*values: str) -> Any:
    """Return a switch with these values; the first is the default."""
    return field(default=values[0], metadata={"values": values})


def _number(pattern: str, *examples: str) -> Any:
    """Return a switch that takes any number of a pattern; the first of the examples is the default."""
    return field(default=examples[0], metadata={"values": examples, "pattern": pattern})


@dataclass(frozen=True, slots=True)
class ServerBehaviour:
    """How this ARM behaves where its documentation is silent: one field for each switch."""

    batch_post_status: str = _choice("202", "200", "201")
    """Status of an accepted batch."""
    batch_uuid_in: str = _choice("top", "data", "batch")
    """The key under which the answer has the batch number."""
    batch_max: str = _number(_COUNT, "0", "1", "4", "1000")
    """A batch of more records than this is refused with 413 (0: no maximum)."""
    extra_keys: str = _choice("no", "yes")
    """Unknown keys in every answer about a batch."""
    batch_pending: str = _choice("202", "200", "404", "empty")
    """A batch that is not done: 202, 200 without items, 404 at the first poll, or an empty body."""
    items_key: str = _choice("documents", "items", "results", "responses")
    """Key of a batch's items; `documents` becomes `customers` for customers."""
    item_order: str = _choice("input", "reverse")
    """Order of a batch's items."""
    item_identity: str = _choice("keys", "index", "none")
    """Whether an item has its record's numbers, only its index in the batch, or neither."""
    warnings: str = _choice("list", "absent", "null")
    """`warnings` when there are none."""
    failures: str = _choice("206", "200", "206_first", "whole")
    """A batch with failed items: 206, 200, first a 206 with half of any batch's items, or all rejected as one."""
    visibility: str = _number(_SECONDS, "0", "1", "5", "30", "600")
    """Seconds before a created document is found by reading."""
    stored_amounts: str = _choice("exact", "rounded")
    """The amounts of a document that was created: as they were sent, or in whole units."""
    duplicate: str = _choice("refuse", "accept")
    """The same documentNo again: refused, or created a second time (duplicates are possible)."""
    unknown_customer: str = _choice("item", "404")
    """A document for an unknown customer: 422 / a failed item, or 404."""
    post_existing: str = _choice("200", "201")
    """Status of a POST that updates a customer."""
    put_unknown: str = _choice("404", "422")
    """PUT of an unknown customer."""
    error_body: str = _choice("default", "message", "problem", "text", "html", "empty")
    """The form of an error answer."""
    limit_answer: str = _choice("429", "429_bare", "429_date", "403", "503")
    """A call over the limits: Retry-After in seconds, none, as a date, or with another status."""
    document_cost: str = _choice("lines", "one")
    """Records a document costs: 1 and its lines, or 1."""
    list_end: str = _choice("absent", "null", "empty", "same")
    """`nextPage` on the last page."""
    list_empty: str = _choice("200", "404")
    """A listing without records."""
    list_total: str = _choice("true", "clamped")
    """`totalCount` when there are more records than maximumCount."""
    list_query: str = _choice("snapshot", "live")
    """Later pages of a listing: from the list as it was at the first page, or as it is now."""
    list_filters: str = _choice("honoured", "ignored")
    """Whether the filters of a listing have an effect."""
    ar_items: str = _choice("present", "absent")
    """Whether a document that was created has an AR item."""
    gl_movements: str = _choice("present", "absent")
    """Whether there is a listing of GL movements."""
    reservation_body: str = _choice("object", "list", "flat")
    """Where a payment reservation is in its body: paymentReservation, paymentReservations, or beside metadata."""
    due_date_body: str = _choice("object", "list", "flat")
    """Where the change of an AR item is in its body: arItem, arItems, or beside metadata."""
    due_date_effect: str = _choice("date", "balance", "credit_note", "nothing")
    """What a new due date changes: the date, also the balance, the answer also names a credit note, or nothing."""
    posting_body: str = _choice("autoPostings", "postings")
    """The key under which a body has auto postings."""
    posting_answer: str = _choice("list", "reverse", "absent")
    """The results of auto postings: in the order of the set, the other way round, or none."""
    over_cap: str = _choice("clamp", "400")
    """A pagesize or maximumcount above the cap."""
    next_page_host: str = _choice("same", "other", "http")
    """Where `nextPage` points: here, another host, or this machine by another name without TLS."""
    token_numbers: str = _choice("int", "string", "no_expires_on")
    """The times in a token answer."""
    token_early_401: str = _choice("no", "yes")
    """Whether a token is refused after half of its lifetime."""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Self:
        """Return the behaviour with these switches set; ValueError names what is allowed."""
        for name, value in values.items():
            _check(name, value)
        return cls(**values)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Self:
        """Return the behaviour with switches set from texts of the form NAME=VALUE."""
        values = {}
        for text in texts:
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f"a dialect is written NAME=VALUE, not {text!r}")
            values[name.strip()] = value.strip()
        return cls.of(values)


BEHAVIOURS: dict[str, tuple[str, ...]] = {switch.name: switch.metadata["values"] for switch in fields(ServerBehaviour)}
"""Every switch with its values, the default first; of a switch that takes any number, some examples."""

_PATTERNS: dict[str, str] = {
    switch.name: switch.metadata["pattern"] for switch in fields(ServerBehaviour) if "pattern" in switch.metadata
}


def _check(name: str, value: str) -> None:
    if name not in BEHAVIOURS:
        raise ValueError(f"there is no dialect {name!r}; there are: {', '.join(BEHAVIOURS)}")
    allowed = BEHAVIOURS[name]
    if value not in allowed and not (name in _PATTERNS and re.fullmatch(_PATTERNS[name], value)):
        more = " or another number" if name in _PATTERNS else ""
        raise ValueError(f"dialect {name} is one of {', '.join(allowed)}{more}, not {value!r}")
