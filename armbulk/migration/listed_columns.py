"""The columns of a list of open items: known headers, and headers that only resemble a known one.

The second kind is used, and asked about in the workbook: nothing is sent before somebody has said that it is right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import polars as pl

from armbulk.mapping.block_titles import to_number
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, match_headers
from armbulk.matching.header_row import find_header_row
from armbulk.matching.header_words import score_header
from armbulk.migration.age_columns import add_ages, find_ages, is_sum_of_ages
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.sheet import Sheet
from armbulk.resources.open_items import LISTS, OPEN_ITEMS, OPEN_VOUCHERS

_MIN_SCORE = 0.7
_NOT_OPEN = frozenset({"paid", "credited"})
_CUSTOMERS = frozenset({"customer_no", "customer", "customer_name"})
_TOTALS = frozenset({"total", "totalt", "sum", "totalbeløp", "totalamount", "totalsum", "summa"})
_BALANCES = frozenset({"remaining", "base_remaining", "currency_remaining", "debit", "credit"})
_ACCOUNTS = frozenset({"konto", "kontonr", "kontonummer", "account", "accountno", "glaccount"})  # 1500 is no customer
_NUMBERS_AND_DATES = frozenset({"document_no", "voucher_no", "document_date", "posting_date", "due_date"})
_VOUCHERS: Mapping[str, Resource] = {OPEN_VOUCHERS.name: OPEN_VOUCHERS}


@dataclass(frozen=True, slots=True)
class ListColumns:
    """The columns of a sheet with a list of open items.

    Attributes:
        match: The columns.
        guessed: Header → the field it was taken for, where the header only resembles a known one.
        unread: The headers of columns that are not read.
        doubled: Headers of which another column is the same field.
        between: Cells of headers that are not known, of columns between those of ages.
        is_of_sums: Whether the list has neither numbers nor dates: a row is what a customer owes altogether.
    """

    match: HeaderMatch
    guessed: Mapping[str, Field]
    unread: tuple[str, ...]
    doubled: tuple[str, ...]
    between: tuple[str, ...] = ()
    is_of_sums: bool = False


def match_columns_of_list(sheet: Sheet, index: int, *, is_only: bool) -> ListColumns | None:
    """Match the columns of a sheet; None if it is no list of open items.

    Args:
        sheet: The sheet, as its mapping makes it.
        index: Its index.
        is_only: Whether no other sheet of the file can be the list: then more is tried.
    """
    for lists in (LISTS, _VOUCHERS):
        columns = _complete(sheet, match_headers(sheet, index, lists))
        if columns is not None:
            return columns
    if not is_only:
        return None
    forced = match_headers(replace(sheet, resource=OPEN_ITEMS.name), index, LISTS)
    if forced.resource is None:
        row = find_header_row(sheet)
        forced = HeaderMatch(OPEN_ITEMS, row) if row is not None else forced
    return _complete(sheet, forced)


def _complete(sheet: Sheet, match: HeaderMatch) -> ListColumns | None:
    """Return the columns with those whose headers resemble a field that has no column; None for no list."""
    if match.resource is None or match.header_row is None:
        return None
    header = sheet.frame.filter(pl.col("row") == match.header_row)
    texts = {letter: text for letter in sheet.letters if (text := header[letter][0])}
    doubled = match.findings.filter(pl.col("code") == "duplicate-header")["value"].to_list()
    free = {
        letter: text for letter, text in texts.items() if letter not in match.columns.values() and text not in doubled
    }
    ages = find_ages(free)
    if ages:
        match = _take_ages(match, texts, ages)
        free = {letter: text for letter, text in free.items() if letter not in ages}
    guessed = _guess(free, match)
    columns = {**match.columns, **{field.name: letter for letter, field in guessed.items()}}
    amounts = {field.name for field in match.recognised_resource.fields if field.type is FieldType.AMOUNT} - _NOT_OPEN
    is_of_sums = not _NUMBERS_AND_DATES & set(columns)
    if is_of_sums and not (_CUSTOMERS & set(columns) and (ages or _BALANCES & set(columns))):
        return None
    if not amounts & set(columns):
        return None
    return ListColumns(
        replace(match, columns=columns),
        {texts[letter]: field for letter, field in guessed.items()},
        tuple(text for letter, text in free.items() if letter not in guessed),
        tuple(doubled),
        tuple(_list_between(sheet, match, texts, ages, columns)) if ages else (),
        is_of_sums,
    )


def _take_ages(match: HeaderMatch, texts: Mapping[str, str], ages: list[str]) -> HeaderMatch:
    """Return the columns with those of ages; a column called a total beside them has the open amount."""
    resource, letters = add_ages(match.recognised_resource, ages)
    columns = dict(match.columns)
    original = columns.get("original")
    if original and "remaining" not in columns and fold_header(texts[original]) in _TOTALS:
        columns["remaining"] = columns.pop("original")
    return replace(match, resource=resource, columns={**columns, **letters})


def _list_between(
    sheet: Sheet, match: HeaderMatch, texts: Mapping[str, str], ages: list[str], columns: Mapping[str, str]
) -> Iterator[str]:
    """Yield the cells of headers between those of ages that are not read, though there are values below them.

    Where no total shows that an age is missing, that is also a column of amounts beside the first or the last age.
    """
    letters = [letter for letter in sheet.letters if letter.isalpha()]
    first, *_others, last = (index for index, letter in enumerate(letters) if letter in ages)
    edges = [] if "remaining" in columns else [*letters[max(first - 1, 0) : first], *letters[last + 1 : last + 2]]
    below = sheet.frame.filter(pl.col("row") > match.header_row)
    for letter in [*edges, *letters[first:last]]:
        is_known = letter in columns.values() or is_sum_of_ages(texts.get(letter, ""))
        values = below.select(pl.col(letter), number=to_number(letter)).drop_nulls(letter)
        if not is_known and values.height and (letter not in edges or not values["number"].null_count()):
            yield f"{letter}{match.header_row}"


def _guess(free: Mapping[str, str], match: HeaderMatch) -> dict[str, Field]:
    """Return letter → field, the best pairs first; an amount is guessed only where none is known."""
    fields = [field for field in match.recognised_resource.fields if field.name not in match.columns]
    known = {field.type for field in match.recognised_resource.fields if field.name in match.columns}
    if FieldType.AMOUNT in known:
        fields = [field for field in fields if field.type is not FieldType.AMOUNT]
    possible = {letter: text for letter, text in free.items() if fold_header(text) not in _ACCOUNTS}
    scored = [(score_header(text, field), letter, field) for letter, text in possible.items() for field in fields]
    guessed: dict[str, Field] = {}
    for score, letter, field in sorted(scored, key=lambda each: -each[0]):
        if score >= _MIN_SCORE and letter not in guessed and field not in guessed.values():
            guessed[letter] = field
    return guessed
