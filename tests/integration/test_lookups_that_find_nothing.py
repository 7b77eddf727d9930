"""ARM answers "not found" to look-ups of documents that it has: then an absence shows nothing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import httpx
import polars as pl
import pytest
from support.journey import Journey, journey, outcomes, sample_files, write_files
from support.loopback import open_loopback

from armbulk.app.plan import build_plan
from armbulk.errors import Exit, Unfinished
from armbulk.model.number_kind import kind_of_number, kinds_of_numbers
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import load_result
from armbulk.validation.check import check_files

OTHERS = {"ARMBULK_SOLE_SENDER": "false"}
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


class Blind(httpx.BaseTransport):
    """ARM, which does not find documents by the numbers that match a pattern."""

    def __init__(self, pattern: str = ".*") -> None:
        self.pattern, self.looked_up = re.compile(pattern), list[str]()
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer 404 to a look-up."""
        before, _, number = request.url.path.partition("/documents/")
        if request.method == "GET" and before and number and not number.startswith("batches"):
            self.looked_up.append(number)
            if self.pattern.fullmatch(number):
                return httpx.Response(404, stream=httpx.ByteStream(b""))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


class BlindAfterFailure(Blind):
    """The same; and it takes a batch of documents, but says that it failed."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Take the batch under another number."""
        if request.method == "POST" and request.url.path.endswith("/documents/batches"):
            self._inner.handle_request(request)
            return self._answer(202, {"batchUuid": UUID, "status": "QUEUED"})
        if request.url.path.endswith(UUID):
            return self._answer(200, {"batchUuid": UUID, "status": "FAILED", "message": "Ledger closed"})
        return super().handle_request(request)

    def _answer(self, status: int, body: object) -> httpx.Response:
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(body).encode()))


def send_first(way: Journey, folder: Path, numbers: dict[str, str] | None = None) -> None:
    """Two documents are sent, and have had time to become visible."""
    way.run(files_with(folder / "first", 2, numbers or {}))
    way.clock.sleep(3_600)


def files_with(folder: Path, documents: int, numbers: dict[str, str]) -> list[str]:
    """Files in which some document numbers are replaced."""
    folder.mkdir()
    files = write_files(folder, documents=documents)
    for name in files[1:]:
        text = Path(name).read_text(encoding="utf-8")
        for old, new in numbers.items():
            text = re.sub(rf"^{old};", f"{new};", text, flags=re.MULTILINE)
        Path(name).write_text(text, encoding="utf-8")
    return files


@pytest.mark.promise("P4")
def test_nothing_is_sent_when_look_ups_do_not_find_what_arm_has(tmp_path: Path) -> None:
    """If this login may not read documents, documents that another PC sent are not sent again."""
    with journey(tmp_path, environ=OTHERS, dialect={"duplicate": "accept"}) as way:
        send_first(way, tmp_path)
        blind = Blind()
        way.bench = replace(way.bench, transport=blind)
        with pytest.raises(Unfinished, match="does not find document F") as error:
            way.run(sample_files())
        assert (error.value.code, error.value.exit) == ("look-ups-find-nothing", Exit.UNFINISHED)
        assert "--first-import" in error.value.hint
        assert way.documents() == {"f1": 1, "f2": 1}
        assert len(blind.looked_up) == 3  # one of the file, two that are known
        way.bench = replace(way.bench, transport=None)
        assert way.run(sample_files()).count_by_resource()["documents"] == {"created": 4, "already_sent": 2}
        assert set(way.documents().values()) == {1}


def test_documents_deleted_at_arm_are_no_fault_of_the_look_ups(tmp_path: Path) -> None:
    """When ARM finds another known document, look-ups count, and the deleted one is not looked up the next time."""
    with journey(tmp_path, environ=OTHERS) as way:
        send_first(way, tmp_path)
        blind = Blind("F2")
        way.bench = replace(way.bench, transport=blind)
        assert way.run(sample_files(documents=4)).count_by_resource()["documents"] == {"created": 2, "already_sent": 2}
        looked_up = len(blind.looked_up)
        way.clock.sleep(3_600)
        way.run(sample_files(documents=5))
        assert "F2" not in blind.looked_up[looked_up:]


def test_numbers_with_special_characters_are_proven_by_their_own_kind(tmp_path: Path) -> None:
    """A server that finds F1 but no number with a slash shows nothing of numbers with a slash."""
    with journey(tmp_path, environ=OTHERS) as way:
        send_first(way, tmp_path, {"F1": "F/1"})
        way.bench = replace(way.bench, transport=Blind(".*(/|%2F).*"))
        plain = files_with(tmp_path / "plain", 3, {"F1": "F/1"})
        assert way.run(plain).count_by_resource()["documents"] == {"created": 1, "already_sent": 2}
        slashes = files_with(tmp_path / "slashes", 4, {"F1": "F/1", "F4": "F/4"})
        plan = build_plan(way.bench, way.store, check_files(slashes), ImportOptions())
        assert plan.lookups is not None
        assert (plan.lookups.documents, plan.lookups.cost.requests) == (1, 2)
        with pytest.raises(Unfinished, match="does not find document F/1"):
            way.run(slashes)


def test_a_failed_batch_is_not_rejected_by_look_ups_that_find_nothing(tmp_path: Path) -> None:
    """ARM took the documents of a batch that it calls failed, and does not show them: a person decides."""
    with journey(tmp_path) as way:
        send_first(way, tmp_path)
        way.bench = replace(way.bench, transport=BlindAfterFailure())
        run = way.begin(sample_files(documents=4), first_import=True)
        assert way.carry_on(run) == "in_doubt"
        way.clock.sleep(3_600)
        assert way.carry_on(run) == "in_doubt"
        assert outcomes(load_result(way.store, run))["in_doubt"] == 2
        assert way.store.sent_documents(way.bench.profile.account).height == 4


def test_kinds_of_numbers_are_the_same_one_by_one_and_in_a_column() -> None:
    """Letters and digits of any alphabet do not count."""
    numbers = ["1001", "2026-11/3", "F_1", "Å-9", "१२", "a b", "²", "ﬁ.1", "e\u0301-1"]
    for number in numbers:
        assert kinds_of_numbers(pl.DataFrame({"key": [number], "doc_type": ["IN"]})) == {kind_of_number(number, "IN")}
