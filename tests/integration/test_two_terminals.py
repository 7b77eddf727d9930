"""A decision waits at its question while another terminal works: it is carried out on what was shown, or not at all.

tests/proofs tries every pair of commands.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.journey import Journey, journey, outcomes, write_files
from support.two_terminals import HALF, LATE, Person, World, keeps_its_word, world

from armbulk.errors import ArmbulkError, Unfinished, UsageError
from armbulk.i18n import translate
from armbulk.model.batch_state import BatchState
from armbulk.results.run_result import load_result
from armbulk.store import Store
from armbulk.store.queries import StoreReader


@pytest.mark.first_cases(2)
@pytest.mark.promise("P1", "P6")
@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("never", "resend", "resend half and resume"),
        ("late", "resend each", "look-up"),
        ("late", "resume --first-import", "resume"),
    ],
)
def test_two_commands(tmp_path: Path, kind: str, first: str, second: str) -> None:
    """Nothing is sent twice, nothing settled is changed, and no number that may be in ARM can be sent again."""
    keeps_its_word(tmp_path, kind, first, second, asks_again=False)


def halved(there: World) -> None:
    """The other terminal gives half of the documents up."""
    with there.terminal() as session:
        session.resolve(decision="give-up", documents=HALF, look_up=False)


def test_a_decision_on_what_has_changed_is_not_carried_out(tmp_path: Path) -> None:
    """A script stops and names what has changed; nothing is done, not even for what has not changed."""
    with world(tmp_path, "never") as there, there.terminal() as session:
        person = Person(meanwhile=lambda: halved(there), asks_again=False)
        with pytest.raises(Unfinished) as changed:
            session.resolve(decision="resend", look_up=False, dialog=person)
        assert changed.value.code == "changed-meanwhile"
        assert "changed 3 documents" in changed.value.message
        assert "F1 (run 1): given up" in changed.value.message
        assert "F1 (kjøring 1): gitt opp" in translate(changed.value.message, "nb")
        assert len(session.store.unresolved_documents(session.profile.account)) == 3
        assert [batch.state for batch in session.store.batches(1)][-1] is BatchState.IN_DOUBT


def test_a_person_is_asked_anew_about_what_is_left(tmp_path: Path) -> None:
    """At a terminal the question comes again, about the documents that are still open."""
    with world(tmp_path, "never") as there, there.terminal() as session:
        person = Person(meanwhile=lambda: halved(there))
        result = session.resolve(decision="resend", look_up=False, dialog=person)
        assert (result.decided, person.questions, len(person.changes)) == ({"resend": 3}, 2, 1)
        each = Person("give-up")
        assert session.resolve(look_up=False, dialog=each).decided == {}


def test_a_document_that_changed_is_asked_about_anew_if_it_is_open(tmp_path: Path) -> None:
    """One that has an outcome now is only named; one that only moved on is asked about again."""

    def moved() -> None:
        there.way.clock.sleep(4_000)
        there.way.carry_on(1)  # not found after time to settle: waits for a person

    with world(tmp_path, "never") as there, there.terminal() as session:
        person = Person("give-up", meanwhile=moved)
        assert session.resolve(look_up=False, dialog=person).decided == {"give-up": 6}
        assert person.questions > 6
        assert "unconfirmed, not found in ARM" in person.notes[0]


@pytest.mark.parametrize("asks_again", [True, False])
def test_a_plan_of_which_a_part_was_sent_meanwhile(tmp_path: Path, *, asks_again: bool) -> None:
    """A person sees the new plan and is asked again; a script continues with less, and says so."""
    with world(tmp_path, "free") as there, there.terminal() as session:
        person = Person(meanwhile=lambda: there.act("import others", Person()), asks_again=asks_again)
        result = session.import_files(*there.files, target=tmp_path / "r.xlsx", dialog=person)
        documents = result.result.items.filter(result.result.items["resource"] == "documents")
        assert sorted(documents["outcome"]) == ["already_sent"] * 3 + ["created"] * 3
        [said] = person.changes
        assert "6 records would no longer be sent (0001, 0002, 0003, F4, F5, F6)" in said
        assert (person.questions, said in person.notes) == ((2, False) if asks_again else (1, True))
        assert set(there.way.documents().values()) == {1}


def test_a_plan_that_is_not_what_was_expected_any_more(tmp_path: Path) -> None:
    """`--expect-total` applies to what is sent, not for what was planned: nothing is sent, and no run is stored."""
    with world(tmp_path, "free") as there, there.terminal() as session:
        person = Person(meanwhile=lambda: there.act("import others", Person()), asks_again=False)
        with pytest.raises(UsageError, match=r"1 500\.00"):
            session.import_files(*there.files, target=tmp_path / "r.xlsx", expect_total="1500", dialog=person)
        assert len(session.store.runs()) == 1


def test_a_purge_means_what_was_old_when_it_was_asked(tmp_path: Path) -> None:
    """A run with anything open stays, whatever its state says."""
    with world(tmp_path, "never") as there, there.terminal() as session:
        session.store.end_session(1, "finished")
        there.way.clock.sleep(10)
        assert session.purge(timedelta(0)).runs == 0
        assert len(session.store.unresolved_documents(session.profile.account)) == 6


def test_while_another_process_sends_nothing_is_decided(tmp_path: Path) -> None:
    """Every command that decides needs the client's lock; who has it is named, and nothing is stored."""
    commands = ["give-up", "give-up each", "resume", "purge", "import"]
    with world(tmp_path, "never") as there:
        there.files = there.files[:1]  # customers may go
        other = Store(there.way.bench.profile.store_url, there.way.clock)
        before = (len(there.way.store.runs()), there.outcomes())
        with other.lock(there.way.bench.profile.account, 17):
            for command in commands:
                there.act(command, Person())
        other.close()
        assert [(error.code, error.exit) for error in there.errors] == [("busy", 3)] * len(commands)
        assert all(error.message.startswith("Run 17 (process ") for error in there.errors)
        assert (len(there.way.store.runs()), there.outcomes()) == before


# ── documents in doubt, and other runs ──────────────────────────────────────────────────────────────────────────────


def posts(way: Journey) -> int:
    """How many batches of documents came to the server."""
    return sum(call.method == "POST" and "/documents/" in call.path for call in way.sandbox.state.requests)


@pytest.mark.promise("P1")
@pytest.mark.parametrize("state", ["in doubt", "waiting for a person"])
def test_no_other_run_sends_documents_while_some_are_in_doubt(tmp_path: Path, state: str) -> None:
    """Customers are sent. Documents wait, and armbulk names the unconfirmed run and what to do."""
    with world(tmp_path, "never") as there:
        way = there.way
        if state != "in doubt":
            way.clock.sleep(4_000)
            assert way.carry_on(1) == "in_doubt"
            assert BatchState.QUARANTINED in {batch.state for batch in way.store.batches(1)}
        before = posts(way)
        with there.terminal() as session, pytest.raises(Unfinished) as stopped:
            session.import_files(*there.other, target=tmp_path / "r.xlsx", overwrite=True)  # else no customer goes
        assert (stopped.value.code, stopped.value.exit) == ("documents-in-doubt", 3)
        assert "Run 1 " in stopped.value.message
        assert "`armbulk resolve 1`" in stopped.value.hint
        assert posts(way) == before
        assert way.store.run(2).state == "paused"
        assert outcomes(load_result(way.store, 2))["not_sent"] == 3
        halved(there)
        with pytest.raises(Unfinished):
            way.carry_on(2)
        with there.terminal() as session:
            session.resolve(decision="give-up", look_up=False)
        assert way.carry_on(2) == "finished"
        assert set(way.documents()) == {"f7", "f8", "f9"}


def test_the_intent_itself_is_refused_while_others_are_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was checked before: in the transaction that commits the intent, nothing of another run is in doubt."""
    with world(tmp_path, "never") as there:
        monkeypatch.setattr(StoreReader, "verify_nothing_in_doubt", lambda *_, **__: None)
        before = posts(there.way)
        with pytest.raises(Unfinished, match="Run 1 has unconfirmed documents"):
            there.way.carry_on(there.way.begin(there.other))
        assert posts(there.way) == before


def test_the_same_documents_do_not_go_to_another_address_while_they_are_in_doubt(tmp_path: Path) -> None:
    """Another name of the same server: a look-up does not show what is still on its way there."""
    with world(tmp_path, "late") as there:
        way, bench = there.way, there.way.bench
        address = bench.profile.base_url.replace("127.0.0.1", "localhost")
        way.bench = replace(bench, profile=replace(bench.profile, base_url=address))
        with pytest.raises(Unfinished, match=r"Document F1 was sent to http://127\.0\.0\.1") as stopped:
            way.run(there.files)
        assert "`armbulk resume 1` with the profile" in stopped.value.hint
        way.clock.sleep(LATE)
        way.bench = bench
        assert way.carry_on(1) == "finished"
        way.bench = replace(bench, profile=replace(bench.profile, base_url=address))
        assert way.carry_on(2) == "finished"
        assert set(way.documents().values()) == {1}


def test_a_file_of_documents_alone_stops_before_the_question(tmp_path: Path) -> None:
    """Nothing is asked and no run is stored for what cannot be sent now."""
    with world(tmp_path, "never") as there, there.terminal() as session:
        person = Person()
        with pytest.raises(ArmbulkError) as stopped:
            session.import_files(*there.other[1:], target=tmp_path / "r.xlsx", dialog=person)
        assert (stopped.value.code, person.questions, len(session.store.runs())) == ("documents-in-doubt", 0, 1)


def test_a_verdict_of_arm_stops_nobody(tmp_path: Path) -> None:
    """Documents of a batch that ARM says has failed are in doubt, but nothing was lost on the way."""
    files = write_files(tmp_path)
    path = Path(files[1])
    path.write_text(path.read_text(encoding="utf-8").replace("F3;IN;0001", "F3;IN;9999"), encoding="utf-8")
    with journey(tmp_path, dialect={"failures": "whole"}) as way:
        assert way.carry_on(way.begin(files)) == "in_doubt"
        (tmp_path / "more").mkdir()
        more = write_files(tmp_path / "more", documents=8)
        assert outcomes(way.run(more))["created"] >= 2
        assert {"f7", "f8"} <= set(way.documents())
