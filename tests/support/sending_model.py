"""A model of sending: the real sender and the real ARM client, over a store and an HTTP that live in memory.

Time is virtual and everything is enumerated: where the program dies (twice), what ARM does with a batch, what it says,
when a document can be seen. Nothing here decides anything: `sending.Sender` does.
"""

import json
import pickle
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import polars as pl

from armbulk.arm.client import ArmClient
from armbulk.errors import ArmbulkError
from armbulk.model.batch_state import FINAL_STATES, NEEDS_DECISION, BatchState, is_allowed
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.progress import PollSettings
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import OpenRecord, RecordResult
from armbulk.quota.limits import Account, Priority, QuotaLimits, Usage
from armbulk.sending.sender import Sender
from armbulk.sending.session import SendingSession
from armbulk.store import ITEM_SCHEMA, Batch, Run, SubmitIntent
from armbulk.store.list_checks import KNOWN_DOCUMENTS_SCHEMA

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
KEYS = ("F1", "F2")
SETTLE = 1_800.0


class Crash(BaseException):
    """The program dies here."""


@dataclass
class Fate:
    """Counts the points where the program can die, and kills it at those chosen."""

    kills: tuple[int, ...] = ()
    at: int = 0

    def point(self) -> None:
        """One point: a commit, or a byte on its way."""
        self.at += 1
        if self.at in self.kills:
            raise Crash


@dataclass
class ModelClock:
    """Time passes in `sleep` only."""

    at: float = 1_000_000.0
    interrupted: bool = False

    def now(self) -> float:
        """The present time."""
        return self.at

    def monotonic(self) -> float:
        """The same."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.at += max(seconds, 0.0)


POLLS = ("done", "pending first", "404 first", "partial first", "never", "404 for ever", "one missing", "failed")
FEW_POLLS = ("done", "failed")


@dataclass(frozen=True)
class Post:
    """What ARM does with a batch that is posted: when it takes it (None: never), and what it answers.

    `polls`: which ways of answering a poll are tried with it.
    """

    name: str
    taken_after: float | None
    reply: Response
    polls: tuple[str, ...] = POLLS


def _json(status: int, body: Any) -> Response:
    return Response(status, json.dumps(body).encode())


ACCEPTED = {"batchUuid": UUID, "status": "QUEUED"}
LOST = Response(error=TransportError.BROKEN, reason="no answer in time")
POSTS = (
    Post("accepted", 0.0, _json(202, ACCEPTED)),
    Post("accepted slowly", 20.0, _json(202, ACCEPTED)),
    Post("refused", None, _json(422, {"message": "no"})),
    Post("limited", None, Response(429, b"", {"retry-after": "5"})),
    Post("500 taken", 0.0, Response(500, b"")),
    Post("500 not taken", None, Response(500, b"")),
    Post("503 taken", 0.0, Response(503, b"", {"retry-after": "5"})),
    Post("lost, taken", 0.0, LOST),
    Post("lost, not taken", None, LOST),
    Post("lost, taken minutes later", 300.0, LOST),
    Post("taken, no number", 0.0, _json(200, {"status": "OK"})),
    Post("taken, cut off", 0.0, Response(202, b'{"batchUu')),
    Post("redirected", None, Response(307, b"")),
    Post("422, but with a number", 0.0, _json(422, ACCEPTED), FEW_POLLS),
    Post(
        "400, but one created", 0.0, _json(400, {"documents": [{"documentNo": "F1", "result": "CREATED"}]}), FEW_POLLS
    ),
    Post("429, cut off, taken", 0.0, Response(429, b'{"batchUu', {"retry-after": "5"}), FEW_POLLS),
    Post("401", None, Response(401, b""), FEW_POLLS),
    Post("nobody there", None, Response(error=TransportError.NOT_SENT, reason="no connection")),
)
VISIBLE = (0.0, 40.0)


@dataclass
class ModelHttp:
    """HTTP to ARM, which takes a batch as `post` says (later ones plainly) and answers polls as `poll` says."""

    fate: Fate
    clock: ModelClock
    post: Post
    poll: str
    visible: float
    held: dict[str, list[float]] = field(default_factory=dict)  # key → when each copy of it came
    posts: int = 0
    polls: int = 0

    def login(self) -> None:
        """Always logged in."""

    def renew_login(self) -> bool:
        """The login service gives another token."""
        self.fate.point()
        return True

    def submit(self, method: str, path: str, body: bytes) -> Response:
        """Answer a POST."""
        del method, path
        return self._take(body)

    def call(self, method: str, path: str) -> Response:
        """Answer a GET."""
        del method
        _, kind, key = path.split("/")
        return self._status() if kind == "batches" else self._document(key)

    def _take(self, body: bytes) -> Response:
        """Take a batch, or not; the first time as `post` says."""
        self.fate.point()
        self.posts += 1
        post = self.post if self.posts == 1 else POSTS[0]
        if post.taken_after is not None:
            for one in json.loads(body)["documents"]:
                self.held.setdefault(one["documentNo"], []).append(self.clock.at + post.taken_after)
        self.fate.point()
        return post.reply

    def _status(self) -> Response:
        """How the batch stands."""
        self.fate.point()
        self.polls += 1
        there = [key for key in KEYS if self._seen(key)]
        items = [{"documentNo": key, "status": "PROCESSED", "result": "CREATED"} for key in there]
        first = self.polls == 1
        if self.poll == "failed":
            return _json(200, {"batchUuid": UUID, "status": "FAILED", "message": "no"})
        if self.poll == "404 for ever" or (self.poll == "404 first" and first):
            return Response(404, b"")
        if self.poll == "never" or (self.poll == "pending first" and first) or not there:
            return _json(202, {"batchUuid": UUID, "status": "PROCESSING"})
        if self.poll == "partial first" and first:
            return _json(206, {"batchUuid": UUID, "status": "PROCESSING", "documents": items[:1]})
        if self.poll == "one missing":
            return _json(200, {"batchUuid": UUID, "status": "PROCESSED", "documents": items[:1]})
        return _json(200, {"batchUuid": UUID, "status": "PROCESSED", "documents": items})

    def _document(self, key: str) -> Response:
        """One document."""
        self.fate.point()
        if not self._seen(key):
            return Response(404, b"")
        return _json(200, {"documentNo": key, "documentType": "IN", "customerNo": "k1"})

    def _seen(self, key: str) -> bool:
        return any(came + self.visible <= self.clock.at for came in self.held.get(key, ()))


@dataclass
class Held:
    """One record in the model's store."""

    no: int
    key: str
    batch: int
    outcome: Outcome | None = None


class ModelStore:
    """What `Sender` needs of a store: every method that writes is one commit, and a point to die at on both sides."""

    def __init__(self, fate: Fate, clock: ModelClock) -> None:
        self.fate, self.clock = fate, clock
        self.items = {no: Held(no, key, 1) for no, key in enumerate(KEYS, start=1)}
        self.rows = {1: Batch(1, 1, "documents", "POST", BatchState.PLANNED, 0, None, None, None, 0)}
        self.state = "running"
        self.boot_id = ""
        self.lawless = 0

    def _commit(self, change: Callable[[], Any]) -> Any:
        self.fate.point()
        made = change()
        self.fate.point()
        return made

    def _move(self, batch_id: int, to: BatchState, **values: Any) -> None:
        row = self.rows[batch_id]
        self.lawless += not is_allowed(row.state, to)
        self.rows[batch_id] = replace(row, state=to, **values)

    def lock(self, account: Account, run_id: int) -> Any:
        """No one else is there."""
        del account, run_id
        return nullcontext()

    def recover(self, account: Account) -> None:
        """What was being posted is in doubt."""
        del account

        def change() -> None:
            for row in list(self.rows.values()):
                if row.state is BatchState.POSTING:
                    self._move(row.id, BatchState.IN_DOUBT)

        self._commit(change)

    def end_session(self, run_id: int, state: str, resume_at: float | None = None) -> None:
        """The session ends."""
        del run_id, resume_at
        self.state = state

    def batches(self, run_id: int, *, still_open: bool = False) -> list[Batch]:
        """The batches."""
        del run_id
        return [row for row in self.rows.values() if not still_open or row.state not in FINAL_STATES]

    def batches_at_hand(self, run_id: int, planned: int) -> list[Batch]:
        """The batches that are not final, without planned ones that come later."""
        rows = self.batches(run_id, still_open=True)
        waiting = [row for row in rows if row.state is BatchState.PLANNED]
        later = sorted(waiting, key=lambda row: (row.resource, row.no))[planned:]
        return [row for row in rows if row not in later]

    def batches_with_number(self, account: Account, uuid: str) -> list[Batch]:
        """The batches to which ARM gave a number."""
        del account
        return [row for row in self.rows.values() if row.uuid == uuid]

    def batch(self, batch_id: int) -> Batch:
        """One batch."""
        return self.rows[batch_id]

    def progress(self, run_id: int) -> tuple[int, int]:
        """No one looks."""
        del run_id
        return 0, 1

    def count_open_records(self, run_id: int) -> tuple[int, int]:
        """No one looks."""
        del run_id
        return 0, 0

    def usage(self, account: Account) -> Usage:
        """Nothing is used."""
        del account
        return Usage()

    def _open(self, batch_id: int) -> list[Held]:
        return [one for one in self.items.values() if one.batch == batch_id and one.outcome is None]

    def open_records(self, batch_id: int) -> tuple[OpenRecord, ...]:
        """The records without an outcome."""
        return tuple(
            OpenRecord(one.no, one.key, f'{{"documentNo":"{one.key}"}}', "IN", "k1", "", None, "")
            for one in self._open(batch_id)
        )

    def sent_records(self, batch_id: int) -> list[tuple[int, str]]:
        """What the batch was sent with."""
        return [(one.no, one.key) for one in self.items.values() if one.batch == batch_id]

    def slowest_batch_seconds(self, account: Account) -> float:
        """Nothing was slow so far."""
        del account
        return 0.0

    def record_intent(self, account: Account, batch_id: int, limits: QuotaLimits) -> SubmitIntent | None:
        """Commit the intent."""
        del account, limits

        def change() -> SubmitIntent:
            self._move(batch_id, BatchState.POSTING, intended=self.clock.at, attempt=self.rows[batch_id].attempt + 1)
            return SubmitIntent(1, ApiUsage(1, 0, 2), self.open_records(batch_id))

        made: SubmitIntent = self._commit(change)
        return made

    def save_response(self, batch_id: int, to: BatchState, why: str, reply: Response, **given: Any) -> None:
        """Commit the answer."""
        del why, reply

        def change() -> None:
            for one in given.get("results", ()):
                self._outcome(one)
            uuid = given.get("uuid") or self.rows[batch_id].uuid
            done = to is BatchState.IN_DOUBT and not self._open(batch_id)
            state = BatchState.FINISHED if done else to
            verdict = given.get("verdict")
            self._move(batch_id, state, answered=self.clock.at, uuid=uuid, verdict=verdict)
            if given.get("parts"):
                self._split(batch_id)

        self._commit(change)

    def _split(self, batch_id: int) -> None:
        for one in self._open(batch_id):
            new = max(self.rows) + 1
            one.batch = new
            self.rows[new] = Batch(new, new, "documents", "POST", BatchState.PLANNED, 0, None, None, None, 0)

    def move_batch(self, batch_id: int, to: BatchState, why: str) -> None:
        """Commit a move."""
        del why
        self._commit(lambda: self._move(batch_id, to))

    def save_verdict(self, batch_id: int, verdict: str) -> None:
        """Commit ARM's verdict on the whole batch."""
        self._commit(lambda: self._move(batch_id, BatchState.IN_DOUBT, verdict=verdict, answered=self.clock.at))

    def verify_nothing_in_doubt(self, account: Account, run_id: int) -> None:
        """There is no other run."""

    def verify_no_doubt_elsewhere(self, account: Account, batch_id: int) -> None:
        """There is no other address."""

    def last_unknown_sending(self) -> None:
        """There is one copy of this store."""

    def is_sent_again(self, batch_id: int) -> bool:
        """No one decides."""
        del batch_id
        return False

    def save_results(self, batch_id: int, results: Any) -> None:
        """Commit outcomes."""

        def change() -> None:
            for one in results:
                self._outcome(one)
            if not self._open(batch_id) and self.rows[batch_id].state not in FINAL_STATES:
                self._move(batch_id, BatchState.FINISHED)

        self._commit(change)

    def _outcome(self, one: RecordResult) -> None:
        if self.items[one.no].outcome is None:
            self.items[one.no].outcome = one.outcome

    def save_outcomes(self, run_id: int, results: Any) -> None:
        """Nothing is held back here."""

    def append_message(self, run_id: int, message: str, nos: Any, *, keep_earlier: bool = False) -> None:
        """Words do not matter here."""

    def save_lookup(self, batch_id: int, looks: Any, *, ends_round: bool) -> int:
        """Count complete rounds of looks."""
        del looks
        row = self.rows[batch_id]
        if ends_round:
            self._commit(lambda: self.rows.update({batch_id: replace(row, rounds=row.rounds + 1)}))
        return self.rows[batch_id].rounds

    def reserve(self, account: Account, cost: ApiUsage, limits: QuotaLimits, priority: Priority) -> int:
        """There is always room."""
        del account, cost, limits, priority
        return 1

    def settle(self, *_: Any) -> None:
        """No one counts."""

    def block(self, account: Account, seconds: float, *_: Any) -> float:
        """No one counts, but everybody waits."""
        del account
        return self.clock.now() + seconds

    def known_documents(self, account: Account) -> pl.DataFrame:
        """None: look-ups are believed."""
        del account
        return pl.DataFrame(schema=KNOWN_DOCUMENTS_SCHEMA)

    def numbers_sent_elsewhere(self, account: Account) -> frozenset[str]:
        """There is no other address."""
        del account
        return frozenset()

    def history_since(self, account: Account) -> float:
        """The store is as old as the run."""
        del account
        return RUN.created

    def log_event(self, run_id: int, text: str) -> None:
        """No one reads it."""

    def take_skew(self, account: Account) -> None:
        """The clocks agree."""


NO_CUSTOMERS = pl.DataFrame(schema=ITEM_SCHEMA)
RUN = Run(1, 0.0, None, "running", None, Account("http://arm", "1"), "default", {}, {"sole_sender": True}, None)
PACE = PollSettings(2.0, SETTLE, 10.0)
LIMITS = QuotaLimits.for_size("XL")


@dataclass(frozen=True)
class Verdict:
    """How one run of the model ended."""

    points: int
    doubled: int  # documents ARM has more than once
    lost: int  # documents whose outcome is not the truth
    unaccounted: int  # documents with neither an outcome nor a batch that is open
    lawless: int  # moves that the table of states does not allow
    waiting: int  # documents that wait for a person


Lives = tuple[Post, str, float, tuple[int, ...]]
"""A run: what ARM does, and the points where the program dies."""


@dataclass
class World:
    """All that outlasts a life of the program: the store, ARM and the time."""

    store: ModelStore
    http: ModelHttp
    clock: ModelClock
    fate: Fate


@dataclass(frozen=True)
class Life:
    """One life of the program, from its start to its end or its death."""

    world: bytes  # what it left behind
    points: int  # how many points it came to
    ended: bool | None  # whether nothing is left to do; None: it died


class Memory:
    """The lives of the program that were lived already: from the same world to the same points, a life is the same."""

    def __init__(self, post: Post, poll: str, visible: float, make: type[ModelStore] = ModelStore) -> None:
        fate, clock = Fate(), ModelClock()
        self.start = pickle.dumps(World(make(fate, clock), ModelHttp(fate, clock, post, poll, visible), clock, fate))
        self.known: dict[bytes, dict[tuple[int, ...], Life]] = defaultdict(dict)
        self.judged: dict[bytes, Verdict] = {}

    def live(self, world: bytes, kills: tuple[int, ...]) -> Life:
        """The life that begins in this world and comes to these points; counted from its start."""
        known = self.known[world]
        for reached in range(len(kills) + 1):
            life = known.get(kills[:reached])
            if life is not None and (reached == len(kills) or kills[reached] > life.points):
                return life  # it does not come to the points after those it reached
        life = _live(pickle.loads(world), kills)  # noqa: S301 - what it wrote itself
        known[tuple(kill for kill in kills if kill <= life.points)] = life
        return life

    def judge(self, world: bytes, points: int) -> Verdict:
        """How a run ended that left this world behind and came to so many points."""
        if world not in self.judged:
            self.judged[world] = _judge(pickle.loads(world))  # noqa: S301
        return replace(self.judged[world], points=points)


def _live(world: World, kills: tuple[int, ...]) -> Life:
    world.fate.kills, world.fate.at = kills, 0
    store, clock = world.store, world.clock
    session = SendingSession(_Facade(store), ArmClient(world.http), clock, RUN, LIMITS, "u", PACE)  # type: ignore[arg-type]
    sender = Sender(session)
    sender.submitter.precheck.are_customers_settled = True  # there are no customers
    ended: bool | None = None
    try:
        state = sender.resume()
    except (Crash, ArmbulkError):
        clock.at += 1.0
    else:
        waits = all(row.state in FINAL_STATES | NEEDS_DECISION for row in store.rows.values())
        ended = state == "finished" or waits
        clock.at += 0.0 if ended else 1_000.0
    points, world.fate.kills, world.fate.at = world.fate.at, (), 0
    return Life(pickle.dumps(world), points, ended)


def run(
    post: Post,
    poll: str,
    visible: float,
    kills: tuple[int, ...] = (),
    make: type[ModelStore] = ModelStore,
    memory: Memory | None = None,
) -> Verdict:
    """Send two documents; die at `kills`; resume until nothing happens any more.

    `memory` is that of earlier runs with the same `post`, `poll`, `visible` and `make`.
    """
    memory = memory or Memory(post, poll, visible, make)
    world, points = memory.start, 0
    for _ in range(4 + len(kills)):
        life = memory.live(world, tuple(kill - points for kill in kills if kill > points))
        world, points = life.world, points + life.points
        if life.ended:
            break
    return memory.judge(world, points)


class _Facade:
    """The store, with `items` as the sender means it."""

    def __init__(self, store: ModelStore) -> None:
        self._store = store

    def items(self, run_id: int) -> pl.DataFrame:
        """No customers."""
        del run_id
        return NO_CUSTOMERS

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def _judge(world: World) -> Verdict:
    store, http = world.store, world.http
    doubled = sum(len(copies) > 1 for copies in http.held.values())
    lost = unaccounted = waiting = 0
    for one in store.items.values():
        there = bool(http.held.get(one.key))
        if one.outcome is None:
            is_open = store.rows[one.batch].state in {
                BatchState.IN_DOUBT,
                BatchState.QUARANTINED,
                BatchState.ACCEPTED,
                BatchState.PLANNED,
            }
            unaccounted += not is_open
            waiting += 1
        elif (one.outcome is Outcome.CREATED) != there:
            lost += 1
    return Verdict(0, doubled, lost, unaccounted, store.lawless, waiting)


def behaviours() -> Iterator[tuple[Post, str, float]]:
    """Every behaviour of ARM: what it does with a POST, how it answers polls, when a document can be seen."""
    for post in POSTS:
        for poll, visible in product(post.polls, VISIBLE):
            yield post, poll, visible


def everything(
    keep: Callable[[int], bool] = lambda _: True, *, part: int = 0, parts: int = 1
) -> Generator[Lives, Verdict]:
    """Every behaviour with every point to die at, and with the pairs of points that `keep` takes by their number.

    It is sent the verdict on each run: a second point that a run does not reach is no other run. One of several `parts`
    has every so many of the behaviours: runs of one behaviour share lives.
    """
    count = 0
    for number, (post, poll, visible) in enumerate(behaviours()):
        if number % parts != part:
            continue
        points = (yield post, poll, visible, ()).points
        for first in range(1, points + 1):
            count += 1
            reached = (yield post, poll, visible, (first,)).points
            for second in range(first + 1, first + points + 1):
                count += 1
                if second <= reached and keep(count):
                    yield post, poll, visible, (first, second)


def sample(seed: int = 7) -> Generator[Lives, Verdict]:
    """Every behaviour, with no death and with one pair of points to die at."""
    chance = random.Random(seed)
    for post, poll, visible in behaviours():
        points = run(post, poll, visible).points
        first = chance.randint(1, points)
        yield post, poll, visible, ()
        yield post, poll, visible, (first, chance.randint(first + 1, first + points))


def tally(runs: Generator[Lives, Verdict], make: type[ModelStore] = ModelStore) -> Counter[str]:
    """Do these runs, and count what went wrong."""
    counted: Counter[str] = Counter()
    memory: Memory | None = None
    behaviour: tuple[Post, str, float] | None = None
    lives = next(runs, None)
    while lives is not None:
        post, poll, visible, kills = lives
        if memory is None or behaviour != (post, poll, visible):
            behaviour = post, poll, visible
            memory = Memory(*behaviour, make)
        verdict = run(*lives, make, memory)
        counted["runs"] += 1
        counted["crashes"] += len(kills)
        for name in ("doubled", "lost", "unaccounted", "lawless", "waiting"):
            counted[name] += getattr(verdict, name)
        try:
            lives = runs.send(verdict)
        except StopIteration:
            lives = None
    return counted


def build_plain_body(_: str, __: str, records: Sequence[str]) -> str:
    """The records without the JSON around them, which is another test's concern."""
    return f'{{"documents":[{",".join(records)}]}}'
