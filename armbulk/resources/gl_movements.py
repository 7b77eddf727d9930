"""GL movements: opening balance, movement and closing balance by account and period (all inferred, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

GL_MOVEMENTS = Resource(
    name="gl-movements",
    title=Words("GL movements", "Hovedboksbevegelser"),
    sheet_names=(),
    other_names=("Movements", "Bevegelser"),
    key="gl_account_no",
    json_array="glMovements",
    source="I",
    listing=Listing(
        endpoint="glmovements",
        key=("glYear", "glPeriod", "glAccountNo"),
        filters=(Filter("glaccountno", "glAccountNo"),),
        period=(Filter("glyear", "glYear"), Filter("glperiod", "glPeriod")),
        partition_by=("glperiod", "glaccountno"),
        source="I",
        note=_("ARM's documentation has only the title, and not every ARM may have this list."),
    ),
    fields=(
        shared_fields.GL_YEAR,
        shared_fields.GL_PERIOD,
        shared_fields.GL_ACCOUNT_NO,
        read_only_field("opening_balance", ("Opening balance", "Inngående saldo"), "openingBalance", FieldType.AMOUNT,
                        _("Opening balance of the period."), "1000"),
        read_only_field("debit", ("Debit", "Debet"), "debit", FieldType.AMOUNT,
                        _("Sum of debits."), "625"),
        read_only_field("credit", ("Credit", "Kredit"), "credit", FieldType.AMOUNT,
                        _("Sum of credits."), "500.63"),
        read_only_field("movement", ("Movement", "Bevegelse"), "movement", FieldType.AMOUNT,
                        _("Debit less credit."), "124.37"),
        read_only_field("closing_balance", ("Closing balance", "Utgående saldo"), "closingBalance", FieldType.AMOUNT,
                        _("Closing balance of the period."), "1124.37"),
    ),
)  # fmt: skip
