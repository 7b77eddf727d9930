"""Client configs: how ARM is set up for the client (all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import Filter, Kind, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only

CLIENT_CONFIGS = Resource(
    name="client-configs",
    title=Words("Client configs", "Klientoppsett"),
    sheet_names=(),
    key="config_key",
    endpoint="clientconfigs",
    wrapper="clientConfigs",
    source="I",
    listing=Listing(
        endpoint="clientconfigs",
        key=("configKey", "configValue"),
        filters=(Filter("configkey", "configKey"),),
        source="I",
        note=Words("Known by title only.", "Bare kjent av tittelen."),
    ),
    fields=(
        shared.CLIENT_NO,
        read_only("config_key", ("Config key", "Nøkkel"), "configKey", Kind.IDENTIFIER,
                  ("Name of the setting.", "Innstillingens navn."), "DueDays"),
        read_only("config_value", ("Config value", "Verdi"), "configValue", Kind.TEXT,
                  ("Value of the setting.", "Innstillingens verdi."), "14"),
        shared.DESCRIPTION,
    ),
)  # fmt: skip
