"""Texts of SAF-T elements as columns with types: exact amounts, days, identifiers. What is not valid is refused."""

import unicodedata
from collections.abc import Sequence

import polars as pl

from armbulk.i18n import Text, _
from armbulk.model.ledger_export import BASE_AMOUNT, Columns
from armbulk.readers.saft.refusals import line_error, quote_value

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)$"
_TOO_PRECISE = r"\.\d{2}\d*[1-9]"
_TOO_PRECISE_CURRENCY = r"\.\d{18}\d*[1-9]"
_DAY = r"^\d{4}-\d{2}-\d{2}(T[0-9:.]+)?(Z|[+-]\d{2}:\d{2})?$"
_NO_DAY = "0000-00-00"

ROWS_PER_FRAME = 50_000
"""How many rows are kept as Python values before they become a frame."""

Cell = str | int | None


class RowBuffer:
    """Rows that become frames, so that many of them take little memory.

    Args:
        columns: The columns of the rows, in order: name → dtype.
    """

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._frames: list[pl.DataFrame] = []
        self.rows: list[tuple[Cell, ...]] = []
        self.count = 0

    def add(self, row: tuple[Cell, ...]) -> None:
        """Add a row."""
        self.rows.append(row)
        self.count += 1
        if len(self.rows) >= ROWS_PER_FRAME:
            self._frames.append(self.take())

    def take(self) -> pl.DataFrame:
        """Return the rows that are no frame yet, and forget them."""
        frame = build_frame(self.rows, self._columns)
        self.rows.clear()
        return frame

    def collect(self) -> pl.DataFrame:
        """Return all rows."""
        return pl.concat([*self._frames, self.take()])


def build_frame(rows: Sequence[tuple[Cell, ...]], columns: Columns) -> pl.DataFrame:
    """Return a frame of rows."""
    if not rows:
        return pl.DataFrame(schema=columns)
    values = zip(*rows, strict=True)
    return pl.DataFrame(
        [pl.Series(name, list(each), columns[name]) for name, each in zip(columns, values, strict=True)]
    )


def clean_text(text: str | None) -> str | None:
    """Return a text without white space around it and with single blanks inside; None if nothing is left."""
    return (" ".join(text.split()) or None) if text else None


def clean_name(text: str | None) -> str | None:
    """Return a text as `clean_text`, with its letters composed (NFC): å is one character."""
    cleaned = clean_text(text)
    return unicodedata.normalize("NFC", cleaned) if cleaned else None


def clean_column(column: str) -> pl.Expr:
    """Return a column of texts cleaned as `clean_text` cleans one."""
    cleaned = pl.col(column).str.replace_all(r"\s+", " ").str.strip_chars(" ")
    return pl.when(cleaned != "").then(cleaned).alias(column)


def clean_names(column: str) -> pl.Expr:
    """Return a column of texts cleaned as `clean_name` cleans one."""
    return clean_column(column).str.normalize("NFC")


def parse_amounts(
    frame: pl.DataFrame, column: str, element: str, file: str, dtype: pl.Decimal = BASE_AMOUNT
) -> pl.Series:
    """Return a column of texts as exact amounts; null where the text is null or blank.

    Args:
        frame: The rows; they have a column xml_line.
        column: The column of texts.
        element: The element that the texts are from, for messages.
        file: The file's name in messages.
        dtype: The type of the amounts: 2 decimals in the base currency, 18 in others. More decimals are refused unless
            they are zeros.

    Raises:
        FileError: A text is not a plain decimal number: it has an exponent, a comma or too many digits.
    """
    if frame[column].null_count() == frame.height:
        return pl.Series(column, [None] * frame.height, dtype)
    too_precise = _TOO_PRECISE if dtype.scale == BASE_AMOUNT.scale else _TOO_PRECISE_CURRENCY
    text = pl.col(column)
    amount = text.cast(dtype, strict=False)
    is_wrong = ~text.str.contains(_NUMBER) | text.str.contains(too_precise) | amount.is_null()
    rows = frame.select(clean_column(column)).select(column, amount=amount, is_wrong=text.is_not_null() & is_wrong)
    if rows["is_wrong"].any():
        row = rows["is_wrong"].arg_true()[0]
        raise line_error(file, frame["xml_line"][row], _explain_number(element, rows[column][row], dtype.scale))
    return rows["amount"].alias(column)


def _explain_number(element: str, value: str, decimals: int) -> Text:
    return _(
        '{element} is "{value}", which is not a plain amount with at most {count} decimals, for example 1234.50',
        element=element,
        value=quote_value(value),
        count=decimals,
    )


def parse_days(frame: pl.DataFrame, column: str, element: str, file: str) -> pl.Series:
    """Return a column of texts as days; a time and a time zone are cut off, the day is not shifted.

    Null where the text is null, blank or 0000-00-00.

    Args:
        frame: The rows; they have a column xml_line.
        column: The column of texts.
        element: The element that the texts are from, for messages.
        file: The file's name in messages.

    Raises:
        FileError: A text is not a day such as 2025-12-31.
    """
    text = pl.col(column)
    day = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    is_present = text.is_not_null() & (text != _NO_DAY)
    is_wrong = is_present & (day.is_null() | ~text.str.contains(_DAY))
    rows = frame.select(clean_column(column)).select(column, day=day, is_wrong=is_wrong)
    if rows["is_wrong"].any():
        row = rows["is_wrong"].arg_true()[0]
        raise line_error(file, frame["xml_line"][row], explain_day(element, rows[column][row]))
    return rows["day"].alias(column)


def explain_day(element: str, value: str) -> Text:
    """Return what is wrong with a text that is not a day."""
    return _(
        '{element} is "{value}", which is not a date such as 2025-12-31', element=element, value=quote_value(value)
    )
