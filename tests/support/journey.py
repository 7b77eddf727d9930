"""A fake clock, a sandbox that uses it, and small input files."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run, send_run
from armbulk.context import Context
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import RunResult, load_result
from armbulk.sandbox import Sandbox
from armbulk.settings.load import load_profile
from armbulk.validation.check import Checked, check_files

if TYPE_CHECKING:
    from armbulk.model.progress import Progress


class FakeClock:
    """Time passes only in `sleep`."""

    def __init__(self, at: float = 1_800_000_000.0) -> None:
        self.at = at
        self.interrupted = False
        self.slept = 0.0

    def now(self) -> float:
        """The present time."""
        return self.at

    def monotonic(self) -> float:
        """The same; it never goes back."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.at += max(seconds, 0.0)
        self.slept += max(seconds, 0.0)


def write_files(folder: Path, *, customers: int = 3, documents: int = 6, lines: int = 2) -> list[str]:
    """Three small CSVs."""
    head = "Customer no;Name;Email"
    people = [f"{n:04d};Kunde {n} Æ;kunde{n}@eksempel.no" for n in range(1, customers + 1)]
    (folder / "customers.csv").write_text("\n".join([head, *people]) + "\n", encoding="utf-8")
    head = "Document no;Document type;Customer no;Document date;Due date;Currency;Amount excl. VAT;VAT;Amount incl. VAT"
    total = 100 * lines
    docs = [
        f"F{n};IN;{n % customers + 1:04d};2026-11-01;2026-11-15;NOK;{total};{total // 4};{total + total // 4}"
        for n in range(1, documents + 1)
    ]
    (folder / "documents.csv").write_text("\n".join([head, *docs]) + "\n", encoding="utf-8")
    head = "Document no;Line no;Line text;Amount excl. VAT;VAT;Amount incl. VAT"
    rows = [f"F{n};{line};Vare;100;25;125" for n in range(1, documents + 1) for line in range(1, lines + 1)]
    (folder / "lines.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return [str(folder / f"{name}.csv") for name in ("customers", "documents", "lines")]


@cache
def _shared_folder(name: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"armbulk-{name}-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def sample_files(**counts: int) -> list[str]:
    """The same CSVs, written once for all tests that leave them as they are."""
    folder = _shared_folder("-".join(f"{name}-{count}" for name, count in sorted(counts.items())))
    if not any(folder.iterdir()):
        write_files(folder, **counts)
    return [str(folder / f"{name}.csv") for name in ("customers", "documents", "lines")]


def check_once(files: list[str]) -> Checked:
    """What `check_files` finds, checked once for the same files with the same contents."""
    return _checked(tuple((file, Path(file).read_bytes()) for file in files))


@cache
def _checked(files: tuple[tuple[str, bytes], ...]) -> Checked:
    return check_files([file for file, _ in files])


def guard_folder(folder: Path) -> Path:
    """Where the number of the last sending is kept, beside a test's folder: as `conftest.py` sets it, too."""
    return folder.with_name(f"{folder.name}-guard")


class Journey:
    """One user, one sandbox, one clock."""

    def __init__(self, folder: Path, sandbox: Sandbox, clock: FakeClock, environ: dict[str, str]) -> None:
        self.folder, self.sandbox, self.clock = folder, sandbox, clock
        settings = {
            **sandbox.settings,
            "ARMBULK_HOME": str(folder / "home"),
            "ARMBULK_GUARD_FOLDER": str(guard_folder(folder)),
            "ARMBULK_LANG": "en",
            "ARMBULK_SOLE_SENDER": "true",
            **environ,
        }
        self.bench = Context(load_profile(settings), clock)
        self.store = self.bench.open_store()
        self.events: list[Progress] = []

    def begin(self, files: list[str], **options: Any) -> int:
        """Check, plan and store a run; nothing is sent."""
        checked = check_once(files)
        ready = build_plan(self.bench, self.store, checked, ImportOptions(**options))
        return create_run(self.bench, self.store, ready, InputFiles(tuple(files)))

    def carry_on(self, run: int, *, for_windows: bool = True) -> str:
        """Send what is left of a run."""
        return send_run(self.bench, self.store, self.store.run(run), wait=for_windows, progress=self.events.append)

    def run(self, files: list[str], **options: Any) -> RunResult:
        """All of it."""
        run = self.begin(files, **options)
        self.carry_on(run)
        return load_result(self.store, run)

    def documents(self) -> dict[str, int]:
        """Document number → how many of it ARM has."""
        return {key: len(found) for key, found in self.sandbox.state.documents.items()}


@contextmanager
def journey(
    folder: Path, *, environ: dict[str, str] | None = None, size: str = "S", **sandbox: Any
) -> Iterator[Journey]:
    """A journey against a sandbox with these switches."""
    clock = FakeClock()
    with Sandbox(size=size, clock=clock.now, **sandbox) as server:
        made = Journey(folder, server, clock, environ or {})
        try:
            yield made
        finally:
            made.store.close()


def outcomes(stood: RunResult) -> dict[str, int]:
    """The outcomes that occur, counted."""
    return {name: n for name, n in stood.count_outcomes().items() if n}
