"""Rows as examples of a template: the fields' own examples, and rows that agree with them, in each language."""

from collections.abc import Mapping

from armbulk.i18n import ENGLISH, NORWEGIAN
from armbulk.model.fields import FieldRole, Resource

_OF_A_PERSON = frozenset({"ssn", "ssn_country", "date_of_birth", "year_of_birth", "informal_name", "customer_category"})
"""Fields of customers that the first example, a company, does not have."""

_PERSON = {
    "customer_no": "054321", "postal_code": "5003", "city_name": "Bergen", "country_code": "NO",
    "language": "no", "currency": "NOK", "due_days": "14", "vat_liable": "false",
}  # fmt: skip
_PERSON_WORDS: Mapping[str, Mapping[str, str]] = {
    ENGLISH: {
        "name": "Owe Armstrong", "address_line_1": "12 Harbour Street", "email_address_document": "owe@example.com",
        "phone_no": "91000000", "country_text": "Norway",
    },
    NORWEGIAN: {
        "name": "Kari Nordmann", "address_line_1": "Øvre Torggate 12", "country_text": "Norge",
        "email_address_document": "kari@eksempel.no; kari.nordmann@eksempel.no", "phone_no": "91000000",
    },
}  # fmt: skip
_SECOND_DOCUMENT = {
    "document_type": "IN", "customer_no": "054321", "document_no": "88776656", "document_date": "2025-02-28",
    "due_date": "2025-03-14", "currency": "NOK", "language": "no", "excl_vat": "200", "vat": "50", "incl_vat": "250",
}  # fmt: skip
_LINES = (
    {"quantity": "20", "excl_vat": "4000", "vat": "1000", "incl_vat": "5000"},
    {"line_no": "2", "quantity": "6", "excl_vat": "1200", "vat": "300", "incl_vat": "1500"},
    {"document_no": "88776656", "excl_vat": "200", "vat": "50", "incl_vat": "250"},
)


def list_example_rows(resource: Resource, lang: str) -> list[dict[str, str]]:
    """Return example rows of a resource: field name → value. They agree with each other, and the lines add up.

    Every field that has an example has a value in one of them.
    """
    first = {
        field.name: field.find_example(lang)
        for field in resource.fields
        if field.role is not FieldRole.READ_ONLY and field.example
    }
    match resource.name:
        case "customers":
            company = {name: value for name, value in first.items() if name not in _OF_A_PERSON}
            person = {name: first[name] for name in first if name in _OF_A_PERSON}
            words = _PERSON_WORDS.get(lang, _PERSON_WORDS[ENGLISH])
            return [company, {**person, **_PERSON, **words}]
        case "documents":
            return [first, _SECOND_DOCUMENT]
        case "lines":
            return [{**first, **changes} for changes in _LINES]
        case _:
            return [first]
