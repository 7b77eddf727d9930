"""Login trouble while batches are sent: a 401 that shows nothing taken leaves nothing in doubt."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.journey import Journey, journey, outcomes, sample_files
from support.loopback import open_loopback

from armbulk.errors import ArmbulkError, Exit
from armbulk.model.batch_state import BatchState
from armbulk.results.run_result import load_result

EARLY = "401:POST:documents/batches:1"


def stopped(way: Journey) -> tuple[int, ArmbulkError]:
    """A run that login trouble stops: nothing of its documents is in doubt."""
    run = way.begin(sample_files())
    with pytest.raises(ArmbulkError) as trouble:
        way.carry_on(run)
    assert [batch.state for batch in way.store.batches(run)] == [BatchState.FINISHED, BatchState.PLANNED]
    assert outcomes(load_result(way.store, run)) == {"created": 3, "not_sent": 6}
    assert way.store.unresolved_documents(way.bench.profile.account) == []
    assert way.store.run(run).state == "paused"
    return run, trouble.value


@pytest.mark.promise("P1")
@pytest.mark.parametrize(
    ("fault", "exit_code"),
    [
        ("503:POST:token:2-99", Exit.SERVER),
        ("lose-before:POST:token:2-99", Exit.SERVER),
        ("html:POST:token:2-99", Exit.SETTINGS),
    ],
)
def test_a_renewal_that_fails_stops_the_run_with_nothing_in_doubt(tmp_path: Path, fault: str, exit_code: Exit) -> None:
    """If the login cannot be renewed, the run stops with nothing unconfirmed, and continues later."""
    with journey(tmp_path, faults=[EARLY, fault]) as way:
        run, trouble = stopped(way)
        assert trouble.exit == exit_code
        assert f"armbulk resume {run}" in trouble.hint
        way.sandbox._faults.clear()
        assert way.carry_on(run) == "finished"
        assert outcomes(load_result(way.store, run)) == {"created": 9}
        assert set(way.documents().values()) == {1}


def test_a_new_token_that_is_refused_too_stops_the_run(tmp_path: Path) -> None:
    """One renewal for each call: the second 401 is a login error in ARM's words."""
    with journey(tmp_path, faults=["401:POST:documents/batches:1-2"]) as way:
        run, trouble = stopped(way)
        assert "ARM answered 401" in trouble.message
        assert trouble.message.text("nb").startswith("ARM svarte 401")
        assert (
            trouble.hint
            == f"Enter the credentials again with `armbulk login`. Then continue with `armbulk resume {run}`"
        )
        assert way.carry_on(run) == "finished"


def test_each_401_that_shows_nothing_taken_may_renew_the_login_once(tmp_path: Path) -> None:
    """A token that dies again after a batch has gone is renewed again."""
    environ = {"ARMBULK_BATCH_DOCUMENTS": "2"}
    faults = ["401:POST:documents/batches:1", "401:POST:documents/batches:3"]
    with journey(tmp_path, environ=environ, faults=faults) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        assert set(way.documents().values()) == {1}


class Late401(httpx.BaseTransport):
    """ARM takes the first batch of documents, and a gateway makes the status of its answer 401."""

    def __init__(self) -> None:
        self.posts = 0
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Pass it on; change one status."""
        response = self._inner.handle_request(request)
        if request.method == "POST" and request.url.path.endswith("/documents/batches"):
            self.posts += 1
            response.status_code = 401
        return response

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@pytest.mark.promise("P1")
def test_a_401_that_carries_a_batch_number_is_not_sent_again(tmp_path: Path) -> None:
    """The answer shows that ARM accepted the batch, so it is polled; the login is not renewed."""
    late = Late401()
    with journey(tmp_path, dialect={"duplicate": "accept"}) as way:
        way.bench = replace(way.bench, transport=late)
        assert outcomes(way.run(sample_files())) == {"created": 9}
        assert late.posts == 1
        assert set(way.documents().values()) == {1}


def test_a_bug_between_intent_and_answer_leaves_the_batch_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens while an answer is read, the batch that has left is named."""

    def fall(*_: object) -> None:
        raise RuntimeError

    with journey(tmp_path) as way:
        run = way.begin(sample_files())
        monkeypatch.setattr("armbulk.arm.client.read_submit_response", fall)
        with pytest.raises(RuntimeError):
            way.carry_on(run)
        assert {batch.state for batch in way.store.batches(run)} == {BatchState.IN_DOUBT, BatchState.PLANNED}
