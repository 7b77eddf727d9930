"""Shows the progress of a run or an export: bars on a terminal, a line a phase in a pipe, JSON lines for a program."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from armbulk.cli.progress_view import Bar, ProgressView, describe_wait
from armbulk.cli.terminal import has_colours, prepare_text
from armbulk.i18n import Text, _, ngettext
from armbulk.model.durations import write_duration
from armbulk.model.progress import PHASE_NAMES, Phase, Progress, WaitReason

if TYPE_CHECKING:
    from rich.console import RenderableType

_MAX_BAR_CHARS, _MIN_BAR_CHARS = 40, 10
_TEXT_CHARS = 62
"""Room for the name of a phase and the text beside its bar."""

_LONG_SECONDS = 60.0
"""A wait for the limits that is at least so long has a line of its own in a pipe."""

_BEGINS = ngettext("{phase}: {count:number} record", "{phase}: {count:number} records")
_ENDS = ngettext(
    "{phase}: {done:number} of {count:number} record done in {time}",
    "{phase}: {done:number} of {count:number} records done in {time}",
)
_READS = _("{phase}: {count:number} MB")
_HAS_READ = _("{phase}: {done:number} of {count:number} MB done in {time}")
_DONE = _("{phase}: done in {time}")

_STILL_PROCESSING = _(
    "ARM is still processing what was sent ({time} so far). It is safe to stop; `armbulk resume` continues."
)

_NOTICE_SECONDS = 300.0
"""How often a pipe is told that ARM is still processing."""


class JsonLines:
    """Writes each event as one JSON object on a line."""

    def __init__(self, stream: TextIO, lang: str, now: Callable[[], float]) -> None:
        self._stream, self._lang, self._now = stream, lang, now

    def show(self, progress: Progress) -> None:
        """Write an event."""
        print(json.dumps(progress.to_json(self._now(), self._lang)), file=self._stream, flush=True)

    def close(self) -> None:
        """Nothing is left to show."""


class PhaseLines:
    """Writes a line when a phase begins and when it ends, and for each long wait: no codes, nothing is overwritten."""

    def __init__(self, say: Callable[[Text], None], now: Callable[[], float]) -> None:
        self._say, self._now = say, now
        self._records: dict[Phase, tuple[int, int]] = {}
        self._begun: dict[Phase, float] = {}
        self._ended: set[Phase] = set()
        self._waits_until = 0.0
        self._outcomes: tuple[int, int] | None = None
        self._processing_since = self._noticed = 0.0

    def show(self, progress: Progress) -> None:
        """Say what has begun or ended."""
        if progress.phase is Phase.CHECK:
            self._show_check(progress)
        active = Phase.OUTCOMES if progress.why is WaitReason.PROCESSING else progress.phase
        for phase, (done, total) in progress.records.items():
            if done < self._records.get(phase, (0, 0))[0]:  # another list
                self._end(phase)
                self._ended.discard(phase)
            self._records[phase] = done, total
            if done < total:  # there are more than were known
                self._ended.discard(phase)
            if phase not in self._begun and phase not in self._ended and total and (done or phase is active):
                self._begun[phase] = self._now()
                begins = _READS if phase is Phase.READ else _BEGINS
                self._say(begins.fill(phase=PHASE_NAMES[phase], count=total))
            if done == total and phase is not Phase.DOWNLOAD:  # of a download there may be more
                self._end(phase)
        self._show_wait(progress)

    def close(self) -> None:
        """Say how far the phases came that have not ended."""
        for phase in list(self._begun):
            self._end(phase)

    def _show_check(self, progress: Progress) -> None:
        name = PHASE_NAMES[Phase.CHECK]
        if progress.doing == "started":
            self._begun[Phase.CHECK] = self._now()
            self._say(name)
        elif (begun := self._begun.pop(Phase.CHECK, None)) is not None:
            self._say(_DONE.fill(phase=name, time=write_duration(self._now() - begun)))

    def _show_wait(self, progress: Progress) -> None:
        is_long = progress.until - self._now() >= _LONG_SECONDS and progress.until != self._waits_until
        if progress.why in {WaitReason.LIMIT, WaitReason.SETTLING} and is_long:
            self._waits_until = progress.until
            self._say(describe_wait(progress, self._now()))
        self._show_processing(progress)

    def _show_processing(self, progress: Progress) -> None:
        """Say now and then that there is no outcome yet of what was sent."""
        if progress.why is not WaitReason.PROCESSING:
            return
        now, outcomes = self._now(), self._records.get(Phase.OUTCOMES, (0, 0))
        if outcomes != self._outcomes:
            self._outcomes = outcomes
            self._processing_since = self._noticed = now
        elif now - self._noticed >= _NOTICE_SECONDS:
            self._noticed = now
            self._say(_STILL_PROCESSING.fill(time=write_duration(now - self._processing_since)))

    def _end(self, phase: Phase) -> None:
        begun = self._begun.pop(phase, None)
        if begun is None or phase not in self._records:
            return
        self._ended.add(phase)
        done, total = self._records[phase]
        seconds = write_duration(self._now() - begun)
        ends = _HAS_READ if phase is Phase.READ else _ENDS
        self._say(ends.fill(phase=PHASE_NAMES[phase], done=done, count=total, time=seconds))


class LiveDisplay:
    """Bars and notes at the end of a terminal, redrawn a few times a second; nothing of them is left afterwards."""

    def __init__(
        self,
        stream: TextIO,
        lang: str,
        view: ProgressView,
        now: Callable[[], float],
        *,
        is_stopping: Callable[[], bool],
        refreshes: bool = True,
    ) -> None:
        """Show nothing yet.

        Args:
            stream: the terminal.
            lang: language of the texts.
            view: what is shown.
            now: the time.
            is_stopping: whether the user has asked to stop.
            refreshes: whether a thread redraws it while nothing happens; a test redraws it itself.
        """
        from rich.console import Console

        self._stream, self._lang, self._view, self._now = stream, lang, view, now
        self._is_stopping, self._refreshes = is_stopping, refreshes
        plain = not has_colours(stream)
        self._console = Console(file=stream, force_terminal=True, no_color=plain, highlight=False, markup=False)
        self._live = self._begin()

    def show(self, progress: Progress) -> None:
        """Show what an event says."""
        self._view.update(progress, self._now())
        if not self._refreshes:
            self._live.refresh()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Remove the display while other text is printed, or a question is asked."""
        self._live.stop()
        try:
            yield
        finally:
            self._live = self._begin()

    def clear(self) -> None:
        """Remove the display."""
        self._live.stop()

    close = clear

    def _begin(self) -> Any:
        from rich.live import Live

        live = Live(
            console=self._console,
            get_renderable=self._render,
            auto_refresh=self._refreshes,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start(refresh=not self._refreshes)
        return live

    def _render(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table

        now = self._now()
        grid = Table.grid(padding=(0, 2))
        for bar in self._view.bars(now):
            grid.add_row(self._prepare(bar.label), self._draw(bar), self._prepare(bar.text))
        notes = self._view.notes(now, is_stopping=self._is_stopping())
        return Group(grid, *(self._prepare(note) for note in notes))

    def _draw(self, bar: Bar) -> "RenderableType":
        from rich.progress_bar import ProgressBar

        width = max(min(self._console.width - _TEXT_CHARS, _MAX_BAR_CHARS), _MIN_BAR_CHARS)
        return ProgressBar(bar.total, bar.done, width, complete_style="cyan", finished_style="green")

    def _prepare(self, text: Text) -> "RenderableType":
        from rich.text import Text as RichText

        return RichText(prepare_text(text.text(self._lang), self._stream))
