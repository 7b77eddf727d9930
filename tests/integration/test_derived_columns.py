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
