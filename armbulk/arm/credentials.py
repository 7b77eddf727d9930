"""The login to ARM."""

import re
from dataclasses import dataclass, field

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""This machine: the only place plain http goes to, and never through a proxy, which would read the token."""


@dataclass(frozen=True, slots=True)
class Login:
    """A ready token, or client credentials (OAuth 2.0) with which tokens are fetched.

    Attributes:
        token: a ready token.
        token_url: where tokens are fetched.
        client_id: the client's name there.
        client_secret: the client's secret there.
        ca_file: a PEM file of certificates to trust besides the system's, as some networks need.
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
    """Return whether a token can stand in a header: visible ASCII, no blanks, no line breaks."""
    return re.fullmatch(r"[\x21-\x7e]+", token) is not None
