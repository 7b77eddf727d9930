"""Work that takes longer than an answer: each job is a use case in a thread of its own. Pages show how far it is."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.errors import ArmbulkError, Unfinished
from armbulk.i18n import _
from armbulk.model.progress import Progress
from armbulk.web.bugs import report_bug

if TYPE_CHECKING:
    from armbulk.app.session import Session

_MAX_ENDED = 20
"""Ended jobs that are remembered; the store has what they did."""


class JobState(StrEnum):
    """What a job is doing."""

    RUNNING = "running"
    ASKING = "asking"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobQuestion:
    """A question of a job to a person, while it waits.

    Attributes:
        kind: Names the template that shows it.
        values: What it shows.
    """

    kind: str
    values: dict[str, Any]


class WebJob:
    """A use case that runs in a thread.

    Attributes:
        key: Names what it works on: there is one job for a key at a time.
        kind: What it does: `check`, `send`, `export` …
        stamp: What it works with; "" = it is not compared.
        state: What it is doing.
        progress: Its last step.
        notes: What it has noted for a person.
        question: What it asks; None: nothing.
        result: What the use case returned.
        error: Why it failed; a `BaseException` that is no ArmbulkError is a bug.
        bug_report: The report of the bug that ended it; None: it was no bug.
        run: The run that it sends or continues; None: none, or none yet.
        question_number: How many questions it has asked: the number of the present one.
    """

    def __init__(self, key: str, kind: str, stamp: str = "") -> None:
        self.key, self.kind, self.stamp = key, kind, stamp
        self.state = JobState.RUNNING
        self.progress: Progress | None = None
        self.notes: list[str] = []
        self.question: JobQuestion | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.bug_report: Path | None = None
        self.run: int | None = None
        self.question_number = 0
        self.version = 0
        self._session: Session | None = None
        self._changed = threading.Condition()
        self._answer: Any = None
        self._is_stopping = False
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    @property
    def is_running(self) -> bool:
        """Whether it is not over yet."""
        return self.state in {JobState.RUNNING, JobState.ASKING}

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop after its current call."""
        return self._is_stopping

    def use(self, session: "Session") -> None:
        """Name the session that works for it: `stop` interrupts it."""
        self._session = session
        if self._is_stopping:
            session.interrupt()

    def report(self, progress: Progress) -> None:
        """Take note of a step."""
        self._change(progress=progress)

    def note(self, text: str) -> None:
        """Take note of a text for a person."""
        self._change(notes=[*self.notes, text])

    def ask(self, question: JobQuestion) -> Any:
        """Ask a person, and wait; None when the job is stopped meanwhile."""
        self._answer = None
        self._change(question=question, state=JobState.ASKING, question_number=self.question_number + 1)
        with self._changed:
            self._changed.wait_for(lambda: self._answer is not None or self._is_stopping)
        self._change(question=None, state=JobState.RUNNING)
        return self._answer

    def answer(self, value: Any, number: int | None = None) -> bool:
        """Answer the question; return False when nothing is asked, because another tab was faster.

        Args:
            value: The answer.
            number: Which question the page has shown (`question_number`); None: the present one.
        """
        with self._changed:
            is_other = number is not None and number != self.question_number
            if self.state is not JobState.ASKING or self._answer is not None or is_other:
                return False
            self._answer = value
            self._changed.notify_all()
        return True

    def stop(self) -> None:
        """Stop after the current call; what is unfinished can be continued."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        if self._session is not None:
            self._session.interrupt()
        self._change()

    def begin_run(self, run: int) -> None:
        """Take note of the run that it sends."""
        self._change(run=run)

    def end(self, result: Any = None, error: BaseException | None = None, bug_report: Path | None = None) -> None:
        """Take note of its result, or why it failed."""
        self._session = None
        state = JobState.FAILED if error else JobState.ENDED
        self._change(result=result, error=error, bug_report=bug_report, state=state)

    def _change(self, **values: Any) -> None:
        with self._changed:
            for name, value in values.items():
                setattr(self, name, value)
            self.version += 1
            self._changed.notify_all()
            listeners = tuple(self._listeners)
        for loop, event in listeners:
            with suppress(RuntimeError):  # the server has stopped
                loop.call_soon_threadsafe(event.set)

    async def follow(self, seconds: float) -> AsyncGenerator[int, None]:
        """Yield the version at once and after each change, until it is over or the time is; changes may be left out."""
        event = asyncio.Event()
        loop = asyncio.get_running_loop()
        listener, end = (loop, event), loop.time() + seconds
        self._listeners.add(listener)
        try:
            while True:
                event.clear()
                is_running = self.is_running
                yield self.version
                if not is_running:
                    return
                await asyncio.wait_for(event.wait(), end - loop.time())
        except TimeoutError:
            return
        finally:
            self._listeners.discard(listener)


class Jobs:
    """The jobs of the server."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, WebJob] = OrderedDict()
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def start(self, key: str, kind: str, work: Callable[[WebJob], Any], *, stamp: str = "") -> WebJob:
        """Start a job, or return the one that works on the same key, or has failed with the same stamp.

        Args:
            key: What it works on.
            kind: What it does.
            work: The use case; an exception ends the job.
            stamp: What it works with: a failed job is not repeated with the same; "": it is.
        """
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and (job.is_running or (stamp and job.error is not None and job.stamp == stamp)):
                return job
            job = WebJob(key, kind, stamp)
            self._jobs[key] = job
            self._jobs.move_to_end(key)
            self._forget_old()
            if self._is_closed:
                job.end(error=_stopping_error())
                return job
            thread = threading.Thread(target=_run, args=(job, work), name=f"armbulk-{kind}", daemon=True)
            self._threads[key] = thread
            thread.start()
        return job

    def find(self, key: str) -> WebJob | None:
        """Return the job that works, or worked last, on a key; None: there is none."""
        return self._jobs.get(key)

    def find_run(self, run: int) -> WebJob | None:
        """Return the job that sends, or sent last, a run; None: no job of this server did."""
        jobs = [job for job in list(self._jobs.values()) if job.run == run]
        return next((job for job in jobs if job.is_running), jobs[-1] if jobs else None)

    def forget(self, key: str) -> None:
        """Forget a job that is over."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.is_running:
                self._jobs.pop(key)
                self._threads.pop(key, None)

    def running(self) -> list[WebJob]:
        """Return the jobs that are not over."""
        return [job for job in list(self._jobs.values()) if job.is_running]

    def stop(self, seconds: float) -> None:
        """Ask every job to stop after its current call, and wait for them together; a check has nothing to lose."""
        with self._lock:
            self._is_closed = True
        running = self.running()
        for job in running:
            job.stop()
        for job in running:
            if job.kind != "check":
                thread = self._threads[job.key]
                thread.join(seconds)
                seconds = 0 if thread.is_alive() else seconds

    def _forget_old(self) -> None:
        ended = [key for key, job in self._jobs.items() if not job.is_running]
        for key in ended[:-_MAX_ENDED] if len(ended) > _MAX_ENDED else ():
            self._jobs.pop(key)
            self._threads.pop(key, None)


def _run(job: WebJob, work: Callable[[WebJob], Any]) -> None:
    try:
        job.end(work(job))
    except ArmbulkError as error:
        job.end(error=error)
    except BaseException as error:  # noqa: BLE001 - a bug in a thread would otherwise be lost; pages show it
        try:
            job.end(error=error, bug_report=report_bug(error))
        except OSError:  # the report cannot be written: the job is over all the same
            job.end(error=ArmbulkError("bug", _("This is a bug in armbulk ({name})", name=type(error).__name__)))


def _stopping_error() -> ArmbulkError:
    return Unfinished("stopping", _("armbulk is being stopped. Nothing was begun."), _("Start it again"))
