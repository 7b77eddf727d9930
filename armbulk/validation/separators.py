"""A table whose rows are one cell each: it was read with the wrong separator."""

import re
from collections import Counter

import polars as pl

from armbulk.model.sheet import Sheet

_MAX_ROWS = 20
_NO_SEPARATOR = re.compile(r"[\w\s\"'.@&()+*=<>%-]")


def find_wrong_separator(sheet: Sheet) -> str | None:
    """Return the separator by which the first cells of a sheet look divided; None where they do not.

    It is in most of the rows at least twice, and equally often.
    """
    if not sheet.letters or sheet.frame.is_empty():
        return None
    first = sheet.letters[0]
    rows = sheet.frame.filter(pl.col(first).is_not_null()).head(_MAX_ROWS)
    others = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in sheet.letters)
    texts: list[str] = rows.filter(others == 1)[first].to_list()
    if len(texts) < 2 or len(texts) * 2 <= rows.height:  # a header and a row; and most rows have one cell
        return None
    characters = {character for text in texts for character in text if not _NO_SEPARATOR.match(character)}
    best: tuple[int, str] | None = None
    for character in sorted(characters | {"\t"}):
        count, alike = Counter(text.count(character) for text in texts).most_common(1)[0]
        if count > 1 and alike * 2 > len(texts):
            best = max(best or (0, ""), (count, character))
    return best[1] if best else None


def explain_separator(sheet: Sheet, separator: str) -> tuple[str, str]:
    """Return what is wrong with the separator of a sheet, and what to do."""
    shown = "tab" if separator == "\t" else separator
    message = f"{sheet.file}: only one column was found; the separator looks like {shown}"
    if sheet.format != "csv":
        return message, "Split the column in Excel (Data, Text to Columns), or import the text file itself"
    is_named = any(issue.code == "separator-told" for issue in sheet.issues)
    return message, f"{'Change the first line to' if is_named else 'Put this line first in the file:'} sep={shown}"
