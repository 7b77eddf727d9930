"""Read pages of GL items with json, all into memory, and write them with openpyxl, csv or polars."""

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl

from benchmarks.data.postings import read_pages


def main() -> None:
    """Read `rows` records in pages, and write them all."""
    source, rows, target, page_size = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    records, calls = [], 0
    for page in read_pages(source, rows, page_size):
        records += json.loads(page, parse_float=Decimal)
        calls += 1
    headers = list(records[0])
    if target.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(headers)
        for record in records:
            sheet.append([record[name] for name in headers])
        book.save(target)
    elif target.suffix == ".parquet":
        pl.DataFrame(records).write_parquet(target)
    else:
        with target.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, headers, delimiter=";")
            writer.writeheader()
            writer.writerows(records)
    print(json.dumps({"rows": len(records), "calls": calls}))


if __name__ == "__main__":
    main()
