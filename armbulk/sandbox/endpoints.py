"""The endpoints under /clients/{clientno}: each call is understood first, and done when the limits allow it."""

from collections.abc import Sequence
from typing import Any

from armbulk.sandbox import batches, queries, records
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.responses import ApiCall, ApiResponse, Job, NotJson, error, read_json, said
from armbulk.sandbox.state import SandboxState


class InvalidRecord(Exception):  # noqa: N818 - not an error of the sandbox: an answer
    """The body is not what the endpoint takes: (status, message)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Endpoints:
    """What there is to call."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state

    def job(self, asked: ApiCall, pieces: Sequence[str]) -> Job:
        """Understand a call: `pieces` is its path below the client number."""
        try:
            return self._job(asked, pieces)
        except NotJson:
            return self._refusal(400, "The body is not JSON")
        except (InvalidRecord, queries.QueryRefused) as wrong:
            return self._refusal(wrong.status, str(wrong))

    def _job(self, asked: ApiCall, pieces: Sequence[str]) -> Job:  # noqa: C901, PLR0911 - one for each endpoint
        match (asked.method, *pieces):
            case ("POST" | "PUT", "customers"):
                return self._customer(asked)
            case ("POST", "documents"):
                return self._document(asked)
            case ("POST" | "PUT", "customers", "batches") | ("POST", "documents", "batches"):
                return self._batch(asked, pieces[0])
            case ("GET", "batches", number):
                return Job(lambda: self._told(number))
            case ("GET", "documents", number):
                return Job(lambda: self._found(number, expand=bool(asked.query.get("expand"))))
            case ("GET", "customers", number):
                return Job(lambda: self._known(number))
            case ("DELETE", "customers", number):
                return Job(lambda: self._outcome(*records.delete_customer(self.state, number)), writes=1)
            case ("GET", "glmovements") if self.state.dialect.gl_movements == "absent":
                return self._refusal(404, "There is no such endpoint")
            case ("GET", "glitems" | "aritems", number):
                return Job(lambda: self._posted(pieces[0], number))
            case ("GET", *_) if "/".join(pieces) in queries.FILTERS:
                return Job(lambda: self._listed(asked, "/".join(pieces)))
        return self._refusal(404, "There is no such endpoint")

    def _refusal(self, status: int, message: str) -> Job:
        return Job(lambda: error(self.state.dialect, status, message))

    # --- writing ------------------------------------------------------------------------------------

    def _customer(self, asked: ApiCall) -> Job:
        given = _unwrapped(asked.body, "customer", dict)
        create = asked.method == "POST"
        return Job(lambda: self._outcome(*records.save_customer(self.state, given, create=create)), writes=1)

    def _document(self, asked: ApiCall) -> Job:
        given = _unwrapped(asked.body, "document", dict)
        state = self.state
        return Job(
            lambda: self._outcome(*records.create_document(state, given, state.clock())), writes=self._weight(given)
        )

    def _outcome(self, status: int, answer: Json) -> ApiResponse:
        if answer["status"] == "FAILED":
            return error(self.state.dialect, status, answer["message"], answer["errors"])
        return said(status, answer)

    def _batch(self, asked: ApiCall, resource: str) -> Job:
        given = _unwrapped(asked.body, resource, list)
        most = int(self.state.dialect.batch_max)
        if most and len(given) > most:
            raise InvalidRecord(413, f"A batch holds at most {most} records")
        if not given:
            raise InvalidRecord(422, f'"{resource}" holds no records')
        status = int(self.state.dialect.batch_post_status)
        return Job(
            lambda: said(status, batches.accept(self.state, resource, asked.method, given)),
            writes=sum(self._weight(one) for one in given),
        )

    def _weight(self, record: Any) -> int:
        lines = record.get("documentLines") if isinstance(record, dict) else None
        return 1 + (len(lines) if isinstance(lines, list) and self.state.dialect.document_cost == "lines" else 0)

    # --- reading ------------------------------------------------------------------------------------

    def _told(self, number: str) -> ApiResponse:
        batch = self.state.batches.get(number)  # a UUID is compared exactly
        if batch is None:
            return error(self.state.dialect, 404, "There is no such batch")
        status, body, reads = batches.told(self.state, batch)
        if status == 404:
            gone = error(self.state.dialect, 404, "There is no such batch")
            return ApiResponse(404, gone.body, gone.headers, then=lambda: batches.seen(batch))
        return said(status, body, reads=reads, then=lambda: batches.seen(batch))

    def _found(self, number: str, *, expand: bool) -> ApiResponse:
        found = queries.find_documents(self.state, number)
        if not found:
            return error(self.state.dialect, 404, "There is no such document")
        shown = found if expand else [queries.bare(one) for one in found]
        return said(200, shown[0] if len(shown) == 1 else {"documents": shown}, reads=queries.weight(shown))

    def _known(self, number: str) -> ApiResponse:
        customer = self.state.customer(number)
        if customer is None:
            return error(self.state.dialect, 404, "There is no such customer")
        return said(200, customer, reads=1)

    def _posted(self, resource: str, number: str) -> ApiResponse:
        found = queries.find_posted(self.state, resource, number)
        return error(self.state.dialect, 404, "There is no such item") if found is None else said(200, found, reads=1)

    def _listed(self, asked: ApiCall, resource: str) -> ApiResponse:
        try:
            query_id, query = queries.listing(self.state, resource, asked.query)
            body, reads = queries.page(self.state, query_id, query, asked.query, asked.headers["host"])
        except queries.QueryRefused as wrong:
            return error(self.state.dialect, wrong.status, str(wrong))
        return said(200, body, reads=reads, then=lambda: self.state.queries.setdefault(query_id, query))


def _unwrapped(body: bytes, name: str, kind: type) -> Any:
    """Take the records out of their wrapper, which must be exactly as documented."""
    given = read_json(body)
    wrapper = f'{{"metadata": {{"userId": "…"}}, "{name}": {"[…]" if kind is list else "{…}"}}}'
    if not isinstance(given, dict) or set(given) != {"metadata", name} or not isinstance(given[name], kind):
        raise InvalidRecord(422, f"The body must be {wrapper}")
    metadata = given["metadata"]
    if not isinstance(metadata, dict) or not isinstance(metadata.get("userId"), str) or not metadata["userId"]:
        raise InvalidRecord(422, "metadata.userId is required")
    return given[name]
