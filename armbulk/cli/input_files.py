"""The arguments of commands that read files: which files, and how they are to be read."""

import functools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.choices import describe_import_resources, list_import_resources
from armbulk.cli.argument_types import FILE_NAME
from armbulk.cli.flags import choose_flag
from armbulk.cli.lazy_choice import LazyOption
from armbulk.cli.word_choice import WordChoice
from armbulk.i18n import _
from armbulk.model.command_line import write_command
from armbulk.model.read_options import (
    CONTINUATION_ROWS,
    CREDIT_DUE_DATES,
    DATE_ORDERS,
    DECIMAL_SEPARATORS,
    ReadOptions,
    list_read_options,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from armbulk.cli.command import CommandContext
    from armbulk.errors import Exit

_OPTIONS = (
    click.option(
        "--mapping",
        type=FILE_NAME,
        metavar="FILE",
        help=_("Mapping file (TOML), or the name of one that comes with armbulk (see `armbulk map`)."),
    ),
    click.option(
        "--continuation-rows",
        type=WordChoice(CONTINUATION_ROWS),
        help=_(
            "Lines without a document number: same-as-above (they belong to the document above) or stop (an error)."
        ),
    ),
    click.option(
        "--credit-due-dates",
        type=WordChoice(CREDIT_DUE_DATES),
        help=_("Credit notes without a due date: document-date (they are due on that date) or stop (an error)."),
    ),
    click.option(
        "--ignore-column",
        "unread_columns",
        multiple=True,
        metavar="HEADER",
        help=_("Ignore this column (can be repeated)."),
    ),
    click.option(
        "--pad-postal-codes",
        is_flag=True,
        help=_("Restore zeros that Excel removed from postal codes (150 becomes 0150)."),
    ),
    click.option(
        "--decimal",
        type=WordChoice(DECIMAL_SEPARATORS),
        help=_("Decimal separator, if values such as 1.234 are ambiguous."),
    ),
    click.option(
        "--dates", type=WordChoice(DATE_ORDERS), help=_("Order of day, month and year in dates such as 01/02/25.")
    ),
    click.option("--skip-hidden", is_flag=True, help=_("Skip hidden rows and columns.")),
    click.option("--include-hidden", is_flag=True, help=_("Include hidden rows and columns.")),
    click.option("--encoding", metavar="NAME", help=_("Encoding of CSV files, if detection fails.")),
    click.option(
        "--as",
        "as_resource",
        metavar="RESOURCE",  # free text: a wrong one is armbulk's own error, also as JSON
        shell_complete=lambda _ctx, _param, word: [name for name in list_import_resources() if name.startswith(word)],
        cls=LazyOption,
        describe=describe_import_resources,
    ),
    click.argument("files", nargs=-1, required=True, type=FILE_NAME),
)
_READ_OPTIONS = (
    "as_resource",
    "encoding",
    "dates",
    "decimal",
    "pad_postal_codes",
    "mapping",
    "continuation_rows",
    "credit_due_dates",
    "unread_columns",
)


def write_files_command(name: str, files: "Sequence[str]", options: "ReadOptions", **flags: object) -> str:
    """Return a command for the same files, read in the same way."""
    return write_command(name, files, {**list_read_options(asdict(options)), **flags})


def with_files(function: "Callable[..., Exit]") -> "Callable[..., Exit]":
    """Add the arguments that name files and say how to read them; the command gets `files` and `options`."""

    @functools.wraps(function)
    def wrapped(context: "CommandContext", files: tuple[str, ...], **arguments: Any) -> "Exit":
        flags = {"skip": arguments.pop("skip_hidden"), "include": arguments.pop("include_hidden")}
        hidden = choose_flag(flags, "--{}-hidden")
        options = ReadOptions(hidden=hidden, **{name: arguments.pop(name) for name in _READ_OPTIONS})
        return function(context, files, options, **arguments)

    for decorate in _OPTIONS:
        wrapped = decorate(wrapped)
    return wrapped
