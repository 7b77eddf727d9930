"""Open items of a ledger: what references prove, what only adds up, and what contradicts itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ledger import Ledger, line

from armbulk.errors import FileError
from armbulk.migration.balances import Proof
from armbulk.migration.customer_rows import CustomerChoices
from armbulk.migration.derive import Migration, Notice, derive_migration
from armbulk.migration.document_rows import DocumentChoices, LeftOut
from armbulk.migration.questions import list_questions

if TYPE_CHECKING:
    from armbulk.model.ledger_export import LedgerExport


def derive(*exports: LedgerExport, **choices: Any) -> Migration:
    """Derive the migration of some exports."""
    return derive_migration(exports, CustomerChoices(), DocumentChoices(**choices))


def documents(migration: Migration) -> list[tuple[str, str, Decimal]]:
    """The rows of Documents: the customer's old number, the document number, and the amount in the base currency."""
    rows = migration.documents.rows
    return list(zip(rows["old_customer_no"], rows["document_no"], rows["base_amount"], strict=True))


def left_out(migration: Migration) -> list[tuple[str, str, Decimal]]:
    """What is left out: number, reason, amount."""
    rows = migration.documents.left_out
    return list(zip(rows["document_no"], rows["reason"], rows["base_amount"], strict=True))


def proof(migration: Migration, customer: str) -> str:
    """What the balances of a customer prove."""
    return str(migration.proof.filter(customer_id=customer)["proof"].item())


def test_part_payments_leave_the_remainder() -> None:
    """A payment with the reference of the invoice, in whatever spelling."""
    ledger = Ledger()
    ledger.customer("1", closing="599.75")
    ledger.invoice("1", "1000", reference="5002", due_date=date(2025, 5, 1))
    ledger.payment("1", "400.25", reference=" 5002 ")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "5002", Decimal("599.75"))]
    assert migration.documents.rows["due_date"].item() == date(2025, 5, 1)
    assert migration.is_proved
    assert not migration.notices


def test_a_payment_reference_on_two_invoices_is_the_customers_own() -> None:
    """T2: then the payment may have settled any of them, and only the balance is known."""
    ledger = Ledger()
    ledger.customer("1", closing="400")
    ledger.invoice("1", "400", reference="5013", cid="90007774")
    ledger.invoice("1", "400", reference="5014", cid="90007774")
    ledger.payment("1", "400", cid="90007774")
    ledger.customer("2", closing="0")  # so that some credit has a link
    ledger.invoice("2", "10", cid="8 0 1")
    ledger.payment("2", "10", cid="801")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "IB-1", Decimal(400))]
    assert migration.doubted_cids.rows() == [("1", "90007774")]


def test_a_reference_on_two_invoices_is_none() -> None:
    """T1: it is an order of the customer; the invoices get other numbers."""
    ledger = Ledger()
    ledger.customer("1", closing="300")
    ledger.invoice("1", "100", reference="PO-7", source_document="81")
    ledger.invoice("1", "200", reference="po-7", source_document="82")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "81", Decimal(100)), ("1", "82", Decimal(200))]
    assert migration.doubted_references.rows() == [("1", "po-7")]


@pytest.mark.parametrize("shared", ["1234", "NotUsed", "0"])
def test_a_source_document_number_of_several_vouchers_is_no_document_number(shared: str) -> None:
    """T3 and T4: the voucher's own number is taken."""
    ledger = Ledger()
    for customer in ("1", "2"):
        ledger.customer(customer, closing="100")
        ledger.invoice(customer, "100", source_document=shared)
    assert [number for _, number, _ in documents(derive(ledger.export()))] == ["T0", "T1"]


def test_one_credit_without_reference_leaves_the_balance_alone() -> None:
    """R7: which invoice it paid is not known, so no item is guessed."""
    ledger = Ledger()
    ledger.customer("1", opening="250.50", closing="750.50")
    ledger.invoice("1", "800", reference="5008")
    ledger.invoice("1", "600", reference="5009")
    ledger.payment("1", "900")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "IB-1", Decimal("750.50"))]
    assert migration.documents.rows["document_date"].item() == date(2025, 12, 31)
    assert Notice.NO_LINKS in migration.notices


def test_credits_are_listed_and_never_sent() -> None:
    """One with a cross-reference lowers its invoice; one without is a credit of its own; so is an overpayment."""
    ledger = Ledger()
    ledger.customer("1", closing="1775")
    ledger.invoice("1", "3750", reference="5004")
    ledger.post("sales", line("1", "-1250", reference="5005", cross_reference="5004"))
    ledger.post("sales", line("1", "-625", reference="5006"))
    ledger.invoice("1", "1000", reference="5007")
    ledger.payment("1", "1100", reference="5007")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "5004", Decimal(2500))]
    assert left_out(migration) == [
        ("5006", LeftOut.CREDIT, Decimal(-625)),
        ("5007", LeftOut.CREDIT, Decimal(-100)),
    ]
    assert migration.total == Decimal(1775)


def test_a_refund_settles_the_credit_note_that_it_names() -> None:
    """Otherwise the refund would be an open item."""
    ledger = Ledger()
    ledger.customer("1", closing="100")
    ledger.invoice("1", "100", reference="5001")
    ledger.post("sales", line("1", "-625", reference="5006"))
    ledger.post("bank", line("1", "625", reference="5006"))
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "5001", Decimal(100))]
    assert left_out(migration) == []


def test_a_payment_of_an_unknown_invoice_lowers_what_was_brought_forward() -> None:
    """R6."""
    ledger = Ledger()
    ledger.customer("1", opening="5000", closing="3000")
    ledger.payment("1", "2000", reference="4711")
    ledger.customer("2", closing="0")
    ledger.invoice("2", "10", reference="9")
    ledger.payment("2", "10", reference="9")
    assert documents(derive(ledger.export())) == [("1", "IB-1", Decimal(3000))]


def test_payments_of_unknown_invoices_beyond_the_opening_balance_prove_nothing() -> None:
    """They cannot all be of earlier invoices."""
    ledger = Ledger()
    ledger.customer("1", opening="100", closing="500")
    ledger.invoice("1", "900", reference="1")
    ledger.payment("1", "500", reference="bank archive 77")
    ledger.customer("2", closing="0")
    ledger.invoice("2", "10", reference="9")
    ledger.payment("2", "10", reference="9")
    assert documents(derive(ledger.export())) == [("1", "IB-1", Decimal(500))]


def test_a_payment_that_names_the_invoice_of_another_customer_is_not_of_an_earlier_year() -> None:
    """The payer may be another company of the group."""
    ledger = Ledger()
    ledger.customer("1", opening="900", closing="400")
    ledger.payment("1", "500", reference="9")
    ledger.customer("2", closing="500")
    ledger.invoice("2", "510", reference="9")
    ledger.payment("2", "10", reference="9")
    migration = derive(ledger.export())
    assert migration.proof["has_items"].to_list() == [False, True]


def test_interest_with_the_number_of_the_invoice_makes_the_number_doubtful() -> None:
    """T1 has two sales vouchers."""
    ledger = Ledger()
    ledger.customer("1", closing="1035")
    ledger.invoice("1", "1000", reference="7")
    ledger.invoice("1", "35", reference="7")  # a reminder fee
    migration = derive(ledger.export())
    assert [number for _, number, _ in documents(migration)] == ["T0", "T1"]


def test_instalments_are_documents_of_their_own_until_one_is_paid() -> None:
    """After a payment, the earliest due date counts, and the row is marked."""
    ledger = Ledger()
    ledger.customer("1", closing="300")
    dues = (date(2025, 2, 1), date(2025, 3, 1))
    ledger.post(
        "sales",
        line("1", "200", reference="7", due_date=dues[1]),
        line("1", "100", reference="7", due_date=dues[0]),
    )
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "7-2", Decimal(200)), ("1", "7-1", Decimal(100))]
    ledger.payment("1", "50", reference="7")
    ledger.balances[0]["closing"] = Decimal(250)
    paid = derive(ledger.export()).documents.rows
    assert paid.select("document_no", "due_date", "has_several_due_dates").rows() == [("7", dues[0], True)]


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        ("10", "110.00", Proof.PROVED),
        ("10", "110.01", Proof.DIFFERENT),
        (None, "100", Proof.PROVED),
        ("0", None, Proof.NOT_STATED),
    ],
)
def test_each_customer_is_proved_to_the_last_cent(opening: str | None, closing: str | None, expected: Proof) -> None:
    """P1; the documents of other customers are not in the workbook."""
    ledger = Ledger()
    ledger.customer("1", opening=opening, closing=closing)
    ledger.invoice("1", "100", reference="1")
    ledger.customer("2", opening="1", closing="1")  # keeps the opening balances from being vouchers
    migration = derive(ledger.export())
    assert proof(migration, "1") == expected
    assert bool(documents(migration)[1:]) == (expected == Proof.PROVED)


def test_accounts_must_add_up_themselves() -> None:
    """A posting without a customer that the closing balance lacks; other accounts have a notice, and prove nothing."""
    ledger = Ledger()
    ledger.customer("1", opening="0", closing="100")
    ledger.invoice("1", "100", reference="2")
    good = derive(ledger.export())
    assert (good.unproved_accounts.height, good.is_proved) == (0, True)
    ledger.post("other", line(None, "25"))
    migration = derive(ledger.export())
    assert migration.unproved_accounts.rows() == [("1500", Decimal(0), Decimal(125), Decimal(100), Decimal(25))]
    assert (migration.notices, migration.is_proved) == ((Notice.POSTINGS_DIFFER,), False)
    ledger.lines[-1]["account_id"] = "1920"
    ledger.accounts = [
        {"account_id": "1500", "opening": Decimal(0), "closing": Decimal(100)},
        {"account_id": "1920", "opening": Decimal(0), "closing": Decimal(0)},
        {"account_id": "3000", "opening": Decimal(0), "closing": None},
    ]
    other = derive(ledger.export())
    assert (other.notices, other.is_proved) == ((Notice.OTHER_ACCOUNTS_DIFFER,), True)


def test_opening_balances_that_are_vouchers_too_count_once() -> None:
    """P1b: the vouchers are the items."""
    ledger = Ledger()
    ledger.customer("1", opening="80", closing="180")
    ledger.post("other", line("1", "80", reference="old 1"))
    ledger.invoice("1", "100", reference="2")
    migration = derive(ledger.export())
    assert documents(migration) == [("1", "old 1", Decimal(80)), ("1", "2", Decimal(100))]
    assert migration.notices == (Notice.OPENING_POSTED,)


def test_opening_balances_in_one_voucher_get_numbers_of_their_own() -> None:
    """A document never has the number of a voucher of several customers."""
    ledger = Ledger()
    ledger.customer("1", opening="80", closing="180")
    ledger.customer("2", opening="50", closing="50")
    ledger.post("other", line("1", "80", source_document="IB"), line("2", "50", source_document="IB"), number="IB1")
    ledger.invoice("1", "100", reference="2")
    migration = derive(ledger.export(), prefix="O-")
    assert documents(migration) == [("1", "O-1", Decimal(80)), ("1", "2", Decimal(100)), ("2", "O-2", Decimal(50))]
    keys = [question.key for question in list_questions(migration)]
    assert "own-numbers" in keys
    assert "balances" not in keys
    assert migration.documents.rows["document_date"].to_list() == [date(2025, 1, 1)] * 3


def test_a_customer_number_in_two_spellings_is_not_moved() -> None:
    """ARM does not tell the case of a number's letters apart."""
    ledger = Ledger()
    ledger.customer("k1", closing="100")
    ledger.customer("K1", closing="0")
    ledger.invoice("k1", "100", reference="1")
    migration = derive(ledger.export())
    assert documents(migration) == []
    assert migration.proof["proof"].to_list() == [Proof.DUPLICATE, Proof.DUPLICATE]


def test_a_number_of_two_documents_is_not_sent() -> None:
    """Whatever its case: the second would be refused, or worse, taken for the first."""
    ledger = Ledger()
    for customer in ("1", "2", "3"):
        ledger.customer(customer, closing="100")
        ledger.invoice(customer, "100", reference="A1" if customer == "1" else "a1" if customer == "2" else "B")
    migration = derive(ledger.export())
    assert documents(migration) == [("3", "B", Decimal(100))]
    assert [reason for _, reason, _ in left_out(migration)] == [LeftOut.NUMBER_TWICE] * 2


def test_an_invoice_in_another_currency_keeps_it_through_an_exchange_difference() -> None:
    """The difference is on a line of the same voucher."""
    ledger = Ledger()
    ledger.customer("1", closing="6900")
    euro = {"currency": "EUR", "reference": "5010"}
    ledger.invoice("1", "11500", currency_amount=Decimal(1000), exchange_rate=Decimal("11.5"), **euro)
    ledger.post(
        "bank",
        line("1", "-4680", currency_amount=Decimal(-400), exchange_rate=Decimal("11.7"), **euro),
        line("1", "80", reference="5010"),
    )
    row = derive(ledger.export()).documents.rows
    assert row.select("currency", "incl_vat", "base_amount").rows() == [("EUR", Decimal(600), Decimal(6900))]


@pytest.mark.parametrize(
    "payment",
    [
        {"currency": None, "currency_amount": None},  # paid in the base currency
        {"currency": "EUR", "currency_amount": Decimal(-5), "exchange_rate": Decimal("11.7")},  # the rate contradicts
    ],
)
def test_a_currency_that_cannot_be_followed_falls_back_to_the_base_currency(payment: dict[str, Any]) -> None:
    """The remainder in the currency would be a guess."""
    ledger = Ledger()
    ledger.customer("1", closing="6820")
    ledger.invoice(
        "1", "11500", reference="1", currency="EUR", currency_amount=Decimal(1000), exchange_rate=Decimal("11.5")
    )
    ledger.payment("1", "4680", reference="1", **payment)
    row = derive(ledger.export()).documents.rows
    assert row.select("currency", "incl_vat").rows() == [("NOK", Decimal(6820))]


def test_what_is_settled_in_its_own_currency_is_no_item() -> None:
    """The rest in the base currency is a difference of rates."""
    ledger = Ledger()
    ledger.customer("1", closing="-200")
    euro = {"currency": "EUR", "reference": "1"}
    ledger.invoice("1", "11500", currency_amount=Decimal(1000), **euro)
    ledger.payment("1", "11700", currency_amount=Decimal(-1000), **euro)
    migration = derive(ledger.export())
    assert documents(migration) == []
    assert left_out(migration) == [("1", LeftOut.ROUNDING, Decimal(-200))]


def test_due_dates_are_estimated_only_from_days_of_payment() -> None:
    """Not from terms that begin at the end of the month."""
    ledger = Ledger()
    ledger.customer("1", closing="10", payment_days="30")
    ledger.customer("2", closing="20", payment_days="30", free_billing_month="true")
    ledger.invoice("1", "10", reference="1")
    ledger.invoice("2", "20", reference="2")
    rows = derive(ledger.export()).documents.rows
    assert rows.select("due_date", "is_due_estimated").rows() == [(date(2025, 1, 31), True), (None, False)]


def test_years_are_joined_where_their_balances_meet() -> None:
    """P7; in whatever order the files are given."""
    first, second = Ledger(date(2024, 1, 1), date(2024, 12, 31)), Ledger()
    first.customer("1", opening="0", closing="100")
    first.invoice("1", "100", reference="1")
    first.customer("2", opening="0", closing="70")
    first.invoice("2", "70", reference="2")
    second.customer("1", opening="100", closing="60")
    second.payment("1", "40", reference="1")
    second.customer("2", opening="75", closing="75")
    migration = derive(second.export(), first.export())
    assert documents(migration) == [("1", "1", Decimal(60))]
    assert migration.breaks.select("customer_id", "closing", "opening").rows() == [("2", Decimal(70), Decimal(75))]
    assert proof(migration, "2") == Proof.DIFFERENT
    assert Notice.YEARS_DIFFER in migration.notices


def test_periods_with_a_gap_and_other_companies_are_refused() -> None:
    """Nothing is joined that does not follow."""
    first, second = Ledger(date(2023, 1, 1), date(2023, 12, 31)), Ledger()
    with pytest.raises(FileError) as gap:
        derive(first.export(), second.export())
    assert gap.value.code == "ledger-period-gap"
    with pytest.raises(FileError) as mixed:
        derive(second.export(), first.export(company_no="999999999"))
    assert mixed.value.code == "ledger-mixed"


@given(st.data())
def test_items_of_a_ledger_with_references_are_what_it_knows_to_be_open(data: st.DataObject) -> None:
    """A ledger that names the invoice in every credit: the items must be what the ledger itself counts as open."""
    ledger, truth, number = Ledger(), {}, 0
    ledger.customer("0", closing="0")  # a linked credit, whatever the others have
    ledger.invoice("0", "1", reference="first")
    ledger.payment("0", "1", reference="first")
    for customer in ("1", "2"):
        owed = Decimal(0)
        for _ in range(data.draw(st.integers(0, 4))):
            number += 1
            amount = Decimal(data.draw(st.integers(1, 10**9))) / 100
            ledger.invoice(customer, str(amount), reference=f"00{number}", cid=f"5{number}")
            rest = amount
            for how in data.draw(st.lists(st.sampled_from(["reference", "cid", "credit"]), max_size=3)):
                part = Decimal(data.draw(st.integers(1, 10**9))) / 100
                rest -= part
                if how == "credit":
                    ledger.post("sales", line(customer, f"-{part}", cross_reference=f"00{number}"))
                else:
                    key = {"reference": {"reference": f"00{number}"}, "cid": {"cid": f"5 {number}"}}[how]
                    ledger.payment(customer, str(part), **key)
            truth[f"00{number}"] = rest
            owed += rest
        ledger.customer(customer, closing=str(owed))
    migration = derive(ledger.export())
    found = {number: amount for _, number, amount in documents(migration)}
    found |= {number: amount for number, _, amount in left_out(migration)}
    assert found == {number: rest for number, rest in truth.items() if rest}
    assert migration.is_proved


@given(st.data())
def test_every_proved_customer_adds_up_whatever_the_references_are(data: st.DataObject) -> None:
    """Random postings and references: documents and what is left out are the balance, to the cent."""
    ledger = Ledger()
    keys = st.sampled_from([None, "1", "2", "3", "NA"])
    for customer in ("1", "2"):
        total = Decimal(data.draw(st.integers(-500, 500))) / 100
        opening = total
        for _ in range(data.draw(st.integers(0, 6))):
            amount = Decimal(data.draw(st.integers(-1000, 1000))) / 100
            claims = {
                name: data.draw(keys) for name in ("reference", "cid", "cross_reference", "source_document", "currency")
            }
            own = None if claims["currency"] is None else Decimal(data.draw(st.integers(-9, 9)))
            ledger.post(
                data.draw(st.sampled_from(["sales", "bank", "other"])),
                line(customer, str(amount), currency_amount=own, **claims),
            )
            total += amount
        ledger.customer(customer, opening=str(opening), closing=str(total))
    migration = derive(ledger.export())  # P5 is checked there
    assert migration.total == sum(row["closing"] for row in ledger.balances)


def ask(migration: Migration, key: str) -> str:
    """The text of a question; "" if it is not asked."""
    return next((each.text.text("en") for each in list_questions(migration) if each.key == key), "")


def test_documents_with_the_numbers_of_their_vouchers_are_a_question() -> None:
    """Without a reference and a source document number, the customer may know the invoice by another number."""
    ledger = Ledger()
    ledger.customer("1", closing="600")
    ledger.invoice("1", "100")
    ledger.invoice("1", "200", source_document="S2")
    ledger.invoice("1", "300", reference="T2")
    migration = derive(ledger.export())
    assert [number for _owner, number, _amount in documents(migration)] == ["T0", "S2", "T2"]
    assert ask(migration, "voucher-numbers").startswith("1 document has the number of its voucher")
    ledger.lines[0]["reference"] = "5001"
    assert not ask(derive(ledger.export()), "voucher-numbers")


def test_accounts_that_differ_are_a_question_with_the_difference() -> None:
    """A customer that the program left out: both sums, and what is between them."""
    ledger = Ledger()
    ledger.customer("1", closing="100")
    ledger.invoice("1", "100", reference="1")
    opening, closing = Decimal("333.50"), Decimal("433.50")
    ledger.accounts.append({"account_id": "1500", "description": "", "opening": opening, "closing": closing})
    migration = derive(ledger.export())
    assert ask(migration, "accounts-differ") == (
        "The accounts of receivables close with 433.50, the customers with 100.00: a difference of 333.50. Is it known?"
    )
