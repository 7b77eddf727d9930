"""Refuses two files of an export that have the same voucher."""

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.postings import Postings

_ROWS = 200_000
"""About how many postings are compared together."""


def refuse_overlap(lines: Postings) -> None:
    """Refuse files that have the same voucher: same number, day, total and postings on receivables.

    Args:
        lines: The postings of all files.

    Raises:
        FileError: Two files overlap.
    """
    parts = max(1, lines.rows // _ROWS)
    same_in_parts = [_find_same(lines.whole.filter(_hash_number(parts) == part).collect()) for part in range(parts)]
    same = pl.concat(same_in_parts).sort("line")
    if same.height:
        first, file = same["file"][0][:2]
        values = {"first": first, "file": file, "count": same.height, "voucher": same["transaction_id"][0]}
        what = _(
            "{first} and {file} overlap: {count:number} vouchers are in both, for example voucher {voucher}", **values
        )
        raise FileError("overlapping-parts", what, _("Use the files of one export only, each once"))


def _hash_number(parts: int) -> pl.Expr:
    return pl.col("transaction_id").hash() % parts


def _find_same(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the vouchers that several files have: transaction_id, file (a list of them), line (the first)."""
    posting = pl.concat_str(
        "account_id", "customer_id", pl.col("amount").cast(pl.String), "reference", "source_document", "cid",
        separator="\x1f", ignore_nulls=True,
    )  # fmt: skip
    vouchers = lines.drop_nulls("transaction_id").group_by("voucher", "transaction_id", "date", "total", "file")
    return (
        vouchers.agg(pl.col("line").min(), posting=posting.sort().str.join("\x1e"))
        .sort("line")
        .group_by("transaction_id", "date", "total", "posting", maintain_order=True)
        .agg(pl.col("file").unique(maintain_order=True), pl.col("line").min())
        .filter(pl.col("file").list.len() > 1)
        .select("transaction_id", "file", "line")
    )
