"""Who may come in, and how often: tokens, the client number, the meters. Then the endpoints."""

import secrets
import uuid
from email.utils import formatdate
from math import ceil
from urllib.parse import parse_qsl, unquote

from armbulk.sandbox import batches
from armbulk.sandbox.endpoints import Endpoints
from armbulk.sandbox.meters import whole_seconds
from armbulk.sandbox.responses import ApiCall, ApiResponse, error, said
from armbulk.sandbox.state import SandboxState

CLIENT_ID = "sandbox"
SECRET = "sandbox-secret"  # noqa: S105 - the stand-in's own, of no use anywhere else
LIFE = 3600


class AuthCheck:
    """Answers a call: a token, a refusal, or what the endpoint says."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state
        self._endpoints = Endpoints(state)

    def answer(self, asked: ApiCall) -> ApiResponse:
        """Answer one call."""
        batches.process(self.state)
        if asked.path == "/token":
            return self._token(asked)
        pieces = [unquote(piece) for piece in asked.path.split("/")[1:]]
        if pieces[:3] != ["arm", "v1", "clients"] or len(pieces) < 5:
            return error(self.state.dialect, 404, "There is no such address")
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or self.state.tokens.get(token, 0.0) <= self.state.clock():
            return error(self.state.dialect, 401, "The token is missing, wrong or too old")
        if pieces[3] != str(self.state.client_no):
            return error(self.state.dialect, 403, "No access to this client")
        return self._metered(asked, pieces[4:])

    def _metered(self, asked: ApiCall, pieces: list[str]) -> ApiResponse:
        """Answer within the limits; a call over them costs nothing and does nothing."""
        meters = self.state.meters
        job = self._endpoints.job(asked, pieces)
        cost = {"requests": 1, "writes": job.writes}
        wait = meters.wait(cost)
        if wait:
            return self._limited(wait)
        answer = job.do()
        cost["reads"] = answer.reads
        wait = meters.wait(cost) if answer.reads else 0.0
        if wait:  # only reading calls come here, and those change nothing before `then`
            return self._limited(wait)
        meters.charge(cost)
        answer.then()
        return ApiResponse(answer.status, answer.body, answer.headers, answer.reads, job.writes)

    def _limited(self, wait: float) -> ApiResponse:
        self.state.meters.refused += 1
        style = self.state.dialect.limit_answer
        told = error(self.state.dialect, int(style[:3]), "The acceptable use policy allows no more calls for now")
        after = {"Retry-After": str(whole_seconds(wait))}
        if style == "429_date":
            after = {"Retry-After": formatdate(ceil(self.state.clock() + wait), usegmt=True)}
        return ApiResponse(told.status, told.body, {**told.headers, **({} if style == "429_bare" else after)})

    def _token(self, asked: ApiCall) -> ApiResponse:
        form = dict(parse_qsl(asked.body.decode("utf-8", "replace")))
        is_form = asked.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if asked.method != "POST" or not is_form:
            return _refused(400, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            return _refused(400, "unsupported_grant_type")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != SECRET:
            return _refused(401, "invalid_client")
        now = self.state.clock()
        token = f"sandbox.{secrets.token_urlsafe(24)}.unsigned"
        early, style = self.state.dialect.token_early_401, self.state.dialect.token_numbers
        self.state.tokens[token] = now + (LIFE / 2 if early == "yes" else LIFE)
        times: dict[str, int | str] = {"not_before": int(now), "expires_in": LIFE, "expires_on": int(now + LIFE)}
        if style == "string":
            times = {name: str(value) for name, value in times.items()}
        if style == "no_expires_on":
            del times["expires_on"]
        return said(200, {"access_token": token, "token_type": "Bearer", **times, "resource": str(uuid.uuid4())})


def _refused(status: int, word: str) -> ApiResponse:
    return said(status, {"error": word, "error_description": f"{word.replace('_', ' ')}: the sandbox's own check"})
