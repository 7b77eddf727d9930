"""What sending and export need of a receivables system. ARM is one (`armbulk.arm`); a second is a second folder."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from armbulk.model.auto_posting import PostingAnswer
from armbulk.model.deletion import DeleteVerdict
from armbulk.model.due_date import ChangeAnswer
from armbulk.model.lookup import DocumentLookup, ExpectedDocument
from armbulk.model.page import Page
from armbulk.model.reservation import ReservationVerdict
from armbulk.model.response import ApiResult, Response
from armbulk.model.submission import BatchStatus, OpenRecord, SentKeys, SubmitResult

MAX_CALL_SECONDS = 120.0
"""The most seconds a call takes: an implementation gives up then. Sending judges by it when a lost call has ended."""


class ReceivablesSystem(Protocol):
    """One client's account in a receivables system, with a login.

    Every call returns its `Response` beside its content, so that the caller can charge the quota before it uses the
    content. A failed call is a value (`Response.error`), never an exception. Only the login raises.
    """

    def close(self) -> None:
        """Close the connections."""

    def login(self) -> None:
        """Make sure that calls of the next minute are authorised; LoginError or ServerError when they cannot be."""

    def renew_login(self) -> bool:
        """Log in again, after a call was refused; False when there is no way. LoginError or ServerError as `login`."""

    def ask_time(self) -> Response:
        """Ask for the server's Date; the quota does not count it."""

    def ask_health(self) -> Response:
        """Ask the system for its health, without the login; the quota does not count it."""

    def submit_batch(
        self, resource: str, method: str, user_id: str, records: Sequence[OpenRecord]
    ) -> ApiResult[SubmitResult]:
        """Submit records of one resource: `POST` creates, `PUT` changes. One call, with the login at hand."""

    def read_batch(self, uuid: str, resource: str, sent: SentKeys) -> ApiResult[BatchStatus]:
        """Read the status of a submitted batch; `Response.is_not_found` for a batch the system does not know."""

    def look_up_document(self, expected: ExpectedDocument) -> ApiResult[DocumentLookup]:
        """Look a document up by its number and compare it with what is expected."""

    def compare_document(self, expected: ExpectedDocument, records: Sequence[Mapping[str, Any]]) -> DocumentLookup:
        """Compare records of a list, all with the expected number, with what is expected; no call is made."""

    def look_up_customer(self, customer_no: str) -> ApiResult[dict[str, Any] | None]:
        """Look a customer up; the content is its record, an empty one when the system says that there is none.

        It is None when the answer cannot be read; `Response.is_not_found` says that there is none, too.
        """

    def delete_customer(self, customer_no: str) -> ApiResult[DeleteVerdict]:
        """Delete a customer. One call, with the login at hand; it is never repeated here."""

    def submit_form(self, method: str, path: str, body: str) -> ApiResult[ReservationVerdict]:
        """Reserve a payment, in a form that the documentation does not have. One call, never repeated here."""

    def look_up_item(self, ar_item_id: str) -> ApiResult[dict[str, Any] | None]:
        """Look an AR item up; the content is as that of `look_up_customer`."""

    def change_item(self, path: str, body: str) -> ApiResult[ChangeAnswer]:
        """Change an AR item, in a form that the documentation does not have. One call, never repeated here."""

    def validate_postings(self, path: str, body: str) -> ApiResult[list[PostingAnswer]]:
        """Have a set of auto postings validated; ValueError for a body that could post. One call, never repeated here.

        The content is what the answer says of each posting, [] where that is unclear.
        """

    def read_page(self, endpoint: str, params: Mapping[str, str], json_array: str = "") -> ApiResult[Page | None]:
        """Read one page of a list (its records are in `json_array`, "": find them); None when there is no page."""
