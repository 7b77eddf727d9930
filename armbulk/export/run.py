"""Everything out: a list read whole, proven, and written into a file; or its price."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import polars as pl

from armbulk.arm.decode import INTERNAL_COLUMNS, PARENT_INDEX, RAW_JSON, ROW_INDEX, RecordDecoder
from armbulk.clock import iso
from armbulk.context import Context, connect
from armbulk.errors import LoginError, Unfinished
from armbulk.export.checkpoint import Checkpoint, PartitionStatus
from armbulk.export.checkpoint import purge_checkpoints as purge_parts
from armbulk.export.fetcher import Fetcher
from armbulk.export.incremental import GONE_FILE, OVERLAP, PreviousExport
from armbulk.export.page_reader import PageReader
from armbulk.export.partition import inside
from armbulk.export.request import ExportRequest
from armbulk.export.snapshot import purge_snapshots as purge_memories
from armbulk.model.columns import ColumnStats, ColumnSums, ExportColumn
from armbulk.model.fields import Field, Filter
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import Progress
from armbulk.model.system import ReceivablesSystem
from armbulk.quota.limits import Account, Priority, QuotaForecast
from armbulk.rate_limited import RateLimitedClient
from armbulk.store import Store
from armbulk.validation import edits
from armbulk.writers import tables as files
from armbulk.writers.provenance import client_hash
from armbulk.writers.table_stream import TableStream, larger

FOLDER = "exports"
"""Where in armbulk's folder the parts of an export are kept until it is done."""

STALE = 7 * 86_400.0
"""Seconds after which what an unfinished export has read is too old to go on with."""

Tell = Callable[[Progress], None]


@dataclass(slots=True)
class FetchedList:
    """What was read, as tables: those of the records, and of their lines where they have some."""

    want: ExportRequest
    parts: Checkpoint
    items: ColumnStats
    lines: ColumnStats
    rows: int = 0
    line_rows: int = 0
    unchecked: dict[str, int] = field(default_factory=dict)  # what narrows the window → records that do not say
    sums: ColumnSums = field(default_factory=ColumnSums)

    def pages(self) -> Iterator[tuple[pl.DataFrame, pl.DataFrame | None]]:
        """The records that were asked for, page by page, each once, with their lines."""
        here = {name: test for name, test in self._tests.items() if name in self.parts.ignored}
        for items, lines in larger((items, lines) for _, items, lines in self.parts.kept()):
            kept = items.filter(_usable(here, items)) if here else items
            yield (
                kept,
                lines.filter(pl.col(PARENT_INDEX).is_in(kept[ROW_INDEX].implode())) if lines is not None else None,
            )

    @property
    def _tests(self) -> dict[str, pl.Expr]:
        return inside(self.want.root, self.want.listing)

    def look_through(self) -> None:
        """Find out what the columns hold, how many rows there are, and whether all of them say where they belong."""
        tests = self._tests
        for items, lines in self.pages():
            self.items.see(items.drop(INTERNAL_COLUMNS, strict=False))
            self.rows += items.height
            for name, test in tests.items():
                silent = items.filter(~_said(test, items)).height
                self.unchecked[name] = self.unchecked.get(name, 0) + silent
            if lines is not None:
                self.lines.see(lines.drop(INTERNAL_COLUMNS, strict=False))
                self.line_rows += lines.height

    def streams(self, lang: str) -> list[TableStream]:
        """The tables as they go into a file."""
        resource = self.want.resource
        found = [TableStream(resource.title.text(lang), self._chosen(), self.rows, self._items)]
        if resource.lines is not None and not self.want.columns:
            columns = tuple(self.lines.columns.values())
            found.append(TableStream(resource.lines.title.text(lang), columns, self.line_rows, self._lines))
        return found

    def _chosen(self) -> tuple[ExportColumn, ...]:
        columns = {one.name: one for one in self.items.columns.values()}
        return tuple(columns[name] for name in self.want.columns) if self.want.columns else tuple(columns.values())

    def _items(self) -> Iterator[pl.DataFrame]:
        return (items for items, _ in self.pages())

    def _lines(self) -> Iterator[pl.DataFrame]:
        return (lines for _, lines in self.pages() if lines is not None)

    def raw(self) -> Iterator[pl.Series]:
        """The records as ARM wrote them."""
        return (items[RAW_JSON] for items, _ in self.pages())

    def add_up(self, see: Callable[[pl.DataFrame, pl.DataFrame | None], None] = lambda *_: None) -> None:
        """The control totals; `see` is shown the same pages by the way."""
        for items, lines in self.pages():
            self.sums.add(items, self.items.columns)
            see(items, lines)


def _usable(tests: dict[str, pl.Expr], items: pl.DataFrame) -> pl.Expr:
    known = [
        test.fill_null(value=False) for test in tests.values() if set(test.meta.root_names()) <= set(items.columns)
    ]
    return pl.all_horizontal(known) if known else pl.lit(value=True)


def _said(test: pl.Expr, items: pl.DataFrame) -> pl.Expr:
    """Whether a record says what the test asks of it."""
    return test.is_not_null() if set(test.meta.root_names()) <= set(items.columns) else pl.lit(value=False)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """An export as it ended. `agrees`: nothing it was tied to says otherwise."""

    said: dict[str, Any]
    complete: bool
    agrees: bool = True


def export(bench: Context, want: ExportRequest, lang: str, *, waits: bool, fresh: bool, tell: Tell) -> ExportResult:
    """Read what is wanted, prove it, write it; what was read stays on disk until the file is whole."""
    question, want = question_of(bench.profile.account, want), _narrowed(bench, want)
    with ExportSession(bench, want, waits, tell) as session, previous_export(session, question) as past:
        gathered = fetch_list(session, fresh=fresh, past=past)
        said = to_json(gathered, lang)
        target = named(want.target, complete=said["complete"])
        if want.since:
            past.compare(gathered.pages, gathered.rows)
            said["since"] = past.told(complete=said["complete"])
        paths = _write(bench, gathered, target, lang, past if want.since else None)
        if said["complete"]:
            remember(session, past)
        session.done = bool(said["complete"])
    return ExportResult({**said, "files": [str(path) for path in paths]}, complete=said["complete"])


def fetch_list(session: "ExportSession", *, fresh: bool, past: PreviousExport | None = None) -> FetchedList:
    """Read what a session wants, or the rest of it, and look through it all; `past` sees it by the way."""
    want, parts, now = session.want, session.parts, session.bench.clock.now()
    if fresh or now - parts.fact("begun", now) > STALE:
        parts.forget()
    parts.note("begun", parts.fact("begun", now))
    session.fetching.begin(want.root, want.ignored)
    session.fetching.run()
    gathered = FetchedList(want, parts, ColumnStats.of(want.resource.readable), ColumnStats.of(_line_fields(want)))
    gathered.look_through()
    if past is None:
        gathered.add_up()
    else:
        past.begin(gathered.items.columns.values())
        gathered.add_up(past.see)
    return gathered


def previous_export(session: "ExportSession", question: str) -> PreviousExport:
    """What the last complete export of a question held, to be compared with, and to be remembered anew."""
    want, path = session.want, session.parts.path
    partly = want.listing.changed_since in dict(want.root.values)
    return PreviousExport(path.parent, question, path.stem, want.resource, partly)


def remember(session: "ExportSession", past: PreviousExport) -> None:
    """Remember what a session read whole, once its file is there."""
    now = session.bench.clock.now()
    past.keep(session.parts.fact("begun", now), now)


def named(target: Path, *, complete: bool) -> Path:
    """The name of a file: one that is not complete says so."""
    return target if complete else files.beside_it(target, ".incomplete")


def _base(want: ExportRequest, shown: TableStream, account: Account) -> list[TableStream]:
    """What can go back as a change is kept as it was, hidden: only what differs from it is sent."""
    key = want.resource.field(want.resource.key).path
    if not want.resource.updatable or key not in {one.path for one in shown.columns}:
        return []
    columns = (*shown.columns, ExportColumn(edits.export_marker(client_hash(account)), None))
    return [replace(shown, title=edits.SHEET, columns=columns, hidden=True)]


def _write(bench: Context, gathered: FetchedList, target: Path, lang: str, past: PreviousExport | None) -> list[Path]:
    """Write the file, or files; with a `past` only what has changed since, and the keys of what is gone."""
    want, clock = gathered.want, bench.clock
    gone = past is not None and not past.partly and target == want.target
    if not want.raw:
        streams = gathered.streams(lang)
        if past:
            streams = past.streams(streams, gathered.pages, lang, target.suffix[1:].lower(), gone=gone)
        if target.suffix.lower() == ".xlsx":
            streams = [*streams, *_base(want, streams[0], bench.profile.account)]
        return files.write_tables(target, streams, want.dialect, lang, clock)
    if past is None:
        return files.write_raw(target, gathered.raw(), clock)
    paths = files.write_raw(target, past.raw(gathered.pages), clock)
    return paths + (files.write_raw(files.beside_it(target, GONE_FILE), past.raw_gone(), clock) if gone else [])


def plan(bench: Context, want: ExportRequest, *, tell: Tell) -> dict[str, Any]:
    """Ask ARM how large the parts are, and price the rest: a few small calls, nothing is read in full."""
    with ExportSession(bench, want, waits=True, tell=tell) as session:
        return price(session, measure(session))


@dataclass(frozen=True, slots=True)
class ExportSize:
    """How large a list is, and what of it is left to read: the records on each page."""

    records: int
    windows: int
    pages: tuple[int, ...]
    spent: ApiUsage


def measure(session: "ExportSession") -> ExportSize:
    """Ask ARM how large the parts of a list are."""
    parts, fetching = session.parts, session.fetching
    fetching.begin(session.want.root, session.want.ignored)
    fetching.measure()
    waiting = parts.all(PartitionStatus.TODO, PartitionStatus.READING)
    records = sum(
        one.total or 0
        for one in parts.all()
        if one.state not in {PartitionStatus.PARTITIONED, PartitionStatus.TRUNCATED}
    )
    left = [max(min(one.total or 0, one.cap) - one.got, 0) for one in waiting]
    pages = tuple(min(fetching.size, rest - at) for rest in left for at in range(0, rest, fetching.size))
    return ExportSize(records, len(waiting), pages, parts.spent)


def price(session: "ExportSession", own: ExportSize, beside: Sequence[ExportSize] = ()) -> dict[str, Any]:
    """What is left to read costs, of a list and of those that are read `beside` it; and when it is done."""
    bench, sized = session.bench, (own, *beside)
    pages = [records for one in sized for records in one.pages]
    finishes = _finish(session.store, bench, pages)
    return {
        "resource": session.want.resource.name,
        "window": session.want.root.told(),
        "records": own.records,
        "windows": sum(one.windows for one in sized),
        "cost": ApiUsage(len(pages), sum(pages)).meters(),
        "spent": sum((one.spent for one in sized), ApiUsage()).meters(),
        "finishes": iso(finishes),
        "seconds": round(finishes - bench.clock.now(), 1) if finishes < float("inf") else None,
    }


def _finish(store: Store, bench: Context, pages: Sequence[int]) -> float:
    """When the last page can have been read, by what the meters hold now."""
    at, limits = bench.clock.now(), bench.profile.limits
    ahead = QuotaForecast(store.usage(bench.profile.account), limits)
    for records in pages:
        at = ahead.earliest_time(ApiUsage(1, records), at, Priority.NORMAL)
        if at == float("inf"):
            break
        ahead.add(ApiUsage(1, records), at)
    return at


@dataclass(slots=True)
class ExportSession:
    """What an export works with while it is under way; `done` takes the parts away at the end."""

    bench: Context
    want: ExportRequest
    waits: bool
    tell: Tell
    store: Store = field(init=False)
    parts: Checkpoint = field(init=False)
    fetching: Fetcher = field(init=False)
    arm: ReceivablesSystem = field(init=False)
    done: bool = False

    def __enter__(self) -> Self:
        profile, clock, want = self.bench.profile, self.bench.clock, self.want
        self.parts = Checkpoint(profile.home / FOLDER, _name(profile.account, want))
        self.store = self.bench.store()
        _take_over(self.store, profile.account)
        self.arm = connect(self.bench)
        metered = RateLimitedClient(
            self.store, self.arm, clock, profile.account, profile.limits, priority=Priority.NORMAL
        )
        table = RecordDecoder(want.resource, want.listing, want.raw)
        asking = PageReader(metered, table, self.parts.spend, self.waits, profile.poll_seconds, self.tell)
        today = datetime.fromtimestamp(clock.now(), UTC).date()
        self.fetching = Fetcher(asking, self.parts, table, today, self.tell)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.arm.close()
        self.store.close()
        self.parts.close(done=self.done and error is None)
        if isinstance(error, LoginError):
            error.hint = "Check the base URL, the client number and the credentials; what was read is kept"


def _take_over(store: Store, account: Account) -> None:
    """What processes that ended have left open in the meters is charged, unless one is at work just now."""
    try:
        with store.lock(account, 0):
            store.charge_orphans(account)
    except Unfinished:
        return


def _name(account: Account, want: ExportRequest) -> str:
    """The export's own name: the same question has the same."""
    asked = [account.origin, account.client_no, want.resource.name, want.root.plain(), sorted(want.ignored), want.raw]
    return f"{want.resource.name}-{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]}"


def question_of(account: Account, want: ExportRequest) -> str:
    """What is remembered under one name: an export's answer, whatever its columns and form."""
    window = want.root.plain()
    window["values"] = sorted(window["values"])
    asked = [account.origin, account.client_no, want.resource.name, window]
    return f"{want.resource.name}-{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:24]}"


def _narrowed(bench: Context, want: ExportRequest) -> ExportRequest:
    """Ask only for what has changed since the last export, where ARM has a filter for that."""
    param, profile = want.listing.changed_since, bench.profile
    begun = (
        PreviousExport.begun(profile.home / FOLDER, question_of(profile.account, want))
        if want.since and param
        else None
    )
    if begun is None:
        return want
    moment = (param, str(iso(begun - OVERLAP)))
    listing = replace(want.listing, filters=(*want.listing.filters, Filter(param)))
    return replace(want, listing=listing, root=replace(want.root, values=(*want.root.values, moment)))


def _line_fields(want: ExportRequest) -> tuple[Field, ...]:
    return want.resource.lines.fields if want.resource.lines else ()


def to_json(gathered: FetchedList, lang: str) -> dict[str, Any]:
    """Say what was read, as the JSON contract of `armbulk export` does."""
    parts, want = gathered.parts, gathered.want
    gaps = [
        {"window": one.window.told(), "expected": one.total, "got": one.got, "why": one.why}
        for one in parts.all(PartitionStatus.INCOMPLETE)
    ]
    for name, silent in gathered.unchecked.items():
        if silent and (silent == gathered.rows or name in parts.ignored):
            why = f"{silent} records do not say whether they belong to it ({name})"
            gaps.append({"window": want.root.told(), "expected": None, "got": gathered.rows, "why": why})
    read = parts.all(PartitionStatus.DONE, PartitionStatus.INCOMPLETE, PartitionStatus.TRUNCATED)
    return {
        "resource": want.resource.name,
        "rows": gathered.rows,
        "files": [],
        "complete": not gaps,
        "windows": len(read),
        "cost": parts.spent.meters(),
        "totals": gathered.sums.told(),
        "tie_out": None,
        "since": None,
        "window": want.root.told(),
        "lines": gathered.line_rows if want.resource.lines else None,
        "gaps": gaps,
        "applied_here": sorted(parts.ignored),
        "as_text": [
            {"column": one.header(lang), "values": one.others}
            for one in (*gathered.items.columns.values(), *gathered.lines.columns.values())
            if one.others
        ],
        "unknown": [path for path, one in gathered.items.columns.items() if one.field is None],
    }


def purge_exports(home: Path, before: float) -> int:
    """Take away what unfinished exports have left, where nobody has touched it since `before`."""
    return purge_parts(home / FOLDER, before)


def forget_partial_exports(home: Path, before: float) -> int:
    """Take away what exports are compared with, where it was not renewed since `before`."""
    return purge_memories(home / FOLDER, before)
