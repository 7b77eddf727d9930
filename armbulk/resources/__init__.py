"""ARM's records as data, one module per resource. Everything about fields is derived from here."""

from armbulk.errors import UsageError
from armbulk.i18n import Words, _
from armbulk.model.fields import Field, Resource
from armbulk.model.resource_name import ResourceName, find_name, unknown_name_hint
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

RESOURCES: dict[str, Resource] = {resource.name: resource for resource in (CUSTOMERS, DOCUMENTS, LINES)}
"""What can be imported, by name: each is a sheet of a workbook."""

UPDATE_RESOURCES: dict[str, Resource] = {name: resource.for_update() for name, resource in RESOURCES.items()}
"""The same for a change of existing records: only the key is required."""

EXPORTS: dict[str, Resource] = {
    resource.name: resource
    for resource in (
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


def require_import_resource(word: str) -> str:
    """Return the name of what can be imported that a word means: its name, its title or another word for it.

    Raises:
        UsageError: It means nothing that can be imported.
    """
    names = [resource.command_name for resource in RESOURCES.values()]
    name = find_name(word, names)
    if name is None:
        raise UsageError(
            "no-such-resource",
            _("'{name}' is not something armbulk can import", name=word),
            unknown_name_hint(word, names),
        )
    return name


def list_field_headers() -> dict[str, Words]:
    """Return the header of each field, by the field's name (the same in every resource)."""
    return {name: field.header for name, field in fields_by_name().items()}


CLOSE_NAME = ResourceName(
    "close", Words("Month-end pack", "Månedsavslutning"), ("Month-end", "Close pack", "Avslutning", "Periodeavslutning")
)
"""What the month-end pack, which is made of several lists, is called on the command line."""

ALL = ResourceName("all", Words("Customers and documents", "Kunder og fakturaer"), ("Everything", "Alle", "Alt"))
"""The template of all resources together."""


def list_template_resources() -> dict[str, tuple[Resource, ...]]:
    """Return the resources on the sheets of each template: each resource with its lines or parent, and `all`."""
    families = {resource.name: _family(resource) for resource in RESOURCES.values()}
    return {**families, ALL.name: tuple(RESOURCES.values())}


def _family(resource: Resource) -> tuple[Resource, ...]:
    parent = next((candidate for candidate in RESOURCES.values() if candidate.lines is resource), resource)
    return (parent, parent.lines) if parent.lines else (parent,)


def fields_by_name() -> dict[str, Field]:
    """Return the fields of what can be imported, by name; a name means the same in every resource."""
    return {field.name: field for resource in RESOURCES.values() for field in resource.fields}
