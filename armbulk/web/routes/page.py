"""A page and its address."""

from dataclasses import dataclass

from armbulk.web.visit import Handler


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page.

    Attributes:
        path: Its address, as starlette has it: `/imports/{draft}/check`.
        handler: What answers.
        method: GET: it shows; POST: it changes something, and has a form with its token.
    """

    path: str
    handler: Handler
    method: str = "GET"
