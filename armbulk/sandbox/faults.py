"""Failing on purpose: `KIND[:METHOD][:PATH-PART][:NTH | NTH-MTH | *]`, e.g. `lose-after:POST:documents/batches:1`."""

import math
import re
from dataclasses import dataclass
from typing import Self

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
"""Every kind of fault, and what it does."""

METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})
_TIMED = frozenset({"slow", "lose-late"})


@dataclass(slots=True)
class InjectedFault:
    """One fault and the calls it strikes, counted over the calls it matches."""

    kind: str
    seconds: float = 0.0
    method: str = ""
    part: str = ""
    first: int = 1
    last: float = 1
    seen: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a fault as written on the command line; ValueError says how one is written."""
        head, *rest = text.split(":")
        kind, _, seconds = head.partition("=")
        if kind not in KINDS:
            raise ValueError(f"there is no fault {kind!r}; there are: {', '.join(KINDS)}")
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", seconds) if kind in _TIMED else seconds:
            raise ValueError(f"a fault is written {kind}{'=SECONDS' if kind in _TIMED else ''}, not {head!r}")
        made = cls(kind, float(seconds or 0))
        for piece in rest:
            made._take(piece, text)
        return made

    def _take(self, piece: str, text: str) -> None:
        span = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", piece)
        if piece == "*":
            self.first, self.last = 1, math.inf
        elif span:
            self.first, self.last = int(span[1]), int(span[2] or span[1])
        elif piece in METHODS and not self.method:
            self.method = piece
        elif piece and not self.part:
            self.part = piece
        else:
            raise ValueError(f"a fault is written KIND[:METHOD][:PATH-PART][:NTH or NTH-MTH or *], not {text!r}")

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call is one of those to fail; the token call only when it is named."""
        if self.method not in {"", method} or self.part not in path or (path == "/token" and not self.part):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last
