"""What is measured: jobs, each with the commands of armbulk and those it is compared with."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.processes import Command

LIMIT, NAIVE, READ_ONLY = "limit", "naive", "naive, read-only"


@contextmanager
def nothing() -> Iterator[Mapping[str, str]]:
    """Set up nothing."""
    yield {}


def no_facts(_: Mapping[str, Any]) -> Mapping[str, Any]:
    """Compare nothing."""
    return {}


@dataclass(frozen=True, slots=True)
class Job:
    """One job on data of one size.

    Attributes:
        name: What it is.
        records: The size of its data.
        ours: What of armbulk is measured, by name.
        limit: The fastest exact way, with nothing else.
        naive: A short script, as one usually writes it.
        read_only: The same script with openpyxl's mode for large workbooks.
        data: Commands that write the data.
        setup: Called before each run; gives additional environment variables, and cleans up after it.
        facts: Which parts of the printed output have to be the same for all commands.
        expected: What some of these parts have to be.
    """

    name: str
    records: int
    ours: Mapping[str, Command]
    limit: Command | None = None
    naive: Command | None = None
    read_only: Command | None = None
    data: tuple[Command, ...] = ()
    setup: Callable[[], AbstractContextManager[Mapping[str, str]]] = nothing
    facts: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(default=no_facts)
    expected: Mapping[str, Any] = field(default_factory=dict)

    def commands(self) -> dict[str, Command]:
        """Return all commands by name."""
        others = {LIMIT: self.limit, NAIVE: self.naive, READ_ONLY: self.read_only}
        return {**self.ours, **{name: command for name, command in others.items() if command is not None}}
