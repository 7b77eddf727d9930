"""Tokens: a failed call is tried again, their life counts from the request, and a dead one is called so."""

import json
from collections.abc import Callable
from email.utils import formatdate

import httpx
import pytest
from support.journey import FakeClock

from armbulk.arm.client import ArmClient
from armbulk.arm.credentials import Login
from armbulk.arm.http import HttpClient
from armbulk.errors import LoginError, ServerError
from armbulk.model.page import Page
from armbulk.model.progress import Progress
from armbulk.model.response import ApiResult
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.rate_limited import RateLimitedClient
from armbulk.store import Store

LOGIN = Login("", "http://127.0.0.1:2/token", "id", "secret-of-the-client")
ACCOUNT = Account("http://127.0.0.1:1", "2218")
Reply = tuple[int, dict[str, object], float]


class Services(httpx.BaseTransport):
    """A login service with prepared answers (status, body, seconds it takes), and an ARM that takes some tokens."""

    def __init__(self, clock: FakeClock, tokens: list[Reply], accepts: Callable[[str], bool] = lambda _: True) -> None:
        self.clock, self.tokens, self.accepts = clock, tokens, accepts
        self.fetched = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer the login service's or ARM's call."""
        headers = {"Date": formatdate(self.clock.now(), usegmt=True)}
        if request.url.path != "/token":
            status = 200 if self.accepts(request.headers["authorization"]) else 401
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(b'{"rows": []}'))
        status, body, seconds = self.tokens[min(self.fetched, len(self.tokens) - 1)]
        self.fetched += 1
        self.clock.at += seconds
        content = json.dumps({"access_token": f"token-{self.fetched}", **body}).encode()
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))


def client(services: Services, on_progress: Callable[[Progress], None] = lambda _: None) -> HttpClient:
    """The client of both."""
    return HttpClient("http://127.0.0.1:1", "2218", LOGIN, services.clock, services, on_progress=on_progress)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_failed_token_call_is_tried_again(status: int) -> None:
    """Two failures cost seconds, not the import."""
    services = Services(FakeClock(), [(status, {}, 0), (status, {}, 0), (200, {"expires_in": 3600}, 0)])
    reports: list[Progress] = []
    assert client(services, reports.append).call("GET", "/glitems").status == 200
    assert services.fetched == 3
    assert 0 < services.clock.slept <= 30
    assert [report.reason for report in reports] == [f"login service: it answered HTTP {status}"] * 2
    assert reports[-1].until == services.clock.now()


def test_a_login_service_that_is_down_is_named_within_two_minutes() -> None:
    """After five failures the call ends; refused credentials end it at once."""
    services = Services(FakeClock(), [(503, {}, 0)])
    with pytest.raises(ServerError, match="The login service is unreachable: it answered HTTP 503"):
        client(services).login()
    assert (services.fetched, services.clock.slept <= 120) == (5, True)
    refusing = Services(FakeClock(), [(401, {"access_token": None}, 0)])
    with pytest.raises(LoginError, match="rejected"):
        client(refusing).login()
    assert refusing.fetched == 1


def test_the_user_can_stop_while_the_login_service_is_down() -> None:
    """A wait that was interrupted is followed by no other call."""
    services = Services(FakeClock(), [(503, {}, 0)])

    def interrupt(_: Progress) -> None:
        services.clock.interrupted = True

    with pytest.raises(ServerError, match="login service") as unreachable:
        client(services, interrupt).login()
    assert services.fetched == 1
    assert "ARMBULK_TOKEN_URL" in unreachable.value.hint


@pytest.mark.parametrize(("status", "message"), [(200, "no valid token"), (302, "no valid token"), (400, "rejected")])
def test_an_answer_without_a_token_is_called_what_it_is(status: int, message: str) -> None:
    """Only an error status says that the credentials were refused."""
    services = Services(FakeClock(), [(status, {"access_token": None}, 0)])
    with pytest.raises(LoginError, match=message):
        client(services).login()
    assert services.fetched == 1


@pytest.mark.parametrize("life", [{"expires_in": 600}, {"expires_in": "600"}, {"expires_on": 1_800_000_600}])
def test_the_life_of_a_token_counts_from_the_request(life: dict[str, object]) -> None:
    """A token of ten minutes whose answer took 100 seconds is renewed nine minutes after the request."""
    services = Services(FakeClock(), [(200, life, 100), (200, {"expires_in": 600}, 0)])
    http = client(services)
    http.login()
    services.clock.at += 430
    http.login()
    assert services.fetched == 1
    services.clock.at += 20
    http.login()
    assert services.fetched == 2


@pytest.mark.parametrize(
    "life", [{"expires_in": 0}, {"expires_in": "-5"}, {"expires_on": 1_700_000_000}, {"expires_in": 60}]
)
def test_a_token_that_is_dead_on_arrival_is_called_so(life: dict[str, object]) -> None:
    """It has expired, or the answer took longer than it lives."""
    services = Services(FakeClock(), [(200, life, 90)])
    with pytest.raises(LoginError, match="already expired") as refused:
        client(services).login()
    assert refused.value.code == "token-expired"


def test_a_call_that_fails_at_the_login_keeps_no_room(tmp_path: object) -> None:
    """ARM refuses the token and the login service is down: what was reserved of the limits is free again at once."""
    clock = FakeClock()
    services = Services(clock, [(200, {"expires_in": 3600}, 0), (503, {}, 0)], accepts=lambda _: False)
    store = Store(f"sqlite:///{tmp_path}/armbulk.db", clock)
    arm = ArmClient(client(services))
    limited = RateLimitedClient(store, arm, clock, ACCOUNT, QuotaLimits.for_size("S"))

    def read() -> ApiResult[Page | None]:
        return arm.read_page("glitems", {})

    with pytest.raises(ServerError):
        limited.get(read, 1_000)
    assert store.usage(ACCOUNT).reserved.reads == 0
    store.close()
