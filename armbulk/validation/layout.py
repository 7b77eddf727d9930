"""What a sheet has besides its table: totals, second tables, notes, merged cells. Reported, never changed."""

import re
from collections.abc import Sequence

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings, to_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import NUMERIC_CELLS, Sheet

_TOTAL_WORDS = "sum|total|totalt|totalsum|sum total|i alt|subtotal|delsum"
_STARTS_WITH_TOTAL = rf"(?i)^\s*({_TOTAL_WORDS})\b"
_IS_TOTAL = rf"(?i)^\s*({_TOTAL_WORDS})\s*[:.]?\s*$"
_NO_RECORD_CODES = ["header-again", "total-row"]


def check_layout(sheet: Sheet, index: int, match: HeaderMatch) -> pl.DataFrame:
    """Return findings about repeated headers, totals, values without a header, and merged cells."""
    named = [*match.columns.values(), *(match.lines.columns.values() if match.lines else ())]
    letters = [letter for letter in dict.fromkeys(named) if letter.isalpha()]  # not the columns a mapping adds
    if match.resource is None or not letters:
        return empty_findings()
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    if body.is_empty():
        return empty_findings()
    header = sheet.frame.filter(pl.col("row") == match.header_row)
    return merge_findings(
        [
            _find_headerless(header, body, sheet, index),
            _find_repeated_headers(header, body, letters, index),
            _find_totals(body, letters, match, index),
            _find_merged(body, letters, sheet, index),
        ]
    )


def drop_silenced(findings: pl.DataFrame, layouts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return findings without what else is reported of rows that are no records; the layout finding is enough."""
    layout = pl.concat([empty_findings(), *layouts])
    no_records = layout.filter(pl.col("code").is_in(_NO_RECORD_CODES)).select("sheet", "row")
    kept = findings.filter(pl.col("code").is_in(_NO_RECORD_CODES))
    others = findings.join(no_records, on=["sheet", "row"], how="anti", maintain_order="left")
    return merge_findings([others, kept])


def _find_headerless(header: pl.DataFrame, body: pl.DataFrame, sheet: Sheet, index: int) -> pl.DataFrame:
    """Return a finding at the first value of each column that has values but no header."""
    headerless = [
        letter for letter in sheet.letters if header[letter][0] is None and body[letter].null_count() < body.height
    ]
    first = {letter: body.filter(pl.col(letter).is_not_null())["row"][0] for letter in headerless}
    cells = [{"row": row, "column": letter, "value": letter} for letter, row in first.items()]
    rows = pl.DataFrame(cells, schema={"row": pl.Int64, "column": pl.String, "value": pl.String})
    return to_findings(rows, sheet=index, code="no-header")


def _find_repeated_headers(header: pl.DataFrame, body: pl.DataFrame, letters: list[str], index: int) -> pl.DataFrame:
    """Return findings for rows in which at least half of the known columns repeat their header."""
    repeated = pl.sum_horizontal(
        pl.col(letter).str.to_lowercase() == str(header[letter][0]).lower() for letter in letters
    )
    rows = body.filter(repeated >= max(2, (len(letters) + 1) // 2))
    return _row_findings(rows, "header-again", index)


def _find_totals(body: pl.DataFrame, letters: list[str], match: HeaderMatch, index: int) -> pl.DataFrame:
    """Return findings for rows without a record's number that are called a total, or are a last row of numbers."""
    key = match.columns.get(match.recognised_resource.record_key)
    if key is None:
        return empty_findings()
    is_keyless = pl.col(key).is_null()
    texts = [name.removesuffix(".cell") for name in body.columns if name.endswith(".cell")]
    is_called_total = pl.any_horizontal(pl.col(letter).str.contains(_STARTS_WITH_TOTAL) for letter in texts)
    key_is_total = pl.col(key).str.contains(_IS_TOTAL)
    is_numeric = pl.all_horizontal(
        pl.col(f"{letter}.cell").is_in([*NUMERIC_CELLS, "uncalculated"]).fill_null(value=True) for letter in letters
    )
    has_value = pl.any_horizontal(pl.col(letter).is_not_null() for letter in letters)
    is_last = pl.col("row") == body["row"].max()
    is_total = (is_keyless & is_called_total) | key_is_total | (is_keyless & is_numeric & is_last & has_value)
    return _row_findings(body.filter(is_total), "total-row", index)


def _row_findings(rows: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    return to_findings(rows.select("row", pl.col("row").cast(pl.String).alias("detail")), sheet=index, code=code)


def _find_merged(body: pl.DataFrame, letters: list[str], sheet: Sheet, index: int) -> pl.DataFrame:
    """Return a finding for each row of a merged range that touches a known column."""
    known = sorted((_column_number(letter), letter) for letter in letters)
    findings = [empty_findings()]
    for reference in sheet.merged_ranges:
        corners = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if corners is None:
            continue
        left, top, right, bottom = (
            _column_number(corners[1]),
            int(corners[2]),
            _column_number(corners[3]),
            int(corners[4]),
        )
        inside = [letter for number, letter in known if left <= number <= right]
        if inside:
            rows = body.filter(pl.col("row").is_between(top, bottom)).select("row")
            findings.append(to_findings(rows, sheet=index, column=inside[0], value=reference, code="merged-cells"))
    return pl.concat(findings)


def _column_number(letters: str) -> int:
    """Return the number of a column: A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
