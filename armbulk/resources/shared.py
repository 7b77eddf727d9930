"""Fields that several of ARM's records have, and that can only be read."""

from armbulk.i18n import Words
from armbulk.model.fields import Field, Kind, Use


def read_only(name: str, header: tuple[str, str], path: str, kind: Kind, told: tuple[str, str], example: str,
              source: str = "I") -> Field:  # fmt: skip
    """A field that ARM works out: it comes out, and is never sent."""
    return Field(name, Words(*header), path, kind, Words(*told), example, use=Use.COMPUTED, source=source)


CLIENT_NO = read_only("client_no", ("Client no", "Klientnr"), "clientNo", Kind.IDENTIFIER,
                      ("Your client number at ARM.", "Klientnummeret ditt hos ARM."), "2218")  # fmt: skip
ACCOUNT_NO = read_only("account_no", ("Account no", "Reskontronr"), "accountNo", Kind.IDENTIFIER,
                       ("ARM's own number for the customer.", "ARMs eget nummer på kunden."), "500002")  # fmt: skip
REFERENCE_NO = read_only("reference_no", ("Reference no", "Referansenr"), "referenceNo", Kind.IDENTIFIER,
                         ("ARM's number of the claim.", "ARMs nummer på kravet."), "35078")  # fmt: skip
DOCUMENT_BUNDLE_ID = read_only(
    "document_bundle_id", ("Document bundle id", "Bilagspakke-id"), "documentBundleId", Kind.IDENTIFIER,
    ("The bundle the document was created in.", "Pakken bilaget ble opprettet i."), "432795",
)  # fmt: skip
CUSTOMER_NO = read_only("customer_no", ("Customer no", "Kundenr"), "customerNo", Kind.IDENTIFIER,
                        ("Your number for the customer.", "Ditt nummer på kunden."), "543210")  # fmt: skip
DOCUMENT_NO = read_only("document_no", ("Document no", "Fakturanr"), "documentNo", Kind.IDENTIFIER,
                        ("The document's number.", "Bilagets nummer."), "88776655")  # fmt: skip
VOUCHER_DATE = read_only("voucher_date", ("Voucher date", "Bilagsdato"), "voucherDate", Kind.DATE,
                         ("Date of the voucher.", "Bilagets dato."), "2025-02-27")  # fmt: skip
VOUCHER_TYPE = read_only("voucher_type", ("Voucher type", "Bilagsart"), "voucherType", Kind.INTEGER,
                         ("ARM's code of the kind of voucher.", "ARMs kode for slags bilag."), "3")  # fmt: skip
VOUCHER_TYPE_DESCRIPTION = read_only(
    "voucher_type_description", ("Voucher type description", "Bilagsart, tekst"), "voucherTypeDescription", Kind.TEXT,
    ("The kind of voucher in words.", "Slags bilag i ord."), "Invoice",
)  # fmt: skip
VOUCHER_NO = read_only("voucher_no", ("Voucher no", "Bilagsnr i hovedbok"), "voucherNo", Kind.IDENTIFIER,
                       ("Number of the voucher.", "Bilagets nummer i hovedboken."), "57869")  # fmt: skip
TRANSACTION_TEXT = read_only("transaction_text", ("Transaction text", "Posteringstekst"), "transactionText", Kind.TEXT,
                             ("Text of the posting.", "Teksten på posteringen."), "Invoice")  # fmt: skip
CURRENCY = read_only("currency", ("Currency", "Valuta"), "currency", Kind.IDENTIFIER,
                     ("Three-letter currency code (ISO 4217).", "Valutakode med tre bokstaver (ISO 4217)."),
                     "NOK")  # fmt: skip
CURRENCY_AMOUNT = read_only("currency_amount", ("Currency amount", "Valutabeløp"), "currencyAmount", Kind.AMOUNT,
                            ("The amount in its own currency.", "Beløpet i egen valuta."), "625")  # fmt: skip
GL_AMOUNT = read_only("gl_amount", ("GL amount", "Hovedboksbeløp"), "glAmount", Kind.AMOUNT,
                      ("The amount in the ledger's currency.", "Beløpet i hovedbokens valuta."), "625")  # fmt: skip
GL_CASE_NO = read_only("gl_case_no", ("GL case no", "Hovedbokssak"), "glCaseNo", Kind.IDENTIFIER,
                       ("ARM's number of the posting's case.", "ARMs saksnummer for posteringen."),
                       "1165723")  # fmt: skip
GL_LOT_NO = read_only("gl_lot_no", ("GL lot no", "Hovedboksbunt"), "glLotNo", Kind.IDENTIFIER,
                      ("The lot the posting was made in.", "Bunten posteringen ble gjort i."), "6852398")  # fmt: skip
GL_YEAR = read_only("gl_year", ("GL year", "Regnskapsår"), "glYear", Kind.INTEGER,
                    ("Year of the ledger.", "Hovedbokens år."), "2025")  # fmt: skip
GL_PERIOD = read_only("gl_period", ("GL period", "Periode"), "glPeriod", Kind.INTEGER,
                      ("Period of the ledger.", "Hovedbokens periode."), "2")  # fmt: skip
GL_ACCOUNT_NO = read_only("gl_account_no", ("GL account no", "Hovedbokskonto"), "glAccountNo", Kind.IDENTIFIER,
                          ("Account of the general ledger.", "Konto i hovedboken."), "1500")  # fmt: skip
GL_ACCOUNT_NAME = read_only("gl_account_name", ("GL account name", "Kontonavn"), "glAccountName", Kind.TEXT,
                            ("Name of the account.", "Kontoens navn."), "Accounts receivable")  # fmt: skip
CREATED_TIME = read_only("created_time", ("Created", "Opprettet"), "createdTime", Kind.TIME,
                         ("When ARM made it.", "Når ARM laget den."), "2025-02-27T17:03:36.176+01:00")  # fmt: skip
DESCRIPTION = read_only("description", ("Description", "Beskrivelse"), "description", Kind.TEXT,
                        ("What it is, in words.", "Hva det er, i ord."), "Invoice")  # fmt: skip
