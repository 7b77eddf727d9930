"""The pages, by subject. Each module has the pages of a step or a list, and `PAGES` names them all."""

from armbulk.web.routes import (
    check,
    drafts,
    frame,
    jobs,
    plan,
    resolve,
    runs,
    sending,
    start,
)
from armbulk.web.routes.page import WebPage

PAGES: tuple[WebPage, ...] = (
    *start.PAGES,
    *frame.PAGES,
    *jobs.PAGES,
    *drafts.PAGES,
    *check.PAGES,
    *plan.PAGES,
    *sending.PAGES,
    *resolve.PAGES,
    *runs.PAGES,
)
"""Every page."""

__all__ = ["PAGES", "WebPage"]
