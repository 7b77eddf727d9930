"""Write the user's workbook with an outcome beside each row: only the writing, as `armbulk import` does it."""

import json
import pickle
import sys
from pathlib import Path

import polars as pl

from armbulk.writers.provenance import Provenance
from armbulk.writers.section import Section
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.workbooks import write_results


def main() -> None:
    """Write the copy of FOLDER/book.xlsx."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    sheets = pickle.loads((folder / "sheets.pickle").read_bytes())  # noqa: S301 - benchmarks.data wrote it
    outcomes = pl.read_parquet(folder / "outcomes.parquet")
    summary = SummarySheet(
        [Section("Result", (("Rows", outcomes.height),))], Provenance("a" * 32, "b" * 32, 1, "c" * 16)
    )
    target.unlink(missing_ok=True)
    path = write_results(
        target,
        sheets,
        outcomes,
        [],
        summary,
        "en",
        headers={0: SheetHeader(1, "A")},
        move=lambda written, place: written.replace(place),
    )
    print(json.dumps({"rows": outcomes.height, "bytes": path.stat().st_size}))


if __name__ == "__main__":
    main()
