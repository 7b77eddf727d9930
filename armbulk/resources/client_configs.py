"""Client configs: the client's settings in ARM (all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

CLIENT_CONFIGS = Resource(
    name="client-configs",
    title=Words("Client configs", "Klientoppsett"),
    sheet_names=(),
    other_names=("Config", "Oppsett"),
    key="config_key",
    json_array="clientConfigs",
    source="I",
    listing=Listing(
        endpoint="clientconfigs",
        key=("configKey", "configValue"),
        filters=(Filter("configkey", "configKey"),),
        source="I",
        note=_("ARM's documentation has only the title."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("config_key", ("Config key", "Nøkkel"), "configKey", FieldType.IDENTIFIER,
                        _("Name of the setting."), "DueDays"),
        read_only_field("config_value", ("Config value", "Verdi"), "configValue", FieldType.TEXT,
                        _("Value of the setting."), "14"),
        shared_fields.DESCRIPTION,
    ),
)  # fmt: skip
