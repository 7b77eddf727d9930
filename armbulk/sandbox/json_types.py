"""The JSON types of the published samples: what may be sent and what is refused. An independent list, by hand."""

import re
from datetime import date
from typing import Any

Json = dict[str, Any]

STRING, DATE, NUMBER = "a string", "a date (YYYY-MM-DD)", "a number"
INTEGER, BOOLEAN = "a whole number", "true or false"
TEXT_LIST, ANY = "an array of strings", "an array"

ADDRESS: dict[str, Any] = dict.fromkeys(
    ("addressLine1", "addressLine2", "addressLine3", "postalCode", "cityName", "countryText", "countryCode"), STRING
)

CUSTOMER: dict[str, Any] = {
    "customerNo": STRING, "name": STRING, "postalAddress": ADDRESS,
    "customerCategory": STRING, "emailAddressDocument": TEXT_LIST, "secondaryEmailAddress": TEXT_LIST,
    "phoneNo": STRING, "secondaryPhoneNo": STRING, "organizationNo": STRING, "organizationNoScheme": STRING,
    "dateOfBirth": DATE, "yearOfBirth": INTEGER, "ssn": STRING, "ssnCountry": STRING, "informalName": STRING,
    "customerGroupCode": STRING, "priceNetOrGross": STRING, "language": STRING, "currency": STRING,
    "distribution": {"type": STRING, "einvoiceCode": INTEGER, "peppolEndpointId": STRING,
                     "peppolEndpointIdScheme": STRING},
    "sellerReference": STRING, "buyerReference": STRING, "bankAccountNo": STRING,
    "stopReminderUntil": DATE, "stopDebtCollectionUntil": DATE, "stopInterestCalcUntil": DATE,
    "efakturaBlockIds": TEXT_LIST, "peppolBlockIds": TEXT_LIST, "digipostBlockIds": TEXT_LIST,
    "dueDays": INTEGER, "vatLiable": BOOLEAN, "arRules": TEXT_LIST, "naceCodes": TEXT_LIST, "districtCodes": TEXT_LIST,
    "parentCustomerNo": STRING, "parentOrganizationNo": STRING, "discountRate": NUMBER, "activeStatusWeb": STRING,
    "customerMessage": STRING, "limitAmount": NUMBER,
}  # fmt: skip

COMPUTED = frozenset({
    "clientNo", "accountNo", "customerKid", "balanceTotal", "registrationStatusCode", "registrationStatusDate",
    "postalAddressChanged", "postalReturnStatus", "postalReturnDate", "usingLanguage",
})  # fmt: skip
"""Customer keys that ARM computes: accepted and ignored."""

_AMOUNTS: dict[str, Any] = {"exclVat": NUMBER, "vat": NUMBER, "inclVat": NUMBER}

LINE: dict[str, Any] = {
    "lineNo": INTEGER, "lineType": STRING, "articleNo": STRING, "articleName": STRING, "lineText": STRING,
    "quantityUnit": STRING, "quantity": NUMBER, "volumeUnit": STRING, "volume": NUMBER, "price": NUMBER,
    "itemGroup1": STRING, "itemGroup2": STRING, "itemGroup3": STRING, "currencyAmounts": _AMOUNTS,
}  # fmt: skip

DOCUMENT: dict[str, Any] = {
    "documentType": STRING, "customerNo": STRING, "documentNo": STRING, "documentDate": DATE, "dueDate": DATE,
    "currency": STRING, "language": STRING, "kid": STRING, "marketingMessageCode": STRING, "customerMessage": STRING,
    "salesOrderId": STRING, "purchaseOrderId": STRING, "sellerReference": STRING, "buyerReference": STRING,
    "additionalReference": STRING, "subCustomerNo": STRING, "ledgerNote": STRING,
    "currencyAmounts": _AMOUNTS,
    "distribution": {"type": STRING, "einvoiceCode": INTEGER},
    "einvoiceAddress": {"address": STRING, "addressScheme": STRING, "operator": STRING},
    "emailAddress": TEXT_LIST, "attachmentFiles": ANY, "attachmentCodes": ANY, "customCodes": ANY,
    "documentLines": [LINE],
}  # fmt: skip

REQUIRED: dict[str, tuple[str, ...]] = {
    "customer": ("customerNo",),
    "new customer": ("customerNo", "name"),
    "document": ("documentType", "customerNo", "documentNo", "documentDate", "dueDate", "currency"),
}


def find_errors(record: Any, shape: dict[str, Any], required: str) -> list[Json]:
    """Return what is wrong with a record as ARM's errors: [{"field", "message"}]. `required` is a key of REQUIRED."""
    if not isinstance(record, dict):
        return [_error("", "The record must be an object")]
    errors = _check_object(record, shape, "")
    wrong_fields = {error["field"] for error in errors}
    missing = [name for name in REQUIRED[required] if name not in wrong_fields and _is_blank(record.get(name))]
    return errors + [_error(name, "is required") for name in missing]


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _check_object(value: Any, shape: dict[str, Any], parent: str) -> list[Json]:
    if not isinstance(value, dict):
        return [_error(parent, "must be an object")]
    errors = []
    for name, inner in value.items():
        path = f"{parent}.{name}" if parent else name
        if name in shape:
            errors += _check_value(inner, shape[name], path)
        elif shape is not CUSTOMER or name not in COMPUTED:
            errors.append(_error(path, "is not known"))
    return errors


def _check_value(value: Any, shape: Any, path: str) -> list[Json]:
    if value is None:
        return []
    if isinstance(shape, dict):
        return _check_object(value, shape, path)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [_error(path, "must be an array")]
        return [error for n, entry in enumerate(value) for error in _check_object(entry, shape[0], f"{path}[{n}]")]
    return [] if _has_type(value, shape) else [_error(path, f"must be {shape}")]


def _has_type(value: Any, json_type: str) -> bool:
    is_number = not isinstance(value, bool) and isinstance(value, int | float)
    has_type: dict[str, bool] = {
        STRING: isinstance(value, str),
        DATE: value == "" or _is_date(value),
        NUMBER: is_number,
        INTEGER: is_number and isinstance(value, int),
        BOOLEAN: isinstance(value, bool),
        TEXT_LIST: isinstance(value, list) and all(isinstance(text, str) for text in value),
        ANY: isinstance(value, list),
    }
    return has_type[json_type]


def _is_date(text: Any) -> bool:
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _error(field: str, message: str) -> Json:
    return {"field": field, "message": message}
