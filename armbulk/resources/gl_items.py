"""GL items: the postings of the general ledger. Fields by analogy with AR items (source I, unverified)."""

from armbulk.i18n import Words, _
from armbulk.model.fields import FieldType, Filter, Listing, Resource
from armbulk.resources import shared_fields
from armbulk.resources.shared_fields import read_only_field

GL_ITEMS = Resource(
    name="gl-items",
    title=Words("GL items", "Hovedboksposter"),
    sheet_names=(),
    other_names=("GL", "Hovedbok", "General ledger", "Posteringer", "Postings"),
    key="gl_item_id",
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
        note=_("The path and the maximums are documented. Fields and filters have not been tested."),
    ),
    fields=(
        shared_fields.CLIENT_NO,
        read_only_field("gl_item_id", ("GL item id", "Hovedbokspost-id"), "glItemId", FieldType.IDENTIFIER,
                        _("ARM's id of the posting."), "2218-6852398-1"),
        shared_fields.GL_CASE_NO,
        shared_fields.GL_LOT_NO,
        shared_fields.GL_YEAR,
        shared_fields.GL_PERIOD,
        shared_fields.VOUCHER_TYPE,
        shared_fields.VOUCHER_TYPE_DESCRIPTION,
        shared_fields.VOUCHER_NO,
        shared_fields.VOUCHER_DATE,
        shared_fields.GL_ACCOUNT_NO,
        shared_fields.GL_ACCOUNT_NAME,
        shared_fields.GL_AMOUNT,
        shared_fields.CURRENCY,
        shared_fields.CURRENCY_AMOUNT,
        read_only_field("vat_code", ("VAT code", "Mva-kode"), "vatCode", FieldType.IDENTIFIER,
                        _("VAT code of the posting."), "3"),
        shared_fields.TRANSACTION_TEXT,
        shared_fields.CUSTOMER_NO,
        shared_fields.ACCOUNT_NO,
        shared_fields.REFERENCE_NO,
        shared_fields.DOCUMENT_NO,
        shared_fields.CREATED_TIME,
    ),
)  # fmt: skip
