"""What the pages are built on: the key, private folders, bugs, streams of events, and what is deleted in time."""

from __future__ import annotations

import errno
import os
import re
import stat
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.web import open_browser, open_pages, open_sandbox_pages

from armbulk.app.drafts import clean_file_name, open_drafts
from armbulk.app.web_key import read_web_key
from armbulk.clock import SystemClock
from armbulk.web import start
from armbulk.web.jobs import JobQuestion, Jobs, JobState
from armbulk.web.routes import events

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from armbulk.web.jobs import WebJob
    from armbulk.web.server import PageServer
    from armbulk.web.workspace import Workspace


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The pages, with a sandbox."""
    with open_sandbox_pages(tmp_path_factory.mktemp("home")) as pages:
        yield pages


@pytest.fixture
def workspace(server: PageServer) -> Workspace:
    """What the pages work with."""
    return server._workspace


def test_a_key_that_others_could_read_or_place_is_replaced(tmp_path: Path) -> None:
    """Wide permissions, a link, and a text that is no key: each leads to a new key that its owner alone reads."""
    path = tmp_path / "web-key"
    key = read_web_key(tmp_path)
    assert read_web_key(tmp_path) == key
    path.chmod(0o644)
    second = read_web_key(tmp_path)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    third = read_web_key(tmp_path)
    path.write_text("a key&x=1\n")
    assert len({key, second, third, read_web_key(tmp_path)}) == 4
    assert (_mode(path), path.is_symlink()) == (0o600, False)
    assert not list(tmp_path.glob("*.new"))


def test_servers_that_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    """One writes the key, the others use it: no bookmark is lost."""
    keys: list[str] = []
    barrier = threading.Barrier(8)

    def read() -> None:
        barrier.wait()
        keys.append(read_web_key(tmp_path))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(keys) == {read_web_key(tmp_path)}
    assert len(keys) == 8


def test_drafts_are_private_whatever_the_umask_is(tmp_path: Path) -> None:
    """Also where the folder is older, with wide permissions."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web").chmod(0o777)
    before = os.umask(0)
    try:
        draft = open_drafts(tmp_path, SystemClock()).create("")
    finally:
        os.umask(before)
    assert {_mode(path) for path in (tmp_path / "web", draft.folder, draft.folder / "files")} == {0o700}


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', '{"typed": [1]}', "\x00"])
def test_a_damaged_draft_is_none_and_is_deleted_in_time(tmp_path: Path, text: str) -> None:
    """It stops no page; its files are deleted when their time is over, as those of any other."""
    drafts = open_drafts(tmp_path, SystemClock())
    damaged, good = drafts.create(""), drafts.create("")
    (damaged.folder / "draft.json").write_text(text)
    assert [draft.id for draft in drafts.list()] == [good.id]
    assert drafts.delete_old(timedelta(days=30)) == 0
    os.utime(damaged.folder, (0, 0))
    assert drafts.delete_old(timedelta(days=30)) == 1
    assert (damaged.folder.exists(), good.folder.exists()) == (False, True)


def test_old_files_are_deleted_while_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only at its start: it may run for weeks."""
    deleted = threading.Event()
    monkeypatch.setattr(start, "TIDY_SECONDS", 0.01)
    monkeypatch.setattr("armbulk.app.drafts.shutil.rmtree", lambda *_, **__: deleted.set())
    with open_pages({"ARMBULK_HOME": str(tmp_path)}):
        draft = open_drafts(tmp_path, SystemClock()).create("")
        assert not deleted.is_set()
        os.utime(draft.folder, (0, 0))
        assert deleted.wait(30)


def test_the_file_with_the_key_is_deleted_after_a_kill(tmp_path: Path) -> None:
    """The next start deletes what a killed server has left, also when it opens no browser."""
    door = tmp_path / "open-in-browser.html"
    door.write_text("key")
    with open_pages({"ARMBULK_HOME": str(tmp_path)}):
        assert not door.exists()


def _fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError("secret value")


@pytest.mark.parametrize("name", ["application.read_form", "visit.Visit._describe_frame", "routes.frame.find_language"])
def test_a_bug_has_a_report_without_data(server: PageServer, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Where a form is read, in a page, or in the page of the bug: the answer names the report, which quotes nothing."""
    with open_browser(server) as browser:
        monkeypatch.setattr(f"armbulk.web.{name}", _fail)
        answer = browser.get("/runs") if "visit" in name else browser.post("/language", {"lang": "en"})
    assert (answer.status_code, "crash-report.txt" in answer.text) == (500, True)
    assert "secret value" not in answer.text


def test_a_disk_that_is_full_while_files_arrive_is_explained(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bug is reported: the person can make room."""

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with open_browser(server) as browser:
        monkeypatch.setattr("armbulk.web.application.read_form", fail)
        answer = browser.post("/imports")
    assert (answer.status_code, "Make room" in answer.text) == (507, True)


def test_a_bug_in_a_job_has_a_report() -> None:
    """Pages name it; nothing is left of a job that is forgotten."""
    jobs = Jobs()
    job = jobs.start("key", "check", _fail)
    while job.is_running:
        jobs._threads["key"].join()
    assert job.bug_report is not None
    assert (job.state, job.bug_report.name) == (JobState.FAILED, "crash-report.txt")
    jobs.forget("key")
    assert not jobs._threads


def test_a_stream_of_events_ends_and_the_next_one_misses_nothing(
    server: PageServer, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many pages share the few connections of a browser; what happens between two streams is in the next one."""
    monkeypatch.setattr(events, "_STREAM_SECONDS", 0.05)
    may_ask = threading.Event()

    def work(job: WebJob) -> object:
        may_ask.wait()
        return job.ask(JobQuestion("kind", {}))

    job = workspace.jobs.start("test/1", "check", work)
    with open_browser(server) as browser:
        first = browser.get("/jobs/test/1/events?state=running").text
        may_ask.set()
        version = re.findall(r"id: (\d+)", first)[-1]
        second = ""
        while "event: ended" not in second:
            second = browser.get("/jobs/test/1/events?state=running", headers={"Last-Event-ID": version}).text
        assert ("event: progress" in first, "event: ended" in first, "asking" in second) == (True, False, True)
        assert not job._listeners
        job.answer("yes")
        assert "event: ended" in browser.get("/jobs/unknown/events").text


def test_two_files_with_the_same_name_are_refused(server: PageServer, tmp_path: Path) -> None:
    """From two folders, or with other capitals: one would silently take the other's place."""
    files = [tmp_path / "a" / "x.csv", tmp_path / "b" / "X.csv"]
    for file in files:
        file.parent.mkdir()
        file.write_text("Amount\n1\n")
    with open_browser(server) as browser:
        answer = browser.post("/imports", files=files)
    assert (answer.status_code, "same name" in answer.text) == (400, True)


def test_a_number_sign_in_the_name_of_a_file_begins_no_sheet() -> None:
    """Such a file was stored, and then not found."""
    assert clean_file_name("invoices #3.xlsx") == "invoices _3.xlsx"
