"""The month-end: the postings of a period, tied out, in a workbook of their own; and the pack that closes the month.

Everything else that is exported goes through here to `exporting` as it is.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from armbulk.context import Context
from armbulk.errors import ForbiddenError, ServerError, UsageError
from armbulk.export import run
from armbulk.export.partition import Partition
from armbulk.export.request import ExportArguments, ExportRequest, build_request
from armbulk.export.run import ExportResult, ExportSize, FetchedList, OnProgress
from armbulk.month_end.ar_sheets import aged_leaf, open_items, owed_leaf, owed_sections
from armbulk.month_end.first_export import first_seen, somebody
from armbulk.month_end.gl_sheets import About, by_account, by_type, front, tie_leaf, word
from armbulk.month_end.receivables import Receivables, against_ledger, receivables
from armbulk.month_end.tie_out import ABSENT, MonthEndLists, TieOut, added_up, tied_out
from armbulk.month_end.turnover import Turnover, whole_periods
from armbulk.settings.load import DEFAULTS
from armbulk.writers import tables as files
from armbulk.writers.report_sheets import ReportSheet, painter, summary
from armbulk.writers.table_stream import TableStream

CLOSE = "close"
"""What the pack is called on the command line."""


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """What an export is to hold: a list; for the pack, what belongs to it as well."""

    request: ExportRequest
    close: bool = False
    accounts: tuple[str, ...] = ()  # receivable accounts, as said

    @property
    def is_gl_items(self) -> bool:
        """Whether it is the ledger's postings, which are tied out."""
        return self.request.resource.name == "gl-items"


def build_close_request(resource: str, given: ExportArguments, accounts: Sequence[str] = ()) -> CloseRequest:
    """Make a question of what was said; UsageError tells what cannot be asked."""
    if resource != CLOSE:
        if accounts:
            raise UsageError(
                "accounts-unused", "--receivable-account belongs to `armbulk export close`", "Leave it out"
            )
        return CloseRequest(build_request(resource, given))
    if given.target.suffix.lower() != ".xlsx":
        raise UsageError("close-form", f"{given.target.name}: the close pack is a workbook", "Use -o FILE.xlsx")
    more = (given.year, given.first, given.last, given.where, given.columns, given.since)
    if not given.period or any(more):
        raise UsageError(
            "close-period",
            "The close pack is of one whole period",
            "Say --period 2025-02, and nothing else to choose by",
        )
    return CloseRequest(build_request("gl-items", given), close=True, accounts=tuple(dict.fromkeys(accounts)))


# ── the price ───────────────────────────────────────────────────────────────────────────────────────────────────


def plan_export(context: Context, close_request: CloseRequest, *, on_progress: OnProgress) -> dict[str, Any]:
    """Price an export with all that is read beside it: a few small calls, nothing is read in full."""
    if not close_request.is_gl_items or close_request.request.since:
        return run.plan(context, close_request.request, tell=on_progress)
    with ExitStack() as stack:
        lists = MonthEndLists(
            context, close_request.request.target, waits=True, fresh=False, tell=on_progress, stack=stack
        )
        session = lists.open(close_request.request)
        own = run.measure(session)
        beside = _beside(lists, close_request)
        said = run.price(session, own, list(beside.values()))
    resource = CLOSE if close_request.close else said["resource"]
    return {**said, "resource": resource, "beside": {name: one.records for name, one in beside.items()}}


def _beside(lists: MonthEndLists, asked: CloseRequest) -> dict[str, ExportSize]:
    """How large the other lists are; those that ARM does not have are left out."""
    root, found = asked.request.root, {}
    wants = {"gl-movements": lists.beside("gl-movements", root)} if whole_periods(root) else {}
    if asked.close:
        wants |= {name: lists.beside(name, Partition()) for name in ("ar-items", "insights")}
    for name, want in wants.items():
        try:
            found[name] = run.measure(lists.open(want))
        except (ServerError, ForbiddenError) as error:
            if isinstance(error, ServerError) and error.code not in ABSENT:
                raise
    if asked.close and "gl-movements" not in found:
        chosen: list[tuple[tuple[str, str], ...]] = [(("glaccountno", one),) for one in asked.accounts]
        for values in chosen or [()]:
            history = run.measure(lists.open(lists.beside("gl-items", Partition(values=values))))
            found["gl-items of all time" + "".join(f" {one}" for _, one in values)] = history
    return found


# ── the export ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Closing:
    """A month-end as it comes about."""

    asked: CloseRequest
    gathered: FetchedList
    turnover: Turnover
    said: dict[str, Any]
    tie_out: TieOut = field(default_factory=TieOut)
    owed: Receivables | None = None

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """Whatever could not be proven to be there."""
        return [*self.said["gaps"], *(self.owed.gaps if self.owed else ())]

    @property
    def agrees(self) -> bool:
        """Whether no tie-out found a difference."""
        return self.tie_out.agrees and (self.owed is None or self.owed.agrees)

    def report(self, lists: MonthEndLists, lang: str) -> dict[str, Any]:
        """All of it, as the JSON contract of `armbulk export` says it."""
        more: dict[str, Any] = {"cost": lists.spent, "tie_out": self.tie_out.said(lang)}
        if self.owed is not None:
            windows = self.said["windows"] + run.to_json(self.owed.gathered, lang)["windows"]
            more |= {"resource": CLOSE, "gaps": self.gaps, "complete": not self.gaps, "windows": windows}
            more["receivables"] = self.owed.said(lang)
        return {**self.said, **more}


def run_export(
    context: Context, close_request: CloseRequest, lang: str, *, waits: bool, fresh: bool, on_progress: OnProgress
) -> ExportResult:
    """Read what is wanted, prove it, tie it out, write it."""
    if not close_request.is_gl_items or close_request.request.since:
        return run.export_list(context, close_request.request, lang, waits=waits, fresh=fresh, on_progress=on_progress)
    with ExitStack() as stack:
        lists = MonthEndLists(
            context, close_request.request.target, waits=waits, fresh=fresh, tell=on_progress, stack=stack
        )
        session = lists.open(close_request.request)
        past = stack.enter_context(
            run.previous_export(session, run.question_of(context.profile.account, close_request.request))
        )
        closing = _read(lists, close_request, run.fetch_list(session, fresh=fresh, past=past), lang)
        said = closing.report(lists, lang)
        target = run.named(close_request.request.target, complete=said["complete"])
        paths = _write(context, closing, target, lang)
        if said["complete"]:
            lists.done()
            if not close_request.close:
                run.remember(session, past)
    return ExportResult({**said, "files": [str(path) for path in paths]}, said["complete"], closing.agrees)


def _read(lists: MonthEndLists, asked: CloseRequest, gathered: FetchedList, lang: str) -> _Closing:
    """Read the other lists after the postings: the movements after what they are compared with."""
    turnover = added_up(gathered)
    closing = _Closing(asked, gathered, turnover, run.to_json(gathered, lang))
    owed = receivables(lists, gathered) if asked.close else None
    closing.tie_out = tied_out(lists, gathered, turnover)
    if owed is not None:
        closing.owed = against_ledger(lists, owed, asked.accounts, gathered, turnover, closing.tie_out)
    return closing


def _write(bench: Context, closing: _Closing, target: Path, lang: str) -> list[Path]:
    want = closing.asked.request
    if want.raw:
        return files.write_raw(target, closing.gathered.raw(), bench.clock)
    if target.suffix.lower() != ".xlsx":
        return files.write_tables(target, closing.gathered.streams(lang), want.dialect, lang, bench.clock)
    streams = _streams(closing, lang)
    about = _about(bench, closing)
    at = first_seen(bench.profile.home / run.EXPORTS_FOLDER, _digest(closing, about), bench.clock.now())
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    sections = owed_sections(closing.owed, lang) if closing.owed else ()
    name, title, parts = front(
        replace(about, when=when), closing.gathered, closing.turnover, closing.gaps, closing.tie_out, sections, lang
    )
    return files.write_tables(target, streams, want.dialect, lang, bench.clock, summary(name, title, parts))


def _streams(closing: _Closing, lang: str) -> list[TableStream]:
    """The long tables, each with the small sheets that follow it."""
    (items,) = closing.gathered.streams(lang)
    leaves = [by_account(closing.turnover, lang), by_type(closing.turnover, lang),
              tie_leaf(closing.tie_out, closing.gaps, lang)]  # fmt: skip
    found = [replace(items, title=word("items", lang), after=_after(leaves))]
    if closing.owed is not None:
        more = [aged_leaf(closing.owed, lang), owed_leaf(closing.owed, lang)]
        found.append(replace(open_items(closing.owed, lang), after=_after(more)))
    return found


def _after(leaves: Sequence[ReportSheet]) -> Any:
    def paint(book: Any) -> None:
        for leaf in leaves:
            painter(leaf)(book)

    return paint


def _about(bench: Context, closing: _Closing) -> About:
    profile = bench.profile
    by = profile.user_id if profile.user_id != DEFAULTS["user_id"] else somebody() or profile.user_id
    window = closing.asked.request.root.describe()
    return About(window, profile.client_no, profile.name, by, "", close=closing.asked.close)


def _digest(closing: _Closing, about: About) -> str:
    """What tells this content from any other: every row, every figure, and whose it is."""
    found = hashlib.sha256(repr(about).encode())
    facts: list[Any] = [closing.asked.request.columns, closing.tie_out.said("en"), closing.gaps]
    facts += [closing.owed.said("en"), closing.owed.intervals] if closing.owed else []
    found.update(json.dumps(facts, default=_plain).encode())
    for stream in _streams(closing, "en"):
        for chunk in stream.chunks():
            found.update(chunk.write_csv(include_header=False).encode())
    return found.hexdigest()


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)
