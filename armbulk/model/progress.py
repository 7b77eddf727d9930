"""How patient a session is, what it remembers of a batch, and what it tells while it works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PollSettings:
    """How patient a session is, in seconds."""

    poll: float = 2.0
    settle: float = 1800.0
    wait: float = 3600.0
    for_windows: bool = True  # wait for a full window to free itself (`--no-wait` says no)


@dataclass(slots=True)
class BatchProgress:
    """What this session remembers of a batch between two steps."""

    due: float = 0.0
    looks: int = 0
    polls: int = 0
    unseen: int = 0
    incomplete: int = 0
    failures: int = 0
    limited: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session tells while it works: what it does, and how far it is."""

    doing: str  # posted, polled, asked, waiting; skew
    batch: int = 0
    done: int = 0
    total: int = 0
    until: float = 0.0
    ahead: float = 0.0  # seconds by which this machine's clock differs from ARM's
