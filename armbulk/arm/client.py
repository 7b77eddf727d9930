"""ARM as a receivables system (`model.system`): its addresses, its bodies, and what its answers say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from armbulk.arm.auto_postings import read_postings
from armbulk.arm.batch_results import read_batch, read_client_nos
from armbulk.arm.deletion import read_deletion
from armbulk.arm.encode import build_body
from armbulk.arm.http import HttpClient
from armbulk.arm.item_change import read_item_change
from armbulk.arm.json_body import parse_json
from armbulk.arm.lookups import compare_document, read_customer, read_document, read_item
from armbulk.arm.messages import describe_refusal
from armbulk.arm.pages import read_page
from armbulk.arm.reservation import read_reservation
from armbulk.arm.submit_results import read_submit_response
from armbulk.model.auto_posting import PostingAnswer
from armbulk.model.deletion import DeleteVerdict
from armbulk.model.due_date import ChangeAnswer
from armbulk.model.lookup import DocumentLookup, ExpectedDocument
from armbulk.model.page import Page
from armbulk.model.posting_form import AUTO_POSTINGS_PATH, require_validate_only
from armbulk.model.record_texts import extract_column
from armbulk.model.reservation import ReservationVerdict
from armbulk.model.response import ApiResult, Response
from armbulk.model.submission import BatchStatus, OpenRecord, SentKeys, SubmitResult
from armbulk.resources import RESOURCES

_Content = TypeVar("_Content")


class ArmClient:
    """One client number at ARM. Each method makes one call and reads its answer with a pure parser."""

    def __init__(self, http: HttpClient) -> None:
        """Use `http` for every call."""
        self._http = http

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def login(self) -> None:
        """Make sure there is a token that is valid for a while; LoginError or ServerError when there cannot be."""
        self._http.login()

    def renew_login(self) -> bool:
        """Fetch another token, after one was refused; False when there is nothing to fetch one with."""
        return self._http.renew_login()

    def ask_time(self) -> Response:
        """Ask the server for its Date: not a call to the API, and without the token."""
        return self._http.ask_time()

    def ask_health(self) -> Response:
        """Ask the API for its health, without the token."""
        return self._http.ask_health()

    def submit_batch(
        self, resource: str, method: str, user_id: str, records: Sequence[OpenRecord]
    ) -> ApiResult[SubmitResult]:
        """POST or PUT `{resource}/batches`; never raises once the call has begun."""
        body = build_body(RESOURCES[resource], user_id, [record.payload for record in records])
        response = self._http.submit(method, f"/{resource}/batches", body.encode())
        sent = [(record.no, record.key) for record in records]
        return ApiResult(response, read_submit_response(response, resource, sent))

    def read_batch(self, uuid: str, resource: str, sent: SentKeys) -> ApiResult[BatchStatus]:
        """GET `batches/{uuid}`; the uuid goes out verbatim."""
        result = self._read(
            f"/batches/{quote(uuid, safe='')}", lambda response: read_batch(response, resource, sent, uuid)
        )
        return replace(result, client_nos=result.content.client_nos)

    def look_up_document(self, expected: ExpectedDocument) -> ApiResult[DocumentLookup]:
        """GET `documents/{documentno}`."""
        path = f"/documents/{quote(expected.document_no, safe='')}"
        result = self._read(path, lambda response: read_document(response, expected))
        return replace(result, client_nos=result.content.client_nos)

    def compare_document(self, expected: ExpectedDocument, records: Sequence[Mapping[str, Any]]) -> DocumentLookup:
        """Compare records of a list, all with the expected number, with what is expected."""
        return compare_document(records, expected)

    def look_up_customer(self, customer_no: str) -> ApiResult[dict[str, Any] | None]:
        """GET `customers/{customerno}`."""
        path = f"/customers/{quote(customer_no, safe='')}"
        result = self._read(path, lambda response: read_customer(response, customer_no))
        return replace(result, client_nos=read_client_nos([result.content]))

    def delete_customer(self, customer_no: str) -> ApiResult[DeleteVerdict]:
        """DELETE `customers/{customerno}`; never raises once the call has begun."""
        response = self._http.submit("DELETE", f"/customers/{quote(customer_no, safe='')}")
        message = describe_refusal(response) if response.status >= 400 else ""
        return ApiResult(response, read_deletion(response), message)

    def validate_postings(self, path: str, body: str) -> ApiResult[list[PostingAnswer]]:
        """POST a set of auto postings, each with validateOnly; never raises once the call has begun."""
        response = self._submit_form("POST", path, body, validates=True)
        message = describe_refusal(response) if response.status >= 400 else ""
        sent = next(member for member in parse_json(body.encode()).values() if isinstance(member, list))
        return ApiResult(response, read_postings(response, sent, message), message)

    def submit_form(self, method: str, path: str, body: str) -> ApiResult[ReservationVerdict]:
        """Make a call of an experimental write; never raises once the call has begun."""
        response = self._submit_form(method, path, body)
        message = describe_refusal(response) if response.status >= 400 else ""
        return ApiResult(response, read_reservation(response), message)

    def look_up_item(self, ar_item_id: str) -> ApiResult[dict[str, Any] | None]:
        """GET `aritems/{aritemid}`."""
        result = self._read(f"/aritems/{quote(ar_item_id, safe='')}", lambda response: read_item(response, ar_item_id))
        return replace(result, client_nos=read_client_nos([result.content]))

    def change_item(self, path: str, body: str) -> ApiResult[ChangeAnswer]:
        """PUT the change of an AR item; never raises once the call has begun."""
        response = self._submit_form("PUT", path, body)
        message = describe_refusal(response) if response.status >= 400 else ""
        return ApiResult(response, read_item_change(response), message)

    def _submit_form(self, method: str, path: str, body: str, *, validates: bool = False) -> Response:
        """Make a call in a form that is not public. No auto posting leaves without validateOnly: ValueError."""
        if validates or path.partition("/")[0].lower() == AUTO_POSTINGS_PATH:
            require_validate_only(body)
        return self._http.submit(method, f"/{path}", body.encode())

    def read_page(self, endpoint: str, params: Mapping[str, str], json_array: str = "") -> ApiResult[Page | None]:
        """GET one page of a list; the address is always built here, never taken from an answer."""
        result = self._read(f"/{endpoint}?{urlencode(params)}", lambda response: read_page(response, json_array))
        numbers = extract_column(result.content.records if result.content else (), "clientNo")
        distinct = set(numbers.to_list())  # a page has up to 1,000 records
        return replace(result, client_nos=read_client_nos({"clientNo": number} for number in distinct))

    def _read(self, path: str, parse: Callable[[Response], _Content]) -> ApiResult[_Content]:
        response = self._http.call("GET", path)
        message = describe_refusal(response) if response.status >= 400 else ""
        return ApiResult(response, parse(response), message)
