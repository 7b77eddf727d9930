"""Client configs: the client's settings at ARM (all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

CLIENT_CONFIGS = Resource(
    name="client-configs",
    title=Words("Client configs", "Klientoppsett"),
    sheet_names=(),
    key="config_key",
    json_array="clientConfigs",
    source="I",
    listing=Listing(
        endpoint="clientconfigs",
        key=("configKey", "configValue"),
        filters=(Filter("configkey", "configKey"),),
        source="I",
        note=Words("Known by title only.", "Bare kjent av tittelen."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("config_key", ("Config key", "Nøkkel"), "configKey", FieldType.IDENTIFIER,
                        ("Name of the setting.", "Innstillingens navn."), "DueDays"),
        read_only_field("config_value", ("Config value", "Verdi"), "configValue", FieldType.TEXT,
                        ("Value of the setting.", "Innstillingens verdi."), "14"),
        shared_fields.DESCRIPTION,
    ),
)  # fmt: skip
