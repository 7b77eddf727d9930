"""The questions of a login and the texts around them: the terminal and the pages use the same words."""

from armbulk.i18n import Text, _

QUESTIONS: dict[str, Text] = {
    "base_url": _("ARM's address (https://…/arm/v1)"),
    "client_no": _("Client number"),
    "token_url": _("Address of the login service (- if you have a token)"),
    "client_id": _("Client ID"),
    "user_id": _("User ID (ARM records it with what you send)"),
    "client_secret": _("Client secret (not shown while you type)"),
    "token": _("Token (not shown while you type)"),
}
"""Name of an answer → its question; `secret` is asked as client_secret or token."""

AGAIN: dict[str, Text] = {
    "base_url": _("enter ARM's address again"),
    "client_no": _("enter the client number again"),
    "token_url": _("enter the address of the login service again"),
    "client_id": _("enter the client ID again"),
    "client_secret": _("enter the client secret again"),
    "token": _("enter the token again"),
}
"""Name of an answer → the choice to enter it again."""

OPTION_HELP: dict[str, Text] = {
    "base_url": _("ARM's address, for example https://HOST/arm/v1."),
    "client_no": _("Your client number in ARM."),
    "client_name": _("The client's name, for pages to sign and reports."),
    "token_url": _("Address of the login service (client credentials)."),
    "client_id": _("Client ID for the login service."),
    "user_id": _("User ID sent to ARM (metadata.userId)."),
}
"""Name of an answer → what it is."""

SIZES = _("The client size sets ARM's limits. {sizes}.")
SIZE = _("Client size")
OTHER_SENDERS = _(
    "If other computers also send invoices for client {client}, armbulk checks each invoice in ARM before it sends it, "
    "so that none is created twice. This takes one request per invoice."
)
SOLE_SENDER = _("Is this the only computer that sends invoices for client {client}?")
NEEDED = (
    _("You need from Amili:"),
    _("- ARM's address:"),
    _("- your client number in ARM"),
    _("- a client ID and a client secret for ARM's API (or a ready token)"),
    _("If something is missing, ask your contact at Amili for access to ARM's API."),
)
"""What a person needs before a login."""

UNKNOWN_HOST = _("armbulk does not know this host. Check the address with Amili.")
NOTHING_FOUND = _(
    "ARM answered 404 (not found). This is right if client {client} has no customers in ARM yet. Otherwise ARM's "
    "address or the client number is wrong."
)
KEEP_IN_FILE = _("Save the secret in a file that only you can read ({path})?")
