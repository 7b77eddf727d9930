"""What the terminal shows of a comparison: counts, the first values that differ, and the first other records."""

from typing import TYPE_CHECKING, Any

from armbulk.app.diff.customers import CustomerState, Reason
from armbulk.app.diff.documents import DocumentState
from armbulk.app.diff.words import explain_state, mark_state, name_state
from armbulk.model.text_style import style

if TYPE_CHECKING:
    from armbulk.app.diff.comparison import FileComparison

MAX_VALUES, MAX_RECORDS = 20, 10
"""How many values, and other records, are shown without --details."""

_ALWAYS = (CustomerState.NEW, CustomerState.CHANGED, CustomerState.UNCHANGED, DocumentState.SAME)
_PLAIN_REASONS = (Reason.NOT_SENT_FROM_HERE, Reason.CHANGED_SINCE_SENT)
"""Reasons that the count of the state explains already."""

_STYLES: dict[str, str] = {
    CustomerState.CONFLICT: "warning",
    CustomerState.CHANGED_IN_ARM: "warning",
    DocumentState.OTHER: "bad",
    DocumentState.UNCLEAR: "warning",
}


def describe(comparison: "FileComparison", report: dict[str, Any], *, details: bool) -> dict[str, Any]:
    """Return what the template of `armbulk diff` shows in addition to its JSON."""
    values, left = report["changes"], _list_left(report, details=details)
    shown = len(values) if details else MAX_VALUES
    shown_left = left if details else left[:MAX_RECORDS]
    update = comparison.update
    return {
        "lines": _count_lines(report, comparison.check.lang),
        "values": [
            {**value, "mark": mark_state(value["state"], update=update), "note": _choose_note(value)}
            for value in values[:shown]
        ],
        "more_values": sum(field["customers"] for field in report["fields"]) - len(values[:shown]),
        "kept": report["kept_values"] if details else [],
        "left": [{**record, "mark": mark_state(record["state"], update=update)} for record in shown_left],
        "more_left": len(left) - len(shown_left),
    }


def _count_lines(report: dict[str, Any], lang: str) -> list[dict[str, Any]]:
    """A line for each state that has records, or always has a line."""
    lines = []
    for resource in ("customers", "documents"):
        counts = report[resource] or {}
        for state, count in counts.items():
            if count or (count is not None and state in _ALWAYS):
                mark = mark_state(state, update=report["update"]) or " "
                name = name_state(state, update=report["update"]).text(lang)
                label = f"{mark} {name[:1].upper()}{name[1:]}"
                text = explain_state(state, update=report["update"]).text(lang)
                colour = _STYLES.get(state)
                label = style(label, colour) if colour else label
                lines.append({"label": label, "count": count, "resource": resource, "text": text})
    return lines


def _list_left(report: dict[str, Any], *, details: bool) -> list[dict[str, Any]]:
    """The records of which no value shows why they are not the same in ARM; new ones are details."""
    customers = [{**record, "document_no": ""} for record in report["records"] if record["message"]]
    documents = [record for record in report["document_records"] if record["message"]]
    new = [
        {"document_no": "", **record}
        for record in (*report["records"], *report["document_records"])
        if record["state"] == CustomerState.NEW
    ]
    return [*customers, *documents, *(new if details else [])]


def _choose_note(value: dict[str, Any]) -> str:
    return "" if value["reason"] in _PLAIN_REASONS else value["note"]
