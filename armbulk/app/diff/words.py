"""Words of a comparison, for people."""

from armbulk.app.diff.customers import CustomerState, Reason
from armbulk.app.diff.documents import DocumentState
from armbulk.i18n import NO_TEXT, Text, _

_STATE_NAMES: dict[str, Text] = {
    CustomerState.NEW: _("new"),
    CustomerState.CHANGED: _("changed"),
    CustomerState.UNCHANGED: _("unchanged"),
    CustomerState.CONFLICT: _("to decide"),
    CustomerState.CHANGED_IN_ARM: _("kept in ARM"),
    CustomerState.NOT_COMPARED: _("left out"),
    DocumentState.SAME: _("in ARM"),
    DocumentState.OTHER: _("differs"),
    DocumentState.UNCLEAR: _("unclear"),
    "only_in_arm": _("only in ARM"),
}
_CONFLICT = _("conflict")
_MARKS: dict[str, str] = {
    CustomerState.NEW: "+",
    CustomerState.CHANGED: "~",
    CustomerState.UNCHANGED: "=",
    CustomerState.CONFLICT: "?",
    CustomerState.CHANGED_IN_ARM: "!",
    CustomerState.NOT_COMPARED: "-",
    DocumentState.SAME: "=",
    DocumentState.OTHER: "✗",
    DocumentState.UNCLEAR: "?",
}
"""What stands before a state, so that it is seen without colours, too."""

REASONS: dict[Reason, Text] = {
    Reason.ZEROS_LOST: _("The file has lost the leading zeros"),
    Reason.MASKED: _("ARM shows it masked and would lose it, so enter it, too"),
    Reason.CHANGED_SINCE_EXPORT: _("Changed in ARM since the export"),
    Reason.NOT_SENT_FROM_HERE: _("ARM's value was not sent from this computer"),
    Reason.CHANGED_SINCE_SENT: _("Changed in ARM since it was sent"),
}

KEPT = _("Stays: the file does not have this part of the address")
"""The note of ARM's value in an address of which other parts change."""

COLUMNS: dict[str, Text] = {
    "state": _("Status"),
    "document_no": _("Document in the file"),
    "customer_no": _("Customer in the file"),
    "file": _("Input file"),
    "sheet": _("Sheet"),
    "cell": _("Cell"),
    "header": _("Field"),
    "at_arm": _("Value in ARM"),
    "in_file": _("Value in the file"),
    "exported": _("Value in the export"),
    "amount": _("Its amount incl. VAT"),
    "currency": _("Its currency"),
    "note": _("Note"),
    "name": _("Its name"),
}
"""Headers of tables: too few of them are headers of an import for anybody to import a comparison."""

_MEANINGS: dict[str, Text] = {
    CustomerState.NEW: _("An import creates them."),
    CustomerState.CHANGED: _("An import sends these values."),
    CustomerState.CHANGED_IN_ARM: _(
        "Changed in ARM since they were sent, but not in the file. An import does not change them."
    ),
    CustomerState.NOT_COMPARED: _("The rows have errors, or are hidden."),
    DocumentState.OTHER: _("ARM has other documents with these numbers. An import does not send them."),
    DocumentState.UNCLEAR: _("ARM's answer does not show whether it has them."),
    "only_in_arm": _("Not in the file. An import does not change them."),
}
_IN_CONFLICT = _("Changed in ARM since the export, or not in ARM. An import leaves them out.")
_TO_DECIDE = _(
    "ARM has values that were not sent from this computer. An import asks you; with --yes ARM's values stay, with "
    "--overwrite those of the file are sent."
)


def name_state(state: str, *, update: bool = False) -> Text:
    """Return the name of a state; conflicts of changes (`update`) are not decided by a person."""
    return _CONFLICT if update and state == CustomerState.CONFLICT else _STATE_NAMES[state]


def mark_state(state: str, *, update: bool = False) -> str:
    """Return the sign of a state; "" for one that is only counted."""
    if update and state == CustomerState.CONFLICT:
        return _MARKS[DocumentState.OTHER]
    return _MARKS.get(state, "")


def explain_state(state: str, *, update: bool = False) -> Text:
    """Return what an import does with records of a state; "" where that is plain."""
    if state == CustomerState.CONFLICT:
        return _IN_CONFLICT if update else _TO_DECIDE
    return _MEANINGS.get(state, NO_TEXT)
