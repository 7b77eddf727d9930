"""Progress of a command: on a terminal, in a pipe, or as JSON lines."""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.progress import Phase, Progress

if TYPE_CHECKING:
    from armbulk.cli.command import CommandContext
    from armbulk.cli.output import Display
    from armbulk.errors import Exit

RESUME_HINT = _("Press Ctrl-C to stop safely; `armbulk resume` continues.")
REPEAT_HINT = _("Press Ctrl-C to stop safely; the same command continues.")

_MESSAGES = frozenset({"skew", "settling"})
"""Events that are also messages: what a person should know of them afterwards, too."""


def with_progress(function: "Callable[..., Exit]") -> "Callable[..., Exit]":
    """Add the option `--progress` to a command that may work long."""

    @functools.wraps(function)
    def wrapped(context: "CommandContext", *words: Any, progress: bool, **arguments: Any) -> "Exit":
        context.reporter.shows_json_progress = progress and context.reporter.as_json and not context.reporter.quiet
        return function(context, *words, **arguments)

    option = click.option("--progress", is_flag=True, help=_("With --json: print progress as JSON lines on stderr."))
    return option(wrapped)


@contextmanager
def show_progress(context: "CommandContext", hint: Text = NO_TEXT) -> Iterator[Callable[[Progress], None]]:
    """Yield a function that shows each event of a run or an export; `hint` says what Ctrl-C does."""
    reporter = context.reporter
    display = create_display(context, hint)
    if display is None:
        messages = _MESSAGES | {"retrying"}
        yield lambda progress: reporter.say(progress.text(reporter.lang)) if progress.doing in messages else None
        return
    messages = _MESSAGES if reporter.can_redraw else _MESSAGES | {"retrying"}  # a display that is redrawn shows retries

    def show(progress: Progress) -> None:
        if progress.doing in messages and not reporter.shows_json_progress:
            reporter.say(progress.text(reporter.lang))
        display.show(progress)

    with reporter.displaying(display):
        yield show


@contextmanager
def show_check(context: "CommandContext", *, as_phase: bool) -> Iterator[None]:
    """Show that files are read and checked; with `as_phase` as the first phase of an import."""
    reporter = context.reporter
    if reporter.can_redraw or not as_phase:
        with reporter.working(_("reading and checking …")):
            yield
        return
    with show_progress(context) as show:
        show(Progress("started", phase=Phase.CHECK))
        yield
        show(Progress("ended", phase=Phase.CHECK))


def create_display(context: "CommandContext", hint: Text) -> "Display | None":
    """Return what shows the progress; None: nothing does."""
    from armbulk.cli.progress_display import JsonLines, LiveDisplay, PhaseLines
    from armbulk.cli.progress_view import ProgressView

    reporter, clock = context.reporter, context.session.clock
    if reporter.shows_json_progress:
        return JsonLines(reporter.err, reporter.lang, clock.now)
    if reporter.can_redraw:
        view = ProgressView(hint)
        return LiveDisplay(reporter.err, reporter.lang, view, clock.now, is_stopping=lambda: clock.interrupted)
    return None if reporter.quiet or reporter.as_json else PhaseLines(reporter.say, clock.now)
