"""The command `demo`."""

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.progress import show_progress
from armbulk.cli.show import show_export, show_run
from armbulk.errors import Exit
from armbulk.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armbulk.app.demo.folder import DemoFolder
    from armbulk.app.demo.steps import DemoStep
    from armbulk.app.demo.tour import DemoEvent, DemoFile
    from armbulk.app.dialog import ReportProgress


@click.command(cls=TranslatedCommand)
@click.option("--folder", metavar="FOLDER", help=_("Folder for the demo's files (default: armbulk-demo)."))
@command
def demo(context: CommandContext, folder: str | None) -> Exit:
    """Try armbulk in five steps: check, correct, plan, import and export. Nothing is sent over the network.

    It uses sample data and a test server on this computer. Your settings and your login stay as they are.

    \b
    Example:  armbulk demo
              armbulk demo --folder C:\\demo
    """
    from armbulk.app.demo.folder import open_folder
    from armbulk.app.demo.steps import list_steps, name_files

    names = name_files(context.lang)
    opened = open_folder(folder, names.all())
    _show(context, "demo-start", {"folder": str(opened.path)})
    _show_step(context, list_steps(opened.path, names)[0])  # before the rest is loaded: it takes a moment
    with context.reporter.working(_("working …")):
        files = list(_run_steps(context, opened))
    listed = [{"name": file.path.name, "about": file.about.text(context.lang)} for file in files]
    _show(context, "demo-end", {"folder": str(opened.path), "files": listed})
    return Exit.OK


def _run_steps(context: CommandContext, folder: "DemoFolder") -> "Iterator[DemoFile]":
    """Show what each step does; yield the files to open."""
    from armbulk.app.demo.tour import DemoFile, run_demo

    for event in run_demo(folder, context.session.clock, context.lang, partial(_show_sending, context)):
        if isinstance(event, DemoFile):
            yield event
        else:
            _show_event(context, event)


@contextmanager
def _show_sending(context: CommandContext) -> "Iterator[ReportProgress]":
    """Show the progress of the import, in place of the line that says that armbulk works."""
    with context.reporter.suspended(), show_progress(context) as progress:
        yield progress


def _show_event(context: CommandContext, event: "DemoEvent") -> None:
    """Show a step or its result; with --json, only the import."""
    from armbulk.app.demo.steps import DemoStep
    from armbulk.app.demo.tour import DemoCheck, DemoCorrection, DemoResult
    from armbulk.app.exports import Export
    from armbulk.app.import_result import ImportResult
    from armbulk.app.plan import Plan

    match event:
        case ImportResult():
            show_run(context, event)
        case _ if context.reporter.as_json:
            pass
        case DemoStep():
            if event.number > 1:
                _show_step(context, event)
        case DemoCheck():
            _show(context, "check", event.to_json())
        case DemoCorrection():
            _show(context, "demo-correction", event.to_json())
        case Plan():
            _show(context, "plan", event.to_json())
        case DemoResult():
            _show(context, "demo-result", event.to_json())
        case Export():
            show_export(context, event.to_json())


def _show_step(context: CommandContext, step: "DemoStep") -> None:
    title = step.title.text(context.lang)
    _show(context, "demo-step", {"number": step.number, "title": title, "command": step.command})


def _show(context: CommandContext, template: str, report: dict[str, Any]) -> None:
    """Show a report of the demo; the JSON has only the import."""
    if not context.reporter.as_json:
        context.reporter.show(template, report)
