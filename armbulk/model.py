"""The words everything else is said in: fields, resources, sheets and outcomes.

Pure data. A `Resource` is a tuple of `Field`s; headers, checks, payloads, templates and reference
pages are all derived from it, each in its own room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum

import polars as pl


class Lang(StrEnum):
    """The languages armbulk speaks."""

    EN = "en"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    no: str

    def text(self, lang: str) -> str:
        """Return the text in `lang` (`en` or `no`)."""
        return self.no if lang == Lang.NO else self.en


class Kind(Enum):
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
    FLAG = Words("yes or no", "ja eller nei")
    TEXTS = Words("several texts, separated by ; or line breaks", "flere tekster, skilt med ; eller linjeskift")
    TIME = Words("date and time", "dato og klokkeslett")


class Severity(StrEnum):
    """An error holds the record back; a warning never stops anything."""

    ERROR = "error"
    WARNING = "warning"


class Use(Enum):
    """What armbulk does with a field on the way in."""

    SENT = "sent"
    COMPUTED = "computed"  # ARM works it out: recognised in a sheet, never sent
    PARENT = "parent"  # a line's reference to its document: finds the parent, is not part of the line's JSON


@dataclass(frozen=True, slots=True)
class Field:
    """One column and one JSON member of a resource.

    `path` is the dotted path inside ARM's object (`postalAddress.addressLine1`); `source` says what the
    path rests on: D documented, E seen in a published example, I inferred (the marks of the API notes).
    """

    name: str
    header: Words
    path: str
    kind: Kind
    help: Words
    example: str
    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    one_of: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    use: Use = Use.SENT
    source: str = "E"
    clearable: bool = True  # whether a change may blank it
    form: str | None = None  # one of core.identifiers.FORMS
    form_where: tuple[tuple[str, tuple[str, ...]], ...] = ()  # only where these columns are blank or so


@dataclass(frozen=True, slots=True)
class Rule:
    """A cross-field rule: where `ok()` is false the finding `code` blames `field`.

    `ok` returns a Boolean expression over the resource's typed columns; null counts as fulfilled.
    """

    code: str
    field: str
    severity: Severity
    ok: Callable[[], pl.Expr]


@dataclass(frozen=True, slots=True)
class Filter:
    """One query parameter of a list: ARM's `param`, and the `path` in a record whose value it is compared with.

    With an empty `path` nothing in a record tells whether ARM heeded it. `whole` says that the values must be equal
    (case apart); otherwise the record's holds the other.
    """

    param: str
    path: str = ""
    whole: bool = True


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
    splits: tuple[str, ...] = ()
    told_by: tuple[tuple[str, str], ...] = ()
    also: tuple[Field, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    changed_since: str = ""
    cap: int = 10_000
    page: int = 1_000
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
    wrapper: str = ""
    lines: "Resource | None" = None
    lines_path: str = ""
    source: str = "E"
    listing: Listing | None = None
    updatable: bool = False  # ARM changes a record by the keys given (PUT)
    whole_groups: tuple[str, ...] = ()  # JSON objects that ARM changes as a whole: what is not said becomes blank

    @property
    def readable(self) -> tuple[Field, ...]:
        """The fields of a record as ARM gives it: those that can be sent, and those that can only be read."""
        return (*self.fields, *(self.listing.also if self.listing else ()))

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


@dataclass(frozen=True, slots=True)
class Reading:
    """What the caller said of the files: it settles what the files themselves leave open."""

    as_resource: str | None = None  # what the sheets hold
    encoding: str | None = None  # of CSV files
    hidden: str | None = None  # "include" or "skip" rows that Excel does not show; null: they are an error
    dates: str | None = None  # "dmy", "mdy" or "ymd": the order in dates such as 01/02/25
    decimal: str | None = None  # "," or ".": what the separator in 1.234 is
    pad_postal_codes: bool = False  # 150 in a number cell is 0150
    mapping: str | None = None  # a mapping file, or the name of one that comes with armbulk
    renames: dict[str, str] = field(default_factory=dict)  # header → field: what the user answered
    rules: Mapping[str, str] = field(default_factory=dict)  # code → error, warning or off: from the profile
    update: bool | None = None  # whether customers are changed, not created; null: nobody has said


AS_IT_STANDS = Reading()
"""Nothing was said: what the files leave open is a finding."""


CELL = pl.Enum(["text", "number", "padded", "percent", "date", "datetime", "time", "boolean", "error", "uncalculated"])
"""What a cell was in the file.

`padded`: a whole number whose format shows zeros in front (the text has them); `percent`: a number shown as per cent
(the text is the number itself, 0.25 for 25 %); `uncalculated`: a formula without a cached value.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something the reader saw that its user must know: it becomes a finding at its place.

    `row` and `column` as in a finding (null: the whole row or sheet); `code` is one of the catalogue.
    """

    code: str
    row: int | None = None
    column: str | None = None
    value: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it stands in a file, before any meaning is given to it.

    `frame`: `row` Int64 (the sheet's own row number; for csv the line number of the record's start), then
    for every used column a String column named by its Excel letter (`A`) holding the value's exact text
    (numbers as digits, dates as ISO text, booleans TRUE/FALSE, errors as #N/A) and a CELL column `A.cell`
    telling what the cell was. Blank cells are null in both. Wholly blank rows are absent; order is the file's.
    """

    file: str
    name: str
    frame: pl.DataFrame
    letters: tuple[str, ...]
    form: str  # "xlsx" or "csv"
    sha256: str = ""
    resource: str | None = None  # what the caller said it is (`--as`, `FILE#Sheet=RESOURCE`), if anything
    hidden_rows: frozenset[int] = frozenset()  # rows that Excel does not show: hidden by hand or by a filter
    merged: tuple[str, ...] = ()  # merged ranges, as `B3:C4`
    faults: tuple[Fault, ...] = ()  # what the reader saw, told with the other findings
    visible: bool = True
    mapped_by: str = ""  # the hash of the mapping it was read with
    base: "Sheet | None" = None  # the values as armbulk exported them, where the workbook is an export


class Outcome(StrEnum):
    """What became of a record. The JSON keys of `armbulk import`; with spaces, the words in the workbook."""

    CREATED = "created"
    CREATED_WITH_WARNINGS = "created_with_warnings"
    UPDATED = "updated"
    UPDATED_WITH_WARNINGS = "updated_with_warnings"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    HELD_BACK = "held_back"
    NOT_SENT = "not_sent"
    ALREADY_SENT = "already_sent"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"


WELL = frozenset(
    {
        Outcome.CREATED,
        Outcome.CREATED_WITH_WARNINGS,
        Outcome.UPDATED,
        Outcome.UPDATED_WITH_WARNINGS,
        Outcome.UNCHANGED,
        Outcome.ALREADY_SENT,
    }
)
"""Outcomes that leave nothing to do."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What something takes from ARM's acceptable use policy: requests, records read, records written."""

    requests: int = 0
    reads: int = 0
    writes: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Add meter by meter."""
        return Cost(self.requests + other.requests, self.reads + other.reads, self.writes + other.writes)

    def meters(self) -> dict[str, int]:
        """Return the amounts by meter name."""
        return {"requests": self.requests, "reads": self.reads, "writes": self.writes}


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of one resource, typed, from one or more sheets.

    `rows`: `sheet` UInt16 (index into the book's sheets), `row` Int64, then one typed column per field of
    `resource` (all of them, in order; a field without a column is all null); of an updatable resource `cleared`
    List(String) besides, the fields that are to be blank at ARM (null: none).
    `columns`: per sheet index, field name → Excel letter.
    """

    resource: Resource
    rows: pl.DataFrame
    columns: dict[int, dict[str, str]] = field(default_factory=dict)
