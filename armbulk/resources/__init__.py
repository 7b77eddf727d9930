"""ARM's records as data: one file a resource. Everything about fields is derived from here."""

from armbulk.i18n import Words
from armbulk.model.fields import Resource
from armbulk.resources.ar_items import AR_ITEMS
from armbulk.resources.arm_codes import ARM_CODES
from armbulk.resources.client_configs import CLIENT_CONFIGS
from armbulk.resources.customers import CUSTOMERS
from armbulk.resources.document_bundles import DOCUMENT_BUNDLES
from armbulk.resources.documents import DOCUMENTS, LINES
from armbulk.resources.gl_items import GL_ITEMS
from armbulk.resources.gl_movements import GL_MOVEMENTS
from armbulk.resources.insights import INSIGHTS
from armbulk.resources.log_items import LOG_ITEMS

RESOURCES: dict[str, Resource] = {one.name: one for one in (CUSTOMERS, DOCUMENTS, LINES)}
"""What can be imported: what the sheets of a workbook may hold."""

UPDATED: dict[str, Resource] = {name: one.partial for name, one in RESOURCES.items()}
"""The same where records are changed: what ARM holds already need not be said."""

EXPORTS: dict[str, Resource] = {
    one.name: one
    for one in (
        CUSTOMERS,
        DOCUMENTS,
        AR_ITEMS,
        GL_ITEMS,
        GL_MOVEMENTS,
        DOCUMENT_BUNDLES,
        LOG_ITEMS,
        ARM_CODES,
        CLIENT_CONFIGS,
        INSIGHTS,
    )
}
"""What can be exported, by its name on the command line."""


def headers() -> dict[str, Words]:
    """Return the words of each field, by the field's name (the same in every resource)."""
    return {field.name: field.header for one in RESOURCES.values() for field in one.fields}
