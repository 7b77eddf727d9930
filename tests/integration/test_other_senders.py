"""Documents that another machine, or this machine before its store was put back, may have sent."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.document_list import DocumentList, Drop
from support.journey import FakeClock, Journey, check_once, guard_folder, journey, outcomes, sample_files, write_files

from armbulk.app.check import build_inputs
from armbulk.app.dialog import Dialog
from armbulk.app.imports import ImportRequest, import_files
from armbulk.app.plan import build_plan
from armbulk.app.resume import ResumeRequest, resume_import
from armbulk.errors import ServerError, Unfinished
from armbulk.model.lookup import LookupResult
from armbulk.planning.plan import ImportOptions
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.results.run_result import RunResult, load_result
from armbulk.results.store_check import verify_history
from armbulk.sandbox import Sandbox, batches
from armbulk.sending import duplicate_check
from armbulk.sending.list_proof import prove_list
from armbulk.store import Store
from armbulk.store.copies import CopyDetector, CopyNotice

OTHERS = {"ARMBULK_SOLE_SENDER": "false"}
MONTHS = 100 * 86_400.0
SPRING = 1_780_000_000.0


class Notes(Dialog):
    """A program's dialog that keeps what it is to know."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        """Keep it."""
        self.notes.append(text)


@contextmanager
def known_for_months(folder: Path, **sandbox: Any) -> Iterator[Journey]:
    """The only machine of a client, which knows the client since half a year before the documents of the samples."""
    clock = FakeClock(SPRING)
    with Sandbox(size="XL", clock=clock.now, **sandbox) as server:
        way = Journey(folder, server, clock, {})
        way.run(sample_files(documents=1), first_import=True)
        clock.sleep(MONTHS)
        try:
            yield way
        finally:
            way.store.close()


@contextmanager
def machines(folder: Path, count: int, **environ: str) -> Iterator[list[Journey]]:
    """Several machines that send for the same client, by the same time."""
    clock = FakeClock()
    with Sandbox(size="XL", clock=clock.now) as server:
        ways = [Journey(folder / f"pc{number}", server, clock, dict(environ)) for number in range(count)]
        try:
            yield ways
        finally:
            for way in ways:
                way.store.close()


def import_as_user(way: Journey, files: list[str], dialog: Dialog) -> RunResult:
    """Import files as `armbulk import --yes` does."""
    target = str(way.folder / "result.xlsx")
    request = ImportRequest(build_inputs(files, None, update=False), ImportOptions(), target)
    return import_files(way.bench, way.store, request, dialog).result


# ── others send, too ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.promise("P4")
def test_two_machines_that_know_the_client_send_a_file_once(tmp_path: Path) -> None:
    """Both machines know the client for months; the same file from each is created once."""
    new = write_files(tmp_path, documents=12)
    with machines(tmp_path, 2, **OTHERS) as (first, second):
        first.run(sample_files(documents=1))
        second.run(sample_files(documents=1))
        first.clock.sleep(MONTHS)
        assert first.run(new).count_by_resource()["documents"] == {"created": 11, "already_sent": 1}
        first.clock.sleep(60)
        assert second.run(new).count_by_resource()["documents"] == {"already_sent": 12}
        assert set(first.documents().values()) == {1}


@pytest.mark.first_cases(3)
@pytest.mark.parametrize(
    ("sole_sender", "months", "options", "why", "documents"),
    [
        ("false", True, {}, "other-senders", 7),
        ("false", False, {}, "other-senders", 7),
        ("true", True, {}, None, 0),
        ("true", False, {}, "earlier-sendings", 7),
        ("true", True, {"look_up": True}, "asked", 7),
        ("false", True, {"first_import": True}, None, 0),
    ],
)
def test_the_plan_prices_the_look_ups(
    tmp_path: Path, sole_sender: str, months: bool, options: dict[str, bool], why: str | None, documents: int
) -> None:
    """The plan says how many documents ARM is asked about, why, and what that costs."""
    clock = FakeClock(SPRING if months else 1_800_000_000.0)
    with Sandbox(clock=clock.now) as server:
        way = Journey(tmp_path, server, clock, {"ARMBULK_SOLE_SENDER": sole_sender})
        way.run(sample_files(documents=1), first_import=True)
        files = sample_files(documents=8)
        plan = build_plan(way.bench, way.store, check_once(files), ImportOptions(**options))
        lookups = plan.lookups
        assert ((lookups.why, lookups.documents) if lookups else (None, 0)) == (why, documents)
        if lookups is not None:
            assert (lookups.cost.requests, lookups.cost.reads, lookups.known) == (8, 8, 1)  # one is known
        way.store.close()


def test_a_store_that_knows_nothing_asks_one_by_one(tmp_path: Path) -> None:
    """On a new machine the list is not read: nothing is known that would prove it."""
    listed = DocumentList()
    with journey(tmp_path, size="XL") as way:
        way.bench = replace(way.bench, transport=listed)
        result = way.run(sample_files(documents=20))
        assert outcomes(result) == {"created": 23}
        assert (listed.reads, listed.lookups) == (0, 20)
        (check,) = result.list_checks
        assert (check.reason, check.records, check.known) == ("nothing-known", None, 0)


# ── a list that replaces single look-ups ──────────────────────────────────────────────────────────────────────────


def created_elsewhere(way: Journey, number: str, **values: object) -> None:
    """A document that another machine has created."""
    document = {"documentNo": number, "documentType": "IN", "customerNo": "0001", "documentDate": "2026-11-01"}
    way.sandbox.state.documents[number.lower()] = [{**document, "currency": "NOK", **values}]


def _known_then_new(folder: Path, drop: Drop, *, wait: float = 3_600.0) -> tuple[RunResult, DocumentList, Journey]:
    """Six documents are sent from here; another machine sends F30; then forty are imported, with this list of ARM."""
    listed = DocumentList(drop)
    with journey(folder, size="XL", environ=OTHERS) as way:
        way.run(sample_files(), first_import=True)
        created_elsewhere(way, "F30", currencyAmounts={"inclVat": 250})
        way.clock.sleep(wait)
        way.bench = replace(way.bench, transport=listed)
        result = way.run(sample_files(documents=40))
        assert set(way.documents().values()) == {1}
        return result, listed, way


@pytest.mark.promise("P4")
def test_a_proven_list_spares_the_look_ups(tmp_path: Path) -> None:
    """A complete list with all documents that are known here replaces 34 requests by one, and the run says so."""
    result, listed, _ = _known_then_new(tmp_path, lambda _: False)
    assert result.count_by_resource()["documents"] == {"created": 33, "already_sent": 7}
    assert (listed.reads, listed.lookups) == (1, 0)
    (check,) = result.to_json()["list_checks"]
    assert (check["trusted"], check["records"], check["known"], check["missing"]) == (True, 7, 6, 0)


@pytest.mark.first_cases(2)
@pytest.mark.promise("P4")
@pytest.mark.parametrize(
    ("drop", "wait", "reason", "lookups"),
    [
        (lambda record: record["documentNo"] in {"F3", "F30"}, 3_600.0, "lacks-known", 2),
        (lambda record: record["documentNo"] in {"F6", "F30"}, 3_600.0, "lacks-known", 2),
        (lambda _: True, 3_600.0, "lacks-known", 1),
        (lambda record: record["documentNo"] == "F30", 600.0, "settling", 0),
    ],
    ids=["one known missing", "the last known missing", "empty", "too early"],
)
def test_a_list_that_is_not_proven_is_not_believed(
    tmp_path: Path, drop: Drop, wait: float, reason: str, lookups: int
) -> None:
    """A list that lacks a known document, or was read too early, replaces no look-ups."""
    result, listed, _ = _known_then_new(tmp_path, drop, wait=wait)
    assert result.count_by_resource()["documents"] == {"created": 33, "already_sent": 7}
    assert listed.lookups == 34 + lookups
    assert [check.reason for check in result.list_checks] == [reason]


def test_a_number_that_was_found_at_arm_stays_taken_when_its_batch_is_refused(tmp_path: Path) -> None:
    """A limit sets the batch back; what was found by looking stays known, so that a later first import sends it not."""
    with journey(tmp_path, environ=OTHERS, faults=["429:POST:documents/batches:1"]) as way:
        created_elsewhere(way, "F3", currencyAmounts={"inclVat": 250})
        assert way.run(sample_files()).count_by_resource()["documents"] == {"created": 5, "already_sent": 1}
        again = way.run(sample_files(), first_import=True)
        assert again.count_by_resource()["documents"] == {"already_sent": 6}
        assert set(way.documents().values()) == {1}


def test_records_that_were_set_aside_shift_no_index(tmp_path: Path) -> None:
    """ARM counts the records that it got; one that was in conflict before is none of them."""
    with journey(tmp_path, environ=OTHERS, dialect={"item_identity": "index"}) as way:
        created_elsewhere(way, "F1", currencyAmounts={"inclVat": 999})
        result = way.run(sample_files())
        assert result.count_by_resource()["documents"] == {"created": 5, "conflict": 1}
        lookups = [call for call in way.sandbox.state.requests if call.method == "GET" and "/documents/" in call.path]
        assert len(lookups) == 6  # before sending; none afterwards


def test_what_a_wrong_clock_has_seen_is_looked_up_again(tmp_path: Path) -> None:
    """Documents that were "not found" next month may have been sent meanwhile."""
    with journey(tmp_path, environ=OTHERS) as way:
        run = way.begin(sample_files())
        (batch,) = [batch for batch in way.store.batches(run) if batch.resource == "documents"]
        records = [(record.no, LookupResult.ABSENT) for record in way.store.open_records(batch.id)]
        way.clock.at += 31 * 86_400.0
        way.store.save_lookup(batch.id, records, ends_round=False)
        way.clock.at -= 31 * 86_400.0
        created_elsewhere(way, "F3", currencyAmounts={"inclVat": 250})
        way.carry_on(run)
        assert load_result(way.store, run).count_by_resource()["documents"] == {"created": 5, "already_sent": 1}


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("seconds", [3_000.0, 5 * 86_400.0])
@pytest.mark.parametrize("resource", ["documents", "customers"])
def test_what_others_do_while_a_batch_waits_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resource: str, seconds: float
) -> None:
    """A batch that was checked and then waited for the quota is checked again before it goes."""
    intend = Store.record_intent
    with journey(tmp_path, environ=OTHERS, dialect={"duplicate": "accept"}) as way:
        waits = iter([seconds])

        def wait_once(store: Store, account: Account, batch_id: int, limits: QuotaLimits) -> Any:
            if store.batch(batch_id).resource == resource and (wait := next(waits, 0.0)):
                created_elsewhere(way, "F3", currencyAmounts={"inclVat": 250})
                if resource == "customers":
                    way.sandbox.state.customers["0002"] = {"customerNo": "0002", "name": "Berg AS"}
                return way.clock.now() + wait
            return intend(store, account, batch_id, limits)

        monkeypatch.setattr(Store, "record_intent", wait_once)
        counts = way.run(sample_files()).count_by_resource()
        expected = {
            "documents": {"customers": {"created": 3}, "documents": {"created": 5, "already_sent": 1}},
            "customers": {
                "customers": {"created": 2, "conflict": 1},
                "documents": {"created": 3, "already_sent": 1, "held_back": 2},
            },
        }
        assert counts == expected[resource]
        assert set(way.documents().values()) == {1}


@pytest.mark.parametrize("first_import", [False, True])
def test_what_others_sent_while_a_run_was_interrupted_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, first_import: bool
) -> None:
    """Neither what a list showed nor the word of a first import counts an hour later: a second machine has sent."""
    intend = Store.record_intent
    with machines(tmp_path, 2, **OTHERS) as (first, second):
        first.run(sample_files(documents=1), first_import=True)
        first.clock.sleep(7_200)
        files = sample_files(documents=12)[1:]

        def stop(*_: Any) -> float:
            first.clock.interrupted = True
            return first.clock.now() + 60

        run = first.begin(files, first_import=first_import)
        monkeypatch.setattr(Store, "record_intent", stop)
        assert first.carry_on(run) == "interrupted"
        monkeypatch.setattr(Store, "record_intent", intend)
        first.clock.interrupted = False
        first.clock.sleep(3_600)
        second.run(files)
        first.clock.sleep(60)
        assert first.carry_on(run) == "finished"
        assert load_result(first.store, run).count_by_resource()["documents"] == {"already_sent": 12}


def test_what_others_send_during_a_long_session_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list proved them absent an hour ago: one document of each later batch is looked up, then its whole batch."""
    intend, listed = Store.record_intent, DocumentList()
    environ = {**OTHERS, "ARMBULK_BATCH_DOCUMENTS": "10", "ARMBULK_WAIT_SECONDS": "9000"}
    with journey(tmp_path, size="XL", environ=environ, dialect={"duplicate": "accept"}) as way:
        way.run(sample_files(), first_import=True)
        way.clock.sleep(3_600)
        way.bench = replace(way.bench, transport=listed)
        run = way.begin(sample_files(documents=36))

        def send_slowly(store: Store, account: Account, batch_id: int, limits: QuotaLimits) -> Any:
            intent = intend(store, account, batch_id, limits)
            if store.batch(batch_id).no == 2:  # an hour passes, and another machine is faster
                way.clock.sleep(3_600)
                for number in range(17, 36):
                    created_elsewhere(
                        way, f"F{number}", customerNo=f"{number % 3 + 1:04d}", currencyAmounts={"inclVat": 250}
                    )
            return intent

        monkeypatch.setattr(Store, "record_intent", send_slowly)
        assert way.carry_on(run) == "finished"
        assert set(way.documents().values()) == {1}
        assert load_result(way.store, run).count_by_resource()["documents"] == {"created": 11, "already_sent": 25}
        assert listed.lookups == 21  # the ten of two batches, and a known one


def test_what_was_sent_to_another_address_is_looked_up(tmp_path: Path) -> None:
    """The server has two names, and the only sender has used both for months: its store does not know it is one."""
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}) as way:
        here = way.bench
        address = here.profile.base_url.replace("127.0.0.1", "localhost")
        way.bench = replace(here, profile=replace(here.profile, base_url=address))
        way.run(sample_files(documents=2), first_import=True)
        way.clock.sleep(MONTHS)
        way.run(sample_files(documents=4))
        way.bench = here
        plan = build_plan(way.bench, way.store, check_once(sample_files(documents=6)), ImportOptions())
        assert plan.lookups is not None
        assert plan.lookups.documents == 3
        documents = way.run(sample_files(documents=6)).count_by_resource()["documents"]
        assert documents == {"created": 2, "already_sent": 4}
        assert [count for key, count in way.documents().items() if key != "f1"] == [1] * 5


def test_a_profile_that_names_other_senders_now_counts_for_a_stored_run(tmp_path: Path) -> None:
    """The run was stored while only this machine sent; the profile says since that others do, and they did."""
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}) as way:
        run = way.begin(sample_files(documents=4))
        created_elsewhere(way, "F3", currencyAmounts={"inclVat": 250})
        way.bench = replace(way.bench, profile=replace(way.bench.profile, sole_sender=False))
        assert way.carry_on(run) == "finished"
        documents = load_result(way.store, run).count_by_resource()["documents"]
        assert documents == {"created": 2, "already_sent": 2}
        assert set(way.documents().values()) == {1}


def test_a_batch_number_of_another_run_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy repeats an old answer: the documents of this run are looked up, not taken for those of that batch."""
    with journey(tmp_path) as way:
        files = sample_files(customers=1, documents=1)
        monkeypatch.setattr(batches.uuid, "uuid4", lambda: "0f1e2d3c-0000-4000-8000-000000000001")
        way.run(files[:1], first_import=True)
        result = way.run(files[1:], first_import=True)
        assert result.items["message"].to_list() == ["Found in ARM after the answer was lost"]


def test_a_clock_that_was_behind_does_not_make_the_history_longer(tmp_path: Path) -> None:
    """The first run is stamped a year ago: the store does not know since then what is sent for the client."""
    now = 1_800_000_000.0
    clock = FakeClock(now - 365 * 86_400.0)
    with Sandbox(clock=lambda: clock.at + 365 * 86_400.0) as server:
        way = Journey(tmp_path, server, clock, {})
        way.run(sample_files(customers=1, documents=1)[:1], first_import=True)
        assert way.store.history_since(way.bench.profile.account) == pytest.approx(now, abs=60)
        clock.at = now + 3_600.0
        plan = build_plan(way.bench, way.store, check_once(sample_files(documents=8)), ImportOptions())
        assert plan.lookups is not None
        assert plan.lookups.documents == 8
        way.store.close()


def test_a_document_that_was_deleted_at_arm_is_looked_up_once(tmp_path: Path) -> None:
    """The list that lacks it is right, and is trusted; that is recorded, and its number stays taken."""
    listed = DocumentList()
    with journey(tmp_path, size="XL", environ=OTHERS) as way:
        way.run(sample_files(), first_import=True)
        created_elsewhere(way, "F30", currencyAmounts={"inclVat": 250})
        del way.sandbox.state.documents["f3"]
        way.clock.sleep(3_600)
        way.bench = replace(way.bench, transport=listed)
        result = way.run(sample_files(documents=40))
        assert result.count_by_resource()["documents"] == {"created": 33, "already_sent": 7}
        assert (listed.reads, listed.lookups) == (1, 2)
        assert [(check.reason, check.known, check.missing) for check in result.list_checks] == [(None, 5, 0)]
        assert "f3" not in way.documents()
        way.clock.sleep(3_600)
        way.run(sample_files(documents=60))
        assert (listed.reads, listed.lookups) == (2, 2)


@pytest.mark.parametrize("answer", ["list", "document", "customer"])
def test_records_of_another_client_are_not_believed(tmp_path: Path, answer: str) -> None:
    """They would make a document look sent, or a customer look known; the import stops, and nothing is sent."""
    with journey(tmp_path, size="XL", environ=OTHERS) as way:
        way.run(sample_files(), first_import=True)
        way.clock.sleep(3_600.0)
        if answer == "document":  # the list is not read a few seconds after a sending
            way.run(sample_files(documents=29))
        created_elsewhere(way, "F30", currencyAmounts={"inclVat": 250}, clientNo=9999)
        way.sandbox.state.customers["0004"] = {"customerNo": "0004", "name": "Kunde 4", "clientNo": 9999}
        counts = {
            "list": {"documents": 40},
            "document": {"documents": 30},
            "customer": {"documents": 6, "customers": 4},
        }
        before = way.documents()
        with pytest.raises(ServerError, match="client 9999, not only of client 2218"):
            way.run(sample_files(**counts[answer]))
        assert way.documents() == before


def test_a_number_with_other_zeros_in_the_list_is_looked_up(tmp_path: Path) -> None:
    """ARM's list has 585 and 0586; the file has 0585 and 586: these are asked for, the others are not."""
    files = write_files(tmp_path, documents=20)
    for path in map(Path, files[1:]):
        text = path.read_text(encoding="utf-8").replace("F19;", "0585;").replace("F20;", "586;")
        path.write_text(text, encoding="utf-8")
    listed = DocumentList()
    with journey(tmp_path, size="XL", environ=OTHERS) as way:
        way.run(sample_files(), first_import=True)
        for number in ("585", "0586"):
            created_elsewhere(way, number)
        created_elsewhere(way, "F 18", currencyAmounts={"inclVat": 250})
        way.clock.sleep(3_600)
        way.bench = replace(way.bench, transport=listed)
        result = way.run(files)
        assert (listed.reads, listed.lookups) == (1, 3)
        assert result.count_by_resource()["documents"] == {"created": 13, "already_sent": 6, "conflict": 1}
        message = "ARM has this document with number f 18. Only leading zeros or spaces differ"
        assert result.items.filter(result.items["key"] == "F18")["message"].to_list() == [message]


# ── a store that is an older copy ───────────────────────────────────────────────────────────────────────────────────


def _restore_older_copy(way: Journey, sent_since: list[str], *, later: float = MONTHS, created: int = 5) -> None:
    """Copy armbulk's folder, send more, and put the copy back, months later."""
    way.store.close()
    home, kept = way.folder / "home", way.folder / "kept"
    shutil.copytree(home, kept)
    way.store = way.bench.open_store()
    assert way.run(sent_since).count_by_resource()["documents"].get("created", 0) == created
    way.store.close()
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    way.clock.sleep(later)
    way.store = way.bench.open_store()


@pytest.mark.promise("P4")
def test_a_store_put_back_is_noticed_and_asks_arm(tmp_path: Path) -> None:
    """After an older copy is restored, ARM is asked about each document; this is reported once and recorded."""
    with known_for_months(tmp_path) as way:
        account = way.bench.profile.account
        assert not way.store.sent_customers(account).is_empty()
        _restore_older_copy(way, sample_files())
        assert way.store.sent_customers(account).is_empty()
        dialog = Notes()
        result = import_as_user(way, sample_files(documents=8), dialog)
        assert result.count_by_resource()["documents"] == {"created": 2, "already_sent": 6}
        assert set(way.documents().values()) == {1}
        assert [("older copy" in note, "each document" in note) for note in dialog.notes] == [(True, True)]
        dialog = Notes()
        import_as_user(way, sample_files(documents=8), dialog)
        assert dialog.notes == []
        way.store.close()
        way.store = way.bench.open_store()
        assert way.store.take_copy_notice() is None


def test_two_stores_on_one_machine_know_of_each_other(tmp_path: Path) -> None:
    """ARMBULK_HOME was changed and changed back: what the other store has sent meanwhile is looked up."""
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}) as way:
        way.clock.at = 1_793_600_000.0  # November: the documents are not dated ahead
        other = Journey(tmp_path, way.sandbox, way.clock, {"ARMBULK_HOME": str(tmp_path / "other")})
        assert other.run(sample_files(documents=8)).count_by_resource()["documents"] == {
            "created": 7,
            "already_sent": 1,
        }
        way.clock.sleep(60)
        assert way.run(sample_files(documents=9)).count_by_resource()["documents"] == {"created": 1, "already_sent": 8}
        assert set(way.documents().values()) == {1}
        other.store.close()


def test_a_store_put_back_is_noticed_once(tmp_path: Path) -> None:
    """Its number is raised above that of the file: opened again, it is no older copy of itself."""
    with known_for_months(tmp_path) as way:
        _restore_older_copy(way, sample_files())
        assert way.store.take_copy_notice() is CopyNotice.OLDER
        way.store.close()
        way.store = way.bench.open_store()
        assert way.store.take_copy_notice() is None


def test_a_workbook_of_another_machine_resets_the_history(tmp_path: Path) -> None:
    """The store has known the client for months; the workbook shows that others have sent: ARM is asked from now on."""
    with machines(tmp_path, 2) as (first, second):
        second.run(sample_files(customers=1, documents=1)[:1], first_import=True)
        import_as_user(first, sample_files(customers=1, documents=1)[:1], Notes())
        first.clock.sleep(MONTHS)
        account = second.bench.profile.account
        with pytest.raises(Unfinished, match="another database"):
            verify_history(second.store, account, [], first.folder / "result.xlsx")
        assert second.store.history_since(account) == first.clock.now()
        assert second.store.sent_customers(account).is_empty()


def test_a_copy_does_not_know_what_was_dated_far_ahead(tmp_path: Path) -> None:
    """The newer copy sent invoices that are dated two months later: they are looked up, too."""
    with known_for_months(tmp_path) as way:
        _restore_older_copy(way, sample_files(), later=60.0)
        assert way.run(sample_files(documents=8)).count_by_resource()["documents"] == {"created": 2, "already_sent": 6}


def test_a_copy_waits_for_what_its_newer_copy_has_just_sent(tmp_path: Path) -> None:
    """A call that was lost arrives minutes after the copy was put back: nothing is sent before it has had its time."""
    faults = ["lose-late=500:POST:documents/batches:2"]
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}, faults=faults) as way:
        _restore_older_copy(way, sample_files(), later=60.0, created=0)
        started = way.clock.now()
        assert way.run(sample_files(documents=8)).count_by_resource()["documents"] == {"created": 2, "already_sent": 6}
        assert set(way.documents().values()) == {1}
        assert way.clock.now() - started < 3_600
        (wait,) = [event for event in way.events if event.doing == "settling"]
        assert started < wait.until < way.clock.now()
        assert "older copy" in wait.text("en")


@pytest.mark.promise("P25")
def test_without_the_detector_a_copy_doubles_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the protection, documents are created twice."""
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}) as way:
        monkeypatch.setattr(CopyDetector, "detect_copy", lambda _: None)
        _restore_older_copy(way, sample_files())
        import_as_user(way, sample_files(documents=8), Notes())
        assert sorted(way.documents().values()) == [1, 1, 1, 2, 2, 2, 2, 2]


@pytest.mark.promise("P25")
def test_without_the_proof_a_list_doubles_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the comparison, an incomplete list is trusted, and a document is created twice."""
    monkeypatch.setattr(
        duplicate_check, "prove_list", lambda numbers, known: prove_list([*numbers, *known["key_norm"]], known)
    )
    listed = DocumentList(lambda record: record["documentNo"] in {"F3", "F30"})
    with journey(tmp_path, size="XL", environ=OTHERS, dialect={"duplicate": "accept"}) as way:
        way.run(sample_files(), first_import=True)
        created_elsewhere(way, "F30", currencyAmounts={"inclVat": 250})
        way.clock.sleep(3_600)
        way.bench = replace(way.bench, transport=listed)
        way.run(sample_files(documents=40))
        assert [number for number, count in way.documents().items() if count > 1] == ["f30"]


def test_where_nothing_guards_the_setting_is_ignored(tmp_path: Path) -> None:
    """Without a folder for the counter, ARM is asked about each document."""
    with known_for_months(tmp_path) as way:
        way.store.close()
        way.bench = replace(way.bench, profile=replace(way.bench.profile, guard_folder=""))
        way.store = way.bench.open_store()
        plan = build_plan(way.bench, way.store, check_once(sample_files()), ImportOptions())
        assert plan.lookups is not None
        assert (plan.lookups.why, plan.lookups.documents) == ("other-senders", 5)


def test_a_run_in_an_older_copy_looks_its_documents_up(tmp_path: Path) -> None:
    """A run that the copy has as unfinished was finished since: continuing it sends nothing again."""
    with known_for_months(tmp_path, dialect={"duplicate": "accept"}) as way:
        run = way.begin(sample_files(documents=5))
        way.store.close()
        shutil.copytree(tmp_path / "home", tmp_path / "kept")
        way.store = way.bench.open_store()
        assert way.carry_on(run) == "finished"
        way.store.close()
        shutil.rmtree(tmp_path / "home")
        shutil.copytree(tmp_path / "kept", tmp_path / "home")
        way.store = way.bench.open_store()
        dialog = Notes()
        resume_import(way.bench, way.store, ResumeRequest(run, str(tmp_path / "r.xlsx")), dialog)
        assert load_result(way.store, run).count_by_resource()["documents"] == {"already_sent": 5}
        assert set(way.documents().values()) == {1}
        assert len(dialog.notes) == 1


def test_a_counter_that_is_gone_counts_as_a_copy(tmp_path: Path) -> None:
    """A cleared cache, or a store that came from another machine: ARM is asked, and the reason is named."""
    with known_for_months(tmp_path) as way:
        way.run(sample_files())
        way.clock.sleep(MONTHS)
        way.store.close()
        shutil.rmtree(guard_folder(tmp_path))
        way.store = way.bench.open_store()
        dialog = Notes()
        result = import_as_user(way, sample_files(documents=8), dialog)
        assert result.count_by_resource()["documents"] == {"created": 2, "already_sent": 6}
        assert ["cleared cache" in note for note in dialog.notes] == [True]
        plan = build_plan(way.bench, way.store, check_once(sample_files(documents=9)), ImportOptions())
        assert plan.lookups is not None
        assert plan.lookups.documents == 1, "what happened before the counter was gone stays unknown"


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("content", ["", "x", "-1", "9" * 30, "\x00"])
def test_a_counter_that_cannot_be_read_counts_as_gone(tmp_path: Path, content: str) -> None:
    """Whatever is in the file: nothing crashes, and ARM is asked."""
    with known_for_months(tmp_path) as way:
        way.run(sample_files())
        way.store.close()
        (guard_folder(tmp_path) / way.bench.open_store().identity()).write_text(content)
        way.store = way.bench.open_store()
        assert way.store.take_copy_notice() is CopyNotice.UNPROVEN


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """Where an older copy would not be noticed, sole_sender counts as false, and a note says so."""
    guard_folder(tmp_path).write_text("a file in the way")
    with known_for_months(tmp_path) as way:
        way.run(sample_files())
        dialog = Notes()
        result = import_as_user(way, sample_files(documents=8), dialog)
        assert result.count_by_resource()["documents"] == {"created": 2, "already_sent": 6}
        assert ["ARMBULK_GUARD_FOLDER" in note for note in dialog.notes] == [True]
        assert result.run is not None
        assert result.run.options["look_first"] is True


def test_an_ordinary_restart_asks_nothing(tmp_path: Path) -> None:
    """A store that is as it was left is no copy, however often it is opened."""
    with known_for_months(tmp_path) as way:
        way.run(sample_files())
        for _ in range(3):
            way.store.close()
            way.store = way.bench.open_store()
            assert way.store.take_copy_notice() is None
        assert build_plan(way.bench, way.store, check_once(sample_files(documents=8)), ImportOptions()).lookups is None
