"""One reading call within ARM's meters: room first, then the call, then what it used and what it means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from armbulk.arm.client import ArmClient
from armbulk.arm.responses import Response, TransportError, message_of, retry_at
from armbulk.clock import Clock
from armbulk.errors import ForbiddenError, LoginError, ServerError
from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.redaction import redact_text
from armbulk.store import Store, SubmitIntent

MAX_CONSECUTIVE_LIMITS = 5
"""Refusals for a limit, failed connections or failed looks in a row before a session stops."""

MAX_TRANSIENT_503S = 2
"""Times in a row that a 503 without a time is taken for a hiccup; then it is taken for a limit."""


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Not now: there is no room in the meters before `until` (epoch seconds; inf = never), or ARM said so itself."""

    retry_at: float


@dataclass(frozen=True, slots=True)
class CallFailed:
    """The call could not be made, or gave no answer that says anything."""

    response: Response


CallResult = Response | RateLimited | CallFailed

_Room = TypeVar("_Room", int, SubmitIntent | None)


@dataclass(slots=True)
class RateLimitedClient:
    """ARM for one client, called within its meters; `strikes` counts ARM's refusals for a limit in a row.

    `purpose`: `look` may use the requests that are kept for settling what was sent, `send` leaves them alone.
    """

    store: Store
    arm: ArmClient
    clock: Clock
    account: Account
    limits: QuotaLimits
    consecutive_limits: int = 0
    purpose: str = "look"
    transient_503s: int = 0

    @property
    def exhausted(self) -> bool:
        """Whether ARM has refused so often in a row that the session should stop."""
        return self.consecutive_limits >= MAX_CONSECUTIVE_LIMITS

    def get(
        self,
        call: Callable[[], Response],
        most: int,
        read: Callable[[Response], int] = lambda _: 1,
        run_id: int = 0,
    ) -> CallResult:
        """Make one reading call, or say why not now. LoginError when ARM does not accept the credentials.

        `most` records are reserved; what `read` counts in the answer is charged (all of it where none came), to the
        run too where there is one.
        """
        self.arm.login()
        cost = ApiUsage(1, most, 0)
        reserved = self.in_time(lambda: self.store.reserve(self.account, cost, self.limits, self.purpose))
        if isinstance(reserved, CallFailed):
            return reserved
        if isinstance(reserved, float):
            return RateLimited(reserved)
        reply = call()
        self.store.settle(self.account, reserved, _spent(reply, most, read), reply.date_sample, run_id)
        if reply.status in {401, 403} and not reply.retry_after:
            raise login_error(reply, message_of(reply))
        if reply.status == 503 and not reply.retry_after and self._may_be_a_hiccup():
            return CallFailed(reply)
        if reply.status in {403, 429, 503}:
            return self.refused(reply, cost)
        if reply.error is not None or reply.status >= 500 or reply.status in {400, 406, 408}:
            return CallFailed(reply)
        self.consecutive_limits = self.transient_503s = 0
        return reply

    def _may_be_a_hiccup(self) -> bool:
        """Whether a 503 that names no time is rather a proxy's than ARM's word for a limit: an export tries again."""
        self.transient_503s += 1
        return self.purpose == "send" and self.transient_503s <= MAX_TRANSIENT_503S

    def in_time(self, take: Callable[[], _Room | float]) -> _Room | float | CallFailed:
        """Take room in the meters; where there is none by what is known of the time, ask ARM for its Date first."""
        found = take()
        if not isinstance(found, float) or not self.store.needs_time_sync(self.account):
            return found
        reply = self.arm.ask_time()
        if reply.date_sample is None:
            return CallFailed(reply)
        self.store.update_clock(self.account, reply.date_sample)
        return take()

    def refused(self, reply: Response, cost: ApiUsage) -> RateLimited:
        """ARM said no to a call for a limit: nobody calls before the time it names."""
        self.consecutive_limits += 1
        now = self.clock.now()
        return RateLimited(
            self.store.block(self.account, retry_at(reply, now, self.consecutive_limits) - now, cost, self.limits)
        )


def login_error(reply: Response, message: str, payloads: Iterable[str] = ()) -> LoginError:
    """Say that ARM does not accept the credentials, the client or the address; of records sent it says nothing."""
    kind = LoginError if reply.status == 401 else ForbiddenError
    return kind(
        "not-allowed",
        redact_text(message, payloads),
        "Check the base URL, the client number and the credentials; nothing of this batch was applied"
        if reply.status != 401
        else "Set the credentials anew, then `armbulk resume`",
    )


def verify_client_no(said: str, ours: str) -> None:
    """Make sure an answer is for our client, where it says for whom it is; ServerError otherwise."""
    if said and said.lstrip("0") != ours.strip().lstrip("0"):
        raise ServerError(
            "other-client",
            f"ARM answered for client {said}, not for {ours}: nothing of the answer was believed",
            "Ask Amili why; do not send anything meanwhile",
        )


def _spent(reply: Response, most: int, read: Callable[[Response], int]) -> ApiUsage | None:
    if reply.error is TransportError.NOT_SENT:
        return None
    return ApiUsage(reply.requests, most if reply.error else min(read(reply), most), 0)
