"""The environment of ARM that an address belongs to: production must not be mistaken for a test."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from armbulk.i18n import Text, _, quote_text
from armbulk.model.text_style import style

_DOMAIN = "amili.no"


class Environment(StrEnum):
    """An environment of ARM. The values are published in JSON."""

    PRODUCTION = "production"
    STAGING = "staging"
    SANDBOX = "sandbox"
    OTHER = "other"


_NAMES = {
    Environment.PRODUCTION: _("production"),
    Environment.STAGING: _("staging"),
    Environment.SANDBOX: _("the sandbox"),
}


def find_environment(address: str) -> Environment:
    """Return the environment of an address (https://…): the sandbox is on this computer, the others are Amili's."""
    host = (urlsplit(address).hostname or "").lower().rstrip(".")
    if _is_this_computer(host):
        return Environment.SANDBOX
    if host != _DOMAIN and not host.endswith(f".{_DOMAIN}"):
        return Environment.OTHER
    return Environment.STAGING if "staging" in host.split(".") else Environment.PRODUCTION


def name_environment(environment: str, address: str) -> Text:
    """Return what people call an environment; an unknown one is called by its host."""
    known = _NAMES.get(Environment(environment))
    return known if known is not None else quote_text(urlsplit(address).netloc or address)


def colour_environment(environment: str, address: str, lang: str) -> str:
    """Return what people call an environment, in a colour: what is sent to production or elsewhere counts."""
    colour = {Environment.SANDBOX: "good", Environment.STAGING: "warning"}.get(Environment(environment), "bad")
    return style(name_environment(environment, address).text(lang), colour)


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
