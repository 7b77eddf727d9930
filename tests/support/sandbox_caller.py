"""A client of the sandbox over HTTP, with a fake clock, and a ledger to read."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import httpx

from armbulk.sandbox.lists import build_lists
from support.loopback import NO_CERTIFICATES
from support.paths import ARM_SAMPLES

if TYPE_CHECKING:
    from armbulk.sandbox import Sandbox

LEDGER = build_lists(2218, 400, seed=7)
START = 1_800_000_000.25


def sample(name: str) -> Any:
    """One of the published samples."""
    return json.loads((ARM_SAMPLES / name).read_text(encoding="utf-8"))


class Clock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


class Caller:
    """A client of the sandbox."""

    def __init__(self, sandbox: Sandbox, clock: Clock) -> None:
        self.sandbox, self.clock, self.state = sandbox, clock, sandbox.state
        self._http = httpx.Client(timeout=5.0, verify=NO_CERTIFICATES)
        self.token = ""

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def login(self, **form: str) -> httpx.Response:
        """Ask for a token."""
        settings = self.sandbox.settings
        given = {
            "grant_type": "client_credentials",
            "client_id": settings["ARMBULK_CLIENT_ID"],
            "client_secret": settings["ARMBULK_CLIENT_SECRET"],
        }
        return self._http.post(settings["ARMBULK_TOKEN_URL"], data={**given, **form})

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Call an endpoint below the client number."""
        if not self.token:
            self.token = self.login().json()["access_token"]
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        url = f"{self.sandbox.base_url}/clients/{more.pop('client', 2218)}/{path}"
        return self._http.request(method, url, headers=headers, **more)

    def get(self, path: str, **query: str) -> httpx.Response:
        """GET."""
        return self.call("GET", path, params=query)

    def send(self, method: str, path: str, records: Any) -> httpx.Response:
        """POST or PUT records in their wrapper."""
        plural = isinstance(records, list)
        name = path.partition("/")[0][: None if plural else -1]
        return self.call(method, path, json={"metadata": {"userId": "TestUser"}, name: records})

    def outcome(self, method: str, path: str, records: list[Any]) -> httpx.Response:
        """Send a batch, and ask for it once."""
        uuid = self.send(method, f"{path}/batches", records).json()["batchUuid"]
        return self.get(f"batches/{uuid}")


def customer(number: str = "543210", **more: Any) -> dict[str, Any]:
    """A small customer."""
    return {"customerNo": number, "name": "Owe Armstrong", **more}


def document(number: str = "88776655", **more: Any) -> dict[str, Any]:
    """The published document, under a number."""
    return {**copy.deepcopy(sample("document.post.request.json")["document"]), "documentNo": number, **more}


def listed(me: Any, path: str, key: str, **filters: str) -> list[dict[str, Any]]:
    """Every record of a listing, over all its pages."""
    first = me.get(path, pagesize="1000", **filters).json()
    summary, found = first["summary"], list(first[key])
    for page in range(2, summary["totalPages"] + 1):
        found += me.get(path, query=summary["queryId"], pageno=str(page)).json()[key]
    return found
