"""What ARM's answer to a POST or PUT of a batch proves.

A document may be sent again only when ARM certainly did not take it. Everything else is IN_DOUBT, and only ARM itself
can settle it. The status of an answer proves nothing where its body shows that ARM took the batch (`acceptance`).
"""

from armbulk.arm.acceptance import Acceptance, find_acceptance
from armbulk.arm.batch_results import FAILED_BATCH_WORDS, fold_word, read_key
from armbulk.arm.json_body import parse_json, unwrap
from armbulk.arm.messages import describe_refusal, extract_notes
from armbulk.model.keys import normalise_key_text
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import NAMES_ACCEPTED, WITHOUT_BATCH_NUMBER, join_sentences
from armbulk.model.response import Response, TransportError
from armbulk.model.submission import RecordResult, SentKeys, SubmitResult, SubmitVerdict

RECORD_FAULTS = frozenset({400, 422})
"""Refusals of a whole batch that may be the fault of single records in it."""

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


def read_submit_response(response: Response, resource: str = "documents", sent: SentKeys = ()) -> SubmitResult:
    """Return the verdict on a submitted batch; `sent`: the records of the batch."""
    if response.error is TransportError.NOT_SENT:
        return SubmitResult(SubmitVerdict.NOT_SENT, message=response.reason)
    if response.error is TransportError.BROKEN:
        return SubmitResult(SubmitVerdict.IN_DOUBT, message=response.reason)
    acceptance = find_acceptance(response, resource, sent)
    if acceptance.uuid:
        return SubmitResult(SubmitVerdict.ACCEPTED, uuid=acceptance.uuid)
    verdict = _BY_STATUS.get(response.status, SubmitVerdict.IN_DOUBT)
    if acceptance.taken or verdict in {SubmitVerdict.IN_DOUBT, SubmitVerdict.ASK}:
        return _read_doubt(response, acceptance, verdict)
    if response.status == 403 and response.retry_after:
        verdict = SubmitVerdict.LIMITED
    splittable = verdict is SubmitVerdict.TOO_LARGE or response.status in RECORD_FAULTS
    results = _read_rejected(response, acceptance, resource, sent) if response.status in RECORD_FAULTS else ()
    return SubmitResult(verdict, message=describe_refusal(response), splittable=splittable, results=results)


def _read_doubt(response: Response, acceptance: Acceptance, verdict: SubmitVerdict) -> SubmitResult:
    """The verdict on a batch that ARM may have taken: records keep their own word, the others are looked up."""
    message = str(WITHOUT_BATCH_NUMBER.fill(status=response.status))
    if not 200 <= response.status < 300:
        message = describe_refusal(response)
    if acceptance.taken and not 200 <= response.status < 300:
        message = join_sentences(message, acceptance.doubt or NAMES_ACCEPTED)
    verdict = SubmitVerdict.ASK if verdict is SubmitVerdict.ASK else SubmitVerdict.IN_DOUBT
    return SubmitResult(
        verdict, message=message, results=acceptance.results, rejection=_read_rejection(response, acceptance)
    )


def _read_rejection(response: Response, acceptance: Acceptance) -> str:
    """ARM's words when it took the call but says that the batch as a whole failed; "" otherwise."""
    members = unwrap(parse_json(response.body))
    words = {fold_word(members.get(name)) for name in ("status", "result", "outcome")}
    is_rejected = 200 <= response.status < 300 and bool(words & FAILED_BATCH_WORDS) and not acceptance.taken
    return describe_refusal(response) if is_rejected else ""


def _read_rejected(
    response: Response, acceptance: Acceptance, resource: str, sent: SentKeys
) -> tuple[RecordResult, ...]:
    """The records that the refusal of a whole batch itself names as rejected, by their key."""
    rejected = tuple(result for result in acceptance.results if result.outcome is Outcome.REJECTED)
    return rejected or _read_errors(response, resource, sent)


def _read_errors(response: Response, resource: str, sent: SentKeys) -> tuple[RecordResult, ...]:
    """The records that the `errors` of a refusal name by their key."""
    numbers = {normalise_key_text(key): no for no, key in sent}
    errors = unwrap(parse_json(response.body)).get("errors")
    messages: dict[int, str] = {}
    for error in errors if isinstance(errors, list) else ():
        key = read_key(error, resource) if isinstance(error, dict) else None
        no = numbers.get(normalise_key_text(key)) if key else None
        if no is not None:
            messages[no] = "".join(extract_notes([error])[:1])
    return tuple(RecordResult(no, Outcome.REJECTED, message) for no, message in messages.items())
