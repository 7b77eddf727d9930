"""The lock that keeps other processes from sending for the same client."""

import contextlib
import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from armbulk.errors import Unfinished
from armbulk.i18n import _
from armbulk.quota.limits import Account
from armbulk.store.address import database_file


class ClientLock(AbstractContextManager["ClientLock"]):
    """A lock of the operating system for each origin and client: released when its process ends, however it ends.

    Who has it is written to a file beside it, for the message to those who must wait.
    """

    def __init__(self, url: str, account: Account, holder: str) -> None:
        """Prepare the lock in the folder of the database at `url`; `holder` describes this process to others."""
        name = "".join(
            character if character.isalnum() else "-" for character in f"{account.origin}-{account.client_no}"
        )
        folder = Path(database_file(url)).resolve().parent  # by whatever name the database is opened
        self._account, self._holder, self._holder_file = account, holder, folder / f"{name}.holder"
        self._lock = FileLock(folder / f"{name}.lock", timeout=0, mode=0o600)

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
            return self._holder_file.read_text(encoding="utf-8")[:80] or _("Another armbulk process")
        except (OSError, ValueError):
            return _("Another armbulk process")

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._holder_file.unlink(missing_ok=True)
        self._lock.release()
