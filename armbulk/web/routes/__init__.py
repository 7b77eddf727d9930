"""The pages, by subject. Each module has the pages of a step or a list, and `PAGES` names them all."""

from armbulk.web.routes import (
    check,
<<<<<<< HEAD
    differences,
=======
    columns,
>>>>>>> main
    drafts,
    frame,
    migration,
    plan,
    questions,
    runs,
    sending,
    start,
    templates,
)
from armbulk.web.routes.page import WebPage

PAGES: tuple[WebPage, ...] = (
    *start.PAGES,
    *frame.PAGES,
    *drafts.PAGES,
    *check.PAGES,
<<<<<<< HEAD
    *differences.PAGES,
    *migration.PAGES,
=======
    *columns.PAGES,
>>>>>>> main
    *plan.PAGES,
    *questions.PAGES,
    *sending.PAGES,
    *runs.PAGES,
    *templates.PAGES,
)
"""Every page."""

__all__ = ["PAGES", "WebPage"]
