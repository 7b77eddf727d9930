"""Document bundles: what was created together (all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only_field

DOCUMENT_BUNDLES = Resource(
    name="document-bundles",
    title=Words("Document bundles", "Bilagspakker"),
    sheet_names=(),
    key="document_bundle_id",
    endpoint="documentbundles",
    json_array="documentBundles",
    source="I",
    listing=Listing(
        endpoint="documentbundles",
        key=("documentBundleId",),
        filters=(Filter("customerno", "customerNo"),),
        dates=("fromdate", "todate", "createdTime"),
        source="I",
        note=Words("Known by title only.", "Bare kjent av tittelen."),
    ),
    fields=(
        shared.CLIENT_NO,
        shared.DOCUMENT_BUNDLE_ID,
        shared.ACCOUNT_NO,
        shared.REFERENCE_NO,
        shared.CUSTOMER_NO,
        shared.DOCUMENT_NO,
        read_only_field("status", ("Status", "Status"), "status", FieldType.IDENTIFIER,
                  ("How far it is.", "Hvor langt den er kommet."), "PROCESSED"),
        shared.CREATED_TIME,
    ),
)  # fmt: skip
