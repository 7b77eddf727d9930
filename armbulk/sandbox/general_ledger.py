"""A generated general ledger: sales, credit notes and payments drawn at random from a seed. Amounts are in øre.

Every list the sandbox serves is derived from these vouchers, so that no list can contradict another.
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
ACCOUNT_OF_CUSTOMER_0, NUMBER_OF_VOUCHER_0 = 500_000, 50_001
"""ARM's account number of the generated customer 0, and the number of voucher 0; the others follow by index."""

TERMS = (14, 14, 30, 10, 20)
"""Payment terms in days; a customer has one of them."""

_EXTENSION, _EXTENDED = timedelta(days=19), 40
"""One in `_EXTENDED` unpaid invoices has a later due date, by `_EXTENSION`."""


class Voucher(NamedTuple):
    """One voucher: `amount` is its posting to receivables, `left` the part of it that is still open."""

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
        """The number of its invoice or credit note."""
        return f"{'K' if self.kind == CREDIT_NOTE else ''}{self.sale:08d}"

    @property
    def entries(self) -> tuple[tuple[int, int], ...]:
        """Its postings (account, øre), debits positive; they add up to zero."""
        if self.kind == PAYMENT:
            return (BANK, -self.amount), (RECEIVABLES, self.amount)
        return (RECEIVABLES, self.amount), (SALES, -self.net), (VAT, -self.vat)


class _Sale(NamedTuple):
    """One sale: its invoice, and when and how much of it was paid or credited."""

    day: date
    customer: int
    net: int
    later: date
    paid: int
    credited: bool


@dataclass(frozen=True)
class GeneralLedger:
    """Customers 1 to `customers`, and the vouchers ordered by day."""

    client_no: int
    seed: int
    customers: int
    vouchers: Sequence[Voucher]

    @cached_property
    def postings(self) -> "array[int]":
        """For each posting, four times its voucher's index plus its index among the voucher's entries."""
        sizes = ((index, 2 if voucher.kind == PAYMENT else 3) for index, voucher in enumerate(self.vouchers))
        return array("I", (index * 4 + entry for index, size in sizes for entry in range(size)))

    @cached_property
    def documents(self) -> "array[int]":
        """The indexes of the vouchers that are invoices and credit notes."""
        return array("I", (index for index, voucher in enumerate(self.vouchers) if voucher.kind != PAYMENT))

    @cached_property
    def open_amounts(self) -> dict[int, int]:
        """The open amount of each customer."""
        sums: dict[int, int] = defaultdict(int)
        for voucher in self.vouchers:
            sums[voucher.customer] += voucher.left
        return sums

    @cached_property
    def ageing_date(self) -> date | None:
        """The date of the aged balance: the end of the last voucher's month; None without vouchers."""
        if not self.vouchers:
            return None
        following = self.vouchers[-1].day.replace(day=1) + timedelta(days=32)
        return following.replace(day=1) - timedelta(days=1)

    def payment_days(self, customer: int) -> int:
        """Return a customer's payment terms in days."""
        return TERMS[(customer * 3 + self.seed) % len(TERMS)]

    def due_dates(self, index: int) -> tuple[date, date]:
        """Return the due date of the voucher at `index`, and its original due date."""
        voucher = self.vouchers[index]
        if voucher.kind != INVOICE:
            return voucher.day, voucher.day
        original = voucher.day + timedelta(days=self.payment_days(voucher.customer))
        is_extended = voucher.left and voucher.sale % _EXTENDED == 0
        return (original + _EXTENSION if is_extended else original), original


def draw_ledger(
    client_no: int, invoices: int, *, seed: int, start: date, days: int, on_one_day: int, to_one_customer: int
) -> GeneralLedger:
    """Return a random ledger, the same for the same seed; sales and vouchers are numbered by day."""
    rng = random.Random(seed)  # noqa: S311 - the same ledger for the same seed, not a secret
    customers = max(invoices // 5, 2)
    sales = []
    for n in range(invoices):
        day = start + timedelta(days=9 if n < on_one_day else rng.randrange(days))
        customer = 1 if n < to_one_customer else rng.randrange(1, customers)
        sales.append(_draw_sale(rng, day, customer))
    sales.sort(key=attrgetter("day"))
    vouchers = [voucher for number, sale in enumerate(sales, 1) for voucher in _make_vouchers(number, sale)]
    vouchers.sort(key=attrgetter("day"))
    return GeneralLedger(client_no, seed, customers - 1 if invoices else 0, tuple(vouchers))


def _draw_sale(rng: random.Random, day: date, customer: int) -> _Sale:
    net = rng.randrange(10_000, 5_000_000)
    fate = rng.random()
    later = day + timedelta(days=rng.randrange(1, 25))
    gross = net + calculate_vat(net)
    paid = 0 if fate < 0.02 or fate >= 0.72 else gross if fate < 0.65 else rng.randrange(1, gross)
    return _Sale(day, customer, net, later, paid, fate < 0.02)


def _make_vouchers(number: int, sale: _Sale) -> Iterator[Voucher]:
    vat = calculate_vat(sale.net)
    gross = sale.net + vat
    left = 0 if sale.credited else gross - sale.paid
    yield Voucher(INVOICE, sale.day, sale.customer, number, gross, sale.net, vat, left)
    if sale.credited:
        yield Voucher(CREDIT_NOTE, sale.later, sale.customer, number, -gross, -sale.net, -vat)
    elif sale.paid:
        yield Voucher(PAYMENT, sale.later, sale.customer, number, -sale.paid)


def calculate_vat(net: int) -> int:
    """Return the VAT of an amount: 25 %, to the nearest øre."""
    return (net * 25 + 50) // 100


def to_kroner(amount: int) -> int | float:
    """Return øre as a JSON number of kroner: the shortest one, with at most two decimals."""
    return amount // 100 if amount % 100 == 0 else amount / 100


def draw_number(*parts: object) -> int:
    """Return a pseudo-random number: the same for the same parts, on every machine."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def make_timestamp(day: date, index: int, hours_later: int = 0) -> str:
    """Return a time of day in Norway, as ARM writes it, for the voucher at `index`."""
    seconds, thousandths = draw_number("moment", index) % 36_000, index * 7 % 1_000
    hours, rest = divmod(seconds, 3_600)
    zone = "+02:00" if _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10) else "+01:00"
    return f"{day}T{7 + hours + hours_later:02d}:{rest // 60:02d}:{rest % 60:02d}.{thousandths:03d}{zone}"


def _last_sunday(year: int, month: int) -> date:
    """Return the last Sunday of a month of 31 days: when summer time begins or ends."""
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
