"""Never over the limit, as ARM counts: the real ledger against a server that counts every call exactly.

Not covered yet: clocks that jump between the calls; only ARM's own Date can tell then.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product

import pytest
import sqlalchemy as sa

from armbulk.core.limits import METERS, Account, Limits, Steady
from armbulk.edges.store import ledger
from armbulk.edges.store.tables import metadata
from armbulk.model import Cost

SCHEDULES = int(os.environ.get("ARMBULK_SCHEDULES", "60"))
ACCOUNT = Account("http://arm", "1")
TABLE = {
    "hour": {"requests": 40, "reads": 90, "writes": 80},
    "month": {"requests": 150, "reads": 260, "writes": 240},
}
SPANS = {"hour": 3_600.0, "month": 31 * 86_400.0}


@dataclass
class Server:
    """Counts every call at the moment it arrives, in sliding windows; knows nothing of the ledger."""

    calls: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    over: int = 0

    def arrive(self, at: float, cost: Cost) -> None:
        """One call."""
        self.calls.append((at, cost.meters()))

    def excess(self) -> int:
        """How many calls went over a limit when they arrived."""
        self.calls.sort(key=lambda call: call[0])
        for place, (at, _) in enumerate(self.calls):
            for (window, span), meter in product(SPANS.items(), METERS):
                inside = sum(amounts[meter] for when, amounts in self.calls[: place + 1] if when > at - span)
                self.over += inside > TABLE[window][meter]
        return self.over


class Ledger:
    """The product's own ledger, in one transaction a step as the store does it."""

    def __init__(self, engine: sa.Engine, limits: Limits) -> None:
        self._engine, self._limits, self._steady = engine, limits, Steady()

    def now(self, conn: sa.Connection, wall: float, monotonic: float) -> float:
        """The ledger's time, as the store reads it."""
        return self._steady.caught_up(ledger.now(conn, ACCOUNT, self._steady.read(wall, monotonic)), monotonic)

    def reserve(self, cost: Cost, wall: float, monotonic: float) -> tuple[int | float, float]:
        """A reservation, or the time to wait for; and what the ledger takes for now."""
        with self._engine.begin() as conn:
            at = self.now(conn, wall, monotonic)
            made = ledger.reserve(conn, ACCOUNT, cost, at, self._limits, "look")
        return made.id if isinstance(made, ledger.Reserved) else made.until, at

    def settle(self, reservation: int, cost: Cost, sent: float, answered: float, monotonic: float) -> None:
        """Charge what was used, when the answer was there."""
        del sent
        with self._engine.begin() as conn:
            ledger.settle(conn, reservation, cost, self._steady.read(answered, monotonic))

    def recover(self, wall: float, monotonic: float) -> None:
        """After a crash, in a new process: what was open is charged in full."""
        self._steady = Steady()
        with self._engine.begin() as conn:
            ledger.abandon(conn, ACCOUNT, self.now(conn, wall, monotonic))


class ChargedAtSending(Ledger):
    """Stamps a charge with the time the call left: a call that travels long is forgotten too early."""

    def settle(self, reservation: int, cost: Cost, sent: float, answered: float, monotonic: float) -> None:
        """Charge at the wrong time, without the slots' safe side."""
        del answered, monotonic
        with self._engine.begin() as conn:
            ledger.settle(conn, reservation, cost, sent)


class Unreserved(Ledger):
    """Charges only what was answered; reserves nothing, so that a crash leaves no trace."""

    def recover(self, wall: float, monotonic: float) -> None:
        """Forget what was open."""
        del wall, monotonic
        with self._engine.begin() as conn:
            conn.execute(sa.delete(ledger.reservation))


class Forgetful(Ledger):
    """Keeps the meters in memory: a new process begins at zero."""

    def recover(self, wall: float, monotonic: float) -> None:
        """Begin anew."""
        del wall, monotonic
        with self._engine.begin() as conn:
            for table in (ledger.slot, ledger.reservation, ledger.meter_clock):
                conn.execute(sa.delete(table))


def schedule(seed: int, make: Callable[[sa.Engine, Limits], Ledger]) -> int:
    """One random life of a client: latencies, crashes, waits; returns the calls over a limit."""
    chance = random.Random(seed)
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    book, server = make(engine, Limits.from_table(TABLE, ceiling=1.0)), Server()
    now = 1_800_000_000.0 + chance.uniform(0, 86_400)
    for _ in range(90):
        cost = Cost(1, chance.randrange(6), chance.randrange(6))
        made, at = book.reserve(cost, now, now)
        if isinstance(made, float):
            now += max(min(made - at, 400_000.0), 1.0) if chance.random() < 0.9 else chance.uniform(1, 300)
            continue
        latency = chance.choice([0.1, 1.0, 20.0, 60.0])
        arrives = now + latency * chance.random()
        if chance.random() < 0.08:  # killed with a call on its way
            server.arrive(arrives + chance.choice([0.0, 0.0, 300.0]), cost)
            now += chance.uniform(0, 5)
            book.recover(now, now)
            continue
        server.arrive(arrives, cost)
        book.settle(made, cost, now, now + latency, now + latency)
        now += latency + chance.choice([0.0, 0.0, 5.0, 200.0])
    engine.dispose()
    return server.excess()


def tally(count: int, make: Callable[[sa.Engine, Limits], Ledger]) -> Counter[str]:
    """Many schedules: how many there were, and in how many a limit was passed."""
    counted: Counter[str] = Counter()
    for seed in range(count):
        counted["schedules"] += 1
        counted["bad"] += schedule(seed, make) > 0
    return counted


def test_no_call_goes_over_a_limit() -> None:
    """Latency, crashes and waits: in no schedule does ARM count more than it allows."""
    assert tally(SCHEDULES, Ledger) == {"schedules": SCHEDULES, "bad": 0}


@pytest.mark.parametrize("make", [Unreserved, Forgetful], ids=lambda one: one.__name__)
def test_each_part_of_the_ledger_is_needed(make: type[Ledger]) -> None:
    """Without reservations that outlive a crash, or without the disk, limits are passed."""
    assert tally(20, make)["bad"] > 0


def test_a_clock_set_back_does_not_stop_the_ledger() -> None:
    """Time goes on by the monotonic clock while the wall clock is wrong, and never goes back."""
    steady = Steady()
    assert steady.read(1_000.0, 0.0) == 1_000.0
    assert steady.read(400.0, 10.0) == 1_010.0
    assert steady.read(1_500.0, 20.0) == 1_500.0
    assert steady.caught_up(2_000.0, 20.0) == 2_000.0
    assert steady.read(1_501.0, 21.0) == 2_001.0


def test_charging_at_sending_time_is_not_safe() -> None:
    """A call counts from when ARM may have counted it, not from when it left."""
    limits = Limits.from_table({**TABLE, "month": dict.fromkeys(METERS, 10**6)}, ceiling=1.0)
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    book, server = ChargedAtSending(engine, limits), Server()
    start = 1_800_000_000.0
    for n in range(40):  # a full hour's requests, each of which takes a minute to arrive
        made, _ = book.reserve(Cost(1, 0, 0), start, start)
        assert isinstance(made, int), n
        server.arrive(start + 59, Cost(1, 0, 0))
        book.settle(made, Cost(1, 0, 0), start, start + 60, start + 60)
    later = start + 3_600 + 16
    made, _ = book.reserve(Cost(1, 0, 0), later, later)
    assert isinstance(made, int)
    server.arrive(later, Cost(1, 0, 0))
    engine.dispose()
    assert server.excess() > 0
