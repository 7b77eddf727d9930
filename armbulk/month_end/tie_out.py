"""The tie-out: postings against ARM's GL movements.

The movements are read after the postings. What is posted in between appears as a difference, never as agreement; in
the next export it is gone.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.export.fetched_list import FetchedList
from armbulk.export.incremental import PreviousExport
from armbulk.i18n import Text, _, ngettext
from armbulk.model.partition import Partition
from armbulk.month_end.lists import MonthEndLists, Unavailable, verify_complete
from armbulk.month_end.turnover import (
    ACCOUNT,
    Comparison,
    Turnover,
    compare_with_movements,
    has_whole_periods,
    parse_movements,
    text_column,
)

_NOT_WHOLE = _("only whole ledger periods can be reconciled. Use --period or --year, without --where")
_UNREADABLE = ngettext("{count} posting has no readable amount", "{count} postings have no readable amount")
_NO_AMOUNTS = _("ARM's GL movements have no amounts")


@dataclass(frozen=True, slots=True)
class TieOut:
    """Postings compared with movements.

    Attributes:
        comparison: the comparison; None when it is not available.
        reason: why it is not available.
        movements: ARM's movements (`parse_movements`), where it has some.
    """

    comparison: Comparison | None = None
    reason: Text | None = None
    movements: pl.DataFrame | None = None

    @property
    def agrees(self) -> bool:
        """Whether no difference was found."""
        return self.comparison is None or not self.comparison.differences.height

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the tie-out as the JSON of `armbulk export`."""
        comparison = self.comparison
        return {
            "available": comparison is not None,
            "reason": self.reason.text(lang) if self.reason else None,
            "accounts": comparison.rows.height if comparison else 0,
            "differences": [
                {name: str(row[name] or "") for name in (ACCOUNT, "items", "movements", "difference")}
                for row in (comparison.differences.to_dicts() if comparison else ())
            ],
            "difference": str(comparison.difference.quantize(Decimal("0.01"))) if comparison else None,
        }


def add_up_postings(postings: FetchedList, previous: PreviousExport) -> Turnover:
    """Return the postings by account, type and currency; the new snapshot of `previous` gets every page too."""
    turnover = Turnover(postings.stats.columns)
    postings.calculate_sums(previous, turnover.add)
    return turnover


def tie_out_postings(lists: MonthEndLists, postings: FetchedList, turnover: Turnover) -> TieOut:
    """Compare postings with ARM's movements of the same periods."""
    root = postings.request.root
    if not has_whole_periods(root) or postings.request.ignored:
        return TieOut(reason=_NOT_WHOLE)
    try:
        movements = read_movements(lists, root, postings)
    except Unavailable as error:
        return TieOut(reason=error.reason)
    if turnover.unreadable:
        return TieOut(reason=_UNREADABLE.fill(count=turnover.unreadable), movements=movements)
    if movements["movement"].null_count():
        return TieOut(reason=_NO_AMOUNTS, movements=movements)
    return TieOut(compare_with_movements(turnover.by_account(), movements), movements=movements)


def read_movements(lists: MonthEndLists, root: Partition, earlier: FetchedList) -> pl.DataFrame:
    """Return ARM's movements of some periods or accounts (`parse_movements`), read after `earlier`.

    Raises:
        Unavailable: ARM has no movements, or some may be missing.
    """
    fetched = lists.read_after(lists.build_further_request("gl-movements", root), earlier)
    verify_complete(fetched)
    paths = ("glAccountNo", "glYear", "glPeriod", "movement", "openingBalance", "closingBalance", "debit", "credit")
    empty = pl.DataFrame(schema=dict.fromkeys(paths, pl.String))
    pages = (page.select(text_column(path, page).alias(path) for path in paths) for page, _ in fetched.pages())
    return parse_movements(pl.concat([empty, *pages]), fetched.stats.columns)
