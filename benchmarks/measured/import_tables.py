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
        "Customer message": "customerMessage",
        "Sales order id": "salesOrderId",
        "Purchase order id": "purchaseOrderId",
        "Seller reference": "sellerReference",
        "Buyer reference": "buyerReference",
        "Additional reference": "additionalReference",
        "Ledger note": "ledgerNote",
        "Amount excl. VAT": "currencyAmounts.exclVat",
        "VAT": "currencyAmounts.vat",
        "Amount incl. VAT": "currencyAmounts.inclVat",
        "Distribution type": "distribution.type",
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
        "Price": "price",
        "Item group 1": "itemGroup1",
        "Amount excl. VAT": "currencyAmounts.exclVat",
        "VAT": "currencyAmounts.vat",
        "Amount incl. VAT": "currencyAmounts.inclVat",
    },
}
"""Sheet → header → path in the JSON."""

AMOUNTS = ("Amount excl. VAT", "VAT", "Amount incl. VAT")
DECIMALS = (*AMOUNTS, "Price", "Quantity")
DATES = ("Document date", "Due date")
WHOLE_NUMBERS = ("Line no",)
LISTS = ("Email",)

REQUIRED: dict[str, tuple[str, ...]] = {
    "Customers": ("Customer no", "Name"),
    "Documents": ("Document no", "Document type", "Customer no", *DATES, "Currency", *AMOUNTS),
    "Lines": ("Document no", "Line no", *AMOUNTS),
}
MAX_LENGTHS = {"Customer no": 50, "Document no": 50, "Name": 200, "Line text": 2_000, "Customer message": 1_000}
CODES = {"Document type": ("IN", "CN"), "Currency": ("NOK", "EUR", "SEK", "DKK", "USD"), "Language": ("no", "en")}
PATTERNS = {
    "Customer no": r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$",
    "Document no": r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$",
    "KID": r"^\d{1,24}[\d-]$",
    "Email": r"^[^@\s;]+@[^@\s;]+\.[a-z]+$",
    "Postal code": r"^\d{4}$",
}
