"""A table whose rows are one cell each: it was read with the wrong separator."""

import re
from collections import Counter

from armbulk.i18n import Text, _
from armbulk.model.sheet import Sheet

_MAX_ROWS = 20
_NO_SEPARATOR = re.compile(r"[\w\s\"'.@&()+*=<>%-]")


def find_wrong_separator(sheet: Sheet) -> str | None:
    """Return the separator by which the first rows of a sheet look divided; None where they do not.

    It is in most of the rows at least twice, and equally often; one of these rows (its header) is a single cell.
    """
    if not sheet.letters:
        return None
    rows = sheet.frame.select(sheet.letters).head(_MAX_ROWS).rows()
    used = next((issue.value for issue in sheet.issues if issue.code == "separator-told"), None) or ","
    texts = [used.join(cell or "" for cell in row).rstrip(used) for row in rows]
    single = [text for text, row in zip(texts, rows, strict=True) if sum(cell is not None for cell in row) == 1]
    if len(texts) < 2 or not single:  # a header and a row
        return None
    characters = {character for text in single for character in text if not _NO_SEPARATOR.match(character)}
    best = (0, "")
    for character in characters | {"\t"}:
        count, alike = Counter(text.count(character) for text in texts).most_common(1)[0]
        is_in_header = any(text.count(character) == count for text in single)
        if count > 1 and alike * 2 > len(texts) and is_in_header and character != used:
            best = max(best, (count, character))
    return best[1] or None


def explain_separator(sheet: Sheet, separator: str) -> tuple[Text, Text]:
    """Return what is wrong with the separator of a sheet, and what to do."""
    shown = _("a tab") if separator == "\t" else Text('"{separator}"', {"separator": separator})
    message = _(
        "{file}: only one column was found. The separator seems to be {separator}.", file=sheet.file, separator=shown
    )
    if sheet.format != "csv":
        return message, _("Split the column in Excel (Data > Text to Columns), or import the text file itself")
    is_named = any(issue.code == "separator-told" for issue in sheet.issues)
    if separator == "\t":
        return message, _("Remove the line with sep= at the top of the file, or export the file again")
    if is_named:
        return message, _("Change the first line of the file to sep={separator}", separator=separator)
    return message, _("Add this as the first line of the file: sep={separator}", separator=separator)
