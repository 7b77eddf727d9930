"""Never over the limit, as ARM counts: the real ledger against a server that counts every call exactly.

Two processes share one store. Calls travel for up to a minute, answers get lost, processes are killed with calls on
their way, machines restart, and the machine's wall clock and ARM's Date are wrong and jump by up to a month at any
time. What is simulated is the world; what is tested is `store.metering` with `quota.server_clock` and `quota.limits`.
"""

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count, product
from typing import Any

import sqlalchemy as sa

from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import METERS, Account, Priority, QuotaLimits
from armbulk.quota.server_clock import StoredTimes
from armbulk.store import usage_ledger
from armbulk.store.metering import QuotaMeter
from armbulk.store.schema import metadata

ACCOUNT = Account("http://arm", "1")
TABLE = {
    "hour": {"requests": 30, "reads": 60, "writes": 60},
    "month": {"requests": 110, "reads": 200, "writes": 200},
}
LIMITS = QuotaLimits.from_table(TABLE, ceiling=1.0)
SPANS = {"hour": 3_600.0, "month": 31 * 86_400.0}
LONGEST = SPANS["month"] + 3_600 + 60 + 600
DAY = 86_400.0


class Server:
    """Counts every call at the moment it arrives, in sliding windows; knows nothing of the ledger."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, dict[str, int]]] = []

    def excess(self) -> int:
        """How many calls went over a limit when they arrived."""
        over = 0
        calls = sorted(self.calls, key=lambda call: call[0])
        for (window, span), meter in product(SPANS.items(), METERS):
            inside: deque[tuple[float, int]] = deque()
            total = 0
            for at, amounts in calls:
                inside.append((at, amounts[meter]))
                total += amounts[meter]
                while inside[0][0] <= at - span:
                    total -= inside.popleft()[1]
                over += total > TABLE[window][meter]
        return over


@dataclass(frozen=True)
class Conditions:
    """What may be wrong: the wall clock, ARM's Date (or there is none), and whether the machine restarts."""

    jumps: bool = True
    dates: bool = True
    date_jumps: bool = False
    restarts: bool = False


JUMPS = (0.0, 0.0, 3_600.0, -3_600.0, 7.0, -2 * DAY, 30 * DAY, -30 * DAY, 32 * DAY)


@dataclass
class World:
    """True time, a machine with a wall clock that is off by `wrong`, and an ARM whose Date is off by `date_wrong`."""

    chance: random.Random
    conditions: Conditions = Conditions()
    at: float = 1_800_000_000.0
    wrong: float = 0.0
    date_wrong: float = 0.0
    booted: float = 1_799_990_000.0
    starts: int = 1
    server: Server = field(default_factory=Server)

    def disturb(self) -> None:
        """Now and then somebody sets a clock, or the machine restarts."""
        if self.conditions.jumps and self.chance.random() < 0.06:
            self.wrong = self.chance.choice(JUMPS)
        if self.conditions.date_jumps and self.chance.random() < 0.06:
            self.date_wrong = self.chance.choice(JUMPS)
        if self.conditions.restarts and self.chance.random() < 0.03:
            self.start_machine()

    def start_machine(self) -> None:
        """The machine restarts; what ran on it has ended."""
        self.booted, self.starts = self.at - 20.0, self.starts + 1

    def date(self, at: float) -> float | None:
        """The Date header of an answer, which has whole seconds."""
        return float(int(at + self.date_wrong)) if self.conditions.dates else None


@dataclass
class Machine:
    """The clock that one process sees: steady from its start, as `SystemClock` is, or the bare wall clock."""

    world: World
    steady: bool = True
    knows_start: bool = True
    started: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        self.started = (self.world.at + self.world.wrong, self.world.at)

    def now(self) -> float:
        """The wall clock."""
        if self.steady:
            return self.started[0] + self.world.at - self.started[1]
        return self.world.at + self.world.wrong

    def monotonic(self) -> float:
        """Seconds since the machine was started."""
        return self.world.at - self.world.booted

    @property
    def boot_id(self) -> str:
        """Which start of the machine that is."""
        return str(self.world.starts) if self.knows_start else ""


class Ledger(QuotaMeter):
    """The product's own metering over a database in memory, as one process has it."""

    def __init__(self, engine: sa.Engine, world: World) -> None:
        self._engine, self.clock, self._times = engine, Machine(world), {}
        self.world = world

    def start(self) -> None:
        """A process begins, perhaps where another was killed."""
        with self._engine.begin() as conn:
            self._adopt_orphans(conn, ACCOUNT)

    def ask(self, cost: ApiUsage) -> int | float:
        """Reserve room; ask ARM for its time, twice if need be, if it is missing."""
        made = self.reserve(ACCOUNT, cost, LIMITS, Priority.RESERVED)
        for _ in range(2):
            if not isinstance(made, float) or not self.needs_time_sync(ACCOUNT):
                break
            monotonic = self.clock.monotonic()
            self.update_clock(ACCOUNT, DateSample(self.world.date(self.world.at), monotonic, monotonic))
            made = self.reserve(ACCOUNT, cost, LIMITS, Priority.RESERVED)
        return made


class Unreserved(Ledger):
    """Forgets what was on its way when a process was killed."""

    def start(self) -> None:
        """Forget what is open."""
        with self._engine.begin() as conn:
            conn.execute(sa.delete(usage_ledger.reservation))


class Forgetful(Ledger):
    """Keeps the meters in memory: a new process begins at zero."""

    def start(self) -> None:
        """Begin again."""
        with self._engine.begin() as conn:
            for table in (usage_ledger.slot, usage_ledger.reservation, usage_ledger.meter_clock):
                conn.execute(sa.delete(table))


class Startless(Ledger):
    """Does not know when the machine was started."""

    def __init__(self, engine: sa.Engine, world: World) -> None:
        super().__init__(engine, world)
        self.clock.knows_start = False


class Deaf(Startless):
    """Takes the time from the wall clock alone, and never listens to ARM."""

    def _update_clock(self, conn: sa.Connection, account: Account, sample: DateSample) -> None:
        super()._update_clock(conn, account, DateSample(None, sample.sent_at, sample.received_at))


class Barefoot(Ledger):
    """Believes the wall clock at every moment."""

    def __init__(self, engine: sa.Engine, world: World) -> None:
        super().__init__(engine, world)
        self.clock = Machine(world, steady=False, knows_start=False)

    def _bounds(self, account: Account, stored: StoredTimes) -> Any:
        return replace(super()._bounds(account, stored), low=self.clock.now(), high=self.clock.now())


class Life:
    """One process: it reserves, calls, waits, dies and begins again."""

    def __init__(self, world: World, make: Callable[[], Ledger]) -> None:
        self.world, self.make = world, make
        self.book = make()
        self.book.start()
        self.starts = world.starts
        self.longest = 0.0
        self.open: tuple[int, ApiUsage, float, float | None] | None = None

    def step(self) -> float:
        """Do the next thing; return in how many seconds to continue."""
        if self.starts != self.world.starts:
            return self._die()
        if self.open is not None:
            return self._answer(*self.open)
        chance = self.world.chance
        if chance.random() < 0.04:
            return self._die()
        cost = ApiUsage(1, chance.randrange(5), chance.randrange(5))
        made = self.book.ask(cost)
        if isinstance(made, float):
            wait = made - self.book.clock.now()
            self.longest = max(self.longest, wait)
            return max(wait, 0.5) if chance.random() < 0.9 else chance.uniform(1, 300)
        return self._call(made, cost)

    def _call(self, reservation: int, cost: ApiUsage) -> float:
        world, chance = self.world, self.world.chance
        latency = chance.choice([0.1, 1.0, 20.0, 60.0])
        arrives = world.at + latency * chance.random()
        if chance.random() < 0.08:  # killed with the call on its way; a proxy may deliver it late
            world.server.calls.append((arrives + chance.choice([0.0, 0.0, 300.0]), cost.meters()))
            return self._die()
        lost = chance.random() < 0.1  # the answer never comes; the call itself may come late
        world.server.calls.append((arrives + (chance.choice([0.0, 300.0]) if lost else 0.0), cost.meters()))
        said = None if lost else arrives
        self.open = (reservation, cost, self.book.clock.monotonic(), said)
        return 120.0 if lost else latency

    def _answer(self, reservation: int, cost: ApiUsage, left: float, arrived: float | None) -> float:
        self.open = None
        if arrived is None:
            self.book.settle(ACCOUNT, reservation, cost, None)
        else:
            sample = DateSample(self.world.date(arrived), left, self.book.clock.monotonic())
            self.book.settle(ACCOUNT, reservation, cost, sample)
        return self.world.chance.choice([0.0, 0.0, 5.0, 200.0])

    def _die(self) -> float:
        chance = self.world.chance
        self.open, self.starts = None, self.world.starts
        self.book = self.make()
        self.book.start()
        return chance.choice([0.0, 5.0, 600.0, 4 * 3_600.0, 3 * DAY])


def schedule(
    seed: int, make: Callable[[sa.Engine, World], Ledger], conditions: Conditions, steps: int = 240
) -> Counter[str]:
    """One random life of a client: what ARM counted, how long any process had to wait, and how it ends."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    world = World(random.Random(seed), conditions)
    lives = [Life(world, lambda: make(engine, world)) for _ in range(2)]
    order = count()
    due = [(world.at, next(order), life) for life in lives]
    heapq.heapify(due)
    for _ in range(steps):
        world.at, _, life = heapq.heappop(due)
        world.disturb()
        heapq.heappush(due, (world.at + life.step(), next(order), life))
    over, calls = world.server.excess(), len(world.server.calls)
    longest = max(life.longest for life in lives)
    if world.chance.random() < 0.5:
        world.start_machine()
    stuck = seconds_until_free(world, lambda: make(engine, world)) > LONGEST
    engine.dispose()
    return Counter(schedules=1, bad=over > 0, calls=calls, endless=longest > LONGEST, stuck=stuck)


def seconds_until_free(world: World, make: Callable[[], Ledger]) -> float:
    """Seconds until a call gets room once all clocks are right: one process after another waits as long as it must."""
    world.wrong = world.date_wrong = 0.0
    began, cost = world.at, ApiUsage(1, 1, 1)
    for _ in range(20):
        book = make()
        book.start()
        made = book.ask(cost)
        if not isinstance(made, float):
            break
        world.at += max(made - book.clock.now(), 1.0)
    return world.at - began


def tally(schedules: int, make: Callable[[sa.Engine, World], Ledger], conditions: Conditions) -> Counter[str]:
    """Many schedules: how many there were, and in how many a limit was passed."""
    counted: Counter[str] = Counter()
    for seed in range(schedules):
        counted.update(schedule(seed, make, conditions))
    return counted
