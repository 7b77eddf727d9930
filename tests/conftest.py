"""What holds for every test: repeatable, with a clean environment, and with the network closed."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pathlib import Path

settings.register_profile("ci", derandomize=True, deadline=None)
settings.load_profile("ci")

KEPT = {"ARMBULK_GOLDEN"}  # set by `make golden`, read by the tests themselves
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own settings, profiles or runs reaches a test."""
    for name in [name for name in os.environ if name.startswith("ARMBULK_") and name not in KEPT]:
        monkeypatch.delenv(name)
    for name in [name for name in os.environ if name.startswith("LC_")] + ["LANGUAGE"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARMBULK_HOME", str(tmp_path))
    monkeypatch.setenv("ARMBULK_LANG", "en")
    monkeypatch.setenv("LANG", "C")


@pytest.fixture(autouse=True)
def closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for anything but this machine fails, and says where it wanted to go."""
    for owner, name in ((socket.socket, "connect"), (socket.socket, "connect_ex")):
        monkeypatch.setattr(owner, name, _guarded_connect(getattr(owner, name)))
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))


def _guarded_connect(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_unless_local(address[0])
        return connect(self, address)

    return guarded


def _guarded_lookup(lookup: Any) -> Any:
    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_unless_local(host)
        return lookup(host, *args, **kwargs)

    return guarded


def _refuse_unless_local(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host or "localhost"
    if not name.startswith(LOOPBACK):
        pytest.fail(f"The network is closed in tests; this one reached for {name!r}.")
