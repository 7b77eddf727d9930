"""GL items: the postings of the general ledger. Fields by analogy with AR items (marks: I, unverified)."""

from armbulk.i18n import Words
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared
from armbulk.resources.shared import read_only_field

GL_ITEMS = Resource(
    name="gl-items",
    title=Words("GL items", "Hovedboksposter"),
    sheet_names=(),
    key="gl_item_id",
    endpoint="glitems",
    json_array="glItems",
    source="I",
    listing=Listing(
        endpoint="glitems",
        key=("glItemId",),
        filters=(Filter("glaccountno", "glAccountNo"), Filter("voucherno", "voucherNo")),
        dates=("fromdate", "todate", "voucherDate"),
        period=(Filter("glyear", "glYear"), Filter("glperiod", "glPeriod")),
        partition_by=("glperiod", "glaccountno", "voucherno"),
        value_source=(("glaccountno", "glmovements"),),
        source="D",
        note=Words("Path and caps are documented, fields and filters are unverified.",
                   "Sti og tak er dokumentert, felt og filtre er ikke prøvd."),
    ),
    fields=(
        shared.CLIENT_NO,
        read_only_field("gl_item_id", ("GL item id", "Hovedbokspost-id"), "glItemId", FieldType.IDENTIFIER,
                  ("ARM's name of the posting.", "ARMs navn på posteringen."), "2218-6852398-1"),
        shared.GL_CASE_NO,
        shared.GL_LOT_NO,
        shared.GL_YEAR,
        shared.GL_PERIOD,
        shared.VOUCHER_TYPE,
        shared.VOUCHER_TYPE_DESCRIPTION,
        shared.VOUCHER_NO,
        shared.VOUCHER_DATE,
        shared.GL_ACCOUNT_NO,
        shared.GL_ACCOUNT_NAME,
        shared.GL_AMOUNT,
        shared.CURRENCY,
        shared.CURRENCY_AMOUNT,
        read_only_field("vat_code", ("VAT code", "Mva-kode"), "vatCode", FieldType.IDENTIFIER,
                  ("VAT code of the posting.", "Posteringens mva-kode."), "3"),
        shared.TRANSACTION_TEXT,
        shared.CUSTOMER_NO,
        shared.ACCOUNT_NO,
        shared.REFERENCE_NO,
        shared.DOCUMENT_NO,
        shared.CREATED_TIME,
    ),
)  # fmt: skip
