"""What a client's own runs have shown of ARM, as far as this store still has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from armbulk.model.due_date import DueDateOutcome
from armbulk.model.outcome import Outcome
from armbulk.model.reservation import ReservationOutcome
from armbulk.quota.limits import Account
from armbulk.store.call_runs import CallTables
from armbulk.store.due_date_tables import DUE_DATES
from armbulk.store.reservation_tables import RESERVATIONS
from armbulk.store.saved_lists import saved_list
from armbulk.store.schema import batch, belongs_to, foreign, item, run, sent_key

_CREATED = (Outcome.CREATED.value, Outcome.CREATED_WITH_WARNINGS.value)


@dataclass(frozen=True, slots=True)
class Observations:
    """What runs have shown; times are epoch seconds.

    Attributes:
        batches: how many batches ARM accepted.
        last: when the last of them was; None: there was none.
        largest: resource → the records of the largest batch that ARM accepted.
        early_refusals: how often ARM refused a call for a limit although armbulk's count had room.
        document_types: the types of documents that ARM created.
        reservations: how many payment reservations ARM confirmed.
        due_dates: how many new due dates ARM's items have.
        codes_read_at: when ARM's codes were read; None: never.
    """

    batches: int
    last: float | None
    largest: Mapping[str, int]
    early_refusals: int
    document_types: tuple[str, ...]
    reservations: int
    due_dates: int
    codes_read_at: float | None


class ObservationStore:
    """Reads what runs have shown; changes nothing."""

    _engine: sa.Engine

    def observe(self, account: Account) -> Observations:
        """Return what the runs of a client have shown of ARM."""
        accepted = [*belongs_to(run, account), batch.c.uuid.is_not(None)]
        counted = sa.select(sa.func.count(), sa.func.max(batch.c.answered)).join_from(batch, run).where(*accepted)
        sizes = (
            sa.select(batch.c.resource, sa.func.count().label("records"))
            .join_from(batch, run)
            .join(item, item.c.batch == batch.c.id)
            .where(*accepted)
            .group_by(batch.c.id)
            .subquery()
        )
        largest = sa.select(sizes.c.resource, sa.func.max(sizes.c.records)).group_by(sizes.c.resource)
        is_item = sa.and_(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item)
        types = (
            sa.select(sent_key.c.doc_type)
            .distinct()
            .join_from(sent_key, item, is_item, isouter=True)
            .where(*belongs_to(sent_key, account))
            .where(sa.func.coalesce(item.c.outcome, sent_key.c.outcome).in_(_CREATED))
        )
        refusals = sa.select(sa.func.count()).select_from(foreign).where(*belongs_to(foreign, account))
        reserved = _count_calls(RESERVATIONS, account, ReservationOutcome.RESERVED)
        changed = _count_calls(DUE_DATES, account, DueDateOutcome.UPDATED)
        codes = sa.select(sa.func.max(saved_list.c.read_at)).where(*belongs_to(saved_list, account))
        with self._engine.connect() as conn:
            batches, last = conn.execute(counted).one()
            return Observations(
                batches=batches,
                last=last,
                largest=dict(tuple(row) for row in conn.execute(largest)),
                early_refusals=conn.execute(refusals).scalar_one(),
                document_types=tuple(sorted(filter(None, conn.execute(types).scalars()))),
                reservations=conn.execute(reserved).scalar_one(),
                due_dates=conn.execute(changed).scalar_one(),
                codes_read_at=conn.execute(codes).scalar_one(),
            )


def _count_calls(tables: CallTables[Any], account: Account, outcome: StrEnum) -> sa.Select[int]:
    """Return the query for how many calls ended so, as ARM and not a person said."""
    rows = tables.rows
    return (
        sa.select(sa.func.count())
        .join_from(rows, tables.runs)
        .where(*belongs_to(tables.runs, account), rows.c.message == "", rows.c.outcome == outcome.value)
    )
