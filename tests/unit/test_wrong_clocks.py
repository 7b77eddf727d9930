"""A wrong clock costs no limit, and once the clocks are right again no longer wait than a window."""

import random
from itertools import product

import pytest
import sqlalchemy as sa
from support.quota_world import ACCOUNT, DAY, LIMITS, Conditions, Ledger, World, seconds_until_free

from armbulk.clock import SystemClock
from armbulk.model.outcome import ApiUsage
from armbulk.model.response import DateSample
from armbulk.quota.limits import Priority
from armbulk.store.schema import metadata
from armbulk.store.usage_ledger import LATE_SECONDS

HOUR_AND_GUARD = 3_600 + LATE_SECONDS + 2 * 10 + 5
WRONG = {"a few hours": 5 * 3_600.0, "a day": DAY, "a month": 30 * DAY, "behind by a day": -DAY}


def use_up_the_hour(world: World, engine: sa.Engine) -> None:
    """Make calls, process after process, until there is no room left."""
    while True:
        book = Ledger(engine, world)
        book.start()
        made = book.ask(ApiUsage(1, 10, 10))
        if isinstance(made, float):
            return
        world.server.calls.append((world.at, {"requests": 1, "reads": 10, "writes": 10}))
        monotonic = book.clock.monotonic()
        sample = DateSample(world.date(world.at), monotonic, monotonic)
        book.settle(ACCOUNT, made, ApiUsage(1, 10, 10), sample)
        world.at += 3.0


@pytest.fixture
def engine() -> sa.Engine:
    """An empty store."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    return engine


@pytest.mark.first_cases(8)
@pytest.mark.promise("P7", "P10")
@pytest.mark.parametrize("restart", [False, True], ids=["", "new start"])
@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(
    ("dates", "wall"), [(True, False), (False, True), (True, True)], ids=["wrong Date", "no Date, wrong wall", "both"]
)
def test_no_run_waits_longer_than_a_window_for_a_clock_that_was_wrong(
    engine: sa.Engine, dates: bool, wall: bool, wrong: str, restart: bool
) -> None:
    """The hour is used up while clocks are wrong; when they are right again, a call has room an hour later."""
    world = World(random.Random(4), Conditions(dates=dates))
    use_up_the_hour(world, engine)
    world.at += 4_000
    world.date_wrong, world.wrong = WRONG[wrong] * dates, WRONG[wrong] * wall
    use_up_the_hour(world, engine)
    assert world.server.excess() == 0
    if restart:
        world.start_machine()
    waited = seconds_until_free(world, lambda: Ledger(engine, world))
    assert waited <= HOUR_AND_GUARD
    use_up_the_hour(world, engine)
    if not (restart and wall and WRONG[wrong] < 0):  # no clock carries the time on over a new start
        assert world.server.excess() == 0


@pytest.mark.promise("P7", "P10")
@pytest.mark.parametrize("dated", [True, False], ids=["the Date is right again", "no Date any more"])
def test_the_wall_clock_carries_the_time_over_a_new_start(engine: sa.Engine, dated: bool) -> None:
    """If ARM's Date was a day behind when the hour was used up, correcting it frees no requests."""
    world = World(random.Random(7), Conditions(dates=True), date_wrong=-DAY)
    use_up_the_hour(world, engine)
    world.start_machine()
    world.date_wrong, world.conditions = 0.0, Conditions(dates=dated)
    world.at += 60.0
    use_up_the_hour(world, engine)
    assert world.server.excess() == 0
    assert seconds_until_free(world, lambda: Ledger(engine, world)) <= HOUR_AND_GUARD


@pytest.mark.promise("P10")
@pytest.mark.parametrize("restart", [False, True], ids=["", "new start"])
@pytest.mark.parametrize("wrong", WRONG)
def test_a_date_counts_only_when_a_second_answer_confirms_it(engine: sa.Engine, wrong: str, restart: bool) -> None:
    """One answer with a wrong Date (a proxy's, say) makes no usage younger: the hour is free when it is over."""
    world = World(random.Random(8), Conditions())
    use_up_the_hour(world, engine)
    world.at += 3_000.0
    if restart:
        world.start_machine()
    book = Ledger(engine, world)
    monotonic = book.clock.monotonic()
    book.update_clock(ACCOUNT, DateSample(world.at + WRONG[wrong], monotonic, monotonic))
    assert not book.is_synced(ACCOUNT)
    assert isinstance(book.reserve(ACCOUNT, ApiUsage(1, 10, 10), LIMITS, Priority.RESERVED), float)
    assert seconds_until_free(world, lambda: Ledger(engine, world)) <= 600 + 60


@pytest.mark.promise("P7", "P10")
@pytest.mark.parametrize(("dates", "ahead"), list(product([True, False], [7.0, 5 * 3_600.0, DAY, 30 * DAY])))
def test_a_clock_that_is_set_ahead_frees_no_room_while_the_machine_runs(
    engine: sa.Engine, dates: bool, ahead: float
) -> None:
    """When the hour is used up, setting the clock ahead (or ARM's Date) does not make room in it."""
    world = World(random.Random(5), Conditions(dates=dates))
    use_up_the_hour(world, engine)
    world.wrong, world.date_wrong = ahead, ahead
    use_up_the_hour(world, engine)
    world.wrong = 0.0
    use_up_the_hour(world, engine)
    assert world.server.excess() == 0


@pytest.mark.promise("P8", "P10")
@pytest.mark.parametrize("restart", [False, True], ids=["", "new start"])
def test_a_refusal_stored_by_a_wrong_clock_holds_no_longer_than_it_says(engine: sa.Engine, restart: bool) -> None:
    """A refusal of ten minutes, stored while the clock was a month ahead, ends after ten minutes."""
    world = World(random.Random(6), Conditions(), wrong=30 * DAY, date_wrong=30 * DAY)
    book = Ledger(engine, world)
    book.update_clock(ACCOUNT, DateSample(world.date(world.at), book.clock.monotonic(), book.clock.monotonic()))
    book.block(ACCOUNT, 600.0, ApiUsage(1, 0, 0), LIMITS)
    world.at += 300.0
    assert isinstance(Ledger(engine, world).reserve(ACCOUNT, ApiUsage(1, 0, 0), LIMITS, Priority.RESERVED), float)
    world.at += 310.0
    if restart:
        world.start_machine()
    assert seconds_until_free(world, lambda: Ledger(engine, world)) <= (3_601 if restart else 60)


def test_the_machine_names_its_start() -> None:
    """The start has one name for all clocks, and none where the system gives none."""
    names = {SystemClock().boot_id, SystemClock().boot_id}
    assert len(names) == 1
    assert isinstance(names.pop(), str)
