"""Access to the API: tokens, the client number and the usage limits. A call that passes goes to its endpoint."""

import secrets
import uuid
from email.utils import formatdate
from math import ceil
from urllib.parse import parse_qsl, unquote

from armbulk.sandbox import batches
from armbulk.sandbox.endpoints import Endpoints
from armbulk.sandbox.meters import round_up_seconds
from armbulk.sandbox.responses import (
    HEALTH_PATH,
    TOKEN_PATH,
    ApiCall,
    ApiResponse,
    error_response,
    json_response,
)
from armbulk.sandbox.state import SandboxState

CLIENT_ID = "sandbox"
SECRET = "sandbox-secret"  # noqa: S105 - the sandbox's own, of no use anywhere else
TOKEN_SECONDS = 3600


class AuthCheck:
    """Answers a call: with a token, with a refusal, or with the endpoint's answer."""

    def __init__(self, state: SandboxState) -> None:
        self.state = state
        self._endpoints = Endpoints(state)

    def respond(self, call: ApiCall) -> ApiResponse:
        """Answer one call; batches that are due are processed first."""
        batches.process_due(self.state)
        if call.path == TOKEN_PATH:
            return self._issue_token(call)
        if (call.method, call.path) == ("GET", HEALTH_PATH):
            return json_response(200, {"status": "UP"})
        segments = [unquote(segment) for segment in call.path.split("/")[1:]]
        if segments[:3] != ["arm", "v1", "clients"] or len(segments) < 5:
            return error_response(self.state.behaviour, 404, "There is no such address")
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or self.state.tokens.get(token, 0.0) <= self.state.clock():
            return error_response(self.state.behaviour, 401, "The token is missing, wrong or too old")
        if segments[3] != str(self.state.client_no):
            return error_response(self.state.behaviour, 403, "No access to this client")
        return self._respond_within_limits(call, segments[4:])

    def _respond_within_limits(self, call: ApiCall, segments: list[str]) -> ApiResponse:
        """Answer a call unless it exceeds a limit; a refused call costs nothing and changes nothing."""
        meters = self.state.meters
        job = self._endpoints.prepare(call, segments)
        cost = {"requests": 1, "writes": job.writes}
        wait = meters.seconds_until_free(cost)
        if wait:
            return self._refuse_over_limit(wait)
        response = job.run()
        cost["reads"] = response.reads
        wait = meters.seconds_until_free(cost) if response.reads else 0.0
        if wait:  # only a reading call gets here, and it changes nothing before `on_sent`
            return self._refuse_over_limit(wait)
        meters.charge(cost)
        response.on_sent()
        return ApiResponse(response.status, response.body, response.headers, response.reads, job.writes)

    def _refuse_over_limit(self, wait: float) -> ApiResponse:
        self.state.meters.refused += 1
        style = self.state.behaviour.limit_answer
        refusal = error_response(
            self.state.behaviour, int(style[:3]), "The acceptable use policy allows no more calls for now"
        )
        retry_after = {"Retry-After": str(round_up_seconds(wait))}
        if style == "429_date":
            retry_after = {"Retry-After": formatdate(ceil(self.state.clock() + wait), usegmt=True)}
        return refusal.add_headers({} if style == "429_bare" else retry_after)

    def _issue_token(self, call: ApiCall) -> ApiResponse:
        form = dict(parse_qsl(call.body.decode("utf-8", "replace")))
        is_form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if call.method != "POST" or not is_form:
            return _refuse_token(400, "invalid_request")
        if form.get("grant_type") != "client_credentials":
            return _refuse_token(400, "unsupported_grant_type")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != SECRET:
            return _refuse_token(401, "invalid_client")
        now = self.state.clock()
        token = f"sandbox.{secrets.token_urlsafe(24)}.unsigned"
        expires_early, style = self.state.behaviour.token_early_401, self.state.behaviour.token_numbers
        self.state.tokens[token] = now + (TOKEN_SECONDS / 2 if expires_early == "yes" else TOKEN_SECONDS)
        times: dict[str, int | str] = {
            "not_before": int(now),
            "expires_in": TOKEN_SECONDS,
            "expires_on": int(now + TOKEN_SECONDS),
        }
        if style == "string":
            times = {name: str(value) for name, value in times.items()}
        if style == "no_expires_on":
            del times["expires_on"]
        payload = {"access_token": token, "token_type": "Bearer", **times, "resource": str(uuid.uuid4())}
        return json_response(200, payload)


def _refuse_token(status: int, code: str) -> ApiResponse:
    description = f"{code.replace('_', ' ')}: the sandbox's own check"
    return json_response(status, {"error": code, "error_description": description})
