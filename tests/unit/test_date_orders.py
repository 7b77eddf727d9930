"""A date column that was half converted, or is written in two orders, stops the sheet with one finding."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.app.column_starter import write_starters
from armbulk.findings.frame import render_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.mapping.write import write_mapping
from armbulk.matching.propose import propose_sheet
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import CELL, Sheet
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.validation.check import check_files
from armbulk.validation.date_orders import find_mixed_orders
from armbulk.validation.date_witnesses import find_order

DATE, TEXT = "date", "text"


def codes(*columns: list[tuple[str | None, str]], order: str | None = None) -> list[tuple[str, str, str]]:
    """(column, code, detail) of date columns, each a list of (text, kind)."""
    names = dict(zip(("document_date", "due_date"), "AB", strict=False))
    data = {}
    for letter, column in zip("AB", columns, strict=False):
        data[letter] = pl.Series(["Dato", *(text for text, _ in column)], dtype=pl.String)
        data[f"{letter}.cell"] = pl.Series(["text", *(kind if text else None for text, kind in column)], dtype=CELL)
    frame = pl.DataFrame({"row": list(range(1, len(columns[0]) + 2)), **data})
    used = {name: letter for name, letter in names.items() if letter in data}
    sheet = Sheet("f.xlsx", "f", frame, tuple(used.values()), "xlsx")
    found = find_mixed_orders(sheet, 0, HeaderMatch(RESOURCES["documents"], 1, used), order)
    assert set(found["row"]) <= {1}
    return found.select("column", "code", "detail").rows()


@pytest.mark.parametrize("text", ["27/02/2025", "27-02-2025", "02/27/2025", "27/2/25", "27/2/2025 00:00"])
@pytest.mark.parametrize("kind", [DATE, "datetime", TEXT])
def test_dates_up_to_the_twelfth_beside_texts_after_it(text: str, kind: str) -> None:
    """What Excel could convert has a day up to 12, what it could not is a text: the dates are swapped."""
    column = [("2025-01-02", kind), (text, TEXT), ("2025-02-12", kind)]
    assert codes(column) == [("A", "dates-half-converted", f"A2 2025-01-02, A3 {text}")]


@pytest.mark.parametrize(
    ("documents", "due", "is_found"),
    [
        (["2026-02-11", "2026-11-11"], ["16/11/2026", "17/11/2026"], True),  # invoices of 2 November, due after 14 days
        (["2026-02-11", "2026-11-13"], ["16/11/2026", "17/11/2026"], False),  # a date after the 12th was converted
        (["2026-02-11", "2026-03-11"], ["16.11.2026", "17.11.2026"], False),
        (["2026-02-11", "2026-03-11"], ["16/11/2026", "2026-11-30"], False),
    ],
)
def test_a_column_that_was_converted_beside_one_that_was_not(
    documents: list[str], due: list[str], is_found: bool
) -> None:
    """Dates up to the 12th are suspect, too, if another column has only texts after it."""
    columns = [[(text, TEXT if "/" in text or "." in text else DATE) for text in column] for column in (documents, due)]
    assert [(column, code) for column, code, _ in codes(*columns)] == [("A", "dates-half-converted")] * is_found


@pytest.mark.parametrize(("count", "is_found"), [(1, False), (3, False), (4, True)])
def test_dates_with_dots_need_more_proof(count: int, is_found: bool) -> None:
    """Hardly any program reads 01.02.2025 with the month first: a few dates before the 13th may be chance."""
    column = [("27.02.2025", TEXT), *((f"2025-03-0{day}", DATE) for day in range(4, 4 + count))]
    expected = [("A", "dates-half-converted", "A3 2025-03-04, A2 27.02.2025")]
    assert codes(column) == (expected if is_found else [])


@pytest.mark.parametrize(
    "column",
    [
        [("2025-02-27", DATE), ("27/02/2025", TEXT), ("2025-02-01", DATE)],  # a date after the 12th was converted
        [("2025-02-27", DATE), ("2025-02-01", DATE)],
        [("2025-02-02", DATE), ("27.02.2025", TEXT)],  # swapped or not, it is the same day
        [("27.02.2025", TEXT), ("01.02.2025", TEXT)],
        [("2025-02-01", DATE), (None, TEXT), ("i dag", TEXT)],
        [("2025-02-01", DATE), ("01.02.2025", TEXT)],
    ],
)
def test_columns_without_contradiction(column: list[tuple[str | None, str]]) -> None:
    """Dates of all days, and texts of one order, are no finding."""
    assert codes(column) == []


def test_two_orders_in_one_column() -> None:
    """27/02 and 02/28 in one column: no one knows what 03/04 is; an order that the user named settles it."""
    column = [("27/02/2025", TEXT), ("03/04/2025", TEXT), ("02/28/2025", TEXT)]
    assert codes(column) == [("A", "dates-mixed", "A2 27/02/2025, A4 02/28/2025")]
    assert codes(column, order="dmy") == []


def test_each_column_is_named() -> None:
    """Two columns with the pattern are two findings."""
    column = [("2025-01-02", DATE), ("27/02/2025", TEXT)]
    assert [letter for letter, _, _ in codes(column, column)] == ["A", "B"]


@given(st.lists(st.dates(min_value=date(1900, 1, 1)), min_size=2, max_size=20))
def test_a_wrong_conversion_is_never_silent(days: list[date]) -> None:
    """Whatever dates a file has, converting them with the wrong order either changes nothing or is found."""
    column = []
    for day in days:
        text = f"{day:%d/%m/%Y}"
        column.append((f"{day:%Y}-{day:%d}-{day:%m}", DATE) if int(text[:2]) <= 12 else (text, TEXT))
    has_text = any(kind == TEXT for _, kind in column)
    has_swapped = any(kind == DATE and text[-5:-3] != text[-2:] for text, kind in column)
    assert bool(codes(column)) == (has_text and has_swapped)


def test_the_sheet_stops_with_one_finding(tmp_path: Path) -> None:
    """In a CSV too: no document of the sheet is sent, and the ambiguous cells are not reported one by one."""
    path = tmp_path / "documents.csv"
    path.write_text(
        "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva\n"
        "F1;IN;K1;27/02/2025;2026-02-15;NOK;125\n"
        "F2;IN;K1;02/28/2025;2026-02-15;NOK;125\n"
        "F3;IN;K1;03/04/2025;2026-02-15;NOK;125\n",
        encoding="utf-8",
    )
    found = check_files([str(path)], ReadOptions())
    errors = found.findings.filter(pl.col("severity") == "error")
    assert errors.select("row", "column", "code").rows() == [(1, "D", "dates-mixed")]
    assert found.blocked_rows["documents"].height == 3


def test_dates_without_separators_contradict_each_other_but_are_never_converted() -> None:
    """30112026 is day first, 11302026 month first; beside them a date before the 13th is not suspect."""
    assert codes([("30112026", TEXT), ("11302026", "number")])[0][1] == "dates-mixed"
    assert codes([("30112026", TEXT), ("2026-02-11", DATE), ("2026-03-11", DATE)]) == []


@pytest.mark.parametrize(
    ("columns", "order", "cell"),
    [
        ([["03/04/2026", "14/11/2026"]], "dmy", "A3"),
        ([["03/04/2026", "11/14/2026"]], "mdy", "A3"),
        ([["03/04/2026", "04/03/2026"], ["05/06/2026", "30112026"]], "dmy", "B3"),
        ([["03/04/2026", "14/11/2026"], ["05/06/2026", "11/14/2026"]], None, ""),
        ([["03/04/26", "14/11/26"]], "dmy", ""),
        ([["03/04/2026", "14.11.2026"]], "dmy", ""),
        ([["03/04/2026", "2026-11-14", "14. november 2026", "11/11/2026", "40/40/2026", ""]], None, ""),
    ],
)
def test_a_date_of_one_order_is_the_witness(columns: list[list[str]], order: str | None, cell: str) -> None:
    """It proves the order if it is a date in this order alone; texts that contradict each other show nothing."""
    data = dict(zip("AB", columns, strict=False))
    rows = pl.DataFrame({"row": range(2, len(columns[0]) + 2), **data})
    found = find_order(rows, list(data))
    assert (found.order if found else None) == order
    assert (found.cell if found and found.is_proven else "") == cell


@pytest.mark.parametrize(
    ("days", "ending"),
    [
        (["03/04/2026", "14/11/2026"], "D3 has 14/11/2026, which is a date only if the day is first: use --dates dmy."),
        (["03/04/2026", "2026-11-14"], "two different dates"),
    ],
)
def test_an_unclear_date_is_never_read_but_names_its_witness(tmp_path: Path, days: list[str], ending: str) -> None:
    """The finding stays; it names the cell and the option. The mapping of a script has the order as a comment."""
    rows = [f"F{number};IN;K1;{day};2026-12-31;NOK;100" for number, day in enumerate(days)]
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva"
    path = tmp_path / "f.csv"
    path.write_text("\n".join([header, *rows]), encoding="utf-8")
    checked = check_files([str(path)])
    (shown,) = [
        each
        for each in render_findings(checked.findings, checked.sheets, fields_by_name(), "en")
        if each["code"] == "ambiguous-date"
    ]
    assert shown["message"].endswith(ending)
    assert checked.tables["documents"].rows["document_date"].to_list()[0] is None
    proposal = propose_sheet(checked.used_sheets[0], 0)
    assert proposal is not None
    (starter,) = write_starters(checked.used_sheets[0], proposal, is_recognised=True)
    assert '# dates = "dmy"  # ' in write_mapping([starter], "en")
