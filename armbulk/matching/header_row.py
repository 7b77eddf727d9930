"""Find the row of the headers in a sheet whose headers are not armbulk's: below titles, above the records."""

import re
from collections import Counter

import polars as pl

from armbulk.mapping.headers import MAX_HEADER_ROW
from armbulk.matching.header_words import find_meanings
from armbulk.model.sheet import Sheet

_MIN_CELLS = 2
_MAX_HEADER_CHARS = 60
_UNKNOWN_TEXT = 0.25
_NO_TEXT = -0.5
_NUMBER_OR_DATE = r"^[-+(]?[\d\s.,:/'-]+\)?$|^\d{1,2}\. ?\p{L}+ \d{4}$|@"


def find_header_row(sheet: Sheet) -> int | None:
    """Return the row number of what looks most like headers in the first rows; None where nothing does.

    Headers are different texts, mostly words that ledgers use for columns, and there are rows below them.
    """
    top = sheet.frame.head(MAX_HEADER_ROW)
    last = sheet.frame["row"].max() if sheet.frame.height else None
    best: tuple[float, int | None] = (0.0, None)
    for row, *texts in top.select("row", *sheet.letters).iter_rows():
        cells = [text for text in texts if text]
        if len(cells) < _MIN_CELLS or row == last:
            continue
        score = _score_cells(cells)
        if score > best[0]:
            best = (score, row)
    return best[1]


def _score_cells(cells: list[str]) -> float:
    is_value = pl.Series(cells, dtype=pl.String).str.strip_chars().str.contains(_NUMBER_OR_DATE)
    score = 0.0
    for text, value in zip(cells, is_value, strict=True):
        meanings, unknown = find_meanings(text) if len(text) <= _MAX_HEADER_CHARS else (frozenset(), 1)
        if value:
            score += _NO_TEXT
        elif meanings:
            score += len(meanings) / (len(meanings) + unknown)
        else:
            score += _UNKNOWN_TEXT
    return score * len(set(cells)) / len(cells)


def find_header_groups(sheet: Sheet, header_row: int) -> dict[str, str]:
    """Return letter → the text above the header, for headers that the row has more than once.

    In a table with two rows of headers, `Customer | Document` above `No. | No.`, the upper row says which is which. Its
    texts reach over the columns of their merged cells.
    """
    header = sheet.frame.filter(pl.col("row") == header_row)
    above = sheet.frame.filter(pl.col("row") == header_row - 1)
    if header.is_empty() or above.is_empty():
        return {}
    texts = {letter: (header[letter][0] or "").strip().casefold() for letter in sheet.letters}
    counts = Counter(texts.values())
    reaches = {}
    for reference in sheet.merged_ranges:
        corners = re.fullmatch(r"([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)", reference)
        if corners is not None and int(corners[2]) == int(corners[4]) == header_row - 1:
            reaches[corners[1]] = corners[3]
    groups, group, last = {}, "", ""
    for letter in sheet.letters:
        if above[letter][0]:
            group, last = above[letter][0].strip(), reaches.get(letter, letter)
        if group and texts[letter] and counts[texts[letter]] > 1:
            groups[letter] = group
        if letter == last:
            group = ""
    return groups
