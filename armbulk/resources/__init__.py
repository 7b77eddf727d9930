"""ARM's records as data: one file a resource. Everything about fields is derived from here."""

from armbulk.model import Resource, Words
from armbulk.resources.customers import CUSTOMERS
from armbulk.resources.documents import DOCUMENTS, LINES

RESOURCES: dict[str, Resource] = {one.name: one for one in (CUSTOMERS, DOCUMENTS, LINES)}


def headers() -> dict[str, Words]:
    """Return the words of each field, by the field's name (the same in every resource)."""
    return {field.name: field.header for one in RESOURCES.values() for field in one.fields}
