"""Carrying a run on: one loop that asks `next_step` what to do, does it, and writes down what came of it.

Everything that may have left the machine is on disk as `posting` before it leaves. What comes back is committed
before anything else happens. A document whose batch is in doubt is looked up, never sent again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from armbulk.arm.batch_results import (
    SPLITTABLE,
    BatchStatus,
    ExpectedDocument,
    LookupResult,
    RecordResult,
    client_no_of,
    count_records,
    read_batch,
    read_document,
    rejected_records,
)
from armbulk.arm.client import DEADLINE, ArmClient, unreachable_error
from armbulk.arm.encode import build_body
from armbulk.arm.responses import Response, SubmitVerdict, read_submit_response
from armbulk.clock import Clock
from armbulk.errors import ArmbulkError, LimitError
from armbulk.model.batch_state import FINAL_STATES, BatchState, is_settled
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.model.progress import BatchProgress, PollSettings, Progress
from armbulk.quota.limits import QuotaLimits
from armbulk.rate_limited import (
    MAX_CONSECUTIVE_LIMITS,
    CallFailed,
    RateLimited,
    RateLimitedClient,
    login_error,
    verify_client_no,
)
from armbulk.resources import RESOURCES
from armbulk.sending.conflict_check import ConflictCheck
from armbulk.sending.duplicate_check import DuplicateCheck, customers_first
from armbulk.sending.next_step import BatchView, LookUp, Poll, Submit, Wait, next_step
from armbulk.store import Batch, OpenRecord, Run, Store, SubmitIntent

MAX_UNKNOWN_POLLS = 10
"""Times a batch may answer 404 before it counts as lost; it is never taken for "not received"."""

MAX_INCOMPLETE_POLLS = 5
"""Times a finished batch may lack records before they are looked up one by one."""

MAX_SPLITS = 64
"""Times a session cuts a refused batch into smaller parts, to find the records that are at fault."""

MAX_SPLITS_BEFORE_SUCCESS = 12
"""The same while ARM has taken nothing at all: then the fault is hardly in single records."""

SAME_NUMBER = "ARM gave the same batch number to two batches"

MAX_POLL_INTERVAL = 60.0
"""Seconds between two looks at a batch, at the most."""


@dataclass(slots=True)
class Sender:
    """One session of sending for one run."""

    store: Store
    arm: ArmClient
    clock: Clock
    run: Run
    limits: QuotaLimits
    user_id: str
    pace: PollSettings
    tell: Callable[[Progress], None] = lambda _: None
    watches: dict[int, BatchProgress] = field(default_factory=dict)
    started: float = 0.0
    splits: int = 0
    followed: bool = False
    paused_until: float | None = None
    look_first: bool | None = None  # None: as was said when the run began
    metered: RateLimitedClient = field(init=False)
    beforehand: DuplicateCheck | None = None
    changing: ConflictCheck | None = None

    def __post_init__(self) -> None:
        """Calls go out within the client's meters."""
        self.metered = RateLimitedClient(self.store, self.arm, self.clock, self.run.account, self.limits)

    def resume(self) -> str:
        """Work until nothing more can be done; return the run's state and store it.

        Raises LoginError, LimitError or ServerError after storing `paused`: the run can be resumed.
        """
        with self.store.lock(self.run.account, self.run.id):
            self.started = self.clock.now()
            self.store.recover(self.run.id, self.run.account)
            try:
                state = self._loop()
            except ArmbulkError as error:
                self.store.end_session(self.run.id, "paused", self.paused_until)
                error.hint = f"{error.hint}; then `armbulk resume {self.run.id}`"
                raise
            self.store.end_session(self.run.id, state, self.paused_until)
        return state

    def look_up_again(self) -> None:
        """Look up, once, every document of the run that is in doubt or set apart."""
        with self.store.lock(self.run.account, self.run.id):
            self.started = self.clock.now()
            self.store.recover(self.run.id, self.run.account)
            for batch in self.store.batches(self.run.id, still_open=True):
                if batch.state in {BatchState.IN_DOUBT, BatchState.QUARANTINED} and batch.resource == "documents":
                    self._ask(batch)
            if not self.store.batches(self.run.id, still_open=True):
                self.store.end_session(self.run.id, "finished")

    def _loop(self) -> str:
        while not self.clock.interrupted:
            if self.paused_until is not None:
                return "paused"
            if (ahead := self.store.skew(self.run.account)) is not None:
                self.tell(Progress("skew", ahead=ahead))
            step = next_step(self._seen(), self.clock.now())
            if step is None:
                return self._ended()
            match step:
                case Submit(batch_id):
                    self._post(self._batch(batch_id))
                case Poll(batch_id):
                    self._poll(self._batch(batch_id))
                case LookUp(batch_id):
                    self._ask(self._batch(batch_id))
                case Wait(until):
                    if self._gives_up(until):
                        self.paused_until = until
                        return "paused"
                    self.tell(Progress("waiting", until=until))
                    self.clock.sleep(until - self.clock.now())
                case _:
                    assert_never(step)
        return "interrupted"

    def _ended(self) -> str:
        return "in_doubt" if self.store.batches(self.run.id, still_open=True) else "finished"

    def _gives_up(self, until: float) -> bool:
        """Whether the session stops instead of waiting for a window, as `--no-wait` asks."""
        held = any(watch.limited and watch.due == until for watch in self.watches.values())
        return held and not self.pace.for_windows and until - self.clock.now() > self.pace.poll

    def _seen(self) -> list[BatchView]:
        return [self._view(batch) for batch in self.store.batches(self.run.id, still_open=True)]

    def _view(self, batch: Batch) -> BatchView:
        watch = self._watch(batch)
        since = self._past(batch.answered or batch.intended or self.clock.now())
        return BatchView(
            batch.id,
            batch.no,
            batch.resource,
            batch.state,
            batch.attempt,
            watch.due,
            watch.looks,
            settles=self._since(batch) + self._patience(),
            waits_until=max(since, self.started) + self.pace.wait,
        )

    def _watch(self, batch: Batch) -> BatchProgress:
        return self.watches.setdefault(batch.id, BatchProgress())

    def _batch(self, batch_id: int) -> Batch:
        return self.store.batch(batch_id)

    # ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _post(self, batch: Batch) -> None:
        self.arm.login()
        if batch.resource == "documents" and not self.followed:
            self.followed = True
            customers_first(self.store, self.run.id)
        if not self._asked_first(batch):
            return
        if batch.state is BatchState.IN_DOUBT:
            self.store.move_batch(batch.id, BatchState.PLANNED, "customers are upserts: sent again")
        intent = self.metered.in_time(lambda: self.store.record_intent(self.run.account, batch.id, self.limits))
        if intent is None:
            return
        if isinstance(intent, CallFailed):
            self._failed(batch, intent.response)
            return
        if isinstance(intent, float):
            self._hold_for(batch, intent)
            return
        body = build_body(RESOURCES[batch.resource], self.user_id, [record.payload for record in intent.records])
        reply = self.arm.send_batch(batch.resource, batch.method, body.encode())
        self._answered(batch, intent, reply)
        self._told("posted", batch)

    def _asked_first(self, batch: Batch) -> bool:
        """Whether ARM has been asked what it is asked before a batch goes: of documents, and of customers' changes."""
        if batch.resource == "documents":
            if self.beforehand is None:
                self.beforehand = DuplicateCheck.of(self.metered, self.run, self.started, self.look_first)
            return self._goes_on(batch, self.beforehand.look(batch))
        if batch.method != "PUT" or batch.state is not BatchState.PLANNED:
            return True
        self.changing = self.changing or ConflictCheck(self.metered, self.run)
        return self._goes_on(batch, self.changing.look(batch))

    def _goes_on(self, batch: Batch, stopped: RateLimited | CallFailed | None) -> bool:
        """Whether nothing stopped a look; else the batch comes again later."""
        match stopped:
            case RateLimited(until):
                self._hold_for(batch, until)
                self._struck(until)
            case CallFailed(reply):
                self._failed(batch, reply)
        return stopped is None

    def _answered(self, batch: Batch, intent: SubmitIntent, reply: Response) -> None:
        """Commit what a post came to, then decide how to go on."""
        posted = read_submit_response(reply)
        watch = self._watch(batch)
        watch.limited = False
        spent = ApiUsage(reply.requests, 0, intent.cost.writes)
        only_calls = ApiUsage(reply.requests, 0, 0)
        proof, uuid = posted.verdict, posted.uuid
        if proof is SubmitVerdict.ACCEPTED and self._given_before(batch, uuid):
            proof, uuid = SubmitVerdict.IN_DOUBT, ""
        match proof:
            case SubmitVerdict.ACCEPTED:
                self.store.save_response(batch.id, BatchState.ACCEPTED, "accepted", reply, charge=spent, uuid=uuid)
                watch.due, self.metered.consecutive_limits = self.clock.now() + self.pace.poll, 0
            case SubmitVerdict.REFUSED | SubmitVerdict.TOO_LARGE:
                self._refused(batch, intent, reply, spent, posted.message)
            case SubmitVerdict.LOGIN:
                self.store.save_response(batch.id, BatchState.PLANNED, "refused", reply, charge=only_calls)
                raise login_error(reply, posted.message, [record.payload for record in intent.records])
            case SubmitVerdict.LIMITED:
                self.store.save_response(batch.id, BatchState.PLANNED, "limited", reply, charge=only_calls)
                self._limited(batch, reply, intent.cost)
            case SubmitVerdict.NOT_SENT:
                self.store.save_response(batch.id, BatchState.PLANNED, "not sent", reply, charge=None)
                self._failed(batch, reply)
            case SubmitVerdict.IN_DOUBT | SubmitVerdict.ASK:
                self.store.save_response(batch.id, BatchState.IN_DOUBT, proof.value, reply, charge=spent)
                watch.due = self.clock.now() + self.pace.poll
            case _:
                assert_never(proof)

    def _given_before(self, batch: Batch, uuid: str) -> bool:
        """Whether ARM gave the number to another batch too: then it says nothing of either."""
        same = [other for other in self.store.batches(self.run.id) if other.uuid == uuid]
        for one in (*same, *([batch] if same else [])):
            self.store.append_message(
                self.run.id, SAME_NUMBER, [record.no for record in self.store.open_records(one.id)]
            )
        for other in same:
            if other.state is BatchState.ACCEPTED:
                self.store.move_batch(other.id, BatchState.IN_DOUBT, SAME_NUMBER)
        return bool(same)

    def _refused(self, batch: Batch, intent: SubmitIntent, reply: Response, spent: ApiUsage, message: str) -> None:
        """ARM turned the batch away whole: the records it names are rejected, the others go again in smaller parts."""
        named = rejected_records(reply, batch.resource, [(record.no, record.key) for record in intent.records])
        left = len(intent.records) - len(named)
        again = left > 0 and self._may_split(left, bool(named), reply)
        if not again:
            told = {one.no for one in named}
            named += [RecordResult(one.no, Outcome.REJECTED, message) for one in intent.records if one.no not in told]
        parts = (1 if named else 2) if again else 0
        self.splits += again
        self.store.save_response(
            batch.id, BatchState.REFUSED, "refused", reply, charge=spent, results=named, parts=parts
        )

    def _may_split(self, left: int, named: bool, reply: Response) -> bool:  # noqa: FBT001 - a fact about the refusal
        """Whether smaller parts may fare better: not a single record, and not when everything is refused."""
        taken = any(batch.uuid for batch in self.store.batches(self.run.id))
        most = MAX_SPLITS if taken else MAX_SPLITS_BEFORE_SUCCESS
        return reply.status in {413, *SPLITTABLE} and (left > 1 or named) and self.splits < most

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _poll(self, batch: Batch) -> None:
        records = self.store.open_records(batch.id)
        sent = self.store.sent_records(batch.id)
        reply = self._look(batch, partial(self.arm.get_batch, batch.uuid or ""), most=len(sent), read=count_records)
        if reply is None:
            return
        watch = self._watch(batch)
        watch.polls += 1
        watch.due = self.clock.now() + min(MAX_POLL_INTERVAL, self.pace.poll * 1.5 ** min(watch.polls, 20))
        if reply.status == 404:
            watch.unseen += 1
            if watch.unseen >= MAX_UNKNOWN_POLLS:
                self.store.move_batch(batch.id, BatchState.IN_DOUBT, "ARM does not know the batch any more")
            return
        verify_client_no(client_no_of(reply), self.run.account.client_no)
        self._take(batch, read_batch(reply, batch.resource, sent), len(records))
        self._told("polled", batch)

    def _take(self, batch: Batch, reading: BatchStatus, missing: int) -> None:
        """Commit what a look at a batch gave; what it leaves open is waited for, then looked up."""
        watch = self._watch(batch)
        watch.unseen = 0
        certain = [one for one in reading.results if one.outcome is not Outcome.IN_DOUBT]
        for one in reading.results:
            if one.outcome is Outcome.IN_DOUBT:
                self.store.append_message(self.run.id, one.message, [one.no])
        self.store.save_results(batch.id, certain)
        if reading.pending or self._batch(batch.id).state in FINAL_STATES:
            return
        watch.incomplete += 1
        if watch.incomplete >= MAX_INCOMPLETE_POLLS:
            self.store.move_batch(
                batch.id, BatchState.IN_DOUBT, f"ARM's final answer lacks {missing - len(certain)} records"
            )

    def _ask(self, batch: Batch) -> None:
        watch = self._watch(batch)
        seen = []
        for record in self.store.open_records(batch.id):
            if self.clock.interrupted:
                return
            reply = self._look(batch, partial(self.arm.get_document, record.key), most=1)
            if reply is None:
                return
            seen.append(self._found(batch, record, reply))
        watch.looks += 1
        watch.due = self.clock.now() + self.pace.poll * 3**watch.looks
        rounds = self.store.save_lookup(batch.id, (), whole=LookupResult.UNKNOWN not in seen)
        since, patience = self._since(batch), self._patience()
        if self._batch(batch.id).state is BatchState.IN_DOUBT and is_settled(since, patience, rounds, self.clock.now()):
            self._quarantine(batch)
        self._told("asked", batch)

    def _since(self, batch: Batch) -> float:
        """When the batch can have left at the latest: the answer's time, or the end of the call without one."""
        since = max(batch.answered or 0.0, (batch.intended or self.clock.now()) + DEADLINE)
        return self._past(since - DEADLINE) + DEADLINE

    def _past(self, stamp: float) -> float:
        """A stamp of the store; one that lies ahead was made by a wrong clock, and counts from this session's start."""
        return stamp if stamp <= self.clock.now() else self.started

    def _patience(self) -> float:
        return max(self.pace.settle, 3 * self.store.slowest_batch_seconds(self.run.account))

    def _quarantine(self, batch: Batch) -> None:
        """Two looks with time to settle between found nothing: from here on only a person decides."""
        message = "not found at ARM after time to settle; a person must decide: `armbulk resolve`"
        self.store.append_message(self.run.id, message, [record.no for record in self.store.open_records(batch.id)])
        self.store.move_batch(batch.id, BatchState.QUARANTINED, "looked for twice, not found")

    def _found(self, batch: Batch, record: OpenRecord, reply: Response) -> str:
        fact = ExpectedDocument(
            record.key, record.doc_type, record.customer, record.date, record.amount, record.currency
        )
        look, message, reference = read_document(reply, fact)
        self.store.save_lookup(batch.id, [(record.no, look)], whole=False)
        if look == LookupResult.EQUAL:
            self.store.save_results(batch.id, [RecordResult(record.no, Outcome.CREATED, message, reference=reference)])
        elif look == LookupResult.DIFFERENT:
            self.store.save_results(batch.id, [RecordResult(record.no, Outcome.CONFLICT, message, reference=reference)])
        else:
            self.store.append_message(self.run.id, message, [record.no], besides=True)
        return look

    def _look(
        self, batch: Batch, call: Callable[[], Response], most: int, read: Callable[[Response], int] = lambda _: 1
    ) -> Response | None:
        """Make one reading call within the meters; None when it has to be made later."""
        found = self.metered.get(call, most, read, self.run.id)
        if isinstance(found, RateLimited | CallFailed):
            self._goes_on(batch, found)
            return None
        self._watch(batch).failures = 0
        return found

    # ── when it does not go at once ─────────────────────────────────────────────────────────────────────────────

    def _hold_for(self, batch: Batch, until: float) -> None:
        if until == float("inf"):
            raise LimitError(
                "never-fits", f"Batch {batch.no} is larger than a window can ever give", "Lower batch size"
            )
        watch = self._watch(batch)
        watch.due, watch.limited = until, True

    def _limited(self, batch: Batch, reply: Response, cost: ApiUsage) -> None:
        """ARM turned a post away for a limit."""
        until = self.metered.refused(reply, cost).retry_at
        self._hold_for(batch, until)
        self._struck(until)

    def _struck(self, until: float) -> None:
        """Too many refusals in a row: the session stops, and says when to go on."""
        if self.metered.exhausted:
            self.paused_until = until

    def _failed(self, batch: Batch, reply: Response) -> None:
        """A call that could not be made, or a look without an answer: again, a little later, a few times."""
        watch = self._watch(batch)
        watch.failures += 1
        watch.due = self.clock.now() + min(MAX_POLL_INTERVAL, self.pace.poll * 2**watch.failures)
        if watch.failures >= MAX_CONSECUTIVE_LIMITS:
            raise unreachable_error(reply)

    def _told(self, doing: str, batch: Batch) -> None:
        done, total = self.store.progress(self.run.id)
        self.tell(Progress(doing, batch.no, done, total))
