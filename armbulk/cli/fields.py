"""The command `fields`."""

import click

from armbulk.cli.command import CommandContext, command
from armbulk.errors import Exit

_KNOWN = [
    "customers", "documents", "lines", "ar-items", "gl-items", "gl-movements", "document-bundles", "log-items", "codes",
    "client-configs", "insights",
]  # fmt: skip


@click.command()
@click.argument("resource", type=click.Choice(_KNOWN))
@command
def fields(context: CommandContext, resource: str) -> Exit:
    """List the columns of RESOURCE: headers, ARM path, rules, help and example.

    \b
    Example:  armbulk fields documents
    """
    from armbulk.app.fields import describe_resource

    context.reporter.show("fields", describe_resource(resource, context.lang))
    return Exit.OK
