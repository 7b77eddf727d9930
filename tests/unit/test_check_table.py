"""The rows of checked files page by page: which rows a choice has, and which of their cells can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import armbulk
from armbulk.app.check_table import PAGE_ROWS, CheckedRows
from armbulk.app.row_choice import RowChoice, name_group, split_group

if TYPE_CHECKING:
    from pathlib import Path

HEADERS = "Customer no;Name;Postal code;Country code"


@pytest.fixture
def rows(tmp_path: Path) -> CheckedRows:
    """120 customers; each tenth has no name."""
    lines = [f"K{number};{'' if number % 10 == 0 else 'Ola'};0150;NO" for number in range(1, 121)]
    (tmp_path / "customers.csv").write_text("\n".join([HEADERS, *lines]), encoding="utf-8")
    with armbulk.connect(settings={"ARMBULK_HOME": str(tmp_path / "home")}) as session:
        checked = session.check(tmp_path / "customers.csv").checked
    return CheckedRows(checked, checked, None, "en")


def test_errors_are_shown_first(rows: CheckedRows) -> None:
    """Only the cell with the problem is an input."""
    table = rows.show(RowChoice())
    assert (table.wanted.show, table.count, len(table.rows)) == ("errors", 12, 12)
    assert [cell.letter for cell in table.rows[0].cells if cell.is_input] == ["B"]
    assert table.rows[0].problems[0]["code"] == "required"


def test_every_row_is_on_a_page(rows: CheckedRows) -> None:
    """The pages have every row once; a page that there is not is the last."""
    pages = [rows.show(RowChoice(show="all", page=page)) for page in (1, 2, 3)]
    assert [row.row for table in pages for row in table.rows] == list(range(2, 122))
    assert len(pages[0].rows) == PAGE_ROWS
    assert rows.show(RowChoice(show="all", page=99)).wanted.page == 3


def test_a_row_is_found_by_its_number(rows: CheckedRows) -> None:
    """Without regard to case; a cell of the header cannot be changed."""
    assert [row.row for row in rows.show(RowChoice(show="all", search="k120")).rows] == [121]
    assert rows.find_cell(0, 121, "B") == ("customers.csv", "customers")
    assert [rows.find_cell(*cell) for cell in ((0, 1, "B"), (0, 122, "B"), (0, 2, "Z"), (5, 2, "A"))] == [None] * 4


def test_an_address_says_which_rows_are_shown() -> None:
    """What it has wrongly is as if it were not there, and what is usual is not in it."""
    values = {"show": "group", "group": name_group("error", "required", "name"), "page": "3", "sheet": "x"}
    choice = RowChoice.read(lambda name: values.get(name, ""))
    assert (choice.page, choice.sheet) == (3, -1)
    assert split_group(choice.group) == ("error", "required", "name")
    assert choice.to_query(page=3) == {"show": "group", "group": "error.required.name", "page": "3"}
    assert choice.to_query(show="all", group="") == {"show": "all"}
