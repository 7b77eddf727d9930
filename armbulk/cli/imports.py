"""Commands that send, carry on, and write results."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armbulk.cli.check import checked_files, show_findings, with_files
from armbulk.cli.command import CommandContext, InterruptHandler, command
from armbulk.errors import Exit, FileError
from armbulk.i18n import Words

if TYPE_CHECKING:
    from armbulk.app.imports import InputFiles
    from armbulk.planning.plan import ImportPlan
    from armbulk.results.report import RunResult
    from armbulk.store import Store
    from armbulk.validation.check import Checked


_CHANGED = Words(
    "The files are gone or have changed since the run began: what was read then is what was sent, and the workbook "
    "lists the records from the store.",
    "Filene er borte eller endret siden kjøringen begynte: det som ble lest da, er det som ble sendt, og arbeidsboken "
    "lister postene fra lageret.",
)
_SEND = Words("Send {count} records to {where}, client {client}?", "Sende {count} poster til {where}, klient {client}?")
_SEND_DOCUMENTS = Words(
    "Send {count} records (documents {first} to {last}; {totals}) to {where}, client {client}?",
    "Sende {count} poster (bilag {first} til {last}; {totals}) til {where}, klient {client}?",
)

_CERTAIN = Words(
    "A first import looks nothing up at ARM. Has certainly none of these documents been sent before, from any machine?",
    "En første import slår ikke opp noe hos ARM. Er helt sikkert ingen av bilagene sendt før, fra noen maskin?",
)


@click.command("import")
@click.option("-o", "target", help="The result workbook (default: NAME.result.xlsx beside the first file).")
@click.option("--update", is_flag=True, help="Change customers (PUT): only the keys given change.")
@click.option("--overwrite", is_flag=True, help="Send changes also where ARM's value has changed since the export.")
@click.option("--skip-invalid", is_flag=True, help="Send the good records; hold back those with errors.")
@click.option("--limit", type=click.IntRange(min=0), help="The first N records only.")
@click.option("--look-up", is_flag=True, help="Look each document up at ARM before it is sent.")
@click.option("--first-import", is_flag=True, help="ARM has certainly none of these documents: do not look them up.")
@click.option("--no-wait", is_flag=True, help="Stop with exit code 4 instead of waiting for a window.")
@click.option("--dry-run", is_flag=True, help="Plan only, as `armbulk plan` does.")
@click.option("--expect-count", type=int, help="Stop unless exactly so many records would be sent.")
@click.option("--expect-total", help="Stop unless the documents add up to this amount incl. VAT.")
@click.option("--yes", is_flag=True, help="Ask no questions.")
@command
@with_files
def import_(
    desk: CommandContext,
    given: "InputFiles",
    target: str | None,
    expect_count: int | None,
    expect_total: str | None,
    *,
    no_wait: bool,
    dry_run: bool,
    yes: bool,
    **options: Any,
) -> Exit:
    """Check FILES, show the plan, ask, send, and write the result workbook.

    \b
    Example:  armbulk import invoices.xlsx
              armbulk import customers.csv documents.csv lines.csv --yes --json
              armbulk import exported-customers.xlsx --update
    """
    from armbulk.app import imports
    from armbulk.planning import plan
    from armbulk.results import report as results
    from armbulk.results import store_check

    checked = checked_files(desk, given, yes=yes)
    bench = desk.bench
    store = bench.store()
    ready = imports.build_plan(bench, store, checked, plan.ImportOptions(**options))
    if dry_run:
        desk.report.show("plan", plan.to_json(ready))
        return Exit.FINDINGS if ready.is_stopped else Exit.OK
    workbook = store_check.target_for(given.files, target)
    if ready.is_stopped:
        return _stopped(desk, checked, ready, workbook)
    desk = desk.reachable()
    imports.verify_expected_totals(ready, expect_count, expect_total)
    documents = (ready.to_send["resource"] == "documents").any()  # customers may go twice without harm
    if documents and not (ready.options.look_up or ready.options.first_import):
        store_check.verify_history(store, desk.profile.account, given.files, workbook)
    _beforehand(desk, results.verify_writable(workbook, desk.report.lang))
    if not _confirmed(desk, ready, yes=yes) or (ready.options.first_import and not _certain(desk, yes=yes)):
        desk.report.say("Nothing was sent.")
        return Exit.OK
    return _carry_on(desk, store, imports.create_run(bench, store, ready, given), checked, workbook, no_wait=no_wait)


@click.command()
@click.argument("run", required=False, type=int)
@click.option("-o", "target", help="The result workbook.")
@click.option("--look-up", is_flag=True, help="Look each document up at ARM before it is sent.")
@click.option("--first-import", is_flag=True, help="ARM has certainly none of these documents: do not look them up.")
@click.option("--no-wait", is_flag=True, help="Stop with exit code 4 instead of waiting for a window.")
@click.option("--yes", is_flag=True, help="Ask no questions.")
@command
def resume(
    desk: CommandContext,
    run: int | None,
    target: str | None,
    *,
    look_up: bool,
    first_import: bool,
    no_wait: bool,
    yes: bool,
) -> Exit:
    """Carry RUN on (default: the latest unfinished one).

    \b
    Example:  armbulk resume
    """
    from armbulk.app import imports
    from armbulk.results import report as results
    from armbulk.results import store_check

    imports.validate_lookup_options(look_up=look_up, first_import=first_import)
    desk = desk.reachable()
    store = desk.bench.store()
    chosen = store.run(run) if run else imports.latest_unfinished(store, desk.profile.account)
    imports.verify_same_client(chosen, desk.profile.account)
    workbook = store_check.target_for(imports.files_of(chosen), target)
    if not (look_up or first_import):
        store_check.verify_history(store, chosen.account, imports.files_of(chosen), workbook)
    _beforehand(desk, results.verify_writable(workbook, desk.report.lang))
    if first_import and not _certain(desk, yes=yes):
        return Exit.OK
    look_first = True if look_up else False if first_import else None
    return _carry_on(desk, store, chosen.id, None, workbook, no_wait=no_wait, look_first=look_first)


@click.command()
@click.argument("run", type=int)
@click.option("-o", "target", help="The result workbook.")
@command
def results(desk: CommandContext, run: int, target: str | None) -> Exit:
    """Write the result workbook of RUN again.

    \b
    Example:  armbulk results 12 -o result.xlsx
    """
    from armbulk.app import imports
    from armbulk.results import report as made
    from armbulk.results import store_check

    store = desk.bench.store()
    chosen = store.run(run)
    workbook = store_check.target_for(imports.files_of(chosen), target or chosen.result)
    checked = made.check_again(chosen)
    if checked is None:
        desk.report.say(_CHANGED.text(desk.report.lang))
    show(desk, imports.finish(store, run, checked, workbook, desk.report.lang))
    return Exit.OK


def _stopped(desk: CommandContext, checked: "Checked", ready: "ImportPlan", workbook: Path) -> Exit:
    """Errors stop everything before anything is sent; the workbook shows them in place."""
    from armbulk.results import report as results
    from armbulk.validation.check import to_json

    made = results.unsent(ready.items)
    path = results.write_results(made, checked, workbook, desk.report.lang, desk.clock)
    if desk.report.as_json:
        said = to_json(checked, desk.report.lang)
        desk.report.show("run", {**made.report(), "result": str(path), **said})
    else:
        show_findings(desk, checked)
        desk.report.say(f"→ {path}")
    return Exit.FINDINGS


def _confirmed(desk: CommandContext, ready: "ImportPlan", *, yes: bool) -> bool:
    from armbulk.findings.frame import fill_template
    from armbulk.planning import plan

    if not desk.report.as_json:
        desk.report.show("plan", plan.to_json(ready))
    said = {**plan.summarise(ready), "where": desk.profile.account.origin, "client": desk.profile.client_no}
    return desk.ask(fill_template((_SEND_DOCUMENTS if said["last"] else _SEND).text(desk.report.lang), said), yes=yes)


def _certain(desk: CommandContext, *, yes: bool) -> bool:
    """A first import sends what nobody has looked for: that is a person's word, not a slip."""
    return desk.ask(_CERTAIN.text(desk.report.lang), yes=yes)


def _carry_on(
    desk: CommandContext,
    store: "Store",
    run_id: int,
    checked: "Checked | None",
    workbook: Path,
    *,
    no_wait: bool,
    look_first: bool | None = None,
) -> Exit:
    from armbulk.app import imports
    from armbulk.cli.progress import progress
    from armbulk.results import report as made

    run = store.run(run_id)
    with InterruptHandler(desk.clock), progress(desk.report) as tell:
        state = imports.resume(desk.bench, store, run, for_windows=not no_wait, tell=tell, look_first=look_first)
    if state == "interrupted":
        show(desk, made.load_result(store, run_id))
        desk.report.say(f"Interrupted; `armbulk resume {run_id}` goes on.")
        return Exit.INTERRUPTED
    checked = checked or made.check_again(run)
    if checked is None:
        desk.report.say(_CHANGED.text(desk.report.lang))
    try:
        stood = imports.finish(store, run_id, checked, workbook, desk.report.lang)
    except FileError as error:
        stood = made.load_result(store, run_id)
        show(desk, stood)
        desk.report.warn(error.message, error.hint)
        return _exit(stood, state) or error.exit
    show(desk, stood)
    return _exit(stood, state)


def _beforehand(desk: CommandContext, note: str) -> None:
    if note:
        desk.report.say(note)


def _exit(stood: "RunResult", state: str) -> Exit:
    if state == "paused":
        return Exit.LIMIT
    if state == "in_doubt" or stood.counts()["in_doubt"]:
        return Exit.UNFINISHED
    return Exit.OK if stood.all_successful else Exit.FINDINGS


def show(desk: CommandContext, stood: "RunResult") -> None:
    """Show a run as it stands."""
    from armbulk.app import imports
    from armbulk.results import report as made

    lang = desk.report.lang
    said = stood.report()
    desk.report.show(
        "run",
        said,
        state_words=made.state_words(said["state"], lang),
        outcome_words={name: made.outcome_words(name, lang) for name in said["outcomes"]},
        totals=made.control_totals(stood.items),
        open_records=imports.open_records(stood),
        next_steps=made.next_steps(said["outcomes"], lang),
    )
