"""The tables: what was measured, and the goals; as text, and as Markdown."""

from collections.abc import Iterator, Sequence

from benchmarks.goals import Goal, times_faster, times_limit
from benchmarks.job import LIMIT, NAIVE, READ_ONLY
from benchmarks.results import JobResult, Results

HEADERS = (
    "job",
    "records",
    "armbulk CPU s",
    "limit CPU s",
    "× limit",
    "armbulk s",
    "naive s",
    "× faster than naive",
    "armbulk MB",
    "limit MB",
    "naive MB",
    "growth",
)
SCRIPT_HEADERS = ("job", "records", "CPU s", "s", "MB")
GOAL_HEADERS = ("goal", "should be", "is", "reached")

Row = Sequence[str]


def build_rows(results: Results) -> list[Row]:
    """Return a row for each job and command of armbulk."""
    return [_build_row(results, job, command) for job, command in results.rows()]


def _build_row(results: Results, job: JobResult, command: str) -> Row:
    is_largest = job is results.largest(job.name)
    return (
        f"{job.name}, {command}",
        f"{job.records:,}",
        _number(job.best(command), 2),
        _number(job.best(LIMIT), 2),
        _number(times_limit(job, command), 1),
        _number(job.best(command, "wall"), 2),
        _number(job.best(NAIVE, "wall"), 2),
        _number(times_faster(job, command), 1),
        _number(job.best(command, "memory"), 0),
        _number(job.best(LIMIT, "memory"), 0),
        _number(job.best(NAIVE, "memory"), 0),
        _number(results.growth(job.name, command) if is_largest else None, 2),
    )


def build_script_rows(results: Results) -> list[Row]:
    """Return a row for each run of what armbulk is compared with: the fastest way, and the scripts."""
    return [
        (
            f"{job.name}, {name}",
            f"{job.records:,}",
            _number(job.best(name), 2),
            _number(job.best(name, "wall"), 2),
            _number(job.best(name, "memory"), 0),
        )
        for job in results.jobs
        for name in (LIMIT, NAIVE, READ_ONLY)
        if job.runs.get(name)
    ]


def build_goal_rows(goals: Sequence[Goal]) -> list[Row]:
    """Return a row for each goal that was measured."""
    words = {True: "yes", False: "no", None: ""}
    return [
        (
            goal.text,
            f"{'≥' if goal.is_least else '≤'} {goal.bound:,g} {goal.unit}".strip() if goal.bound is not None else "",
            f"{_number(goal.value, 2)} {goal.unit}".strip(),
            words[goal.reached],
        )
        for goal in goals
        if goal.value is not None
    ]


def to_text(headers: Row, rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines of a table, its columns aligned."""
    widths = [max(len(row[index]) for row in (headers, *rows)) for index in range(len(headers))]
    for row in (headers, *rows):
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([first.strip().ljust(widths[0]), *others]).rstrip()


def to_markdown(headers: Row, rows: Sequence[Row], *, has_numbers: bool = True) -> Iterator[str]:
    """Yield the lines of a table in Markdown; numbers are to the right."""
    yield f"| {' | '.join(headers)} |"
    yield f"|---|{('---:|' if has_numbers else '---|') * (len(headers) - 1)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:,.{decimals}f}"
