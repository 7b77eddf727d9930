"""Write the files to measure with: `python -m benchmarks.data KIND FOLDER SIZE …`, in a process of its own."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import polars as pl

from benchmarks.data.invoices import make_tables, spoil
from benchmarks.data.ledger import write_ledger
from benchmarks.data.postings import write_records
from benchmarks.data.results import write_result_data
from benchmarks.data.workbook_file import write_workbook

DOCUMENT_FAULTS = {"Due date": "31.02.2026", "Amount incl. VAT": "tolv", "Currency": "N0K", "Customer no": ""}
LINE_FAULTS = {"Price": "abc", "VAT": "1,2,3", "Line no": "x"}
CUSTOMER_FAULTS = {"Name": "", "Customer no": "#1"}


def write_csv(folder: Path, documents: int, bad_every: int = 0) -> None:
    """Write customers.csv, documents.csv and lines.csv; with `bad_every`, one of so many rows has an error."""
    folder.mkdir(parents=True, exist_ok=True)
    faults = {"Customers": CUSTOMER_FAULTS, "Documents": DOCUMENT_FAULTS, "Lines": LINE_FAULTS}
    for name, table in make_tables(documents, datetime.now(UTC).date()).items():
        texts = table.cast(pl.String)
        written = spoil(texts, faults[name], bad_every) if bad_every else texts
        written.write_csv(folder / f"{name.lower()}.csv", separator=";")


def edit_workbook(path: Path, customers: int) -> None:
    """Change a cell of three customers of an exported workbook, with another program."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    edits = {2: ("Phone", "11223344"), customers // 2: ("Name", "Nytt navn"), customers: ("Discount rate", 7.25)}
    for number, (header, value) in edits.items():
        sheet.cell(number + 1, columns[header]).value = value
    book.save(path)


def main() -> None:
    """Write one kind of file."""
    kind, folder, size, *more = sys.argv[1:]
    path = Path(folder)
    if kind == "csv":
        write_csv(path, int(size), *map(int, more))
    elif kind == "xlsx":
        write_workbook(path, make_tables(int(size), datetime.now(UTC).date()))
    elif kind == "results":
        write_result_data(path, int(size))
    elif kind == "edit":
        edit_workbook(path, int(size))
    elif kind == "ledger":
        write_ledger(path, int(size))
    elif kind == "postings":
        write_records(path, int(size))
    else:
        sys.exit(f"unknown kind of data: {kind}")


if __name__ == "__main__":
    main()
