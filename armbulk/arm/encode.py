"""Encode rows as ARM's JSON: exact digits, no member for a blank value, nested objects, lines in order.

The JSON text is built by polars expressions, column by column: no row is ever a Python object.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any, assert_never

import polars as pl

from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.record_texts import build_tree
from armbulk.model.sheet import Table

Tree = dict[str, Any]
"""Name of a member → its Field, or the Tree of an object."""

Piece = str | pl.Expr
"""A part of a JSON text: the same in every row, or one text in each."""

RECORD_SCHEMA: dict[str, type[pl.DataType]] = {
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
    "key_only": pl.Boolean,  # it has no member but its key
}
"""Columns of a frame of encoded records, one row each."""

_CLEARED_VALUES = {FieldType.TEXT_LIST: "[]", FieldType.AMOUNT: "0", FieldType.QUANTITY: "0", FieldType.INTEGER: "0"}
"""How ARM's published examples write a field that is cleared; "" for all other types."""

SLICE_ROWS = 20_000
"""How many documents are encoded at a time."""

_CONTROL = [chr(code) for code in range(32)]
_ESCAPES = ['"', "\\", *_CONTROL]
_ESCAPED = ['\\"', "\\\\", *(f"\\u{code:04x}" for code in range(32))]


@dataclass(frozen=True, slots=True)
class _Cells:
    """Which fields of a table have a value in every row, and which some row clears."""

    in_every_row: frozenset[str] = frozenset()
    cleared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rows: pl.DataFrame, cleared: frozenset[str] = frozenset()) -> "_Cells":
        """Return those of some rows."""
        nulls = rows.null_count().row(0, named=True)
        return cls(frozenset(name for name, count in nulls.items() if not count) - cleared, cleared)


def encode_records(table: Table, lines: Table | None = None, slice_rows: int = SLICE_ROWS) -> pl.DataFrame:
    """Return every row of `table`, with its `lines`, as a row of RECORD_SCHEMA, in the table's order.

    So many rows at a time (`slice_rows`): the JSON of all lines is never in memory beside that of all documents.
    """
    resource = table.resource
    rows = table.rows.with_columns(normalise_key(pl.col(resource.key)).alias("key_norm"))
    if lines is None or resource.lines is None:
        return _encode_slice(resource, rows, None)
    parent = normalise_key(pl.col(_find_parent_key(lines.resource).name))
    line_rows = lines.rows.with_columns(parent.alias("key_norm"))
    slices = list(rows.iter_slices(slice_rows)) or [rows]
    encoded = []
    for part in slices:
        is_whole = len(slices) == 1
        own = line_rows if is_whole else line_rows.join(part, on="key_norm", how="semi", maintain_order="left")
        encoded.append(_encode_slice(resource, part, encode_lines(lines.resource, own)))
    return pl.concat(encoded)


def _encode_slice(resource: Resource, rows: pl.DataFrame, lines: pl.DataFrame | None) -> pl.DataFrame:
    """Return rows (with `key_norm`) as rows of RECORD_SCHEMA; `lines` are those that `encode_lines` returns."""
    cleared = _cleared_fields(rows)
    members = _encode_members(_build_field_tree(resource, rows, cleared), _Cells.of(rows, cleared))
    key = resource.field(resource.key)
    key_only = _join(_encode_object([_encode_member(key.path, key, _Cells())]))
    if lines is None:
        rows = rows.with_columns(lines_json=pl.lit(None, pl.String), line_count=pl.lit(None, pl.UInt32))
    else:
        rows = rows.join(lines, on="key_norm", how="left", maintain_order="left")
    lines_member = pl.concat_str(pl.lit(f',"{resource.lines_path}":['), pl.col("lines_json"), pl.lit("]"))
    lines_member = pl.when(pl.col("lines_json").is_not_null()).then(lines_member).otherwise(pl.lit(""))
    return rows.with_columns(_join(_encode_object([*members, lines_member])).alias("payload")).select(
        "sheet",
        "row",
        pl.col(resource.key).alias("key"),
        "key_norm",
        *_document_columns(resource),
        "payload",
        pl.col("payload").str.len_bytes().cast(pl.Int64).alias("bytes"),
        (pl.lit(1) + pl.col("line_count").fill_null(0)).cast(pl.Int64).alias("writes"),
        (pl.col("payload") == key_only).fill_null(value=True).alias("key_only"),
    )


def encode_lines(resource: Resource, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of each document: `key_norm`, `lines_json` (objects by line number, String), `line_count`.

    Args:
        resource: The resource of lines.
        rows: Typed lines, and the `key_norm` of their documents.
    """
    order = [name for name in ("line_no",) if name in rows.columns]
    members = _encode_members(_build_field_tree(resource, rows), _Cells.of(rows))
    return (
        rows.select("key_norm", *order, "sheet", "row", _join(_encode_object(members)).alias("json"))
        .sort("key_norm", *order, "sheet", "row", nulls_last=True, maintain_order=True)
        .group_by("key_norm", maintain_order=True)
        .agg(pl.col("json"), pl.len().alias("line_count"))
        .select("key_norm", pl.col("json").list.join(",").alias("lines_json"), "line_count")
    )


def build_body(resource: Resource, user_id: str, records: list[str]) -> str:
    """Return a batch's body with these records (JSON): `{"metadata":{"userId":…},"documents":[…]}`."""
    user = pl.select(_join(_encode_text(pl.lit(user_id)))).item()
    return f'{{"metadata":{{"userId":{user}}},"{resource.json_array}":[{",".join(records)}]}}'


def _document_columns(resource: Resource) -> list[pl.Expr]:
    if resource.lines is None:
        absent = [pl.lit(None, pl.String).alias(name) for name in ("customer_norm", "date", "amount", "currency")]
        return [pl.lit("").alias("doc_type"), *absent]
    return [
        pl.col("document_type").str.to_uppercase().fill_null("").alias("doc_type"),
        normalise_key(pl.col("customer_no")).alias("customer_norm"),
        pl.col("document_date").dt.to_string("%Y-%m-%d").alias("date"),
        _encode_number(pl.col("incl_vat")).alias("amount"),
        pl.col("currency").str.to_uppercase().alias("currency"),
    ]


def _find_parent_key(resource: Resource) -> Field:
    return next(field for field in resource.fields if field.role is FieldRole.PARENT_KEY)


def _build_field_tree(resource: Resource, rows: pl.DataFrame, cleared: frozenset[str] = frozenset()) -> Tree:
    """Return the fields that some row has or clears: most files use a few, and each member has a fixed cost."""
    fields = [field for field in resource.fields if field.role is FieldRole.WRITABLE]
    blank = {name for name, count in rows.null_count().row(0, named=True).items() if count == rows.height} - cleared
    return build_tree({field.path: field for field in fields if field.name not in blank})


def _encode_object(members: list[Piece]) -> list[Piece]:
    """Return an object from members that begin with a comma each; the first comma is left out."""
    if members and isinstance(members[0], str):  # a member that every row has
        return ["{", members[0].removeprefix(","), *members[1:], "}"]
    return ["{", _join(members).str.strip_prefix(","), "}"]


def _join(pieces: list[Piece]) -> pl.Expr:
    """Concatenate pieces in one step: each further step would copy the whole text."""
    joined: list[pl.Expr] = []
    for _is_constant, group in groupby(pieces or [""], key=lambda piece: isinstance(piece, str)):
        run = list(group)
        constant = "".join(piece for piece in run if isinstance(piece, str))
        joined += [piece for piece in run if isinstance(piece, pl.Expr)] or [pl.lit(constant)]
    return pl.concat_str(joined)


def _cleared_fields(rows: pl.DataFrame) -> frozenset[str]:
    """The fields that some row clears."""
    return frozenset(rows["cleared"].explode().drop_nulls()) if "cleared" in rows.columns else frozenset()


def _encode_members(tree: Tree, cells: _Cells) -> list[Piece]:
    """Return the members of an object with their leading commas; "" in rows without the value."""
    pieces: list[Piece] = []
    for name, node in tree.items():
        inner = [] if isinstance(node, Field) else _encode_members(node, cells)
        if isinstance(node, Field) and node.name in cells.in_every_row:
            pieces += [f',"{name}":', *_encode_value(node)]
        elif isinstance(node, Field):
            pieces.append(_encode_member(name, node, cells))
        elif isinstance(inner[0], str):
            pieces += [f',"{name}":', *_encode_object(inner)]
        else:
            member = _join([f',"{name}":', *_encode_object(inner)])
            pieces.append(pl.when(_join(inner) == "").then(pl.lit("")).otherwise(member))
    return pieces


def _encode_member(name: str, field: Field, cells: _Cells) -> pl.Expr:
    """Return a member with its leading comma; "" where it has no value."""
    value = _encode_value(field)
    if field.name in cells.cleared:
        is_cleared = pl.col("cleared").list.contains(pl.lit(field.name)).fill_null(value=False)
        blank = pl.lit(_CLEARED_VALUES.get(field.type, '""'))
        value = [pl.when(is_cleared).then(blank).otherwise(_join(value))]
    return _join([f',"{name}":', *value]).fill_null("")


def _encode_value(field: Field) -> list[Piece]:
    """Return a value; null in rows without it."""
    column = pl.col(field.name)
    match field.type:
        case FieldType.TEXT | FieldType.IDENTIFIER | FieldType.TIME:
            return _encode_text(column)
        case FieldType.DATE:
            return ['"', column.dt.to_string("%Y-%m-%d"), '"']
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return [_encode_number(column)]
        case FieldType.INTEGER:
            return [column.cast(pl.String)]
        case FieldType.BOOLEAN:
            return [pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))]
        case FieldType.TEXT_LIST:
            return ["[", column.list.eval(_join(_encode_text(pl.element()))).list.join(","), "]"]
        case _:
            assert_never(field.type)


def _encode_text(column: pl.Expr) -> list[Piece]:
    return ['"', column.str.replace_many(_ESCAPES, _ESCAPED), '"']


def _encode_number(column: pl.Expr) -> pl.Expr:
    """The decimal's digits without trailing zeros: 5200.00 → 5200, 0.50 → 0.5."""
    return column.cast(pl.String).str.strip_chars_end("0").str.strip_suffix(".")
