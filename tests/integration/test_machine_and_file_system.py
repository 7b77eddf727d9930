"""Where armbulk runs: folders of other machines, other processes, files that change, clocks that are set.

L01 is tests/proofs/test_kill_points.py, L03, L08 and L09 tests/proofs/test_crash_points.py, L06 and L07
test_duplicate_documents.py, L12 a sentence in docs/sending-once.md, L19 and L20 test_login.py; the others are here.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import polars as pl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from support.journey import FakeClock, check_once, journey, outcomes, sample_files, write_files
from support.loopback import open_loopback

from armbulk.app.plan import build_plan
from armbulk.app.resolve import look_up_again
from armbulk.app.runs import finish_run, send_run
from armbulk.cli import cli
from armbulk.clock import SystemClock
from armbulk.context import Context
from armbulk.errors import ArmbulkError, StoreError, Unfinished
from armbulk.planning.plan import ImportOptions
from armbulk.quota.limits import Account
from armbulk.results.report import write_results
from armbulk.results.run_result import build_unsent_result, load_result, recheck_files
from armbulk.results.target_check import verify_writable
from armbulk.sandbox import Sandbox
from armbulk.settings.load import load_profile
from armbulk.store import Store, WrittenFiles
from armbulk.store.location_check import convert_mounts, describe_sharing
from armbulk.store.locks import ClientLock
from armbulk.store.references import REFERENCES_SCHEMA
from armbulk.writers.atomic import MAX_WAIT, STALE_AFTER

MOUNTS = """sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/export /home/anne/Team\\040share nfs4 rw 0 0
//nas/felles /mnt/felles cifs rw 0 0
anne@host: /home/anne/far fuse.sshfs rw 0 0
/dev/sdb1 /home/anne/Team\\040share/local ext4 rw 0 0
"""
A_MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
/dev/disk3s5 on /System/Volumes/Data (apfs, local, journaled, nobrowse)
//anne@nas.local/Felles mappe on /Volumes/Felles mappe (smbfs, nodev, nosuid, mounted by anne)
"""
ACCOUNT = Account("http://arm", "2218")


@pytest.mark.promise("P30")
@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/home/anne/.local/share/armbulk/armbulk.db", ""),
        ("/home/anne/Team share/armbulk.db", "nfs4"),
        ("/home/anne/Team share/local/armbulk.db", ""),
        ("/mnt/felles/regnskap/armbulk.db", "cifs"),
        ("/home/anne/far/armbulk.db", "sshfs"),
        ("/home/anne/Dropbox/armbulk.db", "Dropbox"),
        ("/home/anne/Dropbox (Firma)/armbulk.db", "Dropbox (Firma)"),
        ("/home/anne/dropboxes/armbulk.db", ""),
        ("/Users/anne/OneDrive - Firma AS/armbulk.db", "OneDrive - Firma AS"),
        ("/Users/anne/Library/CloudStorage/OneDrive-FirmaAS/armbulk.db", "CloudStorage"),
        ("/Users/anne/Library/Mobile Documents/com~apple~CloudDocs/armbulk.db", "Mobile Documents"),
        ("/Users/anne/Google Drive/x/armbulk.db", "Google Drive"),
        ("/work/sky/Regnskap/armbulk.db", "OneDrive"),
        ("/work/sky2/armbulk.db", ""),
        ("//nas/felles/armbulk.db", "another computer"),
        ("\\\\nas\\felles\\armbulk.db", "another computer"),
    ],
)
def test_folders_of_other_machines_are_told(path: str, word: str) -> None:
    """L05: network drives and synchronised folders are recognised by their path and mount type."""
    why = describe_sharing(Path(path), MOUNTS, ["", "/work/sky"])
    assert word in why
    assert bool(why) is bool(word)


@pytest.mark.promise("P30")
def test_a_mac_tells_its_network_drives() -> None:
    """L05: the output of `mount` on a Mac is understood like /proc/self/mounts."""
    mounts = convert_mounts(A_MAC)
    assert describe_sharing(Path("/Users/anne/Library/Application Support/armbulk/armbulk.db"), mounts) == ""
    assert "smbfs" in describe_sharing(Path("/Volumes/Felles mappe/armbulk.db"), mounts)


@pytest.mark.promise("P30")
def test_a_store_in_a_synchronised_folder_is_refused(tmp_path: Path) -> None:
    """L05: a store in a synchronised folder, also through a link, is refused before anything is written."""
    folder = tmp_path / "OneDrive - Firma AS"
    link = tmp_path / "books"
    link.symlink_to(folder)
    for place in (folder, link):
        with pytest.raises(StoreError) as refused:
            Store(f"sqlite:///{place / 'armbulk.db'}", SystemClock())
        assert refused.value.code == "store-shared"
        assert "ARMBULK_HOME" in refused.value.hint
        assert "ARMBULK_SHARED_STORE" in refused.value.hint
    assert not folder.exists()


@pytest.mark.promise("P30")
def test_where_windows_synchronises_is_known(tmp_path: Path) -> None:
    """L05: the folder named by the OneDrive environment variables is recognised, whatever its name."""
    environ = {"ARMBULK_HOME": str(tmp_path / "sky" / "armbulk"), "OneDriveCommercial": str(tmp_path / "sky")}
    with pytest.raises(StoreError, match="OneDrive synchronises"):
        Context(load_profile(environ), FakeClock()).open_store()


@pytest.mark.promise("P30")
def test_who_knows_better_may_have_it_so(tmp_path: Path) -> None:
    """L05: ARMBULK_SHARED_STORE=yes accepts the folder, with a journal that works on shared drives."""
    folder = tmp_path / "Dropbox"
    environ = {"ARMBULK_HOME": str(folder), "ARMBULK_SHARED_STORE": "yes"}
    with journey(tmp_path, environ=environ) as way:
        assert outcomes(way.run(sample_files())) == {"created": 9}
        assert [path.name for path in folder.glob("armbulk.db*")] == ["armbulk.db"]
        way.store.close()
        with sqlite3.connect(folder / "armbulk.db") as raw:
            assert raw.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        raw.close()


@pytest.mark.promise("P6")
def test_who_has_to_wait_is_told_for_whom(tmp_path: Path) -> None:
    """L10: a second process is shown which run is sending; it can start as soon as that run has ended."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files())
        with way.store.lock(way.bench.profile.account, 17), pytest.raises(Unfinished) as busy:
            way.carry_on(run)
        assert "Run 17 (process " in busy.value.message
        assert "client 2218" in busy.value.message
        assert busy.value.message.text("nb").startswith("Kjøring 17 (prosess ")
        assert way.carry_on(run) == "finished"


@pytest.mark.promise("P2")
def test_a_file_that_changed_before_resume(tmp_path: Path) -> None:
    """L16: resume sends what was read when the run started, and every row of it has an outcome."""
    with journey(tmp_path) as way:
        files = write_files(tmp_path)
        run = way.begin(files)
        write_files(tmp_path, documents=2)
        assert recheck_files(way.store.run(run)) is None
        assert way.carry_on(run) == "finished"
        finish_run(way.store, run, None, tmp_path / "result.xlsx", "en")
        assert outcomes(load_result(way.store, run)) == {"created": 9}
        book = openpyxl.load_workbook(tmp_path / "result.xlsx")
        assert [row[0].value for row in book["Documents"].iter_rows(min_row=2)] == [f"F{n}" for n in range(1, 7)]
        summary = {label: value for label, value in book["Summary"].iter_rows(max_col=2, values_only=True) if label}
        assert "changed or removed since the import started" in summary["Files"]


@pytest.mark.first_cases(2)
@pytest.mark.promise("P10")
@pytest.mark.parametrize("jump", [-30 * 86_400.0, -3_600.0, 3_600.0, 3 * 86_400.0, 30 * 86_400.0])
def test_a_clock_that_is_set_between_two_sessions(tmp_path: Path, jump: float) -> None:
    """L17: when the clock is changed after a lost response, the run ends, nothing is sent twice, no wait grows."""
    faults = ["lose-after:POST:documents/batches:1"]
    with journey(tmp_path, faults=faults, dialect={"visibility": "600"}) as way:
        run = way.begin(sample_files())
        way.carry_on(run)
        truth = way.clock.at
        way.sandbox.state.clock = lambda: truth + way.clock.slept
        way.store.close()
        way.clock.at += jump
        way.store = way.bench.open_store()
        before = way.clock.slept
        for _ in range(4):
            if way.carry_on(run) == "finished":
                break
            way.clock.sleep(600)
        look_up_again(way.bench, way.store, run)  # what was set apart too early is found all the same
        assert outcomes(load_result(way.store, run)) == {"created": 9}
        assert way.clock.slept - before < 3_600 + 4 * 600
        assert set(way.documents().values()) == {1}


class Asleep(httpx.BaseTransport):
    """The network of a machine that falls asleep for three days in the middle of a call."""

    def __init__(self, clock: FakeClock, calls: Callable[[httpx.Request], bool], wakes: str) -> None:
        self._clock, self._calls, self._wakes = clock, calls, wakes
        self._inner, self._slept = open_loopback(), False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request out; the connection may have died in the night, or the answer may still be there."""
        response = self._inner.handle_request(request)
        if self._slept or not self._calls(request):
            return response
        self._slept = True
        response.read()
        self._clock.sleep(3 * 86_400)
        if self._wakes == "to a dead line":
            message = "connection reset"
            raise httpx.ReadError(message)
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    def close(self) -> None:
        """Let go."""
        self._inner.close()


@pytest.mark.first_cases(2)
@pytest.mark.promise("P10")
@pytest.mark.parametrize("wakes", ["to a dead line", "to its answer"])
@pytest.mark.parametrize("during", ["POST documents", "GET batches"])
def test_a_machine_that_sleeps_in_the_middle_of_a_call(tmp_path: Path, during: str, wakes: str) -> None:
    """L18: after three days of sleep during a call, sent documents are looked up and nothing is sent twice."""
    method, part = during.split()
    with journey(tmp_path, dialect={"duplicate": "accept"}) as way:
        run = way.begin(sample_files())
        transport = Asleep(way.clock, lambda call: call.method == method and part in call.url.path, wakes)
        bench = Context(way.bench.profile, way.clock, transport)
        state = send_run(bench, way.store, way.store.run(run), wait=True, progress=lambda _: None)
        if state == "in_doubt":  # a session waits an hour for a batch, and three days are more
            state = way.carry_on(run)
        assert state == "finished"
        assert outcomes(load_result(way.store, run)) == {"created": 9}
        assert set(way.documents().values()) == {1}
        assert way.clock.slept < 3 * 86_400 + 3_600


# ── the store ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.promise("P5", "P30")
@pytest.mark.usefixtures("real_disk")
def test_power_fails_while_a_step_is_written(tmp_path: Path) -> None:
    """L02: after a power cut at any byte of a commit the store opens with the state before it or the whole commit."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files())
        db = tmp_path / "home" / "armbulk.db"
        wal = db.with_name("armbulk.db-wal")
        first = way.store.batches(run)[0]
        before, whole = wal.read_bytes(), db.read_bytes()
        way.store.record_intent(way.bench.profile.account, first.id, way.bench.profile.limits)
        after = wal.read_bytes()
        assert after.startswith(before)
        assert db.read_bytes() == whole
        cuts = [*range(len(before), len(after), 997), len(after)]
        found = [_after_the_cut(tmp_path / f"cut-{cut}", whole, after[:cut], run, way.clock) for cut in cuts]
        assert found == ["planned"] * (len(cuts) - 1) + ["posting"]
        torn = after[: len(before)] + bytes(len(after) - len(before))
        assert _after_the_cut(tmp_path / "torn", whole, torn, run, way.clock) == "planned"


def _after_the_cut(folder: Path, db: bytes, wal: bytes, run: int, clock: FakeClock) -> str:
    folder.mkdir()
    (folder / "armbulk.db").write_bytes(db)
    (folder / "armbulk.db-wal").write_bytes(wal)
    store = Store(f"sqlite:///{folder / 'armbulk.db'}", clock)
    try:
        return str(store.batches(run)[0].state)
    finally:
        store.close()


@pytest.mark.promise("P5")
@pytest.mark.usefixtures("real_disk")
def test_every_step_is_on_the_disk_itself(tmp_path: Path) -> None:
    """L02: every commit is synchronised to the disk."""
    with journey(tmp_path) as way, way.store._engine.connect() as conn:
        assert conn.execute(sa.text("PRAGMA synchronous")).scalar_one() == 2
        assert conn.execute(sa.text("PRAGMA journal_mode")).scalar_one() == "wal"


@pytest.mark.promise("P5", "P30")
def test_a_store_that_became_read_only(tmp_path: Path) -> None:
    """L04: nothing is sent while the store is read-only; the run continues when it is writable again."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files())
        way.store.close()

        def locked(raw: Any, _: object) -> None:
            raw.execute("PRAGMA query_only=ON")

        sa.event.listen(way.store._engine, "connect", locked)
        with pytest.raises(StoreError, match="read-only") as refused:
            way.carry_on(run)
        assert "writable" in refused.value.hint
        assert [call for call in way.sandbox.state.requests if call.method == "POST"] == []
        way.store.close()
        sa.event.remove(way.store._engine, "connect", locked)
        assert way.carry_on(run) == "finished"


@contextmanager
def ordinary_user(folder: Path) -> Iterator[None]:
    """Be no one in particular for a while: the superuser may write anywhere."""
    if os.geteuid():
        yield
        return
    closed = {one: one.stat().st_mode for one in (folder, *folder.parents) if one.stat().st_mode & 0o005 != 0o005}
    for one, mode in closed.items():
        one.chmod(mode | 0o005)
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)
        for one, mode in closed.items():
            one.chmod(mode)


@pytest.mark.promise("P30")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    """L04: a store that cannot be created, or a result that cannot be written, is an error with a remedy."""
    home, out = tmp_path / "home", tmp_path / "out"
    for folder in (home, out):
        folder.mkdir(mode=0o555)
    with ordinary_user(tmp_path):
        with pytest.raises(StoreError, match="Permission denied") as refused:
            Store(f"sqlite:///{home / 'armbulk.db'}", SystemClock())
        assert "ARMBULK_HOME" in refused.value.hint
        with pytest.raises(ArmbulkError) as refused_too:
            verify_writable(out / "result.xlsx", "en", WrittenFiles(home))
        assert (refused_too.value.code, "-o" in refused_too.value.hint) == ("cannot-write", True)


HOLD = """
import sys
from armbulk.quota.limits import Account
from armbulk.store.locks import ClientLock
with ClientLock(sys.argv[1], Account("http://arm", "2218"), "Run 3 (process 1, started 09:14)"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.promise("P6")
def test_the_lock_of_a_dead_process_is_free_at_once(tmp_path: Path) -> None:
    """L11: the lock of a killed process is free at once, and its name is no longer shown."""
    url = f"sqlite:///{tmp_path / 'armbulk.db'}"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, url], env=environ, text=True, **pipes) as holder:  # type: ignore[call-overload]
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Unfinished) as busy, ClientLock(url, ACCOUNT, "Run 4"):
            pass
        assert busy.value.message == "Run 3 (process 1, started 09:14) is sending for client 2218"
        holder.kill()
        holder.wait()
        with ClientLock(url, ACCOUNT, "Run 4"):
            assert [path.read_text() for path in tmp_path.glob("*.holder")] == ["Run 4"]
    assert list(tmp_path.glob("*.holder")) == []


# ── the result workbook ─────────────────────────────────────────────────────────────────────────────────────────────


class Impatient(FakeClock):
    """A clock on which somebody closes a workbook after so many breaths."""

    def __init__(self, closes: Callable[[], None], after: int) -> None:
        super().__init__()
        self._closes, self._left = closes, after

    def sleep(self, seconds: float) -> None:
        """Let time pass, and perhaps close it."""
        super().sleep(seconds)
        self._left -= 1
        if self._left == 0:
            self._closes()


def written(folder: Path, clock: FakeClock) -> Path:
    """A result workbook of two files, written to `result.xlsx`."""
    checked = check_once(sample_files())
    with journey(folder) as way:
        ready = build_plan(way.bench, way.store, checked, ImportOptions())
    return write_results(
        build_unsent_result(ready.items, pl.DataFrame(schema=REFERENCES_SCHEMA)),
        checked,
        folder / "result.xlsx",
        "en",
        clock,
        way.store.written_files,
    )


@pytest.mark.promise("P16")
@pytest.mark.parametrize("beside", ["~$result.xlsx", ".~lock.result.xlsx#"], ids=["excel", "libreoffice"])
@pytest.mark.parametrize(("after", "name"), [(3, "result.xlsx"), (10_000, "result-2.xlsx")])
def test_a_result_that_is_open_elsewhere(tmp_path: Path, beside: str, after: int, name: str) -> None:
    """L13: an open result file is reported before sending, waited for briefly, and then another name is used."""
    target = tmp_path / "result.xlsx"
    target.write_bytes(b"the one before")
    mark = tmp_path / beside
    mark.write_bytes(b"")
    assert "is open in another program" in verify_writable(target, "en", WrittenFiles(tmp_path))
    assert "er åpen i et annet program" in verify_writable(target, "nb", WrittenFiles(tmp_path))
    clock = Impatient(mark.unlink, after)
    assert written(tmp_path, clock).name == name
    assert clock.slept <= MAX_WAIT + 1
    assert openpyxl.load_workbook(tmp_path / name).sheetnames[0] == "Summary"
    assert (target.read_bytes() == b"the one before") is (name != "result.xlsx")
    assert list(tmp_path.glob(".armbulk-*")) == []


@pytest.mark.parametrize(("failures", "name"), [(3, "result.xlsx"), (10_000, "result-2.xlsx")])
def test_a_result_that_a_virus_scanner_reads(
    failures: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows may refuse for a moment to replace a file that is not open in Excel: the result still gets its name."""
    real, attempts = Path.replace, iter(range(10_000))

    def refuse(self: Path, target: Path) -> Path:
        if Path(target).name == "result.xlsx" and next(attempts) < failures:
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    assert written(tmp_path, FakeClock()).name == name


@pytest.mark.promise("P16")
def test_a_result_that_is_read_only(tmp_path: Path) -> None:
    """L14: a read-only result is kept; new results get the next free names."""
    target = tmp_path / "result.xlsx"
    target.write_bytes(b"kept for the auditor")
    target.chmod(0o444)
    assert "is read-only" in verify_writable(target, "en", WrittenFiles(tmp_path))
    clock = FakeClock()
    assert [written(tmp_path, clock).name for _ in range(2)] == ["result-2.xlsx", "result-3.xlsx"]
    assert clock.slept == 0
    assert target.read_bytes() == b"kept for the auditor"


@pytest.mark.promise("P16")
def test_what_a_killed_process_left_beside_a_result_is_tidied(tmp_path: Path) -> None:
    """L01: a half-written result never has the result's name; a later result deletes it after an hour."""
    old, young, others = (
        tmp_path / f".armbulk-{n}-{stem}.xlsx" for n, stem in ((1, "result"), (2, "result"), (1, "x"))
    )
    for one in (old, young, others):
        one.write_bytes(b"half")
    for one in (old, others):
        os.utime(one, (one.stat().st_mtime - STALE_AFTER - 60,) * 2)
    assert written(tmp_path, FakeClock()).name == "result.xlsx"
    assert [one.exists() for one in (old, young, others)] == [False, True, True]


def armbulk(*words: str, env: dict[str, str]) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, [*words, "--json"], env={**env})


@pytest.mark.promise("P16")
def test_a_result_folder_that_is_gone_is_noticed_before_sending(tmp_path: Path) -> None:
    """L15: nothing is sent if no result could be written in the chosen folder."""
    with Sandbox() as arm:
        gone = str(tmp_path / "gone" / "result.xlsx")
        done = armbulk("import", *write_files(tmp_path), "-o", gone, "--yes", env=arm.settings)
        assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (2, "no-such-folder")
        assert arm.state.requests == []


@pytest.mark.promise("P16")
def test_a_result_that_is_held_is_told_before_sending(tmp_path: Path) -> None:
    """L13, L14: the import warns before sending that the result gets another name, and ends with that name."""
    files = write_files(tmp_path)
    target = tmp_path / "customers.result.xlsx"
    target.write_bytes(b"kept for the auditor")
    target.chmod(0o444)
    with Sandbox() as arm:
        done = armbulk("import", *files, "--yes", env=arm.settings)
        assert "customers.result.xlsx is read-only" in done.stderr
        assert json.loads(done.stdout)["result"] == str(tmp_path / "customers.result-2.xlsx")


@pytest.mark.promise("P16")
@pytest.mark.parametrize("lost", ["the folder", "the room"])
def test_a_result_that_cannot_be_written_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    """L15: the outcomes are shown with the command that writes the workbook later; `resume` and `results` write it."""
    files, out = write_files(tmp_path), tmp_path / "out"
    out.mkdir()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    sends = send_run

    def sends_and_loses(*given: Any, **named: Any) -> str:
        state = sends(*given, **named)
        if lost == "the folder":
            shutil.rmtree(out)
        return state

    with Sandbox() as arm:
        with monkeypatch.context() as world:
            world.setattr("armbulk.app.imports.send_run", sends_and_loses)
            if lost == "the room":
                world.setattr("armbulk.writers.new_workbook.write_workbook", no_room)
            done = armbulk("import", *files, "-o", str(out / "result.xlsx"), "--yes", env=arm.settings)
        said = json.loads(done.stdout)
        assert (done.exit_code, said["state"], said["outcomes"]["created"], said["result"]) == (2, "finished", 9, None)
        assert "armbulk results 1 -o FILE" in done.stderr
        done = armbulk("resume", "-o", str(tmp_path / "late.xlsx"), env=arm.settings)
        assert (done.exit_code, json.loads(done.stdout)["result"]) == (0, str(tmp_path / "late.xlsx"))
        assert openpyxl.load_workbook(tmp_path / "late.xlsx").sheetnames[0] == "Summary"
        done = armbulk("resume", env=arm.settings)
        assert json.loads(done.stdout)["error"]["code"] == "nothing-unfinished"
        assert len([call for call in arm.state.requests if call.method == "POST"]) == 2
