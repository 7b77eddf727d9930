"""Faults injected into single calls, written `KIND[:METHOD][:PATH-PART][:NTH | NTH-MTH | *]`.

For example `lose-after:POST:documents/batches:1`.
"""

import math
import re
from dataclasses import dataclass
from typing import Self

from armbulk.sandbox.responses import TOKEN_PATH

KINDS: dict[str, str] = {
    "lose-before": "the connection closes without an answer, nothing is applied",
    "lose-after": "applied, then the connection closes without an answer",
    "lose-late": "lose-late=SECONDS: the connection closes without an answer, and it is applied that much later",
    "500-applied": "applied, then 500",
    "500-not-applied": "500, nothing is applied",
    "slow": "slow=SECONDS: applied, and the answer comes that much later (real seconds)",
    "429": "429 with Retry-After: 1, nothing is applied",
    "401": "401, nothing is applied",
    "413": "413, nothing is applied",
    "503": "503, nothing is applied",
    "truncate": "applied, then half of the answer's body, then the connection closes",
    "html": "200 with a web page, nothing is applied",
    "twice": "applied twice, as when a proxy repeats the call; the second answer is given",
}
"""Every kind of fault, and its effect."""

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_TIMED = frozenset({"slow", "lose-late"})


@dataclass(slots=True)
class InjectedFault:
    """One fault, and its calls: the `first` to the `last` of those that match `method` and `path_part`."""

    kind: str
    seconds: float = 0.0
    method: str = ""
    path_part: str = ""
    first: int = 1
    last: float = 1
    matched: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a fault as written on the command line; ValueError shows the form."""
        head, *rest = text.split(":")
        kind, _, seconds = head.partition("=")
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are: {', '.join(KINDS)}")
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", seconds) if kind in _TIMED else seconds:
            raise ValueError(f"a fault is written {kind}{'=SECONDS' if kind in _TIMED else ''}, not {head!r}")
        fault = cls(kind, float(seconds or 0))
        for part in rest:
            fault._set_part(part, text)
        return fault

    def _set_part(self, part: str, text: str) -> None:
        span = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", part)
        if part == "*":
            self.first, self.last = 1, math.inf
        elif span:
            self.first, self.last = int(span[1]), int(span[2] or span[1])
        elif part in METHODS and not self.method:
            self.method = part
        elif part and not self.path_part:
            self.path_part = part
        else:
            raise ValueError(f"a fault is written KIND[:METHOD][:PATH-PART][:NTH or NTH-MTH or *], not {text!r}")

    def applies_to(self, method: str, path: str) -> bool:
        """Count a call that matches, and return whether it fails. The token call matches only a fault that names it."""
        is_named = bool(self.path_part) or path != TOKEN_PATH
        if self.method not in {"", method} or self.path_part not in path or not is_named:
            return False
        self.matched += 1
        return self.first <= self.matched <= self.last
