"""What comes before documents are sent: their customers; and, where nothing is known of them, a look at ARM.

One list of all that ARM holds, where ARM gives it whole and that is cheaper; else one look-up for each document.
What was looked at is in the store: a session that ends does not begin again.
"""

import json
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from armbulk.core.answers import Reply
from armbulk.core.keys import normal_text
from armbulk.core.listings import Page, read_page
from armbulk.core.readings import Fact, Look, Result, read_document
from armbulk.core.states import State
from armbulk.edges.store import Batch, Open, Store
from armbulk.errors import LoginError
from armbulk.metered import Failed, Held, Metered
from armbulk.model import Outcome

LARGEST_PAGE = 1_000
CAP = 10_000
WORTH = 50
"""Records a list may hold for each document to be sent; beyond, looking each up takes less of the meters."""

_TWICE = "nothing was sent: ARM holds this document already"


@dataclass(slots=True)
class Beforehand:
    """Looks at the documents of one run before they go."""

    metered: Metered
    run_id: int
    since: float = 0.0  # earlier looks count from then on
    listed: dict[str, list[dict[str, object]]] | None = None  # all that ARM holds, by number
    asked: bool = False
    looked: set[int] = field(default_factory=set)  # numbers of records found absent

    def look(self, batch: Batch) -> Held | Failed | None:
        """Look at a batch's documents; None when each was looked at, and those that ARM holds are set aside."""
        if not self.asked:
            self.looked |= self.metered.store.absent(self.run_id, self.since)
            stopped = self._list()
            if stopped is not None:
                return stopped
            self.asked = True
        for record in self.metered.store.open_records(batch.id):
            if record.no not in self.looked:
                stopped = self._look(batch, record)
                if stopped is not None:
                    return stopped
        return None

    def _look(self, batch: Batch, record: Open) -> Held | Failed | None:
        if self.listed is not None:
            there = self.listed.get(normal_text(record.key))
            reply = Reply(200, json.dumps(there, default=str).encode()) if there else Reply(404)
        else:
            found = self.metered.look(partial(self.metered.arm.get_document, record.key), 1, run_id=self.run_id)
            if not isinstance(found, Reply):
                return found
            reply = found
        self._take(batch, record, reply)
        return None

    def _take(self, batch: Batch, record: Open, reply: Reply) -> None:
        fact = Fact(record.key, record.doc_type, record.customer, record.date, record.amount, record.currency)
        look, message, reference = read_document(reply, fact)
        self.metered.store.observed(batch.id, [(record.no, look)], whole=False)
        if look == Look.ABSENT:
            self.looked.add(record.no)
        elif look == Look.EQUAL:
            self.metered.store.found(batch.id, Result(record.no, Outcome.ALREADY_SENT, _TWICE, reference=reference))
        else:
            self.metered.store.found(batch.id, Result(record.no, Outcome.CONFLICT, message, reference=reference))

    def _list(self) -> Held | Failed | None:
        """Take in all that ARM holds, if its list is whole and worth its price; None either way."""
        open_batches = [one for one in self.metered.store.batches(self.run_id, still_open=True) if _unsent(one)]
        waiting = {one.id: self.metered.store.open_records(one.id) for one in open_batches}
        ahead = sum(record.no not in self.looked for records in waiting.values() for record in records)
        if not ahead:
            return None
        first = self._page({"pagesize": str(self._most), "maximumcount": str(CAP)})
        if not isinstance(first, Page):
            return first
        total = first.total
        if total is None or total >= (first.most or CAP) or total > self._most + WORTH * ahead:
            return None
        records = list(first.records)
        number = 1
        while len(records) < total and first.query:
            number += 1
            page = self._page({"query": first.query, "pageno": str(number)})
            if isinstance(page, Held | Failed):
                return page
            if page is None or not page.records:
                return None
            records += page.records
        named = [(str(one.get("documentNo") or ""), one) for one in records]
        if len(records) == total and all(key for key, _ in named):
            self._take_list(named, waiting)
        return None

    def _take_list(self, named: list[tuple[str, dict[str, object]]], waiting: dict[int, tuple[Open, ...]]) -> None:
        """The list is whole: what is not in it is absent, for the whole run."""
        self.listed = {}
        for key, one in named:
            self.listed.setdefault(normal_text(key), []).append(one)
        for batch_id, records in waiting.items():
            absent = [one.no for one in records if normal_text(one.key) not in self.listed]
            self.metered.store.observed(batch_id, [(no, Look.ABSENT) for no in absent], whole=False)
            self.looked.update(absent)

    @property
    def _most(self) -> int:
        """Records of a page: as many as ARM gives, or as the meters ever have room for."""
        return min(LARGEST_PAGE, self.metered.limits.capacity("hour", "reads", "look"))

    def _page(self, asked: dict[str, str]) -> Page | Held | Failed | None:
        """One page of ARM's documents; None where ARM has no such list."""
        count = lambda reply: len(page.records) if (page := read_page(reply)) else 0  # noqa: E731 - one word
        try:
            found = self.metered.look(
                partial(self.metered.arm.list_page, "documents", asked), self._most, count, self.run_id
            )
        except LoginError:
            return None  # the list may be closed to this login while single documents are not
        if isinstance(found, Failed) and found.reply.fault is None:
            return None
        return read_page(found) if isinstance(found, Reply) else found


def customers_first(store: Store, run_id: int) -> None:
    """Before the first documents go: those whose customer ARM did not accept stay at home."""
    items = store.items(run_id)
    bad = [Outcome.REJECTED.value, Outcome.HELD_BACK.value, Outcome.CONFLICT.value, Outcome.IN_DOUBT.value]
    failed = items.filter((pl.col("resource") == "customers") & pl.col("outcome").is_in(bad))
    held = items.filter(
        pl.col("outcome").is_null() & pl.col("customer_norm").is_in(failed["key_norm"].drop_nulls().implode())
    )
    message = "its customer was not accepted by ARM"
    store.hold(run_id, [Result(no, Outcome.HELD_BACK, message) for no in held["no"]])


def _unsent(batch: Batch) -> bool:
    return batch.resource == "documents" and batch.state is State.PLANNED
