"""What people read: prose from templates, progress on a terminal, JSON for scripts. Personal data stays out."""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TextIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.console import Console
from rich.status import Status

from armbulk.package_data import data_path


@dataclass(slots=True)
class Reporter:
    """Says things in one language, as prose or as JSON."""

    lang: str = "en"
    as_json: bool = False
    quiet: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def show(self, template: str, report: dict[str, Any], **extra: Any) -> None:
        """Print a report: its JSON, or its prose from `templates/report/TEMPLATE.txt.j2`."""
        if self.as_json:
            print(json.dumps(report, default=_plain), file=self.out)
        elif not self.quiet:
            print(self.prose(template, report, **extra), end="", file=self.out)

    def prose(self, template: str, report: dict[str, Any], **extra: Any) -> str:
        """Render a report as text."""
        loader = FileSystemLoader(data_path("templates") / "report")
        # plain text for a terminal or a log: nothing to escape, but control characters are taken out below
        environment = Environment(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # noqa: S701
        )
        environment.filters.update(number=_number, amount=_amount, when=_when)
        words = environment.get_template(f"{template}.txt.j2").render(report, **extra, w=self._word)
        return "".join(c for c in words if c == "\n" or c.isprintable())

    def say(self, text: str) -> None:
        """Tell something besides the report (on stderr)."""
        if not self.quiet:
            print(text, file=self.err)

    def error(self, code: str, message: str, hint: str, exit_code: int) -> None:
        """Tell what went wrong and what to do next."""
        if self.as_json:
            error = {"code": code, "message": message, "hint": hint}
            print(json.dumps({"error": error, "exit": exit_code}), file=self.out)
            return
        self.warn(message, hint)

    def warn(self, message: str, hint: str) -> None:
        """Tell, on stderr, what went wrong besides the report, and what to do next."""
        print(f"{self._word('Error', 'Feil')}: {message}", file=self.err)
        if hint:
            print(f"  → {hint}", file=self.err)

    def working(self, text: str) -> AbstractContextManager[Status | None]:
        """Show that something goes on, where somebody is looking."""
        if self.quiet or not self.err.isatty():
            return nullcontext()
        return Console(file=self.err).status(text)

    def _word(self, en: str, no: str) -> str:
        return no if self.lang == "no" else en


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value) if value != value.to_integral_value() else int(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _amount(value: Decimal | str | None) -> str:
    return "" if value is None else f"{Decimal(value):,.2f}".replace(",", " ")


def _when(value: str | float | None) -> str:
    if value is None:
        return "-"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
