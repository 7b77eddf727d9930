"""The result workbook of a run that deletes customers: what it has of its own."""

from armbulk.i18n import Words, _
from armbulk.model.deletion import DeleteRow
from armbulk.model.fields import FieldType
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.results.call_workbook import CallSheet


def _list_values(row: DeleteRow, _lang: str) -> tuple[str, str]:
    return row.customer_no, row.name


DELETION_SHEET = CallSheet(
    name=Words("Deleted customers", "Slettede kunder"),
    title=_("Deletes of customers, run {run}"),
    empty_title=_("Deletes of customers, nothing sent"),
    note=_("ARM has no undelete. armbulk keeps each record as it was until `armbulk purge`."),
    columns=tuple((CUSTOMER_DELETES.field(name).header, FieldType.TEXT) for name in ("customer_no", "name")),
    values=_list_values,
)
