"""Workbooks to fill in, as `armbulk template` writes them."""

import shutil
import tempfile
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import Response

from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

TEMPLATES = ("customers", "documents", "all")
"""The templates that the pages offer: documents have their lines."""


def download_template(visit: Visit) -> Response:
    """Return a workbook to fill in, in the language of the page; `?full=1` has every column, `?examples=1` examples."""
    from armbulk.app.templates import create_template, name_template

    name = visit.path("name")
    if name not in TEMPLATES:
        raise HTTPException(404)
    folder = tempfile.mkdtemp(prefix="armbulk-template-")
    target = Path(folder) / name_template(name, visit.lang)
    with visit.session() as session:
        create_template(
            name,
            target,
            visit.lang,
            full=visit.query("full") == "1",
            examples=visit.query("examples") == "1",
            replace=False,
            codes=session.known_codes(),
        )
    response = visit.download(target)
    response.background = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
    return response


PAGES = (WebPage("/templates/{name}", download_template),)
