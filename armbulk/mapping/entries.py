"""The entries of a mapping, and the protocol of what evaluates their expressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from armbulk.i18n import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """The entry of a mapping for one sheet.

    Sources are headers of the sheet; targets are a field's name, header or path.

    Attributes:
        resource: The resource on the sheet.
        name: The sheet's name; "" = the sheet that has most of the columns.
        header_row: The row number of the header, if it is not to be searched.
        rename: Source → target.
        constant: Target → text.
        values: Target → the sheet's value → ARM's value.
        fallback: Target → "keep": values that are not listed are kept.
        expression: Target → template.
        from_title: Target → the source whose number in the title above a block belongs to each row of the block.
        ignore: Sources that are not imported.
        headers: The fingerprint of the sheet's headers; "" = any that fit.
        dates: The order of unclear dates: dmy, mdy or ymd; "" = not decided.
        decimal: The decimal separator of unclear amounts; "" = not decided.
        credit_due_dates: What the due date of a credit note without one is; "" = not decided.
        continuation_rows: What lines without a document number are; "" = not decided.
        skip_totals: Whether rows that look like totals, notes or repeated headers are left out.
        repeated: Whether rows with the same customer are one customer: a list of invoices has it in several rows. The
            sheet may have another entry, for its documents.
        index: The index of the only sheet that it is for; None: any that fits.
    """

    resource: str
    name: str = ""
    header_row: int | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    constant: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fallback: Mapping[str, str] = field(default_factory=dict)
    expression: Mapping[str, str] = field(default_factory=dict)
    from_title: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    headers: str = ""
    dates: str = ""
    decimal: str = ""
    credit_due_dates: str = ""
    continuation_rows: str = ""
    skip_totals: bool = False
    repeated: bool = False
    index: int | None = None


class ExpressionError(ValueError):
    """A template that cannot be used."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


class NumberText(str):
    """The text of a number cell: its point is always a decimal point."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class ExpressionResult:
    """The result of an expression for one row: a text or None, or an error; and whether the text is a plain number."""

    text: str | None
    error: Text = NO_TEXT
    is_number: bool = False


class Evaluator(Protocol):
    """Evaluates the expressions of a mapping."""

    def inputs(self, template: str, headers: Sequence[str]) -> list[str]:
        """Return the headers that a template reads."""

    def evaluate(self, template: str, rows: Sequence[Mapping[str, str]]) -> list[ExpressionResult]:
        """Return the template's result for each row of header → text."""
