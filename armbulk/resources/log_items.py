"""Log items: events of customers and claims (all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

LOG_ITEMS = Resource(
    name="log-items",
    title=Words("Log items", "Loggposter"),
    sheet_names=(),
    other_names=("Log", "Logg"),
    key="log_item_id",
    json_array="logItems",
    source="I",
    listing=Listing(
        endpoint="logitems",
        key=("logItemId",),
        filters=(Filter("customerno", "customerNo"), Filter("accountno", "accountNo")),
        dates=("fromdate", "todate", "createdTime"),
        source="I",
        note=_("ARM's documentation has only the title."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("log_item_id", ("Log item id", "Loggpost-id"), "logItemId", FieldType.IDENTIFIER,
                        _("ARM's id of the log item."), "98765"),
        shared_fields.ACCOUNT_NO,
        shared_fields.REFERENCE_NO,
        shared_fields.CUSTOMER_NO,
        shared_fields.DOCUMENT_NO,
        read_only_field("log_type", ("Log type", "Loggtype"), "logType", FieldType.IDENTIFIER,
                        _("Event code."), "REMINDER"),
        shared_fields.DESCRIPTION,
        shared_fields.CREATED_TIME,
    ),
)  # fmt: skip
