"""What decides about the references of one customer, and depends on the postings of all others.

Customers are looked at in groups, so that many postings take little memory. A number that tells a document must be
unique in the whole file, and a reference that fits nothing must fit no claim of the whole file.
"""

import polars as pl

from armbulk.migration.ledger_lines import add_keys, is_claim
from armbulk.model.postings import Postings

_KEYS_AT_ONCE = 200_000
_NUMBERS = ("reference_key", "source_key", "transaction_key")


class WholeFile:
    """The postings of all customers.

    Args:
        postings: The postings.

    Attributes:
        shared: source_key, transaction_key → those of them that several sales vouchers or customers carry.
    """

    def __init__(self, postings: Postings) -> None:
        self._postings = postings
        self._claimed: tuple[pl.Series, pl.Series] | None = None
        self.shared = {name: _find_shared(postings, name) for name in ("source_key", "transaction_key")}

    @property
    def claimed(self) -> tuple[pl.Series, pl.Series]:
        """The numbers, and the payment references, that claims carry; read once, when they are needed."""
        if self._claimed is None:
            claims = add_keys(self._postings.whole).filter(is_claim())
            keys = {name: claims.select(key=name).unique().collect()["key"] for name in (*_NUMBERS, "cid_key")}
            self._claimed = pl.concat([keys[name] for name in _NUMBERS]).unique(), keys["cid_key"]
        return self._claimed


def _find_shared(postings: Postings, key: str) -> pl.Series:
    """Return the keys that several sales vouchers or several customers carry."""
    parts = max(1, postings.rows // _KEYS_AT_ONCE)
    invoices = add_keys(postings.whole).filter(pl.col("is_invoice") & pl.col(key).is_not_null())
    repeated = [_find_repeated(invoices.filter(pl.col(key).hash() % parts == part), key) for part in range(parts)]
    return pl.concat(repeated)


def _find_repeated(invoices: pl.LazyFrame, key: str) -> pl.Series:
    voucher, owner = pl.col("voucher"), pl.col("customer_id")
    is_shared = (voucher.min() != voucher.max()) | (owner.min() != owner.max())
    return invoices.group_by(key).agg(is_shared=is_shared).filter("is_shared").select(key).collect()[key]
