"""Reports as prose: the templates of `templates/report`, in one language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from armbulk.i18n import Text, translate
from armbulk.package_data import data_path
from armbulk.stored_messages import translate_message


def render_prose(template: str, report: Mapping[str, Any], lang: str, **extra: Any) -> str:
    """Return a report as text, from `templates/report/TEMPLATE.txt.j2`; control characters are left out."""
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
    environment.filters.update(
        number=_format_number, amount=_format_amount, when=_format_time, message=partial(translate_message, lang=lang)
    )

    def write(message: str, /, **values: object) -> str:
        return Text(message, values).text(lang)

    def write_count(singular: str, plural: str, /, **values: object) -> str:
        return Text(singular, values, plural).text(lang)

    shown = {name: translate(value, lang) if isinstance(value, str) else value for name, value in extra.items()}
    text = environment.get_template(f"{template}.txt.j2").render(report, **shown, _=write, ngettext=write_count)
    return "".join(character for character in text if character == "\n" or character.isprintable())


def _format_number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _format_amount(value: Decimal | str | None) -> str:
    return "" if value is None else f"{Decimal(value):,.2f}".replace(",", " ")


def _format_time(value: str | float | None) -> str:
    if value is None:
        return "-"
    moment = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
