"""What a month-end export reads: the postings of a slice of the ledger, or the close pack of a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from armbulk.errors import UsageError
from armbulk.export.request import ExportArguments, ExportRequest, build_list_request
from armbulk.i18n import _
from armbulk.resources import CLOSE_NAME

CLOSE = CLOSE_NAME.name
"""Name of the close pack on the command line."""

POSTINGS = "gl-items"
"""Name of the list that a month-end reads first: the postings of the general ledger, which are tied out."""


@dataclass(frozen=True, slots=True)
class MonthEndRequest:
    """Postings to export and reconcile, and whether the close pack is made of them.

    Attributes:
        request: the list of postings.
        close: whether to make the close pack.
        accounts: receivable accounts, when the caller chose them.
        with_names: whether the close pack has the names of customers.
    """

    request: ExportRequest
    close: bool = False
    accounts: tuple[str, ...] = ()
    with_names: bool = True


def build_month_end_request(
    resource: str, arguments: ExportArguments, accounts: Sequence[str] = (), *, with_names: bool = True
) -> MonthEndRequest:
    """Return the request for all postings, or for the close pack; UsageError when the arguments do not fit together."""
    if resource != CLOSE:
        verify_no_close_options(accounts, with_names=with_names)
        return MonthEndRequest(build_list_request(POSTINGS, arguments))
    verify_close_format(arguments.target)
    others = (
        arguments.year,
        arguments.first,
        arguments.last,
        arguments.where,
        arguments.columns,
        arguments.since,
    )
    if not arguments.period or any(others):
        raise UsageError(
            "close-period",
            _("The month-end export needs exactly one period"),
            _("Use only --period, for example: armbulk export close --period 2025-02"),
        )
    request = build_list_request(POSTINGS, arguments)
    return MonthEndRequest(request, close=True, accounts=tuple(dict.fromkeys(accounts)), with_names=with_names)


def verify_no_close_options(accounts: Sequence[str], *, with_names: bool) -> None:
    """Make sure that options of the close pack are used for it only; UsageError otherwise."""
    if not with_names:
        raise UsageError(
            "names-unused",
            _("--no-customer-names can only be used with `armbulk export close`"),
            _("Remove --no-customer-names"),
        )
    if accounts:
        raise UsageError(
            "accounts-unused",
            _("--receivable-account can only be used with `armbulk export close`"),
            _("Remove --receivable-account"),
        )


def verify_close_format(target: Path) -> None:
    """Make sure that the file of a close pack is a workbook; UsageError otherwise."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError(
            "close-form",
            _("{name}: the month-end export is an Excel workbook", name=target.name),
            _("Use -o FILE.xlsx"),
        )
