"""What the frame of every page has: the language and the profile."""

from starlette.responses import Response

from armbulk.errors import UsageError
from armbulk.i18n import _, find_language
from armbulk.web.forms import find_own_path
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def choose_lang(visit: Visit) -> Response:
    """Change the language, and show the same page."""
    lang = find_language(visit.field("lang"))
    if lang is None:
        raise UsageError("language", _("There is no such language"), _("Choose another"))
    response = visit.go(find_own_path(visit.field("path")))
    visit.choose_lang(response, lang)
    return response


PAGES = (WebPage("/language", choose_lang, "POST"),)
