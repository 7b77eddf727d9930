"""Insights: the aged balance by intervals (ADB intervals; all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

INSIGHTS = Resource(
    name="insights",
    title=Words("Aged balance", "Aldersfordelt saldo"),
    sheet_names=(),
    other_names=("Ageing", "Aging", "Aldersfordeling"),
    key="interval_no",
    json_array="adbIntervals",
    source="I",
    listing=Listing(
        endpoint="insights/adbintervals",
        key=("intervalNo", "currency"),
        source="I",
        note=_("ARM's documentation has only the title."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("interval_no", ("Interval no", "Intervallnr"), "intervalNo", FieldType.INTEGER,
                        _("Number of the interval."), "1"),
        read_only_field("from_days", ("From days", "Fra dager"), "fromDays", FieldType.INTEGER,
                        _("First day after the due date in the interval."), "1"),
        read_only_field("to_days", ("To days", "Til dager"), "toDays", FieldType.INTEGER,
                        _("Last day after the due date in the interval."), "30"),
        shared_fields.DESCRIPTION,
        shared_fields.CURRENCY,
        read_only_field("item_count", ("Item count", "Antall poster"), "itemCount", FieldType.INTEGER,
                        _("Number of items."), "12"),
        read_only_field("balance", ("Balance", "Restbeløp"), "balance", FieldType.AMOUNT,
                        _("Amount owed in the interval."), "124.37"),
    ),
)  # fmt: skip
