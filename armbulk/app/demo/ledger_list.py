"""A sample file as another ledger exports it: its own headers, Windows-1252, and each invoice with its customer."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

_HEADERS = (
    "Fakturanr.", "Kundenr.", "Kundenavn", "Adresse", "Postnr.", "Poststed", "E-post", "Faktura utstedt", "Forfaller",
    "Bilagsart", "Beløp eks. mva", "Mva-beløp", "Å betale", "Vår ref.",
)  # fmt: skip
_CUSTOMERS = (
    ("10501", "Nordlys Bygg AS", "Storgata 12", "9008", "Tromsø", "faktura@nordlysbygg.example"),
    ("10502", "Blåfjell Transport AS", "Havnegata 4", "0150", "Oslo", "post@blaafjell.example"),
    ("10503", "Sørøya Fisk AS", "Kaia 1", "9690", "Havøysund", "kontor@soroyafisk.example"),
    ("10504", "Ærlig Regnskap DA", "Bryggen 7", "5003", "Bergen", "ole@aerlig.example"),
)
_AMOUNTS = ("12500.00", "8000.00", "4250.40", "1990.00", "640.80", "22300.00", "975.20", "3410.00")
_FIRST_NUMBER = 30101
_DAYS_TO_PAY = 14
_VAT = Decimal("0.25")


def write_ledger_list(path: Path, today: date) -> Path:
    """Write the file, with invoices of the last days; return its path.

    Args:
        path: A CSV file.
        today: The last day that an invoice is dated before.
    """
    rows = [_HEADERS, *_list_invoices(today)]
    path.write_text("".join(f"{';'.join(row)}\r\n" for row in rows), encoding="cp1252", newline="")
    return path


def _list_invoices(today: date) -> Iterator[Sequence[str]]:
    total = Decimal(0)
    for position, text in enumerate(_AMOUNTS):
        net = Decimal(text)
        vat = (net * _VAT).quantize(Decimal("0.01"))
        issued = today - timedelta(days=len(_AMOUNTS) - position)
        days = [day.strftime("%d.%m.%Y") for day in (issued, issued + timedelta(days=_DAYS_TO_PAY))]
        amounts = [_write_amount(amount) for amount in (net, vat, net + vat)]
        total += net + vat
        customer = _CUSTOMERS[position % len(_CUSTOMERS)]
        yield (str(_FIRST_NUMBER + position), *customer, *days, "Faktura", *amounts, "Kari Ås")
    yield ("Sum", *("" for _ in range(11)), _write_amount(total), "")


def _write_amount(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",")
