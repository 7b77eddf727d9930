"""Failing on purpose: `KIND[:METHOD][:PATH-PART][:NTH | NTH-MTH | *]`, e.g. `lose-after:POST:documents/batches:1`."""

import re
from dataclasses import dataclass

KINDS = (
    "lose-before",  # the connection closes, nothing is applied
    "lose-after",  # applied, then the connection closes without an answer
    "500-applied",
    "500-not-applied",
    "slow",  # slow=SECONDS before the answer
    "429",
    "401",
    "503",
    "413",
    "truncate",  # half of the answer, then the connection closes
    "html",  # 200 with a web page, nothing applied
)


@dataclass(slots=True)
class Fault:
    """One fault and the calls it strikes, counted over the calls it matches."""

    kind: str
    seconds: float
    method: str
    part: str
    first: int
    last: float
    seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Whether this call is one of those to fail."""
        if (self.method and self.method != method) or (self.part and self.part not in path):
            return False
        self.seen += 1
        return self.first <= self.seen <= self.last


def fault(text: str) -> Fault:
    """Read a fault as written on the command line; ValueError names the kinds there are."""
    kind, *rest = text.split(":")
    kind, _, seconds = kind.partition("=")
    if kind not in KINDS:
        message = f"there is no fault {kind!r}; there are: {', '.join(KINDS)}"
        raise ValueError(message)
    made = Fault(kind, float(seconds or 1.0), "", "", 1, 1.0)
    for piece in rest:
        span = re.fullmatch(r"(\d+)(?:-(\d+))?", piece)
        if piece == "*":
            made.first, made.last = 1, float("inf")
        elif span:
            made.first = int(span[1])
            made.last = float(span[2] or span[1])
        elif piece.isupper():
            made.method = piece
        else:
            made.part = piece
    return made
