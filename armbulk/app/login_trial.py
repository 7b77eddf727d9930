"""Try a login: one read at ARM shows whether it works, and which answer is probably wrong."""

from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from armbulk.app.dialog import ReportProgress
from armbulk.arm.credentials import Login
from armbulk.context import Context, open_client
from armbulk.errors import ArmbulkError, ForbiddenError, LoginError, ServerError, SettingsError, Unfinished
from armbulk.i18n import Text, _
from armbulk.model.response import unreachable_error
from armbulk.model.system import ReceivablesSystem
from armbulk.rate_limited import CallFailed, RateLimited, RateLimitedClient

_TEST_QUERY = {"pagesize": "5", "maximumcount": "5"}

_MAX_SECONDS = 10.0
"""How long an address has to answer before it is saved."""


@dataclass(frozen=True, slots=True)
class LoginTrial:
    """How the test of a login ended.

    Attributes:
        error: Why it failed; None if ARM answered.
        suspects: The answers that may be wrong, the likeliest first: names of the settings, or `secret`.
        is_refused: Whether the answers were refused; otherwise ARM could not be called.
        found_nothing: Whether ARM answered that there is nothing (HTTP 404): it has no customers for the client, or
            there is no such client or address.
    """

    error: ArmbulkError | None = None
    suspects: tuple[str, ...] = ()
    is_refused: bool = False
    found_nothing: bool = False


def verify_login(context: Context, progress: ReportProgress = lambda _: None) -> LoginTrial:
    """Log in and ask ARM for five customers: one request, within the limits. A busy login service is waited for.

    Raises:
        LoginError: ARM refuses.
        ServerError: ARM cannot be reached.
        Unfinished: The limits leave no room for the request.
    """
    with closing(open_client(context, progress)) as client:
        return _read_customers(context, client)


def find_no_answer(context: Context, address: str) -> str | Text:
    """Return why nothing answers at an address; "" for any HTTP answer. The request carries no credentials.

    A file of CA certificates that cannot be used is no fault of the address: `try_login` names it.
    """
    profile = replace(context.profile, base_url=address, login=Login(ca_file=context.profile.login.ca_file))
    try:
        client = open_client(replace(context, profile=profile), None, max_seconds=_MAX_SECONDS)
    except SettingsError:
        return ""
    with closing(client):
        response = client.ask_time()
    return response.failure if response.error else ""


def try_login(context: Context) -> LoginTrial:
    """Log in and ask ARM as `verify_login` does, once; what goes wrong is part of the result."""
    by_client = context.profile.login.by_client
    try:
        context.profile.require_server()
        client = open_client(context, None)
    except SettingsError as error:
        return LoginTrial(error, ("secret",) if error.code == "token-wrong" else (), is_refused=True)
    with closing(client):
        try:
            client.login()
        except LoginError as error:
            return LoginTrial(error, _suspect_login_service(error), is_refused=True)
        except ServerError as error:
            return LoginTrial(error, ("token_url",))
        try:
            return _read_customers(context, client)
        except ForbiddenError as error:
            return LoginTrial(error, ("client_no", "base_url"), is_refused=True)
        except LoginError as error:
            suspects = ("base_url", "token_url", "secret") if by_client else ("secret", "base_url")
            return LoginTrial(error, suspects, is_refused=True)
        except ServerError as error:
            is_refused = error.code != "unreachable"
            return LoginTrial(error, ("client_no", "base_url") if is_refused else ("base_url",), is_refused=is_refused)
        except Unfinished as error:
            return LoginTrial(error)


def _suspect_login_service(error: LoginError) -> tuple[str, ...]:
    """Return the answers that the login service may have refused."""
    match error.code:
        case "login-refused":
            return ("secret", "client_id", "token_url")
        case "no-token":
            return ("token_url",)
        case _:  # the clock of this computer is wrong
            return ()


def _read_customers(context: Context, client: ReceivablesSystem) -> LoginTrial:
    """Ask ARM for five customers."""
    profile = context.profile
    with closing(context.open_store()) as store:
        limited = RateLimitedClient(store, client, context.clock, profile.account, profile.limits)
        call = partial(client.read_page, "customers", _TEST_QUERY)
        result = limited.get(call, 5, lambda page: len(page.records) if page else 0)
    if isinstance(result, CallFailed):
        raise unreachable_error(result.response)
    if isinstance(result, RateLimited):
        raise Unfinished(
            "limit",
            _("The login cannot be tested now: your ARM limits are used up"),
            _("Use --no-check to save without testing"),
        )
    if result.response.is_not_found:
        return LoginTrial(suspects=("client_no", "base_url"), found_nothing=True)
    return LoginTrial()
