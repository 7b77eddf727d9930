"""Fields, rules, lists and resources: what armbulk knows of ARM's records.

Pure data. A `Resource` is a tuple of `Field`s; headers, checks, payloads, templates and reference pages are all
derived from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

import polars as pl

from armbulk.i18n import Words


class FieldType(Enum):
    """What a value is: it decides the dtype, the Excel format and the word for people.

    dtypes of parsed columns: TEXT, IDENTIFIER → String; DATE → Date; AMOUNT → Decimal(38, 2);
    QUANTITY → Decimal(38, 6); INTEGER → Int64; FLAG → Boolean; TEXTS → List(String). TIME comes out of ARM only.
    """

    TEXT = Words("text", "tekst")
    IDENTIFIER = Words("identifier (kept as text)", "identifikator (beholdes som tekst)")
    DATE = Words("date", "dato")
    AMOUNT = Words("amount, two decimals", "beløp, to desimaler")
    QUANTITY = Words("number, up to six decimals", "tall, inntil seks desimaler")
    INTEGER = Words("whole number", "heltall")
    BOOLEAN = Words("yes or no", "ja eller nei")
    TEXT_LIST = Words("several texts, separated by ; or line breaks", "flere tekster, skilt med ; eller linjeskift")
    TIME = Words("date and time", "dato og klokkeslett")


class Severity(StrEnum):
    """An error holds the record back; a warning never stops anything."""

    ERROR = "error"
    WARNING = "warning"


class FieldRole(Enum):
    """What armbulk does with a field on the way in."""

    WRITABLE = "sent"
    READ_ONLY = "computed"  # ARM works it out: recognised in a sheet, never sent
    PARENT_KEY = "parent"  # a line's reference to its document: finds the parent, is not part of the line's JSON


@dataclass(frozen=True, slots=True)
class Field:
    """One column and one JSON member of a resource.

    `path` is the dotted path inside ARM's object (`postalAddress.addressLine1`); `source` says what the
    path rests on: D documented, E seen in a published example, I inferred (the marks of the API notes).
    """

    name: str
    header: Words
    path: str
    type: FieldType
    help: Words
    example: str
    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    allowed_values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    role: FieldRole = FieldRole.WRITABLE
    source: str = "E"
    clearable: bool = True  # whether a change may blank it
    format: str | None = None  # one of resources.identifiers.FORMS
    format_when: tuple[tuple[str, tuple[str, ...]], ...] = ()  # only where these columns are blank or so


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-field rule: where `ok()` is false the finding `code` blames `field`.

    `ok` returns a Boolean expression over the resource's typed columns; null counts as fulfilled.
    """

    code: str
    field: str
    severity: Severity
    is_met: Callable[[], pl.Expr]


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter of a list: ARM's `param`, and the `path` in a record whose value it is compared with.

    With an empty `path` nothing in a record tells whether ARM heeded it. `whole` says that the values must be equal
    (case apart); otherwise the record's holds the other.
    """

    param: str
    path: str = ""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Listing:
    """How a resource is read as a list; `source` says what that rests on (see `Field`).

    `key`: paths that tell one record from another. `dates`: the parameters of a first and last day, and the path of
    the day they are about. `period`: parameters and paths of a ledger year and period. `splits`: filters by whose
    values a window that is too large may be cut, besides days; `told_by`: another list that knows values of a filter.
    `also`: fields that can only be read. `options`: parameters every query carries. `changed_since`: the parameter of
    a moment after which records were made or changed; no list documents one.
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
    note: Words = field(default_factory=lambda: Words("", ""))


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of ARM record: its sheet, its key, its endpoint, its fields and rules.

    `wrapper` is the array's key in a batch body; `endpoint` the path under `/clients/{clientno}/`;
    `lines` the child resource whose PARENT field refers to `key`; `lines_path` its key in the JSON.
    """

    name: str
    title: Words
    sheet_names: tuple[str, ...]
    key: str
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    endpoint: str = ""
    json_array: str = ""
    lines: "Resource | None" = None
    lines_path: str = ""
    source: str = "E"
    listing: Listing | None = None
    updatable: bool = False  # ARM changes a record by the keys given (PUT)
    replaced_groups: tuple[str, ...] = ()  # JSON objects that ARM changes as a whole: what is not said becomes blank

    @property
    def readable(self) -> tuple[Field, ...]:
        """The fields of a record as ARM gives it: those that can be sent, and those that can only be read."""
        return (*self.fields, *(self.listing.read_only_fields if self.listing else ()))

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError if there is none."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def partial(self) -> "Resource":
        """The same for a change of what ARM holds: only the key has to be there."""
        if not self.updatable:
            return self
        fields = tuple(replace(one, required=one.required and one.name == self.key) for one in self.fields)
        return replace(self, fields=fields)
