"""Write the same cells and outcomes as a new, plain workbook with xlsxwriter."""

import json
import sys
from pathlib import Path

import polars as pl
import xlsxwriter


def main() -> None:
    """Write the cells of FOLDER/cells.parquet, and the outcomes beside them."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    cells = pl.read_parquet(folder / "cells.parquet")
    outcomes = pl.read_parquet(folder / "outcomes.parquet").drop("sheet", "row", "target")
    frame = pl.concat([cells, outcomes], how="horizontal")
    book = xlsxwriter.Workbook(str(target), {"constant_memory": True})
    sheet = book.add_worksheet("Customers")
    sheet.write_row(0, 0, frame.columns)
    for number, row in enumerate(frame.iter_rows(), start=1):
        sheet.write_row(number, 0, row)
    book.close()
    print(json.dumps({"rows": frame.height, "bytes": target.stat().st_size}))


if __name__ == "__main__":
    main()
