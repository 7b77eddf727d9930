"""What a person answers at `armbulk login`: each answer is checked when it is given."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from armbulk.arm.credentials import LOOPBACK, is_header_safe
from armbulk.errors import SettingsError
from armbulk.i18n import Text, _, quote_text
from armbulk.model.environment import Environment, find_environment, name_environment
from armbulk.settings.load import check_address

NO_LOGIN_SERVICE = "-"
"""What a person answers instead of a login service's address: a ready token is used."""

MAX_NAME_CHARS = 100

_ARM_PATH = "/arm/v1"
_STARTS_WITH_HOST = re.compile(r"[\w-]+(\.[\w-]+)+|localhost\b")


@dataclass(frozen=True, slots=True)
class _Addresses:
    """The addresses of an environment, as ARM's documentation has them."""

    arm: str
    login_service: str


_ADDRESSES = {
    Environment.STAGING: _Addresses("https://api.staging.amili.no/arm/v1", "https://auth.staging.amili.no/token"),
    Environment.PRODUCTION: _Addresses("https://api.amili.no/arm/v1", "https://auth.amili.no/token"),
}


def list_addresses() -> list[tuple[Text, str]]:
    """Return the name of each known environment, with ARM's address there."""
    return [(name_environment(known, each.arm), each.arm) for known, each in _ADDRESSES.items()]


def propose_token_url(base_url: str) -> str:
    """Return the address of the login service that belongs to ARM's address; "" if it is not known."""
    known = _ADDRESSES.get(find_environment(base_url))
    return known.login_service if known else ""


def check_base_url(text: str) -> str:
    """Return ARM's address, without a slash at its end.

    Raises:
        SettingsError: It cannot be ARM's address; the error says why, and what to enter.
    """
    url = _check_url(text, usual_path=_ARM_PATH)
    parts, known = urlsplit(url), _ADDRESSES.get(find_environment(url))
    if "/clients" in parts.path:
        raise _wrong_address(_("ARM's address ends before /clients"), url.partition("/clients")[0])
    if known and url.lower() != known.arm:
        login_host = urlsplit(known.login_service).hostname
        message = _("This is the address of the login service") if parts.hostname == login_host else _OTHER_PATH
        raise _wrong_address(message, known.arm)
    if not parts.path:
        raise _wrong_address(_("ARM's address does not end after the host"), url + _ARM_PATH)
    return url


def check_token_url(text: str, base_url: str) -> str:
    """Return the address of the login service; "" for `-`.

    Args:
        text: The answer.
        base_url: ARM's address.

    Raises:
        SettingsError: It cannot be the login service, or belongs to another environment than ARM's address.
    """
    if text.strip() in {"", NO_LOGIN_SERVICE}:
        return ""
    url = _check_url(text)
    known, environments = _ADDRESSES.get(find_environment(url)), (find_environment(base_url), find_environment(url))
    if known and url.lower() != known.login_service:
        is_arm = urlsplit(url).hostname == urlsplit(known.arm).hostname
        message = _("This is ARM's own address, not that of the login service") if is_arm else _OTHER_PATH
        raise _wrong_address(message, known.login_service)
    if environments[0] != environments[1] and all(each in _ADDRESSES for each in environments):
        names = {"arm": name_environment(environments[0], base_url), "service": name_environment(environments[1], url)}
        raise _wrong_address(
            _("ARM's address is {arm}, but this login service is {service}", **names), propose_token_url(base_url)
        )
    return url


def check_client_no(text: str) -> str:
    """Return a client number: digits. SettingsError for any other text."""
    number = text.strip()
    if re.fullmatch(r"[0-9]{1,12}", number) is None:
        raise SettingsError(
            "client-no-wrong", _("A client number has digits only"), _("Enter it as Amili gave it to you, such as 2218")
        )
    return number


def check_client_id(text: str) -> str:
    """Return a client ID: without spaces. SettingsError for any other text."""
    client_id = text.strip()
    if not client_id.isprintable() or re.search(r"\s", client_id) or len(client_id) > MAX_NAME_CHARS:
        raise SettingsError(
            "client-id-wrong", _("A client ID has no spaces, and at most 100 characters"), _("Copy it again")
        )
    return client_id


def check_user_id(text: str) -> str:
    """Return a user ID: one line of at most MAX_NAME_CHARS. SettingsError for any other text."""
    user_id = text.strip()
    if not user_id.isprintable() or len(user_id) > MAX_NAME_CHARS:
        raise SettingsError(
            "user-id-wrong", _("A user ID has at most 100 characters, on one line"), _("Enter a shorter one")
        )
    return user_id


def check_secret(text: str, *, by_client: bool, client_id: str) -> str:
    """Return a client secret, or a ready token.

    Args:
        text: The answer.
        by_client: Whether it is a client secret.
        client_id: The client ID, which is often copied instead.

    Raises:
        SettingsError: It cannot be one. The error never quotes it.
    """
    secret = text.strip()
    if not by_client and secret.lower().startswith("bearer "):
        raise SettingsError("token-wrong", _('A token begins after the word "Bearer"'), _("Copy it without this word"))
    if by_client and secret == client_id:
        raise SettingsError("secret-wrong", _("This is the client ID"), _("Enter the client secret"))
    if not secret.isprintable() or re.search(r"\s", secret) or (not by_client and not is_header_safe(secret)):
        raise SettingsError(
            "secret-wrong", _("The secret contains invalid characters (for example a space)"), _("Copy it again")
        )
    return secret


def check_answer(name: str, text: str, answers: Mapping[str, str]) -> str:
    """Return an answer as it is saved.

    Args:
        name: base_url, client_no, token_url, client_id, user_id or secret.
        text: The answer.
        answers: The answers to the questions before it.

    Raises:
        SettingsError: It cannot be right; the error says why, and what to enter.
    """
    match name:
        case "base_url":
            return check_base_url(text)
        case "client_no":
            return check_client_no(text)
        case "token_url":
            return check_token_url(text, answers["base_url"])
        case "client_id":
            return check_client_id(text)
        case "user_id":
            return check_user_id(text)
        case _:
            by_client = bool(answers["token_url"] and answers["client_id"])
            return check_secret(text, by_client=by_client, client_id=answers["client_id"])


_OTHER_PATH = _("The address has another path there")


def _check_url(text: str, usual_path: str = "") -> str:
    """Return an address that secrets may be sent to; SettingsError for any other text.

    Args:
        text: The answer.
        usual_path: The path that the error proposes for a host alone.
    """
    url = text.strip().strip("<>\"'")
    if url and "://" not in url and _STARTS_WITH_HOST.match(url):
        host, slash, path = url.partition("/")
        scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
        right = f"{scheme}://{host}" + (slash + path if path else usual_path)
        raise _wrong_address(_("An address begins with {scheme}://", scheme=scheme), right)
    return check_address(url)


def _wrong_address(message: Text, right: str) -> SettingsError:
    return SettingsError("address-wrong", message, _("Enter {address}", address=quote_text(right)))
