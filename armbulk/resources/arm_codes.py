"""ARM's own code lists: what the codes in other records mean (all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import Filter, Kind, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only

ARM_CODES = Resource(
    name="codes",
    title=Words("Codes", "Koder"),
    sheet_names=(),
    key="code",
    endpoint="codes",
    wrapper="codes",
    source="I",
    listing=Listing(
        endpoint="codes",
        key=("codeType", "code"),
        filters=(Filter("codetype", "codeType"),),
        source="I",
        note=Words("Known by title only.", "Bare kjent av tittelen."),
    ),
    fields=(
        read_only("code_type", ("Code type", "Kodetype"), "codeType", Kind.IDENTIFIER,
                  ("Which list the code belongs to.", "Hvilken liste koden hører til."), "voucherType"),
        read_only("code", ("Code", "Kode"), "code", Kind.IDENTIFIER, ("The code.", "Koden."), "3"),
        shared.DESCRIPTION,
    ),
)  # fmt: skip
