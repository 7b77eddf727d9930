"""Fields, rules, lists and resources: the description of ARM's records.

Pure data. A `Resource` is a tuple of `Field`s; headers, checks, payloads, templates and reference pages are all
derived from it.
"""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from armbulk.i18n import ENGLISH, NO, NO_TEXT, YES, Text, Words, _, format_date
from armbulk.model.resource_name import ResourceName

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


MASK = "•"
"""What stands for a character of a sensitive value that is not shown."""


class FieldType(Enum):
    """A field's type, with its name for people. It decides the dtype and the Excel format.

    dtypes of parsed columns: TEXT, IDENTIFIER → String; DATE → Date; AMOUNT → Decimal(38, 2);
    QUANTITY → Decimal(38, 6); INTEGER → Int64; BOOLEAN → Boolean; TEXT_LIST → List(String). TIME is only read from ARM.
    """

    TEXT = _("text")
    IDENTIFIER = _("number or code, kept as text")
    DATE = _("date")
    AMOUNT = _("amount, two decimals")
    QUANTITY = _("number, up to six decimals")
    INTEGER = _("whole number")
    BOOLEAN = _("yes or no")
    TEXT_LIST = _("several texts, separated by ; or line breaks")
    TIME = _("date and time")


class Severity(StrEnum):
    """An error blocks the record; a warning never blocks anything."""

    ERROR = "error"
    WARNING = "warning"


class FieldRole(Enum):
    """What armbulk does with a field on import."""

    WRITABLE = "sent"
    READ_ONLY = "computed"  # ARM computes it: recognised in a sheet, never sent
    PARENT_KEY = "parent"  # a line's reference to its document: finds the parent, is not part of the line's JSON
    LOCAL = "local"  # only for this computer: checked, not part of the JSON; its path is ""


@dataclass(frozen=True, slots=True)
class Field:
    """One column, and one JSON member, of a resource.

    Attributes:
        name: The column's name in frames.
        path: The dotted path inside ARM's object (`postalAddress.addressLine1`).
        aliases: More headers by which the column is recognised.
        specific_header: One of the aliases in both languages, for a column that documents and their lines both have:
            it says whose column it is.
        source: What the path rests on: D documented, E seen in a published example, I inferred, X unknown.
        clearable: Whether a change of a record may blank the field.
        format: A name in `resources.identifiers.CHECK_FORMATS`.
        format_when: The format is checked only where each of these columns is blank or has one of the values.
        digits: How many digits a whole value has: a number cell with fewer has lost a leading zero.
        may_start_with_zero: A number cell may have lost a leading zero, and nothing shows whether it has.
        code_words: Words that people write for a code, in small letters → the code. Other words are refused.
        is_key: It names a customer or a document; only ASCII characters are safe in it.
        sensitive: Shown by its last two characters only.
        common: Most files have it: the short template has the common fields and those that are required.
        usual_values: Codes that templates offer where ARM's full list is not documented; others are allowed.
        local_examples: Language → the example in that language, for names, places and texts.
    """

    name: str
    header: Words
    path: str
    type: FieldType
    help: Text
    example: str
    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    allowed_values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    role: FieldRole = FieldRole.WRITABLE
    source: str = "E"
    clearable: bool = True
    format: str | None = None
    format_when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    specific_header: Words | None = None
    digits: int | None = None
    may_start_with_zero: bool = False
    code_words: tuple[tuple[str, str], ...] = ()
    is_key: bool = False
    sensitive: bool = False
    common: bool = False
    usual_values: tuple[str, ...] = ()
    local_examples: tuple[tuple[str, str], ...] = ()

    def find_example(self, lang: str) -> str:
        """Return the example for a language, in the form of ARM's JSON."""
        return dict(self.local_examples).get(lang, self.example)

    def write_example(self, lang: str) -> str:
        """Return the example as people write it in a sheet of the language."""
        return self.write_value(self.find_example(lang), lang)

    def write_value(self, value: str, lang: str) -> str:
        """Return a value of ARM's JSON as people write it: dates, decimals, and yes or no, in the language."""
        match self.type:
            case FieldType.BOOLEAN if value:
                return (YES if value == "true" else NO).text(lang)
            case FieldType.DATE if value:
                return format_date(value, lang)
            case FieldType.AMOUNT | FieldType.QUANTITY if lang != ENGLISH:
                return value.replace(".", ",")
            case _:
                return value


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule between fields: where it is not met, `field` gets the finding `code`.

    `is_met` returns a Boolean expression over the resource's typed columns; null counts as met.
    """

    code: str
    field: str
    is_met: "Callable[[], pl.Expr]"


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter of a list: ARM's `param`, and the `path` of the value it is compared with in a record.

    With an empty `path` no value in a record shows whether ARM applied the filter. `exact`: the values must be equal
    without regard to case; otherwise the record's value contains the other.
    """

    param: str
    path: str = ""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """How a resource is read as a list.

    Attributes:
        endpoint: The path under `/clients/{clientno}/`.
        key: Paths that together identify a record.
        dates: The parameters of the first and last day, and the path of the date they filter.
        period: The parameters and paths of the ledger year and period.
        partition_by: Filters by whose values a list that is too long may be partitioned, in addition to dates.
        value_source: Filter → the list that has its values.
        read_only_fields: Fields of the list that cannot be sent.
        options: Parameters of every query.
        changed_since: The parameter of a time after which records were created or changed; no list documents one.
        source: What the listing rests on (see `Field`).
    """

    endpoint: str
    key: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    dates: tuple[str, str, str] | None = None
    period: tuple[Filter, Filter] | None = None
    partition_by: tuple[str, ...] = ()
    value_source: tuple[tuple[str, str], ...] = ()
    read_only_fields: tuple[Field, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    changed_since: str = ""
    max_records: int = 10_000
    page_size: int = 1_000
    source: str = "I"
    note: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of ARM record.

    Attributes:
        name: Its name on the command line.
        sheet_names: Names by which a sheet of it is recognised; () = it cannot be imported.
        other_names: More words by which the command line accepts it.
        key: The name of its key field.
        json_array: The key of the records in the body of a batch, and of a list.
        lines: The child resource, whose PARENT_KEY field refers to `key`.
        lines_path: The key of the lines in the record's JSON.
        source: What the fields rest on (see `Field`).
        updatable: Whether ARM changes a record by the keys given (PUT).
        replaced_groups: JSON objects that ARM replaces as a whole: absent members become blank.
    """

    name: str
    title: Words
    sheet_names: tuple[str, ...]
    key: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    json_array: str = ""
    lines: "Resource | None" = None
    lines_path: str = ""
    source: str = "E"
    listing: Listing | None = None
    updatable: bool = False
    replaced_groups: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()

    @property
    def command_name(self) -> ResourceName:
        """What the resource is called on the command line."""
        return ResourceName(self.name, self.title, (*self.sheet_names, *self.other_names))

    @property
    def readable(self) -> tuple[Field, ...]:
        """The fields of a record as ARM returns it: those that can be sent, then those that can only be read."""
        of_arm = (candidate for candidate in self.fields if candidate.role is not FieldRole.LOCAL)
        return (*of_arm, *(self.listing.read_only_fields if self.listing else ()))

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError if there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)

    def list_template_fields(self, *, full: bool) -> tuple[Field, ...]:
        """Return the columns of its template: those that are required or common, or with `full` all that are sent."""
        return tuple(
            candidate
            for candidate in self.fields
            if candidate.role is not FieldRole.READ_ONLY and (full or candidate.required or candidate.common)
        )

    @property
    def record_key(self) -> str:
        """The name of the field that identifies a row's record: the key, or a line's reference to its document."""
        parent_keys = (candidate.name for candidate in self.fields if candidate.role is FieldRole.PARENT_KEY)
        return next(parent_keys, self.key)

    def for_update(self) -> "Resource":
        """Return the resource as it is checked for a change of existing records: only the key is required."""
        if not self.updatable:
            return self
        fields = tuple(
            replace(candidate, required=candidate.required and candidate.name == self.key) for candidate in self.fields
        )
        return replace(self, fields=fields)
