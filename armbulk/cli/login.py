"""The commands about credentials: login, logout, profiles."""

import functools
import sys
from typing import TYPE_CHECKING

import click

from armbulk.app.choices import list_client_sizes
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.prompts import confirm, prompt
from armbulk.errors import Exit, QuestionError
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.app.login import LoginInput

_QUESTIONS = (
    ("base_url", "--base-url", _("ARM's address (https://…/arm/v1)")),
    ("client_no", "--client-no", _("Client number")),
    ("token_url", "--token-url", _("Address of the login service (empty if you already have a token)")),
    ("client_id", "--client-id", _("Client ID")),
)
_SIZES = ", ".join(list_client_sizes())
_SIZE = _("Client size ({sizes})", sizes=_SIZES)
_SECRET = _("Client secret")
_TOKEN = _("Token")
_SOLE_SENDER = _(
    "If other computers also send invoices for client {client}, armbulk checks each "
    "invoice in ARM before sending it, so that none is created twice. This takes one "
    "request per invoice.\nIs this the only computer that sends invoices for client "
    "{client}?"
)


@click.command(cls=TranslatedCommand)
@click.option("--base-url", metavar="URL", help=_("ARM's address, for example https://HOST/arm/v1."))
@click.option("--client-no", metavar="NUMBER", help=_("Your client number in ARM."))
@click.option("--token-url", metavar="URL", help=_("Address of the login service (client credentials)."))
@click.option("--client-id", metavar="ID", help=_("Client ID for the login service."))
@click.option("--user-id", metavar="ID", help=_("User ID sent to ARM (metadata.userId)."))
@click.option(
    "--sole-sender/--no-sole-sender",
    default=None,
    help=_(
        "Whether only this computer sends documents for the client. If not, armbulk checks each document in ARM first."
    ),
)
@click.option("--secret-stdin", is_flag=True, help=_("Read the client secret or token from standard input."))
@click.option("--no-check", is_flag=True, help=_("Save without testing the login."))
@functools.partial(command, new_profile=True)
def login(
    context: CommandContext, *, secret_stdin: bool, no_check: bool, sole_sender: bool | None, **options: str | None
) -> Exit:
    """Save a client's settings, and its secret in the keyring of this computer (on Windows: Credential Manager).

    You type the secret without it being shown, or pass it with --secret-stdin. Without a keyring, keep it in a file
    that only you can read (--secret-file). There is no option for the secret itself: other users could see it.

    \b
    Example:  armbulk login --profile anne-as
              armbulk login --profile ci --base-url https://… --client-no 2218 --secret-stdin < secret.txt
    """
    from armbulk.app.login import log_in
    from armbulk.cli.dialog import TerminalDialog

    login_input = _ask_for_login(context, options, secret_stdin=secret_stdin, sole_sender=sole_sender)
    report = log_in(context.session.context, login_input, TerminalDialog(context), verify=not no_check)
    context.reporter.show("login", report)
    return Exit.OK


def _ask_for_login(
    context: CommandContext, options: dict[str, str | None], *, secret_stdin: bool, sole_sender: bool | None
) -> "LoginInput":
    """Take values from options, and ask for the others with the current setting as default."""
    from armbulk.app.login import LoginInput

    profile = context.session.profile
    defaults = {
        "base_url": profile.base_url,
        "client_no": profile.client_no,
        "token_url": profile.login.token_url,
        "client_id": profile.login.client_id,
    }
    values: dict[str, str] = {}
    for name, option, words in _QUESTIONS:
        if name == "client_id" and not values["token_url"]:
            values[name] = ""
            continue
        question, required = words.text(context.lang), name != "token_url"
        values[name] = options[name] or _ask(context, question, defaults[name], option, required=required)
    values["client_size"] = _ask_for_size(context)
    if sole_sender is None:
        sole_sender = _ask_for_sole_sender(context, values["client_no"])
    by_client = bool(values["token_url"] and values["client_id"])
    secret = _ask_for_secret(context, by_client=by_client, from_stdin=secret_stdin)
    user_id = options["user_id"] or profile.user_id
    return LoginInput(**values, user_id=user_id, sole_sender=sole_sender, secret=secret)


def _ask_for_size(context: CommandContext) -> str:
    """Return the client's size from the option; otherwise ask, with the current setting as default."""
    default = context.session.profile.client_size
    if click.get_current_context().params.get("size") or not context.can_ask:
        return default
    sizes = click.Choice(list_client_sizes(), case_sensitive=False)
    question = _SIZE.text(context.lang)
    return prompt(question, default=default, type=sizes, show_choices=False)


def _ask_for_sole_sender(context: CommandContext, client_no: str) -> bool:
    """Ask whether only this computer sends for the client; without a terminal, return the current setting."""
    current = context.session.profile.sole_sender
    if not context.can_ask:
        return current
    question = _SOLE_SENDER.fill(client=client_no).text(context.lang)
    return confirm(question, context.lang, default=current)


def _ask_for_secret(context: CommandContext, *, by_client: bool, from_stdin: bool) -> str:
    """Return the client secret, or the ready token: from its file, standard input, the environment, or typed unseen."""
    from armbulk.app.login import configured_secret

    profile = context.session.profile
    if from_stdin and not profile.secret_file:
        return sys.stdin.readline().strip()
    question = (_SECRET if by_client else _TOKEN).text(context.lang)
    return configured_secret(profile, by_client=by_client) or _ask(
        context, question, "", "--secret-stdin", required=True, hidden=True
    )


def _ask(
    context: CommandContext, question: str, default: str, option: str, *, required: bool, hidden: bool = False
) -> str:
    """Ask for one value; without a terminal, return its default. QuestionError when it is required and has none."""
    if context.can_ask:
        preset = default or (None if required else "")
        answer = prompt(question, default=preset, hide_input=hidden, show_default=bool(default))
        return answer.strip()
    if required and not default:
        raise QuestionError("question", _("{question} is missing", question=question), _("Use {option}", option=option))
    return default


@click.command(cls=TranslatedCommand)
@command
def logout(context: CommandContext) -> Exit:
    """Delete a profile's secret from the keyring of this computer. Its settings are kept.

    \b
    Example:  armbulk logout --profile anne-as
    """
    from armbulk.app.login import log_out

    profile = context.session.profile
    context.reporter.show("logout", {"profile": profile.name, "removed": log_out(profile)})
    return Exit.OK


@click.command(cls=TranslatedCommand)
@command
def profiles(context: CommandContext) -> Exit:
    """List the profiles, and whether each has a secret in the keyring.

    \b
    Example:  armbulk profiles
    """
    from armbulk.app.login import list_profiles

    context.reporter.show("profiles", {"profiles": list_profiles(context.session.profile)})
    return Exit.OK
