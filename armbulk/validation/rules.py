"""Checks of typed rows: Pandera schemas built from the fields, and rules between rows and sheets.

A cell that could not be read is already blamed; what follows from it is not reported again.
"""

from collections.abc import Mapping
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.model.fields import Field, FieldRole, FieldType, Resource, Severity
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Table
from armbulk.resources.identifiers import FORMATS, has_format
from armbulk.validation.parse import DTYPES, to_text

AMOUNTS = ("excl_vat", "vat", "incl_vat")
_TEXT = {FieldType.TEXT, FieldType.IDENTIFIER}


def check_rules(tables: Mapping[str, Table], blamed: pl.DataFrame) -> pl.DataFrame:
    """Check every table by itself and against the others; `blamed` are the findings so far. Returns new findings."""
    found = [empty_findings()]
    for table in tables.values():
        found.append(_fields(table, blamed))
        if table.resource.lines is not None or table.resource.name == "customers":
            found.append(_duplicate_keys(table))
    documents, lines, customers = (tables.get(name) for name in ("documents", "lines", "customers"))
    if lines is not None:
        found += [_line_numbers(lines), *_family(documents, lines, blamed)]
    elif documents is not None:
        found.append(_no_lines(documents))
    if documents is not None and customers is not None:
        found.append(_strangers(documents, customers))
    return pl.concat(found)


def build_schema(resource: Resource) -> pa.DataFrameSchema:
    """Build the Pandera schema of a resource from its fields and rules."""
    columns = {
        one.name: pa.Column(DTYPES[one.type], checks=_checks(one, resource), nullable=True)
        for one in resource.fields
        if one.role is not FieldRole.READ_ONLY
    }
    return pa.DataFrameSchema(columns, strict=False)


def _checks(one: Field, resource: Resource) -> list[pa.Check]:
    checks = []
    if one.required:
        checks.append(_check("required", lambda name: pl.col(name).is_not_null()))
    if one.max_length and one.type in _TEXT:
        longest = one.max_length
        checks.append(_check("too-long", lambda name: pl.col(name).str.len_chars() <= longest))
    if one.pattern:
        pattern = one.pattern
        checks.append(_check("pattern", lambda name: pl.col(name).str.contains(pattern)))
    if one.allowed_values:
        allowed = [word.lower() for word in one.allowed_values]
        checks.append(_check("not-allowed", lambda name: pl.col(name).str.to_lowercase().is_in(allowed)))
    if one.format:
        form, where = one.format, one.format_when
        malformed = pl.lit(value=False) if one.pattern is None else ~pl.col(one.name).str.contains(one.pattern)
        checks.append(_check(FORMATS[form].code, lambda name: has_format(pl.col(name), form, where) | malformed))
    rules = [rule for rule in resource.rules if rule.field == one.name]
    return checks + [_check(rule.code, lambda _, ok=rule.is_met: ok()) for rule in rules]


def _check(code: str, ok: Any) -> pa.Check:
    """A vectorised check; null counts as fulfilled, but for `required`."""

    def holds(given: pa.PolarsData) -> pl.LazyFrame:
        return given.lazyframe.select(ok(given.key).fill_null(value=True))

    return pa.Check(holds, name=code, ignore_na=False)


def _fields(table: Table, blamed: pl.DataFrame) -> pl.DataFrame:
    """Run the schema; take its failures by row and column, and let its exception (which quotes values) die."""
    try:
        build_schema(table.resource).validate(table.rows, lazy=True)
    except SchemaErrors as error:
        failures = error.failure_cases.select("column", "check", "index")
    else:
        return empty_findings()
    if failures["index"].null_count():
        message = f"a check of {table.resource.name} could not run"
        raise AssertionError(message)
    cases = failures.select(
        pl.col("column").alias("field"), pl.col("check").alias("code"), pl.col("index").cast(pl.UInt32).alias("at")
    )
    return _place(table, cases, blamed)


def _place(table: Table, cases: pl.DataFrame, blamed: pl.DataFrame) -> pl.DataFrame:
    """Give each case (field, code, at = position in rows) its place, value and detail."""
    found = [empty_findings()]
    for (name, code), part in cases.group_by("field", "code", maintain_order=True):
        one = table.resource.field(str(name))
        rows = table.rows[part["at"].sort().to_list()].select("sheet", "row", to_text(one).alias("value"))
        found.append(_findings(table, rows, str(code), one, _detail(str(code), one)))
    whole = pl.concat(found)
    return whole.join(blamed.drop_nulls("row"), on=["sheet", "row", "field"], how="anti", maintain_order="left")


def _detail(code: str, one: Field) -> str | None:
    return {"too-long": str(one.max_length), "pattern": one.example, "not-allowed": ", ".join(one.allowed_values)}.get(
        code
    )


def _findings(table: Table, rows: pl.DataFrame, code: str, one: Field, detail: str | pl.Expr | None) -> pl.DataFrame:
    """Findings for `rows` (sheet, row, value, and what `detail` needs)."""
    letters = pl.DataFrame(
        [(sheet, columns.get(one.name)) for sheet, columns in table.columns.items()],
        schema={"sheet": pl.UInt16, "column": pl.String},
        orient="row",
    )
    told = detail if isinstance(detail, pl.Expr) else pl.lit(detail, pl.String)
    return (
        rows.with_columns(
            told.cast(pl.String).alias("detail"),
            field=pl.lit(one.name),
            code=pl.lit(code),
            severity=pl.lit(CATALOGUE[code].severity.value),
        )
        .join(letters, on="sheet", how="left", maintain_order="left")
        .select(list(SCHEMA))
        .cast(SCHEMA)
    )


def _duplicate_keys(table: Table) -> pl.DataFrame:
    """Every row whose key another row has too; ARM does not tell capital from small letters."""
    one = table.resource.field(table.resource.key)
    keyed = table.rows.select(
        "sheet", "row", pl.col(one.name).alias("value"), normalise_key(pl.col(one.name)).alias("norm")
    )
    double = keyed.filter(pl.col("norm").is_not_null() & pl.col("norm").is_duplicated())
    first = pl.col("row").first().over("norm")
    other = pl.when(pl.col("row") == first).then(pl.col("row").get(1, null_on_oob=True).over("norm")).otherwise(first)
    return _findings(table, double.with_columns(other.alias("other")), "duplicate-key", one, pl.col("other"))


def _line_numbers(lines: Table) -> pl.DataFrame:
    one, parent = lines.resource.field("line_no"), _parent(lines)
    keyed = lines.rows.select(
        "sheet", "row", "line_no", pl.col(parent.name).alias("parent"), normalise_key(pl.col(parent.name)).alias("norm")
    ).drop_nulls(["line_no", "norm"])
    double = keyed.filter(pl.struct("norm", "line_no").is_duplicated())
    rows = double.with_columns(pl.col("line_no").cast(pl.String).alias("value"))
    return _findings(lines, rows, "duplicate-line-no", one, pl.col("parent"))


def _family(documents: Table | None, lines: Table, blamed: pl.DataFrame) -> list[pl.DataFrame]:
    """Lines without a document, documents without lines, and sums that differ."""
    parent = _parent(lines)
    mine = lines.rows.select(
        "sheet", "row", pl.col(parent.name).alias("value"), normalise_key(pl.col(parent.name)).alias("norm"), *AMOUNTS
    )
    if documents is None:
        return [_findings(lines, mine.drop_nulls("norm"), "line-without-document", parent, None)]
    key = documents.resource.field(documents.resource.key)
    theirs = documents.rows.select(
        "sheet", "row", pl.col(key.name).alias("value"), normalise_key(pl.col(key.name)).alias("norm"), *AMOUNTS
    )
    orphans = mine.drop_nulls("norm").join(theirs, on="norm", how="anti", maintain_order="left")
    childless = theirs.drop_nulls("norm").join(mine, on="norm", how="anti", maintain_order="left")
    return [
        _findings(lines, orphans, "line-without-document", parent, None),
        _findings(documents, childless, "document-without-lines", key, None),
        *_sums(documents, theirs, mine, blamed),
    ]


def _sums(documents: Table, theirs: pl.DataFrame, mine: pl.DataFrame, blamed: pl.DataFrame) -> list[pl.DataFrame]:
    """Where a document's amount and the sum of its lines are both known and differ."""
    unread = blamed.filter(pl.col("field").is_in(AMOUNTS)).select("sheet", "row").unique()
    unsure = mine.join(unread, on=["sheet", "row"], how="semi").select("norm").unique()
    sums = mine.drop_nulls("norm").group_by("norm").agg(
        *(pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(f"{name}_sum") for name in AMOUNTS)
    )  # fmt: skip
    joined = theirs.join(sums, on="norm", how="inner", maintain_order="left").join(
        unsure, on="norm", how="anti", maintain_order="left"
    )
    found = []
    for name in AMOUNTS:
        differ = joined.filter(pl.col(name) != pl.col(f"{name}_sum")).with_columns(
            pl.col(name).cast(pl.String).alias("value")
        )
        one = documents.resource.field(name)
        found.append(_findings(documents, differ, "lines-sum-differs", one, pl.col(f"{name}_sum")))
    return found


def _no_lines(documents: Table) -> pl.DataFrame:
    sheets = documents.rows.select("sheet").unique(maintain_order=True)
    rows = sheets.with_columns(row=pl.lit(None, pl.Int64), value=pl.lit(None, pl.String))
    one = documents.resource.field(documents.resource.key)
    return _findings(documents, rows, "no-lines-sheet", one, None).with_columns(
        column=pl.lit(None, pl.String), field=pl.lit(None, pl.String)
    )


def _strangers(documents: Table, customers: Table) -> pl.DataFrame:
    """The first document of each customer that is not in the files: ARM must know it already."""
    theirs = customers.rows.select(normalise_key(pl.col("customer_no")).alias("norm"))
    mine = documents.rows.select(
        "sheet", "row", pl.col("customer_no").alias("value"), normalise_key(pl.col("customer_no")).alias("norm")
    ).drop_nulls("norm")
    strange = mine.join(theirs, on="norm", how="anti", maintain_order="left").unique(
        "norm", keep="first", maintain_order=True
    )
    return _findings(documents, strange, "customer-not-in-file", documents.resource.field("customer_no"), None)


def _parent(lines: Table) -> Field:
    return next(one for one in lines.resource.fields if one.role is FieldRole.PARENT_KEY)


def blocked_rows(tables: Mapping[str, Table], findings: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The customers and documents that an error holds back: (sheet, row) of each.

    An error on a line holds its document back; an error on a sheet's header holds back all that hangs on the sheet.
    """
    errors = findings.filter(pl.col("severity") == Severity.ERROR.value).select("sheet", "row").unique()
    bad = {name: _bad(table, errors) for name, table in tables.items()}
    if "documents" in tables and "lines" in tables:
        parent = _parent(tables["lines"]).name
        key = tables["documents"].resource.key
        broken = tables["lines"].rows.join(bad["lines"], on=["sheet", "row"], how="semi")
        keys = broken.select(normalise_key(pl.col(parent)).alias("norm")).unique().drop_nulls()
        documents = tables["documents"].rows.with_columns(normalise_key(pl.col(key)).alias("norm"))
        theirs = documents.join(keys, on="norm", how="semi").select("sheet", "row")
        if bad["lines"].height == tables["lines"].rows.height and keys.is_empty() and bad["lines"].height:
            theirs = documents.select(
                "sheet", "row"
            )  # the lines cannot be told apart: their document number is missing
        bad["documents"] = pl.concat([bad["documents"], theirs]).unique(maintain_order=True)
    return {name: bad[name] for name in ("customers", "documents") if name in bad}


def _bad(table: Table, errors: pl.DataFrame) -> pl.DataFrame:
    rows = table.rows.select("sheet", "row")
    own = rows.join(errors, on=["sheet", "row"], how="semi", maintain_order="left")
    first = rows.group_by("sheet").agg(pl.col("row").min().alias("first"))
    above = errors.join(first, on="sheet").filter(pl.col("row").is_null() | (pl.col("row") < pl.col("first")))
    whole = rows.join(above.select("sheet").unique(), on="sheet", how="semi", maintain_order="left")
    return pl.concat([own, whole]).unique(maintain_order=True)
