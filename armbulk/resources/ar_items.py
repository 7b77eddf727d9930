"""AR items: what customers owe and have paid. The fields of the published example (marks: E)."""

from dataclasses import replace

from armbulk.i18n import Words
from armbulk.model.fields import Filter, Kind, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only

AR_ITEMS = Resource(
    name="ar-items",
    title=Words("AR items", "Reskontroposter"),
    sheet_names=(),
    key="ar_item_id",
    endpoint="aritems",
    wrapper="arItems",
    listing=Listing(
        endpoint="aritems",
        key=("arItemId",),
        filters=(
            Filter("customerno", "customerNo"),
            Filter("accountno", "accountNo"),
            Filter("documentno", "documentNo"),
            Filter("openonly"),
        ),
        dates=("fromdate", "todate", "voucherDate"),
        splits=("customerno", "accountno", "documentno"),
        told_by=(("customerno", "customers"),),
        source="D",
        note=Words("Path and caps are documented, the filters are unverified.",
                   "Sti og tak er dokumentert, filtrene er ikke prøvd."),
    ),
    fields=tuple(replace(one, source="E") for one in (
        shared.CLIENT_NO,
        shared.ACCOUNT_NO,
        shared.REFERENCE_NO,
        read_only("reference_sequence_no", ("Reference sequence no", "Løpenr"), "referenceSequenceNo", Kind.INTEGER,
                  ("Number of the item within the claim.", "Postens nummer i kravet."), "0"),
        read_only("ar_item_id", ("AR item id", "Reskontropost-id"), "arItemId", Kind.IDENTIFIER,
                  ("ARM's name of the item.", "ARMs navn på posten."), "2218-500002-35078-0"),
        shared.CUSTOMER_NO,
        shared.DOCUMENT_NO,
        shared.VOUCHER_DATE,
        read_only("due_date", ("Due date", "Forfallsdato"), "dueDate", Kind.DATE,
                  ("When it must be paid.", "Når det må betales."), "2025-04-01"),
        read_only("original_due_date", ("Original due date", "Opprinnelig forfall"), "originalDueDate", Kind.DATE,
                  ("When it first had to be paid.", "Når det først måtte betales."), "2025-03-13"),
        shared.CURRENCY,
        shared.CURRENCY_AMOUNT,
        read_only("currency_balance", ("Currency balance", "Valutasaldo"), "currencyBalance", Kind.AMOUNT,
                  ("What is left, in its own currency.", "Det som gjenstår, i egen valuta."), "124.37"),
        shared.GL_AMOUNT,
        read_only("gl_balance", ("GL balance", "Hovedbokssaldo"), "glBalance", Kind.AMOUNT,
                  ("What is left, in the ledger's currency.", "Det som gjenstår, i hovedbokens valuta."), "124.37"),
        read_only("kid", ("KID", "KID"), "kid", Kind.IDENTIFIER,
                  ("Payment reference, as text.", "Betalingsreferanse, som tekst."), "500221850000200350786"),
        shared.VOUCHER_TYPE,
        shared.VOUCHER_TYPE_DESCRIPTION,
        shared.VOUCHER_NO,
        shared.TRANSACTION_TEXT,
        shared.GL_CASE_NO,
        shared.GL_LOT_NO,
        shared.GL_YEAR,
        shared.GL_PERIOD,
        read_only("external_id_1", ("External id 1", "Ekstern id 1"), "externalId1", Kind.IDENTIFIER,
                  ("An id from another system.", "En id fra et annet system."), "9Pb3bfEjKr2iFPxKNIGHhB"),
        read_only("ledger_period_report_no", ("Ledger period report no", "Perioderapportnr"), "ledgerPeriodReportNo",
                  Kind.IDENTIFIER, ("Number of the period's report.", "Nummeret på periodens rapport."), "2564"),
        read_only("reserved_status", ("Reserved status", "Reservert status"), "reservedStatus", Kind.IDENTIFIER,
                  ("Whether a payment is reserved.", "Om en betaling er reservert."), ""),
        shared.CREATED_TIME,
    )),
)  # fmt: skip
