"""Where armbulk runs: folders of other machines, other processes, files that change, clocks that are set."""

from pathlib import Path

import openpyxl
import pytest
from journey import journey, outcomes, write_files

from armbulk import importing
from armbulk.checking import check_files
from armbulk.edges.clock import SystemClock
from armbulk.edges.store import Store
from armbulk.edges.store.whereabouts import shared
from armbulk.errors import ArmbulkError, StoreError, Unfinished
from armbulk.resolving import ask_again
from armbulk.results import check_again, stand

MOUNTS = """sysfs /sys sysfs rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/export /home/anne/Team\\040share nfs4 rw 0 0
//nas/felles /mnt/felles cifs rw 0 0
anne@host: /home/anne/far fuse.sshfs rw 0 0
/dev/sdb1 /home/anne/Team\\040share/local ext4 rw 0 0
"""


@pytest.mark.promise("P30")
@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("/home/anne/.local/share/armbulk/armbulk.db", ""),
        ("/home/anne/Team share/armbulk.db", "nfs4"),
        ("/home/anne/Team share/local/armbulk.db", ""),
        ("/mnt/felles/regnskap/armbulk.db", "cifs"),
        ("/home/anne/far/armbulk.db", "sshfs"),
        ("/home/anne/Dropbox/armbulk.db", "dropbox"),
        ("/Users/anne/OneDrive - Firma AS/armbulk.db", "onedrive"),
        ("/Users/anne/Google Drive/x/armbulk.db", "google drive"),
        ("//nas/felles/armbulk.db", "another machine"),
    ],
)
def test_folders_of_other_machines_are_told(path: str, word: str) -> None:
    """A store on a network drive, or in a folder that is synchronised, would send twice: which folders those are."""
    why = shared(Path(path), MOUNTS)
    assert word in why
    assert bool(why) is bool(word)


@pytest.mark.promise("P30")
def test_a_store_in_a_synchronised_folder_is_refused(tmp_path: Path) -> None:
    """It is refused before anything is written, and a local folder is proposed."""
    folder = tmp_path / "OneDrive - Firma AS"
    with pytest.raises(StoreError) as refused:
        Store(f"sqlite:///{folder / 'armbulk.db'}", SystemClock())
    assert refused.value.code == "store-shared"
    assert "ARMBULK_HOME" in refused.value.hint
    assert not folder.exists()


@pytest.mark.promise("P6")
def test_who_has_to_wait_is_told_for_whom(tmp_path: Path) -> None:
    """The run, its process and its start are named; the moment it has ended, the next may go."""
    with journey(tmp_path) as way:
        run = way.begin(write_files(tmp_path))
        with way.store.lock(way.bench.profile.account, 17), pytest.raises(Unfinished) as busy:
            way.carry_on(run)
        assert "Run 17 (process " in busy.value.message
        assert "client 2218" in busy.value.message
        assert way.carry_on(run) == "finished"


@pytest.mark.promise("P2")
def test_a_file_that_changed_before_resume(tmp_path: Path) -> None:
    """What was read when the run began is what is sent; the changed file is not believed, and every row has its end."""
    with journey(tmp_path) as way:
        files = write_files(tmp_path)
        run = way.begin(files)
        write_files(tmp_path, documents=2)
        assert check_again(way.store.run(run)) is None
        assert way.carry_on(run) == "finished"
        importing.conclude(way.store, run, None, tmp_path / "result.xlsx", "en")
        assert outcomes(stand(way.store, run)) == {"created": 9}
        page = openpyxl.load_workbook(tmp_path / "result.xlsx")["documents"]
        assert [row[0].value for row in page.iter_rows(min_row=2)] == [f"F{n}" for n in range(1, 7)]


@pytest.mark.promise("P10")
@pytest.mark.parametrize("jump", [-30 * 86_400.0, -3_600.0, 3_600.0, 3 * 86_400.0, 30 * 86_400.0])
def test_a_clock_that_is_set_between_two_sessions(tmp_path: Path, jump: float) -> None:
    """After a lost answer the clock is set: the run still ends, nothing goes twice, and no wait grows by the jump."""
    faults = ["lose-after:POST:documents/batches:1"]
    with journey(tmp_path, faults=faults, dialect={"visibility": "600"}) as way:
        run = way.begin(write_files(tmp_path))
        way.carry_on(run)
        truth = way.clock.at
        way.sandbox.state.clock = lambda: truth + way.clock.slept
        way.store.close()
        way.clock.at += jump
        way.store = Store(way.bench.profile.store_url, way.clock)
        before = way.clock.slept
        for _ in range(4):
            if way.carry_on(run) == "finished":
                break
            way.clock.sleep(600)
        ask_again(way.bench, way.store, run)  # what was set apart too early is found all the same
        assert outcomes(stand(way.store, run)) == {"created": 9}
        assert way.clock.slept - before < 3_600 + 4 * 600
        assert set(way.documents().values()) == {1}


def test_a_result_folder_that_is_gone_is_noticed_before_sending(tmp_path: Path) -> None:
    """Nothing is sent when its result could not be written anywhere near."""
    with pytest.raises(ArmbulkError) as gone:
        importing.results.writable(tmp_path / "gone" / "result.xlsx")
    assert gone.value.code == "no-such-folder"
    assert check_files(write_files(tmp_path)).errors == 0
