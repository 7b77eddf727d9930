"""A run killed at every commit and every call, and again during recovery: real store, real sender, real server."""

import os
import random
from pathlib import Path

import pytest
from support.crash_points import SMALL, Fate, begun, session, to_the_end, true
from support.journey import journey

PAIRS = 40
EVERY = 1 if os.environ.get("ARMBULK_KILLS") else 2  # how far apart the places are that are tried


@pytest.mark.longest
@pytest.mark.promise("P1", "P2", "P5")
def test_every_place_to_die(tmp_path: Path) -> None:
    """A run killed at every other crash point (at all of them in `make soak`) and resumed ends correctly."""
    with journey(tmp_path, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
        fate = Fate()
        assert session(way, begun(way), fate) == "finished"
        places = fate.at
    assert places > 40
    for place in range(1, places + 1, EVERY):
        folder = tmp_path / str(place)
        folder.mkdir()
        with journey(folder, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0) as way:
            true(way, to_the_end(way, begun(way), (place,)))


@pytest.mark.promise("P1", "P2", "P5")
@pytest.mark.parametrize("seed", range(PAIRS))
def test_pairs_of_places_to_die(tmp_path: Path, seed: int) -> None:
    """A run killed twice, the second time during recovery, ends correctly."""
    chance = random.Random(seed)
    kills = (chance.randrange(1, 70), chance.randrange(1, 50))
    fault = chance.choice([[], ["lose-after:POST:documents/batches:1"], ["500-applied:POST:documents/batches:1"]])
    with journey(tmp_path, environ=SMALL, dialect={"duplicate": "accept"}, delay=1.0, faults=fault) as way:
        true(way, to_the_end(way, begun(way), kills))
