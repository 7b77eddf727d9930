"""The records of a plan one by one: a table in parts, and the exact JSON of a record."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.plan import Plan
from armbulk.errors import UsageError
from armbulk.i18n import _
from armbulk.model.record_kinds import record_kind
from armbulk.resources.identifiers import mask_national_id

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class RecordPart:
    """A part of a table of records.

    Attributes:
        rows: The records: `no`, `kind`, `key`, `customer`, `amount`, `currency`, `date`, `batch`, `sheet`, `row`.
        total: How many records there are in all.
    """

    rows: list[dict[str, Any]]
    total: int


def list_plan_records(plan: Plan, start: int, count: int, search: str = "") -> RecordPart:
    """Return some of the records that would be sent.

    Args:
        plan: The plan.
        start: How many records come before.
        count: How many are returned at most.
        search: Only records with this text in their number or their customer's.
    """
    sending = plan.import_plan.to_send
    if search:
        sending = sending.filter(contains_text(search, "key", "customer_norm"))
    shown = sending.slice(start, count).with_columns(record_kind())
    shown = shown.select(
        "no",
        "kind",
        mask_national_id(pl.col("key")),
        mask_national_id(pl.col("customer_norm")).alias("customer"),
        "amount",
        "currency",
        "date",
        "batch",
        pl.col("sheet").cast(pl.Int64),
        "row",
    )
    sheets = plan.check.checked.sheets
    rows = [{**row, "sheet": sheets[row["sheet"]].name} for row in shown.iter_rows(named=True)]
    return RecordPart(rows, sending.height)


def contains_text(search: str, *columns: str) -> pl.Expr:
    """Return whether any of the columns contains a text, whatever its case."""
    wanted = search.strip().lower()
    parts = [pl.col(name).fill_null("").str.to_lowercase().str.contains(wanted, literal=True) for name in columns]
    return pl.any_horizontal(parts)


def read_record_json(plan: Plan, number: int) -> tuple[str, str]:
    """Return (number of the record, its exact JSON on several lines) as it would be sent.

    Raises:
        UsageError: The plan has no such record.
    """
    record = plan.import_plan.to_send.filter(pl.col("no") == number).select("key", "payload")
    if record.is_empty():
        raise UsageError(
            "no-such-record",
            _("This record is not in the plan: the plan has changed since the page was shown"),
            _("Look at the plan again"),
        )
    return str(record["key"].item() or ""), indent_json(record["payload"].item())


def indent_json(text: str) -> str:
    """Return JSON on several lines; every name and value stays as it is, to the last digit."""
    parts: list[str] = []
    depth, start, is_text, position = 0, 0, False, 0
    while position < len(text):
        character = text[position]
        if is_text:
            position += 1 if character == "\\" else 0
            is_text = character != '"'
        elif character == '"':
            is_text = True
        elif character in "{[" and text[position + 1 : position + 2] not in ("}", "]"):
            depth += 1
            parts.append(f"{text[start : position + 1]}\n{_INDENT * depth}")
            start = position + 1
        elif character in "}]" and text[position - 1] not in "{[":
            depth -= 1
            parts.append(f"{text[start:position]}\n{_INDENT * depth}")
            start = position
        elif character == ",":
            parts.append(f"{text[start : position + 1]}\n{_INDENT * depth}")
            start = position + 1
        elif character == ":":
            parts.append(f"{text[start : position + 1]} ")
            start = position + 1
        position += 1
    return "".join([*parts, text[start:]])
