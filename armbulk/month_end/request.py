"""What a month-end export asks for: a list, or the close pack of a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from armbulk.errors import UsageError
from armbulk.export.request import ExportArguments, ExportRequest, build_request

CLOSE = "close"
"""Name of the close pack on the command line."""


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """A list to export, and whether the close pack is made of it.

    Attributes:
        request: the list.
        close: whether to make the close pack.
        accounts: receivable accounts, when the caller chose them.
    """

    request: ExportRequest
    close: bool = False
    accounts: tuple[str, ...] = ()

    @property
    def is_gl_items(self) -> bool:
        """Whether the list is the postings of the general ledger, which are tied out."""
        return self.request.resource.name == "gl-items"


def build_close_request(resource: str, arguments: ExportArguments, accounts: Sequence[str] = ()) -> CloseRequest:
    """Return the request for a resource or the close pack; UsageError when the arguments do not fit together."""
    if resource != CLOSE:
        if accounts:
            raise UsageError(
                "accounts-unused", "--receivable-account belongs to `armbulk export close`", "Leave it out"
            )
        return CloseRequest(build_request(resource, arguments))
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
            "The close pack is of one whole period",
            "Say --period 2025-02, and nothing else to choose by",
        )
    return CloseRequest(build_request("gl-items", arguments), close=True, accounts=tuple(dict.fromkeys(accounts)))


def verify_close_format(target: Path) -> None:
    """Make sure that the file of a close pack is a workbook; UsageError otherwise."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError("close-form", f"{target.name}: the close pack is a workbook", "Use -o FILE.xlsx")
