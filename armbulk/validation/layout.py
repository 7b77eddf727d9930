"""Rows and cells that are not part of the table: totals, second tables, notes, merged cells. Never changed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings, to_findings
from armbulk.mapping.block_titles import STARTS_WITH_TOTAL, choose_columns, find_titles
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, index_headers
from armbulk.model.sheet import Sheet
from armbulk.resources import RESOURCES
from armbulk.validation.supplier_lists import report_suppliers
from armbulk.validation.totals import find_totals, row_findings

_IS_PHRASE = r"\S\s+\S+\s+\S|^[*#\u2013\u2014-]|^\([0-9]+ \p{L}+\)$|:\s*$|^[^\p{L}\p{N}]+$"
_HAS_DIGIT = r"[0-9]"
IS_RULE = r"^[-=_+:|*]{2,}$"
IS_SENTENCE = r"^\p{L}+\s+\p{L}+\s+\p{L}+|^\p{L}+ [0-9]+ (av|of|/) [0-9]+$"
_PAGE = r"(?i)\b(side|page|ark|sheet)\b[\s.:]*[0-9]+(\s*(av|of|/)\s*[0-9]+)?"
_MIN_COLUMNS_FOR_NOTES = 2
NO_RECORD_CODES = ["header-again", "second-table", "total-row", "note-row", "title-row"]
"""Codes of rows that are no records."""


def check_layout(
    sheet: Sheet, index: int, match: HeaderMatch, own_headers: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Return findings about repeated headers, totals, values without a header, and merged cells.

    Args:
        sheet: The sheet, as its mapping makes it.
        index: Its index.
        match: What was recognised of it.
        own_headers: Letter → header in the file, where a mapping has renamed it.
    """
    named = [*match.columns.values(), *(match.lines.columns.values() if match.lines else ())]
    letters = [letter for letter in dict.fromkeys(named) if letter.isalpha()]  # not the columns a mapping adds
    if match.resource is None or not letters:
        return empty_findings()
    sheet = replace(sheet, letters=tuple(letter for letter in sheet.letters if letter.isalpha()))
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    if body.is_empty():
        return empty_findings()
    header = sheet.frame.filter(pl.col("row") == match.header_row)
    titles = _find_titles(body, match, sheet, index)
    notes = _find_notes(body, letters, match, sheet, index)
    repeated = _find_repeated_headers(header, body, letters, index, own_headers or {})
    return merge_findings(
        [
            _find_headerless(header, body, sheet, index),
            repeated,
            _find_second_table(body, sheet, index, repeated["row"].to_list()),
            find_totals(body, letters, match, index),
            notes if titles.is_empty() else notes.filter(~pl.col("row").is_in(titles["row"].implode())),
            titles,
            _find_merged(body, letters, sheet, index),
            report_suppliers(sheet, index, match.header_row or 0),
        ]
    )


def name_headers(sheet: Sheet, match: HeaderMatch) -> dict[str, str]:
    """Return letter → header of a sheet."""
    header = sheet.frame.filter(pl.col("row") == match.header_row)[list(sheet.letters)]
    return {letter: text for letter, text in zip(sheet.letters, header.row(0), strict=True) if text}


def _find_headerless(header: pl.DataFrame, body: pl.DataFrame, sheet: Sheet, index: int) -> pl.DataFrame:
    """Return a finding at the first value of each column that has values but no header."""
    headerless = [
        letter for letter in sheet.letters if header[letter][0] is None and body[letter].null_count() < body.height
    ]
    first = {letter: body.filter(pl.col(letter).is_not_null())["row"][0] for letter in headerless}
    cells = [{"row": row, "column": letter, "value": letter} for letter, row in first.items()]
    rows = pl.DataFrame(cells, schema={"row": pl.Int64, "column": pl.String, "value": pl.String})
    return to_findings(rows, sheet=index, code="no-header")


def _find_repeated_headers(
    header: pl.DataFrame, body: pl.DataFrame, letters: list[str], index: int, own_headers: Mapping[str, str]
) -> pl.DataFrame:
    """Return findings for rows in which at least half of the known columns repeat their header."""
    names = {letter: (own_headers.get(letter) or str(header[letter][0])).lower() for letter in letters}
    at_least = max(2, (len(letters) + 1) // 2)
    may_be = pl.sum_horizontal(_may_be_name(letter, name) for letter, name in names.items())
    repeated = pl.sum_horizontal(pl.col(letter).str.to_lowercase() == name for letter, name in names.items())
    rows = body.filter(may_be >= at_least).filter(repeated >= at_least)
    return row_findings(rows, "header-again", index)


def _may_be_name(letter: str, name: str) -> pl.Expr:
    """Return whether a cell in small letters may be a name: its length is the same, except where \u0130 becomes two."""
    return pl.lit(value=True) if "\u0307" in name else pl.col(letter).str.len_chars() == len(name)


def _find_second_table(body: pl.DataFrame, sheet: Sheet, index: int, repeated: list[int]) -> pl.DataFrame:
    """Return a finding for each row of another table below: from a row on whose cells are all known headers.

    Args:
        body: The rows below the header.
        sheet: The sheet.
        index: Its index.
        repeated: The rows that repeat the sheet's own header: what is below them belongs to the sheet's table.
    """
    first = pl.coalesce(pl.col(letter) for letter in sheet.letters)
    words = body.select("row", first.alias("first")).filter(pl.col("first").str.contains(r"^[^0-9]"))
    if words.is_empty():
        return empty_findings()
    names = _list_known_headers()
    may_be = pl.col("first").str.to_lowercase().str.replace_all(r"[\W_]+", "").is_in(list(names))
    rows = words.filter(may_be & ~pl.col("row").is_in(repeated))[["row"]]
    if rows.is_empty():
        return empty_findings()
    candidates = body.join(rows, on="row", how="semi", maintain_order="left").select("row", *sheet.letters)
    for row, *cells in candidates.iter_rows():
        texts = [text for text in cells if text is not None]
        if len(texts) >= _MIN_COLUMNS_FOR_NOTES and all(fold_header(text) in names for text in texts):
            rows = body.filter(pl.col("row") >= row).select(
                "row", value=pl.lit(", ".join(texts)), detail=pl.lit(str(row))
            )
            return to_findings(rows, sheet=index, code="second-table")
    return empty_findings()


@cache
def _list_known_headers() -> frozenset[str]:
    return frozenset(name for resource in RESOURCES.values() for name in index_headers(resource))


def find_page_headings(sheet: Sheet, header_row: int | None) -> list[int]:
    """Return the rows that repeat a row above the headers, or have the number of a page alone.

    Args:
        sheet: The sheet.
        header_row: The row of its headers.
    """
    letters = [letter for letter in sheet.letters if letter.isalpha()]
    first = pl.coalesce(pl.col(letter) for letter in letters)
    is_below = pl.col("row") > (header_row or 0)
    titles = sheet.frame.filter(~is_below & (pl.col("row") != (header_row or 0)))
    begins = first.str.contains(f"^{_PAGE}")
    if not titles.is_empty():
        begins |= first.is_in(titles.select(first.alias("first"))["first"].implode())
    possible = sheet.frame.filter(is_below & begins.fill_null(value=False))
    if possible.is_empty():
        return []
    text = pl.concat_str(letters, separator="\n", ignore_nulls=True).str.replace_all(_PAGE, "#").alias("text")
    known = ["#", *titles.select(text)["text"].drop_nulls()]
    return possible.filter(text.is_in(known))["row"].to_list()


def _find_notes(body: pl.DataFrame, letters: list[str], match: HeaderMatch, sheet: Sheet, index: int) -> pl.DataFrame:
    """Return findings for rows with one text and nothing else: notes under a table, footers of pages.

    The text is a phrase, or has no digit and is below all records; in the first column or one that is not known: a
    record with a name alone is no note, nor is a line with a text alone. A sentence in place of a record's number is a
    note too, whatever is beside it. Each row has the finding, which names its group.
    """
    if len(letters) < _MIN_COLUMNS_FOR_NOTES:
        return empty_findings()
    key = match.columns.get(match.recognised_resource.record_key)
    known = {*letters} - {key, sheet.letters[0]}
    if (match.lines or match).recognised_resource.name == "lines":
        known |= {letter for letter in (match.lines or match).columns.values() if letter != key}
    count = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in sheet.letters)
    text = pl.coalesce(pl.col(letter) for letter in sheet.letters)
    headings = find_page_headings(sheet, match.header_row)
    may_be_note = (count == 1) | text.str.contains(IS_RULE) | pl.lit(value=bool(headings))
    if key is not None:
        may_be_note |= pl.col(key).str.contains(IS_SENTENCE).fill_null(value=False)
    if not body.select(may_be_note.any()).item():
        return empty_findings()
    is_text = pl.coalesce(pl.col(f"{letter}.cell") for letter in sheet.letters) == "text"
    is_elsewhere = pl.all_horizontal([pl.col(letter).is_null() for letter in known] or [pl.lit(value=True)])
    records = body.filter(count > 1)["row"]
    is_last = (pl.col("row") > (records.max() if records.len() else 0)) & ~text.str.contains(_HAS_DIGIT)
    is_note = (count == 1) & is_text & (text.str.contains(_IS_PHRASE) | is_last) & is_elsewhere
    if key is not None:
        is_note |= pl.col(key).str.contains(IS_SENTENCE)
    is_note |= pl.all_horizontal(pl.col(letter).str.contains(IS_RULE).fill_null(value=True) for letter in sheet.letters)
    is_note &= ~text.str.contains(STARTS_WITH_TOTAL)
    is_note |= pl.col("row").is_in(headings)
    marked = body.select("row", text.alias("value"), is_note.fill_null(value=False).alias("is_note"))
    marked = marked.with_columns((~pl.col("is_note")).cum_sum().alias("group")).filter("is_note")
    first, last = (edge.over("group").cast(pl.String) for edge in (pl.col("row").min(), pl.col("row").max()))
    detail = pl.when(first == last).then(first).otherwise(pl.concat_str(first, pl.lit("-"), last))
    return to_findings(marked.with_columns(detail.alias("detail")), sheet=index, code="note-row")


def _find_titles(body: pl.DataFrame, match: HeaderMatch, sheet: Sheet, index: int) -> pl.DataFrame:
    """Return findings for the titles of blocks: the number and the name of a customer above its documents."""
    if match.recognised_resource.name != "documents" or match.lines is not None:
        return empty_findings()
    columns = choose_columns(sheet.letters, match.recognised_resource, match.columns)
    titles = body.filter(pl.col("row").is_in(find_titles(body, columns)["row"].implode()))
    texts = titles.select(
        "row",
        pl.concat_str(sheet.letters, separator=" · ", ignore_nulls=True).alias("value"),
        pl.col("row").cast(pl.String).alias("detail"),
    )
    return to_findings(texts, sheet=index, code="title-row")


def _find_merged(body: pl.DataFrame, letters: list[str], sheet: Sheet, index: int) -> pl.DataFrame:
    """Return a finding for each row of a merged range that touches a known column, if a known column has a value."""
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
            has_value = pl.any_horizontal(pl.col(letter).is_not_null() for letter in letters)
            rows = body.filter(pl.col("row").is_between(top, bottom) & has_value).select("row")
            findings.append(to_findings(rows, sheet=index, column=inside[0], value=reference, code="merged-cells"))
    return pl.concat(findings)


def _column_number(letters: str) -> int:
    """Return the number of a column: A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
