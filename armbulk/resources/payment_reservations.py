"""A sheet of payments to reserve, and the form of the request.

Documented (ARMrest API, "Payment reservations"): the reservation is for the AR item of a document or for a customer, at
least one identification is needed, and the paymentId is unique. The keys of amount and currency are inferred.
"""

from armbulk.i18n import Words, _
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.request_form import RequestForm

EXPERIMENT = "payment_reservations"
"""Its table below `[experimental]` in config.toml."""

IDENTIFICATIONS = ("document_no", "ar_item_id", "document_uuid", "reference_no", "kid", "customer_no", "account_no")
"""The columns of which a row has exactly one: which ARM would follow if two disagree is not known."""

PAYMENT_RESERVATIONS = Resource(
    name="payment-reservations",
    title=Words("Payment reservations", "Betalingsreservasjoner"),
    sheet_names=("Payment reservations", "Betalingsreservasjoner"),
    key="payment_id",
    source="I",
    fields=(
        Field("payment_id", Words("Payment id", "Betalings-id"), "paymentId", FieldType.IDENTIFIER,
              _("Unique id of the payment. It is sent only once."), "P-2026-0001", required=True, max_length=100,
              is_key=True, source="D", aliases=("Payment no", "Betalingsid", "Betalingsnr")),
        Field("document_no", Words("Document no", "Fakturanr"), "documentNo", FieldType.IDENTIFIER,
              _("The document that is paid."), "88776655", max_length=50, is_key=True, source="D",
              aliases=("Invoice no", "Document number", "Invoice number", "Fakturanummer", "Bilagsnr")),
        Field("ar_item_id", Words("AR item id", "Reskontropost-id"), "arItemId", FieldType.IDENTIFIER,
              _("The AR item that is paid."), "2218-500002-35078-0", max_length=100, is_key=True, source="D"),
        Field("document_uuid", Words("Document UUID", "Bilags-UUID"), "documentUuid", FieldType.IDENTIFIER,
              _("The document's UUID."), "", max_length=50, is_key=True, source="D"),
        Field("reference_no", Words("Reference no", "Referansenr"), "referenceNo", FieldType.IDENTIFIER,
              _("ARM's reference number of the document."), "35078", max_length=20, is_key=True, source="D"),
        Field("kid", Words("KID", "KID"), "kid", FieldType.IDENTIFIER,
              _("Payment reference of the document or the customer."), "500221850000200350781",
              pattern=r"^\d{1,24}[\d-]$", source="D", may_start_with_zero=True,
              aliases=("KID-nummer", "Payment reference")),
        Field("customer_no", Words("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
              _("The customer who pays."), "543210", max_length=50, is_key=True, source="D",
              aliases=("Customer number", "Kundenummer")),
        Field("account_no", Words("Account no", "Reskontronr"), "accountNo", FieldType.IDENTIFIER,
              _("ARM's account of the customer."), "500002", max_length=20, is_key=True, source="D"),
        Field("amount", Words("Amount", "Beløp"), "amount", FieldType.AMOUNT,
              _("The amount to reserve."), "625.00", required=True, source="I"),
        Field("currency", Words("Currency", "Valuta"), "currency", FieldType.IDENTIFIER,
              _("Three-letter currency code (ISO 4217)."), "NOK", required=True, pattern=r"(?i)^[a-z]{3}$",
              format="currency", source="I", aliases=("Valutakode",)),
    ),
)  # fmt: skip

_MEMBERS = {field.path: f"{{{field.name}}}" for field in PAYMENT_RESERVATIONS.fields}

RESERVATION_FORM = RequestForm(
    "paymentreservations", {"metadata": {"userId": "{user_id}"}, "paymentReservation": _MEMBERS}
)

PLACES = frozenset({"user_id", *(field.name for field in PAYMENT_RESERVATIONS.fields)})
"""The places that a body may have."""
