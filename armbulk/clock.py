"""The clock: the only module that asks for the time or waits. Everything else gets a `Clock`."""

import ctypes
import sys
import time
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol


class Clock(Protocol):
    """What armbulk needs of a clock. Times are epoch seconds."""

    def now(self) -> float:
        """Return the present time."""

    def monotonic(self) -> float:
        """Return seconds that only increase, the machine's sleep included."""

    def sleep(self, seconds: float) -> None:
        """Wait; return early when interrupted."""

    def interrupt(self) -> None:
        """End every wait, and ask what works to stop."""

    @property
    def interrupted(self) -> bool:
        """Whether the user asked to stop."""

    @property
    def boot_id(self) -> str:
        """The start of the machine that `monotonic` counts from, the same for all processes; "": unknown."""


class SystemClock:
    """The machine's time at the start, continued by its monotonic clock; `interrupt` ends every wait.

    Setting the machine's clock while armbulk runs changes nothing for this process.
    """

    def __init__(self) -> None:
        """Start uninterrupted."""
        self._is_interrupted = False  # not an Event: a signal during Event.wait could block for ever
        self._offset = time.time() - _monotonic()

    def now(self) -> float:
        """Return the present time."""
        return self._offset + _monotonic()

    def monotonic(self) -> float:
        """Return seconds that only increase."""
        return _monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, at most 60 (so that a sleep of the machine is noticed), or until interrupted."""
        until = _monotonic() + min(seconds, 60.0)
        while not self._is_interrupted and (left := until - _monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def interrupt(self) -> None:
        """End every wait, and ask what works to stop."""
        self._is_interrupted = True

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called."""
        return self._is_interrupted

    @property
    def boot_id(self) -> str:
        """The start of this machine; "" where the system does not name it."""
        return _boot_id()


def _monotonic() -> float:
    """Seconds that increase while the machine sleeps, too, which `time.monotonic` does not do on Linux."""
    name = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}.get(sys.platform, "")
    clock_id = getattr(time, name, None)
    return time.monotonic() if clock_id is None else time.clock_gettime(clock_id)


@cache
def _boot_id() -> str:
    """What the operating system calls the machine's present start; "" when it does not say."""
    try:
        read = {"linux": _read_linux, "darwin": _read_macos, "win32": _read_windows}.get(sys.platform)
        return read() if read is not None else ""
    except (OSError, AttributeError, ImportError, ValueError):
        return ""


def _read_linux() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _read_windows() -> str:
    """The number of starts, which Windows counts."""
    winreg: Any = import_module("winreg")
    name = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
    with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, name) as key:
        return str(winreg.QueryValueEx(key, "BootId")[0])


def _read_macos() -> str:
    buffer = ctypes.create_string_buffer(128)
    size = ctypes.c_size_t(len(buffer))
    failed = ctypes.CDLL(None).sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, 0)
    return "" if failed else buffer.value.decode("ascii")


def format_iso(epoch: float | None) -> str | None:
    """Return a time (epoch seconds) as ISO 8601 in UTC; None for None and for never (inf)."""
    if epoch is None or epoch in {float("inf"), float("-inf")}:
        return None
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="seconds")
