"""What decides about the references of one customer, and depends on the postings of all others.

Customers are looked at in groups, so that many postings take little memory. A number that tells a document must be
unique in the whole file, and a reference that fits nothing must fit no claim of the whole file.
"""

from dataclasses import dataclass

import polars as pl

from armbulk.migration.ledger_lines import add_keys, is_claim
from armbulk.model.postings import Postings

_KEYS_AT_ONCE = 200_000
_NUMBERS = ("reference_key", "source_key", "transaction_key")


@dataclass(frozen=True, slots=True)
class WholeFile:
    """The postings of all customers.

    Attributes:
        postings: The postings.
        shared: source_key, transaction_key → those of them that several sales vouchers or customers carry.
    """

    postings: Postings
    shared: dict[str, pl.Series]

    def find_claimed(self, numbers: pl.Series, cids: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Return those of some numbers, and of some payment references, that a claim of any customer carries."""
        claims = add_keys(self.postings.scan()).filter(is_claim())
        claimed = [
            pl.concat(claims.filter(pl.col(name).is_in(keys.implode())).select(key=name).unique() for name in names)
            for keys, names in ((numbers, _NUMBERS), (cids, ("cid_key",)))
        ]
        first, second = pl.collect_all(claimed)
        return first["key"].unique(), second["key"]


def look_at_file(postings: Postings) -> WholeFile:
    """Find what sales vouchers share.

    Args:
        postings: The postings of a ledger.
    """
    return WholeFile(postings, {name: _find_shared(postings, name) for name in ("source_key", "transaction_key")})


def _find_shared(postings: Postings, key: str) -> pl.Series:
    """Return the keys that several sales vouchers or several customers carry."""
    parts = max(1, postings.rows // _KEYS_AT_ONCE)
    invoices = add_keys(postings.scan()).filter(pl.col("is_invoice") & pl.col(key).is_not_null())
    repeated = [_find_repeated(invoices.filter(pl.col(key).hash() % parts == part), key) for part in range(parts)]
    return pl.concat(repeated)


def _find_repeated(invoices: pl.LazyFrame, key: str) -> pl.Series:
    voucher, owner = pl.col("voucher"), pl.col("customer_id")
    is_shared = (voucher.min() != voucher.max()) | (owner.min() != owner.max())
    return invoices.group_by(key).agg(is_shared=is_shared).filter("is_shared").select(key).collect()[key]
