"""What proves that a request comes from the person's own browser: the cookie, and the token of each form."""

import hashlib
import hmac

KEY_PARAMETER = "key"
"""The name of the key in the printed address."""

TOKEN_FIELD = "csrf"  # noqa: S105 - a name
"""The name of the token in a form."""

TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - a name
"""The name of the token in a request of a script."""


class AccessTokens:
    """Derives the cookie and the form token from the key. Neither shows the key.

    Attributes:
        cookie_name: Has the port: a browser sends the cookies of 127.0.0.1 to every port.
    """

    def __init__(self, key: str, port: int) -> None:
        self._key, self._port = key.encode(), port
        self.cookie_name = f"armbulk_{port}"

    @property
    def cookie(self) -> str:
        """The value of the cookie."""
        return self._derive("cookie")

    @property
    def form_token(self) -> str:
        """The token that every changing request has to contain."""
        return self._derive("form")

    def is_key(self, text: str) -> bool:
        """Return whether a text is the key."""
        return hmac.compare_digest(text.encode(), self._key)

    def is_cookie(self, text: str) -> bool:
        """Return whether a text is the cookie."""
        return hmac.compare_digest(text.encode(), self.cookie.encode())

    def is_form_token(self, text: str) -> bool:
        """Return whether a text is the form token."""
        return hmac.compare_digest(text.encode(), self.form_token.encode())

    def _derive(self, use: str) -> str:
        return hmac.new(self._key, f"{use}:{self._port}".encode(), hashlib.sha256).hexdigest()
