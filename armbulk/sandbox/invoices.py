"""The invoices and credit notes of a generated ledger, with lines that add up to the øre."""

from armbulk.sandbox.customers import make_names, pick_channel, pick_language
from armbulk.sandbox.general_ledger import (
    ACCOUNT_OF_CUSTOMER_0,
    CREDIT_NOTE,
    GeneralLedger,
    Voucher,
    calculate_vat,
    draw_number,
    to_kroner,
)
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import make_kid

BUNDLE_OF_VOUCHER_0 = 400_000
"""The bundle of the voucher with index 0; the others follow by index."""

_ARTICLES = (
    ("1300", "Kam", "Rød kam", "stk", "500"),
    ("1500", "Pille", "Lilla pille", "esker", "600"),
    ("1710", "Rådgivning", "Rådgivning etter avtale", "timer", "700"),
    ("1720", "Serviceavtale", "Serviceavtale, månedlig", "mnd", "700"),
    ("1810", "Frakt", "Frakt og emballasje", "stk", "800"),
    ("0042", "Skruer", "Skruer 4 mm, «rustfrie»", "pk", "500"),
)
_QUANTITIES = (1, 1, 1, 12, 10, 8, 6, 5, 4, 3, 2)


def make_document(ledger: GeneralLedger, index: int) -> Json:
    """Return the document of the voucher at `index`, with its lines."""
    voucher = ledger.vouchers[index]
    account, reference = ACCOUNT_OF_CUSTOMER_0 + voucher.customer, index + 1
    channel = pick_channel(ledger.seed, voucher.customer)
    return {
        "clientNo": ledger.client_no,
        "accountNo": account,
        "referenceNo": reference,
        "documentBundleId": BUNDLE_OF_VOUCHER_0 + index,
        "documentType": "CN" if voucher.kind == CREDIT_NOTE else "IN",
        "customerNo": f"{voucher.customer:06d}",
        "documentNo": voucher.document,
        "documentDate": voucher.day.isoformat(),
        "dueDate": ledger.due_dates(index)[1].isoformat(),
        "currency": "NOK",
        "language": pick_language(voucher.customer),
        "kid": make_kid(ledger.client_no, account, reference),
        "marketingMessageCode": "",
        "customerMessage": f"Gjelder faktura {voucher.sale:08d}" if voucher.kind == CREDIT_NOTE else "",
        "salesOrderId": f"B-{voucher.sale:07d}",
        "purchaseOrderId": f"PO{voucher.sale % 9_999:04d}" if voucher.sale % 3 == 0 else "",
        "sellerReference": "",
        "buyerReference": f"A{voucher.customer % 9_999:04d}",
        "additionalReference": f"{voucher.sale:08d}" if voucher.kind == CREDIT_NOTE else "",
        "subCustomerNo": "",
        "ledgerNote": "",
        "currencyAmounts": _make_amounts(voucher.net, voucher.vat),
        "distribution": channel,
        "einvoiceAddress": {"address": "", "addressScheme": "", "operator": ""},
        "emailAddress": [make_names(ledger.seed, voucher.customer)[2]] if channel["type"] == "M" else [],
        "attachmentFiles": [],
        "attachmentCodes": [],
        "customCodes": [],
        "documentLines": _make_lines(ledger.seed, voucher),
    }


def _make_amounts(net: int, vat: int) -> Json:
    return {"exclVat": to_kroner(net), "vat": to_kroner(vat), "inclVat": to_kroner(net + vat)}


def _make_lines(seed: int, voucher: Voucher) -> list[Json]:
    """Return one to four lines that add up to the document's amounts, and a text line on every tenth document."""
    sign = -1 if voucher.kind == CREDIT_NOTE else 1
    net, vat_so_far, lines = abs(voucher.net), 0, []
    cuts = sorted(
        draw_number(seed, "cut", voucher.sale, n) % (net - 1) + 1 for n in range(draw_number(seed, voucher.sale) % 4)
    )
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, net], strict=True), 1):
        vat = calculate_vat(end) - vat_so_far
        vat_so_far += vat
        lines.append(_make_line(number, draw_number(seed, "line", voucher.sale, number), end - start, vat, sign))
    if voucher.sale % 10 == 0:
        lines.append(_make_text_line(len(lines) + 1, f"Ordre B-{voucher.sale:07d}"))
    return lines


def _make_line(number: int, draw: int, net: int, vat: int, sign: int) -> Json:
    article, name, text, unit, group = _ARTICLES[draw % len(_ARTICLES)]
    quantity = _QUANTITIES[draw // 7 % len(_QUANTITIES)]
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
        "price": to_kroner(net // quantity),
        "itemGroup1": group,
        "itemGroup2": "",
        "itemGroup3": "",
        "currencyAmounts": _make_amounts(sign * net, sign * vat),
    }


def _make_text_line(number: int, text: str) -> Json:
    blank = dict.fromkeys(("articleNo", "articleName", "quantityUnit", "volumeUnit"), "")
    groups = dict.fromkeys(("itemGroup1", "itemGroup2", "itemGroup3"), "")
    nothing = {"quantity": 0, "volume": 0, "price": 0, "currencyAmounts": _make_amounts(0, 0)}
    return {"lineNo": number, "lineType": "TXT", **blank, "lineText": text, **groups, **nothing}
