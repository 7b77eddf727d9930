"""Rows below the headers that are left out, where a person has decided so: totals, notes and repeated headers."""

from dataclasses import replace

import polars as pl

from armbulk.findings.frame import DECIDED_CODES, empty_findings, merge_findings, to_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import Sheet
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.layout import IS_RULE, IS_SENTENCE, find_page_headings
from armbulk.validation.record_counts import counts_records, is_count
from armbulk.validation.totals import COUNTS_OR_TOTAL

_SURE_CODES = ["header-again", "title-row"]
_POSSIBLE_CODES = ["total-row", "note-row"]
_LEFT_OUT = "row-left-out"
_TABLE_TOTAL = "table-total"


def skip_table_totals(sheet: Sheet, index: int, match: HeaderMatch) -> tuple[Sheet, pl.DataFrame]:
    """Return a sheet without the total rows of its tables, and a warning for each of them.

    A row that may be a record stays: a program may have noted a total row that is none.
    """
    is_total = pl.col("row").is_in(sheet.table_totals)
    totals = sheet.frame.filter(is_total & (pl.col("row") > (match.header_row or 0)))
    if match.resource is None or totals.is_empty():
        return sheet, empty_findings()
    rows = totals.filter(~_may_be_record(sheet, match, totals["row"].to_list())).select("row")
    is_left_out = pl.col("row").is_in(rows["row"].implode())
    return replace(sheet, frame=sheet.frame.filter(~is_left_out)), to_findings(rows, sheet=index, code=_TABLE_TOTAL)


def skip_other_rows(sheet: Sheet, findings: pl.DataFrame, match: HeaderMatch, own: Sheet) -> tuple[Sheet, pl.DataFrame]:
    """Return a sheet without its totals, notes and repeated headers, and its findings with a warning for each of them.

    A second table stays an error: its records would be lost. So does a row that may be a record. A warning has the
    texts of the row in the file (`own`), also those of columns that are not read: they say what the row is.
    """
    skipped = find_skipped_rows(sheet, findings, match)
    if not skipped:
        return sheet, findings
    is_skipped = pl.col("row").is_in(skipped)
    letters = [letter for letter in own.letters if letter.isalpha()]
    texts = own.frame.filter(is_skipped).select(
        "row", pl.concat_str(letters, separator=" · ", ignore_nulls=True).str.replace_all(r"\s+", " ").alias("value")
    )
    warnings = to_findings(texts, sheet=int(findings["sheet"][0]), code=_LEFT_OUT)
    others = findings.filter(
        ~(is_skipped & pl.col("code").is_in([*_SURE_CODES, *_POSSIBLE_CODES, "merged-cells"])).fill_null(value=False)
    )
    return replace(sheet, frame=sheet.frame.filter(~is_skipped)), merge_findings([others, warnings])


def drop_of_left_out(findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings without others at rows that are left out: a total has too few fields, and no code of its own."""
    left_out = findings.filter(pl.col("code").is_in(DECIDED_CODES))
    if left_out.is_empty():
        return findings
    others = findings.join(left_out, on=["sheet", "row"], how="anti", maintain_order="left", nulls_equal=True)
    return merge_findings([others, left_out])


def find_skipped_rows(sheet: Sheet, findings: pl.DataFrame, match: HeaderMatch) -> list[int]:
    """Return the rows that may be left out: those of which nothing says that they are records.

    A row with a number of its own is a record, and so is one in which most of a record's cells are filled.

    Args:
        sheet: The sheet.
        findings: The findings of its layout.
        match: What was recognised of it.
    """
    again = findings.filter(pl.col("code").is_in(_SURE_CODES))["row"].to_list()
    rows = findings.filter(pl.col("code").is_in(_POSSIBLE_CODES))["row"].to_list()
    if not rows or match.resource is None:
        return again
    body, is_possible = sheet.frame.filter(pl.col("row") > match.header_row), pl.col("row").is_in(rows)
    if (match.lines or match).recognised_resource.name != "lines":  # a total of lines adds up, whatever its number is
        headings = find_page_headings(sheet, match.header_row)
        is_possible &= pl.col("row").is_in(headings) | ~_may_be_record(sheet, match, [*again, *rows])
    return [*again, *body.filter(is_possible)["row"]]


def _may_be_record(sheet: Sheet, match: HeaderMatch, rows: list[int]) -> pl.Expr:
    key = match.columns.get(match.recognised_resource.record_key)
    others = [
        letter for name, letter in match.columns.items() if letter.isalpha() and letter != key and name not in AMOUNTS
    ]
    filled = pl.sum_horizontal([pl.col(letter).is_not_null() for letter in others] or [pl.lit(value=False)])
    is_rule = pl.all_horizontal(
        pl.col(letter).str.contains(IS_RULE).fill_null(value=True) for letter in sheet.letters if letter.isalpha()
    )
    is_full = filled * 2 > len(others)
    if key is None:
        return is_full & ~is_rule
    is_number = counts_records(key, pl.col("row").is_in(rows))
    is_total = pl.col(key).is_null() | pl.col(key).str.contains(COUNTS_OR_TOTAL) | is_number
    is_note = pl.col(key).str.contains(IS_SENTENCE) & (filled == 0)
    cells = [letter for letter in match.columns.values() if letter.isalpha() and letter != key]
    is_counted = is_count(key, cells, COUNTS_OR_TOTAL)
    return ~(is_rule | (is_total & ~is_full) | is_counted | is_note | _is_text_alone(sheet)).fill_null(value=False)


def _is_text_alone(sheet: Sheet) -> pl.Expr:
    """Return whether a row has one cell: a note."""
    return pl.sum_horizontal(pl.col(letter).is_not_null() for letter in sheet.letters if letter.isalpha()) == 1
