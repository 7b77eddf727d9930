"""A record's JSON has exactly the values of its row, in columns with a value in every row, in some, or in none."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from armbulk.arm.encode import encode_records
from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.model.sheet import Table
from armbulk.resources import RESOURCES
from armbulk.validation.parse import DTYPES

_TEXTS = st.sampled_from(['a"\\b', "x\ny", "æ\x01", "", " ", "F1", ","])
_VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: _TEXTS,
    FieldType.IDENTIFIER: _TEXTS,
    FieldType.DATE: st.just(date(2026, 2, 3)),
    FieldType.AMOUNT: st.sampled_from([Decimal("1.50"), Decimal("-20.00"), Decimal("0.00")]),
    FieldType.QUANTITY: st.sampled_from([Decimal("0.000001"), Decimal("100.000000")]),
    FieldType.INTEGER: st.integers(-3, 3),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.TEXT_LIST: st.lists(_TEXTS, max_size=2),
}


def _draw_table(data: st.DataObject, resource: Resource, rows: int) -> Table:
    """Draw rows: a column has a value in every row, in some, or in none."""
    columns = {}
    for field in resource.fields:
        if field.role is not FieldRole.READ_ONLY:
            value, share = _VALUES[field.type], data.draw(st.sampled_from(["none", "some", "all"]))
            cell = {"none": st.none(), "some": st.none() | value, "all": value}[share]
            values = data.draw(st.lists(cell, min_size=rows, max_size=rows))
            columns[field.name] = pl.Series(values, dtype=DTYPES[field.type])
    if resource.lines is not None:
        columns[resource.key] = pl.Series(["D1", "D2", "D3"][:rows], dtype=pl.String)
    numbers = {"sheet": pl.Series([0] * rows, dtype=pl.UInt16), "row": pl.Series(range(2, rows + 2), dtype=pl.Int64)}
    return Table(resource, pl.DataFrame({**numbers, **columns}))


def _expect(resource: Resource, row: dict[str, Any]) -> dict[str, Any]:
    """Return the object of a row, member by member."""
    expected: dict[str, Any] = {}
    for field in resource.fields:
        value = row.get(field.name)
        if field.role is FieldRole.WRITABLE and value is not None:
            node = expected
            *parents, name = field.path.split(".")
            for parent in parents:
                node = node.setdefault(parent, {})
            node[name] = _to_json(field, value)
    return expected


def _to_json(field: Field, value: Any) -> Any:
    return value.isoformat() if field.type is FieldType.DATE else value


@settings(max_examples=8)
@given(st.data())
def test_a_document_has_the_values_of_its_row_and_its_lines(data: st.DataObject) -> None:
    """Numbers are exact, members keep their order, blank cells have no member, lines are in order; also in slices."""
    documents = _draw_table(data, RESOURCES["documents"], data.draw(st.integers(1, 3)))
    lines = _draw_table(data, RESOURCES["lines"], data.draw(st.integers(0, 4)))
    parents = pl.Series([["D1", "D2", None][index % 3] for index in range(lines.rows.height)], dtype=pl.String)
    order = pl.int_range(pl.len(), 0, -1, dtype=pl.Int64).alias("line_no")
    lines = Table(lines.resource, lines.rows.with_columns(order, parents.alias("document_no")))
    records = encode_records(documents, lines, slice_rows=data.draw(st.integers(1, 3)))
    for row, payload in zip(documents.rows.iter_rows(named=True), records["payload"], strict=True):
        expected = _expect(documents.resource, row)
        own = lines.rows.filter(pl.col("document_no") == row["document_no"]).sort("line_no")
        if own.height:
            expected["documentLines"] = [_expect(lines.resource, line) for line in own.iter_rows(named=True)]
        read = json.loads(payload, parse_float=Decimal)
        assert read == expected
        assert list(read) == list(expected)
