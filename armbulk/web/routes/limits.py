"""Use of ARM's limits: what is used, reserved and left, and when there is room again."""

from starlette.responses import Response

from armbulk.web.routes.page import WebPage
from armbulk.web.visit import Visit


def show_limits(visit: Visit) -> Response:
    """Show every limit of both windows."""
    with visit.session() as session:
        return visit.page("limits", room=session.describe_room())


PAGES = (WebPage("/limits", show_limits),)
