"""The command `doctor`."""

import sys

import click

from armbulk.cli.command import PlainContext, plain_command
from armbulk.cli.language import TranslatedCommand
from armbulk.cli.terminal import find_width
from armbulk.errors import Exit
from armbulk.i18n import _


@click.command(cls=TranslatedCommand)
@click.option("--offline", is_flag=True, help=_("Do not call ARM. Without it, the test of the login uses 1 request."))
@click.option("--health", is_flag=True, help=_("Also ask ARM for its own health check (address assumed, 1 call)."))
@plain_command
def doctor(context: PlainContext, *, offline: bool, health: bool) -> Exit:
    """Check this computer, the settings, the login, the connection to ARM, and armbulk's database.

    It says what to do about each problem, and ends with a text for a support mail. Nothing secret is shown.

    \b
    Example:  armbulk doctor
              armbulk doctor --offline --profile anne-as
    """
    from armbulk.app.doctor.diagnosis import DiagnosisRequest, diagnose
    from armbulk.app.doctor.machine import Console

    shared, reporter = context.shared, context.reporter
    console = Console(sys.stdout.encoding or "", find_width(sys.stdout))
    request = DiagnosisRequest(
        shared.profile, shared.settings(), shared.aup_file, console, offline, health, shared.verbose, reporter.lang
    )
    with reporter.working(_("checking …")):
        diagnosis = diagnose(request)
    reporter.lang = diagnosis.lang
    reporter.show("doctor", diagnosis.to_json())
    return diagnosis.exit_code
