"""Where the values of customers are in their files, and which cells are blank."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from armbulk.app.diff.customers import ComparedCustomer
from armbulk.model.fields import Field, FieldRole
from armbulk.model.record_texts import format_json_value
from armbulk.model.value_forms import compare_form, list_leaves
from armbulk.resources import RESOURCES
from armbulk.validation.check import Checked

_CUSTOMERS = RESOURCES["customers"]
_NO = "false"
"""How ARM writes a "no": it says no more than a blank."""


def find_columns(checked: Checked) -> dict[int, dict[str, str]]:
    """Return sheet index → field → letter of the column that it comes from, of the sheets with customers."""
    columns: dict[int, dict[str, str]] = {}
    for index, match in enumerate(checked.header_matches):
        if match.resource is not None and match.resource.name == _CUSTOMERS.name:
            sources = checked.mapped_sheets[index].source_columns
            letters = {name: sources.get(letter, letter) for name, letter in match.columns.items()}
            columns[index] = {name: letter for name, letter in letters.items() if letter}
    return columns


def count_kept_values(checked: Checked, customers: Sequence[ComparedCustomer]) -> dict[str, int]:
    """Return field → of how many customers the cell is blank although ARM has a value, which stays."""
    in_arm = {
        (customer.sheet, customer.row): customer.current for customer in customers if customer.current is not None
    }
    kept: Counter[str] = Counter()
    for (sheet, row), names in _list_blank_cells(checked, pl.DataFrame(list(in_arm), _KEYS, orient="row")):
        leaves = dict(list_leaves(in_arm[sheet, row]))
        kept.update(name for name in names if _has_value(_CUSTOMERS.field(name), leaves))
    return dict(kept.most_common())


_KEYS = {"sheet": pl.UInt16, "row": pl.Int64}


def _has_value(field: Field, leaves: Mapping[str, Any]) -> bool:
    value = compare_form(field, format_json_value(leaves.get(field.path)))
    return bool(value) and value != _NO


def _list_blank_cells(checked: Checked, rows: pl.DataFrame) -> Iterator[tuple[tuple[int, int], list[str]]]:
    """(sheet, row) → the fields whose cells are blank, of some rows.

    A cell with its exported value is not blank, although it is not read.
    """
    typed = checked.tables[_CUSTOMERS.name].rows.join(rows, on=list(_KEYS), how="semi")
    for index, columns in find_columns(checked).items():
        frame = checked.sheets_as_read[checked.sources.get(index, index)].frame
        names = [name for name in columns if _CUSTOMERS.field(name).role is FieldRole.WRITABLE]
        own = typed.filter(pl.col("sheet") == index).select("row", *names)
        letters = {name: columns[name] for name in names if columns[name] in frame.columns}
        texts = frame.select("row", *(pl.col(letter).alias(f"text.{name}") for name, letter in letters.items()))
        joined = own.join(texts, on="row", how="left")
        is_blank = [
            (pl.col(name).is_null() & (_is_blank(f"text.{name}") if name in letters else pl.lit(value=True))).alias(
                name
            )
            for name in names
        ]
        for row, *blanks in joined.select("row", *is_blank).iter_rows():
            yield (index, row), [name for name, blank in zip(names, blanks, strict=True) if blank]


def _is_blank(name: str) -> pl.Expr:
    return pl.col(name).is_null() | (pl.col(name).str.strip_chars() == "")
