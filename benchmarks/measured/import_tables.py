"""The columns of the files that are measured with, and their paths in ARM's JSON."""

PATHS: dict[str, dict[str, str]] = {
    "Customers": {
        "Customer no": "customerNo",
        "Name": "name",
        "Address line 1": "postalAddress.addressLine1",
        "Address line 2": "postalAddress.addressLine2",
        "Postal code": "postalAddress.postalCode",
        "City": "postalAddress.cityName",
        "Country code": "postalAddress.countryCode",
        "Email": "emailAddressDocument",
        "Phone": "phoneNo",
        "Organisation no": "organizationNo",
        "Language": "language",
        "Currency": "currency",
    },
    "Documents": {
        "Document no": "documentNo",
        "Document type": "documentType",
        "Customer no": "customerNo",
        "Document date": "documentDate",
        "Due date": "dueDate",
        "Currency": "currency",
        "Language": "language",
        "KID": "kid",
        "Marketing message code": "marketingMessageCode",
        "Customer message": "customerMessage",
        "Sales order id": "salesOrderId",
        "Purchase order id": "purchaseOrderId",
        "Seller reference": "sellerReference",
        "Buyer reference": "buyerReference",
        "Additional reference": "additionalReference",
        "Sub customer no": "subCustomerNo",
        "Ledger note": "ledgerNote",
        "Amount excl. VAT": "currencyAmounts.exclVat",
        "VAT": "currencyAmounts.vat",
        "Amount incl. VAT": "currencyAmounts.inclVat",
        "Distribution type": "distribution.type",
        "E-invoice address": "einvoiceAddress.address",
        "E-invoice address scheme": "einvoiceAddress.addressScheme",
        "E-invoice operator": "einvoiceAddress.operator",
        "Email": "emailAddress",
    },
    "Lines": {
        "Line no": "lineNo",
        "Line type": "lineType",
        "Article no": "articleNo",
        "Article name": "articleName",
        "Line text": "lineText",
        "Unit": "quantityUnit",
        "Quantity": "quantity",
        "Volume unit": "volumeUnit",
        "Volume": "volume",
        "Price": "price",
        "Item group 1": "itemGroup1",
        "Item group 2": "itemGroup2",
        "Item group 3": "itemGroup3",
        "Amount excl. VAT": "currencyAmounts.exclVat",
        "VAT": "currencyAmounts.vat",
        "Amount incl. VAT": "currencyAmounts.inclVat",
    },
}
"""Sheet → header → path in the JSON."""

AMOUNTS = ("Amount excl. VAT", "VAT", "Amount incl. VAT")
QUANTITIES = ("Price", "Quantity", "Volume")
DECIMALS = (*AMOUNTS, *QUANTITIES)
SCALES = {**dict.fromkeys(AMOUNTS, 2), **dict.fromkeys(QUANTITIES, 6)}
"""Header → how many decimals its values may have."""

DATES = ("Document date", "Due date")
WHOLE_NUMBERS = ("Line no",)
LISTS = ("Email",)

REQUIRED: dict[str, tuple[str, ...]] = {
    "Customers": ("Customer no", "Name"),
    "Documents": ("Document no", "Document type", "Customer no", *DATES, "Currency", *AMOUNTS),
    "Lines": ("Document no", "Line no", *AMOUNTS),
}
MAX_LENGTHS = {
    "Line text": 2_000,
    **dict.fromkeys(("Customer message", "Ledger note"), 1_000),
    "Article name": 500,
    **dict.fromkeys(("Name", "Address line 1", "Address line 2", "E-invoice address"), 200),
    **dict.fromkeys(("Seller reference", "Buyer reference", "Additional reference"), 200),
    **dict.fromkeys(("City", "Sales order id", "Purchase order id", "E-invoice operator", "Article no"), 100),
    **dict.fromkeys(("Item group 1", "Item group 2", "Item group 3"), 100),
    **dict.fromkeys(("Customer no", "Document no", "Organisation no", "Marketing message code"), 50),
    **dict.fromkeys(("Sub customer no", "Unit", "Volume unit"), 50),
    "Phone": 30,
    "Line type": 20,
    "Distribution type": 10,
}
CODES = {"Document type": ("IN", "CN"), "Currency": ("NOK", "EUR", "SEK", "DKK", "USD"), "Language": ("no", "en")}
PATTERNS = {
    "Country code": r"^[A-Z]{2}$",
    "Document type": r"^[\p{L}\p{N}_-]{1,20}$",
    "E-invoice address scheme": r"^\d{4}$",
    "Customer no": r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$",
    "Document no": r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$",
    "KID": r"^\d{1,24}[\d-]$",
    "Email": r"^[^@\s;]+@[^@\s;]+\.[a-z]+$",
    "Postal code": r"^\d{4}$",
}
