"""What the frame of every page has: the language and the profile."""

from urllib.parse import urlsplit

from starlette.responses import Response

from armbulk.errors import UsageError
from armbulk.i18n import _, find_language
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def choose_lang(visit: Visit) -> Response:
    """Change the language, and show the same page."""
    lang = find_language(visit.field("lang"))
    if lang is None:
        raise UsageError("language", _("There is no such language"), _("Choose another"))
    response = visit.go(_own_path(visit.field("path")))
    visit.choose_lang(response, lang)
    return response


def _own_path(path: str) -> str:
    """Return a path of this server; a form of another page cannot lead elsewhere."""
    return "/" + urlsplit(path).path.lstrip("/\\")


PAGES = (WebPage("/language", choose_lang, "POST"),)
