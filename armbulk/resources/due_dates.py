"""A sheet of AR items with new due dates, and the form of the request.

Documented (ARMrest API, "AR items"): a PUT changes details of an item, and can create a credit note. Neither its body
nor the members that can be changed are documented: the form is inferred.
"""

from armbulk.i18n import Words, _
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.request_form import RequestForm

DUE_DATE_EXPERIMENT = "due_dates"
"""Its table below `[experimental]` in config.toml."""

DUE_DATE_CHANGES = Resource(
    name="due-dates",
    title=Words("Due dates", "Forfallsdatoer"),
    sheet_names=("Due dates", "Forfallsdatoer"),
    key="ar_item_id",
    source="I",
    fields=(
        Field("ar_item_id", Words("AR item id", "Reskontropost-id"), "arItemId", FieldType.IDENTIFIER,
              _("The AR item whose due date changes."), "2218-500002-35078-0", required=True, max_length=100,
              is_key=True, source="E"),
        Field("customer_no", Words("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
              _("The item's customer. ARM's item must have the same."), "543210", required=True, max_length=50,
              is_key=True, source="E", aliases=("Customer number", "Kundenummer")),
        Field("document_no", Words("Document no", "Fakturanr"), "documentNo", FieldType.IDENTIFIER,
              _("The item's document. ARM's item must have the same."), "88776655", required=True, max_length=50,
              is_key=True, source="E",
              aliases=("Invoice no", "Document number", "Invoice number", "Fakturanummer", "Bilagsnr")),
        Field("due_date", Words("New due date", "Ny forfallsdato"), "dueDate", FieldType.DATE,
              _("The due date that the item gets."), "2026-12-31", required=True, source="I",
              aliases=("Nytt forfall",)),
    ),
)  # fmt: skip

DUE_DATE_FORM = RequestForm(
    "aritems",
    {"metadata": {"userId": "{user_id}"}, "arItem": {"arItemId": "{ar_item_id}", "dueDate": "{due_date}"}},
)

DUE_DATE_PLACES = frozenset({"user_id", *(field.name for field in DUE_DATE_CHANGES.fields)})
"""The places that a body may have."""
