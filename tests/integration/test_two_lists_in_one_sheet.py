"""The questions about a list of invoices with its customers, and what is kept of earlier answers."""

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from support.commands import call, called

from armbulk.cli import cli
from armbulk.cli.command import CommandContext

LIST = """Faktnr;Debitor;Kundenavn;Gate;Postnr;Sted;Orgnr;Fakturadato;Forfall;Netto;Mva;Brutto
5001;1001;Nordlys AS;Storgata 1;0150;Oslo;923609016;01.10.2026;15.10.2026;1 000,00;250,00;1 250,00
5002;1002;Fjell og Sjø AS;Kaigata 7;5003;Bergen;;02.10.2026;16.10.2026;2 000,00;500,00;2 500,00
5003;1001;Nordlys AS;Storgata 1;0150;Oslo;923609016;03.10.2026;17.10.2026;100,00;25,00;125,00
"""
DOCUMENTS = {
    "Faktnr": "document_no", "Debitor": "customer_no", "Fakturadato": "document_date", "Forfall": "due_date",
    "Netto": "excl_vat", "Mva": "vat", "Brutto": "incl_vat",
}  # fmt: skip
CUSTOMERS = {
    "Debitor": "customer_no", "Kundenavn": "name", "Gate": "address_line_1", "Postnr": "postal_code",
    "Sted": "city_name", "Orgnr": "organization_no",
}  # fmt: skip


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(CommandContext, "is_output_seen", property(lambda _: True))
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda self: not self.reporter.as_json))


def export(folder: Path) -> str:
    """A ledger's list in the encoding of old programs."""
    path = folder / "liste.csv"
    path.write_text(LIST, encoding="cp1252")
    return str(path)


def answer(*words: str, typed: str) -> str:
    """Run a command whose questions are answered line by line; return what it shows."""
    result = CliRunner().invoke(cli, [*words], input=typed)
    assert isinstance(result.exception, SystemExit) or result.exception is None, result.exception
    return result.stderr


def saved(pattern: str = "????????????????.toml") -> list[dict[str, Any]]:
    """The sections of the saved mapping."""
    (path,) = (Path(os.environ["ARMBULK_HOME"]) / "mappings").glob(pattern)
    sections: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["sheet"]
    return sections


def test_both_lists_are_offered_and_read(tmp_path: Path) -> None:
    """Enter reads documents and customers; the next file is read so without a question."""
    path = export(tmp_path)
    told = answer("check", path, typed="\n\n\nIN\nNOK\n\n")
    assert "Its rows have the customers of the documents, too" in told
    assert "→ Postal code (customer)" in told
    documents, customers = saved()
    assert documents["rename"] == DOCUMENTS
    assert (customers["rename"], customers["repeated"]) == (CUSTOMERS, True)
    report = called("check", path)[1]
    assert [(sheet["resource"], sheet["rows"]) for sheet in report["sheets"]] == [("documents", 3), ("customers", 2)]
    assert report["counts"]["error"] == 0


@pytest.mark.proof
def test_answers_about_one_list_do_not_replace_those_of_the_other(tmp_path: Path) -> None:
    """Read as customers, the file keeps its answers as documents; no column of the documents is asked about."""
    path = export(tmp_path)
    answer("map", path, typed="\n\nIN\nNOK\n\n")
    told = answer("map", path, typed="customers\n\n")
    assert "Column " not in told
    assert [(sheet["resource"], sheet["rename"]) for sheet in saved()] == [("customers", CUSTOMERS)]
    told = answer("map", path, typed="documents\n\n\n\n")
    assert "Press Enter for IN as before" in told
    (documents,) = saved()
    assert (documents["rename"], documents["constant"]) == (DOCUMENTS, {"document_type": "IN", "currency": "NOK"})
    told = answer("map", path, typed="both\n\n\n\n\n")
    assert [sheet["resource"] for sheet in saved()] == ["documents", "customers"]
    assert [sheet["rows"] for sheet in called("check", path, "--as", "customers")[1]["sheets"]] == [2]


def test_a_script_gets_a_mapping_for_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`map -o` writes a section for each; without what no column has, the customers can be read."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: False))
    path, target = export(tmp_path), tmp_path / "mine.toml"
    assert called("map", path, "-o", str(target))[0] == 0
    documents, customers = tomllib.loads(target.read_text(encoding="utf-8"))["sheet"]
    assert documents["rename"] == DOCUMENTS
    assert documents["ignore"] == ["Kundenavn", "Gate", "Postnr", "Sted", "Orgnr"]
    assert (customers["rename"], customers["repeated"]) == (CUSTOMERS, True)
    assert customers["ignore"] == [header for header in DOCUMENTS if header != "Debitor"]


KNOWN = LIST.replace("Faktnr;Debitor", "Fakturanr;Kundenr").replace("Forfall;Netto;Mva;Brutto", (
    "Forfallsdato;Beløp eks. mva;Mva;Beløp inkl. mva;Bilagstype;Valuta"
)).replace(",00\n", ",00;IN;NOK\n")  # fmt: skip


def test_a_script_is_shown_how_to_read_the_customers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list with known headers is read as documents; what reads both is named, and shows both of a row."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: False))
    path, target = tmp_path / "liste.csv", str(tmp_path / "mine.toml")
    path.write_text(KNOWN, encoding="utf-8")
    told = answer("check", str(path), typed="")
    assert '"liste" has the customers of the documents, too ("Kundenavn", "Postnr", "Gate", "Sted"' in told
    assert f"`armbulk map {path} -o NAME.toml`" in told
    assert called("map", str(path), "-o", target)[0] == 0
    assert "customers of the documents" not in answer("check", str(path), "--mapping", target, typed="")
    assert "mapping-not-used" not in {
        each["code"] for each in called("check", str(path), "--mapping", target)[1]["findings"]
    }
    shown = called("map", str(path), "--mapping", target, "--explain", "4")[1]
    assert {field["resource"] for field in shown["fields"]} == {"documents"}
    assert (shown["customer"]["row"], json.loads(shown["customer"]["json"])["name"]) == (2, "Nordlys AS")
    assert {field["field"]: field["value"] for field in shown["customer"]["fields"]}["city_name"] == "Oslo"
    text = call("map", str(path), "--mapping", target, "--explain", "4", "--lang", "no")[1]
    assert "Kunder (samme kunde som i rad 2)" in text


def two_rows(folder: Path) -> str:
    """Two rows of headers: equal ones below, the currency above, and dates that cannot be read."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (
        ["Kunde", None, "Bilag", None, None, "Beløp (DKK)", None, None],
        ["Nr.", "Navn", "Nr.", "Dato", "Forfall", "Netto", "Mva", "Brutto"],
        ["1001", "Nordlys AS", "5001", "uke 40", "15.10.2026", 1000, 250, 1250],
        ["1002", "Fjell AS", "5002", "uke 41", "16.10.2026", 2000, 500, 2500],
    ):
        page.append(row)
    for reach in ("A1:B1", "C1:E1", "F1:H1"):
        page.merge_cells(reach)
    book.save(folder / "to.xlsx")
    return str(folder / "to.xlsx")


def test_every_earlier_answer_is_kept(tmp_path: Path) -> None:
    """Equal headers and unreadable dates are shown as decided; Enter keeps them. The currency is offered."""
    path = two_rows(tmp_path)
    told = answer("map", path, typed="\nD\ndocument date\ny\n\nIN\n\n")
    assert "Most values of column D are not valid as Document date: uke 40 · uke 41" in told
    assert 'Press Enter for DKK (from "Beløp (DKK)")' in told
    first = saved()
    renames = {"Nr. [A]": "customer_no", "Nr. [C]": "document_no", "Dato": "document_date"}
    assert first[0]["rename"] == first[0]["rename"] | renames
    told = answer("map", path, typed="\n\n\n\n")
    assert "→ Document date" in told
    assert saved() == first


@pytest.mark.parametrize(
    ("resource", "field", "is_asked"),
    [
        ("customers", "country code", True),
        ("customers", "email", True),
        ("documents", "due date", True),
        ("customers", "phone", False),
    ],
)
@pytest.mark.first_cases(2)
def test_an_answer_that_the_values_contradict_is_questioned(
    tmp_path: Path, resource: str, field: str, *, is_asked: bool
) -> None:
    """A column of amounts is no country code, e-mail address, date or organisation number; Enter asks again."""
    told = answer("map", export(tmp_path), typed=f"{resource}\nJ\n{field}\n")
    assert ("Most values of column J are not valid as" in told) is is_asked
