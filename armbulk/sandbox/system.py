"""ARM's code lists and the client's configuration: plausible values, not documented ones."""

from armbulk.sandbox.general_ledger import BANK, RECEIVABLES, SALES, VAT
from armbulk.sandbox.json_types import Json

_CODES: dict[str, dict[str, str]] = {
    "customerCategory": {
        "CONS": "Consumer",
        "MEMB": "Member",
        "STUD": "Student",
        "SMB": "Small or medium-sized company",
        "CORP": "Large company",
        "PUB": "Public body",
        "HOUS": "Housing cooperative",
    },
    "customerGroupCode": {"VIP": "Important customer"},
    "distributionType": {"E": "eFaktura", "H": "EHF over Peppol", "M": "E-mail", "P": "Paper"},
    "documentStatus": {"PROCESSED": "Processed"},
    "documentType": {"CN": "Credit note", "IN": "Invoice"},
    "language": {"en": "English", "no": "Norwegian"},
    "lineType": {"PLH": "Goods or service", "TXT": "Text"},
    "logType": {"IMPORTED": "Document received", "PAID": "Payment received", "SENT": "Document sent"},
    "postalReturnStatus": {"0": "None", "100": "Mail came back"},
    "priceNetOrGross": {"B": "Gross", "N": "Net"},
    "registrationStatus": {"FICTITIOUS": "In no register"},
    "vatCode": {"3": "Outgoing VAT, 25 %"},
    "voucherType": {"3": "Invoice", "4": "Credit note", "5": "Payment"},
}

_CONFIGS: tuple[tuple[str, str, str], ...] = (
    ("BankAccountNo", "81500137507", "Account that customers pay to"),
    ("CountryCode", "NO", "Country of the client"),
    ("Currency", "NOK", "Currency of the ledger"),
    ("DistributionType", "E", "A way in which documents are sent"),
    ("DistributionType", "H", "A way in which documents are sent"),
    ("DistributionType", "M", "A way in which documents are sent"),
    ("DistributionType", "P", "A way in which documents are sent"),
    ("DueDays", "14", "Days to pay where the customer has no terms"),
    ("GlAccountBank", str(BANK), "GL account of payments"),
    ("GlAccountReceivables", str(RECEIVABLES), "GL account of claims"),
    ("GlAccountSales", str(SALES), "GL account of sales"),
    ("GlAccountVat", str(VAT), "GL account of outgoing VAT"),
    ("InterestRate", "12.5", "Interest on what is overdue, per cent a year"),
    ("KidLength", "21", "Digits of a payment reference"),
    ("Language", "no", "Language of letters"),
    ("ReminderDays", "14", "Days after the due date until a reminder"),
)


def list_codes() -> tuple[Json, ...]:
    """Return every code with its description."""
    return tuple(
        {"codeType": code_type, "code": code, "description": description}
        for code_type, descriptions in _CODES.items()
        for code, description in descriptions.items()
    )


def list_configs(client_no: int) -> tuple[Json, ...]:
    """Return the client's settings; a setting with several values has an entry for each."""
    return tuple(
        {"clientNo": client_no, "configKey": key, "configValue": value, "description": description}
        for key, value, description in _CONFIGS
    )
