"""The lists of a month-end, one after the other, and the tie-out: the postings against ARM's own movements.

The movements are read after the postings. What is posted between the two readings shows as a difference, never as
agreement; read again, it is gone.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.context import Context
from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.partition import Partition
from armbulk.export.request import ExportRequest
from armbulk.export.run import ExportSession, FetchedList, fetch_list, to_json
from armbulk.i18n import Words
from armbulk.model.progress import Progress
from armbulk.month_end.turnover import (
    ACCOUNT,
    Comparison,
    Turnover,
    compare_with_movements,
    movements,
    text_column,
    whole_periods,
)
from armbulk.resources import EXPORTS

ABSENT = frozenset({"no-such-list", "list-refused"})
"""How it ends when ARM has no such list for this client: the month-end goes on without it."""

_NOT_WHOLE = Words(
    "the export is no whole ledger periods (say --period or --year, without --where)",
    "eksporten er ikke hele regnskapsperioder (si --period eller --year, uten --where)",
)
_NO_LIST = Words("ARM has no GL movements for this client: {}", "ARM har ingen hovedboksbevegelser for klienten: {}")
_UNREAD = Words("{} postings have no amount that can be read", "{} poster har ikke et beløp som kan leses")
_UNPROVEN = Words("ARM's list ({}) is not complete: {}", "ARMs liste ({}) er ikke komplett: {}")
_SILENT = Words("ARM's movements do not say by how much", "ARMs bevegelser sier ikke med hvor mye")


class Unavailable(Exception):  # noqa: N818 - a fact about ARM
    """Something cannot be told; `why` in words."""

    def __init__(self, why: Words) -> None:
        super().__init__(why.en)
        self.why = why


def filled(words: Words, *values: object) -> Words:
    """Words with their gaps filled."""
    return Words(words.en.format(*values), words.no.format(*values))


@dataclass(slots=True)
class MonthEndLists:
    """The lists of one month-end, one after the other; what was read is kept until the file is there."""

    bench: Context
    target: Path
    waits: bool
    fresh: bool
    tell: Callable[[Progress], None]
    stack: ExitStack
    sessions: list[ExportSession] = field(default_factory=list)

    def open(self, want: ExportRequest) -> ExportSession:
        """Begin a list, or go on with it."""
        session = self.stack.enter_context(ExportSession(self.bench, want, self.waits, self.tell))
        self.sessions.append(session)
        return session

    def read(self, want: ExportRequest) -> FetchedList:
        """Read a list whole."""
        return fetch_list(self.open(want), fresh=self.fresh)

    def read_after(self, want: ExportRequest, earlier: FetchedList) -> FetchedList:
        """Read a list whole, anew where another was read since: it must not be older. Unavailable when ARM has none."""
        session = self.open(want)
        mark = earlier.parts.spent.meters()
        if session.parts.fact("after", None) != mark:
            session.parts.forget()
            session.parts.note("after", mark)
        try:
            return fetch_list(session, fresh=False)
        except (ServerError, ForbiddenError) as error:
            if isinstance(error, ServerError) and error.code not in ABSENT:
                raise
            session.parts.forget()
            raise Unavailable(filled(_NO_LIST, error.message)) from None

    def beside(self, name: str, root: Partition) -> ExportRequest:
        """A question for another list."""
        resource = EXPORTS[name]
        listing = resource.listing
        if listing is None:
            raise AssertionError(name)
        return ExportRequest(resource, listing, root, frozenset(), (), self.target.with_suffix(".xlsx"), "norwegian")

    def done(self) -> None:
        """The file is there: what was read may go."""
        for session in self.sessions:
            session.done = True

    @property
    def spent(self) -> dict[str, int]:
        """What all of it has used."""
        found: dict[str, int] = {}
        for session in self.sessions:
            for name, used in session.parts.spent.meters().items():
                found[name] = found.get(name, 0) + used
        return found


def added_up(gathered: FetchedList) -> Turnover:
    """The postings by account, type and currency."""
    turnover = Turnover(gathered.items.columns)
    for items, _ in gathered.pages():
        turnover.add(items)
    return turnover


# ── the tie-out ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class TieOut:
    """Postings against movements, or why that cannot be told; `moved` are ARM's movements, where it has some."""

    tied: Comparison | None = None
    why: Words | None = None
    moved: pl.DataFrame | None = None

    @property
    def agrees(self) -> bool:
        """Whether no difference was found."""
        return self.tied is None or not self.tied.differences.height

    def said(self, lang: str) -> dict[str, Any]:
        """The tie-out as the JSON of `armbulk export` says it."""
        rows = self.tied.rows if self.tied else None
        return {
            "available": self.tied is not None,
            "reason": self.why.text(lang) if self.why else None,
            "accounts": rows.height if rows is not None else 0,
            "differences": [
                {name: str(one[name] or "") for name in (ACCOUNT, "items", "movements", "difference")}
                for one in (self.tied.differences.to_dicts() if self.tied else ())
            ],
            "difference": str(self.tied.difference.quantize(Decimal("0.01"))) if self.tied else None,
        }


def tied_out(lists: MonthEndLists, gathered: FetchedList, turnover: Turnover) -> TieOut:
    """Tie the postings to ARM's movements of the same periods."""
    root = gathered.want.root
    if not whole_periods(root) or gathered.want.ignored:
        return TieOut(why=_NOT_WHOLE)
    try:
        moved = moved_in(lists, root, gathered)
    except Unavailable as missing:
        return TieOut(why=missing.why)
    if turnover.unread:
        return TieOut(why=filled(_UNREAD, turnover.unread), moved=moved)
    if moved["movement"].null_count():
        return TieOut(why=_SILENT, moved=moved)
    return TieOut(compare_with_movements(turnover.by_account(), moved), moved=moved)


def proven(found: FetchedList) -> None:
    """Make sure that a list is all there; Unavailable otherwise."""
    gaps = to_json(found, "en")["gaps"]
    if gaps:
        raise Unavailable(filled(_UNPROVEN, found.want.resource.title.en, gaps[0]["why"]))


def moved_in(lists: MonthEndLists, root: Partition, earlier: FetchedList) -> pl.DataFrame:
    """ARM's movements of a window, proven to be all of them."""
    found = lists.read_after(lists.beside("gl-movements", root), earlier)
    proven(found)
    pages = [items for items, _ in found.pages()]
    paths = ("glAccountNo", "glYear", "glPeriod", "movement", "openingBalance", "closingBalance", "debit", "credit")
    empty = pl.DataFrame(schema=dict.fromkeys(paths, pl.String))
    frame = pl.concat([empty, *(page.select(text_column(path, page).alias(path) for path in paths) for page in pages)])
    return movements(frame, found.items.columns)
