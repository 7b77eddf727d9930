"""The endpoints under /clients/{clientno}: a call is parsed first, and run when the limits allow it."""

from collections.abc import Sequence
from typing import Any

from armbulk.sandbox import batches, due_dates, postings, queries, records, reservations
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.responses import ApiCall, ApiResponse, Job, NotJson, error_response, json_response, read_json
from armbulk.sandbox.state import SandboxState


class InvalidRecord(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """The body is not what the endpoint takes: (status, message)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Endpoints:
    """The endpoints of one client."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    def prepare(self, call: ApiCall, segments: Sequence[str]) -> Job:
        """Return the job of a call; `segments` is its path below the client number."""
        try:
            return self._route(call, segments)
        except NotJson:
            return self._refuse(400, "The body is not JSON")
        except (InvalidRecord, queries.QueryRefused) as error:
            return self._refuse(error.status, str(error))

    def _route(self, call: ApiCall, segments: Sequence[str]) -> Job:  # noqa: C901, PLR0911, PLR0912 - one case each
        match (call.method, *segments):
            case ("POST" | "PUT", "customers"):
                return self._save_customer(call)
            case ("POST", "documents"):
                return self._create_document(call)
            case ("POST" | "PUT", "customers", "batches") | ("POST", "documents", "batches"):
                return self._accept_batch(call, segments[0])
            case ("GET", "batches", number):
                return Job(lambda: self._get_batch(number))
            case ("GET", "documents", number):
                return Job(lambda: self._get_documents(number, expand=bool(call.query.get("expand"))))
            case ("GET", "customers", number):
                return Job(lambda: self._get_customer(number))
            case ("POST", "paymentreservations"):
                return self._reserve_payment(call)
            case ("PUT", "aritems"):
                return self._change_item(call)
            case ("POST", "autopostings", _method):
                return self._post_set(call)
            case ("DELETE", "customers", number):
                return Job(lambda: self._answer(*records.delete_customer(self.state, number)), writes=1)
            case ("GET", "glmovements") if self.state.behaviour.gl_movements == "absent":
                return self._refuse(404, "There is no such endpoint")
            case ("GET", "glitems" | "aritems", number):
                return Job(lambda: self._get_item(segments[0], number))
            case ("GET", *_) if "/".join(segments) in queries.FILTERS:
                return Job(lambda: self._get_list(call, "/".join(segments)))
        return self._refuse(404, "There is no such endpoint")

    def _refuse(self, status: int, message: str) -> Job:
        return Job(lambda: error_response(self.state.behaviour, status, message))

    # --- writing ------------------------------------------------------------------------------------

    def _save_customer(self, call: ApiCall) -> Job:
        customer = _unwrap(call.body, "customer", dict)
        create = call.method == "POST"
        return Job(lambda: self._answer(*records.save_customer(self.state, customer, create=create)), writes=1)

    def _create_document(self, call: ApiCall) -> Job:
        document = _unwrap(call.body, "document", dict)
        state = self.state
        return Job(
            lambda: self._answer(*records.create_document(state, document, state.clock())),
            writes=self._count_writes(document),
        )

    def _reserve_payment(self, call: ApiCall) -> Job:
        body = read_json(call.body)
        return Job(lambda: self._answer(*reservations.reserve_payment(self.state, body)), writes=1)

    def _change_item(self, call: ApiCall) -> Job:
        body = read_json(call.body)
        return Job(lambda: self._answer(*due_dates.change_item(self.state, body)), writes=1)

    def _post_set(self, call: ApiCall) -> Job:
        body = read_json(call.body)
        writes = len(postings.list_sent(body))
        return Job(lambda: self._answer(*postings.post_set(self.state, body)), writes=writes)

    def _answer(self, status: int, answer: Json) -> ApiResponse:
        if answer["status"] == "FAILED":
            return error_response(self.state.behaviour, status, answer["message"], answer["errors"])
        return json_response(status, answer)

    def _accept_batch(self, call: ApiCall, resource: str) -> Job:
        batch = _unwrap(call.body, resource, list)
        max_records = int(self.state.behaviour.batch_max)
        if max_records and len(batch) > max_records:
            raise InvalidRecord(413, f"A batch holds at most {max_records} records")
        if not batch:
            raise InvalidRecord(422, f'"{resource}" holds no records')
        status = int(self.state.behaviour.batch_post_status)
        return Job(
            lambda: json_response(status, batches.accept_batch(self.state, resource, call.method, batch)),
            writes=sum(self._count_writes(record) for record in batch),
        )

    def _count_writes(self, record: Any) -> int:
        lines = record.get("documentLines") if isinstance(record, dict) else None
        return 1 + (len(lines) if isinstance(lines, list) and self.state.behaviour.document_cost == "lines" else 0)

    # --- reading ------------------------------------------------------------------------------------

    def _get_batch(self, number: str) -> ApiResponse:
        batch = self.state.batches.get(number)  # a UUID is compared exactly
        if batch is None:
            return error_response(self.state.behaviour, 404, "There is no such batch")
        status, body, reads = batches.read_batch(self.state, batch)
        if status == 404:
            refusal = error_response(self.state.behaviour, 404, "There is no such batch")
            return ApiResponse(404, refusal.body, refusal.headers, on_sent=lambda: batches.record_poll(batch))
        return json_response(status, body, reads=reads, on_sent=lambda: batches.record_poll(batch))

    def _get_documents(self, number: str, *, expand: bool) -> ApiResponse:
        documents = queries.find_documents(self.state, number)
        if not documents:
            return error_response(self.state.behaviour, 404, "There is no such document")
        shown = documents if expand else [queries.remove_lines(document) for document in documents]
        body = shown[0] if len(shown) == 1 else {"documents": shown}
        return json_response(200, body, reads=queries.count_reads(shown))

    def _get_customer(self, number: str) -> ApiResponse:
        customer = self.state.find_customer(number)
        if customer is None:
            return error_response(self.state.behaviour, 404, "There is no such customer")
        return json_response(200, customer, reads=1)

    def _get_item(self, resource: str, number: str) -> ApiResponse:
        item = queries.find_item(self.state, resource, number)
        if item is None:
            return error_response(self.state.behaviour, 404, "There is no such item")
        return json_response(200, item, reads=1)

    def _get_list(self, call: ApiCall, resource: str) -> ApiResponse:
        try:
            query_id, query = queries.open_query(self.state, resource, call.query)
            body, reads = queries.read_page(self.state, query_id, query, call.query, call.headers["host"])
        except queries.QueryRefused as error:
            return error_response(self.state.behaviour, error.status, str(error))
        return json_response(200, body, reads=reads, on_sent=lambda: self.state.queries.setdefault(query_id, query))


def _unwrap(body: bytes, name: str, json_type: type) -> Any:
    """Return the records of a body, whose wrapper must be exactly as documented; InvalidRecord if it is not."""
    content = read_json(body)
    wrapper = f'{{"metadata": {{"userId": "…"}}, "{name}": {"[…]" if json_type is list else "{…}"}}}'
    if not isinstance(content, dict) or set(content) != {"metadata", name} or not isinstance(content[name], json_type):
        raise InvalidRecord(422, f"The body must be {wrapper}")
    metadata = content["metadata"]
    if not isinstance(metadata, dict) or not isinstance(metadata.get("userId"), str) or not metadata["userId"]:
        raise InvalidRecord(422, "metadata.userId is required")
    return content[name]
