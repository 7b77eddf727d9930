"""Commands about credentials: login, logout, profiles."""

import functools
import sys
from dataclasses import replace
from typing import Any

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit, QuestionError
from armbulk.i18n import Words

_ASKED = (
    ("base_url", "--base-url", Words("ARM's address (https://…/arm/v1)", "ARMs adresse (https://…/arm/v1)")),
    ("client_no", "--client-no", Words("Client number", "Klientnummer")),
    ("token_url", "--token-url", Words("Token address (empty: a ready token)", "Tokenadresse (tom: et ferdig token)")),
    ("client_id", "--client-id", Words("Client id", "Klient-id")),
)
_SIZE = Words("Size (S, M, L, XL)", "Størrelse (S, M, L, XL)")
_SECRET = Words("Client secret", "Klienthemmelighet")
_TOKEN = Words("Token", "Token")


@click.command()
@click.option("--base-url", help="ARM's address, like https://HOST/arm/v1.")
@click.option("--client-no", help="Your client number at ARM.")
@click.option("--token-url", help="Where tokens are given (client credentials).")
@click.option("--client-id", help="The client id for the token address.")
@click.option("--user-id", help="Goes to ARM as metadata.userId.")
@click.option("--secret-stdin", is_flag=True, help="Read the client secret, or the token, from standard input.")
@click.option("--no-check", is_flag=True, help="Do not try the login at ARM.")
@functools.partial(command, new_profile=True)
def login(desk: CommandContext, *, secret_stdin: bool, no_check: bool, **said: str | None) -> Exit:
    """Store a client's settings, and its secret in this machine's keyring.

    The secret is typed unseen, read with --secret-stdin, or stays in a file of its own (--secret-file) where there is
    no keyring. It is never an argument: those can be seen by others.

    \b
    Example:  armbulk login --profile anne-as
              armbulk login --profile ci --base-url https://… --client-no 2218 --secret-stdin < secret.txt
    """
    from armbulk.app import login as profiles
    from armbulk.settings.secrets import KeyringSecrets

    given = _given(desk, said, secret_stdin=secret_stdin)
    profile = profiles.build_profile(desk.profile, given)
    profile.require_server()
    if not no_check:
        with desk.report.working("asking ARM …"):
            profiles.verify_login(replace(desk, profile=profile).bench)
    path = profiles.save_profile(profile, KeyringSecrets())
    told = {"profile": profile.name, "base_url": profile.base_url, "client_no": profile.client_no}
    kept = "file" if profile.secret_file else "keyring"
    desk.report.show("login", {**told, "config": path, "secret": kept, "checked": not no_check})
    return Exit.OK


def _given(desk: CommandContext, said: dict[str, str | None], *, secret_stdin: bool) -> Any:
    from armbulk.app.login import LoginInput

    now, lang = desk.profile, desk.report.lang
    before = {
        "base_url": now.base_url,
        "client_no": now.client_no,
        "token_url": now.login.token_url,
        "client_id": now.login.client_id,
    }
    values: dict[str, str] = {}
    for name, option, words in _ASKED:
        if name == "client_id" and not values["token_url"]:
            values[name] = ""
            continue
        values[name] = said[name] or _ask(desk, words.text(lang), before[name], option, needed=name != "token_url")
    values["client_size"] = _size(desk)
    by_client = bool(values["token_url"] and values["client_id"])
    secret = _secret(desk, by_client=by_client, from_stdin=secret_stdin)
    return LoginInput(**values, user_id=said["user_id"] or now.user_id, secret=secret)


def _size(desk: CommandContext) -> str:
    """The client's size: as given, else asked for with what is set as the answer to begin with."""
    if click.get_current_context().params.get("size") or not desk.can_ask:
        return desk.profile.client_size
    sizes = click.Choice(["S", "M", "L", "XL"], case_sensitive=False)
    words = _SIZE.text(desk.report.lang)
    answer: str = click.prompt(words, default=desk.profile.client_size, type=sizes, show_choices=False, err=True)
    return answer


def _secret(desk: CommandContext, *, by_client: bool, from_stdin: bool) -> str:
    """The client secret, or the ready token: from its file, standard input, the environment, or typed unseen."""
    from armbulk.settings.secrets import read_secret_file

    if desk.profile.secret_file:
        return read_secret_file(desk.profile.secret_file)
    if from_stdin:
        return sys.stdin.readline().strip()
    login = desk.profile.login
    words = (_SECRET if by_client else _TOKEN).text(desk.report.lang)
    set_already = login.client_secret if by_client else login.token
    return set_already or _ask(desk, words, "", "--secret-stdin", needed=True, hidden=True)


def _ask(desk: CommandContext, words: str, before: str, option: str, *, needed: bool, hidden: bool = False) -> str:
    """Ask for one thing; where nobody can answer, what is set already does, or the option is named."""
    if desk.can_ask:
        default = before or (None if needed else "")
        answer: str = click.prompt(words, default=default, hide_input=hidden, show_default=bool(before), err=True)
        return answer.strip()
    if needed and not before:
        raise QuestionError("question", f"{words}?", f"Give it with {option}")
    return before


@click.command()
@command
def logout(desk: CommandContext) -> Exit:
    """Take a profile's secret out of this machine's keyring.

    \b
    Example:  armbulk logout --profile anne-as
    """
    from armbulk.app.login import remove_profile
    from armbulk.settings.secrets import KeyringSecrets

    desk.report.show(
        "logout", {"profile": desk.profile.name, "removed": remove_profile(desk.profile, KeyringSecrets())}
    )
    return Exit.OK


@click.command("profiles")
@command
def profiles(desk: CommandContext) -> Exit:
    """List the profiles, and whether each has a secret in the keyring.

    \b
    Example:  armbulk profiles
    """
    from armbulk.app.login import list_profiles
    from armbulk.settings.secrets import KeyringSecrets

    desk.report.show("profiles", {"profiles": list_profiles(desk.profile, KeyringSecrets())})
    return Exit.OK
