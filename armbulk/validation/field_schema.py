"""The Pandera schema of a resource: built from its fields, it names every row that fails a check.

Pandera takes long to load: `field_checks` loads this module when a file has something to report.
"""

from collections.abc import Collection, Sequence

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from armbulk.model.fields import FieldRole, Resource
from armbulk.model.sheet import Table
from armbulk.validation.field_checks import FieldCheck
from armbulk.validation.parse import DTYPES

_COLUMNS = ("column", "check", "index")


def find_failures(table: Table, checks: Sequence[FieldCheck], blank: Collection[str]) -> pl.DataFrame:
    """Run the schema and return its failures: `column`, `check`, and the `index` of the row.

    Pandera's exception, which quotes values, is dropped.
    """
    try:
        _build_schema(table.resource, checks, blank).validate(table.rows, lazy=True)
    except SchemaErrors as error:
        failures: pl.DataFrame = error.failure_cases.select(_COLUMNS)
    else:
        return pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String))
    if failures["index"].null_count():
        message = f"a check of {table.resource.name} could not run"
        raise AssertionError(message)
    return failures


def _build_schema(resource: Resource, checks: Sequence[FieldCheck], blank: Collection[str]) -> pa.DataFrameSchema:
    """Build the Pandera schema of a resource: the type of each field that is not blank, and these checks."""
    columns = {}
    for field in resource.fields:
        own = [_to_pandera(check) for check in checks if check.field is field]
        if field.role is not FieldRole.READ_ONLY and (own or field.name not in blank):
            columns[field.name] = pa.Column(DTYPES[field.type], checks=own, nullable=True)
    return pa.DataFrameSchema(columns, strict=False)


def _to_pandera(check: FieldCheck) -> pa.Check:
    """Return a vectorised check; null counts as met."""

    def apply(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(check.is_met.fill_null(value=True))

    return pa.Check(apply, name=check.code, ignore_na=False)
