"""SAF-T Financial files of Norway: what is read of them, in every form they come in."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.saft_files import (
    ITEMISED,
    NAMESPACE,
    SIMPLE,
    Posting,
    Voucher,
    customer_xml,
    element,
    saft_xml,
    split_parts,
    write_zip,
)

from armbulk.model import ledger_export
from armbulk.model.exact_sums import sum_amounts
from armbulk.readers.saft import read_ledger_export

if TYPE_CHECKING:
    from armbulk.model.ledger_export import LedgerExport

OFFICIAL = os.environ.get("ARMBULK_SAFT_EXAMPLES")
WHERE = ["file", "xml_line"]
FRAMES = {
    "parts": ledger_export.PART_COLUMNS,
    "accounts": ledger_export.ACCOUNT_COLUMNS,
    "customers": ledger_export.CUSTOMER_COLUMNS,
    "balances": ledger_export.BALANCE_COLUMNS,
    "unbalanced_vouchers": ledger_export.VOUCHER_COLUMNS,
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a test."""
    return tmp_path / "ledger.xml"


def read_text(file: Path, xml: str) -> LedgerExport:
    """Write and read a file."""
    file.write_text(xml, encoding="utf-8", newline="")
    return read_ledger_export([file])


def read_postings(file: Path, *postings: Posting) -> pl.DataFrame:
    """The lines of a file with one customer and one voucher."""
    xml = saft_xml([customer_xml("1", opening="0", closing="0")], [Voucher("1", postings)])
    return read_text(file, xml).lines.whole.collect()


def total(export: LedgerExport, column: str) -> str:
    """The sum of all customers' balances."""
    return str(sum_amounts(export.balances[column]))


def sums(export: LedgerExport) -> list[tuple[object, ...]]:
    """Entries, debit and credit of each part, as added up."""
    return export.parts.select("entries", "debit", "credit").rows()


@pytest.mark.parametrize(
    ("path", "vouchers", "amount", "customers", "opening", "closing", "accounts"),
    [
        (ITEMISED, 23, "61735.25", 12, "5900.50", "27825.25", ("1500", "1510")),
        (SIMPLE, 7, "4850.00", 4, "950.00", "3350.00", ("1500",)),
    ],
)
def test_totals_of_the_examples(
    path: Path, vouchers: int, amount: str, customers: int, opening: str, closing: str, accounts: tuple[str, ...]
) -> None:
    """Vouchers, debit, credit, customers and their balances are those that an independent script added up."""
    export = read_ledger_export([path])
    assert sums(export) == [(vouchers, Decimal(amount), Decimal(amount))]
    stated = export.parts.select("stated_entries", "stated_debit", "stated_credit").rows()
    assert stated == sums(export)
    assert (export.customers.height, total(export, "opening"), total(export, "closing")) == (
        customers,
        opening,
        closing,
    )
    assert export.receivable_accounts == accounts
    assert export.are_accounts_named
    assert export.has_namespace
    assert export.unbalanced_vouchers.is_empty()
    assert sum_amounts(export.account_movements["amount"]) == 0
    for name, columns in FRAMES.items():
        assert getattr(export, name).schema == pl.Schema(columns), name
    assert export.lines.whole.collect_schema() == pl.Schema(ledger_export.LINE_COLUMNS)
    # P1: for each customer, opening + movements = closing
    moves = export.lines.whole.group_by("customer_id").agg(pl.col("amount").sum()).collect()
    sides = (
        export.balances.group_by("customer_id")
        .agg(pl.col("opening", "closing").sum())
        .join(moves, on="customer_id", how="left")
    )
    assert sides.filter(pl.col("opening") + pl.col("amount").fill_null(0) != pl.col("closing")).is_empty()


@pytest.mark.skipif(not OFFICIAL, reason="ARMBULK_SAFT_EXAMPLES names no folder")
@pytest.mark.parametrize(
    ("pattern", "vouchers", "amount", "customers", "opening", "closing"),
    [
        ("*_888888888_*.xml", 53, "9487049.35", 6, "46800.00", "135500.00"),
        ("*_999999999_*.xml", 2, "25000.00", 1, "1234.56", "12345.67"),
    ],
)
def test_totals_of_the_official_examples(
    pattern: str, vouchers: int, amount: str, customers: int, opening: str, closing: str
) -> None:
    """The same for the examples of Skatteetaten, which are not part of the project."""
    export = read_ledger_export([next(Path(OFFICIAL or "").rglob(pattern))])
    assert sums(export) == [(vouchers, Decimal(amount), Decimal(amount))]
    assert (export.customers.height, total(export, "opening"), total(export, "closing")) == (
        customers,
        opening,
        closing,
    )


def test_header_and_customer() -> None:
    """The header, and all columns of the first customer."""
    export = read_ledger_export([ITEMISED])
    header = export.header
    assert (header.company_no, header.company_name) == ("311111116", "Prøvefirma Ærlig & Åpen AS")
    assert (header.software, header.stated_version) == ("Oppdiktet Regnskap AS Prøvesystem 1.0", "1.30")
    assert (header.created, header.start, header.end, header.currency) == (
        date(2026, 1, 15), date(2025, 1, 1), date(2025, 12, 31), "NOK"
    )  # fmt: skip
    assert export.customers.row(0, named=True) == {
        "customer_id": "10001", "name": "Åpen Faktura AS", "registration_number": "320000106", "tax_registration": None,
        "street": "Postboks 7", "street_number": None, "address_detail": None, "postal_code": "0101", "city": "OSLO",
        "country": "NO", "email": "post@apen.example", "telephone": "22000001", "mobile_phone": None,
        "bank_account": None, "iban": "NO9386011117947", "payment_days": "14", "payment_months": None,
        "free_billing_month": None, "currency": "NOK", "nace_code": None, "type": "Company", "status": None,
        "file": ITEMISED.name, "xml_line": 104,
    }  # fmt: skip
    line = export.lines.whole.collect().filter(pl.col("xml_line") == 288).row(0, named=True)
    assert line == {
        "line": 0, "voucher": 0, "account_id": "1500", "customer_id": "10001", "amount": Decimal("12500.00"),
        "currency": None, "currency_amount": None, "exchange_rate": None, "reference": "5001", "source_document": None,
        "cid": "900050014", "due_date": date(2025, 3, 17), "cross_reference": None, "description": "Faktura 5001",
        "file": ITEMISED.name, "xml_line": 288, "transaction_id": "2001", "date": date(2025, 3, 3),
        "has_sales": True, "has_bank": False, "total": Decimal("0.00"), "is_shared": False,
    }  # fmt: skip
    third = export.lines.whole.filter(pl.col("voucher") == 2).collect()
    assert third.select("has_sales", "has_bank").row(0) == (False, True)


def test_parts_of_a_zip_are_one_export(tmp_path: Path) -> None:
    """The parts of a split export, in any order, give what the whole file gives."""
    whole = read_ledger_export([ITEMISED])
    parts = split_parts(ITEMISED.read_text(encoding="utf-8"), 4)
    names = [f"SAF-T Financial_311111116_20260115120000_{number}_4.xml" for number in range(1, 5)]
    zipped = write_zip(tmp_path / "all.zip", dict(zip(names, parts, strict=True)))
    reports: list[tuple[int, int]] = []
    export = read_ledger_export([zipped], report=lambda done, total: reports.append((done, total)))
    assert reports[0][0] == 0
    assert reports[-1] == (sum(len(part.encode()) for part in parts),) * 2
    assert export.parts["file"].to_list() == [f"all.zip/{name}" for name in names]
    assert export.parts["entries"].to_list() == [0, 8, 8, 7]
    assert export.parts["stated_entries"].to_list() == [None, 23, 23, 23]
    for frame in ("customers", "balances"):
        assert getattr(export, frame).drop(WHERE, strict=False).equals(getattr(whole, frame).drop(WHERE, strict=False))
    assert export.lines.whole.drop(WHERE).collect().equals(whole.lines.whole.drop(WHERE).collect())
    assert export.account_movements.equals(whole.account_movements)
    for name, part in zip(names, parts, strict=True):
        (tmp_path / name).write_text(part, encoding="utf-8")
    reverse = read_ledger_export([tmp_path / name for name in reversed(names)])
    assert sorted(reverse.lines.whole.collect().drop("line", "voucher", "xml_line", "file").rows(), key=str) == sorted(
        whole.lines.whole.collect().drop("line", "voucher", "xml_line", "file").rows(), key=str
    )


def test_customers_twice_have_two_rows(tmp_path: Path) -> None:
    """A customer in two parts is kept twice: the arithmetic reports it."""
    for number in (1, 2):
        xml = saft_xml([customer_xml("7", opening="0", closing=str(number))])
        (tmp_path / f"{number}.xml").write_text(xml, encoding="utf-8")
    export = read_ledger_export([tmp_path / "1.xml", tmp_path / "2.xml"])
    assert export.customers["customer_id"].to_list() == ["7", "7"]
    assert export.customers["file"].to_list() == ["1.xml", "2.xml"]


def test_customers_that_every_part_repeats_count_once(tmp_path: Path) -> None:
    """Some programs write all customers into each part; only the vouchers differ."""
    for number in (1, 2):
        vouchers = [Voucher(str(number), (Posting("1500", "1"), Posting("3000", None, "1")))]
        xml = saft_xml([customer_xml("7", opening="0", closing="2")], vouchers)
        (tmp_path / f"{number}.xml").write_text(xml, encoding="utf-8")
    export = read_ledger_export([tmp_path / "1.xml", tmp_path / "2.xml"])
    assert export.customers["customer_id"].to_list() == ["7"]
    assert (total(export, "closing"), export.lines.whole.collect().height) == ("2.00", 2)


@pytest.mark.parametrize(
    ("namespace", "prefix", "is_known"), [(NAMESPACE, "n1", True), (NAMESPACE, "nl", True), ("", "", False)]
)
def test_any_prefix_or_no_namespace(file: Path, namespace: str, prefix: str, is_known: bool) -> None:
    """The prefix does not matter; a file without the namespace is read, and says so."""
    xml = saft_xml([customer_xml("1", opening="1", closing="2")], namespace=namespace, prefix=prefix)
    export = read_text(file, xml)
    assert (total(export, "closing"), export.has_namespace) == ("2.00", is_known)


def test_elements_without_namespace_inside_a_root_with_it(file: Path) -> None:
    """Some programs qualify the root element only."""
    xml = saft_xml([customer_xml("1", opening="1", closing="2")], namespace="")
    xml = xml.replace("<AuditFile>", f'<n1:AuditFile xmlns:n1="{NAMESPACE}">').replace(
        "</AuditFile>", "</n1:AuditFile>"
    )
    export = read_text(file, xml)
    assert (total(export, "closing"), export.has_namespace) == ("2.00", False)


def test_the_name_of_the_type_is_read_as_the_element(file: Path) -> None:
    """Some programs write BalanceAccountStructure; elements that are not known are skipped."""
    xml = saft_xml([customer_xml("1", "<New><CustomerID>9</CustomerID></New>", opening="1", closing="2")])
    export = read_text(file, xml.replace("BalanceAccount>", "BalanceAccountStructure>"))
    assert export.customers["customer_id"].to_list() == ["1"]
    assert total(export, "closing") == "2.00"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"), ("utf-8", "utf8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"),
        ("iso-8859-1", "ISO-8859-1"), ("iso-8859-15", "iso-8859-15"), ("cp1252", "windows-1252"), ("cp865", "cp865"),
    ],
)  # fmt: skip
def test_declared_encodings(file: Path, codec: str, name: str) -> None:
    """A file is read in the encoding that it declares, or that its byte order mark shows."""
    xml = saft_xml([customer_xml("1", opening="0", closing="0").replace("Kunde", "Åse Ærø – Øst" if "1252" in name
        else "Åse Ærø Øst")], declaration=f'<?xml version="1.0" encoding="{name}"?>\n')  # fmt: skip
    file.write_bytes(xml.encode(codec))
    expected = "Åse Ærø – Øst" if "1252" in name else "Åse Ærø Øst"
    assert read_ledger_export([file]).customers["name"].to_list() == [expected]


@pytest.mark.parametrize(
    ("postings", "amount"),
    [
        ({"debit": "1000"}, "1000.00"), ({"debit": "1000.0"}, "1000.00"), ({"credit": "1000.500"}, "-1000.50"),
        ({"debit": "5061533710615013.0"}, "5061533710615013.00"), ({"debit": "-500"}, "-500.00"),
        ({"credit": "-250.25"}, "250.25"), ({"debit": "0", "credit": "5"}, "-5.00"),
        ({"debit": "7", "credit": "2.50"}, "4.50"), ({"debit": " +1.10\n"}, "1.10"),
        ({"debit": "", "credit": "3"}, "-3.00"), ({"debit": ".5"}, "0.50"), ({"debit": "5."}, "5.00"),
    ],
)  # fmt: skip
def test_amounts_are_exact(file: Path, postings: dict[str, str], amount: str) -> None:
    """Sign and side together make the amount; every digit is kept."""
    assert read_postings(file, Posting("1500", **postings))["amount"].to_list() == [Decimal(amount)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<CurrencyCode>eur</CurrencyCode><CurrencyAmount>600</CurrencyAmount><ExchangeRate>11.5</ExchangeRate>",
         ("EUR", Decimal("-600.000000000000000000"), Decimal("11.500000000000000000"))),
        ("<CurrencyCode>BTC</CurrencyCode><CurrencyAmount>0.123456789012345678</CurrencyAmount>",
         ("BTC", Decimal("-0.123456789012345678"), None)),
        ("<CurrencyCode>USD</CurrencyCode><ExchangeRate>10</ExchangeRate>",
         ("USD", None, Decimal("10.000000000000000000"))),
    ],
)  # fmt: skip
def test_other_currencies(file: Path, content: str, expected: tuple[object, ...]) -> None:
    """An amount in another currency has the sign of its side, and up to 18 decimals (1.40)."""
    xml = saft_xml([customer_xml("1", opening="0", closing="0")], [Voucher("1", (Posting("1500", credit="6900"),))])
    export = read_text(file, xml.replace("<Amount>6900</Amount>", f"<Amount>6900</Amount>{content}"))
    assert export.lines.whole.collect().select("currency", "currency_amount", "exchange_rate").row(0) == expected


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-31", date(2025, 3, 31)), ("2025-03-31Z", date(2025, 3, 31)), ("2025-03-31+01:00", date(2025, 3, 31)),
        ("2025-03-31T23:59:59-11:00", date(2025, 3, 31)), (" ", None), ("0000-00-00", None),
    ],
)  # fmt: skip
def test_days_are_not_shifted(file: Path, text: str, day: date | None) -> None:
    """A time zone is cut off."""
    assert read_postings(file, Posting("1500", "1", texts={"DueDate": text}))["due_date"].to_list() == [day]


def test_identifiers_keep_zeros_and_case(file: Path) -> None:
    """White space around and between is collapsed, no-break blanks and carriage returns too; nothing else changes."""
    texts = {"CustomerID": " 00aB\u00a0 1\r\n", "ReferenceNumber": "\t007 ", "CID": " ", "Description": "a\n b"}
    line = read_postings(file, Posting(" 1500\r", "1", texts=texts)).row(0, named=True)
    assert (line["account_id"], line["customer_id"], line["reference"]) == ("1500", "00aB 1", "007")
    assert (line["cid"], line["description"]) == (None, "a b")
    customer = customer_xml(" 00aB&#xD;", opening="1", closing="1").replace("Kunde", "A\u030ase &amp; sønn\u00a0")
    export = read_text(file, saft_xml([customer]))
    assert export.customers.select("customer_id", "name").row(0) == ("00aB", "Åse & sønn")
    assert export.balances["customer_id"].to_list() == ["00aB"]


@pytest.mark.parametrize(
    ("content", "start", "end"),
    [
        (("1", "2024", "12", "2024"), date(2024, 1, 1), date(2024, 12, 31)),
        (("02", "2024", "2", "2024"), date(2024, 2, 1), date(2024, 2, 29)),
        (("1", "2025", "13", "2025"), date(2025, 1, 1), date(2025, 12, 31)),
        ((), None, None),
    ],
)
def test_selection_by_periods(file: Path, content: tuple[str, ...], start: date | None, end: date | None) -> None:
    """Periods are months; a period after 12 ends with the year; the selection may be missing."""
    names = ("PeriodStart", "PeriodStartYear", "PeriodEnd", "PeriodEndYear")
    selection = "".join(map(element, names, content)) if content else ""
    header = read_text(file, saft_xml(header={"SelectionCriteria": selection})).header
    assert (header.start, header.end) == (start, end)


def address(kind: str, street: str, number: str | None = None) -> str:
    """An address."""
    content = element("StreetName", street) + element("Number", number) + element("AddressType", kind or None)
    return element("Address", content)


@pytest.mark.parametrize(
    ("addresses", "street"),
    [
        ([("StreetAddress", "s"), ("BillingAddress", "b"), ("PostalAddress", "p")], "p"),
        ([("StreetAddress", "s"), ("", "n"), ("ShipToAddress", "t")], "n"),
        ([("ShipToAddress", "t"), ("ShipFromAddress", "f")], None),
        ([("PostalAddress", "NA"), ("StreetAddress", "s")], "s"),
        ([("", "NotUsed")], "NotUsed"),
        ([("PostalAddress", "first"), ("PostalAddress", "second")], "first"),
    ],
)
def test_address_for_invoices(file: Path, addresses: list[tuple[str, str]], street: str | None) -> None:
    """Postal, else billing, else without a type, else street; never an address of goods, and no placeholder."""
    content = "".join(address(kind, name) for kind, name in addresses)
    assert read_text(file, saft_xml([customer_xml("1", content)])).customers["street"].to_list() == [street]


def test_contacts_and_bank_accounts(file: Path) -> None:
    """The first contact's values, and the bank account in the base currency; a customer has only its own."""
    contacts = (
        "<Contact><Telephone>1</Telephone></Contact><Contact><Telephone>2</Telephone><Email>e@x</Email></Contact>"
    )
    foreign = element("BankAccount", element("IBANNumber", "DE1") + element("CurrencyCode", "EUR"))
    own = element("BankAccount", element("BankAccountNumber", "86011117947") + element("CurrencyCode", "NOK"))
    customers = [customer_xml("1", contacts + foreign + own), customer_xml("2", foreign), customer_xml("3")]
    rows = read_text(file, saft_xml(customers)).customers.select("telephone", "email", "bank_account", "iban").rows()
    assert rows == [("1", "e@x", "86011117947", None), (None, None, None, "DE1"), (None, None, None, None)]


def test_balances_that_are_not_stated_are_null(file: Path) -> None:
    """A balance is null unless its debit or its credit is stated; a customer may have several accounts or none."""
    direct = element("AccountID", "1501") + element("ClosingCreditBalance", "5")
    customers = [
        element("Customer", element("CustomerID", "1") + direct),
        customer_xml("2"),
        customer_xml("3", opening="1"),
    ]
    export = read_text(file, saft_xml(customers))
    assert export.balances.rows() == [("1", "1501", None, Decimal("-5.00")), ("3", "1500", Decimal("1.00"), None)]


def test_accounts_that_no_customer_names(file: Path) -> None:
    """Without named accounts those of class 15 count, as far as they have postings with a customer."""
    with_customer = {"CustomerID": "1"}
    postings = (
        Posting("1500", "10", texts=with_customer), Posting("1570", "5"), Posting("3000", None, "15", with_customer)
    )  # fmt: skip
    vouchers = [Voucher("1", postings), Voucher("2", (Posting("1570", "1"), Posting("1920", None, "1")))]
    export = read_text(file, saft_xml([customer_xml("1")], vouchers))
    assert (export.receivable_accounts, export.are_accounts_named) == (("1500",), False)
    assert export.lines.whole.collect().select("account_id", "amount").rows() == [("1500", Decimal("10.00"))]
    assert export.lines.whole.collect()["transaction_id"].to_list() == ["1"]


def test_vouchers_that_do_not_balance(file: Path) -> None:
    """They are listed whether or not they have receivables."""
    vouchers = [Voucher("1", (Posting("1920", "10"), Posting("3000", None, "9.99"))), Voucher("2", ())]
    export = read_text(file, saft_xml([customer_xml("1", opening="0")], vouchers))
    assert export.unbalanced_vouchers.select("transaction_id", "total").rows() == [("1", Decimal("0.01"))]
    assert export.lines.whole.collect().is_empty()
    assert sums(export) == [(2, Decimal("10.00"), Decimal("9.99"))]


def test_frames_of_many_rows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A voucher that is read in several pieces has one sum; the size of the pieces changes nothing."""
    whole = read_ledger_export([ITEMISED])
    for rows in (5, 23):
        monkeypatch.setattr("armbulk.readers.saft.entries.ROWS_PER_FRAME", rows)
        monkeypatch.setattr("armbulk.readers.saft.values.ROWS_PER_FRAME", rows)
        export = read_ledger_export([ITEMISED])
        for name in FRAMES:
            assert getattr(export, name).equals(getattr(whole, name)), (name, rows)
    vouchers = [Voucher("1", (*[Posting("1500", "1")] * 9, Posting("3000", None, "9")))]
    export = read_text(file, saft_xml([customer_xml("1", opening="0")], vouchers))
    assert export.lines.whole.collect().select("has_sales", "total").rows() == [(True, Decimal("0.00"))] * 9


IDS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 ./-]{0,8}[A-Za-z0-9])?", fullmatch=True)
AMOUNTS = st.decimals(-(10**15), 10**15, places=2)
POSTINGS = st.tuples(
    st.sampled_from(["1500", "1510", "3000", "1920", "2400"]), st.sampled_from(["debit", "credit"]), AMOUNTS,
    st.none() | IDS, st.none() | IDS, st.none() | st.dates(date(1000, 1, 1)),
)  # fmt: skip
VOUCHERS = st.lists(st.tuples(IDS, st.lists(POSTINGS, max_size=5)), max_size=6)
CUSTOMERS = st.lists(st.tuples(IDS, st.none() | AMOUNTS, st.none() | AMOUNTS), min_size=1, max_size=5)


@given(CUSTOMERS, VOUCHERS, st.sampled_from(["", "n1"]), st.sampled_from(["utf-8", "utf-16"]))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    customers: list[tuple[str, Decimal | None, Decimal | None]],
    vouchers: list[tuple[str, list[tuple[str, str, Decimal, str | None, str | None, date | None]]]],
    prefix: str,
    codec: str,
) -> None:
    """Generated exports: every balance and every posting on receivables comes out as it went in, and sums are exact."""
    file = tmp_path_factory.getbasetemp() / "generated.xml"
    blocks = [customer_xml("named", opening="0", closing="0")]
    blocks += [
        customer_xml(number, "", *(None if amount is None else str(amount) for amount in amounts))
        for number, *amounts in customers
    ]
    written = [Voucher(number, tuple(posting(*each) for each in postings)) for number, postings in vouchers]
    xml = saft_xml(blocks, written, prefix=prefix, declaration=f'<?xml version="1.0" encoding="{codec}"?>')
    file.write_bytes(xml.encode(codec))
    export = read_ledger_export([file])
    assert export.customers["customer_id"].to_list()[1:] == [number for number, *_ in customers]
    assert export.balances.select("customer_id", "opening", "closing").rows()[1:] == [
        (number, opening, closing) for number, opening, closing in customers if (opening, closing) != (None, None)
    ]
    all_postings = [(index, *each) for index, (_, postings) in enumerate(vouchers) for each in postings]
    columns = ["voucher", "amount", "customer_id", "reference", "due_date"]
    assert export.lines.whole.collect().select(columns).rows() == [
        (index, amount if side == "debit" else -amount, customer, reference, day)
        for index, account, side, amount, customer, reference, day in all_postings
        if account == "1500"
    ]
    by_side = {
        side: sum((each[3] for each in all_postings if each[2] == side), Decimal(0)) for side in ("debit", "credit")
    }
    assert sums(export) == [(len(vouchers), by_side["debit"], by_side["credit"])]
    unbalanced = [number for number, postings in vouchers
                  if sum(each[2] if each[1] == "debit" else -each[2] for each in postings)]  # fmt: skip
    assert export.unbalanced_vouchers["transaction_id"].to_list() == unbalanced


def posting(
    account: str, side: str, amount: Decimal, customer: str | None, reference: str | None, day: date | None
) -> Posting:
    """A generated posting as it is written."""
    texts = {"CustomerID": customer, "ReferenceNumber": reference, "DueDate": day and day.isoformat()}
    present = {name: text for name, text in texts.items() if text is not None}
    return Posting(account, texts=present, **{side: str(amount)})  # type: ignore[arg-type]
