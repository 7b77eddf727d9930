"""Measure jobs: write their data, then run their commands by turns, each in a fresh process."""

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from benchmarks.job import Job
from benchmarks.processes import Command, CommandError, Measurement, run
from benchmarks.results import JobResult

LONG = 120.0
"""Seconds: a command that takes longer is not run again."""


class WrongResultError(Exception):
    """Two commands did the same job and have different results."""


def measure(jobs: Sequence[Job], rounds: int, at_once: int) -> tuple[list[JobResult], list[str]]:
    """Return the results of all jobs, `at_once` of them at a time, and what went wrong in the others."""
    _write_data(jobs, at_once)
    with ThreadPoolExecutor(at_once) as pool:
        ended = list(pool.map(lambda job: _measure_or_fail(job, rounds), jobs))
    return [end for end in ended if isinstance(end, JobResult)], [end for end in ended if isinstance(end, str)]


def _write_data(jobs: Sequence[Job], at_once: int) -> None:
    commands = {command.words: command for job in jobs for command in job.data}
    with ThreadPoolExecutor(at_once) as pool:
        for _ in pool.map(run, commands.values()):
            pass


def _measure_or_fail(job: Job, rounds: int) -> JobResult | str:
    """Return a job's result, or what went wrong: the other jobs are measured all the same."""
    try:
        return _measure_job(job, rounds)
    except (CommandError, WrongResultError) as error:
        return f"{job.name}, {job.records:,}: {error}"


def _measure_job(job: Job, rounds: int) -> JobResult:
    runs: dict[str, list[Measurement]] = {name: [] for name in job.commands()}
    facts = dict(job.expected)
    for _ in range(rounds):
        for name, command in job.commands().items():
            if runs[name] and runs[name][-1].wall > LONG:
                continue
            with job.setup() as environ:
                measured = run(Command(command.words, {**command.environ, **environ}, command.exits))
            _verify(job, name, facts, job.facts(measured.output))
            runs[name].append(replace(measured, output=_keep_numbers(measured.output)))
            print(
                f"{job.name}, {job.records:,}, {name}: {measured.cpu:.2f} s CPU, {measured.wall:.2f} s, "
                f"{measured.memory:.0f} MB",
                file=sys.stderr,
                flush=True,
            )
    return JobResult(job.name, job.records, tuple(job.ours), runs)


def _keep_numbers(output: Mapping[str, Any]) -> dict[str, float]:
    """Return the figures that a command printed, without paths and lists of findings."""
    return {name: value for name, value in output.items() if isinstance(value, int | float)}


def _verify(job: Job, name: str, known: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """Add what a command did to what is known of the job's results; WrongResultError when it is something else."""
    for key, value in facts.items():
        if known.setdefault(key, value) != value:
            raise WrongResultError(f"{job.name}, {name}: {key} is {value}, not {known[key]}")
