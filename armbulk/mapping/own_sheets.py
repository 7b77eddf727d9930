"""The sheets and columns that armbulk writes: recognised, and never read as the user's."""

from collections.abc import Container

import polars as pl

from armbulk.i18n import list_languages
from armbulk.mapping.header_text import fold_header
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import find_outcome
from armbulk.model.result_columns import (
    CHANGES,
    CREDITED_REFERENCE,
    OUTCOME_FIELDS,
    PLACE_HEADERS,
    PROBLEMS,
    SOURCE_HEADER,
    TEMPLATE_SHEETS,
    list_outcome_headers,
    with_prefix,
)
from armbulk.model.sheet import Sheet

_IGNORED = frozenset(
    fold_header(text)
    for texts in (*map(list_outcome_headers, OUTCOME_FIELDS), SOURCE_HEADER.all(), CREDITED_REFERENCE.all())
    for text in texts
)
"""The columns of an earlier result workbook, of a migration and of an undo sheet: recognised and ignored."""


def is_outcome_header(text: str) -> bool:
    """Return whether a header is that of a column which armbulk adds to a workbook."""
    return fold_header(text) in _IGNORED


def find_outcome_columns(sheet: Sheet, header_row: int) -> dict[str, str]:
    """Return the outcome columns an earlier result left in a sheet: field → letter."""
    header = sheet.frame.filter(pl.col("row") == header_row)
    by_header = {fold_header(text): name for name in OUTCOME_FIELDS for text in list_outcome_headers(name)}
    letters: dict[str, str] = {}
    for letter in sheet.letters:
        text = header[letter][0] if header.height else None
        if text and fold_header(text) in by_header:
            letters.setdefault(by_header[fold_header(text)], letter)
    return letters


def has_outcome(sheet: Sheet, letter: str, outcomes: Container[Outcome | None]) -> pl.Expr:
    """Return whether a cell of an outcome column has one of some outcomes, in any language."""
    words = [word for word in sheet.frame[letter].drop_nulls().unique() if find_outcome(word) in outcomes]
    return pl.col(letter).is_in(words).fill_null(value=False)


def is_template_sheet(sheet: Sheet) -> bool:
    """Return whether a sheet is a template's own guide or code list: by name and title, so that no table is one."""
    title = sheet.frame[sheet.letters[0]][0] if sheet.frame.height else None
    own = {
        (fold_header(name.text(lang)), fold_header(heading.text(lang)))
        for name, heading in TEMPLATE_SHEETS
        for lang in list_languages()
    }
    return (fold_header(sheet.name), fold_header(title or "")) in own


def is_list_of_cells(sheet: Sheet) -> bool:
    """Return whether a sheet is armbulk's own list of problems or changes, which has values of the user's cells."""
    names = {
        fold_header(text) for words in (PROBLEMS, CHANGES) for name in words.all() for text in (name, with_prefix(name))
    }
    if fold_header(sheet.name) not in names or sheet.frame.is_empty():
        return False
    headers = {fold_header(sheet.frame[letter][0] or "") for letter in sheet.letters}
    return all(headers & {fold_header(text) for text in words.all()} for words in PLACE_HEADERS)
