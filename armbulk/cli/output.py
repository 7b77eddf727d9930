"""What people and scripts read: prose from templates, or JSON. Personal data stays out."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

from rich.console import Console
from rich.status import Status

from armbulk.i18n import Words

_ERROR = Words("Error", "Feil")


@dataclass(slots=True)
class Reporter:
    """Shows reports in one language, as prose or as JSON."""

    lang: str = "en"
    as_json: bool = False
    quiet: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def show(self, template: str, report: dict[str, Any], **extra: Any) -> None:
        """Print a report: its JSON, or its prose from `templates/report/TEMPLATE.txt.j2`."""
        from armbulk.app.prose import render_prose

        if self.as_json:
            print(json.dumps(report, default=_to_json), file=self.out)
        elif not self.quiet:
            print(render_prose(template, report, self.lang, **extra), end="", file=self.out)

    def say(self, text: str) -> None:
        """Print something besides the report (on stderr), after what was printed before."""
        if not self.quiet:
            self.out.flush()
            print(text, file=self.err)

    def error(self, code: str, message: str, hint: str, exit_code: int) -> None:
        """Print what went wrong and what to do next."""
        if self.as_json:
            error = {"code": code, "message": message, "hint": hint}
            print(json.dumps({"error": error, "exit": exit_code}), file=self.out)
            return
        self.warn(message, hint)

    def warn(self, message: str, hint: str) -> None:
        """Print, on stderr, what went wrong besides the report, and what to do next."""
        self.out.flush()
        print(f"{_ERROR.text(self.lang)}: {message}", file=self.err)
        if hint:
            print(f"  → {hint}", file=self.err)

    def working(self, text: str) -> AbstractContextManager[Status | None]:
        """Show that something goes on, where somebody is looking."""
        if self.quiet or not self.err.isatty():
            return nullcontext()
        return Console(file=self.err).status(text)


def _to_json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
