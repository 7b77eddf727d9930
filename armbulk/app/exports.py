"""Export a list of ARM to a file, or price it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from armbulk.app.dialog import Dialog
from armbulk.context import Context
from armbulk.export.page_reader import Interrupted
from armbulk.export.request import ExportArguments
from armbulk.export.result import ExportResult
from armbulk.month_end.close import plan_export, run_export
from armbulk.month_end.request import CloseRequest, build_close_request
from armbulk.resources import EXPORTS
from armbulk.results.report import verify_writable


def build_export_request(
    resource: str, target: Path | None, accounts: Sequence[str] = (), **arguments: Any
) -> CloseRequest:
    """Return what is to be exported, from the arguments of `armbulk export`.

    Args:
        resource: One of `resources.EXPORTS`, or `close` for the month-end pack.
        target: The file, whose ending is its format; None: RESOURCE.xlsx in this folder.
        accounts: For `close`: the GL accounts that hold what customers owe.
        arguments: The rest of `export.request.ExportArguments`.

    Raises:
        UsageError: ARM cannot be asked that.
    """
    return build_close_request(resource, ExportArguments(target or Path(f"{resource}.xlsx"), **arguments), accounts)


def price_export(context: Context, request: CloseRequest, dialog: Dialog) -> dict[str, Any]:
    """Return the size and the price of an export, as the JSON of `armbulk export --plan` has them."""
    with dialog.sending() as progress:
        return plan_export(context, request, on_progress=progress)


def export_to_file(
    context: Context, request: CloseRequest, dialog: Dialog, *, wait: bool, fresh: bool
) -> ExportResult | None:
    """Read a list, prove it complete, and write it; None when it was interrupted: the same call goes on from there."""
    lang = context.profile.lang
    if note := verify_writable(request.request.target, lang):
        dialog.note(note)
    with dialog.sending() as progress:
        try:
            return run_export(context, request, lang, waits=wait, fresh=fresh, on_progress=progress)
        except Interrupted:
            return None


def column_headers(lang: str) -> dict[str, str]:
    """Return the header of every column that can be exported, by the name of its field."""
    fields = (field for resource in EXPORTS.values() for field in resource.readable)
    return {field.name: field.header.text(lang) for field in fields}
