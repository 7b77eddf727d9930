"""Lists of open items with columns of ages, and lists of balances."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.item_lists import AGES_CSV, SUMS_CSV, write_csv

from armbulk.app.item_list import read_item_list
from armbulk.migration.age_columns import find_ages
from armbulk.migration.customer_rows import CustomerChoices
from armbulk.migration.document_rows import DocumentChoices, LeftOut
from armbulk.migration.listed_migration import derive_listed_migration
from armbulk.migration.listed_report import build_list_sections
from armbulk.migration.questions import list_questions
from armbulk.model.read_options import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

    from armbulk.migration.derive import Migration
    from armbulk.migration.listed_items import ListSource


def read(folder: Path, text: str) -> ListSource:
    """Read a list."""
    return read_item_list(write_csv(folder / "list.csv", text, "utf-8"), ReadOptions(), "NOK", "en")


def derive(source: ListSource) -> Migration:
    """Derive the migration of a list without a SAF-T file."""
    return derive_listed_migration([], source, "NOK", CustomerChoices(), DocumentChoices())


def amounts(source: ListSource) -> list[tuple[str, str | None, Decimal]]:
    """Customer, number and open amount of each item."""
    return source.items.items.select("customer_id", "document_no", "amount").rows()


def ask(migration: Migration, key: str) -> str:
    """The text of a question; "" if it is not asked."""
    return next((each.text.text("en") for each in list_questions(migration) if each.key == key), "")


AGED = [
    ("10001", "501", Decimal("1000.50")),
    ("10001", "502", Decimal("99.50")),
    ("10001", "503", Decimal(-50)),
    ("10002", "504", Decimal(10)),
]


def test_the_open_amount_is_the_sum_of_the_ages(tmp_path: Path) -> None:
    """With a column of totals or without; subtotals and the total are compared, too."""
    source = read(tmp_path, AGES_CSV)
    assert amounts(source) == AGED
    totals = source.items.totals
    assert totals["figure"].to_list() == totals["items"].to_list() == [Decimal(1050), Decimal(10), Decimal(1060)]
    assert not ask(derive(source), "list-ages")
    assert ("Sum", "Remaining amount") in source.columns
    without = "\n".join(line.rpartition(";")[0] for line in AGES_CSV.splitlines()[1:])
    assert amounts(read(tmp_path, without)) == AGED


def test_ages_that_do_not_add_up_to_the_total_are_a_question_with_both_figures(tmp_path: Path) -> None:
    """The cell of the total is named; the sum of the ages moves."""
    source = read(tmp_path, AGES_CSV.replace("99,50;;99,50", "99,50;;99,05").replace(";50,00-;-50,00", ";;-50,00"))
    assert amounts(source) == AGED
    question = ask(derive(source), "list-ages")
    assert question.startswith("2 rows of the list have ages that do not add up to their totals. In list.csv, K4 the")
    assert "total is 99.05; its ages add up to 99.50" in question
    assert not derive(source).is_proved
    (rows,) = [each.rows for each in build_list_sections(source, "en") if each.title.startswith("Ages that are not")]
    assert rows[1] == ("list.csv, K5", Decimal(-50), Decimal(0))


def test_a_column_of_everything_overdue_is_not_counted_twice(tmp_path: Path) -> None:
    """Beside its parts it is their sum; without them it is an age."""
    text = (
        "Customer no;Customer name;Invoice no;Due date;Not due;Overdue;1-30 days;Over 30 days\n"
        "1;Kari;501;2026-01-15;1000.50;;;\n1;Kari;502;2025-11-15;;20.00;15.00;5.00\n"
    )
    source = read(tmp_path, text)
    assert [amount for *_names, amount in amounts(source)] == [Decimal("1000.5"), Decimal(20)]
    assert source.unread_headers == ("Overdue",)
    text = "Kundenr;Navn;Faktura;Forfall;Ikke forfalt;Forfalt\n1;Kari;501;15.01.2026;1,00;2,50\n"
    assert amounts(read(tmp_path, text)) == [("1", "501", Decimal("3.5"))]


def test_a_balance_after_each_row_is_no_total_of_ages(tmp_path: Path) -> None:
    """It is not compared with the ages of its row, and asked about."""
    text = (
        "Kundenr;Kundenavn;Faktura;Dato;Ikke forfalt;1-30;31-60;Saldo\n"
        "1;Kari;501;01.02.2025;5,00;;;5,00\n1;Kari;502;01.02.2025;;6,00;;11,00\n"
    )
    source = read(tmp_path, text)
    assert [amount for *_names, amount in amounts(source)] == [Decimal(5), Decimal(6)]
    assert source.items.has_running_balance
    assert not source.items.age_differences


def test_a_list_of_sums_gives_balances_and_no_items(tmp_path: Path) -> None:
    """One row for each customer is one opening balance; credits are left out; a customer may be called Total."""
    source = read(tmp_path, SUMS_CSV)
    migration = derive(source)
    rows = migration.documents.rows.select("kind", "old_customer_no", "document_no", "incl_vat").rows()
    assert rows == [("balance", "10001", "IB-10001", Decimal(105)), ("balance", "10002", "IB-10002", Decimal(1))]
    left_out = migration.documents.left_out.select("old_customer_no", "reason").rows()
    assert left_out == [("10003", LeftOut.CREDIT), ("10004", LeftOut.SETTLED)]
    assert ask(migration, "balances").startswith("2 balances without items become a document each, 106.00 together")
    assert ask(migration, "items-incomplete").startswith("Items without a number or a date: 2")
    assert source.items.customers["name"].to_list() == ["Kari", "Total Service AS", "Per", "Siv"]
    assert source.items.totals.select("figure", "items").rows() == [(Decimal(99), Decimal(99))]


def test_a_list_of_balances_without_ages_gives_balances(tmp_path: Path) -> None:
    """A customer's number and a balance are enough."""
    source = read(tmp_path, "Kundenr;Kundenavn;Saldo\n1;Kari;100,00\n2;Sum & Co;5,00\n;Sum;105,00\n")
    assert source.items.items.select("kind", "customer_id", "amount").rows() == [
        ("balance", "1", Decimal(100)),
        ("balance", "2", Decimal(5)),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        ("Ikke forfalt", "1-30", "31-60", "61-90", ">90"),
        ("Ikke forfalt", "Forfalt 1–30 dager", "31 til 60 dager", "Over 60 dager"),
        ("0-30 dager", "31-60 dager", "61-90 dager", "91-120 dager", "Eldre enn 120 dager"),
        ("Not due", "1 - 30 days", "31 to 60 days", "61+ days"),
        ("Current", "1-30", "31-60", "61-90", "90+"),
        ("Ej förfallet", "1-30 dagar", "31-60 dagar", "Äldre"),
        ("Ikke forfalt (NOK)", "0-14", "15-30", "> 30 (NOK)")[1:],
        ("Til forfall", "1-30 dg", "31-90 dg", "Mer enn 90 dg"),
    ],
)
def test_ages_in_three_languages_are_known(headers: tuple[str, ...]) -> None:
    """As ledgers write them."""
    assert find_ages({str(index): text for index, text in enumerate(headers)}) == [str(n) for n in range(len(headers))]


@pytest.mark.parametrize(
    "headers", [("1-30",), ("Betalingsfrist", "30 dager"), ("Ikke forfalt",), ("Over 90", "Eldre"), ("Forfalt", "Sum")]
)
def test_a_single_age_is_none(headers: tuple[str, ...]) -> None:
    """Ages are columns beside each other, with a range of days."""
    assert find_ages(dict(enumerate(headers))) == []  # type: ignore[arg-type]


CENTS = st.lists(st.integers(-(10**12), 10**12) | st.none(), min_size=4, max_size=4)


@given(st.lists(CENTS, min_size=1, max_size=6))
def test_sums_of_ages_are_exact(tmp_path_factory: pytest.TempPathFactory, rows: list[list[int | None]]) -> None:
    """Whatever the amounts are, and wherever cells are blank."""
    lines = ["Kundenr;Faktura;Dato;Ikke forfalt;1-30;31-60;>60;Sum"]
    expected = []
    for number, ages in enumerate(rows):
        texts = ["" if each is None else f"{Decimal(each).scaleb(-2):.2f}".replace(".", ",") for each in ages]
        total = Decimal(sum(each or 0 for each in ages)).scaleb(-2)
        lines.append(";".join(["1", f"F{number}", "01.02.2025", *texts, f"{total:.2f}".replace(".", ",")]))
        expected.append(("1", f"F{number}", total))
    source = read(tmp_path_factory.mktemp("lists"), "\n".join(lines) + "\n")
    assert amounts(source) == expected
    assert not source.items.age_differences
