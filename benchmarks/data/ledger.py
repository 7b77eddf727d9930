"""A ledger as a SAF-T file: customers, invoices with VAT, and the payments of most of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from benchmarks.data.numbers import make_kid, make_organisation_no

_INVOICES_EACH = 10  # of a customer
_PAID_LATER = 60  # invoices between an invoice and its payment
_START = date(2025, 1, 1)
_OPENING = 50_000  # øre
_LINE = """\
          <Line>
            <RecordID>{record}</RecordID>
            <AccountID>{account}</AccountID>{party}
            <ValueDate>{day}</ValueDate>
            <SourceDocumentID>{source}</SourceDocumentID>
            <Description>{text}</Description>
            <{side}Amount>
              <Amount>{amount}</Amount>
            </{side}Amount>{more}
            <SystemID>{record}</SystemID>
          </Line>
"""
_TAX = """
            <TaxInformation>
              <TaxType>MVA</TaxType>
              <TaxCode>3</TaxCode>
              <TaxPercentage>25.00</TaxPercentage>
              <Country>NO</Country>
              <TaxBase>{amount}</TaxBase>
              <TaxAmount>
                <Amount>{vat}</Amount>
              </TaxAmount>
            </TaxInformation>"""
_VOUCHER = """\
        <Transaction>
          <TransactionID>{number}</TransactionID>
          <Period>{month}</Period>
          <PeriodYear>2025</PeriodYear>
          <TransactionDate>{day}</TransactionDate>
          <SourceID>System</SourceID>
          <TransactionType>Normal</TransactionType>
          <Description>{text}</Description>
          <BatchID>{number}</BatchID>
          <SystemEntryDate>{day}</SystemEntryDate>
          <GLPostingDate>{day}</GLPostingDate>
{lines}        </Transaction>
"""
_CUSTOMER = """\
      <Customer>
        <RegistrationNumber>{registration}</RegistrationNumber>
        <Name>Kunde {number} Ærlig &amp; Åpen AS</Name>
        <Address>
          <StreetName>Storgata</StreetName>
          <Number>{street_no}</Number>
          <City>Tromsø</City>
          <PostalCode>{postal}</PostalCode>
          <Country>NO</Country>
          <AddressType>StreetAddress</AddressType>
        </Address>
        <Contact>
          <ContactPerson>
            <FirstName>NotUsed</FirstName>
            <LastName>Hansen</LastName>
          </ContactPerson>
          <Telephone>{phone}</Telephone>
          <Email>post{number}@eksempel.no</Email>
        </Contact>
        <CustomerID>{number}</CustomerID>
        <BalanceAccount>
          <AccountID>1500</AccountID>
          <OpeningDebitBalance>{opening}</OpeningDebitBalance>
          <ClosingDebitBalance>{closing}</ClosingDebitBalance>
        </BalanceAccount>
        <PartyInfo>
          <PaymentTerms>
            <Days>14</Days>
          </PaymentTerms>
        </PartyInfo>
      </Customer>
"""
_ACCOUNT = """\
      <Account>
        <AccountID>{number}</AccountID>
        <AccountDescription>{name}</AccountDescription>
        <AccountType>GL</AccountType>
        <OpeningDebitBalance>{opening}</OpeningDebitBalance>
        <ClosingDebitBalance>{closing}</ClosingDebitBalance>
      </Account>
"""
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<AuditFile xmlns="urn:StandardAuditFile-Taxation-Financial:NO">
  <Header>
    <AuditFileVersion>1.30</AuditFileVersion>
    <AuditFileCountry>NO</AuditFileCountry>
    <AuditFileDateCreated>2026-01-15</AuditFileDateCreated>
    <SoftwareCompanyName>Maker AS</SoftwareCompanyName>
    <SoftwareID>Ledger</SoftwareID>
    <SoftwareVersion>1</SoftwareVersion>
    <Company>
      <RegistrationNumber>311111116</RegistrationNumber>
      <Name>Målt AS</Name>
    </Company>
    <DefaultCurrencyCode>NOK</DefaultCurrencyCode>
    <SelectionCriteria>
      <SelectionStartDate>2025-01-01</SelectionStartDate>
      <SelectionEndDate>2025-12-31</SelectionEndDate>
    </SelectionCriteria>
  </Header>
  <MasterFiles>
    <GeneralLedgerAccounts>
"""


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """What a ledger of so many invoices has, in øre.

    Attributes:
        customers: How many customers there are.
        opening: The sum of their opening balances.
        invoiced: The sum of all invoices, with VAT.
        paid: The sum of all payments.
        documents: How many documents move: open invoices, and one balance of each customer with one.
        vouchers: Invoices and payments.
    """

    customers: int
    opening: int
    invoiced: int
    paid: int
    documents: int
    vouchers: int

    @property
    def closing(self) -> int:
        """What all customers owe at the end."""
        return self.opening + self.invoiced - self.paid


def write_ledger(target: Path, invoices: int) -> None:
    """Write a ledger with so many invoices to an XML file: 2 GB are about 560,000."""
    totals = add_up_ledger(invoices)
    with target.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(_HEAD)
        stream.writelines(_list_accounts(totals))
        stream.write("    </GeneralLedgerAccounts>\n    <Customers>\n")
        stream.writelines(_list_customers(invoices, totals.customers))
        stream.write("    </Customers>\n  </MasterFiles>\n  <GeneralLedgerEntries>\n")
        turnover = _kroner(totals.invoiced + totals.paid)
        stream.write(f"    <NumberOfEntries>{totals.vouchers}</NumberOfEntries>\n")
        stream.write(f"    <TotalDebit>{turnover}</TotalDebit>\n    <TotalCredit>{turnover}</TotalCredit>\n")
        stream.write("      <Journal>\n        <JournalID>1</JournalID>\n")
        stream.writelines(_list_vouchers(invoices, totals.customers))
        stream.write("      </Journal>\n  </GeneralLedgerEntries>\n</AuditFile>\n")


def add_up_ledger(invoices: int) -> LedgerTotals:
    """Return what a ledger of so many invoices has."""
    count = max(invoices // _INVOICES_EACH, 1)
    opening = sum(map(_find_opening, range(count)))
    owed = [0] * count
    documents = invoiced = paid = payments = 0
    for number in range(invoices):
        customer = number % count
        net = _find_net(number)
        total, settled = net + net // 4, _find_paid(number, count)
        invoiced += total
        paid += settled
        payments += settled > 0
        owed[customer] += total - settled
        documents += settled < total and not _is_without_references(customer)
    balances = sum(_is_without_references(each) and owed[each] + _find_opening(each) != 0 for each in range(count))
    carried = sum(not _is_without_references(each) and _find_opening(each) > 0 for each in range(count))
    return LedgerTotals(count, opening, invoiced, paid, documents + balances + carried, invoices + payments)


def _is_without_references(customer: int) -> bool:
    return customer % 25 == 1


def _find_opening(customer: int) -> int:
    return _OPENING if customer % 7 == 0 else 0


def _find_net(number: int) -> int:
    """Return the net amount of an invoice in øre, a multiple of four: VAT is exact."""
    return (number * 7_919 % 99_000 + 100) * 4


def _find_paid(number: int, customers: int) -> int:
    """Return how much of an invoice is paid: of 20 invoices one is open, and one is paid in part."""
    net = _find_net(number)
    kind = (number % customers * 31 + number // customers * 7) % 20
    return 0 if kind == 3 else net if kind == 4 else net + net // 4


def _list_accounts(totals: LedgerTotals) -> Iterator[str]:
    vat = totals.invoiced // 5
    balances = {
        "1500": ("Kundefordringer", totals.opening, totals.closing),
        "1920": ("Bank", 0, totals.paid),
        "2700": ("Utgående mva", 0, -vat),
        "3000": ("Salg", -totals.opening, -totals.opening - totals.invoiced + vat),
    }
    for number, (name, opening, closing) in balances.items():
        yield _ACCOUNT.format(number=number, name=name, opening=_kroner(opening), closing=_kroner(closing))


def _list_customers(invoices: int, count: int) -> Iterator[str]:
    for customer in range(count):
        own = range(customer, invoices, count)
        opening = _find_opening(customer)
        closing = opening + sum(_find_net(each) + _find_net(each) // 4 - _find_paid(each, count) for each in own)
        yield _CUSTOMER.format(
            number=f"{customer:06}",
            registration=make_organisation_no(customer),
            street_no=customer % 200 + 1,
            postal=f"{customer % 9_900 + 100:04}",
            phone=f"9{customer * 7 % 9_999_999:07}",
            opening=_kroner(opening),
            closing=_kroner(closing),
        )


def _list_vouchers(invoices: int, count: int) -> Iterator[str]:
    """Yield the vouchers in the order of a journal: an invoice, and the payment of an earlier one."""
    for number in range(invoices + _PAID_LATER):
        day = _START + timedelta(days=number * 365 // (invoices + _PAID_LATER))
        if number < invoices:
            yield _write_invoice(number, number % count, day)
        paid = number - _PAID_LATER
        if paid >= 0 and (amount := _find_paid(paid, count)):
            yield _write_payment(paid, paid % count, day, amount)


def _write_invoice(number: int, customer: int, day: date) -> str:
    net = _find_net(number)
    vat = net // 4
    due = day + timedelta(days=14)
    text = f"Faktura {number + 100_000}"
    references = (
        f"\n            <ReferenceNumber>{number + 100_000}</ReferenceNumber>"
        f"\n            <CID>{make_kid(number)}</CID>\n            <DueDate>{due}</DueDate>"
    )
    party = f"\n            <CustomerID>{customer:06}</CustomerID>"
    tax = _TAX.format(amount=_kroner(net), vat=_kroner(vat))
    common = {"day": day, "source": number + 100_000, "text": text}
    lines = (
        _LINE.format(
            record=1, account="1500", party=party, side="Debit", amount=_kroner(net + vat), more=references, **common
        )
        + _LINE.format(record=2, account="3000", party="", side="Credit", amount=_kroner(net), more=tax, **common)
        + _LINE.format(record=3, account="2700", party="", side="Credit", amount=_kroner(vat), more="", **common)
    )
    return _VOUCHER.format(number=f"F{number + 1}", month=day.month, day=day, text=text, lines=lines)


def _write_payment(number: int, customer: int, day: date, paid: int) -> str:
    amount = _kroner(paid)
    references = f"\n            <ReferenceNumber>{number + 100_000}</ReferenceNumber>"
    common = {"day": day, "source": f"B{number + 1}", "text": "Innbetaling"}
    lines = _LINE.format(
        record=1, account="1920", party="", side="Debit", amount=amount, more="", **common
    ) + _LINE.format(
        record=2,
        account="1500",
        party=f"\n            <CustomerID>{customer:06}</CustomerID>",
        side="Credit",
        amount=amount,
        more="" if _is_without_references(customer) else references,
        **common,
    )
    return _VOUCHER.format(number=f"B{number + 1}", month=day.month, day=day, text="Innbetaling", lines=lines)


def _kroner(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)
