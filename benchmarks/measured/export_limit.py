"""Read pages of GL items and write a file: the fastest exact way with polars. Nothing is kept, compared or metered."""

import json
import sys
from pathlib import Path

import polars as pl

from benchmarks.data.postings import read_pages
from benchmarks.data.workbook_file import write_workbook

_TEXTS = (
    "glItemId",
    "voucherTypeDescription",
    "voucherDate",
    "glAccountName",
    "currency",
    "vatCode",
    "transactionText",
    "customerNo",
    "documentNo",
    "createdTime",
)
_AMOUNTS = ("glAmount", "currencyAmount")


def main() -> None:
    """Read `rows` records in pages, and write them all."""
    source, rows, target, page_size = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    names = list(json.loads(next(read_pages(source, 1)))[0])
    schema = {
        name: pl.Decimal(38, 2) if name in _AMOUNTS else pl.String() if name in _TEXTS else pl.Int64() for name in names
    }
    pages = [pl.read_json(page, schema=schema) for page in read_pages(source, rows, page_size)]
    frame = pl.concat(pages).with_columns(pl.col("voucherDate").str.to_date())
    if target.suffix == ".xlsx":
        write_workbook(target, {"GL items": frame}, level=1)
    elif target.suffix == ".parquet":
        frame.write_parquet(target)
    else:
        frame.write_csv(target, separator=";")
    print(json.dumps({"rows": frame.height, "calls": len(pages)}))


if __name__ == "__main__":
    main()
