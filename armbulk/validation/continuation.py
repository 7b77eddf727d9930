"""Continuation rows: lines without a document number, directly under a line of their document.

Many programs write the number in the first row of a document only. Nobody can know that from a blank cell: the rows are
an error until the user chooses that they belong to the document above.
"""

from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.read_options import SAME_AS_ABOVE
from armbulk.model.sheet import Sheet
from armbulk.validation.layout import NO_RECORD_CODES
from armbulk.validation.totals import find_total_like_rows

_MAX_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Continued:
    """A sheet, with the document's number in its continuation rows where the user chose that, and the finding."""

    sheet: Sheet
    findings: pl.DataFrame


def continue_documents(
    sheet: Sheet, index: int, match: HeaderMatch, choice: str | None, layout: pl.DataFrame
) -> Continued:
    """Return a sheet of lines with its continuation rows reported, and filled where the user chose that.

    An error is at every row, so that each blocks its document; people see it once.

    Args:
        sheet: A sheet of lines, or of documents and their lines; others are returned unchanged.
        index: Its index, for the finding.
        match: What was recognised of it.
        choice: `ReadOptions.continuation_rows`.
        layout: The findings of its layout: rows that are no records are no lines.
    """
    unchanged = Continued(sheet, empty_findings())
    lines = match.lines or match
    if match.resource is None or lines.recognised_resource.name != "lines":
        return unchanged
    key = lines.columns.get(lines.recognised_resource.record_key)
    if key is None or not sheet.frame.filter(pl.col("row") > match.header_row)[key].null_count():
        return unchanged
    is_no_record = pl.col("code").is_in(NO_RECORD_CODES)
    no_records = [*layout.filter(is_no_record)["row"], *find_total_like_rows(sheet, match)]
    rows = _find_continuation_rows(sheet, match, key, no_records)
    if not rows:
        return unchanged
    code = "continuation-filled" if choice == SAME_AS_ABOVE else "continuation-rows"
    named = ", ".join(str(row) for row in rows[:_MAX_ROWS_NAMED]) + (" …" if len(rows) > _MAX_ROWS_NAMED else "")
    field = lines.recognised_resource.record_key
    finding = to_findings(
        pl.DataFrame({"row": rows if code == "continuation-rows" else rows[:1]}),
        sheet=index, column=key, code=code, field=field, value=str(len(rows)), detail=named,
    )  # fmt: skip
    return Continued(_fill(sheet, match, key, rows, no_records) if choice == SAME_AS_ABOVE else sheet, finding)


def _find_continuation_rows(sheet: Sheet, match: HeaderMatch, key: str, no_records: list[int]) -> list[int]:
    """Return the rows that have a line but no document number, under a row that has one or continues one.

    A row is none where it has another value of the document than the row above (it may be a document of its own), or
    where its line number does not go on (the number of a new document may be missing).
    """
    lines = match.lines or match
    line_letters = [letter for name, letter in lines.columns.items() if letter != key]
    document_letters = [letter for letter in match.columns.values() if match.lines is not None and letter != key]
    body = sheet.frame.filter((pl.col("row") > match.header_row) & ~pl.col("row").is_in(no_records))
    if not line_letters or body.is_empty():
        return []
    has_line = pl.any_horizontal(pl.col(letter).is_not_null() for letter in line_letters)
    is_numbered = pl.col(key).is_not_null()
    agrees = [
        pl.col(letter).is_null() | (pl.col(letter) == pl.col(letter).forward_fill().shift(1))
        for letter in document_letters
    ]
    line_no = lines.columns.get("line_no")
    if line_no is not None:
        number = pl.col(line_no).cast(pl.Float64, strict=False)
        agrees.append((number > number.shift(1)).fill_null(value=True))
    is_candidate = ~is_numbered & has_line & pl.all_horizontal(agrees or [pl.lit(value=True)])
    marked = body.select(
        "row", is_numbered.alias("is_numbered"), is_candidate.fill_null(value=False).alias("is_candidate")
    )
    # a row continues a document only if all rows up to the one with the number do
    group = pl.col("is_numbered").cum_sum()
    goes_on = (pl.col("is_candidate") | pl.col("is_numbered")).cum_min().over(group)
    continuing = marked.filter(pl.col("is_candidate") & goes_on & (group > 0))
    return continuing["row"].to_list()


def _fill(sheet: Sheet, match: HeaderMatch, key: str, rows: list[int], no_records: list[int]) -> Sheet:
    """Return the sheet with the document's number of the row above in `rows`; `no_records` have none."""
    is_body = (pl.col("row") > match.header_row) & ~pl.col("row").is_in(no_records)
    is_continued = pl.col("row").is_in(rows)
    filled = [
        pl.when(is_continued)
        .then(pl.when(is_body).then(pl.col(name)).forward_fill())
        .otherwise(pl.col(name))
        .alias(name)
        for name in (key, f"{key}.cell")
    ]
    return replace(sheet, frame=sheet.frame.with_columns(filled))
