"""Names in two columns and addresses in one: armbulk offers to join and to divide them."""

import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.commands import called

from armbulk.cli import cli
from armbulk.cli.command import CommandContext

CUSTOMERS = """Kundekonto;Fornavn;Etternavn;Gate;Postadresse;Mobil
0101;Kari;Nordmann;Storgata 1;0150 Oslo;99887766
0102;Ola;Æra;Lillegata 2;5003 Bergen;99887767
0103;;Bø AS;Vei 3;;99887768
0104;Per;Å;Vei 4;7010 Trondheim S;99887769
"""


def explained(path: Path, row: int, *words: str) -> dict[str, str]:
    """Field → value of a row."""
    code, said = called("map", str(path), "--explain", str(row), *words)
    assert code == 0, said
    return {field["field"]: field["value"] for field in said["fields"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A list of customers as another program writes it."""
    file = tmp_path / "navn.csv"
    file.write_text(CUSTOMERS, encoding="utf-8")
    return file


def test_a_script_gets_the_expressions(path: Path) -> None:
    """The proposal says what is joined and divided; the mapping that is written reads the file."""
    code, said = called("check", str(path))
    assert code == 2
    assert [made["fields"] for made in said["proposals"][0]["derived"]] == [["name"], ["postal_code", "city_name"]]
    assert [made["samples"] for made in said["proposals"][0]["derived"]] == [["Kari Nordmann"], ["0150 · Oslo"]]
    assert said["proposals"][0]["missing"] == []
    mapping = path.with_name("m.toml")
    assert called("map", str(path), "-o", str(mapping))[0] == 0
    code, said = called("check", str(path), "--mapping", str(mapping))
    assert (code, said["counts"]["error"]) == (0, 0), said["findings"]
    last = explained(path, 5, "--mapping", str(mapping))
    assert (last["name"], last["postal_code"], last["city_name"]) == ("Per Å", "7010", "Trondheim S")
    company = explained(path, 4, "--mapping", str(mapping))
    assert (company["name"], company["postal_code"], company["address_line_1"]) == ("Bø AS", None, "Vei 3")


@pytest.mark.parametrize("joins", [True, False])
def test_a_person_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch, *, joins: bool) -> None:
    """On a terminal each is a question with an example; who refuses decides about the columns."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    typed = "\n\n\n\n\n" if joins else "\n\nn\nn\n" + "\n" * 8
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", "no"], input=typed)
    assert "Skal «Fornavn» og «Etternavn» slås sammen til ett navn? (Kari Nordmann)" in done.stderr
    assert "Skal «Postadresse» deles i postnummer og poststed? (0150 · Oslo)" in done.stderr
    (saved,) = (Path(os.environ["ARMBULK_HOME"]) / "mappings").glob("*.toml")
    (sheet,) = tomllib.loads(saved.read_text(encoding="utf-8"))["sheet"]
    assert sorted(sheet.get("expression", {})) == (["city_name", "name", "postal_code"] if joins else [])
    if joins:
        assert done.exit_code == 0, done.output + done.stderr
        assert explained(path, 2)["name"] == "Kari Nordmann"


def test_a_whole_address_in_one_column(tmp_path: Path) -> None:
    """Nearly all are a street, a postal code and a city: they are divided at the last comma; another stays whole."""
    rows = [f"{number};Kunde {number};Vei {number}, oppgang B, 01{number} Oslo" for number in range(50, 60)]
    text = "\n".join(["Kundekonto;Firma;Adresse", *rows, "60;Kunde 60;Storgata 1, Oslo", "61;Kunde 61;", ""])
    path, mapping = tmp_path / "adresser.csv", tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")
    assert called("map", str(path), "-o", str(mapping))[0] == 0
    values = [explained(path, row, "--mapping", str(mapping)) for row in (2, 12, 13)]
    assert [(each["address_line_1"], each["postal_code"], each["city_name"]) for each in values] == [
        ("Vei 50, oppgang B", "0150", "Oslo"), ("Storgata 1, Oslo", None, None), (None, None, None),
    ]  # fmt: skip
    accounts = "Kundekonto;Firma;Gate;Konto\n1;A;Vei 1;1503 20 80119\n2;B;Vei 2;8150 17 57322\n"
    path.write_text(accounts, encoding="utf-8")
    assert called("check", str(path))[1]["proposals"][0]["derived"] == []


_COMPANIES = """Kundekode;Fornavn;Etternavn;Firma;Gate;Postnr;Sted
0101;Kari;Nordmann;;Storgata 1;0150;Oslo
0102;;;Bakeri AS;Storgata 2;0150;Oslo
0103;Bo;Bø;Blomst ANS;Storgata 3;0150;Oslo
"""


@pytest.mark.parametrize(("answer", "contact"), [("n", None), ("j", "Bo Bø")])
@pytest.mark.first_cases(2)
def test_a_company_beside_first_and_last_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, contact: str | None
) -> None:
    """The company's name where there is one, else the person's; who is both is asked about as a contact."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    path = tmp_path / "kunder.csv"
    path.write_text(_COMPANIES, encoding="cp1252")
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", "no"], input=f"\n\n\n{answer}\n\n")
    assert "Skal «Firma» være navnet, og «Fornavn» og «Etternavn» sammen der den er tom?" in done.stderr
    assert "I 1 rad er begge fylt ut, og navnet er «Firma»." in done.stderr
    assert [explained(path, row)["name"] for row in (2, 3, 4)] == ["Kari Nordmann", "Bakeri AS", "Blomst ANS"]
    assert [explained(path, row).get("buyer_reference") for row in (2, 3, 4)] == [None, None, contact]


def test_two_columns_that_a_person_calls_name_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second column does not take the name from the first one, if the person wants both."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    path = tmp_path / "kunder.csv"
    path.write_text("Kundekonto;Kontakt;Tillegg;Gate;Postnr;Sted\n1;Kari;Å;Vei 1;0150;Oslo\n", encoding="cp1252")
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", "no"], input="\n\nC\nnavn\nj\n\n")
    assert "slås sammen til ett navn? (Kari Å)" in done.stderr
    assert explained(path, 2)["name"] == "Kari Å"


PLACES = "Debitor;Firma;Gate;{header};Mobil\n1;Åkeri AB;G 1;{first};99887766\n2;Bø AS;G 2;{second};99887767\n"


@pytest.mark.parametrize(
    ("header", "first", "second", "code", "city"),
    [
        ("Postnr./sted", "0150 Oslo", "5003 Bergen", "5003", "Bergen"),
        ("Postnr", "0150 Oslo", "5003 Bergen", "5003", "Bergen"),
        ("Poststed", "0150 Oslo", "5003 Bergen", "5003", "Bergen"),
        ("Postnr/ort", "111 22 Stockholm", "411 01 Göteborg", "411 01", "Göteborg"),
        ("Zip/City", "11122 Stockholm", "20095 Hamburg Mitte", "20095", "Hamburg Mitte"),
    ],
)
def test_a_code_and_a_city_in_one_column_are_divided(
    tmp_path: Path, header: str, first: str, second: str, code: str, city: str
) -> None:
    """Whatever the header resembles, the column is neither a postal code nor a city: the values are both."""
    path = tmp_path / "steder.csv"
    path.write_text(PLACES.format(header=header, first=first, second=second), encoding="utf-8")
    assert called("map", str(path), "-o", str(path.with_name("m.toml")))[0] == 0
    last = explained(path, 3, "--mapping", str(path.with_name("m.toml")))
    assert (last["postal_code"], last["city_name"]) == (code, city)


def test_a_place_of_another_shape_stays_whole(tmp_path: Path) -> None:
    """`London W1` is not divided at its space."""
    path = tmp_path / "steder.csv"
    rows = "".join(f"{number};Kunde;G 1;01{number} Oslo;99887766\n" for number in range(50, 60))
    text = PLACES.format(header="Postnr./sted", first="0150 Oslo", second="London W1") + rows
    path.write_text(text, encoding="utf-8")
    assert called("map", str(path), "-o", str(path.with_name("m.toml")))[0] == 0
    last = explained(path, 3, "--mapping", str(path.with_name("m.toml")))
    assert (last["postal_code"], last["city_name"]) == (None, "London W1")


JOURNAL = """Bilagsnr;Kundenr;Kundenavn;Gateadresse;Postnr./sted;Telefon nr 2;Bilagsdato;Forf.dato;Fakturabeløp
1;001;Ås AS;Gata 1;0150 Oslo;;10.11.2026;24.11.2026;100,00
2;002;Bø AS;Gata 2;5003 Bergen;;11.11.2026;25.11.2026;200,00
"""


@pytest.mark.parametrize("lang", ["en", "no"])
def test_columns_of_the_customers_are_left_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Among the documents a column of the customers is not asked about; who types its letter reads whose it is."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    path = tmp_path / "journal.csv"
    path.write_text(JOURNAL, encoding="utf-8")
    typed = "".join(f"{answer}\n" for answer in ("", "", "", "E", "", "", "IN", "NOK", "", ""))
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", lang], input=typed)
    title = {
        "en": "It may be of the customer: Postal code, City.",
        "no": "Kolonnen kan gjelde kunden: Postnr, Poststed.",
    }
    divide = {"en": "Divide", "no": "Skal"}[lang]
    assert done.exit_code == 0, done.stderr
    shown = " ".join(done.stderr.split())
    assert title[lang] in shown
    assert shown.index(title[lang]) < shown.index(f"{divide} ", shown.index(title[lang]))
    last = explained(path, 3)
    assert last["document_no"] == "2"
    saved = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "mappings").iterdir())
    assert "city_name" in saved


@pytest.mark.parametrize("separator", [" - ", " ", ": ", ", "])
def test_a_customer_number_before_the_name_is_divided(tmp_path: Path, separator: str) -> None:
    """A list of documents takes the number, with its zeros; a list of customers the name, too."""
    path = tmp_path / "faktura.csv"
    rows = [f"{number};0001{number}{separator}Kari Nordmann;0{number}.11.2026;15.11.2026;100,00" for number in (1, 2)]
    path.write_text("\n".join(["Faktura;Kunde;Dato;Forfall;Sum", *rows]), encoding="utf-8")
    assert called("map", str(path), "-o", str(path.with_name("m.toml")))[0] == 0
    assert explained(path, 3, "--mapping", str(path.with_name("m.toml")))["customer_no"] == "00012"
    people = tmp_path / "kunder.csv"
    people.write_text(f"Kunde;Gate;Sted\n0001{separator}Åse-B: C;G 1;Oslo\n0002{separator}Bø;G 2;Bergen\n", "utf-8")
    assert called("map", str(people), "-o", str(path.with_name("k.toml")), "--as", "customers")[0] == 0
    person = explained(people, 2, "--mapping", str(path.with_name("k.toml")))
    assert (person["customer_no"], person["name"]) == ("0001", "Åse-B: C")


def test_a_place_of_customers_has_no_customer_number(tmp_path: Path) -> None:
    """`0150 Oslo` in the column `Kundeadresse` is a place."""
    path = tmp_path / "kunder.csv"
    path.write_text("Firma;Kundeadresse;Mobil\nÅs AS;0150 Oslo;99887766\nBø;5003 Bergen;99887767\n", "utf-8")
    _code, said = called("map", str(path), "--as", "customers", "--json")
    assert [made["fields"] for made in said["proposals"][0]["derived"]] == [["postal_code", "city_name"]]
