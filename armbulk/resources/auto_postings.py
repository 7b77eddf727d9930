"""A sheet of auto postings to validate, and the form of the request.

Documented (ARMrest API, "AutoPostings"): the request has a set of postings, all or none are posted, and validateOnly on
one posting affects the whole set. Everything else of the body is inferred.
"""

from collections.abc import Mapping
from dataclasses import replace

from armbulk.i18n import Words, _
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.posting_form import AUTO_POSTINGS_PATH, VALIDATE_ONLY
from armbulk.model.request_form import RequestForm

POSTINGS_EXPERIMENT = "auto_postings"
"""Its table below `[experimental]` in config.toml."""

AUTO_POSTINGS = Resource(
    name="auto-postings",
    title=Words("Auto postings", "Automatiske posteringer"),
    sheet_names=("Auto postings", "Automatiske posteringer"),
    key="posting_no",
    source="I",
    fields=(
        Field("posting_no", Words("Posting no", "Posteringsnr"), "", FieldType.IDENTIFIER,
              _("Your own number of the posting. It is not sent."), "1", required=True, max_length=100,
              is_key=True, source="I", aliases=("Posting number", "Posteringsnummer")),
        Field("customer_no", Words("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
              _("The customer whose account is posted to."), "543210", max_length=50, is_key=True, source="I",
              aliases=("Customer number", "Kundenummer")),
        Field("document_no", Words("Document no", "Fakturanr"), "documentNo", FieldType.IDENTIFIER,
              _("The document that the posting is for."), "88776655", max_length=50, is_key=True, source="I",
              aliases=("Invoice no", "Document number", "Invoice number", "Fakturanummer", "Bilagsnr")),
        Field("ar_item_id", Words("AR item id", "Reskontropost-id"), "arItemId", FieldType.IDENTIFIER,
              _("The AR item that the posting is for."), "2218-500002-35078-0", max_length=100, is_key=True,
              source="I"),
        Field("amount", Words("Amount", "Beløp"), "amount", FieldType.AMOUNT,
              _("The amount, with the sign that Amili has confirmed."), "625.00", required=True, source="I"),
        Field("currency", Words("Currency", "Valuta"), "currency", FieldType.IDENTIFIER,
              _("Three-letter currency code (ISO 4217)."), "NOK", required=True, pattern=r"(?i)^[a-z]{3}$",
              format="currency", source="I", aliases=("Valutakode",)),
        Field("posting_date", Words("Posting date", "Bokføringsdato"), "postingDate", FieldType.DATE,
              _("The day on which it would be posted."), "2026-11-30", source="I"),
        Field("text", Words("Text", "Tekst"), "text", FieldType.TEXT,
              _("The text of the posting."), "Payment", source="I"),
    ),
)  # fmt: skip

_SENT = {field.path: f"{{{field.name}}}" for field in AUTO_POSTINGS.fields if field.path}

POSTINGS_FORM = RequestForm(
    f"{AUTO_POSTINGS_PATH}/{{method}}",
    {"metadata": {"userId": "{user_id}"}, "autoPostings": [{VALIDATE_ONLY: True, **_SENT}]},
)

POSTING_PLACES = frozenset({"user_id", *(field.name for field in AUTO_POSTINGS.fields if field.path)})
"""The places that a body may have."""


def add_own_columns(columns: Mapping[str, str]) -> tuple[Resource, dict[str, str]]:
    """Return the resource with the user's own columns, and the key of each of them → the name of its field.

    Args:
        columns: Header → key in the request, as the profile has them.
    """
    names = {key: "own_" + "x" * number for number, key in enumerate(columns.values(), 1)}  # places have no digits
    own = [
        Field(names[key], Words(header, header), "", FieldType.TEXT, _("Your own column."), "", source="I")
        for header, key in columns.items()
    ]
    return replace(AUTO_POSTINGS, fields=(*AUTO_POSTINGS.fields, *own)), names
