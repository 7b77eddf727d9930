"""The postings of a ledger, divided by customer: one part at a time is in memory, however many there are.

Few postings are one frame. Many are in files, divided by the hash of the customer's number: each share has all postings
of its customers, in the order of the ledger.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import polars as pl

BUCKETS = 64
"""Into how many shares many postings are divided."""

GROUP_ROWS = 25_000
"""About how many postings are looked at together."""

_OWNER = "customer_id"


def find_bucket() -> pl.Expr:
    """Return the share of a posting, by its customer; postings without a customer share one."""
    return (pl.col(_OWNER).hash() % BUCKETS).cast(pl.UInt8)


@dataclass(frozen=True, slots=True)
class Postings:
    """Postings, as `ledger_export.LINE_COLUMNS` has them.

    Attributes:
        shares: The postings: all in one frame, or `BUCKETS` of them by `find_bucket`.
        rows: How many postings there are, before any filter.
        whole: All postings, in no certain order; as a single scan it is faster than its shares.
    """

    shares: tuple[pl.LazyFrame, ...]
    rows: int
    whole: pl.LazyFrame

    def list_groups(self) -> Iterator[pl.LazyFrame]:
        """Yield the postings in groups of about `GROUP_ROWS`, each with all postings of its customers."""
        step = max(1, len(self.shares) * GROUP_ROWS // max(self.rows, 1))
        for first in range(0, len(self.shares), step):
            yield pl.concat(self.shares[first : first + step]).sort("line")

    def change(self, change: Callable[[pl.LazyFrame], pl.LazyFrame]) -> "Postings":
        """Return the postings changed by a function that keeps their customers."""
        return replace(self, shares=tuple(map(change, self.shares)), whole=change(self.whole))

    def append(self, later: "Postings") -> "Postings":
        """Return these postings and later ones."""
        pairs = (self.shares, later.shares)
        if len(self.shares) != len(later.shares):
            pairs = (_split(self.shares), _split(later.shares))
        shares = tuple(pl.concat(both) for both in zip(*pairs, strict=True))
        return Postings(shares, self.rows + later.rows, pl.concat([self.whole, later.whole]))


def _split(shares: tuple[pl.LazyFrame, ...]) -> tuple[pl.LazyFrame, ...]:
    """Return the shares, `BUCKETS` of them."""
    if len(shares) > 1:
        return shares
    return tuple(shares[0].filter(find_bucket() == bucket) for bucket in range(BUCKETS))
