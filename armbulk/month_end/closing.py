"""A month-end that was read and tied out, and its JSON."""

from dataclasses import dataclass, field
from typing import Any

from armbulk.export.fetched_list import FetchedList
from armbulk.export.result import to_json
from armbulk.month_end.customer_names import NO_NAMES, CustomerNames, read_customer_names
from armbulk.month_end.lists import MonthEndLists
from armbulk.month_end.receivables import Receivables, read_receivables, tie_out_receivables
from armbulk.month_end.request import CLOSE, MonthEndRequest
from armbulk.month_end.tie_out import TieOut, tie_out_postings
from armbulk.month_end.turnover import Turnover


@dataclass(slots=True)
class Closing:
    """The figures of a month-end.

    Attributes:
        request: what was asked for.
        postings: the postings of the period.
        turnover: the postings added up.
        postings_report: the JSON of the postings' export.
        tie_out: postings against GL movements.
        receivables: what customers owed; None unless it is a close pack.
        names: the names of the customers who owed it.
    """

    request: MonthEndRequest
    postings: FetchedList
    turnover: Turnover
    postings_report: dict[str, Any]
    tie_out: TieOut = field(default_factory=TieOut)
    receivables: Receivables | None = None
    names: CustomerNames = NO_NAMES

    @property
    def gaps(self) -> list[dict[str, Any]]:
        """What may be missing (as `find_gaps`)."""
        return [*self.postings_report["gaps"], *(self.receivables.gaps if self.receivables else ())]

    @property
    def agrees(self) -> bool:
        """Whether no tie-out has a difference."""
        return self.tie_out.agrees and (self.receivables is None or self.receivables.agrees)

    def to_json(self, lists: MonthEndLists, lang: str) -> dict[str, Any]:
        """Return the month-end as the JSON of `armbulk export`."""
        more: dict[str, Any] = {"cost": lists.usage.meters(), "tie_out": self.tie_out.to_json(lang)}
        if self.receivables is not None:
            ar_windows = len(self.receivables.ar_items.checkpoint.read_partitions())
            more |= {
                "resource": CLOSE,
                "gaps": self.gaps,
                "complete": not self.gaps,
                "windows": self.postings_report["windows"] + ar_windows,
                "receivables": self.receivables.to_json(lang),
            }
        return {**self.postings_report, **more}


def read_closing(
    lists: MonthEndLists, request: MonthEndRequest, postings: FetchedList, turnover: Turnover, lang: str
) -> Closing:
    """Read the other lists and tie them out: movements are read after the postings they are compared with."""
    closing = Closing(request, postings, turnover, to_json(postings, lang))
    receivables = read_receivables(lists, postings) if request.close else None
    closing.tie_out = tie_out_postings(lists, postings, closing.turnover)
    if receivables is not None:
        closing.receivables = tie_out_receivables(
            lists, receivables, request.accounts, postings, closing.turnover, closing.tie_out
        )
        if request.with_names:
            closing.names = read_customer_names(lists, receivables.open_items.items_and_sums["customer"])
    return closing
