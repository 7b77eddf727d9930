"""Notice that the store is an older copy of itself: it does not know what was sent since the copy was made.

Every sending has a number. The store commits it with the intent to send, and it is written to a file outside the
store's folder before a byte leaves. A backup of the store's folder does not have that file, so a store that is put back
is behind it. No file at all (another machine, a cache that was emptied) proves nothing, and counts as an older copy.
"""

import contextlib
import hashlib
import os
import tempfile
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from filelock import FileLock, Timeout

from armbulk.clock import Clock
from armbulk.quota.limits import Account
from armbulk.store.schema import client, event, identity, sent_customer, sequence

_OLDER_COPY = "the store counts as an older copy"
_LAST_SENDING = "the last sending that this copy of the store does not know"
_LOCK_SECONDS = 2.0

_COUNT = sa.update(sequence).values(number=sequence.c.number + 1)
_SELECT_NUMBER = sa.select(identity.c.id, sequence.c.number).select_from(sa.join(identity, sequence, sa.true()))
_SELECT_LAST_UNKNOWN = sa.select(sa.func.max(event.c.at)).where(event.c.run == 0, event.c.why == _LAST_SENDING)
_MAX_CHARS = 20


class CopyNotice(StrEnum):
    """Why a store counts as an older copy. The values are stored."""

    OLDER = "older"
    UNPROVEN = "unproven"


class SendingCounter:
    """A file outside the store's folder with the number of its last sending, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        """Prepare the counter; nothing is read or written yet."""
        self._folder = folder

    def read(self, store_id: str) -> int | None:
        """Return the number of the store's last sending; None where no number can be read."""
        number, _ = self.read_with_time(store_id)
        return number

    def read_with_time(self, store_id: str) -> tuple[int | None, int | None]:
        """Return the number of the store's last sending, and when it was written (epoch seconds); None: unreadable."""
        try:
            words = (self._folder / store_id).read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return None, None
        number, time, *_ = (*map(_to_number, words), None, None)
        return number, time

    def write(self, store_id: str, number: int, time: float) -> bool:
        """Write the number and the time of the last sending, unless a later one is there; return if it is there."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._folder / f"{store_id}.lock", timeout=_LOCK_SECONDS, mode=0o600):
                return (self.read(store_id) or -1) >= number or self._replace(store_id, f"{number} {time:.0f}")
        except (OSError, Timeout):
            return False

    def write_client(self, account: Account, store_id: str, time: float) -> None:
        """Write when the store last sent for a client, for other stores on this machine (`last_sending_elsewhere`)."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._replace(f"{_hash_client(account)}.{store_id}", f"{time:.0f}")

    def last_sending_elsewhere(self, account: Account, store_id: str) -> float | None:
        """Return when another store on this machine last sent for a client (epoch seconds); None: none has.

        ARMBULK_HOME or ARMBULK_STORE were changed: neither store knows what the other has sent.
        """
        try:
            files = [path for path in self._folder.glob(f"{_hash_client(account)}.*") if path.suffix[1:] != store_id]
            times = [_to_number(path.read_text(encoding="ascii").strip()) for path in files]
        except (OSError, ValueError):
            return None
        return max((float(time) for time in times if time is not None), default=None)

    def _replace(self, name: str, text: str) -> bool:
        handle, temporary = tempfile.mkstemp(prefix=f".{name}-", dir=self._folder)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._folder / name)
        except OSError:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        return True


def _hash_client(account: Account) -> str:
    return hashlib.blake2b(f"{account.origin} {account.client_no}".encode(), digest_size=16).hexdigest()


def _to_number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() and len(word) <= _MAX_CHARS else None


class CopyDetector:
    """Numbers the sendings of a store, and treats a store that is behind as an empty one.

    Attributes:
        clock: for every timestamp.
        counter: the file outside the store's folder; None: there is none.
    """

    clock: Clock
    counter: SendingCounter | None
    _engine: sa.Engine

    def count_sending(self, conn: sa.Connection) -> None:
        """Give the sending of this transaction its number."""
        conn.execute(_COUNT)

    def is_guarded(self) -> bool:
        """Return whether the number of the last sending is in its file: an older copy will be noticed."""
        if self.counter is None:
            return False
        with self._engine.connect() as conn:
            store_id, number = self._read_number(conn)
        return self.counter.write(store_id, number, self.clock.now())

    def take_copy_notice(self) -> CopyNotice | None:
        """Return why the store counted as an older copy when it was opened; None when that was reported, or is not so.

        It is returned once.
        """
        with self._engine.begin() as conn:
            notice = conn.execute(sa.select(sequence.c.notice)).scalar()
            conn.execute(sa.update(sequence).values(notice=None))
        return CopyNotice(notice) if notice else None

    def detect_copy(self) -> None:
        """Forget what is no longer certain, where the store is an older copy of itself or may be one."""
        if self.counter is None:
            return
        with self._engine.connect() as conn:
            store_id = str(conn.execute(sa.select(identity.c.id)).scalar_one())
        last, written = self.counter.read_with_time(store_id)  # before the store's number, never behind its file
        with self._engine.begin() as conn:
            _, number = self._read_number(conn)
            if last is None and (number == 0 or not self.counter.write(store_id, number, self.clock.now())):
                return
            if last is not None and last <= number:
                return
            notice = CopyNotice.UNPROVEN if last is None else CopyNotice.OLDER
            number = max(number, last or 0) + 1
            conn.execute(sa.update(sequence).values(number=number, notice=notice.value))
            conn.execute(sa.update(client).values(since=self.clock.now()))
            conn.execute(sa.delete(sent_customer))
            values = {"at": self.clock.now(), "run": 0, "why": f"{_OLDER_COPY}: {notice.value}"}
            conn.execute(sa.insert(event).values(**values))
            if notice is CopyNotice.OLDER:
                time = self.clock.now() if written is None else min(written, self.clock.now())
                conn.execute(sa.insert(event).values(at=time, run=0, why=_LAST_SENDING))
        self.counter.write(store_id, number, self.clock.now())

    def was_copied(self) -> bool:
        """Return whether this store was ever found to be an older copy of itself, or may have been one."""
        query = sa.select(event.c.id).where(event.c.run == 0, event.c.why.startswith(_OLDER_COPY))
        with self._engine.connect() as conn:
            return conn.execute(query).first() is not None

    def last_unknown_sending(self) -> float | None:
        """Return when a newer copy of this store last sent something (epoch seconds); None where there was none."""
        with self._engine.connect() as conn:
            time = conn.execute(_SELECT_LAST_UNKNOWN).scalar()
        return None if time is None else float(time)

    def _read_number(self, conn: sa.Connection) -> tuple[str, int]:
        """The store's id, and the number of its last sending."""
        store_id, number = conn.execute(_SELECT_NUMBER).one()
        return str(store_id), int(number)
