"""The command `demo`."""

from typing import TYPE_CHECKING

import click

from armbulk.cli.command import CommandContext, command
from armbulk.cli.show import show_export, show_run
from armbulk.errors import Exit

if TYPE_CHECKING:
    from armbulk.app.plan import Plan


@click.command()
@click.option("--folder", help="Where the demo's files go (default: a new folder).")
@command
def demo(context: CommandContext, folder: str | None) -> Exit:
    """Try it: the samples go through check, plan and import into a stand-in ARM on this machine; then data comes out.

    \b
    Example:  armbulk demo
    """
    from armbulk.app.demo import run_demo

    def show_plan(plan: "Plan") -> None:
        file = plan.check.checked.sheets[0].file
        context.reporter.say(f"{file}: {plan.records} records, {plan.check.errors} errors")

    result = run_demo(folder, context.session.clock, context.lang, show_plan)
    if not context.reporter.as_json:
        for exported in result.exported:
            show_export(context, exported.report)
    show_run(context, result.imported)
    return Exit.OK if result.imported.all_successful else Exit.FINDINGS
