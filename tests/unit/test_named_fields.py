"""Which field ARM's message is about: names in its own spelling, nested names, and what is not clear."""

from __future__ import annotations

import pytest

from armbulk.results.named_fields import find_named_field, split_by_field


@pytest.mark.parametrize(
    ("resource", "message", "name"),
    [
        ("customers", "EmailAddressDocument: Sanitized", "email_address_document"),
        ("customers", "PostalAddress.PostalCode: unknown", "postal_code"),
        ("customers", "$.customers[0].postalAddress.postalCode: unknown", "postal_code"),
        ("customers", "PostalCode: unknown", "postal_code"),
        ("customers", "organization_no: unknown", "organization_no"),
        ("customers", "Distribution.Type: x", "distribution_type"),
        ("documents", "EmailAddressDocument: Sanitized", "email_address"),
        ("documents", "CurrencyAmounts.InclVat: too low", "incl_vat"),
        ("documents", "documents[2].DueDate:before the date", "due_date"),
        ("documents", "DocumentLines[1].Vat: wrong", None),
        ("documents", "answered 422: dueDate is wrong", None),
        ("documents", "Error: something", None),
        ("documents", "No field at all", None),
        ("documents", "dueDate: ", None),
        ("documents", "", None),
    ],
)
def test_a_message_names_a_field(resource: str, message: str, name: str | None) -> None:
    """The field is found whatever the letters' case, the path and the index; a line's field is not the document's."""
    field = find_named_field(resource, message)
    assert (field.name if field else None) == name


def test_a_message_is_split_where_another_field_begins() -> None:
    """Each warning is one part; an error with several fields has a part for each, and its other words stay together."""
    text = "Rejected; see the list; DueDate: before; the date; Currency: unknown\nKid: wrong"
    parts = [(part, field.name if field else None) for part, field in split_by_field("documents", text)]
    assert parts == [
        ("Rejected; see the list; DueDate: before; the date", "due_date"), ("Currency: unknown", "currency"),
        ("Kid: wrong", "kid"),
    ]  # fmt: skip
    assert list(split_by_field("documents", "")) == [("", None)]
