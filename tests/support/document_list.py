"""ARM's list of documents, as it is or with some documents left out."""

import json
from collections.abc import Callable

import httpx

from support.loopback import open_loopback

Drop = Callable[[dict[str, object]], bool]


class DocumentList(httpx.BaseTransport):
    """The network; the list of documents lacks those for which `drop` is true, and its total agrees with that.

    Attributes:
        drop: what the list lacks.
        reads: how many pages were read.
        lookups: how many documents were looked up by their number.
    """

    def __init__(self, drop: Drop = lambda _: False) -> None:
        self.drop, self.reads, self.lookups = drop, 0, 0
        self._inner = open_loopback()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request out, and count it."""
        response = self._inner.handle_request(request)
        if request.method != "GET" or "/documents" not in request.url.path:
            return response
        if not request.url.path.endswith("/documents"):
            self.lookups += 1
            return response
        self.reads += 1
        body = json.loads(response.read())
        kept = [record for record in body["documents"] if not self.drop(record)]
        body["summary"]["totalCount"] -= len(body["documents"]) - len(kept)
        body["documents"] = kept
        return httpx.Response(response.status_code, stream=httpx.ByteStream(json.dumps(body).encode()))

    def close(self) -> None:
        """Let go."""
        self._inner.close()
