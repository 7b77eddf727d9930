"""A check in figures: what was read, what can be sent, what is held back, and the groups of problems. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.app.check import CheckResult
from armbulk.app.row_choice import name_group
from armbulk.findings.frame import group_findings
from armbulk.i18n import NO_TEXT, Text, join_texts, ngettext
from armbulk.model.fields import Severity
from armbulk.model.keys import normalise_key
from armbulk.model.record_kinds import count_records
from armbulk.resources import fields_by_name
from armbulk.validation.check import Checked
from armbulk.validation.check_report import describe_sheets
from armbulk.validation.repairs import propose_corrections

_FIRST = 3
"""How many cells of a group are named."""

_RECORDS = ("customers", "documents")
_ROW = ["sheet", "row"]

_FEWER_ERRORS = ngettext("{count:number} error fewer", "{count:number} errors fewer")
_MORE_ERRORS = ngettext("{count:number} error more", "{count:number} errors more")
_FEWER_WARNINGS = ngettext("{count:number} warning fewer", "{count:number} warnings fewer")
_MORE_WARNINGS = ngettext("{count:number} warning more", "{count:number} warnings more")


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """Problems with the same remedy.

    Attributes:
        name: Its name in an address (`row_choice.name_group`).
        title: What is wrong.
        field: The header of the field; "" = none.
        count: How many there are now.
        before: How many there are in the files as they are.
        fix: What to do.
        first: The first of them, as the JSON of `armbulk check` has findings.
        is_error: Whether records with them are not sent.
    """

    name: str
    title: str
    field: str
    count: int
    before: int
    fix: str
    first: list[Any]
    is_error: bool


@dataclass(frozen=True, slots=True)
class RecordFigures:
    """Records of one kind: how many were read, and how many of them can be sent."""

    kind: str
    read: int
    ready: int

    @property
    def held_back(self) -> int:
        """How many are held back because of errors."""
        return self.read - self.ready

    def describe_ready(self) -> Text:
        """Return how many can be sent: `118 documents`."""
        return count_records(self.ready, self.kind)


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """A check in figures.

    Attributes:
        errors: How many errors there are.
        warnings: How many warnings.
        errors_before: How many errors the files as they are have.
        sheets: What each sheet contains, as the JSON of `armbulk check` has it.
        records: Figures of customers and documents.
        sums: Currency, sum incl. VAT of the documents that can be sent, and of all that were read.
        groups: The groups of problems, what to fix first before the others.
        correctable: How many cells have one sure remedy.
    """

    errors: int
    warnings: int
    errors_before: int
    sheets: list[dict[str, Any]]
    records: list[RecordFigures]
    sums: list[tuple[str, Decimal, Decimal]]
    groups: list[ProblemGroup]
    correctable: int

    @property
    def ready(self) -> int:
        """How many records can be sent."""
        return sum(figures.ready for figures in self.records)

    @property
    def held_back(self) -> int:
        """How many records are held back."""
        return sum(figures.held_back for figures in self.records)

    def describe_ready(self) -> Text:
        """Return what can be sent: `40 customers and 118 documents`."""
        return _join([figures.describe_ready() for figures in self.records if figures.ready])


def summarise_check(result: CheckResult, before: CheckResult | None = None) -> CheckSummary:
    """Return a check in figures.

    Args:
        result: The check.
        before: The check of the files without corrections; None: there are none.
    """
    checked = result.checked
    return CheckSummary(
        errors=checked.errors,
        warnings=checked.warnings,
        errors_before=(before or result).errors,
        sheets=describe_sheets(checked),
        records=[_count(checked, name) for name in _RECORDS if name in checked.tables],
        sums=_sum_documents(checked),
        groups=_group(result, before),
        correctable=propose_corrections(checked, result.known, result.inputs.options).height,
    )


def describe_difference(before: Sequence[int], now: CheckSummary) -> Text:
    """Return how many errors and warnings there are more or fewer; "" where there are as many.

    Args:
        before: How many errors and warnings there were.
        now: The check.
    """
    parts = []
    for earlier, later, fewer, more in (
        (before[0], now.errors, _FEWER_ERRORS, _MORE_ERRORS),
        (before[1], now.warnings, _FEWER_WARNINGS, _MORE_WARNINGS),
    ):
        if earlier != later:
            parts.append((fewer if later < earlier else more).fill(count=abs(earlier - later)))
    return join_texts(*parts, separator=", ") if parts else NO_TEXT


def _join(texts: list[Text]) -> Text:
    return join_texts(*texts, separator=", ") if texts else count_records(0, "records")


def _count(checked: Checked, name: str) -> RecordFigures:
    rows = checked.tables[name].rows
    return RecordFigures(name, rows.height, rows.join(_find_held_back(checked, name), on=_ROW, how="anti").height)


def _find_held_back(checked: Checked, name: str) -> pl.DataFrame:
    """Return (sheet, row) of the records that are held back: a document with errors, or of a customer with errors."""
    blocked = checked.blocked_rows[name]
    if name != "documents" or "customers" not in checked.tables or checked.blocked_rows["customers"].is_empty():
        return blocked.select(_ROW)
    customers = checked.tables["customers"].rows.join(checked.blocked_rows["customers"], on=_ROW, how="semi")
    numbers = customers.select(normalise_key(pl.col("customer_no")).alias("number")).drop_nulls()
    documents = checked.tables["documents"].rows.select(*_ROW, normalise_key(pl.col("customer_no")).alias("number"))
    theirs = documents.join(numbers, on="number", how="semi")
    return pl.concat([blocked.select(_ROW), theirs.select(_ROW)]).unique()


def _sum_documents(checked: Checked) -> list[tuple[str, Decimal, Decimal]]:
    """Return currency, the sum of the documents that can be sent, and the sum of all."""
    if "documents" not in checked.tables:
        return []
    rows = checked.tables["documents"].rows.select(
        *_ROW, "incl_vat", pl.col("currency").str.to_uppercase().fill_null("?")
    )
    blocked = _find_held_back(checked, "documents").with_columns(is_blocked=pl.lit(value=True))
    sums = (
        rows.join(blocked, on=_ROW, how="left", maintain_order="left")
        .with_columns(pl.when(pl.col("is_blocked").is_null()).then("incl_vat").alias("ready"))
        .group_by("currency")
        .agg(pl.col("ready").sum(), pl.col("incl_vat").sum())
        .sort("currency")
    )
    return list(sums.iter_rows())


def _group(result: CheckResult, before: CheckResult | None) -> list[ProblemGroup]:
    """Return the groups; what is corrected keeps its place among them, with a count of 0."""
    now = _list_groups(result)
    first = _list_groups(before) if before is not None else now
    groups = []
    for name, group in (first | now).items():
        known = fields_by_name().get(group["field"] or "")
        groups.append(
            ProblemGroup(
                name=name,
                title=group["title"],
                field=known.header.text(result.lang) if known is not None else "",
                count=now[name]["count"] if name in now else 0,
                before=first[name]["count"] if name in first else 0,
                fix=group["fix"],
                first=group["first"],
                is_error=group["severity"] == Severity.ERROR.value,
            )
        )
    return sorted(groups, key=lambda group: not group.is_error)


def _list_groups(result: CheckResult) -> dict[str, Any]:
    groups = group_findings(result.checked.findings, result.checked.sheets, fields_by_name(), result.lang, _FIRST)
    return {name_group(group["severity"], group["code"], group["field"]): group for group in groups}
