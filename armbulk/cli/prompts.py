"""Questions at the terminal. Ctrl-C ends them at once."""

import signal
from collections.abc import Callable
from typing import Any

import click

from armbulk.cli.terminal import prepare_question
from armbulk.i18n import _

_YES, _NO = frozenset({"y", "yes", "j", "ja"}), frozenset({"n", "no", "nei"})
"""The answers of every language: a person may have another language in mind than the program."""

_LIST = "l"
"""The answer that shows what a question is about."""


def confirm(question: str, lang: str, *, default: bool = False, show_more: Callable[[], None] | None = None) -> bool:
    """Ask for a yes or a no; an empty answer is the default.

    Args:
        question: The question.
        lang: Its language.
        default: What an empty answer means.
        show_more: Shows what the question is about, for the answer l; then the question is asked again.
    """
    choice = _("[Y/n]") if default else _("[y/N]")
    while True:
        answer = prompt(
            f"{question} {choice.text(lang)}",
            default="yes" if default else "no",
            show_default=False,
            value_proc=lambda text: _parse_answer(text, lang, may_list=show_more is not None),
        )
        if answer != _LIST or show_more is None:
            return answer in _YES
        show_more()


def _parse_answer(text: str, lang: str, *, may_list: bool) -> str:
    answer = text.strip().lower()
    if answer not in _YES | _NO and not (may_list and answer == _LIST):
        raise click.UsageError(_("Type y or n").text(lang))
    return answer


def prompt(question: str, **options: Any) -> str:
    """Ask for a text; `options` as `click.prompt` has them."""
    _let_signals_end_reading()
    answer: str = click.prompt(prepare_question(question), err=True, **options)
    return answer


def _let_signals_end_reading() -> None:
    """Undo what a library's own handler of Ctrl-C has set: that the terminal is read on after the signal."""
    if hasattr(signal, "siginterrupt"):  # not on Windows
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - it takes no names
