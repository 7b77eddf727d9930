"""What an answer to a POST or PUT proves: the outcome classes of the promises, in one table.

A document may only be sent again when it is certain that ARM did not take it. Everything that leaves
the slightest doubt is IN_DOUBT, and only ARM itself can settle it.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from armbulk.quota.server_clock import DateSample

_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:-]{7,127}")


class TransportError(Enum):
    """How an exchange failed before a whole answer was there."""

    NOT_SENT = "no byte of the request left this machine"
    BROKEN = "the request may have left; the answer did not arrive whole"


@dataclass(frozen=True, slots=True)
class Response:
    """One exchange with ARM: an answer, or the fault that came instead."""

    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)  # lower-case names
    error: TransportError | None = None
    reason: str = ""
    requests: int = 1  # how many calls it took (2 when the token was renewed)
    left: float = 0.0  # when the call left, and when its answer was there (monotonic seconds)
    back: float = 0.0

    @property
    def date_sample(self) -> DateSample | None:
        """What the answer tells of the time; None where there was no answer."""
        return None if self.error else DateSample(_http_date(self.headers.get("date", "")), self.left, self.back)

    @property
    def retry_after(self) -> str:
        """The Retry-After header as it came, or ""."""
        return self.headers.get("retry-after", "")


class SubmitVerdict(Enum):
    """What is certain after a batch was posted."""

    NOT_SENT = "nothing left this machine; it may be sent again"
    ACCEPTED = "ARM has taken it and gave a batchUuid"
    REFUSED = "ARM turned it away; nothing was applied"
    TOO_LARGE = "ARM turned it away for its size; nothing was applied"
    LOGIN = "ARM does not accept the credentials or the client; nothing was applied"
    LIMITED = "ARM turned it away before processing, for a limit"
    ASK = "another document may stand in the way: look each up"
    IN_DOUBT = "it may have been applied"


_BY_STATUS = {
    400: SubmitVerdict.REFUSED,
    401: SubmitVerdict.LOGIN,
    403: SubmitVerdict.LOGIN,
    404: SubmitVerdict.LOGIN,
    405: SubmitVerdict.LOGIN,
    406: SubmitVerdict.REFUSED,
    409: SubmitVerdict.ASK,
    413: SubmitVerdict.TOO_LARGE,
    415: SubmitVerdict.REFUSED,
    422: SubmitVerdict.REFUSED,
    429: SubmitVerdict.LIMITED,
}


@dataclass(frozen=True, slots=True)
class SubmitResult:
    """The verdict on one POST: what it proves, the batchUuid if accepted, and ARM's own words."""

    verdict: SubmitVerdict
    uuid: str = ""
    message: str = ""


def read_submit_response(reply: Response) -> SubmitResult:
    """Classify the reply to a batch POST or PUT."""
    if reply.error is TransportError.NOT_SENT:
        return SubmitResult(SubmitVerdict.NOT_SENT, message=reply.reason)
    if reply.error is TransportError.BROKEN:
        return SubmitResult(SubmitVerdict.IN_DOUBT, message=reply.reason)
    if 200 <= reply.status < 300:
        return _accepted(reply)
    proof = _BY_STATUS.get(reply.status, SubmitVerdict.IN_DOUBT)
    if reply.status == 403 and reply.retry_after:
        proof = SubmitVerdict.LIMITED
    return SubmitResult(proof, message=message_of(reply))


def _accepted(reply: Response) -> SubmitResult:
    uuid = find_uuid(parse_json(reply.body))
    if uuid:
        return SubmitResult(SubmitVerdict.ACCEPTED, uuid=uuid)
    return SubmitResult(SubmitVerdict.IN_DOUBT, message=f"ARM answered {reply.status} without a batch number")


def find_uuid(body: Any) -> str:
    """Find `batchUuid` (whatever its case) at the top or one level down; "" when there is no sound one."""
    if not isinstance(body, dict):
        return ""
    levels = [body, *(value for value in body.values() if isinstance(value, dict))]
    for level in levels:
        for name, value in level.items():
            if name.lower() in {"batchuuid", "batchid"} and isinstance(value, str) and _UUID.fullmatch(value):
                return value
    return ""


def parse_json(body: bytes) -> Any:
    """Read JSON with exact decimals; None for whatever is not sound JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(word: str) -> None:
    raise ValueError(word)


def message_of(reply: Response) -> str:
    """ARM's own words in an error answer of any shape: JSON, problem+json, plain text, an HTML page, nothing."""
    body = parse_json(reply.body)
    said = words_of(body)
    if not said and body is None:
        said = _plain(reply.body)
    return f"ARM answered {reply.status}: {said}" if said else f"ARM answered {reply.status}"


def words_of(body: Any) -> str:
    """The message and the errors of a JSON answer, as one line; "" when it holds none."""
    if isinstance(body, str):
        return body.strip()
    if not isinstance(body, dict):
        return ""
    low = {str(name).lower(): value for name, value in body.items()}
    said = [low.get("message"), low.get("detail"), low.get("title"), low.get("error_description"), low.get("error")]
    parts = [text.strip() for text in said if isinstance(text, str) and text.strip()][:1]
    nested = low.get("error")
    if isinstance(nested, dict) and not parts:
        parts = [words_of(nested)]
    return "; ".join([*parts, *notes_of(low.get("errors"))])


def notes_of(notes: Any) -> list[str]:
    """Warnings or errors of any shape as texts: `field: message` where there is a field."""
    if isinstance(notes, dict):
        notes = (
            [notes]
            if "message" in {str(k).lower() for k in notes}
            else [{"field": name, "message": said} for name, said in notes.items()]
        )
    if isinstance(notes, str):
        notes = [notes]
    return [text for note in notes if (text := _note(note))] if isinstance(notes, list) else []


def _note(note: Any) -> str:
    if isinstance(note, str):
        return note.strip()
    if not isinstance(note, dict):
        return ""
    low = {str(name).lower(): value for name, value in note.items()}
    said = low.get("message") or low.get("description") or low.get("detail") or low.get("code") or ""
    said = "; ".join(map(str, said)) if isinstance(said, list) else str(said)
    where = low.get("field") or low.get("property") or low.get("objectname")
    return f"{where}: {said}" if where else said


def _plain(body: bytes) -> str:
    text = body.decode("utf-8", errors="replace").strip()
    if "<" in text and ">" in text:
        title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        text = f"a web page ({title.group(1).strip()})" if title else "a web page"
    return re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", text)[:500]


def retry_at(reply: Response, now: float, strikes: int) -> float:
    """When to call again after a refusal for a limit: what Retry-After says, else 60 s doubling to 15 minutes.

    Seconds count from now; a date is taken against the server's own Date header. Never less than a second, never
    more than an hour.
    """
    said = reply.retry_after.strip()
    seconds = min(60.0 * 2.0 ** (strikes - 1), 900.0)
    if re.fullmatch(r"\d{1,15}", said):
        seconds = float(said)
    elif (date := _http_date(said)) is not None:
        seconds = date - (_http_date(reply.headers.get("date", "")) or now)
    return now + min(max(seconds, 1.0), 3600.0)


def _http_date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return None
