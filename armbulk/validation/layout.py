"""Rows and cells that are not part of the table: totals, second tables, notes, merged cells. Never changed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings, to_findings
from armbulk.mapping.block_titles import MARKS, STARTS_WITH_TOTAL, TOTAL_WORDS, choose_columns, find_titles, to_number
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, index_headers
from armbulk.model.sheet import NUMERIC_CELLS, Sheet
from armbulk.resources import RESOURCES
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.record_counts import counts_records, is_count
from armbulk.validation.supplier_lists import report_suppliers

COUNTS_OR_TOTAL = rf"(?i)^{MARKS}({TOTAL_WORDS}|antall|count|number of)\b"
_IS_TOTAL = rf"(?i)^{MARKS}({TOTAL_WORDS}){MARKS}$"
_IS_PHRASE = r"\S\s+\S+\s+\S|^[*#\u2013\u2014-]|^\([0-9]+ \p{L}+\)$|:\s*$|^[^\p{L}\p{N}]+$"
_HAS_DIGIT = r"[0-9]"
_IS_COUNT = r"^\s*[0-9]+\s+\p{L}+\s*$"
IS_RULE = r"^[-=_+:|*]{2,}$"
IS_SENTENCE = r"^\p{L}+\s+\p{L}+\s+\p{L}+|^\p{L}+ [0-9]+ (av|of|/) [0-9]+$"
_PAGE = r"(?i)\b(side|page|ark|sheet)\b[\s.:]*[0-9]+(\s*(av|of|/)\s*[0-9]+)?"
_MIN_COLUMNS_FOR_NOTES = 2
_SMALLEST_DIFFERENCE = 0.005
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
            _find_totals(body, letters, match, index),
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
    return _row_findings(rows, "header-again", index)


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


def _find_totals(body: pl.DataFrame, letters: list[str], match: HeaderMatch, index: int) -> pl.DataFrame:
    """Return findings for rows without a record's number that are called a total, or are a last row of numbers.

    In place of the number there may be a total's name, with little beside it; or how many records there are, if the
    row is called a total, or the amounts of the last row are sums and nothing else is in the row.

    An invoice line may have a text such as "Total renovation", or numbers alone: among lines a total is the word alone,
    and adds up.
    """
    key = match.columns.get(match.recognised_resource.record_key)
    if key is None:
        return empty_findings()
    amounts = [match.columns[name] for name in AMOUNTS if name in match.columns]
    if not _may_have_totals(body, letters, key, amounts):
        return empty_findings()
    is_keyless = pl.col(key).is_null()
    key_is_total = pl.col(key).str.contains(_IS_TOTAL)
    if (match.lines or match).recognised_resource.name == "lines":
        is_called = _is_called(body, key, _IS_TOTAL)
        is_total = (is_called & _adds_up(body, key, match)) | _is_document_total(body, key, match)
        return _row_findings(body.filter(is_total), "total-row", index)
    is_numeric = pl.all_horizontal(
        pl.col(f"{letter}.cell").is_in([*NUMERIC_CELLS, "uncalculated"]).fill_null(value=True) for letter in letters
    )
    is_sum = _is_sum_alone(letters, amounts)
    has_value = pl.any_horizontal(pl.col(letter).is_not_null() for letter in letters)
    is_last = pl.col("row") == body["row"].max()
    is_last_numbers = is_keyless & (is_numeric | is_sum) & is_last & has_value
    body = body.with_columns(  # once for every test below
        _has_text(body, STARTS_WITH_TOTAL).alias("starts_with_total"), _has_text(body, _IS_TOTAL).alias("has_total")
    )
    is_total = (is_keyless & pl.col("starts_with_total")) | key_is_total | is_last_numbers
    required = [field.name for field in match.recognised_resource.fields if field.required]
    beside = [letter for name in required if (letter := match.columns.get(name, key)) in letters and letter != key]
    if beside:
        blanks = pl.sum_horizontal(pl.col(letter).is_null() for letter in beside)
        is_short = blanks * 2 > len(beside)
        is_called = pl.col("starts_with_total")
        counts = is_called & (pl.col(key).str.contains(_IS_COUNT) | counts_records(key, is_called & is_short))
        is_named = (pl.col(key).str.contains(COUNTS_OR_TOTAL) | counts) & is_short
        has_amount = pl.any_horizontal([pl.col(letter).is_not_null() for letter in amounts] or [pl.lit(value=False)])
        others = [letter for letter in letters if letter != key]
        filled = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in others)
        is_total |= counts_records(key, pl.col("has_total") & (filled == 1))
        is_total |= (
            is_named | is_count(key, others, COUNTS_OR_TOTAL) | (is_last & has_amount & _is_sum_alone(others, amounts))
        )
    return _row_findings(body.filter(is_total), "total-row", index)


def _may_have_totals(body: pl.DataFrame, letters: list[str], key: str, amounts: list[str]) -> bool:
    """Return whether a total is possible at all: most sheets have no such word, and a record in the last row."""
    if _has_text_like(body, COUNTS_OR_TOTAL):
        return True
    last = body.filter(pl.col("row") == pl.col("row").max())
    others = [last[letter][0] for letter in letters if letter not in {key, *amounts}]
    return last[key][0] is None or not any(value is not None for value in others)


def _has_text_like(body: pl.DataFrame, pattern: str) -> bool:
    return bool(body.select(pl.any_horizontal(pl.col(pl.String).str.contains(pattern).any())).item())


def find_total_like_rows(sheet: Sheet, match: HeaderMatch) -> list[int]:
    """Return the rows of a sheet of lines that may be totals: they are never taken for lines of the document above.

    They are called a total, or have amounts and nothing else.
    """
    key = match.columns.get(match.recognised_resource.record_key) if match.resource else None
    if key is None:
        return []
    body = sheet.frame.filter(pl.col("row") > match.header_row)
    is_like = _is_called(body, key, _IS_TOTAL)
    if _has_text_like(body, STARTS_WITH_TOTAL):
        is_like |= _is_called(body, key, STARTS_WITH_TOTAL) & _adds_up(body, key, match)
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    amounts = {columns[name] for name in (*AMOUNTS, "quantity") if name in columns}
    is_like |= pl.all_horizontal(pl.col(letter).is_null() for letter in sheet.letters if letter not in amounts)
    return body.filter(is_like)["row"].to_list()


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


def _is_called(body: pl.DataFrame, key: str, pattern: str) -> pl.Expr:
    """Return whether a row without a number has a text like `pattern`, or has it in place of its number."""
    return (pl.col(key).is_null() & _has_text(body, pattern)) | pl.col(key).str.contains(_IS_TOTAL).fill_null(
        value=False
    )


def _has_text(body: pl.DataFrame, pattern: str) -> pl.Expr:
    letters = [name.removesuffix(".cell") for name in body.columns if name.endswith(".cell")]
    return pl.any_horizontal(pl.col(letter).str.contains(pattern).fill_null(value=False) for letter in letters)


def _is_sum_alone(letters: list[str], amounts: list[str]) -> pl.Expr:
    """Return whether a row has amounts alone, each the sum of the rows above; in a CSV file they are texts."""
    if not amounts:
        return pl.lit(value=False)
    others = [pl.col(letter).is_null() for letter in letters if letter not in amounts]
    is_blank = pl.all_horizontal(others or [pl.lit(value=True)])  # the rest may be a mapping's own columns
    tests = []
    for letter in amounts:
        number = to_number(letter)
        above = number.fill_null(0).cum_sum().shift(1)
        tests.append(pl.col(letter).is_null() | ((number - above).abs() < _SMALLEST_DIFFERENCE).fill_null(value=False))
    return is_blank & pl.all_horizontal(tests)


def _adds_up(body: pl.DataFrame, key: str, match: HeaderMatch) -> pl.Expr:
    """Return whether each amount of a row is the sum of the rows above, or of those since the total above it."""
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    letters = [columns[name] for name in AMOUNTS if name in columns]
    is_other = ~_is_called(body, key, STARTS_WITH_TOTAL)
    block = is_other.not_().cum_sum().shift(1, fill_value=0)
    tests = [pl.lit(value=bool(letters))]
    for letter in letters:
        number, counted = to_number(letter), pl.when(is_other).then(to_number(letter)).fill_null(0)
        sums = (counted.cum_sum(), counted.cum_sum().over(block))
        is_near = pl.any_horizontal((number - each).abs() < _SMALLEST_DIFFERENCE for each in sums)
        tests.append(number.is_null() | is_near)
    has_amount = pl.any_horizontal([to_number(letter).is_not_null() for letter in letters] or [pl.lit(value=False)])
    return has_amount & pl.all_horizontal(tests)


def _is_document_total(body: pl.DataFrame, key: str, match: HeaderMatch) -> pl.Expr:
    """Return whether a line is called a total and has the sum of its document's other lines, and no quantity or price.

    It has the document's number: as a line it would double the document.
    """
    columns = {**match.columns, **(match.lines.columns if match.lines else {})}
    letters = [columns[name] for name in AMOUNTS if name in columns]
    texts = [letter for letter in match.columns.values() if letter in body.columns and letter != key]
    texts += [letter for letter in (match.lines or match).columns.values() if letter in body.columns and letter != key]
    if not letters or not texts:
        return pl.lit(value=False)
    is_called = pl.any_horizontal(
        pl.col(letter).str.contains(STARTS_WITH_TOTAL).fill_null(value=False) for letter in texts
    )
    counted = [columns[name] for name in ("quantity", "price") if columns.get(name) in body.columns]
    has_count = pl.any_horizontal([pl.col(letter).is_not_null() for letter in counted] or [pl.lit(value=False)])
    tests = [(~is_called).sum().over(key) > 0]
    for letter in letters:
        number = to_number(letter)
        others = pl.when(~is_called).then(number).fill_null(0).sum().over(key)
        tests.append(number.is_null() | ((number - others).abs() < _SMALLEST_DIFFERENCE))
    has_amount = pl.any_horizontal(to_number(letter).is_not_null() for letter in letters)
    return pl.col(key).is_not_null() & is_called & ~has_count & has_amount & pl.all_horizontal(tests)


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


def _row_findings(rows: pl.DataFrame, code: str, index: int) -> pl.DataFrame:
    return to_findings(rows[["row"]], sheet=index, code=code, detail=pl.col("row").cast(pl.String))


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
