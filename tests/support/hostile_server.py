"""A server that sends prepared bytes and records the requests."""

import json
import re
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

KINDS = (
    ("post", "POST", r"/documents/batches$"),
    ("customers", "POST", r"/customers/batches$"),
    ("poll", "GET", r"/batches/[^/]+$"),
    ("document", "GET", r"/documents/[^/?]+$"),
    ("list", "GET", r"/documents\?"),
)


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    kind: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Answer = bytes | Callable[[Asked], bytes]
"""The bytes of an answer, none to close without one; or what makes them."""


def answer(status: int, body: Any = None, **headers: str) -> bytes:
    """An answer as a server writes it; `body` is JSON unless it is bytes. Underscores in names are hyphens."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    names = {"Content-Length": str(len(content)), "Content-Type": "application/json", "Connection": "close"}
    names |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in names.items() if value)]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@dataclass
class Hostile:
    """What to answer, by kind of request: one after another, the last for ever; and what came."""

    script: Mapping[str, Sequence[Answer]]
    clock: Callable[[], float]
    dated: bool = True
    asked: list[Asked] = field(default_factory=list)
    base_url: str = ""

    def count(self, kind: str) -> int:
        """How many requests of a kind came."""
        return Counter(one.kind for one in self.asked)[kind]

    def bodies(self) -> list[str]:
        """The document numbers of every batch that came, in order."""
        batches = [json.loads(one.body)["documents"] for one in self.asked if one.kind == "post"]
        return [one["documentNo"] for batch in batches for one in batch]

    def reply(self, one: Asked) -> bytes:
        """The bytes that answer a request."""
        answers = self.script.get(one.kind, (answer(404, {"message": "nothing here"}),))
        self.asked.append(one)
        chosen = answers[min(self.count(one.kind), len(answers)) - 1]
        said = chosen if isinstance(chosen, bytes) else chosen(one)
        if self.dated and said.startswith(b"HTTP/1.1") and b"\r\nDate:" not in said:
            first, rest = said.split(b"\r\n", 1)
            said = first + f"\r\nDate: {formatdate(self.clock(), usegmt=True)}\r\n".encode() + rest
        return said


def _kind(method: str, path: str) -> str:
    return next((name for name, verb, form in KINDS if verb == method and re.search(form, path)), "other")


@contextmanager
def serving(hostile: Hostile) -> Iterator[Hostile]:
    """Serve on a free port of this machine."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            first = self.rfile.readline().decode("latin-1").split()
            headers = {}
            while (line := self.rfile.readline().strip()) != b"":
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", "0")))
            said = hostile.reply(Asked(_kind(first[0], first[1]), first[1], headers, body))
            if said:
                self.wfile.write(said)
            else:
                self.request.shutdown(socket.SHUT_RDWR)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            """A client that went away is none of ours."""

    with Server(("127.0.0.1", 0), Handler) as server:
        hostile.base_url = f"http://127.0.0.1:{server.server_address[1]}/arm/v1"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield hostile
        finally:
            server.shutdown()
            thread.join()
