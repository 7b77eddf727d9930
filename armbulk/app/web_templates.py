"""The templates of the page in the browser: HTML in one language, and nothing that a file or ARM says is markup."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from armbulk.app.page_advice import is_about_columns
from armbulk.app.page_names import build_page_filters
from armbulk.app.prose import build_filters, build_message_writers
from armbulk.i18n import Text, Words, translate
from armbulk.model.plain_text import show_safely
from armbulk.package_data import data_path

STATIC_FOLDER = "static"


def locate_static_files() -> Path:
    """Return the folder of style and scripts."""
    return data_path("templates") / "web" / STATIC_FOLDER


@cache
def load_page_templates(lang: str) -> Environment:
    """Return the templates in `templates/web`, in a language.

    Every value is escaped; control characters and marks of direction are shown, not carried out. A `Text` or `Words` is
    translated where it is written.
    """

    def finalize(value: object) -> object:
        if isinstance(value, Words):
            return value.text(lang)
        if isinstance(value, Text) or type(value) is str:  # others are markup of our own, and values of numbers
            return show_safely(translate(value, lang))
        return value

    environment = Environment(
        loader=FileSystemLoader(data_path("templates") / "web"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
        auto_reload=False,
    )
    environment.filters.update(build_filters(lang))
    environment.filters.update(build_page_filters(lang))
    environment.tests["about_columns"] = is_about_columns
    environment.filters["translated"] = lambda texts: [finalize(text) for text in texts]
    environment.globals.update(build_message_writers(lang))
    environment.globals["lang"] = lang
    return environment
