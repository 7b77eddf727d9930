"""A section of a summary sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

Value = str | int | Decimal | None
Row = tuple[Value, ...]
"""A label and its values. A row without a label is a text across the sheet."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to a place in the same workbook.

    Attributes:
        text: what the cell shows.
        sheet: the sheet it leads to.
        cell: the cell or range of that sheet.
    """

    text: str
    sheet: str
    cell: str = "A1"

    @property
    def address(self) -> str:
        """The place, as `xlsxwriter` wants it."""
        quoted = self.sheet.replace("'", "''")
        return f"internal:'{quoted}'!{self.cell}"


ReportValue = Value | date | Link
ReportRow = tuple[ReportValue, ...]
"""A row of a report's table, which may have days and links too."""


@dataclass(frozen=True, slots=True)
class Section:
    """A title, and rows of a label and values below it.

    Attributes:
        title: the title.
        rows: the rows.
        headings: headings of the columns, where there are several.
        is_good: colours the first value of the first row: green when True, red when False.
        mark: colour and symbol of the title, as `style.key_mark` has them; "" for a plain one.
        marks: colour and symbol of each row's label; empty for plain ones.
        links: index of a row → the row of the Problems sheet that its label leads to; -1 is the title.
        has_total: whether the last row is a sum.
    """

    title: str
    rows: tuple[Row, ...]
    headings: tuple[str, ...] = ()
    is_good: bool | None = None
    mark: str = ""
    marks: tuple[str, ...] = ()
    links: Mapping[int, int] = field(default_factory=dict)
    has_total: bool = False
