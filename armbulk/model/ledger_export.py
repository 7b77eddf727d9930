"""What another ledger's accounting file (SAF-T Financial) says about its customers and receivables.

Amounts are in the file's base currency, debit positive (`Decimal(38, 2)`); amounts in other currencies and rates have
up to 18 decimals (`Decimal(38, 18)`). Identifiers are texts without blanks around them, otherwise as they are in the
file. An element that is absent or empty is null. Rows keep the order of the file.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from armbulk.model.postings import Postings

BASE_AMOUNT = pl.Decimal(38, 2)
CURRENCY_AMOUNT = pl.Decimal(38, 18)

Columns = dict[str, pl.DataType | type[pl.DataType]]
"""The columns of a frame in order: name → dtype."""

ACCOUNT_COLUMNS: Columns = {
    "account_id": pl.String,
    "description": pl.String,
    "opening": BASE_AMOUNT,
    "closing": BASE_AMOUNT,
}
"""An account of the general ledger. A balance is null where the file states neither its debit nor its credit."""

CUSTOMER_COLUMNS: Columns = {
    "customer_id": pl.String,
    "name": pl.String,
    "registration_number": pl.String,
    "tax_registration": pl.String,
    "street": pl.String,
    "street_number": pl.String,
    "address_detail": pl.String,
    "postal_code": pl.String,
    "city": pl.String,
    "country": pl.String,
    "email": pl.String,
    "telephone": pl.String,
    "mobile_phone": pl.String,
    "bank_account": pl.String,
    "iban": pl.String,
    "payment_days": pl.String,
    "payment_months": pl.String,
    "free_billing_month": pl.String,
    "currency": pl.String,
    "nace_code": pl.String,
    "type": pl.String,
    "status": pl.String,
    "file": pl.String,
    "xml_line": pl.Int64,
}
"""A customer. The address is the one to send invoices to: postal, else billing, else without a type, else street, else
of another type; never an address of goods. One of placeholders such as NA is used only if there is no other. `email`,
`telephone` and `mobile_phone` are the first of the contacts. `bank_account` and `iban` are those of the first bank
account in the base currency or without a currency, else of the first. `file` and `xml_line` show where it begins.
A customer that is in the files twice has two rows. A part that repeats all accounts, customers and balances of another
does not count."""

BALANCE_COLUMNS: Columns = {
    "customer_id": pl.String,
    "account_id": pl.String,
    "opening": BASE_AMOUNT,
    "closing": BASE_AMOUNT,
}
"""A customer's balance on an account, from `BalanceAccount` (1.30) or from the customer itself (1.20)."""

LINE_COLUMNS: Columns = {
    "line": pl.Int64,
    "voucher": pl.Int64,
    "account_id": pl.String,
    "customer_id": pl.String,
    "amount": BASE_AMOUNT,
    "currency": pl.String,
    "currency_amount": CURRENCY_AMOUNT,
    "exchange_rate": CURRENCY_AMOUNT,
    "reference": pl.String,
    "source_document": pl.String,
    "cid": pl.String,
    "due_date": pl.Date,
    "cross_reference": pl.String,
    "description": pl.String,
    "file": pl.String,
    "xml_line": pl.Int64,
    "transaction_id": pl.String,
    "date": pl.Date,
    "has_sales": pl.Boolean,
    "has_bank": pl.Boolean,
    "total": BASE_AMOUNT,
    "is_shared": pl.Boolean,
}
"""A posting on an account of receivables, with or without a customer. `line` and `voucher` are numbers of the export.
`amount` and `currency_amount` are debit positive whatever the sign in the file is: debit - credit.
`currency` and `exchange_rate` are those of the side that has the amount. Currencies are in capital letters.
`transaction_id`, `date`, `has_sales`, `has_bank` and `total` are those of its voucher, as `VOUCHER_COLUMNS` explains
them; `is_shared`: the voucher has postings of several customers."""

VOUCHER_COLUMNS: Columns = {
    "voucher": pl.Int64,
    "transaction_id": pl.String,
    "date": pl.Date,
    "has_sales": pl.Boolean,
    "has_bank": pl.Boolean,
    "total": BASE_AMOUNT,
    "file": pl.String,
    "xml_line": pl.Int64,
}
"""A voucher. `has_sales`: it posts on an account 3xxx or 805x
(interest); `has_bank`: on an account 19xx (of 4 digits or more); `total`: the sum of all its lines, 0 in a voucher
that balances."""

PART_COLUMNS: Columns = {
    "file": pl.String,
    "sha256": pl.String,
    "stated_entries": pl.Int64,
    "entries": pl.Int64,
    "stated_debit": BASE_AMOUNT,
    "debit": BASE_AMOUNT,
    "stated_credit": BASE_AMOUNT,
    "credit": BASE_AMOUNT,
}
"""A file of the export: what it states of its vouchers, and what its vouchers add up to. A stated value is null where
the file does not state it."""


@dataclass(frozen=True, slots=True)
class LedgerHeader:
    """What the header of the export says.

    Attributes:
        company_no: The registration number of the company; "" if absent.
        company_name: Its name.
        software: The company and the name of the program that wrote the export, and its version.
        stated_version: `AuditFileVersion`; it often is wrong, so nothing is decided by it.
        created: The day on which the export was made; None if absent.
        currency: The base currency of all amounts.
        start: The first day of the period; None if absent.
        end: The last day of the period; None if absent.
    """

    company_no: str
    company_name: str
    software: str
    stated_version: str
    created: date | None
    currency: str
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class LedgerExport:
    """One export of one ledger for one period, in one file or in parts.

    Attributes:
        header: The header, which all parts share.
        parts: A row for each file; `PART_COLUMNS`.
        accounts: The accounts of the general ledger; `ACCOUNT_COLUMNS`.
        customers: The customers; `CUSTOMER_COLUMNS`.
        balances: The customers' balances; `BALANCE_COLUMNS`.
        receivable_accounts: The accounts of receivables, sorted: those that customers name; if none does, 1500 to 1599
            as far as they have lines with a customer.
        are_accounts_named: Whether customers name the accounts of receivables.
        lines: The postings on these accounts; `LINE_COLUMNS`.
        repeats_currency_amounts: Whether a voucher repeats a currency amount on lines with other amounts: a known
            error.
        unbalanced_vouchers: Vouchers of the whole export whose lines do not add up to 0, of each part the first
            thousand at most; `VOUCHER_COLUMNS`.
        account_movements: The sum of all postings of each account, sorted by account; account_id String, amount
            `Decimal(38, 2)`.
        has_namespace: Whether the file uses the namespace of the Norwegian format.
    """

    header: LedgerHeader
    parts: pl.DataFrame
    accounts: pl.DataFrame
    customers: pl.DataFrame
    balances: pl.DataFrame
    receivable_accounts: tuple[str, ...]
    are_accounts_named: bool
    lines: Postings
    repeats_currency_amounts: bool
    unbalanced_vouchers: pl.DataFrame
    account_movements: pl.DataFrame
    has_namespace: bool
