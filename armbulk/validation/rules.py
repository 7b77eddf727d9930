"""Checks of typed rows: Pandera schemas built from the fields, and rules between rows and sheets.

A cell that could not be parsed already has a finding; its follow-up errors are not reported.
"""

from collections.abc import Collection, Mapping

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.model.fields import Field, FieldRole, FieldType, Resource, Severity
from armbulk.model.keys import normalise_key
from armbulk.model.known_customers import KnownCustomers
from armbulk.model.sheet import Table
from armbulk.resources.identifiers import CHECK_FORMATS, has_format
from armbulk.validation.parse import DTYPES, format_column

AMOUNTS = ("excl_vat", "vat", "incl_vat")
"""The amounts that a document and its lines have."""

_TEXT_TYPES = {FieldType.TEXT, FieldType.IDENTIFIER}


def check_rules(
    tables: Mapping[str, Table], findings: pl.DataFrame, known: KnownCustomers | None = None
) -> pl.DataFrame:
    """Check every table by itself and against the others.

    Args:
        tables: The typed rows by resource.
        findings: The findings so far; cells that have one are not reported again.
        known: Customers that ARM is known to have; None: nobody knows.

    Returns:
        The new findings.
    """
    new = [empty_findings()]
    for table in tables.values():
        new.append(_check_fields(table, findings))
        if table.resource.lines is not None or table.resource.name == "customers":
            new.append(_find_duplicate_keys(table))
    documents, lines, customers = (tables.get(name) for name in ("documents", "lines", "customers"))
    if lines is not None:
        new += [_find_duplicate_line_numbers(lines), *_check_lines(documents, lines, findings)]
    elif documents is not None:
        new.append(_report_missing_lines_sheet(documents))
    if documents is not None and customers is not None:
        new.append(_find_unlisted_customers(documents, customers, known))
    return pl.concat(new)


# --- fields: one Pandera schema per resource ----------------------------------------------------------


def build_schema(resource: Resource, blank: Collection[str] = frozenset()) -> pa.DataFrameSchema:
    """Build the Pandera schema of a resource from its fields and rules.

    Args:
        resource: The resource of the rows.
        blank: Fields without a single value. A null meets every check of a value, so theirs are left out: most files
            use a few of the fields, and each check has a fixed cost.
    """
    columns = {}
    for field in resource.fields:
        if field.role is not FieldRole.READ_ONLY:
            checks = _build_presence_checks(field, resource)
            checks += [] if field.name in blank else _build_value_checks(field)
            if checks or field.name not in blank:
                columns[field.name] = pa.Column(DTYPES[field.type], checks=checks, nullable=True)
    return pa.DataFrameSchema(columns, strict=False)


def _build_presence_checks(field: Field, resource: Resource) -> list[pa.Check]:
    """Return the checks that a null may fail: of required fields, and rules between fields."""
    checks = [_build_check("required", pl.col(field.name).is_not_null())] if field.required else []
    rules = [rule for rule in resource.rules if rule.field == field.name]
    return checks + [_build_check(rule.code, rule.is_met()) for rule in rules]


def _build_value_checks(field: Field) -> list[pa.Check]:
    """Return the checks that every null meets."""
    checks = []
    column = pl.col(field.name)
    if field.max_length and field.type in _TEXT_TYPES:
        checks.append(_build_check("too-long", column.str.len_chars() <= field.max_length))
    if field.pattern:
        checks.append(_build_check("pattern", column.str.contains(field.pattern)))
    if field.allowed_values:
        allowed = [value.lower() for value in field.allowed_values]
        checks.append(_build_check("not-allowed", column.str.to_lowercase().is_in(allowed)))
    if field.format:
        has_pattern_error = ~column.str.contains(field.pattern) if field.pattern else pl.lit(value=False)
        is_valid = has_format(column, field.format, field.format_when) | has_pattern_error
        checks.append(_build_check(CHECK_FORMATS[field.format].code, is_valid))
    return checks


def _build_check(code: str, is_met: pl.Expr) -> pa.Check:
    """Return a vectorised check; null counts as met."""

    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(is_met.fill_null(value=True))

    return pa.Check(apply, name=code, ignore_na=False)


def _check_fields(table: Table, findings: pl.DataFrame) -> pl.DataFrame:
    """Run the schema and return its failures as findings; its exception, which quotes values, is dropped."""
    blank = {name for name, count in table.rows.null_count().row(0, named=True).items() if count == table.rows.height}
    try:
        build_schema(table.resource, blank).validate(table.rows, lazy=True)
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
        failed.append(_cell_findings(table, rows, str(code), field, _detail_of(str(code), field)))
    reported = findings.drop_nulls("row")
    return pl.concat(failed).join(reported, on=["sheet", "row", "field"], how="anti", maintain_order="left")


def _detail_of(code: str, field: Field) -> str | None:
    details = {
        "too-long": str(field.max_length),
        "pattern": field.example,
        "not-allowed": ", ".join(field.allowed_values),
    }
    return details.get(code)


def _cell_findings(
    table: Table, rows: pl.DataFrame, code: str, field: Field, detail: str | pl.Expr | None = None
) -> pl.DataFrame:
    """Return findings for `rows` (sheet, row, value, and the columns that `detail` needs)."""
    letters = pl.DataFrame(
        [(sheet, columns.get(field.name)) for sheet, columns in table.columns.items()],
        schema={"sheet": pl.UInt16, "column": pl.String},
        orient="row",
    )
    placed = rows.join(letters, on="sheet", how="left", maintain_order="left")
    return to_findings(placed, code=code, field=field.name, detail=detail)


# --- rules between rows -----------------------------------------------------------------------------


def _find_duplicate_keys(table: Table) -> pl.DataFrame:
    """Return a finding for every row whose key another row has too, without regard to case."""
    field = table.resource.field(table.resource.key)
    keyed = _with_norm(table, field.name)
    duplicates = keyed.filter(pl.col("norm").is_not_null() & pl.col("norm").is_duplicated())
    first = pl.col("row").first().over("norm")
    second = pl.col("row").get(1, null_on_oob=True).over("norm")
    other = pl.when(pl.col("row") == first).then(second).otherwise(first)
    return _cell_findings(table, duplicates.with_columns(other.alias("other")), "duplicate-key", field, pl.col("other"))


def _find_duplicate_line_numbers(lines: Table) -> pl.DataFrame:
    keyed = _with_norm(lines, lines.resource.record_key, "line_no").drop_nulls(["line_no", "norm"])
    duplicates = keyed.filter(pl.struct("norm", "line_no").is_duplicated())
    rows = duplicates.rename({"value": "parent"}).with_columns(pl.col("line_no").cast(pl.String).alias("value"))
    return _cell_findings(lines, rows, "duplicate-line-no", lines.resource.field("line_no"), pl.col("parent"))


def _check_lines(documents: Table | None, lines: Table, findings: pl.DataFrame) -> list[pl.DataFrame]:
    """Return findings for lines without a document, documents without lines, and sums that differ."""
    parent = lines.resource.field(lines.resource.record_key)
    line_rows = _with_norm(lines, parent.name, *AMOUNTS)
    if documents is None:
        return [_cell_findings(lines, line_rows.drop_nulls("norm"), "line-without-document", parent)]
    key = documents.resource.field(documents.resource.key)
    document_rows = _with_norm(documents, key.name, *AMOUNTS)
    orphans = line_rows.drop_nulls("norm").join(document_rows, on="norm", how="anti", maintain_order="left")
    childless = document_rows.drop_nulls("norm").join(line_rows, on="norm", how="anti", maintain_order="left")
    return [
        _cell_findings(lines, orphans, "line-without-document", parent),
        _cell_findings(documents, childless, "document-without-lines", key),
        *_compare_sums(documents, document_rows, line_rows, findings),
    ]


def _compare_sums(
    documents: Table, document_rows: pl.DataFrame, line_rows: pl.DataFrame, findings: pl.DataFrame
) -> list[pl.DataFrame]:
    """Return findings where a document's amount and the sum of its lines are both known and differ."""
    unread = findings.filter(pl.col("field").is_in(AMOUNTS)).select("sheet", "row").unique()
    incomplete = line_rows.join(unread, on=["sheet", "row"], how="semi").select("norm").unique()
    sums = [pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(f"{name}_sum") for name in AMOUNTS]
    by_document = line_rows.drop_nulls("norm").group_by("norm").agg(sums)
    joined = document_rows.join(by_document, on="norm", how="inner", maintain_order="left")
    joined = joined.join(incomplete, on="norm", how="anti", maintain_order="left")
    new = []
    for name in AMOUNTS:
        different = joined.filter(pl.col(name) != pl.col(f"{name}_sum"))
        rows = different.with_columns(pl.col(name).cast(pl.String).alias("value"))
        field = documents.resource.field(name)
        new.append(_cell_findings(documents, rows, "lines-sum-differs", field, pl.col(f"{name}_sum")))
    return new


def _report_missing_lines_sheet(documents: Table) -> pl.DataFrame:
    return to_findings(documents.rows.select("sheet").unique(maintain_order=True), code="no-lines-sheet")


def _find_unlisted_customers(documents: Table, customers: Table, known: KnownCustomers | None) -> pl.DataFrame:
    """Return a finding at the first document of each customer that is not in the files, and not known to be at ARM."""
    listed = customers.rows.select(normalise_key(pl.col("customer_no")).alias("norm"))
    rows = _with_norm(documents, "customer_no").drop_nulls("norm")
    unlisted = rows.join(listed, on="norm", how="anti", maintain_order="left")
    first = unlisted.unique("norm", keep="first", maintain_order=True)
    if known is not None:
        first = first.filter(pl.Series([not known.is_known(number) for number in first["norm"]], dtype=pl.Boolean))
    return _cell_findings(documents, first, "customer-not-in-file", documents.resource.field("customer_no"))


def _with_norm(table: Table, name: str, *more: str) -> pl.DataFrame:
    """Return sheet, row, `value` (the column `name`), `norm` (the same normalised), and `more` columns."""
    return table.rows.select(
        "sheet", "row", pl.col(name).alias("value"), normalise_key(pl.col(name)).alias("norm"), *more
    )


# --- which records an error blocks ------------------------------------------------------------------


def find_blocked_rows(tables: Mapping[str, Table], findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Return the customers and documents that an error blocks: resource → (sheet, row).

    An error on a line blocks its document; an error on a sheet's header blocks every record of the sheet.
    """
    errors = findings.filter(pl.col("severity") == Severity.ERROR.value).select("sheet", "row").unique()
    blocked = {name: _find_rows_with_errors(table, errors) for name, table in tables.items()}
    if "documents" in tables and "lines" in tables:
        by_lines = _find_documents_of_lines(tables["documents"], tables["lines"], blocked["lines"])
        blocked["documents"] = pl.concat([blocked["documents"], by_lines]).unique(maintain_order=True)
    return {name: blocked[name] for name in ("customers", "documents") if name in blocked}


def _find_documents_of_lines(documents: Table, lines: Table, blocked: pl.DataFrame) -> pl.DataFrame:
    """Return the documents (sheet, row) of blocked lines; all of them where no blocked line has a document number."""
    lines_blocked = lines.rows.join(blocked, on=["sheet", "row"], how="semi")
    norms = lines_blocked.select(normalise_key(pl.col(lines.resource.record_key)).alias("norm")).unique().drop_nulls()
    if blocked.height and blocked.height == lines.rows.height and norms.is_empty():
        return documents.rows.select("sheet", "row")
    keyed = documents.rows.with_columns(normalise_key(pl.col(documents.resource.key)).alias("norm"))
    return keyed.join(norms, on="norm", how="semi").select("sheet", "row")


def _find_rows_with_errors(table: Table, errors: pl.DataFrame) -> pl.DataFrame:
    """Return the rows (sheet, row) with an error of their own, and those of sheets with an error above the table."""
    rows = table.rows.select("sheet", "row")
    own = rows.join(errors, on=["sheet", "row"], how="semi", maintain_order="left")
    first = rows.group_by("sheet").agg(pl.col("row").min().alias("first"))
    above = errors.join(first, on="sheet").filter(pl.col("row").is_null() | (pl.col("row") < pl.col("first")))
    of_sheet = rows.join(above.select("sheet").unique(), on="sheet", how="semi", maintain_order="left")
    return pl.concat([own, of_sheet]).unique(maintain_order=True)
