"""One reading call within ARM's meters: room first, then the call, then what it used and what it means."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from armbulk.arm.client import Arm
from armbulk.arm.responses import Fault, Reply, message_of, retry_at
from armbulk.clock import Clock
from armbulk.errors import ForbiddenError, LoginError, ServerError
from armbulk.model.outcome import Cost
from armbulk.quota.limits import Account, Limits
from armbulk.redaction import impersonal
from armbulk.store import Intent, Store

STRIKES = 5
"""Refusals for a limit, failed connections or failed looks in a row before a session stops."""

HICCUPS = 2
"""Times in a row that a 503 without a time is taken for a hiccup; then it is taken for a limit."""


@dataclass(frozen=True, slots=True)
class Held:
    """Not now: there is no room in the meters before `until` (epoch seconds; inf = never), or ARM said so itself."""

    until: float


@dataclass(frozen=True, slots=True)
class Failed:
    """The call could not be made, or gave no answer that says anything."""

    reply: Reply


Looked = Reply | Held | Failed

_Room = TypeVar("_Room", int, Intent | None)


@dataclass(slots=True)
class Metered:
    """ARM for one client, called within its meters; `strikes` counts ARM's refusals for a limit in a row.

    `purpose`: `look` may use the requests that are kept for settling what was sent, `send` leaves them alone.
    """

    store: Store
    arm: Arm
    clock: Clock
    account: Account
    limits: Limits
    strikes: int = 0
    purpose: str = "look"
    hiccups: int = 0

    @property
    def struck_out(self) -> bool:
        """Whether ARM has refused so often in a row that the session should stop."""
        return self.strikes >= STRIKES

    def look(
        self,
        call: Callable[[], Reply],
        most: int,
        read: Callable[[Reply], int] = lambda _: 1,
        run_id: int = 0,
    ) -> Looked:
        """Make one reading call, or say why not now. LoginError when ARM does not accept the credentials.

        `most` records are reserved; what `read` counts in the answer is charged (all of it where none came), to the
        run too where there is one.
        """
        self.arm.login()
        cost = Cost(1, most, 0)
        reserved = self.in_time(lambda: self.store.reserve(self.account, cost, self.limits, self.purpose))
        if isinstance(reserved, Failed):
            return reserved
        if isinstance(reserved, float):
            return Held(reserved)
        reply = call()
        self.store.settle(self.account, reserved, _spent(reply, most, read), reply.heard, run_id)
        if reply.status in {401, 403} and not reply.retry_after:
            raise not_allowed(reply, message_of(reply))
        if reply.status == 503 and not reply.retry_after and self._may_be_a_hiccup():
            return Failed(reply)
        if reply.status in {403, 429, 503}:
            return self.refused(reply, cost)
        if reply.fault is not None or reply.status >= 500 or reply.status in {400, 406, 408}:
            return Failed(reply)
        self.strikes = self.hiccups = 0
        return reply

    def _may_be_a_hiccup(self) -> bool:
        """Whether a 503 that names no time is rather a proxy's than ARM's word for a limit: an export tries again."""
        self.hiccups += 1
        return self.purpose == "send" and self.hiccups <= HICCUPS

    def in_time(self, take: Callable[[], _Room | float]) -> _Room | float | Failed:
        """Take room in the meters; where there is none by what is known of the time, ask ARM for its Date first."""
        found = take()
        if not isinstance(found, float) or not self.store.should_ask(self.account):
            return found
        reply = self.arm.ask_time()
        if reply.heard is None:
            return Failed(reply)
        self.store.hear(self.account, reply.heard)
        return take()

    def refused(self, reply: Reply, cost: Cost) -> Held:
        """ARM said no to a call for a limit: nobody calls before the time it names."""
        self.strikes += 1
        now = self.clock.now()
        return Held(self.store.block(self.account, retry_at(reply, now, self.strikes) - now, cost, self.limits))


def not_allowed(reply: Reply, message: str, payloads: Iterable[str] = ()) -> LoginError:
    """Say that ARM does not accept the credentials, the client or the address; of records sent it says nothing."""
    kind = LoginError if reply.status == 401 else ForbiddenError
    return kind(
        "not-allowed",
        impersonal(message, payloads),
        "Check the base URL, the client number and the credentials; nothing of this batch was applied"
        if reply.status != 401
        else "Set the credentials anew, then `armbulk resume`",
    )


def same_client(said: str, ours: str) -> None:
    """Make sure an answer is for our client, where it says for whom it is; ServerError otherwise."""
    if said and said.lstrip("0") != ours.strip().lstrip("0"):
        raise ServerError(
            "other-client",
            f"ARM answered for client {said}, not for {ours}: nothing of the answer was believed",
            "Ask Amili why; do not send anything meanwhile",
        )


def _spent(reply: Reply, most: int, read: Callable[[Reply], int]) -> Cost | None:
    if reply.fault is Fault.NOT_SENT:
        return None
    return Cost(reply.requests, most if reply.fault else min(read(reply), most), 0)
