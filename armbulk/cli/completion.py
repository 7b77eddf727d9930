"""The command `completion`."""

import sys

import click
from click.shell_completion import get_completion_class

from armbulk.cli.command import PlainContext, plain_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.lazy_choice import NamedArgument
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit
from armbulk.i18n import _

_SHELLS = ("bash", "zsh", "fish", "powershell")


@click.command(cls=TranslatedCommand)
@click.argument("shell", cls=NamedArgument, type=WordChoice(_SHELLS, case_sensitive=False))
@plain_command
def completion(context: PlainContext, shell: str) -> Exit:
    """Print the script that completes commands, options, resources, profiles and runs when you press Tab.

    Save the script where your shell loads it, and open a new terminal.

    \b
    bash:        armbulk completion bash > ~/.local/share/bash-completion/completions/armbulk
    zsh:         armbulk completion zsh > ~/.zfunc/_armbulk
                 (in ~/.zshrc: fpath+=~/.zfunc; autoload -Uz compinit; compinit)
    fish:        armbulk completion fish > ~/.config/fish/completions/armbulk.fish
    PowerShell:  armbulk completion powershell >> $PROFILE
    """
    root = click.get_current_context().find_root()
    completer = get_completion_class(shell)
    script = completer(root.command, {}, "armbulk", "_ARMBULK_COMPLETE").source() if completer else ""
    if context.reporter.as_json:
        context.reporter.show("", {"shell": shell, "script": script})
    else:
        click.echo(script, nl=False)
        if sys.stdout.isatty():
            context.reporter.say(_("Save it where your shell loads it. Where that is: armbulk completion --help"))
    return Exit.OK
