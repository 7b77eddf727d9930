"""What a comparison has read of ARM, kept for a while: what is asked again then costs nothing.

It is in a checkpoint of its own, readable by its owner only: the pages of the list of customers, and the answers to
single look-ups. An interrupted reading continues. The file's time says until when it is kept; the next command after
that deletes it.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.arm.decode import read_raw_records
from armbulk.arm.json_body import parse_json
from armbulk.context import Context
from armbulk.export.fetched_list import fetch_list
from armbulk.export.pricing import ExportSize, PagePrice, estimate_finish, measure
from armbulk.export.request import ExportArguments, build_list_request
from armbulk.export.result import find_gaps
from armbulk.export.session import EXPORTS_FOLDER, ExportSession, OnProgress
from armbulk.model.keys import normalise_key_text
from armbulk.model.lookup import DocumentLookup, ExpectedDocument, LookupResult
from armbulk.model.outcome import ApiUsage
from armbulk.model.record_texts import RAW_JSON, RECORD_KEY, to_json_text
from armbulk.quota.limits import Priority
from armbulk.rate_limited import RateLimitedClient
from armbulk.store.checkpoints import purge_checkpoints

KEPT_PREFIX = "kept-"
"""How the names of these checkpoints begin."""

KEPT_SECONDS = 900.0
"""How long it is kept, if no one chooses otherwise."""

MAX_INTERRUPTED_SECONDS = 86_400.0
"""How long an interrupted reading can be continued."""

_RAW_LIST = Path("customers.jsonl")  # no file is written: records are kept as ARM wrote them


@dataclass(slots=True)
class KeptRecords:
    """What was read of ARM, and what is read now.

    Attributes:
        session: The reading, resumable.
        fresh: How long it is kept, in seconds.
        is_reused: It was complete when it was opened.
        usage: What this process has used of ARM's limits.
    """

    session: ExportSession
    fresh: float
    is_reused: bool = False
    usage: ApiUsage = field(default_factory=ApiUsage)

    def start(self) -> None:
        """Continue what is young enough, if nothing was sent since; else begin again."""
        now, file = self.session.context.clock.now(), self.session.checkpoint.file
        read_at, begun = file.read_fact("read", None), file.read_fact("begun", now)
        age, max_age = (now - begun, MAX_INTERRUPTED_SECONDS) if read_at is None else (now - read_at, self.fresh)
        changed = self.session.store.last_change(self.client.account)
        if not max_age or not 0 <= age <= max_age or (changed is not None and changed >= begun):
            file.clear()
            read_at, begun = None, now
        file.save_fact("begun", begun)
        self.is_reused = read_at is not None
        self.session.keep_until = now + MAX_INTERRUPTED_SECONDS if read_at is None else read_at + self.fresh

    @property
    def client(self) -> RateLimitedClient:
        """The calls."""
        return self.session.fetcher.reader.client

    @property
    def read_at(self) -> float:
        """When the reading began (epoch seconds): nothing of it is older."""
        return self.session.started_at

    @property
    def has_list(self) -> bool:
        """Whether the list was read."""
        return self.session.checkpoint.file.read_fact("is complete", None) is not None

    @property
    def is_list_complete(self) -> bool:
        """Whether no record of the list is missing."""
        return bool(self.session.checkpoint.file.read_fact("is complete", default=False))

    @property
    def is_list_begun(self) -> bool:
        """Whether an interrupted reading of the list is continued."""
        return not self.has_list and self.session.checkpoint.partitions.count_records()[0] > 0

    def measure(self) -> ExportSize:
        """Ask ARM how many customers it has."""
        with self._counted():
            return measure(self.session)

    @property
    def page_size(self) -> int:
        """The size of a page."""
        return self.session.fetcher.page_size

    def estimate_finish(self, pages: ExportSize | None, look_ups: int) -> float:
        """Return when the list, and so many look-ups, can have been read (epoch seconds; inf: never)."""
        prices = [*(pages.pages if pages else ()), *[PagePrice(1, 1)] * look_ups]
        return estimate_finish(self.session.store, self.session.context, prices)

    def capacity(self, meter: str) -> int:
        """Return how much of a meter an hour has for reading."""
        return self.client.limits.capacity("hour", meter, Priority.NORMAL)

    def read_list(self) -> None:
        """Read the list, or what is left of it."""
        with self._counted():
            fetched = fetch_list(self.session, fresh=False)
        self.session.checkpoint.file.save_fact("is complete", not find_gaps(fetched))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        checkpoint = self.session.checkpoint
        before = checkpoint.usage
        yield
        now = checkpoint.usage
        self.usage += ApiUsage(now.requests - before.requests, now.reads - before.reads)

    def list_records(self) -> list[dict[str, Any]]:
        """Return the records of the list."""
        return list(read_raw_records(items[RAW_JSON] for items, _lines in self.session.checkpoint.records()))

    def list_repeated(self) -> list[dict[str, Any]]:
        """Return those of the records that were read more than once: ARM may have several of them."""
        checkpoint = self.session.checkpoint
        keys = checkpoint.repeated_keys()
        pages = checkpoint.records() if keys else iter(())
        return list(read_raw_records(items.filter(pl.col(RECORD_KEY).is_in(keys))[RAW_JSON] for items, _lines in pages))

    def find_look_up(self, customer_no: str) -> dict[str, Any] | None:
        """Return the answer to the look-up of a customer, an empty one if ARM does not have it; None: there is none."""
        text = self.session.checkpoint.file.read_fact(_name_customer(customer_no), None)
        return None if text is None else parse_json(text.encode())

    def keep_look_up(self, customer_no: str, record: dict[str, Any]) -> None:
        """Keep the answer to the look-up of a customer."""
        self.usage += ApiUsage(1, len(record) and 1)
        self.session.checkpoint.file.save_fact(_name_customer(customer_no), to_json_text(record))

    def find_document(self, expected: ExpectedDocument) -> DocumentLookup | None:
        """Return the answer to the look-up of a document; None: there is none."""
        answer = self.session.checkpoint.file.read_fact(_name_document(expected), None)
        return None if answer is None else DocumentLookup(LookupResult(answer[0]), *answer[1:])

    def keep_document(self, expected: ExpectedDocument, lookup: DocumentLookup) -> None:
        """Keep the answer to the look-up of a document."""
        self.usage += ApiUsage(1, int(lookup.result is not LookupResult.ABSENT))
        answer = [lookup.result.value, str(lookup.message), lookup.reference]
        self.session.checkpoint.file.save_fact(_name_document(expected), answer)

    def finish(self) -> None:
        """Record that all was read that was needed; it is kept from now on."""
        if not self.is_reused:
            now = self.session.context.clock.now()
            self.session.checkpoint.file.save_fact("read", now)
            self.session.keep_until, self.session.is_done = now + self.fresh, not self.fresh


def _name_customer(customer_no: str) -> str:
    return f"customer {normalise_key_text(customer_no)}"


def _name_document(expected: ExpectedDocument) -> str:
    """The answer is true of these values only."""
    return f"document {hashlib.sha256(json.dumps(astuple(expected)).encode()).hexdigest()}"


@contextmanager
def open_kept_records(context: Context, fresh: float, *, waits: bool, on_progress: OnProgress) -> Iterator[KeptRecords]:
    """Open what is kept, or begin it.

    Args:
        context: With the login for ARM.
        fresh: For how many seconds it is kept; 0: all is read again, and not kept.
        waits: Whether to wait for ARM's limits.
        on_progress: Called with each step.

    Raises:
        Unfinished: Another process reads it.
    """
    request = build_list_request("customers", ExportArguments(_RAW_LIST))
    with ExportSession(context, request, waits, on_progress, prefix=KEPT_PREFIX) as session:
        kept = KeptRecords(session, fresh)
        kept.start()
        yield kept


def forget_kept_records(home: Path, now: float) -> None:
    """Delete what was kept until `now` (epoch seconds)."""
    purge_checkpoints(home / EXPORTS_FOLDER, now, KEPT_PREFIX)
