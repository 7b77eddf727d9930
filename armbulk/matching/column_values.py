"""What the values of a column may be, judged by the same code that reads them."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context
from itertools import combinations

import polars as pl

from armbulk.matching.doubts import is_vat
from armbulk.model.fields import Field, FieldType, Severity
from armbulk.model.read_options import DEFAULT_READ_OPTIONS
from armbulk.model.sheet import CELL, Sheet
from armbulk.resources.identifiers import has_format
from armbulk.validation.cell_column import CellColumn
from armbulk.validation.characters import DASHES
from armbulk.validation.parse import parse_column

MAX_ROWS = 500
"""How many rows are looked at."""

_UNCLEAR_CODES = ["ambiguous-date", "ambiguous-number"]
FORMATS_THAT_PROVE: Mapping[str, float] = {
    "email": 0.9,
    "national-id": 0.9,
    "bank-account": 0.8,
    "organisation-no": 0.8,
    "kid": 0.7,
    "currency": 0.7,
}
"""Format → how far valid values show what a column is, whatever its header says."""

_LOOKS_LIKE = {
    "email": re.compile("@"),
    "national-id": re.compile(r"^\d{6}[ .-]?\d{5}$"),
    "bank-account": re.compile(r"^\d{4}[ .-]?\d{2}[ .-]?\d{5}$|^[A-Za-z]{2}\d\d"),
    "organisation-no": re.compile(r"\d{3}[ .]?\d{3}[ .]?\d{3}"),
    "kid": re.compile(r"^\d{5,24}[\d-]$"),
    "currency": re.compile("^[A-Za-z]{3}$"),
}

_HAS_DIGITS = {  # a date has a day and a year; a dash alone is an amount of 0
    FieldType.DATE: "[0-9].*[0-9].*[0-9]",
    FieldType.AMOUNT: f"[0-9-]|{DASHES}",
}
CODE_FORMATS = frozenset({"country", "language"})
"""Formats of short codes: valid ones are likelier codes than names."""

_CHECKED_FORMATS = {*FORMATS_THAT_PROVE, *CODE_FORMATS}
_MIN_SHARE = 0.95
_HALF = 0.5
_EXCEL_DIGITS = Context(prec=15)
_BINARY_NOISE = re.compile(r"-?\d+\.\d{9,}")
_MAX_AMOUNT_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """A column read as a field.

    Attributes:
        values: The typed values; null where a cell is blank or cannot be read so.
        filled: How many cells are not blank.
        readable: How many of them can be read, unclear ones included.
        valid: How many of them have the field's format, where it has one.
        distinct: How many different values there are.
        unclear: The texts that can be read in two ways.
    """

    values: pl.Series
    filled: int
    readable: int
    valid: int
    distinct: int
    unclear: tuple[str, ...]

    @property
    def share(self) -> float:
        """The part of the cells that can be read so, and have the field's format; 0 for a blank column."""
        return min(self.readable, self.valid) / self.filled if self.filled else 0.0


_READ_BY = ("type", "format", "format_when", "digits", "code_words", "is_key", "may_start_with_zero")
"""What of a field decides how cells are read: fields that are alike in these read a column alike."""


class ColumnReader:
    """Reads columns of one sheet as fields, each pair once; fields that read alike count as one.

    Args:
        sheet: The sheet.
        body: Its rows below the headers.
    """

    def __init__(self, sheet: Sheet, body: pl.DataFrame) -> None:
        self._body = body.head(MAX_ROWS)
        self._from_1904 = any(issue.code == "dates-1904" for issue in sheet.issues)
        self._readings: dict[tuple[Hashable, ...], Reading] = {}
        self._texts: dict[str, list[str]] = {}
        self._digits: dict[tuple[str, FieldType], int] = {}

    @property
    def rows(self) -> int:
        """How many rows are looked at."""
        return self._body.height

    def list_samples(self, letter: str, count: int = 3) -> list[str]:
        """Return the first different texts of a column."""
        if letter not in self._texts:  # asked for many times, and one step of polars costs as much as a hundred texts
            self._texts[letter] = [text for text in dict.fromkeys(self._body[letter].to_list()) if text is not None]
        return self._texts[letter][:count]

    def read_texts(self, letters: Sequence[str]) -> pl.DataFrame:
        """Return the texts of columns, row by row."""
        return self._body.select(letters)

    def continues(self, letter: str, signs: Sequence[str]) -> bool:
        """Return whether rows below a value of a column have none, but values in all of the columns `signs`."""
        is_below = pl.col(letter).forward_fill().is_not_null() & pl.col(letter).is_null()
        is_filled = pl.all_horizontal(pl.col(sign).is_not_null() for sign in signs)
        return bool(self._body.select((is_below & is_filled).any()).item())

    def may_have_format(self, letter: str, format_name: str) -> bool:
        """Return whether the first texts of a column look like a format at all."""
        texts = self.list_samples(letter)
        return bool(texts) and all(_LOOKS_LIKE[format_name].search(text) for text in texts)

    def read(self, letter: str, field: Field) -> Reading:
        """Return a column as a field."""
        key = (letter, *(getattr(field, name) for name in _READ_BY), field.name == "date_of_birth")
        if key not in self._readings:
            self._readings[key] = self._read(letter, field)
        return self._readings[key]

    def _read(self, letter: str, field: Field) -> Reading:
        cells = CellColumn(0, field, letter, DEFAULT_READ_OPTIONS, {field.name: letter}, self._from_1904)
        values, findings = parse_column(self._body, cells)
        unclear: list[str] = []
        for part in findings:
            issues = zip(part["code"].to_list(), part["value"].to_list(), strict=True)
            unclear += [value for code, value in issues if code in _UNCLEAR_CODES]
        readable = values.count() + len(unclear)
        return Reading(
            values,
            filled=self._body.height - self._body[letter].null_count(),
            readable=readable,
            valid=self.count_valid(values, field) if field.format in _CHECKED_FORMATS else readable,
            distinct=values.n_unique() - (values.null_count() > 0),
            unclear=tuple(dict.fromkeys(unclear)),
        )

    def may_be(self, letter: str, field_type: FieldType, share: float) -> bool:
        """Return whether a share of a column's cells can be read as dates or numbers, by their digits alone.

        It is much less work than reading them, and most columns of a sheet are neither.
        """
        if (letter, field_type) not in self._digits:
            self._digits[letter, field_type] = int(self._body[letter].str.contains(_HAS_DIGITS[field_type]).sum())
        filled = self._body.height - self._body[letter].null_count()
        return filled > 0 and self._digits[letter, field_type] >= share * filled

    @staticmethod
    def count_valid(values: pl.Series, field: Field) -> int:
        """Return how many values have the format of a field."""
        frame = values.alias("value").to_frame()
        is_valid = frame.select(has_format(pl.col("value"), str(field.format), ()) & pl.col("value").is_not_null())
        return int(is_valid.to_series().sum())


def show_number(text: str) -> str:
    """Return a cell's text as Excel shows it, with 15 digits: 8253.129999999999 is 8253.13."""
    if not _BINARY_NOISE.fullmatch(text):
        return text
    return format(_EXCEL_DIGITS.create_decimal(text).normalize(), "f")


def proves_little(column: Field, share: float) -> bool:
    """Return whether most values do not have the format of a field that can be known by its values."""
    return column.format in FORMATS_THAT_PROVE and share < _HALF


def can_be_read(text: str, field: Field) -> bool:
    """Return whether a text is a value of a field without an error."""
    return _is_value(text, field, may_be_unclear=False)


def may_be_read(text: str, field: Field) -> bool:
    """Return whether a text is a value of a field, or may be one: a date or an amount that can be read in two ways."""
    return _is_value(text, field, may_be_unclear=True)


def _is_value(text: str, field: Field, *, may_be_unclear: bool) -> bool:
    body = pl.DataFrame({"row": [1], "A": [text], "A.cell": ["text"]}, schema_overrides={"A.cell": CELL})
    cells = CellColumn(0, field, "A", DEFAULT_READ_OPTIONS, {field.name: "A"})
    values, findings = parse_column(body, cells)
    if may_be_unclear and any(part["code"].is_in(_UNCLEAR_CODES).any() for part in findings):
        return True
    is_valid = field.format not in _CHECKED_FORMATS or ColumnReader.count_valid(values, field) == 1
    has_error = any((part["severity"] == Severity.ERROR.value).any() for part in findings)
    if field.pattern and values.dtype == pl.String:
        is_valid = is_valid and bool(values.str.contains(field.pattern).all())
    return is_valid and values.count() == 1 and not has_error


def find_amounts(reader: ColumnReader, letters: Sequence[str], amount: Field) -> tuple[str, str, str] | None:
    """Return the letters of amounts without VAT, of VAT and with VAT, which add up in every row; None if none do."""
    readings = {
        letter: reader.read(letter, amount) for letter in letters if reader.may_be(letter, FieldType.AMOUNT, _MIN_SHARE)
    }
    numeric = [letter for letter, reading in readings.items() if reading.share >= _MIN_SHARE and not reading.unclear]
    numeric = [letter for letter in numeric if readings[letter].values.abs().sum()][:_MAX_AMOUNT_COLUMNS]
    frame = pl.DataFrame({letter: readings[letter].values for letter in numeric})
    for first, second in combinations(numeric, 2):
        for total in numeric:
            if total in {first, second}:
                continue
            rows = frame.drop_nulls([first, second, total])
            if rows.height < 2 or not (rows[first] + rows[second] == rows[total]).all():
                continue
            is_larger = bool(rows.select(pl.col(first).abs().sum() >= pl.col(second).abs().sum()).item())
            net, vat = (first, second) if is_larger else (second, first)
            if is_vat(rows[net], rows[vat]):
                return net, vat, total
    return None


def is_never_before(reader: ColumnReader, first: str, second: str, date: Field) -> bool:
    """Return whether the dates of one column are in no row before those of another."""
    frame = pl.DataFrame({"first": reader.read(first, date).values, "second": reader.read(second, date).values})
    rows = frame.drop_nulls()
    return bool(rows.height and (rows["second"] >= rows["first"]).all())
