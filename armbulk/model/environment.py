"""Which environment of ARM an address belongs to, so that no one takes production for a test."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from armbulk.i18n import Text, _
from armbulk.model.text_style import style


class Environment(StrEnum):
    """An environment of ARM. The values are published in JSON."""

    PRODUCTION = "production"
    STAGING = "staging"
    SANDBOX = "sandbox"
    OTHER = "other"


_HOSTS = {
    "api.amili.no": Environment.PRODUCTION,
    "auth.amili.no": Environment.PRODUCTION,
    "api.staging.amili.no": Environment.STAGING,
    "auth.staging.amili.no": Environment.STAGING,
}
"""The hosts of ARM and of its login service. Any other host is unknown, and never guessed."""

_NAMES = {
    Environment.PRODUCTION: _("production"),
    Environment.STAGING: _("staging"),
    Environment.SANDBOX: _("the sandbox on this computer"),
}


def find_environment(address: str) -> Environment:
    """Return the environment of an address (https://…): the sandbox is on this computer, the others are Amili's."""
    host = (urlsplit(address).hostname or "").lower().rstrip(".")
    return Environment.SANDBOX if _is_this_computer(host) else _HOSTS.get(host, Environment.OTHER)


def name_environment(environment: str, address: str) -> Text:
    """Return what people call an environment; an unknown one is named with its host."""
    known = _NAMES.get(Environment(environment))
    host = urlsplit(address).netloc or address
    return known if known is not None else _("unknown environment ({host})", host=host)


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
