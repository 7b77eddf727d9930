"""Documents (invoices, credit notes) and their lines: the fields of the published POST example."""

from importlib import import_module
from typing import TYPE_CHECKING

from armbulk.i18n import Text, Words, _
from armbulk.model.fields import Field, FieldRole, FieldType, Filter, Listing, Resource, Rule
from armbulk.resources.code_lists import COMMON_CURRENCIES, COMMON_LANGUAGES, COMMON_SCHEMES
from armbulk.resources.shared_fields import ACCOUNT_NO, CLIENT_NO, DOCUMENT_BUNDLE_ID, REFERENCE_NO

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

_KEY = r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$"

_TYPE_WORDS = (
    *(
        (word, "IN")
        for word in (
            "in", "faktura", "invoice", "utgående faktura", "salgsfaktura", "sales invoice", "kundefaktura", "inv"
        )
    ),
    ("cn", "CN"),
)  # fmt: skip
"""ARM's code of an invoice. That of a credit note is not documented, so that `Kreditnota` is refused; CN is the one
that the samples and the stand-in ARM use."""

_DOCUMENT_NO = Words("Document no", "Fakturanr")
_DOCUMENT_NO_ALIASES = ("Invoice no", "Fakturanummer", "Bilagsnr", "Bilagsnummer", "Document number", "Invoice number")


def _rule(name: str) -> "Callable[[], pl.Expr]":
    """Return a rule of `document_rules`. It loads polars when it is called: help and shells name resources without."""

    def call() -> "pl.Expr":
        expression: pl.Expr = getattr(import_module("armbulk.resources.document_rules"), name)()
        return expression

    return call


def _amounts(amount: Text, word_en: str, word_no: str) -> tuple[Field, ...]:
    """Return the three amounts that a document and a line have."""
    excl_vat = Words(f"{word_en} amount excl. VAT", f"{word_no}beløp eks. mva")
    vat = Words(f"{word_en} VAT", f"{word_no}mva")
    incl_vat = Words(f"{word_en} amount incl. VAT", f"{word_no}beløp inkl. mva")
    return (
        Field("excl_vat", Words("Amount excl. VAT", "Beløp eks. mva"), "currencyAmounts.exclVat", FieldType.AMOUNT,
              _("{amount} without VAT, in the document's currency.", amount=amount),
              "5200", specific_header=excl_vat, common=True,
              aliases=("Excl. VAT", "Eks. mva", "Netto", "Nettobeløp", "Net amount", "Beløp ekskl. mva",
                       "Sum eks. mva", "Sum ekskl. mva", "Totalt eks. mva", "Beløp uten mva", "Total excl. VAT",
                       *excl_vat.all())),
        Field("vat", Words("VAT", "Mva"), "currencyAmounts.vat", FieldType.AMOUNT,
              _("The VAT amount."),
              "1300", specific_header=vat, common=True, aliases=("VAT amount", "Mva-beløp", *vat.all())),
        Field("incl_vat", Words("Amount incl. VAT", "Beløp inkl. mva"), "currencyAmounts.inclVat", FieldType.AMOUNT,
              _("{amount} with VAT, in the document's currency.", amount=amount),
              "6500", specific_header=incl_vat, common=True,
              aliases=("Incl. VAT", "Inkl. mva", "Brutto", "Bruttobeløp", "Gross amount", "Beløp inklusive mva",
                       "Sum inkl. mva", "Totalt inkl. mva", "Beløp med mva", "Total incl. VAT",
                       *incl_vat.all())),
    )  # fmt: skip


LINES = Resource(
    name="lines",
    title=Words("Lines", "Linjer"),
    sheet_names=("Lines", "Linjer", "Document lines", "Invoice lines", "Fakturalinjer", "Bilagslinjer"),
    key="line_no",
    rules=(Rule("amounts-differ", "incl_vat", _rule("amounts_add_up")),),
    fields=(
        Field("document_no", _DOCUMENT_NO, "documentNo", FieldType.IDENTIFIER,
              _("The document the line belongs to."),
              "88776655", required=True, max_length=50, aliases=_DOCUMENT_NO_ALIASES, role=FieldRole.PARENT_KEY,
              is_key=True),
        Field("line_no", Words("Line no", "Linjenr"), "lineNo", FieldType.INTEGER,
              _("Line number within the document. Lines are sent in this order."),
              "1", aliases=("Line number", "Linjenummer"), common=True),
        Field("line_type", Words("Line type", "Linjetype"), "lineType", FieldType.IDENTIFIER,
              _("Line code. Examples: PLH for goods, TXT for text."), "PLH", max_length=20,
              common=True, usual_values=("PLH", "TXT")),
        Field("article_no", Words("Article no", "Varenr"), "articleNo", FieldType.IDENTIFIER,
              _("Article number, as text."),
              "1300", max_length=100, aliases=("Article number", "Varenummer", "Item no"), common=True),
        Field("article_name", Words("Article name", "Varenavn"), "articleName", FieldType.TEXT,
              _("Name of the article."), "Comb", max_length=500, common=True, local_examples=(("nb", "Kam"),)),
        Field("line_text", Words("Line text", "Linjetekst"), "lineText", FieldType.TEXT,
              _("The text of the line."),
              "Red comb", max_length=2000, aliases=("Tekst", "Text", "Beskrivelse", "Description"),
              common=True, local_examples=(("nb", "Rød kam"),)),
        Field("quantity_unit", Words("Unit", "Enhet"), "quantityUnit", FieldType.IDENTIFIER,
              _("Unit: pcs, kg, hours."),
              "pcs", max_length=50, aliases=("Quantity unit",), common=True, local_examples=(("nb", "stk"),)),
        Field("quantity", Words("Quantity", "Antall"), "quantity", FieldType.QUANTITY,
              _("Quantity."), "1", common=True),
        Field("volume_unit", Words("Volume unit", "Volumenhet"), "volumeUnit", FieldType.IDENTIFIER,
              _("Unit of the volume."), "m3", max_length=50),
        Field("volume", Words("Volume", "Volum"), "volume", FieldType.QUANTITY,
              _("Volume of the line."), "0"),
        Field("price", Words("Price", "Pris"), "price", FieldType.QUANTITY,
              _("Price of one unit."), "200",
              aliases=("Unit price", "Enhetspris", "Price per unit", "Pris per enhet", "Pris per stk", "Pris pr stk",
                       "Stykkpris"), common=True),
        Field("item_group_1", Words("Item group 1", "Varegruppe 1"), "itemGroup1", FieldType.IDENTIFIER,
              _("First item group, as text."),
              "500", max_length=100, aliases=("Item group", "Varegruppe")),
        Field("item_group_2", Words("Item group 2", "Varegruppe 2"), "itemGroup2", FieldType.IDENTIFIER,
              _("Second item group, as text."), "510", max_length=100),
        Field("item_group_3", Words("Item group 3", "Varegruppe 3"), "itemGroup3", FieldType.IDENTIFIER,
              _("Third item group, as text."), "511", max_length=100),
        *_amounts(_("The line's amount"), "Line", "Linje"),
    ),
)  # fmt: skip

DOCUMENTS = Resource(
    name="documents",
    title=Words("Documents", "Fakturaer"),
    sheet_names=("Documents", "Fakturaer", "Bilag", "Invoices", "Dokumenter", "Faktura", "Document", "Invoice"),
    key="document_no",
    json_array="documents",
    lines=LINES,
    lines_path="documentLines",
    listing=Listing(
        endpoint="documents",
        key=("documentNo", "documentType", "referenceNo", "documentBundleId"),
        filters=(
            Filter("customerno", "customerNo"),
            Filter("accountno", "accountNo"),
            Filter("documentno", "documentNo"),
            Filter("documenttype", "documentType"),
        ),
        dates=("fromdate", "todate", "documentDate"),
        partition_by=("customerno", "documenttype", "documentno"),
        value_source=(("customerno", "customers"),),
        read_only_fields=(CLIENT_NO, ACCOUNT_NO, REFERENCE_NO, DOCUMENT_BUNDLE_ID),
        options=(("expand", "documentLines"),),
        source="I",
        note=_(
               "ARM's documentation has only the title. The path, maximums, filters and the value of "
               "expand are assumed."
),
    ),
    rules=(
        Rule("date-unlikely", "document_date", _rule("is_document_recent")),
        Rule("date-unlikely", "due_date", _rule("is_due_recent")),
        Rule("due-before-date", "due_date", _rule("is_due_later_or_credit")),
        Rule("credit-due-before-date", "due_date", _rule("is_due_later_or_invoice")),
        Rule("amounts-differ", "incl_vat", _rule("amounts_add_up")),
        Rule("negative-invoice", "incl_vat", _rule("is_invoice_positive")),
        Rule("negative-invoice", "excl_vat", _rule("is_invoice_positive_without_vat")),
    ),
    fields=(
        Field("document_type", Words("Document type", "Bilagstype"), "documentType", FieldType.IDENTIFIER,
              _("Document type: IN for an invoice (the only one in ARM's documentation)."),
              "IN", required=True, pattern=r"^[\p{L}\p{N}_-]{1,20}$", aliases=("Dokumenttype",),
              code_words=_TYPE_WORDS, usual_values=("IN",)),
        Field("customer_no", Words("Customer no", "Kundenr"), "customerNo", FieldType.IDENTIFIER,
              _("The customer the document is for."),
              "543210", required=True, max_length=50, pattern=_KEY, aliases=("Customer number", "Kundenummer",
              "Customer code"), is_key=True),
        Field("document_no", _DOCUMENT_NO, "documentNo", FieldType.IDENTIFIER,
              _("The document number. It can be sent only once."),
              "88776655", required=True, max_length=50, pattern=_KEY, aliases=_DOCUMENT_NO_ALIASES,
              is_key=True),
        Field("document_date", Words("Document date", "Fakturadato"), "documentDate", FieldType.DATE,
              _("Date of the document."),
              "2025-02-27", required=True, aliases=("Invoice date", "Bilagsdato")),
        Field("due_date", Words("Due date", "Forfallsdato"), "dueDate", FieldType.DATE,
              _("Due date."), "2025-03-11", required=True, aliases=("Forfall",)),
        Field("currency", Words("Currency", "Valuta"), "currency", FieldType.IDENTIFIER,
              _("Three-letter currency code (ISO 4217)."),
              "NOK", required=True, pattern=r"(?i)^[a-z]{3}$", aliases=("Currency code", "Valutakode"),
              format="currency", usual_values=COMMON_CURRENCIES),
        Field("language", Words("Language", "Språk"), "language", FieldType.IDENTIFIER,
              _("Two-letter language code of the document."),
              "en", pattern=r"(?i)^[a-z]{2}$", format="language",
              usual_values=COMMON_LANGUAGES, local_examples=(("nb", "no"),)),
        Field("kid", Words("KID", "KID"), "kid", FieldType.IDENTIFIER,
              _("Payment reference, as text (2 to 25 digits, the last may be -)."),
              "500221850000200350781", pattern=r"^\d{1,24}[\d-]$",
              aliases=("KID-nummer", "KID-nr", "Payment reference"), format="kid",
              may_start_with_zero=True, common=True),
        Field("marketing_message_code", Words("Marketing message code", "Markedskode"), "marketingMessageCode",
              FieldType.IDENTIFIER,
              _("Code of a marketing message, as text."),
              "0203", max_length=50),
        Field("customer_message", Words("Customer message", "Kundemelding"), "customerMessage", FieldType.TEXT,
              _("A message printed on the document."),
              "Happy holidays!", max_length=1000, local_examples=(("nb", "God sommer!"),)),
        Field("sales_order_id", Words("Sales order id", "Ordrenr"), "salesOrderId", FieldType.IDENTIFIER,
              _("Number of the sales order."),
              "B-0564311", max_length=100, aliases=("Sales order", "Order no", "Ordrenummer")),
        Field("purchase_order_id", Words("Purchase order id", "Bestillingsnr"), "purchaseOrderId", FieldType.IDENTIFIER,
              _("The buyer's purchase order."),
              "PO-4711", max_length=100, aliases=("Purchase order", "Bestillingsnummer")),
        Field("seller_reference", Words("Seller reference", "Vår ref"), "sellerReference", FieldType.TEXT,
              _("Our reference."),
              "Victor Andersen", max_length=200, aliases=("Our reference", "Vår referanse", "Our ref"),
              local_examples=(("nb", "Ola Hansen"),)),
        Field("buyer_reference", Words("Buyer reference", "Deres ref"), "buyerReference", FieldType.TEXT,
              _("The buyer's reference."),
              "Owe Armstrong", max_length=200, aliases=("Your reference", "Deres referanse", "Your ref"),
              common=True, local_examples=(("nb", "Kari Nordmann"),)),
        Field("additional_reference", Words("Additional reference", "Annen ref"), "additionalReference", FieldType.TEXT,
              _("Another reference."),
              "X99887", max_length=200, aliases=("Annen referanse",), local_examples=(("nb", "Prosjekt 12"),)),
        Field("sub_customer_no", Words("Sub customer no", "Underkundenr"), "subCustomerNo", FieldType.IDENTIFIER,
              _("Number of a sub-customer."), "654655", max_length=50,
              is_key=True),
        Field("ledger_note", Words("Ledger note", "Reskontronotat"), "ledgerNote", FieldType.TEXT,
              _("A note for the AR ledger."),
              "This is a note for the AR ledger", max_length=1000,
              local_examples=(("nb", "Avtalt utsatt betaling"),)),
        *_amounts(_("The document's amount"), "Document", "Faktura"),
        Field("distribution_type", Words("Distribution type", "Distribusjonstype"), "distribution.type",
              FieldType.IDENTIFIER,
              _("How documents are sent: a code agreed with Amili, for example H or M."),
              "M", max_length=10, aliases=("Distribution", "Distribusjon"), usual_values=("H", "M")),
        Field("einvoice_code", Words("E-invoice code", "E-fakturakode"), "distribution.einvoiceCode", FieldType.INTEGER,
              _("Code of the e-invoice channel."), "0"),
        Field("einvoice_address", Words("E-invoice address", "E-fakturaadresse"), "einvoiceAddress.address",
              FieldType.TEXT,
              _("The recipient's e-invoice address."), "post@example.com", max_length=200,
              local_examples=(("nb", "faktura@eksempel.no"),)),
        Field("einvoice_address_scheme", Words("E-invoice address scheme", "E-fakturaskjema"),
              "einvoiceAddress.addressScheme", FieldType.IDENTIFIER,
              _("The register of the e-invoice address, as text."),
              "0192", max_length=20, format="peppol-scheme", usual_values=COMMON_SCHEMES),
        Field("einvoice_operator", Words("E-invoice operator", "E-fakturaoperatør"), "einvoiceAddress.operator",
              FieldType.IDENTIFIER,
              _("The e-invoice operator."), "OPER", max_length=100),
        Field("email_address", Words("Email", "E-post"), "emailAddress", FieldType.TEXT_LIST,
              _("E-mail addresses for the document, separated by ;"),
              "post@example.com", aliases=("E-mail", "Epost", "Email address", "E-postadresse", "E-mailadresse"),
              format="email", common=True, local_examples=(("nb", "post@eksempel.no"),)),
        Field("attachments", Words("Attachments", "Vedlegg"), "", FieldType.TEXT_LIST,
              _("PDF files of the document, in the workbook's folder or a folder in it, for example vedlegg/1001.pdf. "
                "They are checked, not sent."), "", role=FieldRole.LOCAL, source="I",
              aliases=("Attachment", "Attached PDF", "Vedlagte filer", "Vedlagt PDF")),
        Field("attachment_files", Words("Attachment files", "Vedleggsfiler"), "attachmentFiles", FieldType.TEXT_LIST,
              _("Attached files. ARM's documentation does not describe the format."), "", source="X"),
        Field("attachment_codes", Words("Attachment codes", "Vedleggskoder"), "attachmentCodes", FieldType.TEXT_LIST,
              _("Codes of fixed attachments. ARM's documentation does not describe the format."), "", source="X"),
        Field("custom_codes", Words("Custom codes", "Egne koder"), "customCodes", FieldType.TEXT_LIST,
              _("Your own codes. ARM's documentation does not describe the format."),
              "", source="X"),
    ),
)  # fmt: skip
