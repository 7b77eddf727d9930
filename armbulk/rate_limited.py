"""Calls within the quota: reserve, call, charge what was used, then say what the answer means for the next call."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from armbulk.clock import Clock
from armbulk.errors import ArmbulkError, ForbiddenError, LoginError, ServerError
from armbulk.i18n import _, join_texts, quote_text
from armbulk.model.keys import loosen_key
from armbulk.model.outcome import ApiUsage
from armbulk.model.progress import LimitUse
from armbulk.model.response import ApiResult, Response, TransportError
from armbulk.model.system import ReceivablesSystem
from armbulk.quota.limits import METERS, WINDOWS, Account, Priority, QuotaLimits, Usage, count_used, earliest_time
from armbulk.redaction import redact_text
from armbulk.retry import RATE_LIMIT, seconds_after_limit
from armbulk.store import Store, SubmitIntent

_log = logging.getLogger(__name__)

COUNT_SECONDS = 1.0
"""How old a count for people may be: counting takes time."""

Content = TypeVar("Content")
Room = TypeVar("Room", int, SubmitIntent | None)


@dataclass(frozen=True, slots=True)
class RateLimited:
    """The call was not made, or was refused for a limit: not before `retry_at` (epoch seconds; inf: never)."""

    retry_at: float


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The call could not be made, or its answer is unusable."""

    response: Response


Interruption = RateLimited | CallFailed
"""Why a call has to be made again later."""


@dataclass(slots=True)
class RateLimitedClient:
    """A receivables system, called within one client's quota.

    Attributes:
        store: where the quota's usage is recorded.
        system: where the calls go.
        clock: for the time of refusals.
        account: whose quota it is.
        limits: the quota.
        priority: which share of the quota the calls may use.
        consecutive_limits: refusals for a limit in a row.
        counted: when the use of the limits was last counted (epoch seconds), and the counts.
    """

    store: Store
    system: ReceivablesSystem
    clock: Clock
    account: Account
    limits: QuotaLimits
    priority: Priority = Priority.RESERVED
    consecutive_limits: int = 0
    counted: tuple[float, tuple[LimitUse, ...]] | None = None

    def count_limits(self) -> tuple[LimitUse, ...]:
        """Return what is used of each limit; at most a second old."""
        now = self.clock.now()
        if self.counted is None or not 0 <= now - self.counted[0] < COUNT_SECONDS:
            usage = self.store.usage(self.account)
            uses = [self._count_limit(usage, window.name, meter, now) for window in WINDOWS for meter in METERS]
            self.counted = now, tuple(uses)
        return self.counted[1]

    def _count_limit(self, usage: Usage, window: str, meter: str, now: float) -> LimitUse:
        used = count_used(usage, window, meter, now, self.limits.guard_seconds)
        limit = self.limits.capacity(window, meter, Priority.RESERVED)
        return LimitUse(window, meter, used, limit, limit - self.limits.capacity(window, meter, Priority.NORMAL))

    @property
    def exhausted(self) -> bool:
        """Whether there were so many refusals in a row that the session should stop."""
        return RATE_LIMIT.is_exhausted(self.consecutive_limits)

    def get(
        self,
        call: Callable[[], ApiResult[Content]],
        max_records: int = 1,
        count: Callable[[Content], int] = lambda _: 1,
        run_id: int = 0,
        priority: Priority | None = None,
    ) -> ApiResult[Content] | Interruption:
        """Make one reading call.

        Args:
            call: makes it.
            max_records: the most records it reads; they are reserved, and charged when no answer came.
            count: returns how many records the content is; they are charged when an answer came.
            run_id: the run that is charged, too; 0: none.
            priority: which share of the quota it may use; None: the client's.

        Returns:
            The result; or when to make the call (again); or the response when it failed.

        Raises:
            LoginError: the system does not accept the credentials.
            ServerError: the answer has records of another client.
        """
        self.system.login()
        cost = ApiUsage(1, max_records, 0)
        share = priority or self.priority
        reservation = self.take_room(lambda: self.store.reserve(self.account, cost, self.limits, share))
        if isinstance(reservation, CallFailed):
            return reservation
        if isinstance(reservation, float):
            return RateLimited(reservation)
        try:
            result = call()
        except ArmbulkError:  # the login failed: the call was turned away, or did not leave
            self.store.settle(self.account, reservation, ApiUsage(1, 0, 0))
            raise
        response = result.response
        charge = _usage(result, max_records, count)
        self.store.settle(self.account, reservation, charge, response.date_sample, run_id)
        if response.status == 401 or (response.status == 403 and not response.retry_after):
            raise login_error(response, result.message)
        names_time = response.retry_after_seconds(self.clock.now()) is not None
        if response.status in {403, 429} or (response.status == 503 and names_time):
            return self.block(response, cost)
        if response.error is not None or response.status >= 500 or response.status in {400, 406, 408}:
            return CallFailed(response)
        self.consecutive_limits = 0
        verify_client_nos(result.client_nos, self.account.client_no)
        return result

    def find_room(self, cost: ApiUsage, priority: Priority | None = None) -> float:
        """Return the first time at which the quota has room for calls of this cost: now, later, or never (inf)."""
        usage = self.store.usage(self.account)
        return earliest_time(usage, cost, self.clock.now(), self.limits, priority or self.priority)

    def take_room(self, take: Callable[[], Room | float]) -> Room | float | CallFailed:
        """Return what `take` gets of the quota.

        When there is no room (`take` returns a time) and the server's time is not known yet, the server is asked for
        it and `take` is called once more: the quota may have more room than this machine's clock suggests. A time that
        another clock contradicts is asked for twice.
        """
        room = take()
        for _attempt in range(2):
            if not isinstance(room, float) or not self.store.needs_time_sync(self.account):
                return room
            response = self.system.ask_time()
            if response.date_sample is None:
                return CallFailed(response)
            self.store.update_clock(self.account, response.date_sample)
            room = take()
        return room

    def block(self, response: Response, cost: ApiUsage) -> RateLimited:
        """Record that a call of this cost was refused for a limit: no process calls before the time it names."""
        self.consecutive_limits += 1
        named = response.retry_after_seconds(self.clock.now())
        seconds = seconds_after_limit(named, self.consecutive_limits)
        _log.warning("Refused for a rate limit", extra={"status": response.status, "wait_seconds": seconds})
        return RateLimited(self.store.block(self.account, seconds, cost, self.limits))


def verify_client_nos(client_nos: Iterable[str], expected: str) -> None:
    """Make sure that an answer is for our client alone, as far as it names a client; ServerError otherwise."""
    others = sorted(number for number in client_nos if loosen_key(number) != loosen_key(expected))
    if others:
        raise ServerError(
            "other-client",
            _(
                "ARM's answer contains data of client {others}, not only of client {expected}. armbulk ignored it.",
                others=others[0],
                expected=expected,
            ),
            _("Contact Amili. Send nothing until you know why."),
        )


def login_error(response: Response, message: str, payloads: Iterable[str] = ()) -> LoginError:
    """Return the error for credentials, a client or an address that the system does not accept.

    `message` is the system's own; what it quotes of the `payloads` sent is removed.
    """
    is_expired = response.status == 401
    words, answered = redact_text(message, payloads), _("ARM answered {status}", status=response.status)
    rest = quote_text(words.removeprefix(answered))
    return (LoginError if is_expired else ForbiddenError)(
        "not-allowed",
        join_texts(answered, rest, separator="") if words.startswith(answered) else rest,
        _("Enter the credentials again with `armbulk login`")
        if is_expired
        else _("Check ARM's address, the client number and the credentials. ARM refused the whole call."),
    )


def _usage(result: ApiResult[Any], max_records: int, count: Callable[[Any], int]) -> ApiUsage | None:
    """What the call used of the quota; None when nothing left this machine."""
    response = result.response
    if response.error is TransportError.NOT_SENT:
        return None
    return ApiUsage(response.requests, max_records if response.error else min(count(result.content), max_records), 0)
