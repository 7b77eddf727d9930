"""Rows to ARM's JSON: exact digits, absent values without a key, nested objects, lines in order.

The JSON text is put together by polars expressions, column by column: no row is ever a Python object.
"""

from typing import Any, assert_never

import polars as pl

from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Table

Tree = dict[str, Any]
"""Path segments → Field, or the Tree below."""

RECORD: dict[str, type[pl.DataType]] = {
    "sheet": pl.UInt16,
    "row": pl.Int64,
    "key": pl.String,  # as in the sheet
    "key_norm": pl.String,  # as ARM compares it
    "doc_type": pl.String,  # upper case; "" for customers
    "customer_norm": pl.String,  # a document's customer; null for customers
    "date": pl.String,  # ISO; null for customers
    "amount": pl.String,  # amount incl. VAT; null for customers
    "currency": pl.String,
    "payload": pl.String,  # the record's JSON
    "bytes": pl.Int64,
    "writes": pl.Int64,  # records written, as the AUP is taken to count them
    "bare": pl.Boolean,  # it says nothing but its key
    "half": pl.Boolean,  # it says a part of what ARM changes as a whole only
}
"""Columns of a payload frame, one row per record."""

_NOTHING = {FieldType.TEXT_LIST: "[]", FieldType.AMOUNT: "0", FieldType.QUANTITY: "0", FieldType.INTEGER: "0"}
"""How ARM's published examples write that a field holds nothing; "" for all others."""

_CONTROL = [chr(code) for code in range(32)]
_ESCAPES = ['"', "\\", *_CONTROL]
_ESCAPED = ['\\"', "\\\\", *(f"\\u{code:04x}" for code in range(32))]


def encode_records(table: Table, lines: Table | None = None) -> pl.DataFrame:
    """Map every row of `table` (with its `lines`) to a RECORD row, in the table's order."""
    resource = table.resource
    key = resource.field(resource.key)
    rows = table.rows.with_columns(normalise_key(pl.col(resource.key)).alias("key_norm"))
    rows = _with_lines(rows, resource, lines)
    extra = pl.concat_str(pl.lit(f',"{resource.lines_path}":['), pl.col("lines_json"), pl.lit("]"))
    inner = pl.when(pl.col("lines_json").is_not_null()).then(extra).otherwise(pl.lit(""))
    members = [_members(_tree(resource), _cleared(table.rows)), inner]
    return rows.with_columns(_object(members).alias("payload")).select(
        "sheet",
        "row",
        pl.col(resource.key).alias("key"),
        "key_norm",
        *_facts(resource),
        "payload",
        pl.col("payload").str.len_bytes().cast(pl.Int64).alias("bytes"),
        (pl.lit(1) + pl.col("line_count").fill_null(0)).cast(pl.Int64).alias("writes"),
        (pl.col("payload") == _object([_member(key.path, key, frozenset())])).fill_null(value=True).alias("bare"),
        _half(resource).alias("half"),
    )


def _half(resource: Resource) -> pl.Expr:
    """Whether a group that ARM changes as a whole is said, and not all of it."""
    found = [pl.lit(value=False)]
    for group in resource.replaced_groups:
        names = [one.name for one in resource.fields if one.path.startswith(f"{group}.")]
        said = [
            pl.col(name).is_not_null() | pl.col("cleared").list.contains(name).fill_null(value=False) for name in names
        ]
        found.append(pl.any_horizontal(said) & ~pl.all_horizontal(said))
    return pl.any_horizontal(found)


def encode_lines(lines: Table) -> pl.DataFrame:
    """Map lines to `key_norm`, `lines_json` (comma-separated objects, by line number) and `line_count`."""
    parent = _parent(lines.resource)
    order = [name for name in ("line_no",) if name in lines.rows.columns]
    return (
        lines.rows.with_columns(
            normalise_key(pl.col(parent.name)).alias("key_norm"),
            _object([_members(_tree(lines.resource), frozenset())]).alias("json"),
        )
        .sort("key_norm", *order, "sheet", "row", nulls_last=True, maintain_order=True)
        .group_by("key_norm", maintain_order=True)
        .agg(pl.col("json").str.join(",").alias("lines_json"), pl.len().alias("line_count"))
    )


def build_body(resource: Resource, user_id: str, records: list[str]) -> str:
    """Put record JSON into ARM's batch wrapper: `{"metadata":{"userId":…},"documents":[…]}`."""
    user = pl.select(_text(pl.lit(user_id))).item()
    return f'{{"metadata":{{"userId":{user}}},"{resource.json_array}":[{",".join(records)}]}}'


def _with_lines(rows: pl.DataFrame, resource: Resource, lines: Table | None) -> pl.DataFrame:
    if lines is None or resource.lines is None:
        return rows.with_columns(lines_json=pl.lit(None, pl.String), line_count=pl.lit(None, pl.UInt32))
    return rows.join(encode_lines(lines), on="key_norm", how="left", maintain_order="left")


def _facts(resource: Resource) -> list[pl.Expr]:
    if resource.lines is None:
        absent = [pl.lit(None, pl.String).alias(name) for name in ("customer_norm", "date", "amount", "currency")]
        return [pl.lit("").alias("doc_type"), *absent]
    return [
        pl.col("document_type").str.to_uppercase().fill_null("").alias("doc_type"),
        normalise_key(pl.col("customer_no")).alias("customer_norm"),
        pl.col("document_date").dt.to_string("%Y-%m-%d").alias("date"),
        _number(pl.col("incl_vat")).alias("amount"),
        pl.col("currency").str.to_uppercase().alias("currency"),
    ]


def _parent(resource: Resource) -> Field:
    return next(field for field in resource.fields if field.role is FieldRole.PARENT_KEY)


def _tree(resource: Resource) -> Tree:
    tree: Tree = {}
    for field in resource.fields:
        if field.role is FieldRole.WRITABLE:
            *groups, leaf = field.path.split(".")
            node = tree
            for group in groups:
                node = node.setdefault(group, {})
            node[leaf] = field
    return tree


def _object(members: list[pl.Expr]) -> pl.Expr:
    return pl.concat_str(pl.lit("{"), pl.concat_str(members).str.strip_prefix(","), pl.lit("}"))


def _cleared(rows: pl.DataFrame) -> frozenset[str]:
    """The fields that some row blanks."""
    return frozenset(rows["cleared"].explode().drop_nulls()) if "cleared" in rows.columns else frozenset()


def _members(tree: Tree, cleared: frozenset[str]) -> pl.Expr:
    return pl.concat_str([_member(name, node, cleared) for name, node in tree.items()])


def _member(name: str, node: Field | Tree, cleared: frozenset[str]) -> pl.Expr:
    """One member with its leading comma, or "" where there is nothing to say."""
    if isinstance(node, Field):
        value = _value(node)
        if node.name in cleared:
            blanked = pl.col("cleared").list.contains(pl.lit(node.name)).fill_null(value=False)
            value = pl.when(blanked).then(pl.lit(_NOTHING.get(node.type, '""'))).otherwise(value)
        return pl.concat_str(pl.lit(f',"{name}":'), value).fill_null("")
    inner = _members(node, cleared)
    return pl.when(inner == "").then(pl.lit("")).otherwise(pl.concat_str(pl.lit(f',"{name}":'), _object([inner])))


def _value(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    match field.type:
        case FieldType.TEXT | FieldType.IDENTIFIER | FieldType.TIME:
            return _text(column)
        case FieldType.DATE:
            return pl.concat_str(pl.lit('"'), column.dt.to_string("%Y-%m-%d"), pl.lit('"'))
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return _number(column)
        case FieldType.INTEGER:
            return column.cast(pl.String)
        case FieldType.BOOLEAN:
            return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))
        case FieldType.TEXT_LIST:
            return pl.concat_str(pl.lit("["), column.list.eval(_text(pl.element())).list.join(","), pl.lit("]"))
        case _:
            assert_never(field.kind)


def _text(column: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit('"'), column.str.replace_many(_ESCAPES, _ESCAPED), pl.lit('"'))


def _number(column: pl.Expr) -> pl.Expr:
    """The decimal's digits without trailing zeros: 5200.00 → 5200, 0.50 → 0.5."""
    return column.cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
