"""Unconfirmed documents are listed, looked up again, and settled by a person, never by armbulk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from click.testing import CliRunner
from support.commands import call
from support.journey import Journey, check_once, journey, outcomes, sample_files
from support.loopback import open_loopback

from armbulk.app.plan import build_plan
from armbulk.app.session import Session
from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.errors import Unfinished
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import GIVEN_UP_IN_RUN, NOT_SENT_YET
from armbulk.model.submission import RecordResult
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import load_result
from armbulk.results.summary import next_steps
from armbulk.sandbox.faults import InjectedFault
from armbulk.store import Store


@contextmanager
def lost_run(folder: Path) -> Iterator[tuple[Journey, int]]:
    """A run whose six documents got no answer, and never came to ARM."""
    with journey(folder, dialect={"duplicate": "accept"}, faults=["lose-before:POST:documents/batches:1"]) as way:
        run = way.begin(sample_files())
        assert way.carry_on(run) == "in_doubt"
        yield way, run


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[tuple[Journey, int]]:
    """A lost run to decide on."""
    with lost_run(tmp_path) as run:
        yield run


@pytest.fixture(scope="module")
def undecided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Journey, int]]:
    """A lost run that stays as it is."""
    with lost_run(tmp_path_factory.mktemp("undecided")) as run:
        yield run


def resolve(way: Journey, *words: str) -> tuple[int, dict[str, Any]]:
    """Run `armbulk resolve` as a script does."""
    env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home"), "ARMBULK_LANG": "en"}
    done = CliRunner().invoke(cli, ["resolve", *words, "--json"], env=env)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        ("503", 6, "it answered HTTP 503"),
        ("html", 6, "cannot be read"),
        ("401", 5, "401"),
        ("429", 4, "used up"),
    ],
)
def test_no_decision_without_asking_arm(undecided: tuple[Journey, int], fault: str, code: int, message: str) -> None:
    """Where ARM cannot be asked again, a script decides nothing, and the list says so; --no-ask decides without."""
    way, run = undecided
    before = way.store.unresolved_documents(way.bench.profile.account, run)
    way.sandbox._faults[:] = [InjectedFault.parse(f"{fault}:GET:documents/:*")]
    try:
        ended, said = resolve(way, "--resend", "--yes", "--expect-count", "6")
        assert (ended, message in said["error"]["message"]) == (code, True)
        assert code == 5 or "--no-ask" in said["error"]["hint"]
        env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home"), "ARMBULK_LANG": "en"}
        listed = CliRunner().invoke(cli, ["resolve"], env=env)
        assert listed.exit_code == (5 if code == 5 else 3)
        assert code == 5 or "Not all of these documents could be looked up" in listed.stderr
    finally:
        way.sandbox._faults.clear()
    assert [document.no for document in way.store.unresolved_documents(way.bench.profile.account, run)] == [
        document.no for document in before
    ]


@pytest.mark.promise("P3")
def test_every_document_in_doubt_is_named(lost: tuple[Journey, int]) -> None:
    """Unconfirmed documents are listed with run, row, number, customer, amount, time and reason; the exit code is 3."""
    way, run = lost
    code, said = resolve(way)
    assert code == 3
    assert len(said["open"]) == 6
    first = said["open"][0]
    assert (first["run"], first["sheet"], first["row"], first["document_no"]) == (str(run), "documents", 2, "F1")
    assert (first["customer_no"], first["amount"], first["currency"]) == ("0002", "250", "NOK")
    assert first["attempted"].startswith("20")
    assert "Not found in ARM" in first["reason"]


def test_a_document_that_is_not_found_again_has_one_reason(lost: tuple[Journey, int]) -> None:
    """After the waiting time a further look-up that finds nothing does not say that ARM may still be processing it."""
    way, run = lost
    for seconds in (600, 4000):
        way.clock.sleep(seconds)
        way.carry_on(run)
    assert way.store.batches(run)[-1].state.value == "quarantined"
    reason = resolve(way)[1]["open"][0]["reason"]
    assert "after the waiting time" in reason
    assert "may still be processing" not in reason


class Killed(httpx.BaseTransport):
    """The process is killed while a batch is on its way; ARM takes it, or not."""

    def __init__(self, resource: str = "documents", *, taken: bool = False) -> None:
        self.resource, self.taken, self._inner = resource, taken, open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on, and die."""
        if not request.url.path.endswith(f"/{self.resource}/batches"):
            return self._inner.handle_request(request)
        if self.taken:
            self._inner.handle_request(request)
        raise KeyboardInterrupt

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@contextmanager
def killed_run(folder: Path, *, taken: bool = False) -> Iterator[tuple[Journey, int]]:
    """A run that was killed while its six documents were being sent."""
    with journey(folder) as way:
        run, bench = way.begin(sample_files()), way.bench
        way.bench = replace(bench, transport=Killed(taken=taken))
        with pytest.raises(KeyboardInterrupt):
            way.carry_on(run)
        way.bench = bench
        assert [batch.state.value for batch in way.store.batches(run)] == ["finished", "posting"]
        yield way, run


@pytest.mark.promise("P3", "P5")
@pytest.mark.parametrize("words", [["--no-ask"], [], ["1", "--no-ask"]])
def test_what_a_killed_process_was_sending_is_named(tmp_path: Path, words: list[str]) -> None:
    """After a crash, `resolve` lists every document that may have been sent; the exit code is 3."""
    with killed_run(tmp_path) as (way, run):
        code, said = resolve(way, *words)
        assert code == 3
        assert [document["document_no"] for document in said["open"]] == [f"F{n}" for n in range(1, 7)]
        assert {document["run"] for document in said["open"]} == {str(run)}
        assert "running" not in said
        code, said = resolve(way, "--resend", "--no-ask", "--yes")
        assert (code, said["decided"]) == (3, {"resend": 6})
        assert way.carry_on(run) == "finished"
        assert set(way.documents().values()) == {1}


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_customers_that_a_killed_process_was_sending_are_said(tmp_path: Path, lang: str) -> None:
    """No one has to decide about customers, but the run is not finished: it is named, with exit code 3."""
    with journey(tmp_path) as way:
        run, bench = way.begin(sample_files()), way.bench
        way.bench = replace(bench, transport=Killed("customers"))
        with pytest.raises(KeyboardInterrupt):
            way.carry_on(run)
        way.bench = bench
        assert resolve(way, "--no-ask") == (3, {"open": [], "decided": {}, "resume": [str(run)]})
        env = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home")}
        code, shown, _ = call("resolve", "--no-ask", "--lang", lang, env=env)
        assert (code, f"armbulk resume {run}\n" in shown) == (3, True)
        assert way.carry_on(run) == "finished"
        assert resolve(way, "--no-ask") == (0, {"open": [], "decided": {}})
        code, shown, _ = call("resolve", "--no-ask", "--lang", lang, env=env)
        nothing = "No documents are unconfirmed." if lang == "en" else "Ingen bilag er ubekreftet."
        assert (code, shown.startswith(nothing), "armbulk runs" in shown) == (0, True, True)


def test_what_a_killed_process_sent_is_found(tmp_path: Path) -> None:
    """Documents that ARM took from a process that was killed are created, with nothing sent."""
    with killed_run(tmp_path, taken=True) as (way, run):
        assert resolve(way) == (0, {"open": [], "decided": {}})
        assert outcomes(load_result(way.store, run)) == {"created": 9}


@pytest.mark.promise("P3", "P6")
def test_what_a_living_process_is_sending_is_not_in_doubt(tmp_path: Path) -> None:
    """While another process sends for the client, `resolve` says so, and nothing can be decided."""
    with killed_run(tmp_path) as (way, run):
        other = Store(way.bench.profile.store_url, way.clock)
        with other.lock(way.bench.profile.account, run):
            for words in ([], ["--no-ask"]):
                code, said = resolve(way, *words)
                assert (code, said["open"], said["decided"]) == (3, [], {})
                assert said["running"].startswith(f"Run {run} (process ")
            env = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_LANG": "en"}
            code, shown, warned = call("resolve", "--no-ask", env=env)
            assert (code, shown) == (3, "")
            assert "is sending for client 2218" in warned
            code, said = resolve(way, "--give-up", "--yes", "--no-ask")
            assert (code, said["error"]["code"]) == (3, "busy")
        other.close()
        assert [batch.state.value for batch in way.store.batches(run)] == ["finished", "posting"]


def test_what_arm_has_meanwhile_is_created(lost: tuple[Journey, int]) -> None:
    """A new look-up finds documents that ARM processed late: created, with nothing sent."""
    way, run = lost
    for n in range(1, 7):
        way.sandbox.state.documents[f"f{n}"] = [
            {"documentNo": f"F{n}", "documentType": "IN", "customerNo": f"{n % 3 + 1:04d}", "currency": "NOK"}
        ]
    assert resolve(way) == (0, {"open": [], "decided": {}})
    assert outcomes(load_result(way.store, run)) == {"created": 9}
    assert way.store.run(run).state == "finished"


@pytest.mark.promise("P3")
def test_a_person_marks_gives_up_and_sends_again(lost: tuple[Journey, int], tmp_path: Path) -> None:
    """Each decision applies to the numbers in a file; documents that are sent again are sent once."""
    way, run = lost
    keys = tmp_path / "keys.txt"
    keys.write_text("f1\nF2 \n", encoding="utf-8")
    code, said = resolve(way, str(run), "--mark-created", "--keys-file", str(keys), "--yes", "--no-ask")
    assert (code, said["decided"], len(said["open"])) == (3, {"mark-created": 2}, 4)
    keys.write_text("F3\n", encoding="utf-8")
    assert resolve(way, "--give-up", "--keys-file", str(keys), "--yes", "--no-ask")[1]["decided"] == {"give-up": 1}
    code, said = resolve(way, "--resend", "--yes", "--no-ask", "--expect-count", "3", "--expect-total", "750")
    assert (code, said["decided"], said["open"]) == (3, {"resend": 3}, [])
    assert way.carry_on(run) == "finished"
    stood = load_result(way.store, run)
    assert outcomes(stood) == {"created": 8, "not_sent": 1}
    assert way.documents() == {"f4": 1, "f5": 1, "f6": 1}


def test_what_arrives_after_the_decision_is_not_sent_again(tmp_path: Path) -> None:
    """A first import looks nothing up; but what may have been sent before is looked up once more before it goes."""
    with journey(tmp_path, dialect={"duplicate": "accept"}, faults=["lose-late=3300:POST:documents/batches"]) as way:
        run = way.begin(sample_files(), first_import=True)
        assert way.carry_on(run) == "in_doubt"
        way.clock.sleep(2_000)
        assert way.carry_on(run) == "in_doubt"
        with Session(way.bench.profile, way.clock) as session:
            assert session.resolve(run, decision="resend").decided == {"resend": 6}
        way.clock.sleep(1_400)
        assert way.carry_on(run) == "finished"
        assert load_result(way.store, run).count_by_resource()["documents"] == {"already_sent": 6}
        assert set(way.documents().values()) == {1}


def test_what_is_to_be_sent_again_stays_taken(tmp_path: Path) -> None:
    """Another run does not send it meanwhile, whatever ARM answered: the first sending may still arrive."""
    faults = ["lose-before:POST:documents/batches:1", "429:POST:documents/batches:2"]
    with journey(tmp_path, faults=faults) as way:
        files = sample_files(customers=1, documents=2)
        run = way.begin(files, first_import=True)
        assert way.carry_on(run) == "in_doubt"
        assert resolve(way, "--resend", "--yes", "--no-ask")[1]["decided"] == {"resend": 2}
        planned = build_plan(way.bench, way.store, check_once(files), ImportOptions(first_import=True)).items
        assert planned.filter(planned["resource"] == "documents")["outcome"].to_list() == ["in_doubt"] * 2
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(way.clock, "sleep", lambda _: setattr(way.clock, "interrupted", True))
            assert way.carry_on(run) == "interrupted"
        assert way.store.sent_documents(way.bench.profile.account).height == 2
        way.clock.interrupted = False
        assert way.carry_on(run) == "finished"
        assert way.documents() == {"f1": 1, "f2": 1}


def test_what_arm_has_accepted_and_not_told_is_not_settled(tmp_path: Path) -> None:
    """The run waited as long as it was to: `resolve` has nothing to decide and ends with code 3."""
    with journey(tmp_path, delay=10_000.0, environ={"ARMBULK_WAIT_SECONDS": "60"}) as way:
        run = way.begin(sample_files(customers=1, documents=1)[1:], first_import=True)
        assert way.carry_on(run) == "in_doubt"
        assert resolve(way, "--no-ask") == (3, {"open": [], "decided": {}, "fetch": ["1"]})
        env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home"), "ARMBULK_LANG": "en"}
        shown = CliRunner().invoke(cli, ["resolve", "--no-ask"], env=env)
        assert (shown.exit_code, "Fetch them with: armbulk resume 1\n" in shown.output) == (3, True)


def test_only_a_rejection_frees_a_number(lost: tuple[Journey, int]) -> None:
    """A document in conflict, and one that was given up, keep their numbers when others of their batch are settled."""
    way, run = lost
    for number, amount in (("F1", 999), ("F3", 250)):
        way.sandbox.state.documents[number.lower()] = [
            {
                "documentNo": number,
                "documentType": "IN",
                "documentDate": "2026-11-01",
                "currencyAmounts": {"inclVat": amount},
            }
        ]
    with Session(way.bench.profile, way.clock) as session:
        session.resolve(run, decision="give-up", documents=["F2"], look_up=False)
        session.resolve(run)
        guarded = session.store.sent_documents(way.bench.profile.account)
    settled = dict(guarded.drop_nulls("outcome").select("key_norm", "outcome").iter_rows())
    assert settled == {"f1": "conflict", "f2": "not_sent", "f3": "created"}
    assert guarded.height == 6


def test_what_is_sent_again_is_known_for_that_in_smaller_batches(tmp_path: Path) -> None:
    """Its batch is too large, and is cut in two: whenever these go, ARM is asked first."""
    faults = ["lose-before:POST:documents/batches:1", "413:POST:documents/batches:2"]
    with journey(tmp_path, dialect={"duplicate": "accept"}, faults=faults) as way:
        run = way.begin(sample_files(), first_import=True)
        assert way.carry_on(run) == "in_doubt"
        with Session(way.bench.profile, way.clock) as session:
            session.resolve(run, decision="resend")
        assert way.carry_on(run) == "finished"
        documents = [batch for batch in way.store.batches(run) if batch.resource == "documents"]
        assert [way.store.is_sent_again(batch.id) for batch in documents] == [False, True, True, True]
        assert set(way.documents().values()) == {1}


def test_what_was_given_up_is_not_sent_by_a_later_import(lost: tuple[Journey, int]) -> None:
    """A decision also applies to later imports of other files."""
    way, run = lost
    resolve(way, "--give-up", "--yes", "--no-ask")
    again = way.run(sample_files())
    assert again.count_outcomes()["not_sent"] == 6
    messages = again.items.filter(again.items["outcome"] == "not_sent")["message"].unique().to_list()
    assert messages == [GIVEN_UP_IN_RUN.fill(run=run)]
    assert way.documents() == {}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--resend"], 2),  # a question no one can answer
        (["--resend", "--yes", "--expect-count", "5"], 2),
        (["--resend", "--yes", "--expect-total", "1"], 2),
        (["--resend", "--yes", "--expect-total", "much"], 2),
        (["--resend", "--yes", "--keys-file", "no-such-file"], 2),
        (["99"], 2),  # there is no such run
        (["--give-up", "--resend", "--yes"], 2),  # the last one does not win
    ],
)
def test_decisions_are_careful(undecided: tuple[Journey, int], words: list[str], code: int) -> None:
    """Without a confirmation, or with wrong expectations, nothing is decided."""
    way, run = undecided
    assert resolve(way, *words, "--no-ask")[0] == code
    assert outcomes(load_result(way.store, run)) == {"created": 3, "in_doubt": 6}


@pytest.mark.parametrize(
    ("lang", "texts"),
    [
        ("en", ["s (send again)", "documents row 2", "Not found in ARM", "Document F1 is unchanged.", '"1 250.00"']),
        ("no", ["s (send på nytt)", "documents rad 2", "Ikke funnet i ARM", "Bilag F1 er uendret.", "«1 250,00»"]),
    ],
)
def test_a_mistyped_confirmation_is_asked_again(
    undecided: tuple[Journey, int], monkeypatch: pytest.MonkeyPatch, lang: str, texts: list[str]
) -> None:
    """The terminal asks once more about that document; what was decided before stays. Each word is in the language."""
    way, run = undecided
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home")}
    done = CliRunner().invoke(cli, ["resolve", "--no-ask", "--lang", lang], input="s\n1 25\nl\n" + "l\n" * 5, env=env)
    assert done.exit_code == 3
    assert [text for text in texts if text not in done.stderr] == []
    assert outcomes(load_result(way.store, run)) == {"created": 3, "in_doubt": 6}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("c\ny\n", {"created": 9}),
        ("c\nn\n" + "l\n" * 5, {"created": 4, "in_doubt": 5}),
        ("s\n1 250.00\ny\n5 1250.00\n", {"created": 3, "not_sent": 6}),
        ("s\n1 250.00\ny\n5 1\n" + "l\n" * 5, {"created": 3, "not_sent": 1, "in_doubt": 5}),
    ],
)
def test_a_decision_can_be_the_same_for_all_others(
    lost: tuple[Journey, int], monkeypatch: pytest.MonkeyPatch, typed: str, expected: dict[str, int]
) -> None:
    """After the first decision one answer settles all others; to send them again, their count and total are typed."""
    way, run = lost
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home")}
    done = CliRunner().invoke(cli, ["resolve", "--no-ask"], input=typed, env=env)
    assert "other 5 documents" in done.stderr
    after = outcomes(load_result(way.store, run))
    assert after.get("created") == expected.get("created")
    assert after.get("in_doubt", 0) == expected.get("in_doubt", 0)


def test_keys_that_are_not_in_doubt_stop_it(undecided: tuple[Journey, int], tmp_path: Path) -> None:
    """A number that is not unconfirmed is named, and nothing is decided."""
    way, run = undecided
    (tmp_path / "keys.txt").write_text("F1\nX9\n", encoding="utf-8")
    code, said = resolve(way, "--resend", "--yes", "--no-ask", "--keys-file", str(tmp_path / "keys.txt"))
    assert code == 2
    assert "x9" in said["error"]["message"]
    assert outcomes(load_result(way.store, run)) == {"created": 3, "in_doubt": 6}


@pytest.mark.parametrize(("lang", "advice"), [("en", "give it another number."), ("nb", "gi det et annet nummer.")])
def test_what_was_given_up_has_its_own_advice(undecided: tuple[Journey, int], lang: str, advice: str) -> None:
    """Neither `armbulk resume` nor the same import helps for a document that was given up."""
    way, run = undecided
    items = load_result(way.store, run).items.filter(pl.col("outcome") == "in_doubt")
    given_up = items.with_columns(outcome=pl.lit("not_sent"), message=pl.lit(str(GIVEN_UP_IN_RUN.fill(run=1))))
    [step] = next_steps(given_up, lang)
    assert step.endswith(advice)
    assert "armbulk resume" in next_steps(given_up.with_columns(message=pl.lit(str(NOT_SENT_YET))), lang)[0]
    assert "ARMBULK_SETTLE_SECONDS" in next_steps(items, lang)[1]  # when it helps to ask ARM again


def test_documents_in_doubt_stop_other_runs_alone(undecided: tuple[Journey, int]) -> None:
    """Their own run looks them up and continues."""
    way, run = undecided
    way.store.verify_nothing_in_doubt(way.bench.profile.account, run)
    with pytest.raises(Unfinished, match="until they are settled"):
        way.store.verify_nothing_in_doubt(way.bench.profile.account, run + 1)


def test_a_record_keeps_its_outcome(undecided: tuple[Journey, int]) -> None:
    """What ARM says later of a record that is settled changes nothing."""
    way, run = undecided
    before = way.store.items(run)["outcome"].to_list()
    way.store.save_outcomes(run, [RecordResult(1, Outcome.REJECTED, "late")])
    assert before[0] == "created"
    assert way.store.items(run)["outcome"].to_list() == before
