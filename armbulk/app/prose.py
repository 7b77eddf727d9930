"""Reports as prose: the templates of `templates/report`, in one language."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from pathlib import PurePath
from typing import Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from armbulk.app import prose_names
from armbulk.i18n import Text, format_amount, format_date, format_number, format_time, translate
from armbulk.model.call_rows import translate_call_outcome
from armbulk.model.command_line import quote_word
from armbulk.model.durations import write_duration
from armbulk.model.outcome_words import shorten_state, translate_outcome, translate_state
from armbulk.model.plain_text import to_one_line
from armbulk.model.progress import name_phase
from armbulk.model.record_messages import BEYOND_LIMIT, ERRORS_FIRST, HIDDEN_ROW
from armbulk.model.text_style import MARK_CHARS, clean_report, remove_marks, style
from armbulk.model.wrapping import wrap_line
from armbulk.package_data import data_path
from armbulk.stored_messages import translate_message, translate_window

SYMBOLS = {"good": style("✓", "good"), "warning": style("!", "warning"), "bad": style("✗", "bad"),
           "unsure": style("?", "warning")}  # fmt: skip
"""What stands before a line: all is well, look at it, it failed, it is not known."""

_LABEL_CHARS = 14
_MAX_VALUE_CHARS = 60
_KEPT = frozenset("\n" + MARK_CHARS)

_EXPECTED_REASONS = (BEYOND_LIMIT, ERRORS_FIRST, HIDDEN_ROW)
"""Why a record is not sent although nothing is wrong with it: a plan counts it, and does not list it."""


class _CompiledTemplates(BytecodeCache):
    """The templates that were used before in this process, compiled."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        code = self._code.get(bucket.key)
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _CompiledTemplates()


def render_prose(template: str, report: Mapping[str, Any], lang: str, *, width: int | None = None, **extra: Any) -> str:
    """Return a report as text, from `templates/report/TEMPLATE.txt.j2`; control characters are left out.

    Args:
        template: its name.
        report: what it shows.
        lang: the language.
        width: of the terminal, where lines with a label are broken; None: they are not.
        extra: what it shows in addition.

    Returns:
        The text, with marks of styles (`model.text_style`).
    """
    environment = _create_environment(lang, width)
    shown = {name: translate(value, lang) if isinstance(value, str) else value for name, value in extra.items()}
    cleaned = clean_report(report)
    environment.globals["report"] = cleaned
    texts = environment.get_template(f"{template}.txt.j2")
    text = texts.render(cleaned, **clean_report(shown), **build_message_writers(lang))
    return "".join(character for character in text if character in _KEPT or character.isprintable())


def _create_environment(lang: str, width: int | None) -> Environment:
    """Return what the templates of reports can use, in one language."""
    loader = FileSystemLoader(data_path("templates") / "report")
    # plain text for a terminal or a log: nothing to escape
    environment = Environment(
        loader=loader,
        bytecode_cache=_COMPILED,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the text is no HTML
    )
    environment.filters.update(build_filters(lang))
    environment.filters["style"] = style
    environment.filters["short"] = partial(to_one_line, max_chars=_MAX_VALUE_CHARS)
    environment.filters["quoted"] = quote_word
    environment.filters["base_name"] = lambda path: PurePath(path).name
    environment.globals["symbols"] = SYMBOLS
    environment.globals["labelled"] = partial(_write_labelled, width=width)
    environment.globals["hanging"] = partial(_write_hanging, width=width)
    environment.globals["width"] = width
    environment.globals["expected_reasons"] = _EXPECTED_REASONS
    return environment


def build_message_writers(lang: str) -> dict[str, Callable[..., str]]:
    """Return `_` and `ngettext` as the templates of reports and pages call them, in one language."""

    def write(message: str, /, **values: object) -> str:
        return Text(message, values).text(lang)

    def write_count(singular: str, plural: str, /, **values: object) -> str:
        return Text(singular, values, plural).text(lang)

    return {"_": write, "ngettext": write_count}


def build_filters(lang: str) -> dict[str, Callable[..., str]]:
    """Return what templates of reports and pages can do with a value, in one language."""
    filters: dict[str, Callable[..., str]] = {
        "number": format_number,
        "amount": _format_amount,
        "money": prose_names.format_money,
        "duration": _format_duration,
        "day": format_date,
        "when": _format_time,
        "finish": prose_names.format_finish,
        "records": prose_names.count_records,
        "outcomes": prose_names.count_outcomes,
        "list_name": prose_names.name_list,
        "environment_name": prose_names.name_environment_of,
        "meter_name": prose_names.name_meter,
        "usage": prose_names.describe_usage,
        "destination": prose_names.name_destination,
        "cost_line": prose_names.describe_cost,
        "cells": prose_names.list_cells,
        "part": translate_window,
        "message": translate_message,
        "outcome": translate_outcome,
        "call_outcome": translate_call_outcome,
        "state": translate_state,
        "short_state": shorten_state,
        "phase_name": name_phase,
    }
    return {name: partial(write, lang=lang) for name, write in filters.items()}


def _write_labelled(label: str, text: str, width: int | None) -> str:
    """Return a line with a label before it; what is broken continues below the text, not below the label."""
    padding = " " * max(_LABEL_CHARS - len(remove_marks(label)), 1)
    return wrap_line(f"  {label}{padding}{text}", width, _LABEL_CHARS + 2)


def _write_hanging(text: str, hang: int, width: int | None) -> str:
    """Return a line; what is broken continues after `hang` spaces."""
    return wrap_line(text, width, hang)


def _format_amount(value: Decimal | str | None, lang: str) -> str:
    return "" if value is None else format_amount(value, lang)


def _format_duration(seconds: float, lang: str) -> str:
    return write_duration(seconds).text(lang)


def _format_time(value: str | float | None, lang: str) -> str:
    return "-" if value is None else format_time(value, lang)
