"""The sandbox's generated ledger balances, agrees with itself, and is listed as ARM lists."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from support.sandbox_caller import LEDGER, listed, sample

from armbulk.resources.identifiers import CHECK_FORMATS
from armbulk.sandbox.lists import BANK, RECEIVABLES, SALES, VAT, build_lists
from armbulk.sandbox.rows import RowFilter, RowIndex, RowMatches

if TYPE_CHECKING:
    from collections.abc import Callable

LISTS = [one.name for one in fields(LEDGER) if one.init]
GL_FIELDS = {
    "clientNo", "glItemId", "glCaseNo", "glLotNo", "glYear", "glPeriod", "voucherType", "voucherTypeDescription",
    "voucherNo", "voucherDate", "glAccountNo", "glAccountName", "glAmount", "currency", "currencyAmount", "vatCode",
    "transactionText", "customerNo", "accountNo", "referenceNo", "documentNo", "createdTime",
}  # fmt: skip


def exact(value: Any) -> Decimal:
    """An amount as it is written in JSON."""
    return Decimal(str(value))


def test_every_voucher_balances() -> None:
    """Debit is credit in every voucher, and the movements are the sums of the items."""
    vouchers: dict[int, Decimal] = defaultdict(Decimal)
    periods: dict[tuple[int, int, int], Decimal] = defaultdict(Decimal)
    for one in LEDGER.gl_items:
        vouchers[one["voucherNo"]] += exact(one["glAmount"])
        periods[one["glAccountNo"], one["glYear"], one["glPeriod"]] += exact(one["glAmount"])
    assert set(vouchers.values()) == {Decimal(0)}
    for one in LEDGER.gl_movements:
        assert periods.pop((one["glAccountNo"], one["glYear"], one["glPeriod"])) == exact(one["movement"])
        assert exact(one["openingBalance"]) + exact(one["debit"]) - exact(one["credit"]) == exact(one["closingBalance"])
    assert periods == {}


def test_what_is_open_is_what_the_receivables_hold() -> None:
    """The balances of the AR items, and those of the customers, add up to the receivables account."""
    account = sum(exact(one["glAmount"]) for one in LEDGER.gl_items if one["glAccountNo"] == RECEIVABLES)
    assert sum(exact(one["currencyBalance"]) for one in LEDGER.ar_items) == account
    assert sum(exact(one["balanceTotal"]) for one in LEDGER.customers) == account
    owed = {one["customerNo"]: exact(one["balanceTotal"]) for one in LEDGER.customers}
    for one in LEDGER.ar_items:
        owed[one["customerNo"]] -= exact(one["glBalance"])
    assert set(owed.values()) == {Decimal(0)}


def test_records_have_the_fields_of_the_published_samples() -> None:
    """AR items, customers and documents have what ARM's examples have, GL items what is expected of them."""
    assert all(set(one) == set(sample("ar_item.response.json")) for one in LEDGER.ar_items)
    assert all(set(one) <= GL_FIELDS for one in LEDGER.gl_items)
    assert all(set(one) == GL_FIELDS for one in LEDGER.gl_items if one["glAccountNo"] == RECEIVABLES)
    published = sample("customers.list.response.json")["customers"]
    assert set().union(*LEDGER.customers) == set().union(*published)
    assert all(set(one["postalAddress"]) == set(published[0]["postalAddress"]) for one in LEDGER.customers)
    posted = sample("document.post.request.json")["document"]
    for one in LEDGER.documents:
        assert set(one) - set(posted) == {"clientNo", "accountNo", "referenceNo", "documentBundleId"}
        assert set(posted) < set(one)
        assert all(set(line) == set(posted["documentLines"][0]) for line in one["documentLines"])


def test_the_lines_of_a_document_are_its_amounts() -> None:
    """Lines add up to the øre, quantity times price is a line's amount, net and VAT are gross."""
    for one in LEDGER.documents:
        lines = one["documentLines"]
        for name in ("exclVat", "vat", "inclVat"):
            whole = sum(exact(line["currencyAmounts"][name]) for line in lines)
            assert whole == exact(one["currencyAmounts"][name]) != 0
        for amounts in (one["currencyAmounts"], *(line["currencyAmounts"] for line in lines)):
            assert exact(amounts["exclVat"]) + exact(amounts["vat"]) == exact(amounts["inclVat"])
        for line in lines:
            assert exact(line["quantity"]) * exact(line["price"]) == exact(line["currencyAmounts"]["exclVat"])
        assert [line["lineNo"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["lineType"] for one in LEDGER.documents for line in one["documentLines"]} == {"PLH", "TXT"}


def test_every_document_is_posted_and_every_posting_is_of_a_document() -> None:
    """Invoices and credit notes have exactly the GL items and the claim that their amounts say."""
    posted: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for one in LEDGER.gl_items:
        posted[one["documentNo"] if one["voucherType"] != 5 else "", one["glAccountNo"]] += exact(one["glAmount"])
    claims = {one["documentNo"]: one for one in LEDGER.ar_items if one["voucherType"] != 5}
    for one in LEDGER.documents:
        amounts, claim = one["currencyAmounts"], claims.pop(one["documentNo"])
        for account, amount, sign in ((RECEIVABLES, "inclVat", 1), (SALES, "exclVat", -1), (VAT, "vat", -1)):
            assert posted.pop((one["documentNo"], account)) == sign * exact(amounts[amount])
        assert exact(claim["glAmount"]) == exact(amounts["inclVat"])
        same = ("customerNo", "accountNo", "referenceNo", "kid")
        assert [claim[name] for name in same] == [one[name] for name in same]
        assert (claim["voucherDate"], claim["originalDueDate"]) == (one["documentDate"], one["dueDate"])
        assert one["documentType"] == {3: "IN", 4: "CN"}[claim["voucherType"]]
    assert claims == {}
    assert set(posted) == {("", BANK), ("", RECEIVABLES)}


def test_the_aged_balance_is_that_of_the_open_items() -> None:
    """Each interval has the items that were due so many days before the day it names, and no other."""
    day = date.fromisoformat(LEDGER.insights[0]["description"][-10:])
    assert all(one["voucherDate"] <= day.isoformat() for one in LEDGER.ar_items)
    late = [((day - date.fromisoformat(one["dueDate"])).days, exact(one["glBalance"])) for one in LEDGER.ar_items]
    for one in LEDGER.insights:
        low, high = one.get("fromDays", -9_999), one.get("toDays", 9_999)
        inside = [left for days, left in late if left and low <= days <= high]
        assert (one["itemCount"], exact(one["balance"])) == (len(inside), sum(inside))
    assert sum(one["itemCount"] for one in LEDGER.insights) == sum(left != 0 for _, left in late) > 0
    assert sum(one["itemCount"] > 0 for one in LEDGER.insights) >= 3


def test_due_dates_follow_the_customers_terms() -> None:
    """An invoice is first due after the days its customer has to pay; some were given more time."""
    terms = {one["customerNo"]: one["dueDays"] for one in LEDGER.customers}
    invoices = [one for one in LEDGER.ar_items if one["voucherType"] == 3]
    for one in invoices:
        first = date.fromisoformat(one["originalDueDate"])
        assert (first - date.fromisoformat(one["voucherDate"])).days == terms[one["customerNo"]]
    assert 0 < sum(one["dueDate"] > one["originalDueDate"] for one in invoices) < len(invoices) / 10
    assert all(one["dueDate"] >= one["originalDueDate"] for one in invoices)


def test_what_happened_is_in_the_log_and_in_bundles() -> None:
    """Each document was created in a bundle, came in and was sent; each payment came in."""
    happened: dict[str, list[str]] = defaultdict(list)
    for one in LEDGER.log_items:
        happened[one["logType"]].append(one["documentNo"])
    documents = [one["documentNo"] for one in LEDGER.documents]
    assert happened.pop("IMPORTED") == happened.pop("SENT") == documents
    assert happened.pop("PAID") == [one["documentNo"] for one in LEDGER.ar_items if one["voucherType"] == 5]
    assert happened == {}
    same = ("documentNo", "documentBundleId", "accountNo", "referenceNo", "customerNo")
    assert [[one[name] for name in same] for one in LEDGER.bundles] == [
        [one[name] for name in same] for one in LEDGER.documents
    ]


def test_identifiers_have_right_check_digits_and_are_nobodys() -> None:
    """Numbers of customers are different and pass armbulk's own checks; they are of the kind kept for tests."""
    people = build_lists(2218, 5_000).customers
    frame = pl.DataFrame(
        {name: [one[name] for one in people] for name in ("organizationNo", "bankAccountNo", "ssn", "customerKid")}
        | {"postalCode": [one["postalAddress"]["postalCode"] for one in people]}
        | {"emails": [one["emailAddressDocument"] + one["secondaryEmailAddress"] for one in people]}
    )
    forms = {"organizationNo": "organisation-no", "bankAccountNo": "bank-account", "ssn": "national-id",
             "customerKid": "kid", "postalCode": "postal-code", "emails": "email"}  # fmt: skip
    for name, form in forms.items():
        column = frame[name] if name == "emails" else frame[name].replace("", None).drop_nulls()
        assert column.len() > 300
        assert column.to_frame().select(CHECK_FORMATS[form].is_valid(pl.col(name)).all()).item(), name
        assert name in {"postalCode", "emails"} or column.n_unique() == column.len()
    assert set(frame["organizationNo"].str.head(1)) == {"", "3"}
    assert all(int(one["ssn"][2:4]) > 80 for one in people if one["ssn"])
    assert all(address.endswith(".example") for one in frame["emails"] for address in one)
    assert frame["postalCode"].str.starts_with("0").any()
    assert [one["customerNo"] for one in people] == [f"{n:06d}" for n in range(1, 1_000)]
    firms = {one["customerNo"]: one["organizationNo"] for one in people if one["organizationNo"]}
    parents = [one for one in people if one["parentCustomerNo"]]
    assert parents
    assert all(firms[one["parentCustomerNo"]] == one["parentOrganizationNo"] for one in parents)


@pytest.mark.parametrize("name", LISTS)
def test_the_same_seed_gives_the_same_books(name: str) -> None:
    """Tests can rely on them, list by list; another seed gives another ledger."""
    one, same, other = (getattr(build_lists(2218, 50, seed=seed), name) for seed in (3, 3, 4))
    assert list(one) == list(same)
    assert (list(one) == list(other)) is (name in {"codes", "configs"})


def test_another_seed_gives_other_books() -> None:
    """Whole books can be compared; days and customers can be made to cluster."""
    assert build_lists(2218, 50, seed=3) == build_lists(2218, 50, seed=3) != build_lists(2218, 50, seed=4)
    close = build_lists(2218, 300, on_one_day=200, to_one_customer=100)
    tenth = date(2025, 1, 10).isoformat()
    assert sum(one["voucherDate"] == tenth and one["voucherType"] == 3 for one in close.ar_items) >= 200
    assert sum(one["customerNo"] == "000001" and one["voucherType"] == 3 for one in close.ar_items) >= 100


@pytest.mark.first_cases(1)
@pytest.mark.parametrize("invoices", [0, 1, 2, 9, 3_000])
def test_books_of_any_size(invoices: int) -> None:
    """As many invoices as asked for; keys are different, and what has a day is in the order of days."""
    made = build_lists(2218, invoices, start=date(2024, 2, 20))
    assert sum(one["documentType"] == "IN" for one in made.documents) == invoices
    keys = {"gl_items": "glItemId", "ar_items": "arItemId", "customers": "customerNo", "documents": "documentNo",
            "bundles": "documentBundleId", "log_items": "logItemId"}  # fmt: skip
    for name, key in keys.items():
        records = getattr(made, name)
        assert len({one[key] for one in records}) == len(records)
    for name, key in [("gl_items", "voucherDate"), ("documents", "documentDate"), ("log_items", "createdTime")]:
        days = [one[key][:10] for one in getattr(made, name)]
        assert days == sorted(days)
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0[12]:00")
    assert all(moment.fullmatch(one["createdTime"]) for one in (*made.log_items, *made.ar_items))


@pytest.mark.proof
def test_a_long_list_of_customers_can_be_cut_by_category(arm: Callable[..., Any]) -> None:
    """Above ten thousand customers no category has more than is served, and together they are all."""
    many = build_lists(2218, 60_000)
    with arm(lists=many, customers=[]) as me:
        kinds = {one["code"] for one in many.codes if one["codeType"] == "customerCategory"}
        totals = [me.get("customers", customercategory=one).json()["summary"]["totalCount"] for one in kinds]
    assert sum(totals) == len(many.customers) > 10_000
    assert max(totals) < 2_000


def test_a_page_of_a_large_list_makes_only_its_own_records() -> None:
    """A quarter of a million records cost what is shown of them, and a day or an account is found without them."""
    made = []

    def make(place: int) -> dict[str, Any]:
        made.append(place)
        return {"n": place}

    rows = RowIndex(250_000, make, {"day": lambda n: date(2025, 1, 1 + n // 10_000), "account": lambda n: n % 4})
    day = rows.find(RowFilter(date_key="day", first="2025-01-12", last="2025-01-12"))
    assert (len(day), day[0], day[-1]) == (10_000, 110_000, 119_999)
    both = rows.find(RowFilter({"account": "3"}, "day", "2025-01-12", "2025-01-13"))
    assert list(both) == list(range(110_003, 130_000, 4))
    assert len(rows.find(RowFilter({"account": "3"}))) == 62_500
    assert made == []
    found = RowMatches(rows, both, [{"n": -1}, {"n": -2}])
    assert found.slice(4_998, 5_001) == [{"n": 129_995}, {"n": 129_999}, {"n": -1}]
    assert made == [129_995, 129_999]
    assert found.slice(5_001, 9_999) == [{"n": -2}]


def test_gl_items_are_listed_by_period_day_and_account(arm: Callable[..., Any]) -> None:
    """Filters narrow the list; together they are all of it."""
    with arm(lists=LEDGER) as me:
        whole = listed(me, "glitems", "glItems")
        assert whole == list(LEDGER.gl_items)
        february = listed(me, "glitems", "glItems", glyear="2025", glperiod="2")
        assert {one["glPeriod"] for one in february} == {2}
        days = [listed(me, "glitems", "glItems", fromdate=f"2025-02-{day:02d}", todate=f"2025-02-{day:02d}")
                for day in range(1, 29)]  # fmt: skip
        assert sum(map(len, days)) == len(february)
        accounts = [listed(me, "glitems", "glItems", glaccountno=str(one)) for one in (1500, 1920, 2700, 3000)]
        assert sum(map(len, accounts)) == len(whole)
        assert me.get(f"glitems/{whole[0]['glItemId']}").json() == whole[0]
        assert me.get("glitems/nothing").status_code == 404


def test_ar_items_are_listed_open_or_not(arm: Callable[..., Any]) -> None:
    """All of them, those still open, or those of a customer."""
    with arm(lists=LEDGER) as me:
        open_items = listed(me, "aritems", "arItems", openonly="true")
        assert 0 < len(open_items) < len(listed(me, "aritems", "arItems")) == len(LEDGER.ar_items)
        assert all(one["currencyBalance"] for one in open_items)
        assert {one["customerNo"] for one in listed(me, "aritems", "arItems", customerno="000003")} == {"000003"}


@pytest.mark.parametrize("value", ["honoured", "ignored"])
def test_filters_may_be_ignored(arm: Callable[..., Any], value: str) -> None:
    """A server that does not know a filter gives everything: only what is returned can tell."""
    with arm(lists=LEDGER, dialect={"list_filters": value}) as me:
        periods = {one["glPeriod"] for one in listed(me, "glitems", "glItems", glperiod="2")}
        assert (periods == {2}) is (value == "honoured")


def test_gl_movements_may_be_absent(arm: Callable[..., Any]) -> None:
    """The listing of movements is nowhere documented: it may not be there."""
    with arm(lists=LEDGER) as me:
        assert listed(me, "glmovements", "glMovements") == list(LEDGER.gl_movements)
    with arm(lists=LEDGER, dialect={"gl_movements": "absent"}) as me:
        assert me.get("glmovements").status_code == 404


def test_more_than_the_cap_is_cut(arm: Callable[..., Any]) -> None:
    """Twelve thousand items on one day: ten thousand are served, and the total tells, or does not."""
    many = build_lists(2218, 4_000, on_one_day=4_000)
    with arm(lists=many) as me:
        summary = me.get("glitems", pagesize="1000", fromdate="2025-01-10", todate="2025-01-10").json()["summary"]
        assert summary["totalCount"] >= 12_000
        assert summary["totalPages"] == 10
    with arm(lists=many, dialect={"list_total": "clamped"}) as me:
        assert me.get("glitems", pagesize="1000").json()["summary"]["totalCount"] == 10_000
