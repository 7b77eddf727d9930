"""ARM's code lists and the client's settings in ARM, as they were read the last time."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Column, Float, Table, Text

from armbulk.clock import Clock
from armbulk.model.known_codes import ListEntry, SavedList
from armbulk.quota.limits import Account
from armbulk.store.schema import belongs_to, metadata

saved_list = Table(
    "saved_list",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("client_no", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # codes, client-configs
    Column("read_at", Float, nullable=False),
    Column("entries", Text, nullable=False),  # JSON: [kind, code, description] of each entry
)


class SavedListStore:
    """Keeps short lists of ARM; each replaces the one read before."""

    clock: Clock
    _engine: sa.Engine

    def save_list(self, account: Account, name: str, entries: Sequence[ListEntry]) -> None:
        """Keep a list that was read completely just now."""
        texts = json.dumps([[entry.kind, entry.code, entry.description] for entry in entries], ensure_ascii=False)
        owner = {"origin": account.origin, "client_no": account.client_no, "name": name}
        with self._engine.begin() as conn:
            conn.execute(sa.delete(saved_list).where(*belongs_to(saved_list, account), saved_list.c.name == name))
            conn.execute(sa.insert(saved_list).values(**owner, read_at=self.clock.now(), entries=texts))

    def saved_list(self, account: Account, name: str) -> SavedList | None:
        """Return a list as it was read the last time; None: it was never read."""
        query = sa.select(saved_list.c.read_at, saved_list.c.entries)
        with self._engine.connect() as conn:
            row = conn.execute(query.where(*belongs_to(saved_list, account), saved_list.c.name == name)).first()
        if row is None:
            return None
        return SavedList(row.read_at, tuple(ListEntry(*entry) for entry in json.loads(row.entries)))
