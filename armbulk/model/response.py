"""One HTTP exchange: the result of a call, apart from the content of its body."""

import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Generic, TypeVar

from armbulk.errors import ServerError
from armbulk.i18n import _

Content = TypeVar("Content")

_NOT_FOUND = frozenset({404, 410})


class TransportError(Enum):
    """How an exchange failed before a whole answer arrived."""

    NOT_SENT = "no byte of the request left this machine"
    BROKEN = "the request may have left; the answer did not arrive whole"


@dataclass(frozen=True, slots=True)
class DateSample:
    """The Date of an answer (epoch seconds; None: unusable), and when the exchange began and ended (monotonic)."""

    date: float | None
    sent_at: float
    received_at: float


@dataclass(frozen=True, slots=True)
class Response:
    """One exchange: an answer, or the error that came instead.

    Attributes:
        status: HTTP status; 0 without an answer.
        body: as it came, without secrets.
        headers: by lower-case name.
        error: None when there was an answer.
        reason: what went wrong, for people; "" when there was an answer.
        requests: the calls it took (2 when the login was renewed).
        sent_at: when the request left (monotonic seconds).
        received_at: when the answer was complete (monotonic seconds).
    """

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    error: TransportError | None = None
    reason: str = ""
    requests: int = 1
    sent_at: float = 0.0
    received_at: float = 0.0

    @property
    def is_not_found(self) -> bool:
        """Whether the server answers that the requested record does not exist, or no longer."""
        return self.error is None and self.status in _NOT_FOUND

    @property
    def failure(self) -> str:
        """Why there is no usable answer, for people."""
        return self.reason or _("it answered HTTP {status}", status=self.status)

    @property
    def date_sample(self) -> DateSample | None:
        """The server's time in the answer; None without an answer."""
        return None if self.error else DateSample(self._date, self.sent_at, self.received_at)

    @property
    def retry_after(self) -> str:
        """The Retry-After header as it came, or ""."""
        return self.headers.get("retry-after", "")

    def retry_after_seconds(self, now: float) -> float | None:
        """Return the seconds that Retry-After asks to wait (RFC 9110, 10.2.3); None without a usable header.

        A date is compared with the server's own Date header, or with `now` (epoch seconds) without one.
        """
        text = self.retry_after.strip()
        if re.fullmatch(r"[0-9]+", text):
            return float(text)  # inf for very many digits
        date = _parse_http_date(text)
        return None if date is None else date - (self._date or now)

    @property
    def _date(self) -> float | None:
        return _parse_http_date(self.headers.get("date", ""))


@dataclass(frozen=True, slots=True)
class ApiResult(Generic[Content]):
    """One call: the exchange, which the quota and retries need, and the content of the answer.

    Attributes:
        response: the exchange.
        content: what was read out of it.
        message: the system's own words when it refused the call; "" otherwise.
        client_nos: the client numbers that the answer and its records say they belong to.
    """

    response: Response
    content: Content
    message: str = ""
    client_nos: frozenset[str] = frozenset()


def unreachable_error(response: Response) -> ServerError:
    """Return the error for an ARM that gives no usable answer."""
    return ServerError(
        "unreachable",
        _("ARM is unreachable: {failure}", failure=response.failure),
        _("Check the network, and ARM's address in the profile (or ARMBULK_BASE_URL). More: `armbulk doctor`"),
    )


def _parse_http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None
