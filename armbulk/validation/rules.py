"""Checks of typed rows: Pandera schemas built from the fields, and rules between rows and sheets.

A cell that could not be parsed already has a finding; its follow-up errors are not reported.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.i18n import _, pack_text
from armbulk.model.fields import Field, FieldRole, FieldType, Resource, Severity
from armbulk.model.known_customers import KnownCustomers
from armbulk.model.sheet import Sheet, Table
from armbulk.resources.identifiers import CHECK_FORMATS, has_format
from armbulk.validation.amounts import compare_sums
from armbulk.validation.cell_findings import SEVERAL, is_empty_line, make_cell_findings, with_norm
from armbulk.validation.parse import DTYPES, format_column
from armbulk.validation.pattern_hints import describe_pattern

_TEXT_TYPES = {FieldType.TEXT, FieldType.IDENTIFIER}


def check_rules(
    tables: Mapping[str, Table],
    sheets: Sequence[Sheet],
    findings: pl.DataFrame,
    known: KnownCustomers | None = None,
) -> pl.DataFrame:
    """Check every table alone and against the others.

    Args:
        tables: The typed rows by resource.
        sheets: The sheets, whose names findings mention.
        findings: The findings so far; cells with an error are not reported again.
        known: Customers that ARM is known to have; None: not known.

    Returns:
        The new findings.
    """
    new = [empty_findings()]
    for table in tables.values():
        new.append(_check_fields(table, findings))
        if table.resource.lines is not None or table.resource.name == "customers":
            new += [_find_duplicate_keys(table, sheets), _find_keys_without_zeros(table)]
    documents, lines, customers = (tables.get(name) for name in ("documents", "lines", "customers"))
    if lines is not None:
        new += [_find_duplicate_line_numbers(lines), _find_empty_lines(lines, findings)]
        new += _check_lines(documents, lines, findings)
    elif documents is not None:
        new.append(_report_missing_lines_sheet(documents))
    if documents is not None and customers is not None:
        new.append(_find_unlisted_customers(documents, customers, known))
    return pl.concat(new)


# --- fields: one Pandera schema per resource ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _FieldCheck:
    """One check of a field; `is_met` is true or null where a row meets it."""

    field: Field
    code: str
    is_met: pl.Expr


def _list_checks(resource: Resource, blank: Collection[str]) -> list[_FieldCheck]:
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


def _list_presence_checks(field: Field, resource: Resource) -> list[_FieldCheck]:
    """Return the checks that a null may fail: of required fields, and rules between fields."""
    checks = [_FieldCheck(field, "required", pl.col(field.name).is_not_null())] if field.required else []
    return checks + [
        _FieldCheck(field, rule.code, rule.is_met()) for rule in resource.rules if rule.field == field.name
    ]


def _list_value_checks(field: Field) -> list[_FieldCheck]:
    """Return the checks that every null meets."""
    checks = []
    column = pl.col(field.name)
    if field.max_length and field.type in _TEXT_TYPES:
        checks.append(_FieldCheck(field, "too-long", column.str.len_chars() <= field.max_length))
    if field.pattern:
        checks.append(_FieldCheck(field, "pattern", column.str.contains(field.pattern)))
    if field.allowed_values:
        allowed = [value.lower() for value in field.allowed_values]
        checks.append(_FieldCheck(field, "not-allowed", column.str.to_lowercase().is_in(allowed)))
    if field.format:
        has_pattern_error = ~column.str.contains(field.pattern) if field.pattern else pl.lit(value=False)
        is_valid = has_format(column, field.format, field.format_when) | has_pattern_error
        checks.append(_FieldCheck(field, CHECK_FORMATS[field.format].code, is_valid))
    return checks


def _find_failing_checks(rows: pl.DataFrame, checks: Sequence[_FieldCheck]) -> list[_FieldCheck]:
    """Return the checks that some row fails, found in one pass: Pandera then checks these alone, and names the rows."""
    is_met = [check.is_met.fill_null(value=True).all().alias(str(index)) for index, check in enumerate(checks)]
    met = rows.select(is_met).row(0) if checks else ()
    return [check for check, is_met in zip(checks, met, strict=True) if not is_met]


def _has_types(table: Table, blank: Collection[str]) -> bool:
    fields = [field for field in table.resource.fields if field.role is not FieldRole.READ_ONLY]
    return all(table.rows.schema[field.name] == DTYPES[field.type] for field in fields if field.name not in blank)


def _build_schema(resource: Resource, checks: Sequence[_FieldCheck], blank: Collection[str]) -> pa.DataFrameSchema:
    """Build the Pandera schema of a resource: the type of each field that is not blank, and these checks."""
    columns = {}
    for field in resource.fields:
        own = [_to_pandera(check) for check in checks if check.field is field]
        if field.role is not FieldRole.READ_ONLY and (own or field.name not in blank):
            columns[field.name] = pa.Column(DTYPES[field.type], checks=own, nullable=True)
    return pa.DataFrameSchema(columns, strict=False)


def _to_pandera(check: _FieldCheck) -> pa.Check:
    """Return a vectorised check; null counts as met."""

    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(check.is_met.fill_null(value=True))

    return pa.Check(apply, name=check.code, ignore_na=False)


def _check_fields(table: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Run the schema and return its failures as findings; its exception, which quotes values, is dropped."""
    blank = {name for name, count in table.rows.null_count().row(0, named=True).items() if count == table.rows.height}
    failing = _find_failing_checks(table.rows, _list_checks(table.resource, blank))
    if not failing and _has_types(table, blank):
        return empty_findings()
    try:
        _build_schema(table.resource, failing, blank).validate(table.rows, lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases.select("column", "check", "index")
    else:
        return empty_findings()
    if failures["index"].null_count():
        message = f"a check of {table.resource.name} could not run"
        raise AssertionError(message)
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


# --- rules between rows -----------------------------------------------------------------------------


def _find_duplicate_keys(table: Table, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return a finding for every row whose key another row has too, without regard to case; it names the other row."""
    field = table.resource.field(table.resource.key)
    keyed = with_norm(table, field.name)
    duplicates = keyed.filter(pl.col("norm").is_not_null() & pl.col("norm").is_duplicated())
    if duplicates.is_empty():
        return empty_findings()
    cell = pl.struct("sheet", "row")
    first, second = cell.first().over("norm"), cell.get(1, null_on_oob=True).over("norm")
    other = pl.when(cell == first).then(second).otherwise(first)
    rows = duplicates.with_columns(
        other.struct.field("sheet").alias("other_sheet"), other.struct.field("row").alias("other_row")
    )
    pairs = rows.select("sheet", "other_sheet").unique()
    names = [_name_other_sheet(sheets[other], sheets[own]) for own, other in pairs.iter_rows()]
    rows = rows.join(
        pairs.with_columns(pl.Series("name", names, dtype=pl.String)),
        on=["sheet", "other_sheet"],
        maintain_order="left",
    )
    return make_cell_findings(table, rows, "duplicate-key", field, pl.concat_str("other_row", "name"))


def _find_keys_without_zeros(table: Table) -> pl.DataFrame:
    """Return a finding for each row whose key is that of an earlier row except for leading zeros."""
    field = table.resource.field(table.resource.key)
    keyed = with_norm(table, field.name).drop_nulls("norm")
    if not keyed["norm"].str.starts_with("0").any():
        return empty_findings()
    keyed = keyed.unique("norm", keep="first", maintain_order=True).filter(pl.col("norm").str.contains("^[0-9]+$"))
    bare = pl.col("norm").str.strip_chars_start("0")
    keyed = keyed.with_columns(pl.col("row", "value").first().over(bare).name.prefix("first_"), bare.alias("bare"))
    rows = keyed.filter(pl.col("value") != pl.col("first_value"))
    others = rows.select("first_value", "first_row").iter_rows()
    named = [pack_text(_('"{value}" in row {row}', value=value, row=row)) for value, row in others]
    rows = rows.with_columns(pl.Series("other", named, dtype=pl.String))
    return make_cell_findings(table, rows, "key-without-zeros", field, pl.col("other"))


def _name_other_sheet(other: Sheet, own: Sheet) -> str:
    """Return the name of another sheet in brackets, with its file where that differs; "" for the same sheet."""
    if other is own:
        return ""
    return f" ({other.name})" if other.file == own.file else f" ({other.file}, {other.name})"


def _find_duplicate_line_numbers(lines: Table) -> pl.DataFrame:
    keyed = with_norm(lines, lines.resource.record_key, "line_no").drop_nulls(["line_no", "norm"])
    duplicates = keyed.filter(pl.struct("norm", "line_no").is_duplicated())
    rows = duplicates.rename({"value": "parent"}).with_columns(pl.col("line_no").cast(pl.String).alias("value"))
    return make_cell_findings(lines, rows, "duplicate-line-no", lines.resource.field("line_no"), pl.col("parent"))


def _find_empty_lines(lines: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings for lines with a document number and nothing else, unless a value could not be read."""
    parent = lines.resource.field(lines.resource.record_key)
    rows = lines.rows.filter(is_empty_line(lines) & pl.col(parent.name).is_not_null())
    rows = rows.join(findings.drop_nulls("row"), on=["sheet", "row"], how="anti", maintain_order="left")
    return make_cell_findings(
        lines, rows.select("sheet", "row", pl.col(parent.name).alias("value")), "empty-line", parent
    )


def _check_lines(documents: Table | None, lines: Table, findings: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings for lines without a document, documents without lines, and sums that differ."""
    parent = lines.resource.field(lines.resource.record_key)
    line_rows = with_norm(lines, parent.name)
    if documents is None:
        return [make_cell_findings(lines, line_rows.drop_nulls("norm"), "line-without-document", parent)]
    key = documents.resource.field(documents.resource.key)
    document_rows = with_norm(documents, key.name)
    orphans = line_rows.drop_nulls("norm").join(document_rows, on="norm", how="anti", maintain_order="left")
    childless = document_rows.drop_nulls("norm").join(line_rows, on="norm", how="anti", maintain_order="left")
    damaged = _find_lost_zeros(orphans, document_rows)
    orphans = orphans.join(damaged, on=["sheet", "row"], how="anti", maintain_order="left")
    return [
        make_cell_findings(lines, damaged, "line-without-zeros", parent, pl.col("listed")),
        make_cell_findings(lines, orphans, "line-without-document", parent),
        make_cell_findings(documents, childless, "document-without-lines", key),
        compare_sums(documents, lines, findings),
    ]


def _find_lost_zeros(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose key (norm) is one of `known` without its leading zeros, with that one as `listed`.

    If there are several of them (01 and 001), `listed` has them all.
    """
    with_zeros = known.select("norm").filter(pl.col("norm").str.contains("^0+[1-9][0-9]*$")).unique()
    bare = pl.col("norm").str.strip_chars_start("0").alias("bare")
    without_zeros = with_zeros.group_by(bare).agg(pl.col("norm").sort().str.join(SEVERAL).alias("listed"))
    without_zeros = without_zeros.select("listed", pl.col("bare").alias("norm"))
    return rows.join(without_zeros, on="norm", how="inner", maintain_order="left")


def _report_missing_lines_sheet(documents: Table) -> pl.DataFrame:
    return to_findings(documents.rows.select("sheet").unique(maintain_order=True), code="no-lines-sheet")


def _find_unlisted_customers(documents: Table, customers: Table, known: KnownCustomers | None) -> pl.DataFrame:
    """Return a finding at the first document of each customer that is not in the files, and not known to be at ARM.

    A number that is one in the files but for its leading zeros is damage, at every document.
    """
    listed = with_norm(customers, "customer_no")
    rows = with_norm(documents, "customer_no").drop_nulls("norm")
    unlisted = rows.join(listed, on="norm", how="anti", maintain_order="left")
    damaged = _find_lost_zeros(unlisted, listed)
    first = unlisted.join(damaged, on=["sheet", "row"], how="anti", maintain_order="left")
    first = first.unique("norm", keep="first", maintain_order=True)
    if known is not None:
        first = first.filter(pl.Series([not known.is_known(number) for number in first["norm"]], dtype=pl.Boolean))
    field = documents.resource.field("customer_no")
    return pl.concat(
        [
            make_cell_findings(documents, first, "customer-not-in-file", field),
            make_cell_findings(documents, damaged, "customer-without-zeros", field, pl.col("listed")),
        ]
    )
