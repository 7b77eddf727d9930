"""The goals: what each figure should be, and what it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.job import LIMIT, NAIVE, READ_ONLY
from benchmarks.jobs import exports, imports, migration, pages, results, sandbox, sending, start
from benchmarks.results import JobResult, Results

_MB_OF_LARGE_PLAN = 1_500
_LARGE_PLAN = 330_000


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal.

    Attributes:
        text: What is compared.
        value: What it is; None: it was not measured.
        bound: What it should be; None: it is only reported.
        unit: The unit of both.
        is_least: Whether the bound is the least, not the most.
    """

    text: str
    value: float | None
    bound: float | None
    unit: str = "×"
    is_least: bool = False

    @property
    def reached(self) -> bool | None:
        """Whether it is reached; None when it was not measured, or has no bound."""
        if self.value is None or self.bound is None:
            return None
        return self.value >= self.bound if self.is_least else self.value <= self.bound


def list_goals(measured: Results) -> list[Goal]:
    """Return all goals with their figures, each on the largest data that was measured."""
    return [
        *_import_goals(measured),
        *_export_goals(measured),
        *_result_goals(measured),
        *_migration_goals(measured),
        *_start_goals(measured),
        *_sending_goals(measured),
        *_page_goals(measured),
        *_sandbox_goals(measured),
    ]


def divide(value: float | None, by: float | None) -> float | None:
    """Return a quotient; None when one of the two is missing."""
    return value / by if value is not None and by else None


def times_limit(job: JobResult, command: str) -> float | None:
    """Return how many times the CPU seconds of the limit a command takes."""
    return divide(job.best(command), job.best(LIMIT))


def times_faster(job: JobResult, command: str, script: str = NAIVE) -> float | None:
    """Return how many times faster on the clock a command is than a script, the naive one by default."""
    return divide(job.best(script, "wall"), job.best(command, "wall"))


def _import_goals(measured: Results) -> Iterator[Goal]:
    for name, faster in ((imports.WORKBOOKS, 8), (imports.CSV, 5)):
        for command in (imports.CHECK, imports.PLAN):
            job = measured.largest_with(name, LIMIT)
            compared = measured.largest_with(name, NAIVE)
            yield Goal(f"{name} {command}: CPU, compared with the limit", times_limit(job, command), 2)
            yield Goal(f"{name} {command}: faster than naive", times_faster(compared, command), faster, is_least=True)
            beside = times_faster(measured.largest_with(name, READ_ONLY), command, READ_ONLY)
            yield Goal(f"{name} {command}: faster than naive, read-only", beside, None)
            yield Goal(f"{name} {command}: growth exponent", measured.growth(name, command), 1.05, "")
    job = measured.largest(imports.BAD_ROWS)
    for command, most in ((imports.SOME_BAD, 1.3), (imports.ALL_BAD, 2)):
        value = divide(job.best(command), job.best(imports.CLEAN))
        yield Goal(f"check csv, {command}: CPU, compared with a clean file", value, most)
    job = measured.largest(imports.CSV)
    memory = job.best(imports.PLAN, "memory") if job.records >= _LARGE_PLAN else None
    yield Goal(f"{imports.CSV} plan of {_LARGE_PLAN:,} documents: memory", memory, _MB_OF_LARGE_PLAN, "MB")


def _export_goals(measured: Results) -> Iterator[Goal]:
    for form, name in exports.FORMATS.items():
        job = measured.largest_with(name, NAIVE)
        if form == "xlsx":
            yield Goal(f"{name}: faster than openpyxl", times_faster(job, "export"), 5, is_least=True)
        else:
            value = divide(job.best("export"), job.best(NAIVE))
            yield Goal(f"{name}: CPU, compared with naive", value, 2)
        sizes = measured.find(name)
        first, last = (sizes[0], sizes[-1]) if len(sizes) > 1 else (None, None)
        grown = divide(last.best("export", "memory"), first.best("export", "memory")) if first and last else None
        yield Goal(f"{name}: memory of the largest export, compared with the smallest", grown, 1.2)
    yield Goal("a call of a list, without its records: CPU", _ms_a_call(measured), 5, "ms")


def _ms_a_call(measured: Results) -> float | None:
    """The same records in many pages and in few: what the additional calls took."""
    job = measured.largest(exports.LIST_CALLS)
    few, many = job.best(exports.FEW), job.best(exports.MANY)
    if few is None or many is None:
        return None
    calls = int(job.best_output(exports.MANY)["calls"]) - int(job.best_output(exports.FEW)["calls"])
    return (many - few) / calls * 1000


def _result_goals(measured: Results) -> Iterator[Goal]:
    job, command = measured.largest(results.RESULTS), "annotated copy"
    value = divide(job.best(command), job.best(NAIVE))
    yield Goal(f"{results.RESULTS}: CPU, compared with a plain xlsxwriter dump", value, 1)
    yield Goal(f"{results.RESULTS}: memory", job.best(command, "memory"), 150, "MB")


def _migration_goals(measured: Results) -> Iterator[Goal]:
    sizes = measured.find(migration.MIGRATION)
    first, last = (sizes[0], sizes[-1]) if len(sizes) > 1 else (None, None)
    name, command = migration.MIGRATION, migration.MIGRATE
    grown = divide(last.best(command, "memory"), first.best(command, "memory")) if first and last else None
    yield Goal(f"{name}: memory of the largest ledger, compared with the smallest", grown, 2.5)
    yield Goal(f"{name}: growth exponent", measured.growth(name, command), 1.05, "")


def _start_goals(measured: Results) -> Iterator[Goal]:
    job = measured.largest(start.START)
    for command in ("--version", "--help"):
        yield Goal(f"armbulk {command}: CPU, compared with python -c pass", times_limit(job, command), 5)
    yield Goal("check of a workbook with 20 rows: CPU", measured.largest(start.SMALL_CHECK).best("check"), 1, "s")


def _sending_goals(measured: Results) -> Iterator[Goal]:
    job = measured.largest(sending.SENDING)
    sent, resumed = job.best_output("send"), measured.largest(sending.RESUMING).best_output("resume")
    own = sent["planning"] + sent["sending"] - sent["http"] - sent["waited"] if sent else None
    yield Goal("sending: armbulk's own time, compared with HTTP", divide(own, sent.get("http")), 0.1)
    yield Goal("resuming: until the first call", resumed.get("seconds_to_first_call"), 3, "s")
    stored = divide(sent.get("store_bytes"), sent.get("created"))
    yield Goal("sending: bytes of the store for each record", stored, None, "bytes")
    changed = measured.largest(sending.UPDATE).best("import --update")
    yield Goal("import --update of customers with 3 changes: CPU", changed, 4, "s")


def _page_goals(measured: Results) -> Iterator[Goal]:
    job = measured.largest(pages.PAGES)
    seen, command = job.best_output("pages"), job.best(pages.CHECK, "wall")
    checked = seen.get("seconds_check")
    yield Goal("browser: first page after the start", seen.get("seconds_first_page"), 0.3, "s")
    longer = checked - command if checked is not None and command is not None else None
    yield Goal("browser: first problems of a file, longer than `armbulk check`", longer, 1, "s")
    yield Goal("browser: a page of a check", seen.get("ms_check_page"), 100, "ms")
    yield Goal("browser: a page of results", seen.get("ms_run_page"), 100, "ms")
    yield Goal("browser: memory after 60 more requests, compared with before", seen.get("memory_growth"), 1.1)


def _sandbox_goals(measured: Results) -> Iterator[Goal]:
    alone = measured.largest(sandbox.CALLS).best_output("answer")
    yield Goal("sandbox alone: a batch of 50 documents, sent and read", alone.get("ms_a_batch"), None, "ms")
    yield Goal("sandbox alone: a page of 1,000 GL items", alone.get("ms_a_page"), None, "ms")
    job = measured.largest(sandbox.GENERATOR)
    seconds, items = job.best("generate"), job.best_output("generate").get("items")
    value = divide(seconds, items / 1_000_000) if items else None
    yield Goal("sandbox's generator, for 1 million GL items: CPU", value, 30, "s")
