"""The form of a changing request: read with limits, and only with its token."""

from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from armbulk.web.tokens import TOKEN_FIELD, TOKEN_HEADER, AccessTokens

MAX_REQUEST_BYTES = 510 * 1024 * 1024
"""More than the largest file that armbulk reads."""

MAX_FILES = 50
"""Files that are chosen at once."""

_MAX_FIELDS = 5_000
_MAX_FIELD_BYTES = 1 << 20


async def read_form(request: Request, tokens: AccessTokens) -> FormData:
    """Return the form of a request.

    Raises:
        HTTPException: It is too large (413), or has not the token of this page (403).
    """
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise HTTPException(411)
    if int(length) > MAX_REQUEST_BYTES:
        raise HTTPException(413)
    in_header = request.headers.get(TOKEN_HEADER)
    if in_header is not None and not tokens.is_form_token(in_header):
        raise HTTPException(403)
    form = await request.form(max_files=MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    in_form = form.get(TOKEN_FIELD)
    if in_header is None and not (isinstance(in_form, str) and tokens.is_form_token(in_form)):
        await form.close()
        raise HTTPException(403)
    return form


def find_own_path(path: str) -> str:
    """Return a path of this server: a form of another page cannot lead elsewhere."""
    return "/" + urlsplit(path).path.lstrip("/\\")
