"""What a result workbook remembers of the store it came from: a custom property, which Excel and LibreOffice keep."""

import hashlib
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from armbulk.quota.limits import Account

PROPERTY = "armbulk"
_PART = "docProps/custom.xml"
_MOST = 64 * 1024
_TEXT = re.compile(r">\s*2 ([0-9a-f]{32}) ([0-9a-f]{32}) (\d{1,18}) ([0-9a-f]{16})\s*<")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which store, a word that the store knows since it wrote the workbook, which run, and (as a digest) whose."""

    store_id: str
    token: str
    run_id: int
    client_hash: str

    @property
    def text(self) -> str:
        """As it stands in the workbook."""
        return f"2 {self.store_id} {self.token} {self.run_id} {self.client_hash}"


def hash_client(account: Account) -> str:
    """A client as a digest: a workbook may be passed on."""
    return hashlib.sha256(f"{account.origin}\n{account.client_no}".encode()).hexdigest()[:16]


def read_provenance(path: Path) -> Provenance | None:
    """What a workbook remembers; None when it remembers nothing, or cannot be read."""
    try:
        with zipfile.ZipFile(path) as package, package.open(_PART) as part:
            found = _TEXT.search(part.read(_MOST).decode("utf-8", errors="replace"))
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return None
    return Provenance(found[1], found[2], int(found[3]), found[4]) if found else None
