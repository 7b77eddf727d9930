"""The invoices and credit notes behind a ledger, with lines that add up to them to the øre."""

from armbulk.sandbox import customers
from armbulk.sandbox.general_ledger import CREDIT_NOTE, FIRST_ACCOUNT, GeneralLedger, Voucher, kroner, lot, tax
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import kid

FIRST_BUNDLE = 400_000
"""Number of the bundle before the first."""

_ARTICLES = (
    ("1300", "Kam", "Rød kam", "stk", "500"),
    ("1500", "Pille", "Lilla pille", "esker", "600"),
    ("1710", "Rådgivning", "Rådgivning etter avtale", "timer", "700"),
    ("1720", "Serviceavtale", "Serviceavtale, månedlig", "mnd", "700"),
    ("1810", "Frakt", "Frakt og emballasje", "stk", "800"),
    ("0042", "Skruer", "Skruer 4 mm, «rustfrie»", "pk", "500"),
)
_QUANTITIES = (1, 1, 1, 12, 10, 8, 6, 5, 4, 3, 2)


def document(ledger: GeneralLedger, place: int) -> Json:
    """Make the document of a voucher, with its lines."""
    one = ledger.vouchers[place]
    account, reference = FIRST_ACCOUNT + one.customer, place + 1
    channel = customers.channel(ledger.seed, one.customer)
    return {
        "clientNo": ledger.client_no,
        "accountNo": account,
        "referenceNo": reference,
        "documentBundleId": FIRST_BUNDLE + place,
        "documentType": "CN" if one.kind == CREDIT_NOTE else "IN",
        "customerNo": f"{one.customer:06d}",
        "documentNo": one.document,
        "documentDate": one.day.isoformat(),
        "dueDate": ledger.dues(place)[1].isoformat(),
        "currency": "NOK",
        "language": customers.language(one.customer),
        "kid": kid(ledger.client_no, account, reference),
        "marketingMessageCode": "",
        "customerMessage": f"Gjelder faktura {one.sale:08d}" if one.kind == CREDIT_NOTE else "",
        "salesOrderId": f"B-{one.sale:07d}",
        "purchaseOrderId": f"PO{one.sale % 9_999:04d}" if one.sale % 3 == 0 else "",
        "sellerReference": "",
        "buyerReference": f"A{one.customer % 9_999:04d}",
        "additionalReference": f"{one.sale:08d}" if one.kind == CREDIT_NOTE else "",
        "subCustomerNo": "",
        "ledgerNote": "",
        "currencyAmounts": _amounts(one.net, one.vat),
        "distribution": channel,
        "einvoiceAddress": {"address": "", "addressScheme": "", "operator": ""},
        "emailAddress": [customers.names(ledger.seed, one.customer)[2]] if channel["type"] == "M" else [],
        "attachmentFiles": [],
        "attachmentCodes": [],
        "customCodes": [],
        "documentLines": _lines(ledger.seed, one),
    }


def _amounts(net: int, vat: int) -> Json:
    return {"exclVat": kroner(net), "vat": kroner(vat), "inclVat": kroner(net + vat)}


def _lines(seed: int, voucher: Voucher) -> list[Json]:
    """One to four lines that are the document's amounts exactly, and now and then a text."""
    sign = -1 if voucher.kind == CREDIT_NOTE else 1
    whole, taxed, lines = abs(voucher.net), 0, []
    cuts = sorted(lot(seed, "cut", voucher.sale, n) % (whole - 1) + 1 for n in range(lot(seed, voucher.sale) % 4))
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, whole], strict=True), 1):
        vat = tax(end) - taxed
        taxed += vat
        lines.append(_line(number, lot(seed, "line", voucher.sale, number), end - start, vat, sign))
    if voucher.sale % 10 == 0:
        lines.append(_text(len(lines) + 1, f"Ordre B-{voucher.sale:07d}"))
    return lines


def _line(number: int, lots: int, net: int, vat: int, sign: int) -> Json:
    article, name, text, unit, group = _ARTICLES[lots % len(_ARTICLES)]
    quantity = _QUANTITIES[lots // 7 % len(_QUANTITIES)]
    quantity = quantity if net % quantity == 0 else 1
    return {
        "lineNo": number,
        "lineType": "PLH",
        "articleNo": article,
        "articleName": name,
        "lineText": text,
        "quantityUnit": unit,
        "quantity": sign * quantity,
        "volumeUnit": "",
        "volume": 0,
        "price": kroner(net // quantity),
        "itemGroup1": group,
        "itemGroup2": "",
        "itemGroup3": "",
        "currencyAmounts": _amounts(sign * net, sign * vat),
    }


def _text(number: int, text: str) -> Json:
    blank = dict.fromkeys(("articleNo", "articleName", "quantityUnit", "volumeUnit"), "")
    groups = dict.fromkeys(("itemGroup1", "itemGroup2", "itemGroup3"), "")
    nothing = {"quantity": 0, "volume": 0, "price": 0, "currencyAmounts": _amounts(0, 0)}
    return {"lineNo": number, "lineType": "TXT", **blank, "lineText": text, **groups, **nothing}
