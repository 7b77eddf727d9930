"""The AR item of a document that was created through the API.

Inferred: the documentation shows one AR item of an invoice, and not what ARM makes of a document that it accepts. Here
a document with an amount is one open item, in the document's own currency. Amounts in the ledger's currency are the
same, because no rate is known. Nothing is posted in the general ledger.
"""

from collections.abc import Mapping

from armbulk.sandbox.general_ledger import CREDIT_NOTE, INVOICE, KINDS
from armbulk.sandbox.json_types import Json


def make_ar_item(document: Mapping[str, object], created_time: str) -> Json:
    """Return the open item of a document.

    Args:
        document: As it is stored, with the numbers that ARM issues.
        created_time: When it was created, as ARM writes times.
    """
    names = ("clientNo", "accountNo", "referenceNo", "customerNo", "documentNo")
    item = {name: document.get(name, "") for name in names}
    amounts, day = document.get("currencyAmounts"), str(document.get("documentDate", ""))
    amount = amounts.get("inclVat", 0) if isinstance(amounts, dict) else 0
    due = document.get("dueDate", "")
    kind = CREDIT_NOTE if isinstance(amount, int | float) and amount < 0 else INVOICE
    is_dated = day[:4].isdecimal() and day[5:7].isdecimal()
    return {
        **item,
        "referenceSequenceNo": 0,
        "arItemId": f"{item['clientNo']}-{item['accountNo']}-{item['referenceNo']}-0",
        "voucherDate": day,
        "dueDate": due,
        "originalDueDate": due,
        "currency": document.get("currency", "NOK"),
        "currencyAmount": amount,
        "currencyBalance": amount,
        "glAmount": amount,
        "glBalance": amount,
        "kid": document.get("kid", ""),
        "voucherType": kind,
        "voucherTypeDescription": KINDS[kind],
        "voucherNo": item["referenceNo"],
        "transactionText": KINDS[kind],
        "glYear": int(day[:4]) if is_dated else 0,
        "glPeriod": int(day[5:7]) if is_dated else 0,
        "reservedStatus": "",
        "createdTime": created_time,
    }
