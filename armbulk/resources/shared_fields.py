"""Read-only fields that several of ARM's records have."""

from armbulk.i18n import Text, Words, _
from armbulk.model.fields import Field, FieldRole, FieldType


def read_only_field(
    name: str,
    header: tuple[str, str],
    path: str,
    field_type: FieldType,
    help_text: Text,
    example: str,
    source: str = "I",
) -> Field:
    """Return a field that ARM computes: it is read, never sent. `header` is (English, Norwegian)."""
    return Field(name, Words(*header), path, field_type, help_text, example, role=FieldRole.READ_ONLY, source=source)


CLIENT_NO = read_only_field(
    "client_no", ("Client no", "Klientnr"), "clientNo", FieldType.IDENTIFIER,
    _("Your client number in ARM."), "2218",
)  # fmt: skip
ACCOUNT_NO = read_only_field(
    "account_no", ("Account no", "Reskontronr"), "accountNo", FieldType.IDENTIFIER,
    _("ARM's own number for the customer."), "500002",
)  # fmt: skip
REFERENCE_NO = read_only_field(
    "reference_no", ("Reference no", "Referansenr"), "referenceNo", FieldType.IDENTIFIER,
    _("ARM's number of the claim."), "35078",
)  # fmt: skip
DOCUMENT_BUNDLE_ID = read_only_field(
    "document_bundle_id", ("Document bundle id", "Bilagspakke-id"), "documentBundleId", FieldType.IDENTIFIER,
    _("The bundle the document was created in."), "432795",
)  # fmt: skip
CUSTOMER_NO = read_only_field(
    "customer_no", ("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
    _("Your customer number."), "543210",
)  # fmt: skip
DOCUMENT_NO = read_only_field(
    "document_no", ("Document no", "Fakturanr"), "documentNo", FieldType.IDENTIFIER,
    _("The document's number."), "88776655",
)  # fmt: skip
VOUCHER_DATE = read_only_field(
    "voucher_date", ("Voucher date", "Bilagsdato"), "voucherDate", FieldType.DATE,
    _("Voucher date."), "2025-02-27",
)  # fmt: skip
VOUCHER_TYPE = read_only_field(
    "voucher_type", ("Voucher type", "Bilagsart"), "voucherType", FieldType.INTEGER,
    _("ARM's code for the voucher type."), "3",
)  # fmt: skip
VOUCHER_TYPE_DESCRIPTION = read_only_field(
    "voucher_type_description", ("Voucher type description", "Bilagsart, tekst"), "voucherTypeDescription",
    FieldType.TEXT,
    _("The voucher type in words."), "Invoice",
)  # fmt: skip
VOUCHER_NO = read_only_field(
    "voucher_no", ("Voucher no", "Bilagsnr i hovedbok"), "voucherNo", FieldType.IDENTIFIER,
    _("Voucher number."), "57869",
)  # fmt: skip
TRANSACTION_TEXT = read_only_field(
    "transaction_text", ("Transaction text", "Posteringstekst"), "transactionText", FieldType.TEXT,
    _("Text of the posting."), "Invoice",
)  # fmt: skip
CURRENCY = read_only_field(
    "currency", ("Currency", "Valuta"), "currency", FieldType.IDENTIFIER,
    _("Three-letter currency code (ISO 4217)."), "NOK",
)  # fmt: skip
CURRENCY_AMOUNT = read_only_field(
    "currency_amount", ("Currency amount", "Valutabeløp"), "currencyAmount", FieldType.AMOUNT,
    _("The amount in its own currency."), "625",
)  # fmt: skip
GL_AMOUNT = read_only_field(
    "gl_amount", ("GL amount", "Hovedboksbeløp"), "glAmount", FieldType.AMOUNT,
    _("The amount in the ledger currency."), "625",
)  # fmt: skip
GL_CASE_NO = read_only_field(
    "gl_case_no", ("GL case no", "Hovedbokssak"), "glCaseNo", FieldType.IDENTIFIER,
    _("ARM's number of the posting's case."), "1165723",
)  # fmt: skip
GL_LOT_NO = read_only_field(
    "gl_lot_no", ("GL lot no", "Hovedboksbunt"), "glLotNo", FieldType.IDENTIFIER,
    _("The journal batch of the posting."), "6852398",
)  # fmt: skip
GL_YEAR = read_only_field(
    "gl_year", ("GL year", "Regnskapsår"), "glYear", FieldType.INTEGER,
    _("Ledger year."), "2025",
)  # fmt: skip
GL_PERIOD = read_only_field(
    "gl_period", ("GL period", "Periode"), "glPeriod", FieldType.INTEGER,
    _("Ledger period."), "2",
)  # fmt: skip
GL_ACCOUNT_NO = read_only_field(
    "gl_account_no", ("GL account no", "Hovedbokskonto"), "glAccountNo", FieldType.IDENTIFIER,
    _("General ledger account."), "1500",
)  # fmt: skip
GL_ACCOUNT_NAME = read_only_field(
    "gl_account_name", ("GL account name", "Kontonavn"), "glAccountName", FieldType.TEXT,
    _("Name of the account."), "Accounts receivable",
)  # fmt: skip
CREATED_TIME = read_only_field(
    "created_time", ("Created", "Opprettet"), "createdTime", FieldType.TIME,
    _("When ARM created the record."), "2025-02-27T17:03:36.176+01:00",
)  # fmt: skip
DESCRIPTION = read_only_field(
    "description", ("Description", "Beskrivelse"), "description", FieldType.TEXT,
    _("Description in words."), "Invoice",
)  # fmt: skip
