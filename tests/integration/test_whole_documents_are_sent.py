"""`--skip-invalid` sends whole documents only, and its exit code says that some were held back."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.journey import journey

from armbulk.cli import cli

HEADER = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjenr;Linjetekst;Antall;Linjebeløp inkl. mva"
ROWS = [
    "F1;IN;0001;2026-02-01;2026-02-15;NOK;1;Kam;1;100",
    "F2;IN;0001;2026-02-01;2026-02-15;NOK;1;Kam;1;100",
    ";;;;;;2;Total renovering;1;150",
    "F3;IN;0001;2026-02-01;2026-02-15;NOK;1;Kam;1;100",
    "F4;IN;0001;2026-02-01;2026-02-15;NOK;1;Kam;1;100",
]


@pytest.mark.parametrize(
    ("choice", "code", "sent", "total"),
    [("stop", 1, ["F1", "F4"], 200), ("same-as-above", 0, ["F1", "F2", "F3", "F4"], 550)],
)
def test_a_line_without_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, choice: str, code: int, sent: list[str], total: int
) -> None:
    """The documents beside the line wait, until the user says whose it is."""
    (tmp_path / "customers.csv").write_text("Kundenr;Navn\n0001;Kari\n", encoding="utf-8")
    (tmp_path / "flat.csv").write_text("\n".join([HEADER, *ROWS]) + "\n", encoding="utf-8")
    with journey(tmp_path) as way:
        for name, value in {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "cli")}.items():
            monkeypatch.setenv(name, value)
        files = [str(tmp_path / "customers.csv"), str(tmp_path / "flat.csv")]
        words = ["--skip-invalid", "--first-import", "--yes", "--json", "--continuation-rows", choice]
        result = CliRunner().invoke(cli, ["import", *files, *words])
        assert result.exit_code == code, result.output
        assert sorted(number.upper() for number in way.documents()) == sent
        bodies = [body for found in way.sandbox.state.documents.values() for body in found]
        assert sum(body["currencyAmounts"]["inclVat"] for body in bodies) == total
        outcomes = json.loads(result.stdout)["outcomes"]
        assert outcomes.get("held_back", 0) == 4 - len(sent)
