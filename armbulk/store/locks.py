"""The lock that keeps other processes from sending for the same client."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from armbulk.errors import Unfinished
from armbulk.i18n import _, unpack_text
from armbulk.quota.limits import Account
from armbulk.store.address import database_file

_MAX_HOLDER_CHARS = 500


@contextlib.contextmanager
def lock_reading_back(url: str, account: Account) -> Iterator[None]:
    """Keep other processes from reading a client's records back, in the folder of the database at `url`.

    It is not the client's lock: reading back may wait for ARM's limits for hours, and an import must not wait for
    that. Two readings at once would use the limits twice for the same answers.

    Raises:
        Unfinished: Another process has it.
    """
    lock = FileLock(_name_file(url, account, "-verify.lock"), timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise Unfinished(
            "busy",
            _("Another armbulk process is reading records of client {client_no} back", client_no=account.client_no),
            _("Wait until it has finished, then try again"),
        ) from None
    try:
        yield
    finally:
        lock.release()


def _name_file(url: str, account: Account, suffix: str) -> Path:
    """The file of a client's lock; the database's folder is the same by whatever name it is opened."""
    name = "".join(character if character.isalnum() else "-" for character in f"{account.origin}-{account.client_no}")
    return Path(database_file(url)).resolve().parent / f"{name}{suffix}"


class ClientLock(AbstractContextManager["ClientLock"]):
    """A lock of the operating system for each origin and client: released when its process ends, however it ends.

    Who has it is written to a file beside it, for the message to those who must wait.
    """

    def __init__(self, url: str, account: Account, holder: str) -> None:
        """Prepare the lock in the folder of the database at `url`; `holder` describes this process to others."""
        self._account, self._holder, self._holder_file = account, holder, _name_file(url, account, ".holder")
        self._lock = FileLock(_name_file(url, account, ".lock"), timeout=0, mode=0o600)

    def __enter__(self) -> Self:
        """Take the lock; Unfinished when another process has it."""
        try:
            self._lock.acquire()
        except Timeout:
            raise Unfinished(
                "busy",
                _(
                    "{value} is sending for client {client_no}",
                    value=self._read_holder(),
                    client_no=self._account.client_no,
                ),
                _("Wait until it has finished, then try again"),
            ) from None
        self._write_holder()
        return self

    def find_holder(self) -> str:
        """Return who has the lock now; "" for no one. It is taken for a moment only if someone may have it."""
        if not self._holder_file.exists():
            return ""
        try:
            with self._lock.acquire():
                return ""
        except Timeout:
            return self._read_holder()

    def describe(self, holder: str) -> None:
        """Describe this process otherwise, while it has the lock."""
        self._holder = holder
        self._write_holder()

    def _write_holder(self) -> None:
        with contextlib.suppress(OSError):
            os.close(os.open(self._holder_file, os.O_CREAT | os.O_WRONLY, 0o600))
            self._holder_file.write_text(self._holder, encoding="utf-8")

    def _read_holder(self) -> str:
        try:
            holder = self._holder_file.read_text(encoding="utf-8")[:_MAX_HOLDER_CHARS]
            return unpack_text(holder) or _("Another armbulk process")
        except (OSError, ValueError):
            return _("Another armbulk process")

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._holder_file.unlink(missing_ok=True)
        self._lock.release()
