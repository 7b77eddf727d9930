"""A ledger to read, as large as one likes: every list ARM has, all of them told by the same facts.

Amounts are whole øre until they are written. Every voucher balances, the movements are the sums of the items, and what
is open on the receivables account is what the AR items have left. Records are made when they are asked for.
"""

from array import array
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from armbulk.sandbox.customers import category, customer
from armbulk.sandbox.general_ledger import (
    ACCOUNTS,
    BANK,
    FIRST_ACCOUNT,
    FIRST_VOUCHER,
    INVOICE,
    KINDS,
    PAYMENT,
    RECEIVABLES,
    SALES,
    VAT,
    GeneralLedger,
    draw,
    kroner,
    moment,
)
from armbulk.sandbox.invoices import FIRST_BUNDLE, document
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import kid
from armbulk.sandbox.rows import RowIndex, Value
from armbulk.sandbox.system import codes, configs

__all__ = ["BANK", "RECEIVABLES", "SALES", "VAT", "ArmLists", "build_lists"]

INTERVALS = (0, 30, 60, 90, 180)
"""Days after the due date at which the intervals of the aged balance end; the last has no end."""


@dataclass(frozen=True, slots=True)
class ArmLists:
    """What a client's ledger holds, list by list; dated ones in the order of their days."""

    gl_items: Sequence[Json] = ()
    ar_items: Sequence[Json] = ()
    gl_movements: Sequence[Json] = ()
    customers: Sequence[Json] = ()
    documents: Sequence[Json] = ()
    bundles: Sequence[Json] = ()
    log_items: Sequence[Json] = ()
    codes: Sequence[Json] = ()
    configs: Sequence[Json] = ()
    insights: Sequence[Json] = ()
    lists: dict[str, RowIndex] = field(init=False, compare=False, default_factory=dict)
    """The same by the path under which they are listed."""

    def __post_init__(self) -> None:
        self.lists.update(
            {
                "glitems": RowIndex.of(self.gl_items),
                "aritems": RowIndex.of(self.ar_items),
                "glmovements": RowIndex.of(self.gl_movements),
                "customers": RowIndex.of(self.customers),
                "documents": RowIndex.of(self.documents),
                "documentbundles": RowIndex.of(self.bundles),
                "logitems": RowIndex.of(self.log_items),
                "codes": RowIndex.of(self.codes),
                "clientconfigs": RowIndex.of(self.configs),
                "insights/adbintervals": RowIndex.of(self.insights),
            }
        )


def build_lists(
    client_no: int,
    invoices: int,
    *,
    seed: int = 1,
    start: date = date(2025, 1, 1),
    days: int = 90,
    on_one_day: int = 0,
    to_one_customer: int = 0,
) -> ArmLists:
    """Make the books of `invoices` invoices over `days` from `start`; the same for the same seed.

    Seven in ten are paid, whole or in part, and one in fifty is credited. So many `on_one_day` (the tenth) and
    `to_one_customer` lie close together, as a yearly run would.
    """
    ledger = draw(
        client_no,
        invoices,
        seed=seed,
        start=start,
        days=days,
        on_one_day=on_one_day,
        to_one_customer=to_one_customer,
    )
    return ArmLists(
        _gl_items(ledger),
        _ar_items(ledger),
        tuple(_movements(ledger)),
        _customers(ledger),
        _documents(ledger),
        _bundles(ledger),
        _log_items(ledger),
        codes(),
        configs(client_no),
        tuple(_insights(ledger)),
    )


def _told(ledger: GeneralLedger, places: Sequence[int]) -> dict[str, Value]:
    """How to tell the values that lists are narrowed by, from the places of vouchers."""
    vouchers = ledger.vouchers
    return {
        "customerNo": lambda n: f"{vouchers[places[n]].customer:06d}",
        "accountNo": lambda n: FIRST_ACCOUNT + vouchers[places[n]].customer,
        "documentNo": lambda n: vouchers[places[n]].document,
        "referenceNo": lambda n: places[n] + 1,
        "voucherDate": lambda n: vouchers[places[n]].day,
        "documentDate": lambda n: vouchers[places[n]].day,
        "createdTime": lambda n: vouchers[places[n]].day,
        "open": lambda n: "true" if vouchers[places[n]].left else "false",
    }


def _posted(ledger: GeneralLedger, place: int) -> Json:
    """What AR items and GL items both say of a voucher."""
    one = ledger.vouchers[place]
    return {
        "clientNo": ledger.client_no,
        "glCaseNo": 1_165_000 + one.sale,
        "glLotNo": 6_000_000 + one.day.toordinal(),
        "glYear": one.day.year,
        "glPeriod": one.day.month,
        "voucherType": one.kind,
        "voucherTypeDescription": KINDS[one.kind],
        "voucherNo": FIRST_VOUCHER + place,
        "voucherDate": one.day.isoformat(),
        "currency": "NOK",
        "transactionText": KINDS[one.kind],
        "documentNo": one.document,
        "createdTime": moment(one.day, place),
    }


def _whose(ledger: GeneralLedger, place: int) -> Json:
    """Whose claim a voucher is, and which."""
    one = ledger.vouchers[place]
    return {
        "clientNo": ledger.client_no,
        "accountNo": FIRST_ACCOUNT + one.customer,
        "referenceNo": place + 1,
        "customerNo": f"{one.customer:06d}",
        "documentNo": one.document,
    }


def _gl_items(ledger: GeneralLedger) -> RowIndex:
    postings, vouchers = ledger.postings, ledger.vouchers

    def make(n: int) -> Json:
        place, entry = divmod(postings[n], 4)
        account, amount = vouchers[place].entries[entry]
        return _posted(ledger, place) | {
            "glItemId": f"{ledger.client_no}-{FIRST_VOUCHER + place}-{account}",
            "glAccountNo": account,
            "glAccountName": ACCOUNTS[account],
            "glAmount": kroner(amount),
            "currencyAmount": kroner(amount),
            "vatCode": "3" if account == SALES else "",
            "customerNo": "",
            **(_whose(ledger, place) if account == RECEIVABLES else {}),
        }

    return RowIndex(
        len(postings),
        make,
        {
            "glYear": lambda n: vouchers[postings[n] // 4].day.year,
            "glPeriod": lambda n: vouchers[postings[n] // 4].day.month,
            "glAccountNo": lambda n: vouchers[postings[n] // 4].entries[postings[n] % 4][0],
            "voucherNo": lambda n: FIRST_VOUCHER + postings[n] // 4,
            "voucherDate": lambda n: vouchers[postings[n] // 4].day,
        },
    )


def _ar_items(ledger: GeneralLedger) -> RowIndex:
    def make(place: int) -> Json:
        one, (due, first) = ledger.vouchers[place], ledger.dues(place)
        account, seal = FIRST_ACCOUNT + one.customer, f"{ledger.seed}/{place}".encode()
        return {
            **_whose(ledger, place),
            **_posted(ledger, place),
            "referenceSequenceNo": 0,
            "arItemId": f"{ledger.client_no}-{account}-{place + 1}-0",
            "dueDate": due.isoformat(),
            "originalDueDate": first.isoformat(),
            "currencyAmount": kroner(one.amount),
            "currencyBalance": kroner(one.left),
            "glAmount": kroner(one.amount),
            "glBalance": kroner(one.left),
            "kid": kid(ledger.client_no, account, place + 1),
            "externalId1": urlsafe_b64encode(blake2b(seal, digest_size=16).digest()).decode().rstrip("="),
            "ledgerPeriodReportNo": one.day.year % 100 * 100 + one.day.month,
            "reservedStatus": "",
        }

    return RowIndex(len(ledger.vouchers), make, _told(ledger, range(len(ledger.vouchers))))


def _customers(ledger: GeneralLedger) -> RowIndex:
    return RowIndex(
        ledger.customers,
        lambda place: customer(ledger, place + 1),
        {
            "customerNo": lambda n: f"{n + 1:06d}",
            "accountNo": lambda n: FIRST_ACCOUNT + n + 1,
            "customerCategory": lambda n: category(ledger.seed, n + 1),
        },
    )


def _documents(ledger: GeneralLedger) -> RowIndex:
    places = ledger.documents
    keys = _told(ledger, places) | {"documentType": lambda n: "IN" if _kind(ledger, n) == INVOICE else "CN"}
    return RowIndex(len(places), lambda n: document(ledger, places[n]), keys)


def _kind(ledger: GeneralLedger, n: int) -> int:
    return ledger.vouchers[ledger.documents[n]].kind


def _bundles(ledger: GeneralLedger) -> RowIndex:
    places = ledger.documents

    def make(n: int) -> Json:
        day = ledger.vouchers[places[n]].day
        told = {"status": "PROCESSED", "createdTime": moment(day, places[n])}
        return {**_whose(ledger, places[n]), "documentBundleId": FIRST_BUNDLE + places[n], **told}

    return RowIndex(len(places), make, _told(ledger, places))


def _log_items(ledger: GeneralLedger) -> RowIndex:
    """Each document was imported and then sent; each payment came."""
    words = ("IMPORTED", "SENT", "PAID")
    happened = array(
        "I",
        (
            place * 4 + word
            for place, one in enumerate(ledger.vouchers)
            for word in ((2,) if one.kind == PAYMENT else (0, 1))
        ),
    )

    def make(n: int) -> Json:
        place, word = happened[n] // 4, words[happened[n] % 4]
        one = ledger.vouchers[place]
        said = f"{kroner(-one.amount)} NOK received" if word == "PAID" else f"{KINDS[one.kind]} {word.lower()}"
        return {
            **_whose(ledger, place),
            "logItemId": 90_001 + n,
            "logType": word,
            "description": said,
            "createdTime": moment(one.day, place, late=2 if word == "SENT" else 0),
        }

    return RowIndex(len(happened), make, _told(ledger, array("I", (one // 4 for one in happened))))


def _movements(ledger: GeneralLedger) -> Iterator[Json]:
    """Per account and period: what went in and out, and the balances before and after."""
    sums: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for one in ledger.vouchers:
        for account, amount in one.entries:
            sums[account, one.day.year, one.day.month][amount < 0] += amount
    balances: dict[int, int] = defaultdict(int)
    for account, year, period in sorted(sums):
        debit, credit = sums[account, year, period]
        before = balances[account]
        balances[account] = before + debit + credit
        yield {
            "clientNo": ledger.client_no,
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


def _insights(ledger: GeneralLedger) -> Iterator[Json]:
    """What is open, by how long it has been due at the ledger's last month end."""
    counts, sums = [0] * (len(INTERVALS) + 1), [0] * (len(INTERVALS) + 1)
    if ledger.at is None:
        return
    for place, one in enumerate(ledger.vouchers):
        if one.left:
            number = _interval((ledger.at - ledger.dues(place)[0]).days)
            counts[number] += 1
            sums[number] += one.left
    for number, (count, amount) in enumerate(zip(counts, sums, strict=True)):
        limits: Json = {"fromDays": INTERVALS[number - 1] + 1} if number else {}
        limits |= {"toDays": INTERVALS[number]} if number < len(INTERVALS) else {}
        days = "-".join(map(str, limits.values())) if len(limits) == 2 else f"over {INTERVALS[-1]}"
        yield {
            "clientNo": ledger.client_no,
            "intervalNo": number,
            **limits,
            "description": f"{f'{days} days overdue' if number else 'Not due'} at {ledger.at}",
            "currency": "NOK",
            "itemCount": count,
            "balance": kroner(amount),
        }


def _interval(overdue: int) -> int:
    return sum(overdue > end for end in INTERVALS)
