"""The JSON types of the published samples: what may be sent, and what is refused. A second witness, written by hand."""

import re
from datetime import date
from typing import Any

Json = dict[str, Any]

STRING, DATE, NUMBER, WHOLE, FLAG = "a string", "a date (YYYY-MM-DD)", "a number", "a whole number", "true or false"
TEXTS, ANY = "an array of strings", "an array"

ADDRESS: dict[str, Any] = dict.fromkeys(
    ("addressLine1", "addressLine2", "addressLine3", "postalCode", "cityName", "countryText", "countryCode"), STRING
)

CUSTOMER: dict[str, Any] = {
    "customerNo": STRING, "name": STRING, "postalAddress": ADDRESS,
    "customerCategory": STRING, "emailAddressDocument": TEXTS, "secondaryEmailAddress": TEXTS,
    "phoneNo": STRING, "secondaryPhoneNo": STRING, "organizationNo": STRING, "organizationNoScheme": STRING,
    "dateOfBirth": DATE, "yearOfBirth": WHOLE, "ssn": STRING, "ssnCountry": STRING, "informalName": STRING,
    "customerGroupCode": STRING, "priceNetOrGross": STRING, "language": STRING, "currency": STRING,
    "distribution": {"type": STRING, "einvoiceCode": WHOLE, "peppolEndpointId": STRING,
                     "peppolEndpointIdScheme": STRING},
    "sellerReference": STRING, "buyerReference": STRING, "bankAccountNo": STRING,
    "stopReminderUntil": DATE, "stopDebtCollectionUntil": DATE, "stopInterestCalcUntil": DATE,
    "efakturaBlockIds": TEXTS, "peppolBlockIds": TEXTS, "digipostBlockIds": TEXTS,
    "dueDays": WHOLE, "vatLiable": FLAG, "arRules": TEXTS, "naceCodes": TEXTS, "districtCodes": TEXTS,
    "parentCustomerNo": STRING, "parentOrganizationNo": STRING, "discountRate": NUMBER, "activeStatusWeb": STRING,
    "customerMessage": STRING, "limitAmount": NUMBER,
}  # fmt: skip

COMPUTED = frozenset({
    "clientNo", "accountNo", "customerKid", "balanceTotal", "registrationStatusCode", "registrationStatusDate",
    "postalAddressChanged", "postalReturnStatus", "postalReturnDate", "usingLanguage",
})  # fmt: skip
"""Customer keys worked out by ARM: taken without a word, and ignored."""

_AMOUNTS: dict[str, Any] = {"exclVat": NUMBER, "vat": NUMBER, "inclVat": NUMBER}

LINE: dict[str, Any] = {
    "lineNo": WHOLE, "lineType": STRING, "articleNo": STRING, "articleName": STRING, "lineText": STRING,
    "quantityUnit": STRING, "quantity": NUMBER, "volumeUnit": STRING, "volume": NUMBER, "price": NUMBER,
    "itemGroup1": STRING, "itemGroup2": STRING, "itemGroup3": STRING, "currencyAmounts": _AMOUNTS,
}  # fmt: skip

DOCUMENT: dict[str, Any] = {
    "documentType": STRING, "customerNo": STRING, "documentNo": STRING, "documentDate": DATE, "dueDate": DATE,
    "currency": STRING, "language": STRING, "kid": STRING, "marketingMessageCode": STRING, "customerMessage": STRING,
    "salesOrderId": STRING, "purchaseOrderId": STRING, "sellerReference": STRING, "buyerReference": STRING,
    "additionalReference": STRING, "subCustomerNo": STRING, "ledgerNote": STRING,
    "currencyAmounts": _AMOUNTS,
    "distribution": {"type": STRING, "einvoiceCode": WHOLE},
    "einvoiceAddress": {"address": STRING, "addressScheme": STRING, "operator": STRING},
    "emailAddress": TEXTS, "attachmentFiles": ANY, "attachmentCodes": ANY, "customCodes": ANY,
    "documentLines": [LINE],
}  # fmt: skip

REQUIRED: dict[str, tuple[str, ...]] = {
    "customer": ("customerNo",),
    "new customer": ("customerNo", "name"),
    "document": ("documentType", "customerNo", "documentNo", "documentDate", "dueDate", "currency"),
}


def errors(given: Any, shape: dict[str, Any], required: str) -> list[Json]:
    """What is wrong with a record, as ARM's errors: [{"field", "message"}]."""
    if not isinstance(given, dict):
        return [_error("", "must be an object")]
    found = _object(given, shape, "")
    named = {one["field"] for one in found}
    return found + [_error(name, "is required") for name in REQUIRED[required] if _blank(given, name) - named]


def _blank(given: Json, name: str) -> set[str]:
    value = given.get(name)
    return {name} if value is None or (isinstance(value, str) and not value.strip()) else set()


def _object(value: Any, shape: dict[str, Any], where: str) -> list[Json]:
    if not isinstance(value, dict):
        return [_error(where, "must be an object")]
    found = []
    for name, inner in value.items():
        path = f"{where}.{name}" if where else name
        if name in shape:
            found += _value(inner, shape[name], path)
        elif shape is not CUSTOMER or name not in COMPUTED:
            found.append(_error(path, "is not known"))
    return found


def _value(value: Any, shape: Any, where: str) -> list[Json]:
    if value is None:
        return []
    if isinstance(shape, dict):
        return _object(value, shape, where)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [_error(where, "must be an array")]
        return [one for n, entry in enumerate(value) for one in _object(entry, shape[0], f"{where}[{n}]")]
    return [] if _fits(value, shape) else [_error(where, f"must be {shape}")]


def _fits(value: Any, shape: str) -> bool:
    number = not isinstance(value, bool) and isinstance(value, int | float)
    fits: dict[str, bool] = {
        STRING: isinstance(value, str),
        DATE: value == "" or _day(value),
        NUMBER: number,
        WHOLE: number and isinstance(value, int),
        FLAG: isinstance(value, bool),
        TEXTS: isinstance(value, list) and all(isinstance(one, str) for one in value),
        ANY: isinstance(value, list),
    }
    return fits[shape]


def _day(text: Any) -> bool:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": f"{field or 'The record'} {message}"}
