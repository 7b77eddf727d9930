"""Document bundles: documents created together (all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

DOCUMENT_BUNDLES = Resource(
    name="document-bundles",
    title=Words("Document bundles", "Bilagspakker"),
    sheet_names=(),
    other_names=("Bundles", "Pakker"),
    key="document_bundle_id",
    json_array="documentBundles",
    source="I",
    listing=Listing(
        endpoint="documentbundles",
        key=("documentBundleId",),
        filters=(Filter("customerno", "customerNo"),),
        dates=("fromdate", "todate", "createdTime"),
        source="I",
        note=_("ARM's documentation has only the title."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        shared_fields.DOCUMENT_BUNDLE_ID,
        shared_fields.ACCOUNT_NO,
        shared_fields.REFERENCE_NO,
        shared_fields.CUSTOMER_NO,
        shared_fields.DOCUMENT_NO,
        read_only_field("status", ("Status", "Status"), "status", FieldType.IDENTIFIER,
                        _("Status of the bundle."), "PROCESSED"),
        shared_fields.CREATED_TIME,
    ),
)  # fmt: skip
