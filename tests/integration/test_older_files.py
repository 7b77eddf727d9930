"""A file that is older than what ARM got of its customers: a plan says that sending it sets them back."""

import shutil
from pathlib import Path

import pytest
from support.commands import call, called

from armbulk.sandbox import Sandbox

HEAD = "Customer no;Name;Address line 1;Postal code;City;Country code\n"
BERG = "0701;Kari Berg;{street};0155;Oslo;NO\n"
LIE = "0702;Ola Lie;Storgata 2;0155;Oslo;NO\n"


def write(street: str, name: str = "customers.csv") -> None:
    """Write two customers, one of them in a street."""
    Path(name).write_text(HEAD + BERG.format(street=street) + LIE, encoding="utf-8")


def keep_later_result(env: dict[str, str]) -> None:
    """The result of an earlier run is written beside that of a later one, which was made of it."""
    called("import", "customers.result.xlsx", "--yes", env=env)
    before = Path("customers.result.xlsx").read_bytes()
    for command in ("results", "verify"):
        assert Path(called(command, "1", env=env)[1]["result"]).name == "customers.run-1.result.xlsx"
    assert Path("customers.result.xlsx").read_bytes() == before
    assert Path(called("results", "1", "-o", "chosen.xlsx", env=env)[1]["result"]).name == "chosen.xlsx"


@pytest.mark.proof
def test_an_older_file_says_that_it_sets_customers_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file as it was, or its result, after another one was sent; not a file that was edited since."""
    monkeypatch.chdir(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01", "ARMBULK_HOME": str(tmp_path / "home")}
        write("Storgata 1")
        called("import", "customers.csv", "--yes", env=env)
        shutil.copy("customers.result.xlsx", "older.xlsx")
        write("Nygata 1", "new.csv")
        assert called("plan", "new.csv", env=env)[1]["set_back"] is None
        called("import", "new.csv", "--yes", env=env)
        expected = {"customers": 1, "file_run": 1, "later_run": 2, "first": ["0701"]}
        for file in ("customers.csv", "older.xlsx"):
            assert called("plan", file, env=env)[1]["set_back"] == {**expected, "files": [file]}
        _code, out, err = call("import", "older.xlsx", "--yes", "--lang", "no", env=env)
        assert "Kjøring 2 sendte andre verdier for 1 kunde (0701). older.xlsx er eldre, fra kjøring 1" in " ".join(
            (out + err).split()
        )
        keep_later_result(env)
        write("Bakgata 1")
        assert called("plan", "customers.csv", env=env)[1]["set_back"] is None
