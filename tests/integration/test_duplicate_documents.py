"""The same documents from other files, on other machines or after a restored backup are not sent twice."""

import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.document_files import NUMBERS, sends_nothing, sent_documents, xlsx
from support.journey import Journey, check_once, guard_folder, journey, outcomes, sample_files, write_files

from armbulk.app.plan import build_plan
from armbulk.app.runs import finish_run
from armbulk.arm.client import ArmClient
from armbulk.cli import cli
from armbulk.errors import Unfinished
from armbulk.model.keys import normalise_key_text
from armbulk.model.lookup import DocumentLookup, LookupResult
from armbulk.model.response import ApiResult, Response
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import load_result
from armbulk.sandbox import Sandbox
from armbulk.validation.check import check_files
from armbulk.writers.provenance import read_provenance


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A client whose six documents have been sent."""
    with sent_documents(tmp_path_factory.mktemp("sent")) as way:
        yield way


@pytest.mark.first_cases(2)
@pytest.mark.parametrize(
    "name",
    [
        "renamed",
        "upper case",
        "no-break space behind",
        "decomposed letters",
        "Norwegian headers",
        "other column order",
        "UTF-16",
        "old Mac line ends",
        "a workbook saved again",
        "second half",
        "only 0003, as a workbook",
        "sorted 3",
    ],
)
def test_the_same_documents_from_another_file(sent: Journey, tmp_path: Path, name: str) -> None:
    """However the file was changed, no document is sent again; tests/proofs tries fifty ways."""
    sends_nothing(sent, tmp_path, name)


@pytest.mark.first_cases(2)
@pytest.mark.promise("P4")
@pytest.mark.parametrize("dialect", [{}, {"list_total": "clamped"}, {"list_empty": "404"}, {"list_end": "same"}])
def test_a_new_machine_asks_arm_first(tmp_path: Path, dialect: dict[str, str]) -> None:
    """With an empty store, documents that ARM already has are found by look-up and not sent; new ones are."""
    with journey(tmp_path, dialect=dialect) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        way.store.close()
        for path in (tmp_path / "home").glob("armbulk.db*"):
            path.unlink()
        way.store = way.bench.open_store()
        stood = way.run(sample_files(documents=8))
        assert outcomes(stood) == {"created": 2, "unchanged": 3, "already_sent": 6}
        assert set(way.documents().values()) == {1}
        assert build_plan(way.bench, way.store, check_once(sample_files()), ImportOptions()).lookups is None


@pytest.mark.promise("P4")
def test_where_arm_has_no_list_each_document_is_looked_up(tmp_path: Path) -> None:
    """Without a list each document is looked up once, also across sessions."""
    with journey(tmp_path) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        way.store.close()
        for path in (tmp_path / "home").glob("armbulk.db*"):
            path.unlink()
        way.store = way.bench.open_store()
        way.sandbox.add_fault("html:GET:documents:1")
        before = way.sandbox.state.usage()["hour.requests"]
        stood = way.run(sample_files(documents=8))
        assert outcomes(stood) == {"created": 2, "unchanged": 3, "already_sent": 6}
        assert way.sandbox.state.usage()["hour.requests"] - before >= 8
        assert set(way.documents().values()) == {1}


def test_where_arm_offers_no_look_ups_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """405 to a look-up: the import stops at once, with what to do."""
    refused = ApiResult(Response(405), DocumentLookup(LookupResult.UNKNOWN, ""))
    monkeypatch.setattr(ArmClient, "look_up_document", lambda *_: refused)
    with journey(tmp_path) as way:
        with pytest.raises(Unfinished, match="does not allow look-ups of single documents") as raised:
            way.run(sample_files(customers=1, documents=1)[1:])
        assert "--first-import" in (raised.value.hint or "")
        assert way.documents() == {}


@pytest.mark.promise("P4")
def test_another_document_with_our_number_is_not_overwritten(tmp_path: Path) -> None:
    """If ARM has a different document with the same number, the outcome is a conflict and nothing is sent."""
    with journey(tmp_path) as way:
        way.sandbox.state.documents["f1"] = [{"documentNo": "F1", "customerNo": "77", "documentType": "IN"}]
        stood = way.run(sample_files(documents=2))
        assert outcomes(stood) == {"created": 4, "conflict": 1}


def _import(words: list[str], env: dict[str, str]) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["import", *words, "--yes", "--lang", "en"], env=env)
    return done.exit_code, done.output + done.stderr


def _let_an_hour_pass(guard: Path) -> None:
    """Date the last sending back: what was sent just before a copy was put back is waited for."""
    for file in guard.glob("[0-9a-f]" * 32):
        number, written = file.read_text(encoding="ascii").split()
        file.write_text(f"{number} {int(written) - 3_600}\n", encoding="ascii")


@pytest.mark.promise("P4")
@pytest.mark.parametrize("kind", ["deleted", "restored"])
def test_a_result_that_knows_more_than_the_store_stops(tmp_path: Path, kind: str) -> None:
    """If the result workbook knows a run that a deleted or restored store does not, nothing is sent."""
    home, kept = tmp_path / "home", tmp_path / "kept"
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_HOME": str(home)}
        assert CliRunner().invoke(cli, ["usage"], env=env).exit_code == 0
        shutil.copytree(home, kept)
        assert _import(files, env)[0] == 0
        assert read_provenance(tmp_path / "customers.result.xlsx") is not None
        shutil.rmtree(home)
        if kind == "restored":
            shutil.copytree(kept, home)
            _let_an_hour_pass(guard_folder(tmp_path))
        posts = arm.state.usage()["hour.writes"]
        code, said = _import(files, env)
        assert (code, "--look-up" in said, "customers.result.xlsx" in said) == (3, True, True)
        assert ("older copy" in said) is (kind == "restored")
        assert arm.state.usage()["hour.writes"] == posts
        assert _import([*files, "--look-up"], env)[0] == 0
        assert {len(found) for found in arm.state.documents.values()} == {1}


def test_a_first_import_may_be_said(tmp_path: Path) -> None:
    """`--first-import` skips the duplicate check, which the details of a plan announce otherwise."""
    files = write_files(tmp_path)
    with Sandbox() as arm:
        env = {**arm.settings}
        planned = CliRunner().invoke(cli, ["plan", *files, "--details", "--lang", "en"], env=env).output
        assert "Skip this with --first-import" in planned
        first = CliRunner().invoke(cli, ["plan", *files, "--details", "--first-import"], env=env).output
        assert "Skip this with --first-import" not in first
        assert _import([*files, "--first-import"], env)[0] == 0


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_results_remember_their_store_when_saved_again(tmp_path: Path, form: str) -> None:
    """The provenance of a result workbook survives being opened and saved by another program."""
    with journey(tmp_path) as way:
        files = xlsx(tmp_path, "d", NUMBERS) if form == "xlsx" else write_files(tmp_path)
        run = way.begin(files)
        way.carry_on(run)
        target = tmp_path / "result.xlsx"
        finish_run(way.store, run, check_files(files), target, "en")
        before = read_provenance(target)
        assert before is not None
        assert before.store_id == way.store.identity()
        openpyxl.load_workbook(target).save(target)
        assert read_provenance(target) == before
        assert sum(load_result(way.store, run).count_outcomes().values()) > 0


@pytest.mark.promise("P27")
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20))
def test_forms_of_a_key_are_one(key: str) -> None:
    """Letter case, surrounding spaces and Unicode forms do not make a different key."""
    assert normalise_key_text(f"\u00a0{key} ") == normalise_key_text(key)
    assert normalise_key_text(unicodedata.normalize("NFD", key)) == normalise_key_text(
        unicodedata.normalize("NFC", key)
    )
