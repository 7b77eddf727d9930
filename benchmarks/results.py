"""What was measured: for each job and command the runs; as JSON, and by name."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from benchmarks.processes import Measurement


@dataclass(frozen=True, slots=True)
class JobResult:
    """The runs of one job.

    Attributes:
        name: The job.
        records: The size of its data.
        ours: Which of the commands are armbulk's.
        runs: Command → its runs.
    """

    name: str
    records: int
    ours: tuple[str, ...]
    runs: Mapping[str, list[Measurement]]

    def best(self, command: str, figure: str = "cpu") -> float | None:
        """Return the least of a figure (cpu, wall, memory) of a command; None when it was not measured.

        Other programs on the machine can only make a run slower, so that the fastest one is the truest.
        """
        return min((getattr(run, figure) for run in self.runs.get(command, ())), default=None)

    def best_output(self, command: str) -> Mapping[str, Any]:
        """Return what the fastest run of a command printed; empty when it was not measured."""
        return min(self.runs.get(command, ()), key=lambda run: run.wall).output if self.runs.get(command) else {}


@dataclass(slots=True)
class Results:
    """All that was measured in one run.

    Attributes:
        machine: The computer, without its name and paths.
        size: small, medium or full.
        rounds: How often each command ran; fewer times where a run took long.
        jobs: The jobs, in their order.
    """

    machine: Mapping[str, str]
    size: str
    rounds: int
    jobs: list[JobResult] = field(default_factory=list)

    def find(self, name: str) -> list[JobResult]:
        """Return a job's results by size, smallest first."""
        return sorted((job for job in self.jobs if job.name == name), key=lambda job: job.records)

    def largest(self, name: str) -> JobResult:
        """Return a job's result on the largest data; one without runs when it was not measured."""
        return (self.find(name) or [JobResult(name, 0, (), {})])[-1]

    def largest_with(self, name: str, command: str) -> JobResult:
        """Return a job's result on the largest data with which a command was measured."""
        return ([job for job in self.find(name) if job.runs.get(command)] or [JobResult(name, 0, (), {})])[-1]

    def growth(self, name: str, command: str, figure: str = "cpu") -> float | None:
        """Return the exponent with which a figure grows from the second largest data to the largest; 1 is linear."""
        pairs = [(job.records, job.best(command, figure)) for job in self.find(name)]
        known = [(records, value) for records, value in pairs if value]
        if len(known) < 2:
            return None
        (fewer, before), (more, after) = known[-2:]
        return math.log(after / before) / math.log(more / fewer)

    def rows(self) -> Iterator[tuple[JobResult, str]]:
        """Yield each job with each of armbulk's commands."""
        for job in self.jobs:
            for command in job.ours:
                yield job, command

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Return what `to_json` returned."""
        jobs = [
            JobResult(
                job["name"],
                job["records"],
                tuple(job["ours"]),
                {name: [Measurement(**run) for run in runs] for name, runs in job["runs"].items()},
            )
            for job in content["jobs"]
        ]
        return cls(content["machine"], content["size"], content["rounds"], jobs)
