"""The command `migrate`."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import click

from armbulk.cli.argument_types import FILE_NAME, RUN
from armbulk.cli.command import CommandContext, command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.number_types import WholeNumber
from armbulk.cli.progress import REPEAT_HINT, show_progress, with_progress
from armbulk.cli.show import warn_of_other_name
from armbulk.cli.word_choice import WordChoice
from armbulk.errors import Exit, UsageError
from armbulk.i18n import _
from armbulk.model.command_line import write_command
from armbulk.model.read_options import DATE_ORDERS, DECIMAL_SEPARATORS

_LONG_BYTES = 2_000_000
"""Files of so many bytes take a second or two."""

_HINT = _(
    "Use `armbulk migrate FILE… -o FILE.xlsx`, `armbulk migrate --rehearse FILE.xlsx` or `armbulk migrate --verify RUN`"
)


@click.command(cls=TranslatedCommand)
@click.argument("files", nargs=-1, type=FILE_NAME)
@click.option("-o", "target", type=FILE_NAME, metavar="FILE.xlsx", help=_("The workbook to write."))
@click.option("--items", type=FILE_NAME, metavar="FILE", help=_("The ledger's own list of open items: Excel or CSV."))
@click.option(
    "--rehearse",
    "rehearsed",
    type=FILE_NAME,
    metavar="FILE.xlsx",
    help=_("Import this workbook into a sandbox on this computer, and write a page that shows what happened."),
)
@click.option(
    "--compare",
    "compares",
    is_flag=True,
    help=_("Look the customers up in ARM: those that exist are on a sheet of their own, with what differs."),
)
@click.option(
    "--verify",
    "verified",
    type=RUN,
    metavar="RUN",
    help=_("Compare the import RUN of a migration with the AR items that ARM has. Nothing is sent."),
)
@click.option(
    "--earlier",
    type=FILE_NAME,
    metavar="FILE",
    multiple=True,
    help=_("The SAF-T file of an earlier period. Repeat it for several."),
)
@click.option(
    "--prefix",
    metavar="TEXT",
    default="IB-",
    show_default=True,
    help=_("Beginning of the numbers of balances and of amounts from before the period."),
)
@click.option(
    "--due-days",
    type=WholeNumber(0, 365),
    metavar="DAYS",
    help=_("Days from the document date to the due date, where the ledger has none."),
)
@click.option(
    "--default-country", metavar="CODE", default="", help=_("Country of addresses without one, for example NO.")
)
@click.option("--numbers", type=FILE_NAME, metavar="FILE.csv", help=_("Table of customer numbers: old; new."))
@click.option("--use-email", "uses_email", is_flag=True, help=_("Take e-mail addresses: ARM sends documents to them."))
@click.option("--use-national-ids", "uses_national_ids", is_flag=True, help=_("Take persons' identity numbers."))
@click.option(
    "--category",
    "categories",
    metavar="TYPE=CODE",
    multiple=True,
    help=_("Category code of private, company or government customers, such as Private=CONS. Repeat it for several."),
)
@click.option("--no-kid", "drops_kid", is_flag=True, help=_("Leave out the payment references of the old ledger."))
@click.option(
    "--mapping", type=FILE_NAME, metavar="FILE", help=_("Mapping of the list (TOML), or the name of a ready-made one.")
)
@click.option(
    "--dates", type=WordChoice(DATE_ORDERS), help=_("Order of day, month and year in dates such as 01/02/25.")
)
@click.option(
    "--decimal",
    type=WordChoice(DECIMAL_SEPARATORS),
    help=_("Decimal separator, if values such as 1.234 are ambiguous."),
)
@click.option("--encoding", metavar="NAME", help=_("Encoding of CSV files, if detection fails."))
@click.option("--strict", is_flag=True, help=_("Write no workbook unless everything is proved."))
@click.option(
    "--no-wait",
    is_flag=True,
    help=_("With --verify or --compare: stop with exit code 4 instead of waiting for a limit."),
)
@click.option("--yes", is_flag=True, help=_("Replace an existing file; the old file is kept as .bak. Do not ask."))
@command
@with_progress
def migrate(
    context: CommandContext,
    files: tuple[str, ...],
    target: str | None,
    items: str | None,
    rehearsed: str | None,
    verified: int | None,
    *,
    no_wait: bool,
    **choices: Any,
) -> Exit:
    """Turn the files of another ledger (SAF-T Financial of Norway) into a workbook for review. Nothing is sent.

    FILES are the parts of one export: .xml or .zip. The workbook has the customers and their open items, the proof of
    each balance, what is left out, and questions. Answer them, correct what is wrong, and import the workbook. If you
    have the ledger's list of open items, add it with --items: it says which items are open.

    \b
    Example:  armbulk migrate saft-2025.xml -o migration.xlsx
              armbulk migrate saft-2025.xml --items open-items.xlsx -o migration.xlsx
              armbulk migrate part1.xml part2.xml --earlier saft-2024.zip -o migration.xlsx
              armbulk migrate saft-2025.xml --compare -o migration.xlsx
              armbulk migrate --rehearse migration.xlsx
              armbulk migrate --verify 12
    """
    if rehearsed is not None and (files or items or verified or target is not None):
        raise UsageError("rehearse-alone", _("--rehearse cannot be used with other files or -o"), _HINT)
    if verified is not None and (files or items):
        raise UsageError("verify-alone", _("--verify cannot be used with files"), _HINT)
    if rehearsed is not None:
        return _rehearse(context, rehearsed)
    if verified is not None:
        return _verify(context, verified, target, yes=choices["yes"], no_wait=no_wait)
    if not (files or items) or target is None:
        raise UsageError("nothing-to-do", _("The files of a ledger and a workbook are needed"), _HINT)
    return _write(context, files, target, items, no_wait=no_wait, **choices)


def _write(
    context: CommandContext,
    files: tuple[str, ...],
    target: str,
    items: str | None,
    *,
    earlier: tuple[str, ...],
    compares: bool,
    no_wait: bool,
    yes: bool,
    **choices: Any,
) -> Exit:
    """Write the workbook for review."""
    from armbulk.app.existing_customers import find_existing_customers
    from armbulk.app.migrate import MigrationFiles, build_choices, migrate_ledger
    from armbulk.cli.dialog import TerminalDialog

    source = Path(items) if items else None
    inputs = MigrationFiles(tuple(map(Path, files)), tuple(map(Path, earlier)), Path(target), source, replace=yes)
    session = context.session
    decided = build_choices(session.profile.migration, **choices)
    aids: dict[str, Any] = {"reading": _show_reading(context, (*inputs.files, *inputs.earlier))}
    if compares:
        login, dialog = session.require_login(), TerminalDialog(context, yes=yes, hint=REPEAT_HINT)
        aids["look_up"] = lambda table: find_existing_customers(login, session.store, table, dialog, wait=not no_wait)
    written = migrate_ledger(inputs, decided, session.clock, context.lang, **aids)
    warn_of_other_name(context.reporter, Path(target), written.path)
    report = written.to_json(context.lang)
    context.reporter.show("migrate", report, check_command=write_command("check", [str(written.path)]))
    return Exit.OK if written.ok else Exit.FINDINGS


def _show_reading(context: CommandContext, files: tuple[Path, ...]) -> AbstractContextManager[Any]:
    """Show the reading of files that take longer than a moment."""
    size = sum(file.stat().st_size for file in files if file.is_file())
    return show_progress(context) if size >= _LONG_BYTES else nullcontext()


def _rehearse(context: CommandContext, workbook: str) -> Exit:
    """Import the workbook into a sandbox; show what happened."""
    from armbulk.app.rehearse import rehearse

    session = context.session
    rehearsal = rehearse(Path(workbook), session.profile, session.clock)
    command_line = write_command("import", [workbook])
    context.reporter.show("rehearsal", rehearsal.to_json(), import_command=command_line)
    return Exit.OK if rehearsal.ok else Exit.FINDINGS


def _verify(context: CommandContext, run: int, target: str | None, *, yes: bool, no_wait: bool) -> Exit:
    """Compare an import with ARM's AR items; show what differs."""
    from armbulk.app.verify_migration import verify_migration
    from armbulk.cli.dialog import TerminalDialog

    session, dialog = context.session, TerminalDialog(context, yes=yes, hint=REPEAT_HINT)
    login = session.require_login()
    check = verify_migration(login, session.store, run, dialog, target=target, replace=yes, wait=not no_wait)
    if check is None:
        context.reporter.say(_("Nothing was compared."))
        return Exit.OK
    context.reporter.show("migration-check", check.to_json(context.lang))
    return Exit.OK if check.ok else Exit.FINDINGS
