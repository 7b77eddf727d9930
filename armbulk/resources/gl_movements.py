"""GL movements: opening balance, movement and closing balance by account and period (all inferred, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import Filter, Kind, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only

GL_MOVEMENTS = Resource(
    name="gl-movements",
    title=Words("GL movements", "Hovedboksbevegelser"),
    sheet_names=(),
    key="gl_account_no",
    endpoint="glmovements",
    wrapper="glMovements",
    source="I",
    listing=Listing(
        endpoint="glmovements",
        key=("glYear", "glPeriod", "glAccountNo"),
        filters=(Filter("glaccountno", "glAccountNo"),),
        period=(Filter("glyear", "glYear"), Filter("glperiod", "glPeriod")),
        splits=("glperiod", "glaccountno"),
        source="I",
        note=Words("Known by title only; not every ARM may have it.",
                   "Bare kjent av tittelen; kanskje har ikke alle ARM den."),
    ),
    fields=(
        shared.GL_YEAR,
        shared.GL_PERIOD,
        shared.GL_ACCOUNT_NO,
        read_only("opening_balance", ("Opening balance", "Inngående saldo"), "openingBalance", Kind.AMOUNT,
                  ("Balance when the period began.", "Saldo da perioden begynte."), "1000"),
        read_only("debit", ("Debit", "Debet"), "debit", Kind.AMOUNT,
                  ("Sum of debits.", "Sum debet."), "625"),
        read_only("credit", ("Credit", "Kredit"), "credit", Kind.AMOUNT,
                  ("Sum of credits.", "Sum kredit."), "500.63"),
        read_only("movement", ("Movement", "Bevegelse"), "movement", Kind.AMOUNT,
                  ("Debit less credit.", "Debet minus kredit."), "124.37"),
        read_only("closing_balance", ("Closing balance", "Utgående saldo"), "closingBalance", Kind.AMOUNT,
                  ("Balance when the period ended.", "Saldo da perioden sluttet."), "1124.37"),
    ),
)  # fmt: skip
