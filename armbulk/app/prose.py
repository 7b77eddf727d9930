"""Reports as prose: the templates of `templates/report`, in one language."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from armbulk.app import prose_names
from armbulk.i18n import Text, format_amount, format_date, format_number, format_time, translate
from armbulk.model.outcome_words import translate_outcome, translate_state
from armbulk.model.record_messages import BEYOND_LIMIT, ERRORS_FIRST, HIDDEN_ROW
from armbulk.package_data import data_path
from armbulk.stored_messages import translate_message, translate_window

_EXPECTED_REASONS = (BEYOND_LIMIT, ERRORS_FIRST, HIDDEN_ROW)
"""Why a record is not sent although nothing is wrong with it: a plan counts it, and does not list it."""


def render_prose(template: str, report: Mapping[str, Any], lang: str, **extra: Any) -> str:
    """Return a report as text, from `templates/report/TEMPLATE.txt.j2`; control characters are left out."""

    def write(message: str, /, **values: object) -> str:
        return Text(message, values).text(lang)

    def write_count(singular: str, plural: str, /, **values: object) -> str:
        return Text(singular, values, plural).text(lang)

    shown = {name: translate(value, lang) if isinstance(value, str) else value for name, value in extra.items()}
    text = (
        _build_environment(lang)
        .get_template(f"{template}.txt.j2")
        .render(report, **shown, _=write, ngettext=write_count)
    )
    return "".join(character for character in text if character == "\n" or character.isprintable())


@cache
def _build_environment(lang: str) -> Environment:
    loader = FileSystemLoader(data_path("templates") / "report")
    # plain text for a terminal or a log: nothing to escape
    environment = Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - the text is no HTML
    )
    filters: dict[str, Callable[..., str]] = {
        "number": format_number,
        "amount": _format_amount,
        "money": prose_names.format_money,
        "day": format_date,
        "when": _format_time,
        "finish": prose_names.format_finish,
        "records": prose_names.count_records,
        "outcomes": prose_names.count_outcomes,
        "list_name": prose_names.name_list,
        "meter_name": prose_names.name_meter,
        "usage": prose_names.describe_usage,
        "part": translate_window,
        "message": translate_message,
        "outcome": translate_outcome,
        "state": translate_state,
    }
    environment.filters.update({name: partial(write, lang=lang) for name, write in filters.items()})
    environment.globals["expected_reasons"] = _EXPECTED_REASONS
    return environment


def _format_amount(value: Decimal | str | None, lang: str) -> str:
    return "" if value is None else format_amount(value, lang)


def _format_time(value: str | float | None, lang: str) -> str:
    return "-" if value is None else format_time(value, lang)
