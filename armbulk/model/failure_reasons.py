"""Why a call to ARM came to nothing. A record may keep one in English; `stored_messages` translates it."""

from armbulk.i18n import Text, _

TOO_SLOW = _("the answer took longer than two minutes")
TOO_LARGE = _("the answer is larger than 64 MiB")
UNTRUSTED = _(
    "the server's certificate is not trusted. A proxy in your network may have answered instead; see --ca-file"
)
NO_TLS = _("the server does not offer a secure connection (TLS 1.2 or newer)")
WRONG_REDIRECT = _("the answer redirects to an invalid address")
NO_CONNECTION = _("no connection")
CONNECT_TIMEOUT = _("timeout while connecting")
READ_TIMEOUT = _("timeout while waiting for the answer")
WRITE_TIMEOUT = _("timeout while sending")
CLOSED_EARLY = _("the connection was closed before the answer was complete")
LOST_WHILE_READING = _("the connection was lost while reading the answer")
LOST_WHILE_SENDING = _("the connection was lost while sending")
PROXY_REFUSED = _("the proxy refused the connection")
UNREADABLE_ANSWER = _("armbulk could not read the answer")

FAILURE_REASONS = tuple(value for value in globals().values() if isinstance(value, Text))
