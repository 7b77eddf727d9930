"""armbulk as it is, but for points at which a signal may come.

They lie around every commit of the store, in every phase of an exchange, and around every step that puts a workbook in
its place.

Reads orders, one JSON object a line: `words` of the command, `env`, the `folder` for what comes of it, and `hits`, a
list of (point, signal). Each order is a process of its own, forked from this one, which only spares it the loading; its
output goes to out and err in the folder, the number of points it passed to count. Its exit code is answered.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.engine.default import DefaultDialect

from armbulk.cli import main
from armbulk.settings import secrets  # noqa: F401 - same

passed = 0
hits: dict[int, list[signal.Signals]] = {}


def point() -> None:
    """A place where a signal may come."""
    global passed  # noqa: PLW0603 - one count for the whole process
    passed += 1
    for one in hits.get(passed, ()):
        os.kill(os.getpid(), one)


class Watched(httpx.SyncByteStream):
    """A body with points before its first byte, in its middle, and after its last."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        point()
        for part in self._inner:
            middle = len(part) // 2
            yield part[:middle]
            if middle:
                point()
            yield part[middle:]
        point()

    def close(self) -> None:
        """Close what is watched."""
        if hasattr(self._inner, "close"):
            self._inner.close()


def around(call: Callable[..., Any]) -> Callable[..., Any]:
    """A point before, and one after."""

    def made(*given: Any, **named: Any) -> Any:
        point()
        back = call(*given, **named)
        point()
        return back

    return made


def hook() -> None:
    """Put the points in."""
    exchange = httpx.HTTPTransport.handle_request

    def exchanged(self: Any, request: httpx.Request) -> httpx.Response:
        point()  # nothing has left
        request.stream = Watched(request.stream)  # the head has left, half of the body, the body
        response = exchange(self, request)
        point()  # the answer's head is there
        response.stream = Watched(response.stream)  # its body
        return response

    DefaultDialect.do_commit = around(DefaultDialect.do_commit)  # type: ignore[method-assign]
    httpx.HTTPTransport.handle_request = exchanged  # type: ignore[method-assign]
    for name in ("fsync", "replace", "link"):
        setattr(os, name, around(getattr(os, name)))


def live(order: dict[str, Any]) -> int:
    """The command, in this process: its exit code."""
    folder = Path(order["folder"])
    for number, name in enumerate((os.devnull, folder / "out", folder / "err")):
        os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.environ.clear()
    os.environ.update(order["env"])
    for at, name in order["hits"]:
        hits.setdefault(at, []).append(signal.Signals[name])
    hook()
    sys.argv = ["armbulk", *order["words"]]
    try:
        main()
    except SystemExit as left:
        return int(left.code or 0)
    except BaseException:  # noqa: BLE001 - said as the interpreter would
        traceback.print_exc()
        return 1
    finally:
        (folder / "count").write_text(str(passed))
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(live(json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
