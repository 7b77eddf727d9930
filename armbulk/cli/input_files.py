"""The arguments of commands that read files: which files, and how they are to be read."""

import functools
from typing import TYPE_CHECKING, Any

import click

from armbulk.app.choices import describe_import_resources
from armbulk.cli.flags import choose_flag
from armbulk.cli.lazy_choice import LazyOption
from armbulk.i18n import _
from armbulk.model.read_options import CONTINUATION_ROWS, DATE_ORDERS, DECIMAL_SEPARATORS, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from armbulk.cli.command import CommandContext
    from armbulk.errors import Exit

_OPTIONS = (
    click.option("--mapping", help=_("A mapping file (TOML), or one that comes with armbulk (see `armbulk map`).")),
    click.option(
        "--continuation-rows",
        type=click.Choice(CONTINUATION_ROWS),
        help=_("Lines without a document number under a document: same-as-above (they belong to it) or stop (error)."),
    ),
    click.option(
        "--ignore-column",
        "unread_columns",
        multiple=True,
        metavar="HEADER",
        help=_("Do not read this column (repeatable)."),
    ),
    click.option("--pad-postal-codes", is_flag=True, help=_("A postal code that Excel stored as 150 is 0150.")),
    click.option(
        "--decimal", type=click.Choice(DECIMAL_SEPARATORS), help=_("The decimal separator, where 1.234 is unclear.")
    ),
    click.option("--dates", type=click.Choice(DATE_ORDERS), help=_("The order in dates such as 01/02/25.")),
    click.option("--skip-hidden", is_flag=True, help=_("Leave out hidden rows and columns.")),
    click.option("--include-hidden", is_flag=True, help=_("Read hidden rows and columns.")),
    click.option("--encoding", help=_("The encoding of CSV files, if detection fails.")),
    click.option(
        "--as",
        "as_resource",
        metavar="RESOURCE",  # free text: a wrong one is armbulk's own error, also as JSON
        cls=LazyOption,
        describe=describe_import_resources,
    ),
    click.argument("files", nargs=-1, required=True),
)
_READ_OPTIONS = (
    "as_resource",
    "encoding",
    "dates",
    "decimal",
    "pad_postal_codes",
    "mapping",
    "continuation_rows",
    "unread_columns",
)


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
