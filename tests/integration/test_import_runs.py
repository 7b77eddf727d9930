"""Whole imports into the sandbox, with faults on the way."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import httpx
import pytest
from support.commands import called
from support.journey import journey, outcomes, sample_files, write_files
from support.loopback import open_loopback

from armbulk.context import Context
from armbulk.errors import LoginError, ServerError
from armbulk.model.batch_state import BatchState
from armbulk.results.run_result import load_result
from armbulk.results.summary import next_steps
from armbulk.sandbox import Sandbox
from armbulk.sandbox.dialects import BEHAVIOURS
from armbulk.sending import submit
from armbulk.settings.load import load_profile


@pytest.mark.promise("P2")
def test_every_row_arrives_once(tmp_path: Path) -> None:
    """Customers are sent before documents, every record arrives once, and the outcomes add up."""
    with journey(tmp_path, delay=3.0) as way:
        stood = way.run(sample_files())
        assert outcomes(stood) == {"created": 9}
        assert way.documents() == {f"f{n}": 1 for n in range(1, 7)}
        assert len(next(iter(way.sandbox.state.documents.values()))[0]["documentLines"]) == 2
        paths = [call.path for call in way.sandbox.state.requests if call.method == "POST"]
        assert paths == [f"/arm/v1/clients/2218/{name}/batches" for name in ("customers", "documents")]
        assert stood.usage["writes"] == sum(call.writes for call in way.sandbox.state.requests) == 3 + 6 * 3


@pytest.mark.promise("P2")
@pytest.mark.parametrize("failures", [value for value in BEHAVIOURS["failures"] if value != "whole"])
def test_one_bad_document_is_rejected_alone(tmp_path: Path, failures: str) -> None:
    """A rejected document shows ARM's message; the other documents of the batch are created."""
    files = write_files(tmp_path)
    path = Path(files[1])
    path.write_text(path.read_text().replace("F3;IN;0001", "F3;IN;9999"))
    with journey(tmp_path, delay=1.0, dialect={"failures": failures}) as way:
        stood = way.run(files)
        assert outcomes(stood) == {"created": 8, "rejected": 1}
        rejected = stood.items.filter(stood.items["outcome"] == "rejected")
        assert rejected["key"].to_list() == ["F3"]
        assert "Customer not found" in rejected["message"][0]


def test_whole_batch_failed(tmp_path: Path) -> None:
    """A batch that fails as a whole rejects all its records with ARM's message."""
    files = write_files(tmp_path)
    path = Path(files[1])
    path.write_text(path.read_text().replace("F3;IN;0001", "F3;IN;9999"))
    with journey(tmp_path, dialect={"failures": "whole"}) as way:
        run = way.begin(files)
        assert way.carry_on(run) == "in_doubt"
        assert outcomes(load_result(way.store, run)) == {"created": 3, "in_doubt": 6}
        way.clock.sleep(1_800)
        assert way.carry_on(run) == "finished"
        assert outcomes(load_result(way.store, run)) == {"created": 3, "rejected": 6}


@pytest.mark.first_cases(2)
@pytest.mark.promise("P1")
@pytest.mark.parametrize("fault", ["lose-after", "500-applied", "truncate", "html", "lose-before", "500-not-applied"])
@pytest.mark.parametrize("delay", [0.0, 4.0])
def test_a_lost_answer_is_never_posted_again(tmp_path: Path, fault: str, delay: float) -> None:
    """After a lost response documents are looked up: found ones are created, others unconfirmed, none is sent twice."""
    text = f"{fault}:POST:documents/batches:1"
    with journey(tmp_path, delay=delay, dialect={"duplicate": "accept"}, faults=[text]) as way:
        run = way.begin(sample_files())
        state = way.carry_on(run)

        stood = load_result(way.store, run)
        posts = [c for c in way.sandbox.state.requests if c.method == "POST" and "documents" in c.path]
        assert len(posts) <= 1
        assert all(n == 1 for n in way.documents().values())
        if fault in {"lose-after", "500-applied", "truncate"}:
            assert (state, outcomes(stood)) == ("finished", {"created": 9})
        else:
            assert (state, outcomes(stood)) == ("in_doubt", {"created": 3, "in_doubt": 6})


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("fault", ["lose-after", "500-applied", "lose-before", "truncate"])
def test_customers_are_sent_again(tmp_path: Path, fault: str) -> None:
    """Customers are sent again after a lost response, because ARM updates existing ones."""
    with journey(tmp_path, faults=[f"{fault}:POST:customers/batches:1"]) as way:
        stood = way.run(sample_files())
        assert stood.count_outcomes()["created"] + stood.count_outcomes()["updated"] == 9


@pytest.mark.promise("P1")
def test_found_but_different_is_a_conflict(tmp_path: Path) -> None:
    """A different document with the same number is a conflict, not a success."""
    files = write_files(tmp_path, documents=1)
    with journey(tmp_path, faults=["lose-before:POST:documents/batches:1"]) as way:
        run = way.begin(files, first_import=True)
        way.sandbox.state.documents["f1"] = [{"documentNo": "F1", "customerNo": "77", "documentType": "IN"}]
        way.carry_on(run)

        stood = load_result(way.store, run)
        assert outcomes(stood) == {"created": 3, "conflict": 1}


@pytest.mark.promise("P4", "P27")
def test_the_same_file_is_not_sent_twice(tmp_path: Path) -> None:
    """A second import of the same documents, in other letter case, sends nothing."""
    files = write_files(tmp_path)
    with journey(tmp_path) as way:
        way.run(files)
        path = Path(files[1])
        path.write_text(path.read_text().replace("\nF", "\nf"))
        stood = way.run(files)
        assert stood.count_outcomes()["already_sent"] == 6
        assert set(way.documents().values()) == {1}


def test_a_rejected_document_can_be_corrected_and_sent(tmp_path: Path) -> None:
    """After a correction the same file sends only the document that was rejected."""
    files = write_files(tmp_path)
    path = Path(files[1])
    good = path.read_text()
    path.write_text(good.replace("F3;IN;0001", "F3;IN;9999"))
    with journey(tmp_path) as way:
        assert way.run(files).count_outcomes()["rejected"] == 1
        path.write_text(good)
        stood = way.run(files)
        assert stood.count_by_resource()["documents"] == {"created": 1, "already_sent": 5}


@pytest.mark.promise("P29")
def test_documents_of_a_rejected_customer_stay_at_home(tmp_path: Path) -> None:
    """Documents are not sent if their customer was rejected: somebody deleted it after it was compared."""
    files = write_files(tmp_path)
    with journey(tmp_path, dialect={"put_unknown": "422"}) as way:
        for number in range(1, 4):
            way.sandbox.state.add_customer({"customerNo": f"{number:04d}", "name": "Before"})
        send = open_loopback()

        def delete_and_send(request: httpx.Request) -> httpx.Response:
            if request.method == "PUT" and request.url.path.endswith("/customers/batches"):
                way.sandbox.state.customers.clear()
            return send.handle_request(request)

        way.bench = replace(way.bench, transport=httpx.MockTransport(delete_and_send))
        stood = way.run(files, update=True, overwrite=True)
        assert outcomes(stood) == {"rejected": 3, "held_back": 6}
        assert way.documents() == {}


@pytest.mark.proof
@pytest.mark.promise("P7", "P9")
def test_limits_are_never_exceeded(tmp_path: Path) -> None:
    """A run larger than a rate-limit window waits for the window, and ARM never has to refuse a call."""
    limits = {"hour.requests": 20, "hour.writes": 30, "hour.reads": 60}
    files = write_files(tmp_path, customers=5, documents=60, lines=1)
    aup = tmp_path / "aup.toml"
    aup.write_text("[hour]\nrequests=20\nreads=60\nwrites=30\n[month]\nrequests=20000\nreads=100000\nwrites=20000\n")
    with journey(tmp_path, delay=2.0, limits=limits, environ={"ARMBULK_BATCH_DOCUMENTS": "10"}) as way:
        settings = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_BATCH_DOCUMENTS": "10"}
        way.bench = Context(load_profile(settings, aup_file=aup), way.clock)
        stood = way.run(files)
        assert outcomes(stood) == {"created": 65}
        assert way.sandbox.state.refused_over_limit == 0
        assert way.clock.slept > 3 * 3600


def test_no_wait_pauses_and_resume_goes_on(tmp_path: Path) -> None:
    """With --no-wait a used-up limit pauses the run; resume continues, nothing is lost or sent twice."""
    files = write_files(tmp_path, documents=30, lines=1)
    aup = tmp_path / "aup.toml"
    aup.write_text(
        "[hour]\nrequests=500\nreads=10000\nwrites=30\n[month]\nrequests=20000\nreads=100000\nwrites=20000\n"
    )
    with journey(tmp_path) as way:
        settings = {**way.sandbox.settings, "ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_BATCH_DOCUMENTS": "10"}
        way.bench = Context(load_profile(settings, aup_file=aup), way.clock)
        run = way.begin(files)
        assert way.carry_on(run, for_windows=False) == "paused"
        stored = way.store.run(run)
        assert stored.resume_at is not None
        assert load_result(way.store, run).count_outcomes()["not_sent"] == 20
        way.clock.at = stored.resume_at
        while way.carry_on(run, for_windows=False) == "paused":
            way.clock.at = way.store.run(run).resume_at or 0.0
        assert outcomes(load_result(way.store, run)) == {"created": 33}
        assert set(way.documents().values()) == {1}


@pytest.mark.first_cases(2)
@pytest.mark.promise("P8")
@pytest.mark.parametrize("answer", ["429", "429_bare", "429_date", "403"])
def test_arms_own_no_is_obeyed(tmp_path: Path, answer: str) -> None:
    """When ARM refuses because of an unexpected limit, armbulk waits as long as ARM says and then continues."""
    with journey(tmp_path, limits={"hour.requests": 3}, dialect={"limit_answer": answer}) as way:
        run = way.begin(sample_files())
        for _ in range(20):
            try:
                state = way.carry_on(run)
                if state == "finished":
                    break
                way.clock.sleep(900)
            except LoginError:
                way.clock.sleep(900)
        assert state == "finished"
        assert set(way.documents().values()) == {1}


def test_early_401_renews_once(tmp_path: Path) -> None:
    """After an early 401 the token is renewed once and the call is repeated."""
    with journey(tmp_path, faults=["401:POST:documents/batches:1"]) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}


def test_refused_login_leaves_the_run_paused(tmp_path: Path) -> None:
    """Wrong credentials stop the run before anything is sent; it can be resumed."""
    with journey(tmp_path, environ={"ARMBULK_CLIENT_SECRET": "wrong"}) as way:
        run = way.begin(sample_files())
        with pytest.raises(LoginError):
            way.carry_on(run)
        assert way.store.run(run).state == "paused"
        assert way.documents() == {}


def test_wrong_client_is_refused(tmp_path: Path) -> None:
    """The number of another client stops the run, and nothing is sent."""
    with journey(tmp_path, environ={"ARMBULK_CLIENT_NO": "9999"}) as way:
        run = way.begin(sample_files())
        with pytest.raises(LoginError):
            way.carry_on(run)
        assert way.documents() == {}


def test_nobody_there(tmp_path: Path) -> None:
    """When ARM is unreachable the run waits to be resumed, and nothing is lost."""
    settings = {"ARMBULK_BASE_URL": "http://127.0.0.1:9/arm/v1", "ARMBULK_TOKEN": "t"}
    with journey(tmp_path, environ=settings) as way:
        run = way.begin(sample_files())
        with pytest.raises(ServerError):
            way.carry_on(run)
        assert {batch.state.value for batch in way.store.batches(run)} == {"planned"}


def test_too_large_is_halved(tmp_path: Path) -> None:
    """A batch that ARM finds too large is split in two and sent again."""
    with journey(tmp_path, faults=["413:POST:documents/batches:1-2"]) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        assert set(way.documents().values()) == {1}


@pytest.mark.first_cases(2)
@pytest.mark.parametrize(("first", "second"), list(product(["lose-after", "500-applied"], ["lose-before", "503"])))
def test_looks_that_fail_are_repeated(tmp_path: Path, first: str, second: str) -> None:
    """A look-up without a response proves nothing and is repeated."""
    faults = [f"{first}:POST:documents/batches:1", f"{second}:GET:documents:1-2"]
    with journey(tmp_path, faults=faults, dialect={"duplicate": "accept"}) as way:
        stood = way.run(sample_files())
        assert outcomes(stood) == {"created": 9}
        assert set(way.documents().values()) == {1}


class Refusing(httpx.BaseTransport):
    """ARM, but a document batch that has one of `bad` is refused whole with `status`."""

    def __init__(self, bad: set[str], status: int = 422, *, named: bool = False) -> None:
        self.bad, self.status, self.named = bad, status, named
        self.posts = 0
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Refuse, or pass it on."""
        if request.method == "POST" and request.url.path.endswith("/documents/batches"):
            self.posts += 1
            numbers = [one["documentNo"] for one in json.loads(request.content)["documents"]]
            found = [number for number in numbers if number in self.bad]
            if found:
                body: dict[str, object] = {"status": "FAILED", "message": "The batch was rejected"}
                if self.named:
                    body["documents"] = [
                        {"documentNo": number, "status": "FAILED", "result": "REJECTED", "message": "Bad document"}
                        for number in found
                    ]
                return httpx.Response(self.status, stream=httpx.ByteStream(json.dumps(body).encode()))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@pytest.mark.first_cases(2)
@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("named", [False, True])
def test_a_batch_refused_whole_is_cut_down_to_the_bad_records(tmp_path: Path, status: int, *, named: bool) -> None:
    """One bad document in a batch that ARM refuses is found; all others are created once."""
    refusing = Refusing({"F3"}, status, named=named)
    with journey(tmp_path, size="XL") as way:
        way.bench = replace(way.bench, transport=refusing)
        stood = way.run(sample_files(documents=12))
        assert outcomes(stood) == {"created": 14, "rejected": 1}
        assert stood.items.filter(stood.items["outcome"] == "rejected")["key"].to_list() == ["F3"]
        assert set(way.documents().values()) == {1}
        assert refusing.posts == (2 if named else 7)


@pytest.mark.proof
def test_when_everything_is_refused_the_cutting_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Splitting stops when every batch is refused, so a common fault does not cost a call per record."""
    monkeypatch.setattr(submit, "MAX_SPLITS", 16)
    refusing = Refusing({f"F{n}" for n in range(1, 41)})
    with journey(tmp_path, size="XL") as way:
        way.bench = replace(way.bench, transport=refusing)
        stood = way.run(sample_files(documents=40))
        assert outcomes(stood) == {"created": 3, "rejected": 40}
        assert refusing.posts <= 2 + 2 * 16


@pytest.mark.promise("P1")
def test_what_is_not_found_after_time_to_settle_waits_for_a_person(tmp_path: Path) -> None:
    """A lost batch that two sessions could not find waits for a decision; other batches continue."""
    environ = {"ARMBULK_BATCH_DOCUMENTS": "4"}
    with journey(tmp_path, environ=environ, faults=["lose-before:POST:documents/batches:1"]) as way:
        run = way.begin(sample_files())
        assert way.carry_on(run) == "in_doubt"
        assert outcomes(load_result(way.store, run)) == {"created": 3, "in_doubt": 4, "not_sent": 2}
        way.clock.sleep(600)
        assert way.carry_on(run) == "in_doubt"
        assert [b.state for b in way.store.batches(run)][1:] == [BatchState.IN_DOUBT, BatchState.PLANNED]
        way.clock.sleep(4000)
        assert way.carry_on(run) == "in_doubt"
        assert [b.state for b in way.store.batches(run)][1:] == [BatchState.QUARANTINED, BatchState.FINISHED]
        stood = load_result(way.store, run)
        assert outcomes(stood) == {"created": 5, "in_doubt": 4}
        message = stood.items.filter(stood.items["outcome"] == "in_doubt")["message"][0]
        assert message.endswith("Not found in ARM after the waiting time")
        assert "armbulk resolve" in next_steps(stood.items, "en")[0]
        looks = sum(call.method == "GET" and "/documents/" in call.path for call in way.sandbox.state.requests)
        way.clock.sleep(400_000)
        way.carry_on(run)
        assert looks == sum(call.method == "GET" and "/documents/" in call.path for call in way.sandbox.state.requests)


def test_the_result_of_another_client_is_refused(tmp_path: Path) -> None:
    """A result workbook is input for its own client and environment only; the original file is input for any."""
    files = write_files(tmp_path, customers=1, documents=1, lines=1)
    with Sandbox() as arm:
        env = {**arm.settings, "ARMBULK_POLL_SECONDS": "0.01"}
        assert called("import", *files, "--yes", "--first-import", env=env)[0] == 0
        result = str(tmp_path / "customers.result.xlsx")
        again = called("import", result, "--yes", env=env)
        assert (again[0], again[1]["outcomes"]["already_sent"]) == (0, 1)
        other = {**env, "ARMBULK_CLIENT_NO": "999"}
        for words in ("--yes", "--dry-run"):
            code, said = called("import", result, words, env=other)
            assert (code, said["error"]["code"]) == (2, "other-client")
        assert called("import", *files, "--dry-run", env=other)[0] == 0
