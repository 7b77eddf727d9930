"""Single calls that write, made one at a time: what a call that did nothing means for the next one."""

from dataclasses import dataclass
from typing import Any

from armbulk.model.response import ApiResult, Response, TransportError, unreachable_error
from armbulk.quota.limits import Account
from armbulk.rate_limited import CallFailed, Interruption, RateLimited, RateLimitedClient, login_error
from armbulk.retry import failure_backoff
from armbulk.store.call_runs import CALL_COST, CallUsage
from armbulk.waiting import CallWaiter

_REFUSED = frozenset({401, 403, 429})


def did_nothing(response: Response) -> bool:
    """Return whether ARM has certainly not done anything: the call did not leave, or was turned away as a whole."""
    return response.error is TransportError.NOT_SENT or (response.error is None and response.status in _REFUSED)


def usage_of(response: Response, reservation: int) -> CallUsage:
    """Return what an answered call used of the quota: nothing when nothing left this machine."""
    is_sent = response.error is not TransportError.NOT_SENT
    return CallUsage(reservation, CALL_COST if is_sent else None, response.date_sample)


@dataclass(slots=True)
class CallGuard:
    """Decides when one call is made again that did nothing.

    Attributes:
        client: makes the calls.
        waiter: waits between them.
        failures: calls in a row that did not leave this machine.
        is_renewed: whether the login was renewed.
    """

    client: RateLimitedClient
    waiter: CallWaiter
    failures: int = 0
    is_renewed: bool = False

    @property
    def account(self) -> Account:
        """Whose quota it is."""
        return self.client.account

    def judge_refusal(self, result: ApiResult[Any]) -> Interruption | None:
        """Return when to call again after a call that did nothing.

        Raises:
            LoginError: the system does not accept the login.
        """
        response = result.response
        if response.error is not None:
            return CallFailed(response)
        if response.status == 401 and not self.is_renewed and self.client.system.renew_login():
            self.is_renewed = True
            return None
        if response.status == 401 or (response.status == 403 and not response.retry_after):
            raise login_error(response, result.message)
        return self.client.block(response, CALL_COST)

    def wait(self, interruption: Interruption | None) -> None:
        """Wait until the call may be made again.

        Raises:
            LimitError: there is no room in the quota, and the waiter does not wait.
            ServerError: too many calls in a row did not leave this machine.
        """
        if isinstance(interruption, RateLimited):
            self.waiter.wait_for_room(interruption.retry_at)
        elif interruption is not None:
            self.failures += 1
            if failure_backoff(self.waiter.pause).is_exhausted(self.failures):
                raise unreachable_error(interruption.response)
            self.pause(self.failures)

    def pause(self, times: int) -> None:
        """Let time pass, the longer the more often it was in vain."""
        self.waiter.sleep(self.client.clock.now() + failure_backoff(self.waiter.pause).delay(times))
