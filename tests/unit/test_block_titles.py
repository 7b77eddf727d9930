"""Lists with a block for each customer: titles are recognised, and whose number belongs to which row is checked."""

from pathlib import Path

import pytest

from armbulk.matching.propose import propose_sheet
from armbulk.model.column_proposal import BlockTitles
from armbulk.readers import read_sheets

HEADER = "Nr;Navn;Bilag;Dato;Forfall;Brutto"
FIRST = ["10001;Kari Nordmann;;;;", ";;501;01.10.2026;15.10.2026;1 250,00", ";;502;02.10.2026;16.10.2026;-250,50"]
SECOND = ["10002;Ærlig Øl AS;;;;", ";;503;03.10.2026;17.10.2026;1.000.500,00"]
SUMS = [["Sum;;;;;999,50"], ["Sum;;;;;1.000.500,00"]]


def blocks(folder: Path, *rows: str, header: str = HEADER) -> BlockTitles | None:
    """The titles that are found in a CSV."""
    path = folder / "a.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    (sheet,) = read_sheets(path)
    proposal = propose_sheet(sheet, 0, resource="documents")
    assert proposal is not None
    return proposal.blocks


def test_each_row_belongs_to_the_title_above(tmp_path: Path) -> None:
    """The totals of the blocks agree; the total of all blocks and a note belong to no customer."""
    found = blocks(tmp_path, *FIRST, *SUMS[0], *SECOND, *SUMS[1], "Totalt;;;;;1.001.499,50", "Side 2 av 3;;;;;")
    assert found == BlockTitles("A", (2, 6), (("10001", 2), ("10002", 1)), 0, is_needed=True)


@pytest.mark.parametrize(
    ("rows", "customers", "unclear"),
    [
        ([*FIRST, *SECOND], (("10001", 2), ("10002", 1)), 0),
        ([*FIRST, "Sum;;;;;999,51", *SECOND, *SUMS[1]], (("10001", 2), ("10002", 1)), 2),
        ([*FIRST, "Sum 10009;;;;;999,50", *SECOND], (("10001", 2), ("10002", 1)), 2),
        ([*FIRST, "Sum 10001;;;;;999,50", *SECOND], (("10001", 2), ("10002", 1)), 0),
        ([*FIRST, *SUMS[0], SECOND[1], *SUMS[1]], (("10001", 3),), 1),
        ([SECOND[1], *FIRST], (("10001", 2),), 1),
        ([*FIRST, "Side 2;;;;;", ";;504;04.10.2026;18.10.2026;1,00"], (("10001", 3),), 0),
        ([*FIRST, "2 poster;;;;;", *SECOND], (("10001", 2), ("10002", 1)), 0),
        ([*FIRST, "31.10.2026;;;;;", ";;504;04.10.2026;18.10.2026;1,00"], (("10001", 3),), 0),
        (["Kundenr: 10001 - Kari;;;;;", *FIRST[1:]], (("10001", 2),), 0),
    ],
    ids=["no sums", "wrong sum", "sum of another", "sum of its own", "title missing", "no title above", "page",
         "count", "day", "with words"],
)  # fmt: skip
def test_what_is_not_certain_is_counted(
    tmp_path: Path, rows: list[str], customers: tuple[tuple[str, int], ...], unclear: int
) -> None:
    """A total that differs, or is between a title and a row, makes its rows unclear; pages and counts are no titles."""
    found = blocks(tmp_path, *rows)
    assert found is not None
    assert (found.customers, found.unclear) == (customers, unclear)


def test_a_document_is_no_title(tmp_path: Path) -> None:
    """A row with a document's number is a document, even if its dates and amount are missing."""
    rows = ["10001;501;01.10.2026;15.10.2026;10,00", "10002;502;;;", "10003;503;03.10.2026;17.10.2026;5,00"]
    assert blocks(tmp_path, *rows, header="Kundenr;Fakturanr;Dato;Forfall;Brutto") is None


_IN_PLACE_OF_NUMBERS = "Fakturanr;Navn;Dato;Forfall;Brutto"


def test_a_title_may_have_its_number_in_the_column_of_document_numbers(tmp_path: Path) -> None:
    """The list begins with it, a name is beside it, and no document has the number."""
    rows = ["10001;Kari;;;", "501;;01.10.2026;15.10.2026;10,00", "10002;Bo;;;", "503;;03.10.2026;17.10.2026;5,00"]
    found = blocks(tmp_path, *rows, header=_IN_PLACE_OF_NUMBERS)
    assert found == BlockTitles("A", (2, 4), (("10001", 1), ("10002", 1)), 0, is_needed=True)


@pytest.mark.parametrize(
    "rows",
    [
        ["501;;01.10.2026;15.10.2026;10,00", "502;Kari;;;", "503;;03.10.2026;17.10.2026;5,00"],
        ["502;;;;", "503;;03.10.2026;17.10.2026;5,00"],
        ["502;Kari;;;", "502;;03.10.2026;17.10.2026;5,00"],
    ],
    ids=["below a document", "no name", "the number of a document"],
)
def test_a_document_without_its_values_is_no_title(tmp_path: Path, rows: list[str]) -> None:
    """A number alone in the column of document numbers is a document's, if nothing shows that it is a customer's."""
    assert blocks(tmp_path, *rows, header=_IN_PLACE_OF_NUMBERS) is None
