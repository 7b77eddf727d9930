"""A store that is copied, put back and used on: whatever the order, no document is created twice."""

import random
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from support.journey import FakeClock, Journey, sample_files

from armbulk.errors import ArmbulkError
from armbulk.sandbox import Sandbox

SPRING = 1_780_000_000.0
HALF_A_YEAR = 100 * 86_400.0
STEPS = 10
FAULTS = ([], ["lose-after:POST:documents/batches:3"], ["lose-late=500:POST:documents/batches:2"])


class User:
    """The only sender of a client, who makes copies of armbulk's folder and puts them back."""

    def __init__(self, way: Journey, folder: Path, chance: random.Random) -> None:
        self.way, self.chance, self.folder = way, chance, folder
        self.home, self.copies = way.folder / "home", 0

    def send(self) -> None:
        """Import some of the documents."""
        self.way.run(sample_files(documents=self.chance.randint(2, 14)))

    def begin(self) -> None:
        """Store a run that is sent later."""
        self.way.begin(sample_files(documents=self.chance.randint(2, 14)))

    def resume(self) -> None:
        """Send what is left of the oldest unfinished run."""
        for run in self.way.store.runs()[::-1]:
            if run.state != "finished":
                self.way.carry_on(run.id)
                return

    def purge(self) -> None:
        """Delete finished runs."""
        self.way.store.purge(self.way.bench.profile.account, self.way.clock.now())

    def copy(self) -> None:
        """Copy the folder."""
        shutil.copytree(self.home, self.folder / f"copy{self.copies}")
        self.copies += 1

    def restore(self) -> None:
        """Put a copy back."""
        if self.copies:
            self.way.store.close()
            shutil.rmtree(self.home)
            shutil.copytree(self.folder / f"copy{self.chance.randrange(self.copies)}", self.home)
            self.way.store = self.way.bench.open_store()


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(12))
def test_copies_in_any_order(tmp_path: Path, seed: int) -> None:
    """Sendings, copies, restores, purges and resumes in random order, with calls that are lost: each document once."""
    chance, clock = random.Random(seed), FakeClock(SPRING)
    with Sandbox(size="XL", clock=clock.now, dialect={"duplicate": "accept"}, faults=FAULTS[seed % 3]) as server:
        way = Journey(tmp_path / "user", server, clock, {})
        way.run(sample_files(documents=1), first_import=True)
        clock.sleep(HALF_A_YEAR)
        user = User(way, tmp_path, chance)
        steps = [user.send, user.send, user.begin, user.resume, user.purge, user.copy, user.restore, user.restore]
        for step in (user.copy, *chance.choices(steps, k=STEPS), *[user.resume] * 3):
            with suppress(ArmbulkError):
                step()
            assert set(way.documents().values()) == {1}
            clock.sleep(chance.choice([60, 4_000, 90_000]))
        way.store.close()
