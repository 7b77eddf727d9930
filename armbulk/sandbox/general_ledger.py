"""What happened in a client's ledger: sales, credits and payments drawn by lot from a seed, as plain facts in øre.

Everything the sandbox serves of a ledger is told by these facts, so that no list can contradict another.
"""

import random
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

RECEIVABLES, SALES, VAT, BANK = 1500, 3000, 2700, 1920
ACCOUNTS = {
    RECEIVABLES: "Kundefordringer",
    SALES: "Salgsinntekt, avgiftspliktig",
    VAT: "Utgående merverdiavgift",
    BANK: "Bankinnskudd",
}
INVOICE, CREDIT_NOTE, PAYMENT = 3, 4, 5
KINDS = {INVOICE: "Invoice", CREDIT_NOTE: "Credit note", PAYMENT: "Payment"}
FIRST_ACCOUNT, FIRST_VOUCHER = 500_000, 50_001
"""ARM's number of customer 0, and the number of the first voucher."""

TERMS = (14, 14, 30, 10, 20)
"""Days to pay, by the customers' lot."""

_EXTENSION, _EXTENDED = timedelta(days=19), 40
"""One invoice in so many that is not wholly paid was given more time."""


class Voucher(NamedTuple):
    """One voucher and its claim: `amount` is what it does to the receivables, `left` what of that is still open."""

    kind: int
    day: date
    customer: int
    sale: int
    amount: int
    net: int = 0
    vat: int = 0
    left: int = 0

    @property
    def document(self) -> str:
        """The number of the invoice or credit note it is about."""
        return f"{'K' if self.kind == CREDIT_NOTE else ''}{self.sale:08d}"

    @property
    def entries(self) -> tuple[tuple[int, int], ...]:
        """Account and øre, debit above zero; together they are nothing."""
        if self.kind == PAYMENT:
            return (BANK, -self.amount), (RECEIVABLES, self.amount)
        return (RECEIVABLES, self.amount), (SALES, -self.net), (VAT, -self.vat)


class _Sale(NamedTuple):
    """What the lot says of an invoice: when it was paid or credited, and how much of it."""

    day: date
    customer: int
    net: int
    later: date
    paid: int
    credited: bool


@dataclass(frozen=True)
class GeneralLedger:
    """The facts: customers 1 to `customers`, and the vouchers in the order of their days."""

    client_no: int
    seed: int
    customers: int
    vouchers: Sequence[Voucher]

    @cached_property
    def postings(self) -> "array[int]":
        """Four times its voucher's place, and its place among the voucher's entries: for each posting."""
        sizes = ((place, 2 if one.kind == PAYMENT else 3) for place, one in enumerate(self.vouchers))
        return array("I", (place * 4 + entry for place, size in sizes for entry in range(size)))

    @cached_property
    def documents(self) -> "array[int]":
        """The places of the vouchers that are invoices and credit notes."""
        return array("I", (place for place, one in enumerate(self.vouchers) if one.kind != PAYMENT))

    @cached_property
    def owed(self) -> dict[int, int]:
        """What is open, by customer."""
        sums: dict[int, int] = defaultdict(int)
        for one in self.vouchers:
            sums[one.customer] += one.left
        return sums

    @cached_property
    def at(self) -> date | None:
        """The day by which claims are aged: the end of the month of the last voucher."""
        if not self.vouchers:
            return None
        following = self.vouchers[-1].day.replace(day=1) + timedelta(days=32)
        return following.replace(day=1) - timedelta(days=1)

    def days_to_pay(self, customer: int) -> int:
        """The customer's payment terms."""
        return TERMS[(customer * 3 + self.seed) % len(TERMS)]

    def dues(self, place: int) -> tuple[date, date]:
        """When a claim is due, and when it first was."""
        one = self.vouchers[place]
        if one.kind != INVOICE:
            return one.day, one.day
        first = one.day + timedelta(days=self.days_to_pay(one.customer))
        return (first + _EXTENSION if one.left and one.sale % _EXTENDED == 0 else first), first


def draw(
    client_no: int, invoices: int, *, seed: int, start: date, days: int, on_one_day: int, to_one_customer: int
) -> GeneralLedger:
    """Draw a ledger; sales and vouchers are numbered by their days."""
    chance = random.Random(seed)  # noqa: S311 - the same ledger for the same seed, not a secret
    known = max(invoices // 5, 2)
    sales = []
    for n in range(invoices):
        day = start + timedelta(days=9 if n < on_one_day else chance.randrange(days))
        customer = 1 if n < to_one_customer else chance.randrange(1, known)
        sales.append(_sale(chance, day, customer))
    sales.sort(key=attrgetter("day"))
    vouchers = [one for number, sale in enumerate(sales, 1) for one in _vouchers(number, sale)]
    vouchers.sort(key=attrgetter("day"))
    return GeneralLedger(client_no, seed, known - 1 if invoices else 0, tuple(vouchers))


def _sale(chance: random.Random, day: date, customer: int) -> _Sale:
    net = chance.randrange(10_000, 5_000_000)
    fate = chance.random()
    later = day + timedelta(days=chance.randrange(1, 25))
    gross = net + tax(net)
    paid = 0 if fate < 0.02 or fate >= 0.72 else gross if fate < 0.65 else chance.randrange(1, gross)
    return _Sale(day, customer, net, later, paid, fate < 0.02)


def _vouchers(number: int, sale: _Sale) -> Iterator[Voucher]:
    vat = tax(sale.net)
    gross = sale.net + vat
    left = 0 if sale.credited else gross - sale.paid
    yield Voucher(INVOICE, sale.day, sale.customer, number, gross, sale.net, vat, left)
    if sale.credited:
        yield Voucher(CREDIT_NOTE, sale.later, sale.customer, number, -gross, -sale.net, -vat)
    elif sale.paid:
        yield Voucher(PAYMENT, sale.later, sale.customer, number, -sale.paid)


def tax(net: int) -> int:
    """Work out the VAT of an amount, a quarter of it, to the nearest øre."""
    return (net * 25 + 50) // 100


def kroner(amount: int) -> int | float:
    """Øre as JSON writes kroner: the shortest number of two decimals at most."""
    return amount // 100 if amount % 100 == 0 else amount / 100


def lot(*parts: object) -> int:
    """Draw a number by lot: the same for the same parts, on every machine."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def moment(day: date, place: int, late: int = 0) -> str:
    """A moment of a day in Norway, as ARM writes it; `late` is so many hours later."""
    seconds, thousandths = lot("moment", place) % 36_000, place * 7 % 1_000
    hours, rest = divmod(seconds, 3_600)
    zone = "+02:00" if _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10) else "+01:00"
    return f"{day}T{7 + hours + late:02d}:{rest // 60:02d}:{rest % 60:02d}.{thousandths:03d}{zone}"


def _last_sunday(year: int, month: int) -> date:
    """When the clocks are changed: the last Sunday of a month of 31 days."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
