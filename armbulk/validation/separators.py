"""A table whose rows are one cell each: it was read with the wrong separator."""

import re
from collections import Counter

import polars as pl

from armbulk.model.sheet import Sheet

_MAX_ROWS = 20
_NO_SEPARATOR = re.compile(r"[\w\s\"'.@&()+*=<>%-]")


def find_wrong_separator(sheet: Sheet) -> str | None:
    """Return the separator by which the first cells of a sheet look divided; None where they do not.

    It is in the header at least twice, and in most of the rows as often as in the header.
    """
    if not sheet.letters or sheet.frame.is_empty():
        return None
    first = sheet.letters[0]
    rows = sheet.frame.filter(pl.col(first).is_not_null()).head(_MAX_ROWS)
    header = sheet.frame.head(1).select(sheet.letters).row(0)
    texts: list[str] = rows[first].to_list()
    if len(texts) < 2 or sum(text is not None for text in header) > 1:  # a header and a row
        return None
    counts = Counter(character for character in texts[0] if not _NO_SEPARATOR.match(character) or character == "\t")
    for character, count in counts.most_common():
        alike = sum(text.count(character) == count for text in texts)
        if count > 1 and alike * 2 > len(texts):
            return character
    return None


def explain_separator(sheet: Sheet, separator: str) -> tuple[str, str]:
    """Return what is wrong with the separator of a sheet, and what to do."""
    shown = "tab" if separator == "\t" else separator
    message = f"{sheet.file}: only one column was found; the separator looks like {shown}"
    if sheet.format != "csv":
        return message, "Split the column in Excel (Data, Text to Columns), or import the text file itself"
    is_named = any(issue.code == "separator-told" for issue in sheet.issues)
    return message, f"{'Change the first line to' if is_named else 'Put this line first in the file:'} sep={shown}"
