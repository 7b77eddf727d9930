"""Lists of open items: in each layout every item counts once, with its customer, and each total is compared."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support.item_lists import (
    BLOCKS,
    CURRENCIES,
    FLAT_CSV,
    HEADINGS,
    LETTERS_CSV,
    PARTS,
    RUNNING_CSV,
    write_book,
    write_csv,
)

from armbulk.app.item_list import read_item_list
from armbulk.errors import FileError
from armbulk.mapping.files import list_item_mappings, load_mapping
from armbulk.model.read_options import ReadOptions
from armbulk.package_data import data_path
from armbulk.resources.open_items import LISTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from armbulk.migration.listed_items import ListSource

Item = tuple[str | None, str | None, str]


def read(path: Path, **options: str) -> ListSource:
    """Read a list."""
    return read_item_list(path, ReadOptions(**options), "NOK", "en")  # type: ignore[arg-type]


def items(source: ListSource) -> list[Item]:
    """Customer, number and open amount of each item."""
    columns = ("customer_id", "document_no", "amount")
    return [(owner, number, f"{amount:.2f}") for owner, number, amount in source.items.items.select(columns).rows()]


def wrong(source: ListSource) -> list[tuple[str | None, Decimal, Decimal]]:
    """The totals that are not the sum of their items."""
    rows = source.items.totals.select("customer_id", "figure", "items").rows()
    return [row for row in rows if row[1] != row[2]]


def build(path: Path, layout: str | Sequence[Sequence[object]]) -> Path:
    """Write a layout to a file."""
    if isinstance(layout, str):
        return write_csv(path / "list.csv", layout)
    return write_book(path / "list.xlsx", layout)


FLAT = [
    ("0101", "5001", "12500.00"),
    ("0101", "5002", "599.75"),
    ("0102", "5003", "1000.00"),
    ("0102", "5004", "-250.00"),
]
LAYOUTS = {
    "flat": (FLAT_CSV, FLAT, 3),
    "blocks": (BLOCKS, [("10001", "5001", "1500.50"), ("10001", "5002", "250.00"), ("10001", "1003", "-50.00"),
                        ("10002", "5003", "300.00")], 3),
    "parts": (PARTS, [("10002", "5002", "599.75"), ("10001", "5001", "12500.00"), ("10004", "5004", "2500.50")], 1),
    "currencies": (CURRENCIES, [("10008", "5010", "600.00"), ("10008", "5011", "-10.00"), ("10009", "5012", "200.00"),
                                ("10009", None, "70.00")], 3),
    "running": (RUNNING_CSV, [("10001", "501", "1000.00"), ("10001", "502", "500.50"), ("10001", "503", "-200.00"),
                              ("10002", "504", "70.00")], 3),
    "letters": (LETTERS_CSV, [("10001", "1", "-100.00"), ("10001", "2", "500.00"), ("10002", "3", "10.00")], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_its_items_and_its_totals_are_right(tmp_path: Path, name: str) -> None:
    """Titles, repeated headers, page numbers and notes are no items; no item is lost."""
    layout, expected, totals = LAYOUTS[name]
    source = read(build(tmp_path, layout))
    assert items(source) == expected
    assert (wrong(source), source.items.totals.height, source.items.has_totals) == ([], totals, True)


def test_titles_and_rows_name_the_customers(tmp_path: Path) -> None:
    """A name in the title's cell, in the cell beside it, or in a column; the item says from which row it is."""
    for layout in (BLOCKS, RUNNING_CSV):
        customers = read(build(tmp_path, layout)).items.customers
        assert customers.select("customer_id", "name").rows() == [("10001", "Kari Nordmann"), ("10002", "Ola AS")]
    text = RUNNING_CSV.replace("10001;Kari Nordmann", "Kundenr.: 10001   Navn: Kari Nordmann   Tlf: 99887766;")
    named = read(build(tmp_path, text.replace("10002;Ola AS", "10002 Ola AS;"))).items.customers["name"]
    assert named.to_list() == ["Kari Nordmann", "Ola AS"]
    text = "Kunde;;Faktura;Dato;Forfall;Rest\n10001;Kari;;;;\n;;501;01.02.2025;01.03.2025;10,00\n"
    assert read(build(tmp_path, text)).items.customers["name"].to_list() == ["Kari"]
    first = read(build(tmp_path, CURRENCIES)).items.items.row(0, named=True)
    assert (first["file"], first["xml_line"], first["document_date"]) == ("list.xlsx, Åpne poster", 2, date(2025, 4, 1))
    assert (first["currency"], first["base_amount"], first["original"]) == ("EUR", Decimal(6900), Decimal(1000))


def test_wrong_totals_are_found(tmp_path: Path) -> None:
    """Of a customer below the items or above them, and of everything."""
    text = FLAT_CSV.replace("Sum 0102;750,00", "Sum 0102;700,00").replace("Totalt;13 849,75", "Totalt;13 799,75")
    source = read(build(tmp_path, text))
    assert wrong(source) == [("0102", Decimal(700), Decimal(750)), (None, Decimal("13799.75"), Decimal("13849.75"))]
    assert items(source) == FLAT
    assert wrong(read(build(tmp_path, HEADINGS))) == [("10002", Decimal(99), Decimal(100))]


def test_what_is_doubtful_is_counted(tmp_path: Path) -> None:
    """Part payments that do not add up, rows without a customer, balances that run on, amounts that may be original."""
    assert read(build(tmp_path, PARTS)).items.settled_otherwise == 1
    assert read(build(tmp_path, CURRENCIES)).items.filled == 1
    assert read(build(tmp_path, BLOCKS)).items.filled == 0
    assert read(build(tmp_path, RUNNING_CSV)).items.has_running_balance
    assert read(build(tmp_path, RUNNING_CSV)).items.positive_credits == 0
    assert read(build(tmp_path, RUNNING_CSV.replace("Faktura 502", "Kreditnota 502"))).items.positive_credits == 1
    text = "Kundenr;Navn;Nr. faktura;Fakt dato;Forf dato;Beløp\n1;Kari;501;01.02.2025;01.03.2025;100,00\n"
    source = read(build(tmp_path, text))
    assert (source.items.is_original, source.items.has_totals) == (True, False)
    assert "Nr. faktura" in dict(source.guessed)


def test_what_may_be_read_in_two_ways_is_refused_with_its_cell(tmp_path: Path) -> None:
    """Amounts and dates; the option settles it."""
    text = "Kundenr;Navn;Fakturanr;Fakturadato;Forfallsdato;Rest\n1;Kari;501;01/02/2025;01/03/2025;1.234\n"
    path = build(tmp_path, text)
    with pytest.raises(FileError, match="list!F2") as refused:
        read(path)
    assert "--decimal" in str(refused.value.hint)
    (row,) = read(path, decimal=",", dates="mdy").items.items.select("amount", "document_date").rows()
    assert row == (Decimal(1234), date(2025, 1, 2))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kundenr;Kundenavn;Fakturert\n1;Kari;100,00\n", "no-item-list"),
        ("Kundenr;Faktura;Forfall;Ikke forfalt;jan.30;31-60\n1;2;01.02.2025;;5,00;\n", "age-column-unknown"),
        ("Kundenr;Faktura;Forfall;Ikke forfalt;1-30;Eldst\n1;2;01.02.2025;;;5,00\n", "age-column-unknown"),
        ("Kundenr;Fakturanr;Forfallsdato;Saldo;Saldo\n1;2;01.02.2025;1,00;2,00\n", "columns-doubled"),
        ("Kundenr;Fakturanr;Forfallsdato;Saldo\nTotalt;;;0,00\n", "no-open-items"),
    ],
)
def test_files_that_are_no_list_are_refused(tmp_path: Path, text: str, code: str) -> None:
    """With the file and a remedy."""
    with pytest.raises(FileError, match=r"list\.csv") as refused:
        read(build(tmp_path, text))
    assert refused.value.code == code
    assert refused.value.hint


@pytest.mark.parametrize("name", list_item_mappings())
def test_ready_made_mappings_read_a_list(tmp_path: Path, name: str) -> None:
    """Every one names its source and reads a list with its headers."""
    assert "# Source: " in (data_path("templates") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    ((entry,), _) = load_mapping(name, LISTS)
    values = {"customer_no": "K1", "customer_name": "Kari", "document_no": "F1", "currency": "NOK", "kid": "123455",
              "document_date": "2025-02-01", "posting_date": "2025-02-01", "due_date": "2025-03-01", "paid": "40",
              "credited": "10"}  # fmt: skip
    amounts = {"original": "100", "base_original": "100", "currency_original": "100"}
    first: dict[str, str] = {}
    for header, target in entry.rename.items():
        first.setdefault(target, header)
    cells = {
        header: {**values, **amounts}.get(target, "50" if "remaining" in target else "x")
        for target, header in first.items()
    }
    cells |= {name: "5000" for each in entry.expression.values() for name in re.findall(r"row\['(\w+)'\]", each)}
    text = ";".join([*cells, *entry.ignore]) + "\n" + ";".join([*cells.values(), *("7" for _ in entry.ignore)]) + "\n"
    source = read(write_csv(tmp_path / "list.csv", text, "utf-8"), mapping=name)
    assert items(source) == [("K1", "F1", "50.00")]
    assert not source.guessed
