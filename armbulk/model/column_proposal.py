"""What the columns of a sheet with other headers may be, and what a person decided about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from armbulk.i18n import NO_TEXT, Text
from armbulk.model.date_order import DateOrder


@dataclass(frozen=True, slots=True)
class DistinctValue:
    """A value of a column; upper and lower case and spaces make no difference.

    Attributes:
        text: The value as it is written first.
        count: How many rows have it.
        signs: Letter of a column of amounts → how many of its amounts in these rows are positive and negative.
    """

    text: str
    count: int
    signs: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ValueQuestion:
    """What a value of a column with codes may mean.

    Attributes:
        letter: The column.
        target: Its field, as a mapping names it.
        text: The value.
        count: How many rows have it.
        code: The code that it may mean; "" = nothing shows it.
        reason: Why, or why there is no proposal.
        is_sure: Whether the value has one meaning.
        codes: The codes to choose from; others are possible where the field has no fixed list.
    """

    letter: str
    target: str
    text: str
    count: int
    code: str
    reason: Text
    is_sure: bool
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlierAnswers:
    """What was decided about a file with the same headers.

    Attributes:
        columns: Name of a column in a mapping → its field; "" = it is not read.
        constants: Field → the value of every row.
        values: Field → value → code.
        expressions: Field → the expression that makes it.
        from_title: Field → the column that has it in the titles above the blocks, as a mapping names it.
        dates: The order of unclear dates; "" = not decided.
        decimal: The decimal separator; "" = not decided.
        skips_other_rows: Whether rows that are no records are left out.
        has_customers: Whether customers were read last, alone or beside the documents.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    from_title: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    skips_other_rows: bool = True
    has_customers: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedValue:
    """A value that every row may have, and what shows it."""

    value: str
    reason: Text


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
        values: Its different values, if they are few and not sensitive.
        is_sensitive: Whether its values are shown by their last two characters.
        negative_rows: The rows of its negative values, if it may have amounts.
    """

    letter: str
    header: str
    samples: tuple[str, ...]
    target: str = ""
    reason: Text = NO_TEXT
    is_known: bool = False
    is_sure: bool = False
    choices: tuple[str, ...] = ()
    values: tuple[DistinctValue, ...] = ()
    is_sensitive: bool = False
    negative_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DerivedFields:
    """Fields that can be made of the texts of columns.

    Attributes:
        letters: The columns.
        expressions: Field → the expression of a mapping that makes it.
        question: What a person is asked.
        samples: What it makes of the first values.
        needs: The derived field without which it makes no sense; it is not used unless a person says so. "" = none.
    """

    letters: tuple[str, ...]
    expressions: Mapping[str, str]
    question: Text
    samples: tuple[str, ...]
    needs: str = ""


@dataclass(frozen=True, slots=True)
class BlockTitles:
    """The titles in a list with a block for each customer.

    Attributes:
        letter: The column that has the customers' numbers in the titles.
        rows: The row numbers of the titles.
        customers: The number of each customer, and how many rows its blocks have.
        unclear: How many rows have no title above, or a total that does not agree.
        is_needed: Whether no column has the customers' numbers.
    """

    letter: str
    rows: tuple[int, ...]
    customers: tuple[tuple[str, int], ...]
    unclear: int
    is_needed: bool


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
        date_order: The order that other dates of these columns have; None: nothing shows it.
        numbers: Amounts that can be read in two ways.
        targets: Every field that a column may be, as a mapping names it → its header for people.
        derived: Fields that can be made of several columns, or of a part of one.
        earlier: What was decided about a file with the same headers; None: nothing.
        blocks: The titles above the rows of each customer; None: there are none.
        supplier_text: Where the file says that it is a list of suppliers; "" where it does not.
        texts: Letter → the first different values of the column, sensitive ones in full: they are never shown.
        suggested: Field → the value that every row may have.
        repeats: Whether several rows have the same record: the customers of a list of documents.
        customers: Of a list of documents, what the columns of its customers may be; None: it has no such columns.
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
    date_order: DateOrder | None
    numbers: tuple[str, ...]
    targets: Mapping[str, Text]
    derived: tuple[DerivedFields, ...] = ()
    earlier: EarlierAnswers | None = None
    supplier_text: str = ""
    blocks: BlockTitles | None = None
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    suggested: Mapping[str, SuggestedValue] = field(default_factory=dict)
    repeats: bool = False
    customers: "SheetProposal | None" = None

    def with_columns(self, columns: Mapping[str, str], confirmed: Collection[str] = ()) -> "SheetProposal":
        """Return the proposal with other fields; what a person chose or confirmed is sure.

        Args:
            columns: Letter → field.
            confirmed: The letters of columns that a person has decided about.
        """
        changed = tuple(
            column
            if columns[column.letter] == column.target and column.letter not in confirmed
            else replace(column, target=columns[column.letter], reason=NO_TEXT, is_known=False, is_sure=True)
            for column in self.columns
        )
        blocks = self.blocks
        if blocks is not None and any(column.target != columns[column.letter] for column in self.columns):
            blocks = replace(blocks, unclear=0)  # counted by the dates and amounts that were proposed
        return replace(self, columns=changed, blocks=blocks)


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
        values: Field → value of the file → code.
        from_title: Field → the letter of the column that has it in the titles above the blocks.
        strict: The fields of `values` of which other values are errors: a person left some of them open.
        repeated: Whether rows with the same record are one: the customers of a list of documents.
        customers: Of documents, what was decided about their customers in the same rows; None: they are not read.
    """

    resource: str
    header_row: int
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    skips_other_rows: bool = False
    expressions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    strict: Collection[str] = ()
    from_title: Mapping[str, str] = field(default_factory=dict)
    repeated: bool = False
    customers: "SheetDecision | None" = None
