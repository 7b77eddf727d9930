"""The sandbox as a server: it starts, stops, and needs nothing else."""

from __future__ import annotations

import ast
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from support.loopback import NO_CERTIFICATES

import armbulk.sandbox
from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable


def test_it_starts_and_stops_fast_and_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    """I start and stop ten sandboxes, with a connection still open, in no time."""
    before = time.monotonic()
    with httpx.Client(verify=NO_CERTIFICATES) as http:
        for _ in range(10):
            with Sandbox() as sandbox:
                assert http.get(sandbox.base_url).status_code == 404
    assert time.monotonic() - before < 3
    assert capfd.readouterr() == ("", "")


def test_settings_are_all_a_client_needs() -> None:
    """I take the settings as my environment: they name this server, also before it runs."""
    with Sandbox(client_no=7, size="M") as sandbox:
        assert sandbox.settings == {
            "ARMBULK_BASE_URL": sandbox.base_url,
            "ARMBULK_CLIENT_NO": "7",
            "ARMBULK_TOKEN_URL": sandbox.token_url,
            "ARMBULK_CLIENT_ID": "sandbox",
            "ARMBULK_CLIENT_SECRET": "sandbox-secret",
            "ARMBULK_USER_ID": "sandbox",
            "ARMBULK_CLIENT_SIZE": "M",
        }
        assert sandbox.base_url.endswith("/arm/v1")
        taken = int(sandbox.base_url.split(":")[2].partition("/")[0])
        with pytest.raises(OSError, match="in use"), Sandbox(port=taken):
            pass


def test_it_serves_until_it_is_stopped() -> None:
    """I let it serve in the foreground and it answers until someone stops it."""
    with Sandbox() as sandbox:
        foreground = threading.Thread(target=sandbox.serve_forever)
        foreground.start()
        assert httpx.get(sandbox.base_url, verify=NO_CERTIFICATES).status_code == 404
        assert foreground.is_alive()
    foreground.join(5)
    assert not foreground.is_alive()


def test_two_callers_at_once_are_both_counted(arm: Callable[..., Any]) -> None:
    """Eight threads make twenty calls each, and exactly the allowed hundred are served."""
    with arm(limits={"hour.requests": 100}) as me:
        me.get("customers")
        statuses: list[int] = []

        def ask() -> None:
            with httpx.Client(headers={"Authorization": f"Bearer {me.token}"}, verify=NO_CERTIFICATES) as http:
                url = f"{me.sandbox.base_url}/clients/2218/customers"
                statuses.extend(http.get(url).status_code for _ in range(20))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert (statuses.count(200), statuses.count(429)) == (99, 61)
        assert me.state.peak()["hour.requests"] == 100


def test_it_knows_nothing_of_the_rest_of_armbulk() -> None:
    """The sandbox is a second witness: it imports itself, the standard library and its web server only."""
    allowed = set(sys.stdlib_module_names) | {"starlette", "uvicorn", "armbulk.sandbox"}
    for path in Path(armbulk.sandbox.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                inside = ".".join(name.split(".")[:2]) == "armbulk.sandbox"
                assert inside or name.split(".")[0] in allowed, f"{path.name} imports {name}"
