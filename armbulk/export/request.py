"""What an export reads, built from its caller's arguments: the list, the slice of it, the columns, the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from armbulk.errors import UsageError
from armbulk.export.partition import filters_by_param, month_bounds
from armbulk.i18n import _
from armbulk.mapping.header_text import fold_header
from armbulk.model.fields import Field, Filter, Listing, Resource
from armbulk.model.partition import Partition
from armbulk.resources import EXPORTS
from armbulk.writers.tables import CSV_DIALECT_NAMES, FILE_FORMATS


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """The caller's arguments, as on the command line.

    Attributes:
        target: the file to write; its ending chooses the format.
        period: period of the ledger, or month: `2025-02`.
        year: year of the ledger, or calendar year.
        first: first day.
        last: last day.
        where: conditions, each `NAME=VALUE`.
        columns: names of columns, separated by commas.
        dialect: how a csv file is written.
        since: `last` for the records that are new or changed since the last export.
        max_requests: the most requests the export may make; None: what costs much is asked about.
    """

    target: Path
    period: str | None = None
    year: int | None = None
    first: date | None = None
    last: date | None = None
    where: tuple[str, ...] = ()
    columns: str | None = None
    dialect: str = CSV_DIALECT_NAMES[0]
    since: str | None = None
    max_requests: int | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where to.

    Attributes:
        resource: what the records are.
        listing: the list to read.
        root: the slice of the list.
        ignored: filters ARM does not have; they are applied to the records it returns.
        columns: names of columns to write, in this order; all when empty.
        target: the file to write.
        dialect: how a csv file is written.
        only_changes: write only what is new or changed since the last complete export of the same.
        max_requests: the most requests the export may make; None: what costs much is asked about.
        purpose: what else than an export reads the list: its pages are kept apart.
    """

    resource: Resource
    listing: Listing
    root: Partition
    ignored: frozenset[str]
    columns: tuple[str, ...]
    target: Path
    dialect: str
    only_changes: bool = False
    max_requests: int | None = None
    purpose: str = ""

    @property
    def is_raw(self) -> bool:
        """Whether the records are written as ARM wrote them."""
        return self.target.suffix.lower() == ".jsonl"


def build_list_request(name: str, arguments: ExportArguments) -> ExportRequest:
    """Return the request for an export of the resource `name`; UsageError when the arguments do not fit together."""
    resource = EXPORTS[name]
    if resource.listing is None:
        raise UsageError("no-list", _("'{name}' cannot be exported as a list", name=name))
    verify_format(arguments.target)
    listing, values, ignored = _parse_conditions(resource, resource.listing, arguments.where)
    root = replace(_choose_slice(resource.listing, name, arguments), values=values)
    columns = _parse_columns(resource, arguments.columns)
    if columns and arguments.target.suffix.lower() == ".jsonl":
        raise UsageError(
            "columns-raw",
            _("A .jsonl file always has the complete records as ARM returned them"),
            _("Remove --columns, or export to .xlsx or .csv"),
        )
    only_changes = arguments.since is not None
    return ExportRequest(
        resource,
        listing,
        root,
        ignored,
        columns,
        arguments.target,
        arguments.dialect,
        only_changes,
        arguments.max_requests,
    )


def verify_format(target: Path) -> None:
    """Make sure that the ending of a file names a format; UsageError otherwise."""
    if target.suffix[1:].lower() not in FILE_FORMATS:
        endings = " ".join(f".{file_format}" for file_format in FILE_FORMATS)
        raise UsageError(
            "form-unknown",
            _("{name}: the file name must end in one of {endings}", name=target.name, endings=endings),
            _("Use -o FILE.xlsx"),
        )


def _choose_slice(listing: Listing, name: str, arguments: ExportArguments) -> Partition:
    """The days, or the period of the ledger, that the arguments name."""
    choices = (arguments.period, arguments.year, arguments.first or arguments.last)
    options = [option for option in choices if option is not None]
    if len(options) > 1:
        raise UsageError(
            "window-twice", _("Only one of --period, --year and --from/--to can be used"), _("Remove the others")
        )
    if not options:
        return Partition()
    first, last = arguments.first, arguments.last
    if first or last:
        if first and last and first > last:
            raise UsageError(
                "window-empty",
                _("--from {first:date} is after --to {last:date}", first=first, last=last),
                _("Swap the two dates"),
            )
        return _slice_by_days(listing, name, first, last)
    year, month = (arguments.year, None) if arguments.year is not None else _parse_period(arguments.period or "")
    if listing.period is not None:
        return Partition(year=year, period=month)
    first, last = month_bounds(year or 0, month or 1)[0], month_bounds(year or 0, month or 12)[1]
    return _slice_by_days(listing, name, first, last)


def _slice_by_days(listing: Listing, name: str, first: date | None, last: date | None) -> Partition:
    if listing.dates is None:
        raise UsageError(
            "window-unknown",
            _("'{name}' has no date to filter by", name=name),
            _("Remove --period, --year, --from and --to"),
        )
    return Partition(first=first, last=last)


def _parse_period(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1:
        raise UsageError(
            "period-wrong", _("'{text}' is not a valid period", text=text), _("Use YYYY-MM, for example 2025-02")
        )
    return int(match[1]), int(match[2])


def _parse_conditions(
    resource: Resource, listing: Listing, conditions: Sequence[str]
) -> tuple[Listing, tuple[tuple[str, str], ...], frozenset[str]]:
    """The conditions as values of filters.

    Returns:
        The listing with further filters for columns ARM cannot filter by; parameters and values; those filters' names.
    """
    filters = filters_by_param(listing)
    params = {fold_header(param): param for param in filters}
    values, own, ignored = [], [], set()
    for condition in conditions:
        name, equals, value = condition.partition("=")
        if not equals or not value:
            raise UsageError(
                "where-wrong",
                _("--where {condition} is not a valid condition", condition=condition),
                _("Use NAME=VALUE, for example --where customerno=543210"),
            )
        param = params.get(fold_header(name))
        if param is None:
            column = _find_field(resource.readable, name)
            if column is None:
                raise _unknown_column("where-unknown", name, resource)
            param = next((filter_.param for filter_ in filters.values() if filter_.path == column.path), None)
            if param is None:
                param = column.path.lower()
                own.append(Filter(param, column.path))
                ignored.add(param)
        values.append((param, value))
    return replace(listing, filters=(*listing.filters, *own)), tuple(values), frozenset(ignored)


def _parse_columns(resource: Resource, text: str | None) -> tuple[str, ...]:
    chosen = []
    for name in (text or "").split(",") if text else ():
        column = _find_field(resource.readable, name.strip())
        if column is None:
            raise _unknown_column("column-unknown", name.strip(), resource)
        chosen.append(column.name)
    return tuple(dict.fromkeys(chosen))


def _unknown_column(code: str, name: str, resource: Resource) -> UsageError:
    message = _("'{name}' is not a column of {resource}", name=name, resource=resource.name)
    return UsageError(code, message, _("List the columns with: armbulk fields {name}", name=resource.name))


def _find_field(fields: Sequence[Field], name: str) -> Field | None:
    """The field with this name: its own, its header in either language, or its path."""
    folded = fold_header(name)
    for known in fields:
        if folded in {fold_header(text) for text in (known.name, known.path, *known.header.all())}:
            return known
    return None
