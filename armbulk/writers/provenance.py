"""Whether a workbook is armbulk's, and from which store: properties that Excel and LibreOffice keep."""

import hashlib
import html
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from armbulk.quota.limits import Account

PROPERTY = "armbulk"
RESULT_CATEGORY = "armbulk result"
"""The category property of result workbooks: armbulk replaces its own sheets in such a workbook."""

_PART = "docProps/custom.xml"
_CORE_PART = "docProps/core.xml"
_MAX_BYTES = 64 * 1024
_CATEGORY = re.compile(r"<(?:\w+:)?category\b[^>]*>([^<]*)<")
_TEXT = re.compile(r">\s*2 ([0-9a-f]{32}) ([0-9a-f]{32}) (\d{1,18}) ([0-9a-f]{16})\s*<")


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a result workbook comes from.

    Attributes:
        store_id: the store's id.
        token: a random word the store has saved since it wrote the workbook.
        run_id: the run.
        client_hash: the client, as a hash.
    """

    store_id: str
    token: str
    run_id: int
    client_hash: str

    @property
    def text(self) -> str:
        """The value of the property."""
        return f"2 {self.store_id} {self.token} {self.run_id} {self.client_hash}"


def hash_client(account: Account) -> str:
    """Return a client as a hash of 16 hexadecimal digits: a workbook may be passed on."""
    return hashlib.sha256(f"{account.origin}\n{account.client_no}".encode()).hexdigest()[:16]


def read_provenance(path: Path) -> Provenance | None:
    """Return where a workbook comes from; None when it does not say, or cannot be read."""
    match = _TEXT.search(_read_part(path, _PART))
    return Provenance(match[1], match[2], int(match[3]), match[4]) if match else None


def read_category(path: Path) -> str:
    """Return the category of a workbook, a property by which armbulk recognises its own; "" when it has none."""
    match = _CATEGORY.search(_read_part(path, _CORE_PART))
    return html.unescape(match[1]) if match else ""


def _read_part(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as package, package.open(name) as part:
            return part.read(_MAX_BYTES).decode("utf-8", errors="replace")
    except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return ""
