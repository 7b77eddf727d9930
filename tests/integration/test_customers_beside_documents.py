"""A list of invoices with the customers' names and addresses beside: both are read from one sheet."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from support.commands import called

from armbulk.errors import FileError
from armbulk.model.read_options import ReadOptions
from armbulk.sandbox import Sandbox
from armbulk.validation.check import Checked, check_files

LIST = """Fakturaliste oktober;;;;;;;
Faktnr;Debitor;Kunde;Gate;Postnr;Utstedt;Forfaller;Total
5001;1001;Nordlys AS;Storgata 1;0150;01.10.2026;15.10.2026;1 250,00
5002;1002;Fjell og Sjø AS;Kaigata 7;5003;02.10.2026;16.10.2026;2 500,50
5003;1001;Nordlys AS;;0150;03.10.2026;17.10.2026;990,00
5004;1002;Fjell og Sjø AS;Kaigata 7;5003;06.10.2026;20.10.2026;200,00
Sum;;;;;;;4 940,50
"""
DOCUMENTS = """
[[sheet]]
resource = "documents"
skip_totals = true
[sheet.rename]
"Faktnr" = "document_no"
"Debitor" = "customer_no"
"Utstedt" = "document_date"
"Forfaller" = "due_date"
"Total" = "incl_vat"
[sheet.constant]
currency = "NOK"
document_type = "IN"
"""
CUSTOMERS = """
[[sheet]]
resource = "customers"
repeated = true
skip_totals = true
[sheet.rename]
"Debitor" = "customer_no"
"Kunde" = "name"
"Gate" = "address_line_1"
"Postnr" = "postal_code"
"""


def check(folder: Path, text: str = LIST, mapping: str = DOCUMENTS + CUSTOMERS) -> Checked:
    """Check a list with a mapping."""
    (folder / "list.csv").write_text(text, encoding="cp1252")
    (folder / "m.toml").write_text(mapping, encoding="utf-8")
    return check_files([str(folder / "list.csv")], ReadOptions(mapping=str(folder / "m.toml")))


def errors(checked: Checked) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of each error."""
    rows = checked.findings.select("row", "column", "code", "severity").rows()
    return [row[:3] for row in rows if row[3] == "error"]


def test_rows_with_the_same_customer_are_one_customer(tmp_path: Path) -> None:
    """Both are read; a blank cell says nothing; no column of the customers is unknown to the documents."""
    checked = check(tmp_path)
    assert errors(checked) == []
    assert "unknown-header" not in set(checked.findings["code"])
    assert checked.tables["documents"].rows["document_no"].to_list() == ["5001", "5002", "5003", "5004"]
    assert checked.tables["customers"].rows.select("row", "customer_no", "name", "address_line_1").rows() == [
        (3, "1001", "Nordlys AS", "Storgata 1"),
        (4, "1002", "Fjell og Sjø AS", "Kaigata 7"),
    ]


def test_rows_that_differ_hold_the_customer_back(tmp_path: Path) -> None:
    """Another address in a later row is an error at its cell; the other customer is ready."""
    checked = check(tmp_path, LIST.replace("Kaigata 7;5003;06", "Kaigata 9;5003;06"))
    assert errors(checked) == [(6, "D", "customer-rows-differ")]
    assert checked.blocked_rows["customers"]["row"].to_list() == [4]
    assert checked.blocked_rows["documents"].is_empty()


def test_an_error_in_a_later_row_holds_the_customer_back(tmp_path: Path) -> None:
    """What is wrong in the second row of a customer is the customer's, too."""
    checked = check(tmp_path, LIST.replace("Nordlys AS;;0150", "Nordlys AS;;#N/A"))
    assert (5, "E") in {row[:2] for row in errors(checked)}
    assert checked.blocked_rows["customers"]["row"].to_list() == [3]


@pytest.mark.parametrize(("mapping", "name"), [(CUSTOMERS, None), (DOCUMENTS + CUSTOMERS, "customers")])
def test_the_customers_alone(tmp_path: Path, mapping: str, name: str | None) -> None:
    """Without an entry for the documents, and with --as customers, only the customers are read."""
    checked = check(tmp_path, mapping=mapping) if name is None else _check_as(tmp_path, mapping, name)
    assert errors(checked) == []
    assert list(checked.tables) == ["customers"]
    assert checked.tables["customers"].rows["customer_no"].to_list() == ["1001", "1002"]


def _check_as(folder: Path, mapping: str, name: str) -> Checked:
    check(folder, mapping=mapping)
    return check_files([str(folder / "list.csv")], ReadOptions(mapping=str(folder / "m.toml"), as_resource=name))


def test_only_customers_are_repeated(tmp_path: Path) -> None:
    """Several rows with one document are its lines; they are not made one."""
    with pytest.raises(FileError, match="repeated can only be used"):
        check(tmp_path, mapping=DOCUMENTS.replace("skip_totals", "repeated"))


@pytest.fixture(scope="module")
def arm() -> Any:
    """The settings of a sandbox."""
    with Sandbox() as sandbox:
        yield {**sandbox.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_LANG": "en"}


def _cells(path: Path, name: str) -> list[tuple[Any, ...]]:
    return [row[:6] for row in openpyxl.load_workbook(path)[name].iter_rows(values_only=True)]


def test_customers_first_and_an_outcome_for_each(tmp_path: Path, arm: dict[str, str]) -> None:
    """The rows have the outcome of their documents, a sheet that of the customers; the result is imported again."""
    check(tmp_path, LIST.replace("Kaigata 7;5003;06", "Kaigata 9;5003;06"))
    env = {**arm, "ARMBULK_HOME": str(tmp_path / "home")}
    target, words = tmp_path / "r.xlsx", ("--mapping", str(tmp_path / "m.toml"), "--yes")
    code, report = called("import", str(tmp_path / "list.csv"), *words, "--skip-invalid", "-o", str(target), env=env)
    assert (code, report["rows"], report["outcomes"]["created"], report["outcomes"]["held_back"]) == (1, 6, 3, 3)
    head, *lines = _cells(target, "Customer outcomes")
    assert head == ("Number", "Name", "Sheet", "Cell", "ARM outcome", "ARM message")
    assert [line[:5] for line in lines] == [
        ("✓ 1001", "Nordlys AS", "list", "list!B3", "created"),
        ("✗ 1002", "Fjell og Sjø AS", "list", "list!B4", "held back"),
    ]
    assert lines[1][5].startswith("D6: ")
    problems = [line for line in _cells(target, "Problems") if line[3] == "list!D6"]
    assert [line[4] for line in problems] == ["1002"]
    book = openpyxl.load_workbook(target)
    assert [row[8].value for row in book["list"].iter_rows(min_row=3, max_row=6)] == [
        "created", "held back", "created", "held back",
    ]  # fmt: skip
    book["list"]["D6"] = "Kaigata 7"
    book.save(target)
    code, report = called("import", str(target), *words, env=env)
    assert (code, report["by_resource"]["customers"]["created"], report["by_resource"]["documents"]["created"]) == (
        0,
        1,
        2,
    )
    assert report["outcomes"]["already_sent"] == 2
    code, report = called("diff", str(target), "--mapping", str(tmp_path / "m.toml"), env=env)
    assert (code, report["customers"]["unchanged"]) == (0, 2)


def test_each_row_of_a_customer_has_its_outcome(tmp_path: Path, arm: dict[str, str]) -> None:
    """Without documents, a row that repeats a customer has the outcome of the customer."""
    check(tmp_path, mapping=CUSTOMERS)
    target, words = tmp_path / "r.csv", ("--mapping", str(tmp_path / "m.toml"), "--yes")
    env = {**arm, "ARMBULK_HOME": str(tmp_path / "home")}
    assert called("import", str(tmp_path / "list.csv"), *words, "-o", str(target), env=env)[0] == 0
    rows = target.read_text(encoding="utf-8-sig").splitlines()[2:6]
    assert len({row.split(";")[8] for row in rows}) == 1
    assert all(row.split(";")[8] for row in rows)
