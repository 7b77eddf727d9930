"""One request, with what a page needs: the workspace, the language, the profile, and the form."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from armbulk.app.web_templates import load_page_templates
from armbulk.errors import ArmbulkError
from armbulk.i18n import find_language, list_languages
from armbulk.model.client_name import name_client
from armbulk.model.environment import find_environment, name_environment
from armbulk.web.forms import find_own_path

if TYPE_CHECKING:
    from pathlib import Path

    from armbulk.app.session import Session
    from armbulk.web.tokens import AccessTokens
    from armbulk.web.workspace import Workspace

LANG_COOKIE = "armbulk_lang"
_COOKIE_SECONDS = 400 * 24 * 3600

Handler = Callable[["Visit"], Response]
"""A page: takes the request, and returns the answer. It runs in a thread."""


class Visit:
    """One request.

    Attributes:
        workspace: What the pages work with.
        request: The request.
        form: The form of a changing request, whose token was verified; empty for others.
        lang: The language of the page.
        profile_name: The profile that the person has chosen; None: the default.
    """

    def __init__(self, workspace: "Workspace", tokens: "AccessTokens", request: Request, form: FormData) -> None:
        self.workspace, self.request, self.form = workspace, request, form
        self._tokens = tokens
        chosen = find_language(request.cookies.get(LANG_COOKIE, "")) if LANG_COOKIE in request.cookies else None
        self.lang = chosen or workspace.started.lang
        self.profile_name: str | None = request.cookies.get(self._profile_cookie) or None

    @property
    def _profile_cookie(self) -> str:
        return f"{self._tokens.cookie_name}_profile"

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def path(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a value of the address."""
        return self.request.query_params.get(name, default)

    def number(self, name: str, default: int = 0) -> int:
        """Return a whole number of the address; `default` where it is none."""
        text = self.query(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default

    def field(self, name: str, default: str = "") -> str:
        """Return a text of the form."""
        value = self.form.get(name, default)
        return value if isinstance(value, str) else default

    def fields(self, prefix: str) -> dict[str, str]:
        """Return the texts of the form whose names begin with a prefix, without it."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.form.multi_items()
            if name.startswith(prefix) and isinstance(value, str)
        }

    def uploads(self, name: str) -> list[UploadFile]:
        """Return the files of the form that have a name."""
        return [item for item in self.form.getlist(name) if isinstance(item, UploadFile) and item.filename]

    @contextmanager
    def session(self, profile: str | None = None) -> Iterator["Session"]:
        """Open a session of a profile; None: the one that is chosen; "": the default."""
        session = self.workspace.connect(self.profile_name if profile is None else profile, self.lang)
        try:
            yield session
        finally:
            session.close()

    def page(self, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page, or a part of one, from `templates/web`."""
        environment = load_page_templates(self.lang)
        draft = values.get("draft")
        shown = {**self._describe_frame(draft.profile if draft else self.profile_name), **values}
        return HTMLResponse(environment.get_template(f"{template}.html.j2").render(shown), status)

    def go(self, path: str, **query: str) -> Response:
        """Return the answer that leads to another page."""
        address = quote(path, safe="/#") + (f"?{urlencode(query)}" if query else "")
        if self.is_fragment:
            return Response(status_code=204, headers={"HX-Redirect": address})
        return RedirectResponse(address, 303)

    def go_back(self, otherwise: str = "/") -> Response:
        """Return the answer that leads to the page with the form: its field `path`, a path of this server."""
        return self.go(find_own_path(self.field("path", otherwise)))

    def download(self, path: "Path", name: str | None = None) -> Response:
        """Return a file to save.

        Raises:
            HTTPException: It was deleted meanwhile (404).
        """
        if not path.is_file():
            raise HTTPException(404)
        return FileResponse(
            path,
            filename=name or path.name,
            media_type="application/octet-stream",
            content_disposition_type="attachment",
        )

    def failure(self, error: ArmbulkError, status: int = 400) -> Response:
        """Return the page of an error that a person can act on."""
        template = "_failure" if self.is_fragment else "failure"
        return self.page(template, status=status, message=error.message, hint=error.hint, code=error.code)

    def choose_lang(self, response: Response, lang: str) -> None:
        """Remember the language."""
        response.set_cookie(LANG_COOKIE, lang, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict")

    def choose_profile(self, response: Response, name: str) -> None:
        """Remember the profile."""
        response.set_cookie(self._profile_cookie, name, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict")

    def _describe_frame(self, profile: str | None) -> Mapping[str, Any]:
        """Return what the frame of every page shows: a page of a draft has the client of the draft."""
        return {
            "csrf": self._tokens.form_token,
            "path": self.request.url.path,
            "languages": list_languages(),
            "is_demo": self.workspace.started.is_demo,
            "client": self._describe_client(profile),
            "running": [job for job in self.workspace.jobs.running() if job.kind != "check"],
        }

    def _describe_client(self, name: str | None) -> Mapping[str, Any] | None:
        """Return which client the page is for, and where; None where the settings cannot be read."""
        try:
            session = self.workspace.connect(name, self.lang)
        except ArmbulkError:
            return None
        profile = session.profile
        session.close()
        if not profile.base_url:
            return None
        environment = find_environment(profile.base_url)
        return {
            "profile": profile.name,
            "name": name_client(profile.client_no, profile.client_name),
            "environment": environment.value,
            "environment_name": name_environment(environment, profile.base_url),
        }
