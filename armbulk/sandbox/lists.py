"""ARM's lists of a generated ledger of any size, all derived from the same vouchers.

Amounts are øre until they are written. Every voucher balances, the movements are the sums of the items, and the
balance of the receivables account is what is open on the AR items. Records are made on demand.
"""

from array import array
from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b

from armbulk.sandbox.customers import make_customer, pick_category
from armbulk.sandbox.general_ledger import (
    ACCOUNT_OF_CUSTOMER_0,
    ACCOUNTS,
    BANK,
    INVOICE,
    KINDS,
    NUMBER_OF_VOUCHER_0,
    PAYMENT,
    RECEIVABLES,
    SALES,
    VAT,
    GeneralLedger,
    draw_ledger,
    make_timestamp,
    to_kroner,
)
from armbulk.sandbox.invoices import BUNDLE_OF_VOUCHER_0, make_document
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import make_kid
from armbulk.sandbox.rows import RowIndex, ValueAt
from armbulk.sandbox.system import list_codes, list_configs

__all__ = ["BANK", "RECEIVABLES", "SALES", "VAT", "ArmLists", "build_lists"]

INTERVALS = (0, 30, 60, 90, 180)
"""Days after the due date at which the intervals of the aged balance end; a last interval has no end."""


@dataclass(frozen=True, slots=True)
class ArmLists:
    """A client's ledger, list by list; dated lists are ordered by day."""

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
    by_path: dict[str, RowIndex] = field(init=False, compare=False, default_factory=dict)
    """The same lists by their path in the API."""

    def __post_init__(self) -> None:
        self.by_path.update(
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
    """Return the lists of a ledger with `invoices` invoices over `days` from `start`; the same for the same seed.

    Seven in ten are paid, in full or in part, and one in fifty is credited. `on_one_day` of them have the date of the
    tenth day, and `to_one_customer` of them the first customer, as in a yearly invoice run.
    """
    ledger = draw_ledger(
        client_no,
        invoices,
        seed=seed,
        start=start,
        days=days,
        on_one_day=on_one_day,
        to_one_customer=to_one_customer,
    )
    return ArmLists(
        _list_gl_items(ledger),
        _list_ar_items(ledger),
        tuple(_list_movements(ledger)),
        _list_customers(ledger),
        _list_documents(ledger),
        _list_bundles(ledger),
        _list_log_items(ledger),
        list_codes(),
        list_configs(client_no),
        tuple(_list_insights(ledger)),
    )


def _filter_keys(ledger: GeneralLedger, indexes: Sequence[int]) -> dict[str, ValueAt]:
    """Return the values that a list is filtered by, of a list whose records are the vouchers at `indexes`."""
    vouchers = ledger.vouchers
    return {
        "customerNo": lambda n: f"{vouchers[indexes[n]].customer:06d}",
        "accountNo": lambda n: ACCOUNT_OF_CUSTOMER_0 + vouchers[indexes[n]].customer,
        "documentNo": lambda n: vouchers[indexes[n]].document,
        "referenceNo": lambda n: indexes[n] + 1,
        "voucherDate": lambda n: vouchers[indexes[n]].day,
        "documentDate": lambda n: vouchers[indexes[n]].day,
        "createdTime": lambda n: vouchers[indexes[n]].day,
        "open": lambda n: "true" if vouchers[indexes[n]].left else "false",
    }


def _item_keys(ledger: GeneralLedger, index: int) -> Json:
    """Return the keys of a voucher that AR items and GL items share."""
    voucher = ledger.vouchers[index]
    return {
        "clientNo": ledger.client_no,
        "glCaseNo": 1_165_000 + voucher.sale,
        "glLotNo": 6_000_000 + voucher.day.toordinal(),
        "glYear": voucher.day.year,
        "glPeriod": voucher.day.month,
        "voucherType": voucher.kind,
        "voucherTypeDescription": KINDS[voucher.kind],
        "voucherNo": NUMBER_OF_VOUCHER_0 + index,
        "voucherDate": voucher.day.isoformat(),
        "currency": "NOK",
        "transactionText": KINDS[voucher.kind],
        "documentNo": voucher.document,
        "createdTime": make_timestamp(voucher.day, index),
    }


def _claim_keys(ledger: GeneralLedger, index: int) -> Json:
    """Return the keys of a voucher's customer, claim and document."""
    voucher = ledger.vouchers[index]
    return {
        "clientNo": ledger.client_no,
        "accountNo": ACCOUNT_OF_CUSTOMER_0 + voucher.customer,
        "referenceNo": index + 1,
        "customerNo": f"{voucher.customer:06d}",
        "documentNo": voucher.document,
    }


def _list_gl_items(ledger: GeneralLedger) -> RowIndex:
    postings, vouchers = ledger.postings, ledger.vouchers

    def make(n: int) -> Json:
        index, entry = divmod(postings[n], 4)
        account, amount = vouchers[index].entries[entry]
        return _item_keys(ledger, index) | {
            "glItemId": f"{ledger.client_no}-{NUMBER_OF_VOUCHER_0 + index}-{account}",
            "glAccountNo": account,
            "glAccountName": ACCOUNTS[account],
            "glAmount": to_kroner(amount),
            "currencyAmount": to_kroner(amount),
            "vatCode": "3" if account == SALES else "",
            "customerNo": "",
            **(_claim_keys(ledger, index) if account == RECEIVABLES else {}),
        }

    return RowIndex(
        len(postings),
        make,
        {
            "glYear": lambda n: vouchers[postings[n] // 4].day.year,
            "glPeriod": lambda n: vouchers[postings[n] // 4].day.month,
            "glAccountNo": lambda n: vouchers[postings[n] // 4].entries[postings[n] % 4][0],
            "voucherNo": lambda n: NUMBER_OF_VOUCHER_0 + postings[n] // 4,
            "voucherDate": lambda n: vouchers[postings[n] // 4].day,
        },
    )


def _list_ar_items(ledger: GeneralLedger) -> RowIndex:
    def make(index: int) -> Json:
        voucher, (due, original) = ledger.vouchers[index], ledger.due_dates(index)
        account, unique = ACCOUNT_OF_CUSTOMER_0 + voucher.customer, f"{ledger.seed}/{index}".encode()
        return {
            **_claim_keys(ledger, index),
            **_item_keys(ledger, index),
            "referenceSequenceNo": 0,
            "arItemId": f"{ledger.client_no}-{account}-{index + 1}-0",
            "dueDate": due.isoformat(),
            "originalDueDate": original.isoformat(),
            "currencyAmount": to_kroner(voucher.amount),
            "currencyBalance": to_kroner(voucher.left),
            "glAmount": to_kroner(voucher.amount),
            "glBalance": to_kroner(voucher.left),
            "kid": make_kid(ledger.client_no, account, index + 1),
            "externalId1": urlsafe_b64encode(blake2b(unique, digest_size=16).digest()).decode().rstrip("="),
            "ledgerPeriodReportNo": voucher.day.year % 100 * 100 + voucher.day.month,
            "reservedStatus": "",
        }

    return RowIndex(len(ledger.vouchers), make, _filter_keys(ledger, range(len(ledger.vouchers))))


def _list_customers(ledger: GeneralLedger) -> RowIndex:
    return RowIndex(
        ledger.customers,
        lambda n: make_customer(ledger, n + 1),
        {
            "customerNo": lambda n: f"{n + 1:06d}",
            "accountNo": lambda n: ACCOUNT_OF_CUSTOMER_0 + n + 1,
            "customerCategory": lambda n: pick_category(ledger.seed, n + 1),
        },
    )


def _list_documents(ledger: GeneralLedger) -> RowIndex:
    indexes, vouchers = ledger.documents, ledger.vouchers
    keys = _filter_keys(ledger, indexes)
    keys["documentType"] = lambda n: "IN" if vouchers[indexes[n]].kind == INVOICE else "CN"
    return RowIndex(len(indexes), lambda n: make_document(ledger, indexes[n]), keys)


def _list_bundles(ledger: GeneralLedger) -> RowIndex:
    indexes = ledger.documents

    def make(n: int) -> Json:
        return {
            **_claim_keys(ledger, indexes[n]),
            "documentBundleId": BUNDLE_OF_VOUCHER_0 + indexes[n],
            "status": "PROCESSED",
            "createdTime": make_timestamp(ledger.vouchers[indexes[n]].day, indexes[n]),
        }

    return RowIndex(len(indexes), make, _filter_keys(ledger, indexes))


def _list_log_items(ledger: GeneralLedger) -> RowIndex:
    """Return the log: each document was imported and then sent, each payment was received."""
    log_types = ("IMPORTED", "SENT", "PAID")
    events = array(  # four times the voucher's index, plus the index of the log type
        "I",
        (
            index * 4 + log_type
            for index, voucher in enumerate(ledger.vouchers)
            for log_type in ((2,) if voucher.kind == PAYMENT else (0, 1))
        ),
    )

    def make(n: int) -> Json:
        index, log_type = events[n] // 4, log_types[events[n] % 4]
        voucher = ledger.vouchers[index]
        document = f"{KINDS[voucher.kind]} {log_type.lower()}"
        return {
            **_claim_keys(ledger, index),
            "logItemId": 90_001 + n,
            "logType": log_type,
            "description": f"{to_kroner(-voucher.amount)} NOK received" if log_type == "PAID" else document,
            "createdTime": make_timestamp(voucher.day, index, hours_later=2 if log_type == "SENT" else 0),
        }

    return RowIndex(len(events), make, _filter_keys(ledger, array("I", (event // 4 for event in events))))


def _list_movements(ledger: GeneralLedger) -> Iterator[Json]:
    """Yield the opening balance, movement and closing balance of each account and period."""
    sums: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for voucher in ledger.vouchers:
        for account, amount in voucher.entries:
            sums[account, voucher.day.year, voucher.day.month][amount < 0] += amount
    balances: dict[int, int] = defaultdict(int)
    for account, year, period in sorted(sums):
        debit, credit = sums[account, year, period]
        opening = balances[account]
        balances[account] = opening + debit + credit
        yield {
            "clientNo": ledger.client_no,
            "glYear": year,
            "glPeriod": period,
            "glAccountNo": account,
            "glAccountName": ACCOUNTS[account],
            "openingBalance": to_kroner(opening),
            "debit": to_kroner(debit),
            "credit": to_kroner(-credit),
            "movement": to_kroner(debit + credit),
            "closingBalance": to_kroner(balances[account]),
        }


def _list_insights(ledger: GeneralLedger) -> Iterator[Json]:
    """Yield the open amounts by days overdue at the ledger's last month end."""
    counts, sums = [0] * (len(INTERVALS) + 1), [0] * (len(INTERVALS) + 1)
    if ledger.ageing_date is None:
        return
    for index, voucher in enumerate(ledger.vouchers):
        if voucher.left:
            number = _interval_of((ledger.ageing_date - ledger.due_dates(index)[0]).days)
            counts[number] += 1
            sums[number] += voucher.left
    for number, (count, amount) in enumerate(zip(counts, sums, strict=True)):
        limits: Json = {"fromDays": INTERVALS[number - 1] + 1} if number else {}
        limits |= {"toDays": INTERVALS[number]} if number < len(INTERVALS) else {}
        days = "-".join(map(str, limits.values())) if len(limits) == 2 else f"over {INTERVALS[-1]}"
        yield {
            "clientNo": ledger.client_no,
            "intervalNo": number,
            **limits,
            "description": f"{f'{days} days overdue' if number else 'Not due'} at {ledger.ageing_date}",
            "currency": "NOK",
            "itemCount": count,
            "balance": to_kroner(amount),
        }


def _interval_of(overdue: int) -> int:
    return sum(overdue > end for end in INTERVALS)
