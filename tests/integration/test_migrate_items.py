"""`armbulk migrate --items`: the ledger's own list of open items becomes documents, compared with the SAF-T file."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from support.commands import called
from support.item_lists import BLOCKS, FLAT_CSV, write_book, write_csv
from support.saft_files import SIMPLE

if TYPE_CHECKING:
    from pathlib import Path

SIMPLE_LIST = """Kundenr;Kundenavn;Fakturanr;Fakturadato;Forfallsdato;Restbeløp;Valuta
K-1;En;301;15.02.2024;17.03.2024;1250,00;NOK
K-2;To;302;01.04.2024;01.05.2024;450,00;NOK
K-3;Tre;299;01.04.2023;01.05.2023;900,00;NOK
K-4;Fire;303;01.04.2024;01.05.2024;700,00;NOK
K-9;Ni;304;01.04.2024;01.05.2024;5,00;NOK
;;;;Totalt;3305,00;
"""


def rows_of(workbook: Path, name: str, top: int = 1) -> list[dict[str, object]]:
    """The rows of a sheet below its headings."""
    rows = [row for row in openpyxl.load_workbook(workbook)[name].iter_rows(min_row=top, values_only=True) if any(row)]
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_a_list_alone_gives_customers_and_documents(tmp_path: Path) -> None:
    """Credits are left out; every row says where it comes from; the totals of the list prove its items."""
    target = tmp_path / "out.xlsx"
    code, report = called("migrate", "--items", str(write_book(tmp_path / "list.xlsx", BLOCKS)), "-o", str(target))
    assert (code, report["proved"], report["customers"], report["documents"], report["left_out"]) == (1, True, 2, 3, 1)
    assert report["items"] == {
        "file": "list.xlsx", "count": 4, "sum": "2000.50", "subtotals": 2, "wrong_subtotals": 0, "has_ledger": False,
        "unread_columns": [],
    }  # fmt: skip
    assert {"list-currency", "credits"} <= {question["code"] for question in report["questions"]}
    documents = rows_of(target, "Documents")
    assert [(row["Customer no"], row["Document no"], row["ARM source"]) for row in documents] == [
        ("10001", "5001", "List of open items: list.xlsx, Åpne poster, row 5"),
        ("10001", "5002", "List of open items: list.xlsx, Åpne poster, row 6"),
        ("10002", "5003", "List of open items: list.xlsx, Åpne poster, row 12"),
    ]
    assert [(row["Customer no"], row["Name"]) for row in rows_of(target, "Customers")] == [
        ("10001", "Kari Nordmann"), ("10002", "Ola AS")
    ]  # fmt: skip


def test_the_list_is_compared_with_the_closing_balances(tmp_path: Path) -> None:
    """Both figures, the differences first; a customer that SAF-T lacks is added and asked about."""
    target, file = tmp_path / "out.xlsx", write_csv(tmp_path / "list.csv", SIMPLE_LIST)
    code, report = called("migrate", str(SIMPLE), "--items", str(file), "-o", str(target))
    assert (code, report["proved"], report["customers"], report["documents"]) == (1, False, 5, 5)
    proof = rows_of(target, "Proof", top=5)
    figures = [
        (row["Customer no"], row["Items of the list"], row["Closing balance"], row["Difference"]) for row in proof
    ]
    assert figures[:5] == [
        ("K-4", 700, 750, -50), ("K-9", 5, None, None), ("K-1", 1250, 1250, 0), ("K-2", 450, 450, 0),
        ("K-3", 900, 900, 0),
    ]  # fmt: skip
    questions = {question["code"]: question["text"] for question in report["questions"]}
    assert "700.00" in questions["list-and-ledger"]
    assert "1." in questions["customers-not-in-ledger"]
    code, report = called("migrate", str(SIMPLE), "--items", str(file), "-o", str(tmp_path / "b.xlsx"), "--strict")
    assert (code, report["error"]["code"]) == (2, "not-proved")


def test_a_list_that_agrees_is_proved(tmp_path: Path) -> None:
    """Items, subtotals and closing balances are the same."""
    text = SIMPLE_LIST.replace(";700,00", ";750,00").replace("K-9;Ni;304;01.04.2024;01.05.2024;5,00;NOK\n", "")
    file = write_csv(tmp_path / "list.csv", text.replace("3305", "3350"))
    code, report = called("migrate", str(SIMPLE), "--items", str(file), "-o", str(tmp_path / "out.xlsx"))
    assert (code, report["proved"], report["documents_sum"], report["closing_sum"]) == (1, True, "3350.00", "3350.00")


def test_nothing_of_a_list_is_sent_before_its_questions_are_answered(tmp_path: Path) -> None:
    """A wrong subtotal is asked about like everything else; then the workbook has no errors."""
    text = FLAT_CSV.replace("Sum 0102;750,00", "Sum 0102;700,00")
    target = tmp_path / "out.xlsx"
    assert called("migrate", "--items", str(write_csv(tmp_path / "list.csv", text)), "-o", str(target))[0] == 1
    book = openpyxl.load_workbook(target)
    answers = {"document-type": "IN", "booking": "Kari, 2026-11-30", "distribution": "H", "dunning": "none"}
    cells = {str(row[0].value): row[4] for row in book.worksheets[0].iter_rows(min_row=5) if row[0].value}
    for key, cell in cells.items():
        cell.value = answers.get(key, "yes")
    cells["list-subtotals"].value = None
    wrong = rows_of(target, "Proof", top=5)[0]
    assert (wrong["Items of the list"], wrong["Subtotal of the list"], wrong["Difference"]) == (750, 700, 50)
    book.save(target)
    code, report = called("check", str(target))
    assert (code, {finding["code"] for finding in report["findings"]}) == (1, {"answer-missing"})
    cells["list-subtotals"].value = "yes"
    book.save(target)
    assert called("check", str(target))[0] == 0
    documents = rows_of(target, "Documents")
    assert {row["Document no"]: Decimal(str(row["Amount incl. VAT"])) for row in documents} == {
        "5001": Decimal(12500), "5002": Decimal("599.75"), "5003": Decimal(1000)
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [("Kundenr;Fakturanr;Forfallsdato;Rest\n1;2;01.02.2025;5,00\n", "no-names"), ("a;b\n1;2\n", "no-item-list")],
)
def test_lists_that_cannot_be_used_are_refused(tmp_path: Path, text: str, code: str) -> None:
    """Without a workbook."""
    target = tmp_path / "out.xlsx"
    status, report = called("migrate", "--items", str(write_csv(tmp_path / "list.csv", text)), "-o", str(target))
    assert (status, report["error"]["code"], target.exists()) == (2, code, False)


SWEDISH = """Kundreskontra;;;;;;;;
Kundnr;Kundnamn;Fakturanr;Fakt.datum;Förf.datum;Val;Belopp;Kvar att betala;Säljare
1001;Bolaget AB;20250001;2025-11-05;2025-12-05;SEK;1250,50;1000,50;Åke
0042;Åkes Bygg;20250002;2025-11-06;2025-12-06;EUR;99,90-;99,90-;Åke
"""


def test_amounts_are_shown_in_their_currencies_and_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    """A sum of 0.00 kroner would say nothing about a list in other currencies."""
    (tmp_path / "list.csv").write_text(SWEDISH, encoding="utf-8")
    target = tmp_path / "out.xlsx"
    _code, report = called("migrate", "--items", str(tmp_path / "list.csv"), "-o", str(target))
    assert (report["documents_by_currency"], report["left_out_by_currency"]) == ({"SEK": "1000.50"}, {"EUR": "-99.90"})
    assert report["items"]["unread_columns"] == ["Säljare"]
    (document,) = rows_of(target, "Documents")
    assert str(document["Due date"])[:10] == "2025-12-05"
