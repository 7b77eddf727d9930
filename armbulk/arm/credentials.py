"""The login to ARM."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from armbulk.model.response import DateSample

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This machine: the only place plain http goes to, and never through a proxy, which would read the token."""


_DEFAULT_LIFE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Login:
    """A ready token, or client credentials (OAuth 2.0) with which tokens are fetched.

    Attributes:
        token: a ready token.
        token_url: where tokens are fetched.
        client_id: the client's name there.
        client_secret: the client's secret there.
        ca_file: a PEM file of certificates to trust in addition to the system's, as some networks need.
    """

    token: str = field(default="", repr=False)
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    ca_file: str = ""

    @property
    def by_client(self) -> bool:
        """Whether tokens are fetched with client credentials."""
        return bool(self.token_url and self.client_id)


def is_header_safe(token: str) -> bool:
    """Return whether a token is valid in a header: visible ASCII, no spaces, no line breaks."""
    return re.fullmatch(r"[\x21-\x7e]+", token) is not None


def read_token_life(answer: Mapping[str, Any], sample: DateSample | None) -> float:
    """Return the seconds that a token lives from the request on; an hour when the login service does not say.

    Args:
        answer: the login service's: `expires_in` (seconds), else `expires_on` (epoch seconds by its own clock).
        sample: what its Date header says; without one `expires_on` proves nothing.
    """
    life = _read_number(answer.get("expires_in"))
    if life is None and sample is not None and sample.date is not None:
        end = _read_number(answer.get("expires_on"))
        life = None if end is None else end - sample.date
    return _DEFAULT_LIFE_SECONDS if life is None else life


def _read_number(value: Any) -> float | None:
    """A number of seconds, also as text; None for any other value."""
    is_number = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
    match = re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]+)?", str(value).strip()) if is_number else None
    return float(match[0]) if match else None
