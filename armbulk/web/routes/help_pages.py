"""Help: findings, columns and exit codes, each with its own address, and a search."""

from typing import Any

from starlette.responses import Response

from armbulk.app.fields import describe_resource
from armbulk.app.reference import explain_with_example, list_exit_codes, list_field_tables, list_findings
from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit

_MAX_WORDS = 100
"""Characters of a search that are looked at."""


def show_help(visit: Visit) -> Response:
    """Show how the pages work, or what a search has found."""
    words = visit.query("q").strip()[:_MAX_WORDS]
    values: dict[str, Any] = {}
    if words:
        values = {
            "findings": list_findings(visit.lang, words),
            "tables": list_field_tables(visit.lang, words),
            "exits": list_exit_codes(visit.lang, words),
        }
    return visit.page("help", words=words, **values)


def show_fields(visit: Visit) -> Response:
    """Show the columns of every sheet and list, or of one."""
    tables = list_field_tables(visit.lang)
    chosen = visit.query("list") or tables[0]["resource"]
    shown = next((table for table in tables if table["resource"] == chosen), tables[0])
    return visit.page("help_fields", tables=tables, table=describe_resource(shown["resource"], visit.lang), shown=shown)


def show_findings(visit: Visit) -> Response:
    """Show every error and warning that a check of files can have."""
    words = visit.query("q").strip()[:_MAX_WORDS]
    return visit.page("help_findings", findings=list_findings(visit.lang, words), words=words)


def show_finding(visit: Visit) -> Response:
    """Show what an error or a warning means, with an example and what to do."""
    return visit.page("help_finding", finding=explain_with_example(visit.path("code"), visit.lang))


def show_exit_codes(visit: Visit) -> Response:
    """Show what the exit codes of commands mean."""
    return visit.page("help_exits", exits=list_exit_codes(visit.lang))


PAGES = (
    WebPage("/help", show_help),
    WebPage("/help/fields", show_fields),
    WebPage("/help/findings", show_findings),
    WebPage("/help/findings/{code}", show_finding),
    WebPage("/help/exit-codes", show_exit_codes),
)
