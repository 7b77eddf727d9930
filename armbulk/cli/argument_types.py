"""Types of arguments and options, and what completes them in a shell."""

import click
from click.shell_completion import CompletionItem

from armbulk.cli.number_types import WholeNumber

_MAX_NUMBER = 2**31 - 1

NUMBER = WholeNumber(1, _MAX_NUMBER)
"""The number of a row: a larger one cannot exist."""


class _FileName(click.ParamType[str]):
    """The name of a file, as text; `FILE#Sheet` is one, too."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Let the shell complete files."""
        del ctx, param
        return [CompletionItem(incomplete, type="file")]


class _ProfileName(click.ParamType[str]):
    """The name of a profile."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Return the profiles of config.toml."""
        from armbulk.app.completions import list_profiles_to_complete

        del ctx, param
        return [CompletionItem(name) for name in list_profiles_to_complete() if name.startswith(incomplete)]


class _RunNumber(WholeNumber):
    """The number of a run."""

    def __init__(self) -> None:
        super().__init__(1, _MAX_NUMBER)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        """Return the latest runs of the profile, newest first, with their states."""
        from armbulk.app.completions import list_runs_to_complete

        del param
        runs = list_runs_to_complete(ctx.params.get("profile"))
        return [CompletionItem(number, help=state) for number, state in runs if number.startswith(incomplete)]


FILE_NAME, PROFILE, RUN = _FileName(), _ProfileName(), _RunNumber()
