"""The JSON types of the published samples: what may be sent, and what is refused. A second witness, written by hand."""

from typing import Any

STRING, NUMBER, WHOLE, FLAG, TEXTS, ANY = "string", "number", "whole number", "boolean", "array of strings", "array"

_ADDRESS = ("addressLine1", "addressLine2", "addressLine3", "postalCode", "cityName", "countryText", "countryCode")
_TEXTS_OF_A_DOCUMENT = (
    "documentType", "customerNo", "documentNo", "documentDate", "dueDate", "currency", "language", "kid",
    "marketingMessageCode", "customerMessage", "salesOrderId", "purchaseOrderId", "sellerReference",
    "buyerReference", "additionalReference", "subCustomerNo", "ledgerNote",
)  # fmt: skip

CUSTOMER: dict[str, Any] = {
    "customerNo": STRING, "name": STRING,
    "postalAddress": dict.fromkeys(_ADDRESS, STRING),
    "customerCategory": STRING, "emailAddressDocument": TEXTS, "secondaryEmailAddress": TEXTS,
    "phoneNo": STRING, "secondaryPhoneNo": STRING, "organizationNo": STRING, "organizationNoScheme": STRING,
    "dateOfBirth": STRING, "yearOfBirth": WHOLE, "ssn": STRING, "ssnCountry": STRING, "informalName": STRING,
    "customerGroupCode": STRING, "priceNetOrGross": STRING, "language": STRING, "currency": STRING,
    "distribution": {"type": STRING, "einvoiceCode": WHOLE, "peppolEndpointId": STRING,
                     "peppolEndpointIdScheme": STRING},
    "sellerReference": STRING, "buyerReference": STRING, "bankAccountNo": STRING,
    "stopReminderUntil": STRING, "stopDebtCollectionUntil": STRING, "stopInterestCalcUntil": STRING,
    "efakturaBlockIds": TEXTS, "peppolBlockIds": TEXTS, "digipostBlockIds": TEXTS,
    "dueDays": WHOLE, "vatLiable": FLAG, "arRules": TEXTS, "naceCodes": TEXTS, "districtCodes": TEXTS,
    "parentCustomerNo": STRING, "parentOrganizationNo": STRING, "discountRate": NUMBER, "activeStatusWeb": STRING,
    "customerMessage": STRING, "limitAmount": NUMBER,
}  # fmt: skip

COMPUTED = frozenset({
    "clientNo", "accountNo", "customerKid", "balanceTotal", "registrationStatusCode", "registrationStatusDate",
    "postalAddressChanged", "postalReturnStatus", "postalReturnDate", "usingLanguage",
})  # fmt: skip
"""Worked out by ARM: taken without a word, and ignored."""

_AMOUNTS = {"exclVat": NUMBER, "vat": NUMBER, "inclVat": NUMBER}

LINE: dict[str, Any] = {
    "lineNo": WHOLE, "lineType": STRING, "articleNo": STRING, "articleName": STRING, "lineText": STRING,
    "quantityUnit": STRING, "quantity": NUMBER, "volumeUnit": STRING, "volume": NUMBER, "price": NUMBER,
    "itemGroup1": STRING, "itemGroup2": STRING, "itemGroup3": STRING, "currencyAmounts": _AMOUNTS,
}  # fmt: skip

DOCUMENT: dict[str, Any] = {
    **dict.fromkeys(_TEXTS_OF_A_DOCUMENT, STRING),
    "currencyAmounts": _AMOUNTS,
    "distribution": {"type": STRING, "einvoiceCode": WHOLE},
    "einvoiceAddress": {"address": STRING, "addressScheme": STRING, "operator": STRING},
    "emailAddress": TEXTS, "attachmentFiles": ANY, "attachmentCodes": ANY, "customCodes": ANY,
    "documentLines": [LINE],
}  # fmt: skip

REQUIRED = {
    "customer": ("customerNo", "name"),
    "document": ("documentType", "customerNo", "documentNo", "documentDate", "dueDate", "currency"),
}


def faults(value: Any, shape: Any, where: str = "") -> list[dict[str, str]]:
    """What is wrong with a value, as ARM's errors: [{"field", "message"}]."""
    if value is None:
        return []
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [_fault(where, "must be an array")]
        return [one for n, entry in enumerate(value) for one in faults(entry, shape[0], f"{where}[{n}]")]
    if isinstance(shape, dict):
        return _object(value, shape, where)
    return [] if _fits(value, shape) else [_fault(where, f"must be a {shape}")]


def _object(value: Any, shape: dict[str, Any], where: str) -> list[dict[str, str]]:
    if not isinstance(value, dict):
        return [_fault(where, "must be an object")]
    found = []
    for name, inner in value.items():
        path = f"{where}.{name}" if where else name
        if name in shape:
            found += faults(inner, shape[name], path)
        elif where or name not in COMPUTED:
            found.append(_fault(path, "is not known"))
    return found


def _fits(value: Any, shape: str) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        STRING: isinstance(value, str),
        NUMBER: number,
        WHOLE: number and value == int(value),
        FLAG: isinstance(value, bool),
        TEXTS: isinstance(value, list) and all(isinstance(one, str) for one in value),
        ANY: isinstance(value, list),
    }[shape]


def _fault(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": f"{field} {message}"}
