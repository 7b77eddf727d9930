"""Checks of each field of typed rows. One pass finds the checks that fail; Pandera runs these and names the rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.findings.frame import empty_findings
from armbulk.model.fields import Field, FieldRole, FieldType, Resource, Severity
from armbulk.model.sheet import Table
from armbulk.resources.identifiers import CHECK_FORMATS, has_format
from armbulk.validation.cell_findings import make_cell_findings
from armbulk.validation.parse import DTYPES, format_column
from armbulk.validation.pattern_hints import describe_pattern

_TEXT_TYPES = {FieldType.TEXT, FieldType.IDENTIFIER}


@dataclass(frozen=True, slots=True)
class FieldCheck:
    """One check of a field; `is_met` is true or null where a row meets it."""

    field: Field
    code: str
    is_met: pl.Expr


def _list_checks(resource: Resource, blank: Collection[str]) -> list[FieldCheck]:
    """Return the checks of a resource's fields and rules.

    Args:
        resource: The resource of the rows.
        blank: Fields without a single value. A null meets every check of a value, so theirs are left out: most files
            use a few of the fields, and each check has a fixed cost.
    """
    checks = []
    for field in resource.fields:
        if field.role is not FieldRole.READ_ONLY:
            checks += _list_presence_checks(field, resource)
            checks += [] if field.name in blank else _list_value_checks(field)
    return checks


def _list_presence_checks(field: Field, resource: Resource) -> list[FieldCheck]:
    """Return the checks that a null may fail: of required fields, and rules between fields."""
    checks = [FieldCheck(field, "required", pl.col(field.name).is_not_null())] if field.required else []
    return checks + [FieldCheck(field, rule.code, rule.is_met()) for rule in resource.rules if rule.field == field.name]


def _list_value_checks(field: Field) -> list[FieldCheck]:
    """Return the checks that every null meets."""
    checks = []
    column = pl.col(field.name)
    if field.max_length and field.type in _TEXT_TYPES:
        checks.append(FieldCheck(field, "too-long", column.str.len_chars() <= field.max_length))
    if field.pattern:
        checks.append(FieldCheck(field, "pattern", column.str.contains(field.pattern)))
    if field.allowed_values:
        allowed = [value.lower() for value in field.allowed_values]
        checks.append(FieldCheck(field, "not-allowed", column.str.to_lowercase().is_in(allowed)))
    if field.format:
        has_pattern_error = ~column.str.contains(field.pattern) if field.pattern else pl.lit(value=False)
        is_valid = has_format(column, field.format, field.format_when) | has_pattern_error
        checks.append(FieldCheck(field, CHECK_FORMATS[field.format].code, is_valid))
    return checks


def _find_failing_checks(rows: pl.DataFrame, checks: Sequence[FieldCheck]) -> list[FieldCheck]:
    """Return the checks that some row fails, found in one pass: Pandera then checks these alone, and names the rows."""
    is_met = [check.is_met.fill_null(value=True).all().alias(str(index)) for index, check in enumerate(checks)]
    met = rows.select(is_met).row(0) if checks else ()
    return [check for check, is_met in zip(checks, met, strict=True) if not is_met]


def _has_types(table: Table, blank: Collection[str]) -> bool:
    fields = [field for field in table.resource.fields if field.role is not FieldRole.READ_ONLY]
    return all(table.rows.schema[field.name] == DTYPES[field.type] for field in fields if field.name not in blank)


def check_fields(table: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Return a finding for each value that fails a check of its field, unless it could not be read."""
    blank = {name for name, count in table.rows.null_count().row(0, named=True).items() if count == table.rows.height}
    failing = _find_failing_checks(table.rows, _list_checks(table.resource, blank))
    if not failing and _has_types(table, blank):
        return empty_findings()
    from armbulk.validation.field_schema import find_failures  # noqa: PLC0415 - Pandera names failures; most have none

    failures = find_failures(table, failing, blank)
    failed = [empty_findings()]
    for (name, code), part in failures.group_by("column", "check", maintain_order=True):
        field = table.resource.field(str(name))
        indexes = part["index"].cast(pl.UInt32).sort().to_list()
        rows = table.rows[indexes].select("sheet", "row", format_column(field).alias("value"))
        failed.append(make_cell_findings(table, rows, str(code), field, _detail_of(str(code), field)))
    unread = findings.drop_nulls("row").filter(pl.col("severity") == Severity.ERROR.value)
    return pl.concat(failed).join(unread, on=["sheet", "row", "field"], how="anti", maintain_order="left")


def _detail_of(code: str, field: Field) -> str | None:
    details = {
        "too-long": str(field.max_length),
        "pattern": describe_pattern(field),
        "not-allowed": ", ".join(field.allowed_values),
    }
    return details.get(code)
