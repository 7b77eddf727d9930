"""A ledger to read: invoices, payments and the postings behind them, made from a seed, as large as one likes.

Amounts are whole øre until they are written. Every voucher balances, the movements are the sums of the items, and what
is open on the receivables account is what the AR items have left.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from armbulk.sandbox.keys import kid
from armbulk.sandbox.shapes import Json

RECEIVABLES, SALES, VAT, BANK = 1500, 3000, 2700, 1920
ACCOUNTS = {
    RECEIVABLES: "Kundefordringer",
    SALES: "Salgsinntekt, avgiftspliktig",
    VAT: "Utgående merverdiavgift",
    BANK: "Bankinnskudd",
}
INVOICE, CREDIT_NOTE, PAYMENT = (3, "Invoice"), (4, "Credit note"), (5, "Payment")
FIRST_ACCOUNT = 500_000


@dataclass(frozen=True, slots=True)
class Books:
    """What a client's ledger holds; `gl_items` in the order of posting."""

    gl_items: tuple[Json, ...] = ()
    ar_items: tuple[Json, ...] = ()
    gl_movements: tuple[Json, ...] = ()


@dataclass(slots=True)
class _Desk:
    """The bookkeeper at work."""

    client_no: int
    gl_items: list[Json] = field(default_factory=list)
    ar_items: list[Json] = field(default_factory=list)
    vouchers: int = 50_000

    def post(self, kind: tuple[int, str], day: date, customer: int, number: str, entries: dict[int, int]) -> int:
        """Post one voucher: account → øre (debit above zero); return its number."""
        self.vouchers += 1
        for account, amount in entries.items():
            self.gl_items.append(
                {
                    "clientNo": self.client_no,
                    "glItemId": f"{self.client_no}-{self.vouchers}-{account}",
                    "glYear": day.year,
                    "glPeriod": day.month,
                    "voucherType": kind[0],
                    "voucherTypeDescription": kind[1],
                    "voucherNo": self.vouchers,
                    "voucherDate": day.isoformat(),
                    "glAccountNo": account,
                    "glAccountName": ACCOUNTS[account],
                    "glAmount": kroner(amount),
                    "currency": "NOK",
                    "currencyAmount": kroner(amount),
                    "vatCode": "3" if account == SALES else "",
                    "transactionText": kind[1],
                    "customerNo": f"{customer:06d}" if account == RECEIVABLES else "",
                    "documentNo": number,
                    "createdTime": f"{day.isoformat()}T12:00:00.000+01:00",
                }
            )
        return self.vouchers

    def claim(
        self, kind: tuple[int, str], day: date, customer: int, number: str, voucher: int, amount: int, left: int
    ) -> None:
        """Write what a voucher means to the customer's account: øre in all, and øre still open."""
        reference = len(self.ar_items) + 1
        account = FIRST_ACCOUNT + customer
        due = (day + timedelta(days=14)).isoformat()
        self.ar_items.append(
            {
                "clientNo": self.client_no,
                "accountNo": account,
                "referenceNo": reference,
                "referenceSequenceNo": 0,
                "arItemId": f"{self.client_no}-{account}-{reference}-0",
                "customerNo": f"{customer:06d}",
                "documentNo": number,
                "voucherDate": day.isoformat(),
                "dueDate": due,
                "originalDueDate": due,
                "currency": "NOK",
                "currencyAmount": kroner(amount),
                "currencyBalance": kroner(left),
                "glAmount": kroner(amount),
                "glBalance": kroner(left),
                "kid": kid(self.client_no, account, reference),
                "voucherType": kind[0],
                "voucherTypeDescription": kind[1],
                "voucherNo": voucher,
                "transactionText": kind[1],
                "glYear": day.year,
                "glPeriod": day.month,
                "reservedStatus": "",
                "createdTime": f"{day.isoformat()}T12:00:00.000+01:00",
            }
        )


def kroner(amount: int) -> int | float:
    """Øre as JSON writes kroner: the shortest number of two decimals at most."""
    return amount // 100 if amount % 100 == 0 else amount / 100


def books(
    client_no: int,
    invoices: int,
    *,
    seed: int = 1,
    start: date = date(2025, 1, 1),
    days: int = 90,
    on_one_day: int = 0,
    to_one_customer: int = 0,
) -> Books:
    """Make the books of `invoices` invoices over `days` from `start`; the same for the same seed.

    Seven in ten are paid, whole or in part, and one in fifty is credited. So many `on_one_day` (the tenth) and
    `to_one_customer` lie close together, as a yearly run would.
    """
    chance = random.Random(seed)  # noqa: S311 - the same books for the same seed, not a secret
    desk = _Desk(client_no)
    for n in range(invoices):
        day = start + timedelta(days=9 if n < on_one_day else chance.randrange(days))
        customer = 1 if n < to_one_customer else chance.randrange(1, max(invoices // 5, 2))
        net = chance.randrange(10_000, 5_000_000)
        vat = (net * 25 + 50) // 100
        _sale(desk, chance, day, customer, f"{n + 1:08d}", net, vat)
    return Books(tuple(desk.gl_items), tuple(desk.ar_items), tuple(_movements(client_no, desk.gl_items)))


def _sale(desk: _Desk, chance: random.Random, day: date, customer: int, number: str, net: int, vat: int) -> None:
    gross = net + vat
    voucher = desk.post(INVOICE, day, customer, number, {RECEIVABLES: gross, SALES: -net, VAT: -vat})
    fate = chance.random()
    later = day + timedelta(days=chance.randrange(1, 25))
    if fate < 0.02:
        desk.claim(INVOICE, day, customer, number, voucher, gross, 0)
        number = f"K{number}"
        voucher = desk.post(CREDIT_NOTE, later, customer, number, {RECEIVABLES: -gross, SALES: net, VAT: vat})
        desk.claim(CREDIT_NOTE, later, customer, number, voucher, -gross, 0)
    elif fate < 0.72:
        paid = gross if fate < 0.65 else chance.randrange(1, gross)
        desk.claim(INVOICE, day, customer, number, voucher, gross, gross - paid)
        voucher = desk.post(PAYMENT, later, customer, number, {BANK: paid, RECEIVABLES: -paid})
        desk.claim(PAYMENT, later, customer, number, voucher, -paid, 0)
    else:
        desk.claim(INVOICE, day, customer, number, voucher, gross, gross)


def _movements(client_no: int, items: list[Json]) -> Iterator[Json]:
    """Per account and period: what went in and out, and the balances before and after."""
    sums: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in items:
        amount = round(one["glAmount"] * 100)
        sums[one["glAccountNo"], one["glYear"], one["glPeriod"]][amount < 0] += amount
    balances: dict[int, int] = defaultdict(int)
    for account, year, period in sorted(sums):
        debit, credit = sums[account, year, period]
        before = balances[account]
        balances[account] = before + debit + credit
        yield {
            "clientNo": client_no,
            "glYear": year,
            "glPeriod": period,
            "glAccountNo": account,
            "glAccountName": ACCOUNTS[account],
            "openingBalance": kroner(before),
            "debit": kroner(debit),
            "credit": kroner(-credit),
            "movement": kroner(debit + credit),
            "closingBalance": kroner(balances[account]),
        }
