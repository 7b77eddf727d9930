"""Read-only fields that several of ARM's records have."""

from armbulk.i18n import Words
from armbulk.model.fields import Field, FieldRole, FieldType


def read_only_field(
    name: str,
    header: tuple[str, str],
    path: str,
    field_type: FieldType,
    help_text: tuple[str, str],
    example: str,
    source: str = "I",
) -> Field:
    """Return a field that ARM computes: it is read, never sent. `header` and `help_text` are (English, Norwegian)."""
    return Field(
        name, Words(*header), path, field_type, Words(*help_text), example, role=FieldRole.READ_ONLY, source=source
    )


CLIENT_NO = read_only_field(
    "client_no", ("Client no", "Klientnr"), "clientNo", FieldType.IDENTIFIER,
    ("Your client number at ARM.", "Klientnummeret ditt hos ARM."), "2218",
)  # fmt: skip
ACCOUNT_NO = read_only_field(
    "account_no", ("Account no", "Reskontronr"), "accountNo", FieldType.IDENTIFIER,
    ("ARM's own number for the customer.", "ARMs eget nummer på kunden."), "500002",
)  # fmt: skip
REFERENCE_NO = read_only_field(
    "reference_no", ("Reference no", "Referansenr"), "referenceNo", FieldType.IDENTIFIER,
    ("ARM's number of the claim.", "ARMs nummer på kravet."), "35078",
)  # fmt: skip
DOCUMENT_BUNDLE_ID = read_only_field(
    "document_bundle_id", ("Document bundle id", "Bilagspakke-id"), "documentBundleId", FieldType.IDENTIFIER,
    ("The bundle the document was created in.", "Pakken bilaget ble opprettet i."), "432795",
)  # fmt: skip
CUSTOMER_NO = read_only_field(
    "customer_no", ("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
    ("Your number for the customer.", "Ditt nummer på kunden."), "543210",
)  # fmt: skip
DOCUMENT_NO = read_only_field(
    "document_no", ("Document no", "Fakturanr"), "documentNo", FieldType.IDENTIFIER,
    ("The document's number.", "Bilagets nummer."), "88776655",
)  # fmt: skip
VOUCHER_DATE = read_only_field(
    "voucher_date", ("Voucher date", "Bilagsdato"), "voucherDate", FieldType.DATE,
    ("Date of the voucher.", "Bilagets dato."), "2025-02-27",
)  # fmt: skip
VOUCHER_TYPE = read_only_field(
    "voucher_type", ("Voucher type", "Bilagsart"), "voucherType", FieldType.INTEGER,
    ("ARM's code of the kind of voucher.", "ARMs kode for slags bilag."), "3",
)  # fmt: skip
VOUCHER_TYPE_DESCRIPTION = read_only_field(
    "voucher_type_description", ("Voucher type description", "Bilagsart, tekst"), "voucherTypeDescription",
    FieldType.TEXT,
    ("The kind of voucher in words.", "Slags bilag i ord."), "Invoice",
)  # fmt: skip
VOUCHER_NO = read_only_field(
    "voucher_no", ("Voucher no", "Bilagsnr i hovedbok"), "voucherNo", FieldType.IDENTIFIER,
    ("Number of the voucher.", "Bilagets nummer i hovedboken."), "57869",
)  # fmt: skip
TRANSACTION_TEXT = read_only_field(
    "transaction_text", ("Transaction text", "Posteringstekst"), "transactionText", FieldType.TEXT,
    ("Text of the posting.", "Teksten på posteringen."), "Invoice",
)  # fmt: skip
CURRENCY = read_only_field(
    "currency", ("Currency", "Valuta"), "currency", FieldType.IDENTIFIER,
    ("Three-letter currency code (ISO 4217).", "Valutakode med tre bokstaver (ISO 4217)."), "NOK",
)  # fmt: skip
CURRENCY_AMOUNT = read_only_field(
    "currency_amount", ("Currency amount", "Valutabeløp"), "currencyAmount", FieldType.AMOUNT,
    ("The amount in its own currency.", "Beløpet i egen valuta."), "625",
)  # fmt: skip
GL_AMOUNT = read_only_field(
    "gl_amount", ("GL amount", "Hovedboksbeløp"), "glAmount", FieldType.AMOUNT,
    ("The amount in the ledger's currency.", "Beløpet i hovedbokens valuta."), "625",
)  # fmt: skip
GL_CASE_NO = read_only_field(
    "gl_case_no", ("GL case no", "Hovedbokssak"), "glCaseNo", FieldType.IDENTIFIER,
    ("ARM's number of the posting's case.", "ARMs saksnummer for posteringen."), "1165723",
)  # fmt: skip
GL_LOT_NO = read_only_field(
    "gl_lot_no", ("GL lot no", "Hovedboksbunt"), "glLotNo", FieldType.IDENTIFIER,
    ("The lot the posting was made in.", "Bunten posteringen ble gjort i."), "6852398",
)  # fmt: skip
GL_YEAR = read_only_field(
    "gl_year", ("GL year", "Regnskapsår"), "glYear", FieldType.INTEGER,
    ("Year of the ledger.", "Hovedbokens år."), "2025",
)  # fmt: skip
GL_PERIOD = read_only_field(
    "gl_period", ("GL period", "Periode"), "glPeriod", FieldType.INTEGER,
    ("Period of the ledger.", "Hovedbokens periode."), "2",
)  # fmt: skip
GL_ACCOUNT_NO = read_only_field(
    "gl_account_no", ("GL account no", "Hovedbokskonto"), "glAccountNo", FieldType.IDENTIFIER,
    ("Account of the general ledger.", "Konto i hovedboken."), "1500",
)  # fmt: skip
GL_ACCOUNT_NAME = read_only_field(
    "gl_account_name", ("GL account name", "Kontonavn"), "glAccountName", FieldType.TEXT,
    ("Name of the account.", "Kontoens navn."), "Accounts receivable",
)  # fmt: skip
CREATED_TIME = read_only_field(
    "created_time", ("Created", "Opprettet"), "createdTime", FieldType.TIME,
    ("When ARM made it.", "Når ARM laget den."), "2025-02-27T17:03:36.176+01:00",
)  # fmt: skip
DESCRIPTION = read_only_field(
    "description", ("Description", "Beskrivelse"), "description", FieldType.TEXT,
    ("What it is, in words.", "Hva det er, i ord."), "Invoice",
)  # fmt: skip
