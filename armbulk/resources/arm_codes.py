"""ARM's own code lists: what the codes in other records mean (all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

ARM_CODES = Resource(
    name="codes",
    title=Words("Codes", "Koder"),
    sheet_names=(),
    other_names=("ARM codes", "Kodelister"),
    key="code",
    json_array="codes",
    source="I",
    listing=Listing(
        endpoint="codes",
        key=("codeType", "code"),
        filters=(Filter("codetype", "codeType"),),
        source="I",
        note=_("ARM's documentation has only the title."),
    ),
    fields=(
        read_only_field("code_type", ("Code type", "Kodetype"), "codeType", FieldType.IDENTIFIER,
                        _("Which list the code belongs to."), "voucherType"),
        read_only_field("code", ("Code", "Kode"), "code", FieldType.IDENTIFIER,
                        _("The code."), "3"),
        shared_fields.DESCRIPTION,
    ),
)  # fmt: skip
