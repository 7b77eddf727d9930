"""A warning about a whole column is one line of Problems, and colours nothing if nothing has to be done."""

from typing import Any

import polars as pl

from armbulk.model.sheet import Sheet
from armbulk.results.problem_lines import list_problem_lines
from armbulk.results.read_back_problems import READ_BACK_CODE
from armbulk.writers import style
from armbulk.writers.problem_sheet import list_finding_lines

ROWS = range(2, 7)
SHEET = Sheet(file="a.xlsx", name="Documents", frame=pl.DataFrame(), letters=("A", "B"), format="xlsx", sha256="")


def finding(row: int, code: str, value: str, severity: str = "warning") -> Any:
    """A finding in column B."""
    return {
        "file": "a.xlsx", "sheet": "Documents", "row": row, "column": "B", "cell": f"Documents!B{row}",
        "field": "document_type", "code": code, "severity": severity, "value": value, "message": value, "fix": "",
    }  # fmt: skip


FINDINGS = [
    *(finding(row, "word-read-as-code", "Invoice") for row in ROWS),
    finding(7, "word-read-as-code", "Faktura"),
    *(finding(row, "stored-as-number", str(row)) for row in ROWS),
    *(finding(row, "kid", "12") for row in ROWS),
]
EXPECTED = [("Invoice", (3, 4, 5, 6)), ("Faktura", ()), ("2", (3, 4, 5, 6)), *[("12", ())] * 5]


def test_one_line_for_a_cause_of_many_rows() -> None:
    """In a marked copy: a line for each word, one for a column's numbers, one for each wrong value."""
    lines = list_finding_lines([*FINDINGS, finding(9, "word-read-as-code", "Invoice", "error")])
    assert lines[0].finding["row"] == 9  # a profile made it an error: each row has to be corrected
    assert [(line.finding["value"], line.other_rows) for line in lines[1:]] == EXPECTED


def test_one_line_for_a_cause_of_many_records() -> None:
    """In a result: the line names no record, and the rows have no link to it."""
    numbers = pl.Series("row", range(2, 8), dtype=pl.Int64)
    rows = pl.DataFrame({"sheet": pl.Series([0] * 6, dtype=pl.UInt16), "row": numbers}).with_columns(
        outcome=pl.lit("created"), message=pl.lit(None, pl.String)
    )
    keys = rows.select("sheet", "row", resource=pl.lit("documents"), key=pl.col("row").cast(pl.String))
    listed = list_problem_lines([(0, problem) for problem in FINDINGS[:11]], rows, keys, [SHEET], "en")
    assert {(line.finding["value"], line.other_rows) for line in listed.lines} == set(EXPECTED[:3])
    assert {line.number for line in listed.lines} == {""}
    assert listed.targets["row"].to_list() == [2, 7]


def test_a_difference_is_not_where_the_outcome_created_leads() -> None:
    """Summary: "created" has no link to Problems if one of them is not as it was sent; the title has."""
    rows = pl.DataFrame({"sheet": [0], "row": [2], "outcome": ["created"], "message": [""]})
    rows = rows.cast({"sheet": pl.UInt16})
    keys = rows.select("sheet", "row", resource=pl.lit("documents"), key=pl.lit("F1"))
    listed = list_problem_lines([(0, finding(2, READ_BACK_CODE, "1", "error"))], rows, keys, [SHEET], "en")
    assert listed.first_rows == {READ_BACK_CODE: 2}


def test_nothing_is_coloured_after_which_nothing_has_to_be_done() -> None:
    """A word that is sent as a code: a comment at the first one. Numbers to compare stay coloured."""
    marks = style.cell_marks(FINDINGS[:6], SHEET, 1)
    assert {cell: colour for cell, (colour, _) in marks.items()} == {(2, "B"): "", (7, "B"): ""}
    assert {colour for colour, _ in style.cell_marks(FINDINGS[6:], SHEET, 1).values()} == {style.YELLOW}
