"""The parts of the form of a sheet's columns: what each may be, and what is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from armbulk.app.column_fields import HOLD_BACK
from armbulk.i18n import NO_TEXT, Text
from armbulk.model.column_proposal import ColumnProposal, DerivedFields, ValueQuestion


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column in the form.

    Attributes:
        column: What it may be.
        target: The field that is chosen; "" = it is not read.
        part_of: The titles of the fields that it is a part of, which are made of several columns; none of its own.
        customer: The titles of the fields of the customer that it may be; "" = it is nothing of the customer.
        misfits: Its first values that are not valid as the chosen field, if most of its values are not.
        is_accepted: Whether a person says that the field is right all the same.
    """

    column: ColumnProposal
    target: str
    part_of: tuple[Text, ...]
    customer: tuple[Text, ...]
    misfits: Sequence[str]
    is_accepted: bool

    @property
    def mark(self) -> str:
        """How sure the field is: `chosen` by the person, `sure`, `unsure`, `part`, `customer` or `none`."""
        if self.part_of:
            return "part"
        if not self.target:
            return "customer" if self.customer else "none"
        if self.target != self.column.target:
            return "chosen"
        return "sure" if self.column.is_known or self.column.is_sure else "unsure"


@dataclass(frozen=True, slots=True)
class DerivedChoice:
    """Fields that can be made of columns, and whether they are."""

    name: str
    derived: DerivedFields
    is_used: bool


@dataclass(frozen=True, slots=True)
class CodeChoice:
    """A value of the file, and the code that is chosen for it; "" = its rows are held back."""

    question: ValueQuestion
    code: str


@dataclass(frozen=True, slots=True)
class ConstantChoice:
    """A required field without a column, and the value that every row gets.

    Attributes:
        name: The field.
        title: Its header.
        value: What is chosen; "" = nothing.
        example: A value that is valid.
        reason: What shows the value that is proposed.
        error: Why the value is not valid.
        expression: How it was made before, in words; "" = it was not.
        is_again: Whether it is made so again.
        negative_rows: The rows with negative amounts, where every row would be an invoice.
        negative: What these rows are: one of NEGATIVE_CHOICES.
        negative_code: The document type of these rows.
        negative_error: Why it is not valid.
    """

    name: str
    title: Text
    value: str
    example: str
    reason: Text = NO_TEXT
    error: Text | None = None
    expression: Text = NO_TEXT
    is_again: bool = False
    negative_rows: Sequence[int] = ()
    negative: str = HOLD_BACK
    negative_code: str = ""
    negative_error: Text | None = None


@dataclass(frozen=True, slots=True)
class ReadingChoice:
    """How unclear dates or amounts are read: an example, what each choice makes of it, and what is chosen."""

    example: str
    meanings: Mapping[str, Text]
    chosen: str
    reason: Text = NO_TEXT
