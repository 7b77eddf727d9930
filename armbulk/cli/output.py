"""What people and scripts read: prose from templates, or JSON. Personal data stays out."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from armbulk.cli.status_line import StatusLine
from armbulk.cli.terminal import can_redraw, find_width, prepare_text
from armbulk.i18n import _, translate
from armbulk.model.plain_text import cut_lines
from armbulk.model.wrapping import wrap_text

if TYPE_CHECKING:
    from armbulk.model.progress import Progress

_ERROR = _("Error")

MAX_LINE_CHARS = 2_000
"""A longer line on a terminal is cut: the JSON and the result workbook have all of ARM's words."""


class Display(Protocol):
    """Shows the events of a run or an export."""

    def show(self, progress: "Progress") -> None:
        """Show an event."""

    def close(self) -> None:
        """Show what is left to show, and end."""


class Redrawn(Protocol):
    """What is redrawn at the end of a terminal, and makes room for other text."""

    def suspended(self) -> AbstractContextManager[None]:
        """Remove it while other text is printed."""


@dataclass(slots=True)
class Reporter:
    """Shows reports in one language, as prose or as JSON.

    Attributes:
        lang: the language.
        as_json: reports are JSON.
        quiet: only errors are shown.
        out: where reports go.
        err: where everything else goes.
        shows_json_progress: progress and notes are JSON lines on `err`.
    """

    lang: str = "en"
    as_json: bool = False
    quiet: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    shows_json_progress: bool = False
    _status: Redrawn | None = field(default=None, init=False)
    _proposals: Sequence[Mapping[str, object]] = field(default=(), init=False)

    def show(self, template: str, report: dict[str, Any], **extra: Any) -> None:
        """Print a report: its JSON, or its prose from `templates/report/TEMPLATE.txt.j2`."""
        if self.as_json:
            self._print(json.dumps(report, default=_to_json), self.out)
        elif not self.quiet:
            from armbulk.app.prose import render_prose

            prose = render_prose(template, report, self.lang, width=find_width(self.out), **extra)
            self._print_prose(prose, self.out, end="")

    def say(self, text: str) -> None:
        """Print a text on stderr that is not part of the report."""
        if self.quiet:
            return
        shown = translate(text, self.lang)
        if self.shows_json_progress:
            self._print(json.dumps({"event": "note", "text": shown}), self.err)
        else:
            self._print_prose(shown, self.err)

    def propose(self, proposals: Sequence[Mapping[str, object]]) -> None:
        """Show what the columns of sheets may be; as JSON it is part of the error that follows."""
        if self.as_json:
            self._proposals = proposals
            return
        for proposal in proposals:
            self.show("columns", dict(proposal))

    def error(self, code: str, message: str, hint: str, exit_code: int) -> None:
        """Print what went wrong and what to do next."""
        if self.as_json:
            error = {"code": code, "message": translate(message, self.lang), "hint": translate(hint, self.lang)}
            proposals = {"proposals": self._proposals} if self._proposals else {}
            self._print(json.dumps({"error": error, **proposals, "exit": exit_code}), self.out)
            return
        self.warn(message, hint)

    def warn(self, message: str, hint: str) -> None:
        """Print on stderr what went wrong and what to do next."""
        text = f"{_ERROR.text(self.lang)}: {translate(message, self.lang)}"
        self._print_prose(text + (f"\n  → {translate(hint, self.lang)}" if hint else ""), self.err)

    @property
    def can_redraw(self) -> bool:
        """Whether a person sees what is redrawn on a terminal."""
        return can_redraw(self.err) and not self.quiet and not self.shows_json_progress

    @contextmanager
    def displaying(self, display: Display) -> Iterator[None]:
        """Show a display while work is done; other text is printed above what it redraws."""
        before = self._status
        if self.can_redraw:
            self._status = display  # type: ignore[assignment] # on a terminal it is redrawn
        try:
            yield
        finally:
            display.close()
            self._status = before

    def suspended(self) -> AbstractContextManager[None]:
        """Remove what is redrawn on the terminal, while a question is asked."""
        return self._status.suspended() if self._status else nullcontext()

    @contextmanager
    def working(self, text: str) -> Iterator[StatusLine | None]:
        """Show on a terminal that something is in progress; elsewhere, nothing."""
        if not self.can_redraw:
            yield None
            return
        status = StatusLine(self.err, translate(text, self.lang))
        before, self._status = self._status, status
        try:
            yield status
        finally:
            status.clear()
            self._status = before

    def _print_prose(self, text: str, file: TextIO, *, end: str = "\n") -> None:
        """Print a text for people; on a terminal its lines are broken between words."""
        self._print(wrap_text(cut_lines(text, MAX_LINE_CHARS), find_width(file)), file, end=end)

    def _print(self, text: str, file: TextIO, *, end: str = "\n") -> None:
        """Print a text after what was printed before; a status line makes room for it.

        Whatever ARM, a file or a name says: nothing in it controls the terminal.
        """
        self.out.flush()
        with self.suspended():
            print(prepare_text(text, file), file=file, end=end)


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
