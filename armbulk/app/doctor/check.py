"""One check of the diagnosis: what was looked at, how it is, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from armbulk.errors import ArmbulkError, Exit
from armbulk.i18n import NO_TEXT, Text, quote_text


class CheckState(StrEnum):
    """How something is. The values are published in JSON."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """What one check found out. Nothing in it is secret, and nothing names a person.

    Attributes:
        name: Its name in JSON.
        title: What was looked at.
        state: How it is.
        summary: The same in words.
        remedy: What to do about it.
        exit: The exit code of a problem.
        values: Details, for JSON.
        for_support: The summary for a support mail, where it differs.
    """

    name: str
    title: Text
    state: CheckState
    summary: Text
    remedy: Text = NO_TEXT
    exit: Exit = Exit.OK
    values: Mapping[str, Any] = field(default_factory=dict)
    for_support: Text = NO_TEXT


def problem_of(name: str, title: Text, error: ArmbulkError, **values: Any) -> HealthCheck:
    """Return the check that an error makes a problem; its text and its hint are those of the error."""
    message, remedy = hide_home_in(error.message), hide_home_in(error.hint)
    details = {"error": error.code, **values}
    mail = quote_text(error.code)  # the message may name profiles
    return HealthCheck(name, title, CheckState.PROBLEM, message, remedy, error.exit, details, mail)


def hide_home(path: Path | str) -> str:
    """Return a path with `~` for the user's own folder, whose name is often that of a person."""
    return str(path).replace(str(Path.home()), "~")


def hide_home_in(text: Text) -> Text:
    """Return a message whose values have `~` for the user's own folder."""
    return text.fill(**{name: _hide_home_in_value(value) for name, value in text.values.items()})


def _hide_home_in_value(value: object) -> object:
    if isinstance(value, Text):
        return hide_home_in(value)
    return hide_home(value) if isinstance(value, str | Path) else value
