"""The command `demo`."""

from typing import TYPE_CHECKING

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.show import show_export, show_run
from armbulk.errors import Exit
from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.app.demo import DemoEvent, DemoFile

_INTRODUCTION = _("The demo uses a test server on this computer instead of ARM. Nothing is sent over the network.")
_FILES = _("Open these files to see the results:")


@click.command(cls=TranslatedCommand)
@click.option("--folder", metavar="FOLDER", help=_("Folder for the demo's files (default: a new temporary folder)."))
@command
def demo(context: CommandContext, folder: str | None) -> Exit:
    """Try armbulk: check, plan and import sample files with a test server on this computer, then export data.

    \b
    Example:  armbulk demo
    """
    from armbulk.app.demo import DemoFile, create_folder, run_demo
    from armbulk.app.import_result import ImportResult

    path = create_folder(folder)
    context.reporter.say(_INTRODUCTION.text(context.lang))
    exit_code, files = Exit.OK, []
    for event in run_demo(path, context.session.clock, context.lang):
        _show_event(context, event)
        if isinstance(event, DemoFile):
            files.append(event)
        if isinstance(event, ImportResult) and not event.all_successful:
            exit_code = Exit.FINDINGS
    _show_files(context, files)
    return exit_code


def _show_event(context: CommandContext, event: "DemoEvent") -> None:
    """Show a step or its result; with --json, only the import."""
    from armbulk.app.check import CheckResult
    from armbulk.app.demo import STEPS, DemoFile, DemoStep
    from armbulk.app.import_result import ImportResult
    from armbulk.app.plan import Plan

    reporter = context.reporter
    match event:
        case ImportResult():
            show_run(context, event)
        case DemoFile():
            pass
        case _ if reporter.as_json:
            pass
        case DemoStep(number, title, command_line):
            reporter.say(
                _(
                    "\n[{number}/{steps}] {title}: {command_line}",
                    number=number,
                    steps=STEPS,
                    title=title.text(context.lang),
                    command_line=command_line,
                )
            )
        case CheckResult():
            reporter.show("check", event.to_json())
        case Plan():
            reporter.show("plan", event.to_json())
        case _:
            show_export(context, event.to_json())


def _show_files(context: CommandContext, files: "list[DemoFile]") -> None:
    """List the files to open."""
    width = max(len(str(file.path)) for file in files)
    lines = [f"  {file.path!s:{width}}  {file.about.text(context.lang)}" for file in files]
    context.reporter.say("\n".join(["", _FILES.text(context.lang), *lines]))
