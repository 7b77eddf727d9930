"""Insights: the aged balance by intervals (ADB intervals; all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import FieldType, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

INSIGHTS = Resource(
    name="insights",
    title=Words("Aged balance", "Aldersfordelt saldo"),
    sheet_names=(),
    key="interval_no",
    json_array="adbIntervals",
    source="I",
    listing=Listing(
        endpoint="insights/adbintervals",
        key=("intervalNo", "currency"),
        source="I",
        note=Words("Known by title only.", "Bare kjent av tittelen."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("interval_no", ("Interval no", "Intervallnr"), "intervalNo", FieldType.INTEGER,
                        ("Number of the interval.", "Intervallets nummer."), "1"),
        read_only_field("from_days", ("From days", "Fra dager"), "fromDays", FieldType.INTEGER,
                        ("Days after the due date, at least.", "Dager etter forfall, minst."), "1"),
        read_only_field("to_days", ("To days", "Til dager"), "toDays", FieldType.INTEGER,
                        ("Days after the due date, at most.", "Dager etter forfall, høyst."), "30"),
        shared_fields.DESCRIPTION,
        shared_fields.CURRENCY,
        read_only_field("item_count", ("Item count", "Antall poster"), "itemCount", FieldType.INTEGER,
                        ("How many items.", "Hvor mange poster."), "12"),
        read_only_field("balance", ("Balance", "Restbeløp"), "balance", FieldType.AMOUNT,
                        ("What is owed in the interval.", "Det som skyldes i intervallet."), "124.37"),
    ),
)  # fmt: skip
