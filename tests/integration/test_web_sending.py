"""From the plan to the result in the browser: what a person confirms is sent once, and nothing else."""

from __future__ import annotations

import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from support.journey import write_files
from support.web import Browser, open_address, open_browser, open_pages, started_server, wait_until

from armbulk.app.connect import connect
from armbulk.app.runs import create_run
from armbulk.model import environment
from armbulk.model.environment import Environment
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from armbulk.app.session import Session


@dataclass(frozen=True, slots=True)
class Desk:
    """A person at the pages.

    Attributes:
        arm: The sandbox.
        browser: The browser.
        settings: What a terminal beside it uses.
        folder: Where files are.
        address: The address with the key.
    """

    arm: Sandbox
    browser: Browser
    settings: dict[str, str]
    folder: Path
    address: str

    def write(self, name: str, **counts: int) -> list[Path]:
        """Write three CSV files into a folder of their own."""
        folder = self.folder / name
        folder.mkdir()
        return [Path(path) for path in write_files(folder, **counts)]

    def plan(self, *files: Path) -> tuple[str, httpx.Response]:
        """Drop files; return the draft and the page of its plan."""
        checked = self.browser.check(*files)
        draft = str(checked.url.path).split("/")[2]
        return draft, self.browser.wait(self.browser.get(f"/imports/{draft}/plan"))

    def send(self, draft: str, page: httpx.Response, **typed: str) -> httpx.Response:
        """Confirm the plan on a page, and wait for what comes of it."""
        values = {"plan": read_plan_name(page), **{f"total-{name}": text for name, text in typed.items()}}
        return self.browser.wait(self.browser.post(f"/imports/{draft}/send", values))

    def documents(self) -> dict[str, int]:
        """Document number → how many of it ARM has."""
        return {key.upper(): len(records) for key, records in self.arm.state.documents.items()}


@contextmanager
def open_desk(folder: Path, lang: str = "en", **options: Any) -> Iterator[Desk]:
    """Open the pages against a sandbox with these switches."""
    with Sandbox(**options) as arm:
        settings = {
            **arm.settings,
            "ARMBULK_HOME": str(folder / "home"),
            "ARMBULK_GUARD_FOLDER": str(folder / "guard"),
            "ARMBULK_POLL_SECONDS": "0.05",
        }
        with open_pages(settings) as server, open_browser(server, lang) as browser:
            yield Desk(arm, browser, settings, folder, server.address_with_key)


def read_plan_name(page: httpx.Response) -> str:
    """Return which plan a page shows."""
    shown = re.search(r'name="plan" value="([0-9a-f]{64})"', page.text)
    assert shown is not None, page.text
    return shown[1]


def read_text(page: httpx.Response) -> str:
    """Return what a person reads of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk whose sandbox has no faults."""
    with open_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def test_a_plan_shows_sums_cost_and_each_record(desk: Desk) -> None:
    """Records by type, sums, control totals and limits; the JSON of a record is exact, and what the choices say."""
    draft, page = desk.plan(*desk.write("plan"))
    text = read_text(page)
    assert "Send 3 customers and 6 invoices (NOK 1 500.00) to the sandbox on this computer, client 2218" in text
    assert "NOK 6 1 200.00 300.00 1 500.00" in text
    assert "Files = to send:" in text
    assert "Requests per hour" in text
    links = re.findall(rf'href="(/imports/{draft}/records/\d+)"', page.text)
    shown = read_text(desk.browser.get(links[-1]))
    record = json.loads(shown[shown.index("{") : shown.rindex("}") + 1])
    assert record["documentNo"] == "F6"
    desk.browser.post(f"/imports/{draft}/choices", {"limit": "4", "first_import": "yes"})
    chosen = read_text(desk.browser.wait(desk.browser.get(f"/imports/{draft}/plan")))
    assert "Send 3 customers and 1 invoice (NOK 250.00)" in chosen
    assert "The duplicate check is switched off" in chosen
    assert desk.documents() == {}


def test_what_is_confirmed_is_sent_once(desk: Desk) -> None:
    """The result has every record; the same form posted again leads there, and ARM has each document once."""
    draft, page = desk.plan(*desk.write("send"))
    result = desk.send(draft, page)
    assert re.fullmatch(r"/runs/\d+", result.url.path)
    assert "All 9 records are in ARM" in read_text(result)
    assert desk.send(draft, page).url.path == result.url.path
    assert desk.documents() == {f"F{number}": 1 for number in range(1, 7)}
    assert "F6" in read_text(desk.browser.get(f"{result.url.path}?search=f6"))
    assert "No record is like this" in read_text(desk.browser.get(f"{result.url.path}?outcome=rejected"))
    for kind, start in {"result": b"PK", "report": b"<!DOCTYPE", "evidence": b"PK", "undo": b"PK"}.items():
        file = desk.browser.get(f"{result.url.path}/files/{kind}")
        assert (file.status_code, file.content[: len(start)]) == (200, start)
        assert file.headers["content-disposition"].startswith("attachment")
    assert result.url.path.removeprefix("/runs/") in read_text(desk.browser.get("/runs?search=documents.csv"))


def test_files_that_were_sent_by_a_terminal_meanwhile_are_not_sent_again(tmp_path: Path) -> None:
    """Between the plan and the button a terminal sends the same file: the page says so, and nothing goes twice."""
    with open_desk(tmp_path) as desk:
        files = desk.write("both")
        draft, page = desk.plan(*files)
        with connect(None, settings=desk.settings) as terminal:
            terminal.import_files(*files)
        answer = desk.send(draft, page)
        assert "The plan has changed since the page was shown. Nothing was sent." in read_text(answer)
        assert set(desk.documents().values()) == {1}
        assert len(re.findall(r'href="/runs/\d+"', desk.browser.get("/runs").text)) == 1


def test_two_browsers_start_one_run(tmp_path: Path) -> None:
    """The button is pressed in two browsers at the same moment, for the same draft and for the same files twice."""
    with open_desk(tmp_path) as desk, open_address(desk.address) as other:
        files = desk.write("race")
        draft, page = desk.plan(*files)
        second, second_page = desk.plan(*files)
        forms = [(desk.browser, draft, page), (other, draft, page), (other, second, second_page)]
        with ThreadPoolExecutor() as pool:
            ended = list(
                pool.map(
                    lambda form: form[0].wait(
                        form[0].post(f"/imports/{form[1]}/send", {"plan": read_plan_name(form[2])})
                    ),
                    forms,
                )
            )
        assert [read_text(answer) for answer in ended if answer.status_code not in {200, 409}] == []
        runs = [desk.browser.get(f"/imports/{each}/send").url.path for each in (draft, second)]
        assert runs.count("/runs/1") == 1
        assert set(desk.documents().values()) == {1}
        assert len(re.findall(r'href="/runs/\d+"', desk.browser.get("/runs").text)) == 1


@pytest.mark.parametrize(
    ("lang", "wrong", "right", "button", "refusal"),
    [
        (
            "en",
            "1 500",
            "NOK 1 500.00",
            "Send 3 customers and 6 invoices (NOK 1 500.00) to production",
            "is not the total",
        ),
        ("nb", "1.500,00", "1 500,00", "Send 3 kunder og 6 fakturaer (NOK 1 500,00) til produksjon", "er ikke summen"),
    ],
)
def test_in_production_the_total_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, wrong: str, right: str, button: str, refusal: str
) -> None:
    """A wrong total shows the page again with what was typed, and nothing is sent; the right one sends."""
    monkeypatch.setitem(environment._HOSTS, "127.0.0.1", Environment.PRODUCTION)
    monkeypatch.setattr(environment, "_is_this_computer", lambda _host: False)
    with open_desk(tmp_path, lang) as desk:
        draft, page = desk.plan(*desk.write("typed"))
        assert button in read_text(page)
        assert re.search(r'class="danger send-button"', page.text)
        for typed in ("", wrong + "1", "6"):
            refused = desk.send(draft, page, NOK=typed)
            assert refused.status_code == 400
            assert refusal in read_text(refused)
            assert f'name="total-NOK" value="{typed}"' in refused.text
        assert desk.documents() == {}
        assert desk.send(draft, page, NOK=right).url.path == "/runs/1"
        assert len(desk.documents()) == 6


def test_a_lost_answer_is_settled_by_asking_arm(tmp_path: Path) -> None:
    """The answer of a batch that ARM got is lost: the result finds the documents, none is sent again."""
    with open_desk(tmp_path, faults=["lose-after:POST:documents/batches:1", "503:GET:documents/:1-40"]) as desk:
        draft, page = desk.plan(*desk.write("lost"))
        desk.browser.post(f"/imports/{draft}/choices", {"first_import": "yes"})  # nothing is looked up before
        page = desk.browser.wait(desk.browser.get(f"/imports/{draft}/plan"))
        result = desk.send(draft, page)
        assert result.url.path == "/runs/1"
        desk.arm._faults.clear()
        open_documents = desk.browser.get("/runs/1/resolve")
        assert "Unconfirmed documents of run 1" in read_text(open_documents)
        settled = desk.browser.wait(desk.browser.post("/runs/1/look-up"))
        assert "No document of this run is unconfirmed" in read_text(settled)
        assert set(desk.documents().values()) == {1}


def test_a_person_decides_about_what_arm_never_got(tmp_path: Path) -> None:
    """One document is given up, the others are sent again after the phrase was typed; ARM is asked first."""
    with open_desk(tmp_path, faults=["lose-before:POST:documents/batches:1"], dialect={"duplicate": "accept"}) as desk:
        draft, page = desk.plan(*desk.write("never"))
        assert desk.send(draft, page).url.path == "/runs/1"
        shown = desk.browser.get("/runs/1/resolve")
        assert "not found in ARM" in read_text(shown)
        boxes = re.findall(r'name="document" value="([^"]+)"', shown.text)
        assert len(boxes) == 6
        assert desk.browser.post("/runs/1/decide", {"decision": "resend"}).status_code == 400
        question = desk.browser.post("/runs/1/decide", {"decision": "give-up", "document": boxes[0]})
        assert "Give 1 document up?" in read_text(question)
        values = {"decision": "give-up", "document": boxes[0], "confirmed": "1 250.00"}
        assert "1 document given up" in read_text(desk.browser.wait(desk.browser.post("/runs/1/decide", values)))
        values = {"decision": "resend", "document": boxes[1:], "confirmed": "5 1250.00", "typed": "5 1250"}
        wrong = desk.browser.post("/runs/1/decide", values)
        assert (wrong.status_code, "That does not match" in read_text(wrong)) == (400, True)
        decided = desk.browser.wait(desk.browser.post("/runs/1/decide", {**values, "typed": "5 1250.00"}))
        assert "5 documents will be sent again when the run continues" in read_text(decided)
        assert desk.documents() == {}
        ended = desk.browser.wait(desk.browser.post("/runs/1/resume"))
        assert "8 of 9 records are in ARM" in read_text(ended)
        assert desk.documents() == {f"F{number}": 1 for number in range(2, 7)}


def test_rejected_rows_are_corrected_and_sent(tmp_path: Path) -> None:
    """The result workbook is downloaded, corrected and dropped again: only what was rejected is sent."""
    with open_desk(tmp_path) as desk:
        files = desk.write("rejected", documents=3)
        files[1].write_text(files[1].read_text(encoding="utf-8").replace("F2;IN;0003", "F2;IN;0099"), encoding="utf-8")
        draft, page = desk.plan(*files)
        result = desk.send(draft, page)
        assert "1 record needs work" in read_text(result)
        assert "Drop the corrected workbook here" in read_text(result)
        workbook = tmp_path / "corrected.xlsx"
        workbook.write_bytes(desk.browser.get("/runs/1/files/result").content)
        book = load_workbook(workbook)
        sheet = book["documents"]
        [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "0099"]
        cell.value = "0003"
        book.save(workbook)
        draft, page = desk.plan(workbook)
        assert "Send 1 invoice (NOK 250.00)" in read_text(page)
        assert "All 6 records are in ARM" in read_text(desk.send(draft, page))
        assert desk.documents() == {"F1": 1, "F2": 1, "F3": 1}


def test_customers_that_differ_in_arm_are_asked_about(tmp_path: Path) -> None:
    """The question shows both values; the first answer counts, and a second one from another tab changes nothing."""
    with open_desk(tmp_path) as desk:
        files = desk.write("first")
        draft, page = desk.plan(*files)
        desk.send(draft, page)
        desk.arm.state.customers["0001"]["name"] = "Endret i ARM"
        for store in (tmp_path / "home").glob("*.db*"):
            store.unlink()
        changed = desk.write("second")
        changed[0].write_text(
            changed[0].read_text(encoding="utf-8").replace("Kunde 1 Æ", "Kunde 1 Ny"), encoding="utf-8"
        )
        draft, page = desk.plan(changed[0])
        asked = desk.send(draft, page)
        text = read_text(asked)
        assert "Nothing was sent yet" in text
        assert "Endret i ARM Kunde 1 Ny" in text
        number = re.search(r'name="number" value="(\d+)"', asked.text)
        assert number is not None
        values = {"answer": "yes", "number": number[1], "path": f"/imports/{draft}/send"}
        ended = desk.browser.wait(desk.browser.post(f"/jobs/send/{draft}/answer", values))
        assert "All 3 records are in ARM" in read_text(ended)
        assert desk.arm.state.customers["0001"]["name"] == "Kunde 1 Ny"


def test_a_run_is_paused_and_continued(tmp_path: Path) -> None:
    """The button stops after the present call; the page offers to continue, and nothing is sent twice."""
    with open_desk(tmp_path, faults=["slow=1:POST:customers/batches:1"]) as desk:
        draft, page = desk.plan(*desk.write("paused"))
        desk.browser.post(f"/imports/{draft}/send", {"plan": read_plan_name(page)})
        wait_until(lambda: "/runs/" in desk.browser.get(f"/imports/{draft}/plan").url.path)  # a call takes a second
        stopped = desk.browser.post(f"/jobs/send/{draft}/stop", {"path": f"/imports/{draft}/send"})
        paused = desk.browser.wait(stopped)
        assert paused.url.path == "/runs/1"
        assert "Nothing is lost" in read_text(paused)
        assert desk.documents() == {}
        assert "Need you 1" in read_text(desk.browser.get("/runs"))
        ended = desk.browser.wait(desk.browser.post("/runs/1/resume"))
        assert "All 9 records are in ARM" in read_text(ended)
        assert set(desk.documents().values()) == {1}


def test_a_run_that_a_terminal_sends_has_no_button(tmp_path: Path) -> None:
    """While another process has the client's lock the run is only shown; afterwards it can be continued."""
    with open_desk(tmp_path) as desk, connect(None, settings=desk.settings) as terminal:
        files = desk.write("other")
        run = begin_run(terminal, files)
        with terminal.store.lock(terminal.profile.account, run):
            shown = desk.browser.get(f"/runs/{run}")
            assert "Another program on this computer is sending it: Run 1 (process" in read_text(shown)
            assert "/resume" not in shown.text
        assert "interrupted" in read_text(desk.browser.get("/runs"))
        left = desk.browser.get(f"/runs/{run}")
        assert "Continue run 1" in read_text(left)
        assert "All 9 records are in ARM" in read_text(desk.browser.wait(desk.browser.post(f"/runs/{run}/resume")))


def begin_run(session: Session, files: list[Path]) -> int:
    """Store a run as a process that was killed then leaves it; return its number."""
    plan = session.plan(session.check(*files))
    return create_run(session.context, session.store, plan.import_plan, plan.check.inputs)


def test_a_server_that_was_killed_while_sending_leaves_a_run_to_continue(tmp_path: Path) -> None:
    """The run is listed as interrupted after a restart; what was on its way is looked up, and nothing is sent twice."""
    with Sandbox(faults=["slow=30:POST:documents/batches:1"]) as arm:
        folders = {"ARMBULK_HOME": str(tmp_path / "home"), "ARMBULK_GUARD_FOLDER": str(tmp_path / "guard")}
        settings = {**arm.settings, **folders, "ARMBULK_POLL_SECONDS": "0.05", "ARMBULK_LANG": "en"}
        with started_server(settings) as address, open_address(address) as browser:
            desk = Desk(arm, browser, settings, tmp_path, address)
            draft, page = desk.plan(*desk.write("killed"))
            browser.post(f"/imports/{draft}/send", {"plan": read_plan_name(page)})
            wait_until(lambda: any(call.path.endswith("documents/batches") for call in arm.state.requests))
        with open_pages(settings) as server, open_browser(server) as browser:
            assert "interrupted" in read_text(browser.get("/"))
            assert "Continue run 1" in read_text(browser.get("/runs/1"))
            again = browser.post(f"/imports/{draft}/send", {"plan": read_plan_name(page)})
            assert again.url.path == "/runs/1"
            ended = browser.wait(browser.post("/runs/1/resume"))
            assert "All 9 records are in ARM" in read_text(ended)
        assert desk.documents() == {f"F{number}": 1 for number in range(1, 7)}
