"""The pages, by subject. Each module has the pages of a step or a list, and `PAGES` names them all."""

from armbulk.web.routes import (
    check,
    columns,
    differences,
    drafts,
    exports,
    frame,
    help_pages,
    jobs,
    limits,
    migration,
    plan,
    profiles,
    questions,
    resolve,
    runs,
    sending,
    start,
    templates,
)
from armbulk.web.routes.page import WebPage

PAGES: tuple[WebPage, ...] = (
    *check.PAGES,
    *columns.PAGES,
    *differences.PAGES,
    *drafts.PAGES,
    *exports.PAGES,
    *frame.PAGES,
    *help_pages.PAGES,
    *jobs.PAGES,
    *limits.PAGES,
    *migration.PAGES,
    *plan.PAGES,
    *profiles.PAGES,
    *questions.PAGES,
    *resolve.PAGES,
    *runs.PAGES,
    *sending.PAGES,
    *start.PAGES,
    *templates.PAGES,
)
"""Every page."""

__all__ = ["PAGES", "WebPage"]
