"""The cell of the error because of which a record is not sent, where its own row has none."""

from collections.abc import Collection

import polars as pl

from armbulk.findings.frame import RenderedFinding, name_place, render_findings
from armbulk.i18n import _
from armbulk.model.fields import Severity
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import find_repeated_names
from armbulk.resources import fields_by_name
from armbulk.validation.check import Checked

_ROW = ["sheet", "row"]
_ROW_OF_SHEET = _("{sheet} row {row}")


def find_causes(checked: Checked, lang: str) -> pl.DataFrame:
    """Return the first error elsewhere that concerns a row: of another row of its document, else of its sheet's header.

    Args:
        checked: The files.
        lang: The language, for names.

    Returns:
        `sheet` (UInt16), `row` (Int64) and `cause`: the name of a cell, row, column or sheet. Rows without a known
        cause are missing.
    """
    is_error = pl.col("severity") == Severity.ERROR.value
    errors = checked.findings.with_row_index("finding").filter(is_error).select(*_ROW, "finding")
    tables = checked.all_tables()
    rows = [_find_in_document(checked, errors)]
    body = [table.rows.select(*_ROW) for table in tables.values()]
    if body:
        every_row = pl.concat(body).unique(_ROW, maintain_order=True)
        first = every_row.group_by("sheet").agg(pl.col("row").min().alias("first"))
        above = errors.join(first, on="sheet").filter(pl.col("row").is_null() | (pl.col("row") < pl.col("first")))
        of_sheet = above.unique("sheet", keep="first", maintain_order=True).select("sheet", "finding")
        rows.append(every_row.join(of_sheet, on="sheet").select(*_ROW, "finding"))
    causes = pl.concat(rows).unique(_ROW, keep="first", maintain_order=True)
    numbers = causes["finding"].unique().sort()
    findings = render_findings(checked.findings[numbers], checked.sheets, fields_by_name(), lang)
    repeated = find_repeated_names(checked.sheets)
    names = [_name(finding, repeated, lang) for finding in findings]
    cause = pl.col("finding").replace_strict(numbers, names, return_dtype=pl.String) if names else pl.lit("")
    return causes.select(*_ROW, cause.alias("cause"))


def _name(finding: RenderedFinding, repeated: Collection[str], lang: str) -> str:
    if finding["row"] is None or finding["column"] is not None:
        return name_place(finding, repeated)
    sheet = name_place({**finding, "row": None}, repeated)
    return _ROW_OF_SHEET.fill(sheet=sheet, row=finding["row"]).text(lang)


def _find_in_document(checked: Checked, errors: pl.DataFrame) -> pl.DataFrame:
    """Return `sheet`, `row` and `finding`, the first error in a row of the same document, of the rows of documents."""
    keys = [
        table.rows.select(*_ROW, normalise_key(pl.col(table.resource.record_key or table.resource.key)).alias("norm"))
        for name, table in checked.all_tables().items()
        if name in {"documents", "lines"}
    ]
    if not keys or errors.is_empty():
        return errors.clear().select(*_ROW, "finding")
    rows = pl.concat(keys).drop_nulls("norm").unique(maintain_order=True)
    first = rows.join(errors, on=_ROW).group_by("norm").agg(pl.col("finding").min())
    return rows.join(first, on="norm").select(*_ROW, "finding")
