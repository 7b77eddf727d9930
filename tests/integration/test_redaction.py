"""A finished run keeps rows and outcomes, but no names."""

import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.journey import journey, write_files

from armbulk.app.runs import finish_run
from armbulk.model.outcome import Outcome
from armbulk.model.submission import RecordResult
from armbulk.redaction import collect_personal_values, redact_items
from armbulk.results.run_result import load_result
from armbulk.validation.check import check_files

NAMES = ("Kunde 1 Æ", "kunde1@eksempel.no")


def kept(words: str | None, said: set[str] | None, key: str = "1") -> tuple[str, ...]:
    """What is kept of one customer."""
    values = {"message": words, "warnings": words, "key": key, "key_norm": key, "customer_norm": None}
    schema = {"no": pl.Int64, **dict.fromkeys(values, pl.String)}
    return redact_items(pl.DataFrame([{"no": 1, **values}], schema=schema), said).row(0)[1:]


@pytest.mark.promise("P23")
@settings(max_examples=settings().max_examples * 2 // 5)
@given(st.lists(st.text("abcdefghijæøåÆØÅ", min_size=4, max_size=12), min_size=1, max_size=4), st.data())
def test_no_value_said_is_kept(said: list[str], data: st.DataObject) -> None:
    """A value of a record is removed from stored messages however ARM quotes it."""
    quoted = data.draw(st.sampled_from([form(one) for one in said for form in (str, str.upper, str.lower)]))
    words = f"{data.draw(st.sampled_from(['', '(', 'field: ']))}{quoted}{data.draw(st.sampled_from(['', '.', ' x']))}"
    message, warnings, *_ = kept(words, set(said))
    assert quoted not in message
    assert message == warnings


@pytest.mark.promise("P23")
@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("Nordmann, Kari is unknown", "…, … is unknown"),
        ("NORDMANN is unknown", "… is unknown"),
        ("Mr Bo Li, Li, Bogus limit", "Mr …, …, Bogus limit"),
        ("Per, per cent", "…, per cent"),
        ("write to kari@x.no or 01010750160", "write to …@… or …60"),
        ("born 14.03.1985, or 140385, or 1985-03-14", "born …, or …, or …"),
        ("dueDate: must not be before 2026-11-01", "dueDate: must not be before 2026-11-01"),
    ],
)
def test_words_of_a_name_go_too(tmp_path: Path, words: str, after: str) -> None:
    """Single words of a name are removed, short ones only as whole words; the rest of ARM's message stays."""
    path = tmp_path / "people.csv"
    rows = ("1;Kari Nordmann;1985-03-14", "2;Bo Li;", "3;Per;")
    path.write_text("\n".join(["Customer no;Name;Date of birth", *rows]) + "\n", encoding="utf-8")
    assert kept(words, collect_personal_values(check_files([str(path)]).all_tables()))[0] == after


@pytest.mark.promise("P23")
@pytest.mark.parametrize("key", ["01010750160", "010107 50160", "010107-50160", "41010750073"])
def test_numbers_of_persons_are_masked_however_written(key: str) -> None:
    """National identity numbers and D-numbers used as customer numbers keep two digits; other numbers are kept."""
    assert kept(None, set(), key)[2:4] == (f"•••••••••{key[-2:]}",) * 2
    assert kept(None, set(), "12345678901")[2:4] == ("12345678901",) * 2


def traces(folder: Path) -> list[str]:
    """The files of armbulk's folder that have one of the names."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in found if any(name.encode() in path.read_bytes() for name in NAMES)]


@pytest.mark.promise("P23")
@pytest.mark.parametrize("there", [True, False], ids=["the files are there", "the files are gone"])
def test_the_log_of_the_store_forgets_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, there: bool) -> None:
    """Redacted messages are gone from the store and from its journal, also while another process has it open."""
    with journey(tmp_path) as way:
        save_results = way.store._save_results

        def quoting(conn: object, run_id: int, results: list[RecordResult]) -> None:
            quoted = [RecordResult(one.no, Outcome.REJECTED, f"{NAMES} is no good", NAMES) for one in results]
            save_results(conn, run_id, quoted)  # type: ignore[arg-type]

        monkeypatch.setattr(way.store, "_save_results", quoting)
        files = write_files(tmp_path)
        run = way.begin(files)
        assert way.carry_on(run) == "finished"
        assert traces(tmp_path / "home")
        with sqlite3.connect(tmp_path / "home" / "armbulk.db") as other:
            other.execute("SELECT count(*) FROM item").fetchall()
            finish_run(way.store, run, check_files(files) if there else None, tmp_path / "r.xlsx", "en")
            assert traces(tmp_path / "home") == []
        other.close()
        assert load_result(way.store, run).count_outcomes()["rejected"] == 9
