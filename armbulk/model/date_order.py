"""The order of day, month and year that some dates of a column show, for those that can be read in several ways."""

from dataclasses import dataclass

from armbulk.i18n import Text, _

_ONLY = {
    "dmy": _("{cell} has {text}, which is a date only if the day is first"),
    "mdy": _("{cell} has {text}, which is a date only if the month is first"),
    "ymd": _("{cell} has {text}, which is a date only if the year is first"),
}


@dataclass(frozen=True, slots=True)
class DateOrder:
    """The order that the clear dates of columns have.

    Attributes:
        order: dmy, mdy or ymd.
        cell: A cell with such a date: E7.
        text: Its text.
        is_proven: Whether the text is a date in this order alone.
    """

    order: str
    cell: str
    text: str
    is_proven: bool

    def describe(self) -> Text:
        """Return which cell proves the order; for an order that is proven."""
        return _ONLY[self.order].fill(cell=self.cell, text=self.text)

    def name_option(self) -> Text:
        """Return the same with the option for this order."""
        return _("{reason}: use --dates {order}", reason=self.describe(), order=self.order)
