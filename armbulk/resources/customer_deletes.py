"""A sheet of customers to delete. Nothing of it is sent: its rows say which customers are meant."""

from armbulk.i18n import Words, _
from armbulk.model.fields import Field, FieldType, Resource

CUSTOMER_DELETES = Resource(
    name="customer-deletes",
    title=Words("Customers to delete", "Kunder som slettes"),
    sheet_names=("Customers to delete", "Kunder som slettes"),
    key="customer_no",
    source="I",
    fields=(
        Field("customer_no", Words("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
              _("Number of the customer to delete."), "543210", required=True, max_length=50, is_key=True,
              aliases=("Customer number", "Kundenummer", "Customer to delete", "Kunde som kan slettes")),
        Field("name", Words("Name", "Navn"), "name", FieldType.TEXT,
              _("Its name, as ARM has it."), "ARMchair Industries AS", required=True, max_length=200,
              aliases=("Customer name", "Kundenavn", "Its name", "Navnet")),
        Field("delete", Words("Delete", "Slett"), "delete", FieldType.TEXT,
              _("DELETE or SLETT in each row that is meant."), "DELETE", required=True),
    ),
)  # fmt: skip
