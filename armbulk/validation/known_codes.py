"""Codes compared with ARM's own lists, where these were read. They are never required, and never stop anything."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import empty_findings
from armbulk.model.fields import Field, FieldRole, FieldType
from armbulk.model.known_codes import KnownCodes
from armbulk.model.sheet import Table
from armbulk.validation.cell_findings import make_cell_findings

_CODE_TYPES = frozenset({FieldType.IDENTIFIER, FieldType.INTEGER})
_MAX_NAMED = 8


def compare_codes(tables: Mapping[str, Table], known: KnownCodes | None, findings: pl.DataFrame) -> pl.DataFrame:
    """Return the findings with a warning for each code that ARM's list of the field lacks.

    It replaces the warning that armbulk does not know a code. Letter case does not matter to ARM.
    """
    if known is None:
        return findings
    new, compared = [empty_findings()], []
    for table in tables.values():
        for field in table.resource.fields:
            codes = known.list_codes(field) if _may_be_code(field) else ()
            if codes and table.rows[field.name].null_count() < table.rows.height:
                new.append(_find_unlisted(table, field, codes))
                compared.append(field.name)
    is_guess = (pl.col("code") == "unknown-code") & pl.col("field").is_in(compared)
    return pl.concat([findings.filter(~is_guess.fill_null(value=False)), *new])


def _may_be_code(field: Field) -> bool:
    return field.type in _CODE_TYPES and field.role is FieldRole.WRITABLE and not field.is_key


def _find_unlisted(table: Table, field: Field, codes: Sequence[str]) -> pl.DataFrame:
    rows = table.rows.select("sheet", "row", pl.col(field.name).cast(pl.String).alias("value")).drop_nulls("value")
    unlisted = rows.filter(~pl.col("value").str.to_lowercase().is_in([code.lower() for code in codes]))
    shown = ", ".join(codes[:_MAX_NAMED]) + (", …" if len(codes) > _MAX_NAMED else "")
    return make_cell_findings(table, unlisted, "code-not-listed", field, shown)
