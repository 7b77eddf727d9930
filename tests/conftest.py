"""Settings of every test: repeatable, with a clean environment, and with the network closed."""

from __future__ import annotations

import gc
import os
import socket
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from armbulk.store import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest.register_assert_rewrite("support")  # its asserts tell as much as those of the tests

settings.register_profile("fast", derandomize=True, deadline=None, max_examples=20)
settings.register_profile("proofs", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("fast")  # `make proofs` takes the other: --hypothesis-profile=proofs

KEPT = {"ARMBULK_GOLDEN"}  # set by `make golden`, read by the tests themselves
LOOPBACK = ("127.", "::1", "localhost")
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's folder in memory, where a file is written and deleted at once
ENOUGH_MEMORY = 4 * 2**30


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--promises FILE` writes what the tests of each promise showed."""
    parser.addoption("--promises", metavar="FILE", help="write what the tests of each promise showed (JSON)")


def pytest_configure(config: pytest.Config) -> None:
    """Tests that prove a promise say which."""
    config.addinivalue_line("markers", "promise(*names): proves these promises of docs/promises.md")
    config.addinivalue_line("markers", "proof: takes long, and is run by `make proofs`; so is all of tests/proofs")
    config.addinivalue_line("markers", "first_cases(count): the cases after the first so many are proofs")
    config.addinivalue_line("markers", "longest: is started first, so that no process waits for it at the end")
    gc.disable()  # what is loaded and collected now stays
    if "TMPDIR" not in os.environ and _is_roomy_and_runs_programs(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    if config.getoption("--promises"):
        from support.promise_report import PromiseReport  # noqa: PLC0415 - after its asserts are rewritten

        config.pluginmanager.register(PromiseReport(Path(config.getoption("--promises"))))


def _is_roomy_and_runs_programs(folder: Path) -> bool:
    try:
        about = os.statvfs(folder)
    except (AttributeError, OSError):  # neither Windows nor a Mac has it
        return False
    return about.f_bavail * about.f_frsize > ENOUGH_MEMORY and not about.f_flag & os.ST_NOEXEC


def pytest_collection_finish() -> None:
    """What was loaded and collected lives until the end: it is not looked through in search of garbage."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is in tests/proofs is a proof, and so are later cases of a long series; the longest tests come first."""
    cases = Counter[str]()
    for item in items:
        name = item.nodeid.partition("[")[0]
        cases[name] += 1
        series = item.get_closest_marker("first_cases")
        if series is not None and cases[name] > series.args[0]:
            item.add_marker("proof")
        if item.path.is_relative_to(Path(__file__).parent / "proofs"):
            item.add_marker("proof")
    items.sort(key=lambda item: item.get_closest_marker("longest") is None)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Says a figure that belongs on the page of promises; the same in every run."""
    return lambda text: record_property("figure", text)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own settings, profiles or runs reaches a test."""
    for name in [name for name in os.environ if name.startswith("ARMBULK_") and name not in KEPT]:
        monkeypatch.delenv(name)
    for name in [name for name in os.environ if name.startswith("LC_")] + ["LANGUAGE"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ARMBULK_HOME", str(tmp_path))
    monkeypatch.setenv("ARMBULK_GUARD_FOLDER", str(tmp_path.with_name(f"{tmp_path.name}-guard")))
    monkeypatch.setenv("ARMBULK_LANG", "en")
    monkeypatch.setenv("ARMBULK_POLL_SECONDS", "0.05")  # commands that run by the real clock do not wait long
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[None]:
    """A commit returns before the disk has it: no test cuts the power of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture
def real_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stores wait for the disk, as they do outside of tests."""
    monkeypatch.setattr(engine, "SYNCHRONOUS", "FULL")


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
