"""What the columns of a sheet with other headers may be, and what a person decided about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from armbulk.i18n import NO_TEXT, Text


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """One column of a sheet.

    Attributes:
        letter: Its Excel letter.
        header: Its header; "" if it has none.
        samples: Its first different values; sensitive ones by their last two characters.
        target: What it may be: a field as a mapping names it; "" = it is not read.
        reason: Why.
        is_known: Whether armbulk reads the column so without a question.
        is_sure: Whether both the header and the values say so.
        choices: Fields that it may be, the likeliest first.
    """

    letter: str
    header: str
    samples: tuple[str, ...]
    target: str = ""
    reason: Text = NO_TEXT
    is_known: bool = False
    is_sure: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedFields:
    """Fields that can be made of the texts of columns.

    Attributes:
        letters: The columns.
        expressions: Field → the expression of a mapping that makes it.
        question: What a person is asked.
        samples: What it makes of the first values.
    """

    letters: tuple[str, ...]
    expressions: Mapping[str, str]
    question: Text
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetProposal:
    """A sheet with other headers: what it may contain, and its columns.

    Attributes:
        index: The sheet's index.
        file: The file's name.
        sheet: The sheet's name.
        resource: What it may contain.
        reason: The headers that say so, as a list for people.
        signs: How many columns by which people know such a list are sure; 0 without its key.
        header_row: The sheet's row number of its headers.
        title_rows: How many rows with values are above them.
        rows: How many rows are records.
        other_rows: The rows below the headers that are no records (row number, text): totals, notes, repeated headers.
        columns: The columns, from left to right.
        required: The required fields.
        key: The field with the records' numbers.
        dates: Dates that can be read in two ways.
        date_order: The order that other dates of these columns have; "" = nothing shows it.
        numbers: Amounts that can be read in two ways.
        targets: Every field that a column may be, as a mapping names it → its header for people.
        derived: Fields that can be made of several columns, or of a part of one.
    """

    index: int
    file: str
    sheet: str
    resource: str
    reason: Text
    signs: int
    header_row: int
    title_rows: int
    rows: int
    other_rows: tuple[tuple[int, str], ...]
    columns: tuple[ColumnProposal, ...]
    required: tuple[str, ...]
    key: str
    dates: tuple[str, ...]
    date_order: str
    numbers: tuple[str, ...]
    targets: Mapping[str, Text]
    derived: tuple[DerivedFields, ...] = ()

    def with_columns(self, columns: Mapping[str, str]) -> "SheetProposal":
        """Return the proposal with other fields (letter → field); what a person chose is sure."""
        changed = tuple(
            column
            if columns[column.letter] == column.target
            else replace(column, target=columns[column.letter], reason=NO_TEXT, is_known=False, is_sure=True)
            for column in self.columns
        )
        return replace(self, columns=changed)


@dataclass(frozen=True, slots=True)
class SheetDecision:
    """What a person decided about a sheet.

    Attributes:
        resource: What it contains.
        header_row: The row of its headers.
        columns: Letter → field as a mapping names it; "" = the column is not read.
        constants: Field → the value of every row.
        dates: The order of day, month and year in unclear dates; "" = not needed.
        decimal: The decimal separator of unclear amounts; "" = not needed.
        skips_other_rows: Whether totals and notes below the headers are left out.
        expressions: Field → the expression that makes it of other columns.
    """

    resource: str
    header_row: int
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    skips_other_rows: bool = False
    expressions: Mapping[str, str] = field(default_factory=dict)
