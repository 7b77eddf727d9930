"""Purge deletes what old runs left on the machine, but not the guard against sending twice."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.journey import Journey, journey, sample_files, write_files

from armbulk.cli import cli
from armbulk.errors import StoreError


def purge(way: Journey, *words: str) -> tuple[int, dict[str, Any]]:
    """Run `armbulk purge` as a script does."""
    env = {**way.sandbox.settings, "ARMBULK_HOME": str(way.folder / "home"), "ARMBULK_LANG": "en"}
    done = CliRunner().invoke(cli, ["purge", *words, "--json"], env=env)
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.promise("P23")
def test_finished_runs_go_and_numbers_stay(tmp_path: Path) -> None:
    """Purge deletes records, batches and events of finished runs; their documents are still not sent twice."""
    files = write_files(tmp_path)
    with journey(tmp_path) as way:
        way.clock.at = 1_600_000_000.0
        way.run(files)
        assert purge(way, "--older-than", "90d", "--yes") == (
            0,
            {"runs": 1, "records": 9, "guarded": 6, "exports": 0, "memories": 0},
        )
        with sqlite3.connect(tmp_path / "home" / "armbulk.db") as raw:
            for table in ("run", "batch", "item", "look", "event"):
                assert raw.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - our own names
        raw.close()
        assert way.run(files).count_outcomes()["already_sent"] == 6
        assert set(way.documents().values()) == {1}


def test_what_is_not_finished_or_not_old_stays(tmp_path: Path) -> None:
    """Purge keeps unfinished and recent runs."""
    with journey(tmp_path, faults=["lose-before:POST:documents/batches:1"]) as way:
        way.clock.at = 1_600_000_000.0
        way.carry_on(way.begin(sample_files()))
        assert purge(way, "--older-than", "1d", "--yes")[1]["runs"] == 0
        assert len(way.store.unresolved_documents(way.bench.profile.account)) == 6


@pytest.mark.parametrize("words", [["--older-than", "soon", "--yes"], ["--older-than", "1d"]])
def test_purge_is_careful(tmp_path: Path, words: list[str]) -> None:
    """Purge needs a valid age and a confirmation."""
    with journey(tmp_path) as way:
        assert purge(way, *words)[0] == 2


def test_what_another_process_has_purged_is_no_bug(tmp_path: Path) -> None:
    """A result that is being written when its run is purged ends with a message, not with a crash report."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files())
        way.carry_on(run)
        way.store.purge(way.bench.profile.account, way.clock.now() + 1)
        for read in (way.store.usage_of_run, way.store.stamp, way.store.run):
            with pytest.raises(StoreError, match=f"data of run {run} was deleted"):
                read(run)
