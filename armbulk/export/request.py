"""What an export asks for, out of what its caller said: which list, which part of it, which columns, which file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from armbulk.errors import UsageError
from armbulk.export.partition import Partition, filters_by_param, month_bounds
from armbulk.mapping.headers import fold_header
from armbulk.model.fields import Field, Filter, Listing, Resource
from armbulk.resources import EXPORTS
from armbulk.writers.tables import DIALECTS, FORMATS


@dataclass(frozen=True, slots=True)
class ExportArguments:
    """What the caller said."""

    target: Path
    period: str | None = None
    year: int | None = None
    first: date | None = None
    last: date | None = None
    where: tuple[str, ...] = ()
    columns: str | None = None
    dialect: str = DIALECTS[0]
    since: str | None = None


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A question to ARM, and where its answer goes. `ignored`: filters ARM has none for; they are applied here.

    `since`: only what is new or changed since the last complete export of the same is wanted.
    """

    resource: Resource
    listing: Listing
    root: Partition
    ignored: frozenset[str]
    columns: tuple[str, ...]
    target: Path
    dialect: str
    since: bool = False

    @property
    def raw(self) -> bool:
        """Whether the records are wanted as ARM wrote them."""
        return self.target.suffix.lower() == ".jsonl"


def build_request(name: str, given: ExportArguments) -> ExportRequest:
    """Make a question of what was said; UsageError tells what cannot be asked."""
    resource = EXPORTS[name]
    if resource.listing is None:
        raise UsageError("no-list", f"{name} cannot be listed")
    if given.target.suffix[1:].lower() not in FORMATS:
        endings = " ".join(f".{form}" for form in FORMATS)
        raise UsageError(
            "form-unknown", f"{given.target.name}: the ending must be one of {endings}", "Use -o FILE.xlsx"
        )
    listing, values, ignored = _where(resource, resource.listing, given.where)
    window = replace(_window(resource.listing, name, given), values=values)
    columns = _columns(resource, given.columns)
    if columns and given.target.suffix.lower() == ".jsonl":
        raise UsageError("columns-raw", "A .jsonl file holds the records as ARM wrote them", "Leave --columns out")
    since = given.since is not None
    return ExportRequest(resource, listing, window, ignored, columns, given.target, given.dialect, since)


def _window(listing: Listing, name: str, given: ExportArguments) -> Partition:
    """The days or the ledger's period that are asked for."""
    said = [one for one in (given.period, given.year, given.first or given.last) if one]
    if len(said) > 1:
        raise UsageError("window-twice", "Say one of --period, --year and --from/--to", "Leave the others out")
    if not said:
        return Partition()
    if given.first or given.last:
        if given.first and given.last and given.first > given.last:
            raise UsageError("window-empty", f"--from {given.first} is after --to {given.last}", "Turn them round")
        return _dated(listing, name, given.first, given.last)
    year, month = (given.year, None) if given.year else _period(given.period or "")
    if listing.period is not None:
        return Partition(year=year, period=month)
    first, last = month_bounds(year or 0, month or 1)[0], month_bounds(year or 0, month or 12)[1]
    return _dated(listing, name, first, last)


def _dated(listing: Listing, name: str, first: date | None, last: date | None) -> Partition:
    if listing.dates is None:
        raise UsageError(
            "window-unknown", f"{name} has no dates to choose by", "Leave --period, --year, --from, --to out"
        )
    return Partition(first=first, last=last)


def _period(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{4})-(\d{2})", text)
    if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1:
        raise UsageError("period-wrong", f"{text!r} is no period", "Write it like 2025-02")
    return int(found[1]), int(found[2])


def _where(
    resource: Resource, listing: Listing, said: Sequence[str]
) -> tuple[Listing, tuple[tuple[str, str], ...], frozenset[str]]:
    """The filters asked for: ARM's own, or a column's, which is then applied to what comes back."""
    values, own, ignored = [], [], set()
    for text in said:
        name, equals, value = text.partition("=")
        known = {fold_header(param): param for param in filters_by_param(listing)}
        if not equals or not value:
            raise UsageError("where-wrong", f"--where {text}", "Write it like --where customerno=543210")
        param = known.get(fold_header(name))
        if param is None:
            column = _named(resource.readable, name)
            if column is None:
                raise UsageError(
                    "where-unknown",
                    f"{name!r} is no column of {resource.name}",
                    f"`armbulk fields {resource.name}` lists them",
                )
            param = next((one.param for one in filters_by_param(listing).values() if one.path == column.path), None)
            if param is None:
                param = column.path.lower()
                own.append(Filter(param, column.path))
                ignored.add(param)
        values.append((param, value))
    return replace(listing, filters=(*listing.filters, *own)), tuple(values), frozenset(ignored)


def _columns(resource: Resource, said: str | None) -> tuple[str, ...]:
    chosen = []
    for name in (said or "").split(",") if said else ():
        found = _named(resource.readable, name.strip())
        if found is None:
            raise UsageError(
                "column-unknown",
                f"{name.strip()!r} is no column of {resource.name}",
                f"`armbulk fields {resource.name}` lists them",
            )
        chosen.append(found.name)
    return tuple(dict.fromkeys(chosen))


def _named(fields: Sequence[Field], name: str) -> Field | None:
    """The field that a name means: its own, a header in either language, or ARM's path."""
    wanted_name = fold_header(name)
    return next(
        (
            one
            for one in fields
            if wanted_name in {fold_header(text) for text in (one.name, one.path, one.header.en, one.header.no)}
        ),
        None,
    )
