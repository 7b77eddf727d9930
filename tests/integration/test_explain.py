"""Problems in the order of the sheet, and one code explained."""

from pathlib import Path

import pytest
from support.commands import call, called

from armbulk.findings.catalogue import CATALOGUE


def test_problems_by_cell(tmp_path: Path) -> None:
    """`check --by cell` lists every problem in the order of sheets and rows; the default is by what to do."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Navn;Landkode\n1;;XX\n2;Kari;Norge\n", encoding="utf-8")
    code, out, _ = call("check", str(path), "--by", "cell")
    assert code == 1
    lines = [line.split()[0] for line in out.splitlines() if line.startswith("  ")]
    assert lines == ["B2", "C2", "C3"]
    assert "armbulk explain CODE" in out
    assert call("check", str(path))[1] != out


@pytest.mark.parametrize("lang", ["en", "no"])
def test_every_code_is_explained(lang: str) -> None:
    """Every code has its meaning and what to do, in both languages."""
    for finding in list(CATALOGUE)[:: 7 if lang == "no" else 5]:
        code, said = called("explain", finding, "--lang", lang)
        assert code == 0
        assert said["message"]
        assert said["fix"]
        assert "{" not in said["message"] + said["fix"]
    code, out, _ = call("explain", "country-code", "--lang", lang)
    assert "--fix -o" in out
    assert "[rules] country-code" in out


def test_a_mistyped_code() -> None:
    """A code that does not exist is answered with the similar one."""
    code, _, err = call("explain", "contry-code")
    assert code == 2
    assert "Did you mean country-code?" in err
