"""Which runs need a person, and which are only history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_ENDED = "finished"
_RUNNING = "running"


@dataclass(frozen=True, slots=True)
class RunGroups:
    """Runs, newest first, as the JSON of `armbulk runs` has them.

    Attributes:
        open: Those that a person has to look at: paused, interrupted, or with unconfirmed records.
        recent: All of them.
    """

    open: Sequence[Mapping[str, Any]]
    recent: Sequence[Mapping[str, Any]]


def group_runs(runs: Sequence[Mapping[str, Any]], *, is_sending: bool = False) -> RunGroups:
    """Return the runs in groups.

    Args:
        runs: All runs, newest first.
        is_sending: Whether something is being sent at this moment: a run that has not ended may be just that.
    """
    done = {_ENDED, _RUNNING} if is_sending else {_ENDED}
    return RunGroups([run for run in runs if run["state"] not in done], runs)
