"""What a purge takes away, and what it keeps: inside the caller's transaction."""

from dataclasses import dataclass

import sqlalchemy as sa

from armbulk.quota.limits import Account
from armbulk.store.rows import belongs_to
from armbulk.store.schema import batch, event, item, look, run, sent_key


@dataclass(frozen=True, slots=True)
class Purged:
    """What was taken away, and how many document numbers are still under guard."""

    runs: int
    records: int
    guarded: int


def purge(conn: sa.Connection, account: Account, before: float) -> Purged:
    """Take away finished runs that ended before `before`: their records, looks, batches and events.

    The guard against double documents stays (numbers only), so that nothing is ever sent twice for having been purged.
    """
    old = sa.select(run.c.id).where(*belongs_to(run, account), run.c.state == "finished", run.c.ended < before)
    numbers = [number for (number,) in conn.execute(old)]
    mine = item.c.run.in_(numbers)
    outcomes = sa.select(item.c.outcome).where(item.c.run == sent_key.c.run, item.c.no == sent_key.c.item)
    guarded = sa.update(sent_key).where(sent_key.c.run.in_(numbers))
    conn.execute(guarded.values(outcome=outcomes.scalar_subquery()))
    records = conn.execute(sa.delete(item).where(mine)).rowcount
    conn.execute(sa.delete(look).where(look.c.run.in_(numbers)))
    conn.execute(sa.delete(event).where(event.c.run.in_(numbers)))
    conn.execute(sa.delete(batch).where(batch.c.run.in_(numbers)))
    conn.execute(sa.delete(run).where(run.c.id.in_(numbers)))
    left = conn.execute(
        sa.select(sa.func.count()).select_from(sent_key).where(*belongs_to(sent_key, account))
    ).scalar_one()
    return Purged(len(numbers), records, int(left))
