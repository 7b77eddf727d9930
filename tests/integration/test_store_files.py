"""The store's file: damaged, of an older or newer layout, or on a full disk."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.journey import journey, outcomes, sample_files, write_files

from armbulk.errors import StoreError


@pytest.mark.promise("P30")
def test_a_damaged_store_is_never_replaced(tmp_path: Path) -> None:
    """A damaged, newer or unreadable store is left unchanged and named in the error."""
    with journey(tmp_path) as way:
        assert outcomes(way.run(sample_files()))["created"] == 9
        way.store.close()
        path = tmp_path / "home" / "armbulk.db"
        with sqlite3.connect(path) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        sound = path.read_bytes()
        for damage in (
            sound[: len(sound) // 2],
            b"no database at all " * 500,
            sound[:4096] + bytes(4096) + sound[8192:],
        ):
            path.write_bytes(damage)
            with pytest.raises(StoreError) as refused:
                way.bench.open_store()
            assert refused.value.code in {"store-damaged", "store-unusable"}
            assert path.read_bytes() == damage
            for beside in path.parent.glob("armbulk.db-*"):
                beside.unlink()
        path.write_bytes(sound)
        with sqlite3.connect(path) as raw:
            raw.execute("PRAGMA user_version = 99")
        raw.close()
        with pytest.raises(StoreError, match="newer"):
            way.bench.open_store()


@pytest.mark.promise("P30")
def test_a_store_of_the_first_layout_is_brought_along(tmp_path: Path) -> None:
    """A store of an earlier version opens and still knows which documents were sent."""
    with journey(tmp_path) as way:
        files = write_files(tmp_path)
        way.run(files)
        way.store.close()
        path = tmp_path / "home" / "armbulk.db"
        with sqlite3.connect(path) as raw:
            raw.executescript(
                "DROP TABLE look; DROP INDEX sent_key_key_norm; DROP INDEX sent_key_date_amount;"
                + "".join(
                    f"ALTER TABLE batch DROP COLUMN {name};"
                    for name in ("rounds", "finished", "verdict", "clock_offset", "boot")
                )
                + "".join(
                    f"ALTER TABLE sent_key DROP COLUMN {name};"
                    for name in ("outcome", "customer_norm", "date", "currency", "amount", "body", "content")
                )
                + "".join(
                    f"ALTER TABLE usage_clock DROP COLUMN {name};"
                    for name in ("heard", "high", "wall", "monotonic", "boot")
                )
                + "".join(f"ALTER TABLE event DROP COLUMN {name};" for name in ("status", "uuid", "arm_time", "hashes"))
                + "DROP TABLE usage_foreign; ALTER TABLE item DROP COLUMN base; ALTER TABLE run DROP COLUMN hash_key;"
                "PRAGMA user_version = 1;"
            )
        raw.close()
        way.store = way.bench.open_store()
        assert way.run(files).count_outcomes()["already_sent"] == 6
        assert (way.store.hash_key(1), {event.sent for event in way.store.run_events(1)}) == (None, {None})
        indexes = {index["name"] for index in sa.inspect(way.store._engine).get_indexes("sent_key")}
        assert indexes == {"sent_key_date_amount", "sent_key_key_norm", "sent_key_record"}


def test_no_room_is_said_as_what_it_is(tmp_path: Path) -> None:
    """A full disk is a store error with a remedy, and nothing is sent twice."""
    with journey(tmp_path) as way:
        run = way.begin(sample_files(documents=400))

        def small(raw: Any, _: object) -> None:
            raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")

        way.store._engine.dispose()
        sa.event.listen(way.store._engine, "connect", small)
        with pytest.raises(StoreError, match="No space left on device"):
            way.carry_on(run)
        assert all(count == 1 for count in way.documents().values())
