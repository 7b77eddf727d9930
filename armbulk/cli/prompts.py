"""Questions at the terminal. Ctrl-C ends them at once."""

import signal
from typing import Any

import click


def confirm(question: str, *, default: bool = False) -> bool:
    """Ask for a yes or a no."""
    _let_signals_end_reading()
    return click.confirm(question, default=default, err=True)


def prompt(question: str, **options: Any) -> str:
    """Ask for a text; `options` as `click.prompt` has them."""
    _let_signals_end_reading()
    answer: str = click.prompt(question, err=True, **options)
    return answer


def _let_signals_end_reading() -> None:
    """Undo what a library's own handler of Ctrl-C has set: that the terminal is read on after the signal."""
    if hasattr(signal, "siginterrupt"):  # not on Windows
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - it takes no names
