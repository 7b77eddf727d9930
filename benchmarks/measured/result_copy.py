"""Write the user's workbook with an outcome beside each row: only the writing, as `armbulk import` does it."""

import json
import pickle
import sys
from pathlib import Path

import polars as pl

from armbulk.findings.frame import RenderedFinding
from armbulk.writers.problem_sheet import ProblemLine, ProblemSheet
from armbulk.writers.provenance import Provenance
from armbulk.writers.section import Section
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.xlsx_patch import user_workbook
from benchmarks.data.results import MESSAGE


def main() -> None:
    """Write the copy of FOLDER/book.xlsx."""
    folder, target = Path(sys.argv[1]), Path(sys.argv[2])
    sheets = pickle.loads((folder / "sheets.pickle").read_bytes())  # noqa: S301 - benchmarks.data wrote it
    outcomes = pl.read_parquet(folder / "outcomes.parquet")
    findings = [build_finding(sheets[0].file, row) for row in outcomes.drop_nulls("target")["row"]]
    problems = ProblemSheet(findings, [ProblemLine(finding) for finding in findings])
    account = Provenance("a" * 32, "b" * 32, 1, "c" * 16)
    summary = SummarySheet([Section("Result", (("Rows", outcomes.height),))], account)
    content = (folder / "book.xlsx").read_bytes()
    headers = {0: SheetHeader(1, "A")}
    user_workbook.write_results(target, content, sheets, outcomes, problems, summary, "en", headers)
    print(json.dumps({"rows": outcomes.height, "bytes": target.stat().st_size}))


def build_finding(file: str, row: int) -> RenderedFinding:
    """Return what ARM said of a row."""
    return {
        "file": file,
        "sheet": "Customers",
        "row": row,
        "column": "A",
        "cell": f"Customers!A{row}",
        "field": "customer_no",
        "code": "rejected",
        "severity": "error",
        "value": None,
        "message": MESSAGE,
        "fix": "Use another number",
    }


if __name__ == "__main__":
    main()
