"""The check of the connection: host name, TLS, login, and one read that costs one request."""

import socket
from contextlib import closing
from urllib.parse import urlsplit
from urllib.request import getproxies

from armbulk.app.doctor.check import CheckState, HealthCheck
from armbulk.app.login_trial import LoginTrial, try_login
from armbulk.arm.credentials import LOOPBACK
from armbulk.context import Context, open_client
from armbulk.errors import Exit, SettingsError, Unfinished
from armbulk.i18n import Text, _, join_texts
from armbulk.model.response import Response

_CONNECTION = _("Connection")
_HEALTH = _("ARM's own health check")
_MAX_SHOWN = 200
_COST = _("This test used 1 request of your ARM limits.")


def skip_connection(reason: Text) -> HealthCheck:
    """Return the check of a connection that is not tested."""
    return HealthCheck("connection", _CONNECTION, CheckState.SKIPPED, reason)


def check_connection(context: Context) -> tuple[HealthCheck, Response | None]:
    """Reach ARM, log in and read a few customers; also return ARM's first answer, for its time.

    Args:
        context: With the login for ARM.
    """
    host = urlsplit(context.profile.base_url).hostname or ""
    values: dict[str, object] = {
        "host": host,
        "proxy": host not in LOOPBACK and bool(getproxies().get("https")),
        "encrypted": context.profile.base_url.startswith("https:"),
        "reached": False,
        "logged_in": False,
        "requests": 0,
    }
    try:
        with closing(open_client(context, None)) as client:
            answer = client.ask_time()
    except SettingsError as error:  # the file of CA certificates
        return HealthCheck(
            "connection", _CONNECTION, CheckState.PROBLEM, error.message, error.hint, error.exit, values
        ), None
    if answer.error is not None:
        return _unreachable(host, answer, values), None
    values["reached"] = True
    trial = try_login(context)
    return _judge(trial, host, values), answer


def check_health(context: Context) -> HealthCheck:
    """Ask ARM for its health, and show what it answers: the path is inferred, and nothing depends on it."""
    try:
        with closing(open_client(context, None)) as client:
            answer = client.ask_health()
    except SettingsError as error:
        return HealthCheck("health", _HEALTH, CheckState.SKIPPED, error.message)
    if answer.error is not None:
        return HealthCheck("health", _HEALTH, CheckState.WARNING, _("no answer: {reason}", reason=answer.failure))
    values: dict[str, object] = {"status": answer.status}
    shown = " ".join(answer.body.decode("utf-8", "replace").split())
    text = _("HTTP {status}: {answer}", status=answer.status, answer=shown[:_MAX_SHOWN] or "-")
    if answer.is_not_found:
        text = _("ARM has no health check at the assumed address (28)")
    state = CheckState.OK if answer.status < 500 else CheckState.WARNING
    return HealthCheck("health", _HEALTH, state, text, values=values)


def _judge(trial: LoginTrial, host: str, values: dict[str, object]) -> HealthCheck:
    """Return the check of a connection that reached ARM."""
    is_read = trial.error is None or trial.suspects[:1] == ("client_no",)
    values |= {"logged_in": is_read, "requests": int(is_read)}
    if isinstance(trial.error, Unfinished):
        state, text = CheckState.WARNING, _("{host} answers, but your ARM limits are used up", host=host)
        return HealthCheck("connection", _CONNECTION, state, text, _("Try again later: armbulk usage"), values=values)
    if trial.error is not None:
        exit_code = Exit.SETTINGS if trial.is_refused else Exit.SERVER
        message, hint = trial.error.message, trial.error.hint
        return HealthCheck("connection", _CONNECTION, CheckState.PROBLEM, message, hint, exit_code, values)
    if trial.found_nothing:
        text = _("{host} accepts the login, but has no customers for this client (HTTP 404).", host=host)
        remedy = _("If the client has customers in ARM, check ARM's address and the client number: armbulk login")
        return HealthCheck(
            "connection", _CONNECTION, CheckState.WARNING, join_texts(text, _COST), remedy, values=values
        )
    text = join_texts(_("{host} answers and accepts the login.", host=host), _COST)
    return HealthCheck("connection", _CONNECTION, CheckState.OK, text, values=values)


def _unreachable(host: str, answer: Response, values: dict[str, object]) -> HealthCheck:
    """Return the check of a host that gives no answer: with whether its name is known."""
    is_known = bool(values["proxy"]) or _has_address(host)
    values["name_found"] = is_known
    message = _("{host} cannot be reached: {reason}", host=host, reason=answer.failure)
    remedy = _("Check the network, and whether a firewall or a proxy stops armbulk. Ask your IT department.")
    if not is_known:
        message = _("The name {host} is unknown in this network", host=host)
        remedy = _("Check ARM's address (armbulk login) and the network")
    return HealthCheck("connection", _CONNECTION, CheckState.PROBLEM, message, remedy, Exit.SERVER, values)


def _has_address(host: str) -> bool:
    try:
        return bool(socket.getaddrinfo(host, None))
    except (OSError, UnicodeError):
        return False
