"""The result workbook of a run that changes due dates: what it has of its own."""

import json
from datetime import date

from armbulk.i18n import Words, _
from armbulk.model.due_date import DueDateRow
from armbulk.model.fields import FieldType
from armbulk.resources.due_dates import DUE_DATE_CHANGES
from armbulk.results.call_workbook import CallSheet

_FIELD = DUE_DATE_CHANGES.field


def _list_values(row: DueDateRow, lang: str) -> tuple[str | date | None, ...]:
    del lang
    before = str(json.loads(row.kept)["dueDate"])[:10] if row.kept else ""
    days = (date.fromisoformat(day) if day else None for day in (before, row.due_date))
    return (row.ar_item_id, row.customer_no, row.document_no, *days)


DUE_DATE_SHEET = CallSheet(
    name=Words("Changed due dates", "Endrede forfallsdatoer"),
    title=_("Due dates, run {run}"),
    empty_title=_("Due dates, nothing sent"),
    note=_("A change is never sent twice. Look unconfirmed items up in ARM, and settle them with: armbulk resolve"),
    columns=(
        (_FIELD("ar_item_id").header, FieldType.TEXT),
        (_FIELD("customer_no").header, FieldType.TEXT),
        (_FIELD("document_no").header, FieldType.TEXT),
        (_("Due date before"), FieldType.DATE),
        (_FIELD("due_date").header, FieldType.DATE),
    ),
    values=_list_values,
)
