"""The command `evidence`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armbulk.cli.argument_types import FILE_NAME, RUN
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _
from armbulk.model.command_line import write_command

if TYPE_CHECKING:
    from armbulk.i18n import Text

_HINT = _("Use `armbulk evidence RUN -o FILE.zip` or `armbulk evidence --check FILE.zip`")


@click.command(cls=TranslatedCommand)
@click.argument("run", type=RUN, required=False)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE.zip", help=_("The bundle to write."))
@click.option("--with-input", is_flag=True, help=_("Add copies of the input files. They contain personal data."))
@click.option("--check", "bundle", type=FILE_NAME, metavar="FILE.zip", help=_("Check a bundle instead of writing one."))
@click.option(
    "--input",
    "inputs",
    type=FILE_NAME,
    metavar="FILE",
    multiple=True,
    help=_("With --check: compare this file with the one that was read. Repeat it for several files."),
)
@click.option(
    "--manifest", metavar="SHA256", help=_("With --check: the SHA-256 of the manifest that was written down.")
)
@command
def evidence(
    context: CommandContext,
    run: int | None,
    target: str | None,
    bundle: str | None,
    inputs: tuple[str, ...],
    manifest: str | None,
    *,
    with_input: bool,
) -> Exit:
    """Write one file that shows what RUN sent, when, from which files, and what ARM answered; or check such a file.

    \b
    Example:  armbulk evidence 12 -o run-12.zip
              armbulk evidence --check run-12.zip --input invoices.xlsx
    """
    if bundle is not None:
        _refuse(
            _("--check cannot be used with a run, -o or --with-input"),
            run is not None or target is not None or with_input,
        )
        report = context.session.check_evidence(bundle, inputs=inputs, manifest=manifest)
        context.reporter.show("evidence-check", report.to_json())
        return Exit.OK if report.ok else Exit.FINDINGS
    _refuse(_("--input and --manifest need --check"), bool(inputs) or manifest is not None)
    if run is None or target is None:
        raise UsageError("nothing-to-do", _("A run and a file are needed"), _HINT)
    written = context.session.evidence(run, Path(target), with_input=with_input)
    check_command = write_command("evidence", (), {"check": str(written.path)})
    context.reporter.show("evidence", written.to_json(), check_command=check_command)
    return Exit.OK


def _refuse(message: "Text", is_wrong: bool) -> None:
    if is_wrong:
        raise UsageError("options-conflict", message, _HINT)
