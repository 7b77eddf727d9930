"""The options for reading files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armbulk.model.known_codes import KnownCodes
from armbulk.model.known_customers import KnownCustomers


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user decided about the files: it settles what the files themselves leave open.

    The names of the fields are stored with a run.

    Attributes:
        as_resource: What the sheets contain.
        encoding: The encoding of CSV files.
        hidden: "include" or "skip" rows and columns that Excel does not show; None: they are an error.
        dates: "dmy", "mdy" or "ymd": the order in dates such as 01/02/25.
        decimal: "," or ".": the decimal separator, where 1.234 is unclear.
        pad_postal_codes: Whether 150 in a number cell is the postal code 0150.
        mapping: A mapping file, or the name of a mapping that comes with armbulk.
        saved_mappings: (index of a sheet, mapping file with what was decided about such headers).
        renames: Header → field, for headers that only resemble a known one.
        continuation_rows: SAME_AS_ABOVE: a line without a document number belongs to the document above; "stop", or
            None: it is an error.
        credit_due_dates: DOCUMENT_DATE: a credit note without a due date is due on its document date; "stop", or None:
            it is an error.
        unread_columns: Headers of columns that are not read.
        rules: Code → error, warning or off, from the profile.
        usual_dates: As `dates`, from the profile: where neither the option nor a mapping decides, and no date
            contradicts it.
        usual_decimal: As `decimal`, from the profile.
        update: Whether customers are changed, not created; None: not decided.
        attachments: Whether the files that documents name as attachments are looked for beside the workbook.
        known_customers: Customers that ARM is known to have; the session fills it in, it is not stored.
        known_codes: ARM's codes as they were read the last time; likewise.
    """

    as_resource: str | None = None
    encoding: str | None = None
    hidden: str | None = None
    dates: str | None = None
    decimal: str | None = None
    pad_postal_codes: bool = False
    mapping: str | None = None
    saved_mappings: Sequence[tuple[int, str]] = ()
    renames: dict[str, str] = field(default_factory=dict)
    continuation_rows: str | None = None
    credit_due_dates: str | None = None
    unread_columns: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    usual_dates: str | None = None
    usual_decimal: str | None = None
    update: bool | None = None
    attachments: bool = True
    known_customers: KnownCustomers | None = None
    known_codes: KnownCodes | None = None


DEFAULT_READ_OPTIONS = ReadOptions()
"""Nothing is decided: what the files leave open is a finding."""

DATE_ORDERS = ("dmy", "mdy", "ymd")
"""The values of `ReadOptions.dates`."""

DECIMAL_SEPARATORS = (",", ".")
"""The values of `ReadOptions.decimal`."""

SAME_AS_ABOVE = "same-as-above"
STOP = "stop"

CONTINUATION_ROWS = (SAME_AS_ABOVE, STOP)
"""The values of `ReadOptions.continuation_rows`."""

DOCUMENT_DATE = "document-date"

CREDIT_DUE_DATES = (DOCUMENT_DATE, "stop")
"""The values of `ReadOptions.credit_due_dates`."""

_OPTIONS = {"as_resource": "as", "unread_columns": "ignore-column"}
_SHOWN = ("mapping", "as_resource", "encoding", "dates", "decimal", "pad_postal_codes", "continuation_rows",
          "credit_due_dates", "unread_columns")  # fmt: skip


def list_read_options(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return how files were read, as options of a command: name → value.

    Args:
        stored: the fields of `ReadOptions` by name, as a run has them.
    """
    options = {_OPTIONS.get(name, name): stored[name] for name in _SHOWN if stored.get(name)}
    return options | ({f"{stored['hidden']}-hidden": True} if stored.get("hidden") else {})
