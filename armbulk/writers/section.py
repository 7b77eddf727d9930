"""A section of a summary sheet."""

from dataclasses import dataclass
from decimal import Decimal

Value = str | int | Decimal | None
Row = tuple[Value, ...]
"""A label and its values. A row without a label is a text across the sheet."""


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and rows of a label and values below it.

    Attributes:
        title: the title.
        rows: the rows.
        headings: headings of the columns, where there are several.
        is_good: colours the first value of the first row: green when True, red when False.
    """

    title: str
    rows: tuple[Row, ...]
    headings: tuple[str, ...] = ()
    is_good: bool | None = None
