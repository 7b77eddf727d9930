"""The first pass over a SAF-T file: its header, accounts, customers and their balances."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.ledger_export import (
    ACCOUNT_COLUMNS,
    BALANCE_COLUMNS,
    BASE_AMOUNT,
    CUSTOMER_COLUMNS,
    Columns,
    LedgerHeader,
)
from armbulk.readers.damage import SPLIT
from armbulk.readers.saft.header import build_header, describe_header, other_root_error
from armbulk.readers.saft.refusals import EXPORT_AGAIN
from armbulk.readers.saft.values import RowBuffer, clean_column, clean_names, parse_amounts
from armbulk.readers.saft.xml_tree import Record, SaftXml, XmlNode, list_texts

_BALANCES = {
    "OpeningDebitBalance": "opening_debit", "OpeningCreditBalance": "opening_credit",
    "ClosingDebitBalance": "closing_debit", "ClosingCreditBalance": "closing_credit",
}  # fmt: skip
_ELEMENT_OF = {key: element for element, key in _BALANCES.items()}
_ADDRESS = {
    "StreetName": "street", "Number": "street_number", "AdditionalAddressDetail": "address_detail",
    "PostalCode": "postal_code", "City": "city", "Country": "country", "AddressType": "address_type",
}  # fmt: skip
_ADDRESS_ORDER = {"postaladdress": 0, "billingaddress": 1, "": 2, "streetaddress": 3}
_GOODS_ADDRESSES = frozenset({"shiptoaddress", "shipfromaddress"})
_PLACEHOLDERS = frozenset({"", "-", "0", "na", "n/a", "notused"})
_CONTACT = {"Email": "email", "Telephone": "telephone", "MobilePhone": "mobile_phone"}
_BANK = {"BankAccountNumber": "bank_account", "IBANNumber": "iban", "CurrencyCode": "bank_currency"}
_PARTY = {"NaceCode": "nace_code", "CurrencyCode": "currency", "Type": "type", "Status": "status"}
_TERMS = {"Days": "payment_days", "Months": "payment_months", "FreeBillingMonth": "free_billing_month"}
_TAX = {"TaxRegistrationNumber": "tax_registration"}
# The customer itself may have the same elements as its BalanceAccount (1.20).
_BALANCE_ACCOUNT = {element: f"in_{key}" for element, key in {"AccountID": "account_id", **_BALANCES}.items()}
_OWN_BALANCE = ("account_id", *_ELEMENT_OF)
_ACCOUNT_KEYS = ("account_id", "description", *_ELEMENT_OF)
_CUSTOMER_KEYS = tuple(name for name in CUSTOMER_COLUMNS if name not in {"file", "xml_line"})
_NAMES = ("name", "street", "street_number", "address_detail", "city")
_BALANCE_ROWS: Columns = {**dict.fromkeys(("customer_id", *_OWN_BALANCE), pl.String), "xml_line": pl.Int64}
_ACCOUNT_ROWS: Columns = {**dict.fromkeys(_ACCOUNT_KEYS, pl.String), "xml_line": pl.Int64}
_CUSTOMER_ROWS: Columns = {**dict.fromkeys(_CUSTOMER_KEYS, pl.String), "xml_line": pl.Int64}


class _EntriesReachedError(Exception):
    """The vouchers begin: everything of the first pass was read."""


@dataclass(frozen=True, slots=True)
class MasterFiles:
    """What the first pass reads of a file.

    Attributes:
        header: The header.
        has_namespace: Whether the file uses the namespace of the Norwegian format.
        accounts: `ACCOUNT_COLUMNS`.
        customers: `CUSTOMER_COLUMNS`.
        balances: `BALANCE_COLUMNS`.
    """

    header: LedgerHeader
    has_namespace: bool
    accounts: pl.DataFrame
    customers: pl.DataFrame
    balances: pl.DataFrame


class MasterFilesReader:
    """Reads header, accounts and customers of a file, up to its vouchers.

    Args:
        file: The file's name in messages and in the frames.
        max_customers: How many customers the file may have.
    """

    def __init__(self, file: str, max_customers: int) -> None:
        self._file = file
        self._max_customers = max_customers
        self._record: Record = {}
        self._header: LedgerHeader | None = None
        self._has_namespace = True
        self._line = 0
        self._addresses: list[Record] = []
        self._contacts: list[Record] = []
        self._bank_accounts: list[Record] = []
        self._tax_registrations: list[Record] = []
        self._own_balances: list[Record] = []
        self._accounts = RowBuffer(_ACCOUNT_ROWS)
        self._customers = RowBuffer(_CUSTOMER_ROWS)
        self._balances = RowBuffer(_BALANCE_ROWS)
        self._xml = SaftXml(self._describe(), self._record, file, partial(other_root_error, file))

    def read(self, chunks: Iterable[bytes]) -> MasterFiles:
        """Read the file's content until its vouchers begin.

        Raises:
            FileError: The content cannot be used.
        """
        with suppress(_EntriesReachedError):
            self._xml.read(chunks)
        if self._header is None:
            raise FileError("not-saft", _("{file} has no Header", file=self._file), EXPORT_AGAIN)
        accounts = self._accounts.collect().with_columns(clean_column("account_id"), clean_names("description"))
        customers = self._customers.collect().with_columns(
            *map(clean_names, _NAMES),
            *(clean_column(key) for key in _CUSTOMER_KEYS if key not in _NAMES),
            file=pl.lit(self._file),
        )
        balances = self._balances.collect().with_columns(clean_column("customer_id"), clean_column("account_id"))
        return MasterFiles(
            self._header,
            self._has_namespace,
            self._add_balances(accounts).select(*ACCOUNT_COLUMNS),
            customers.select(*CUSTOMER_COLUMNS),
            self._add_balances(balances).select(*BALANCE_COLUMNS),
        )

    def _add_balances(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add the columns opening and closing: debit - credit, null if neither is stated."""
        amounts = {key: parse_amounts(frame, key, name, self._file) for key, name in _ELEMENT_OF.items()}
        frame = frame.with_columns(**amounts)
        return frame.with_columns(
            pl.when(pl.col(f"{edge}_debit").is_not_null() | pl.col(f"{edge}_credit").is_not_null())
            .then(pl.col(f"{edge}_debit").fill_null(0) - pl.col(f"{edge}_credit").fill_null(0))
            .cast(BASE_AMOUNT)
            .alias(edge)
            for edge in ("opening", "closing")
        )

    def _describe(self) -> XmlNode:
        account = XmlNode(
            list_texts({"AccountID": "account_id", "AccountDescription": "description", **_BALANCES}),
            start=self._begin,
            end=self._end_account,
        )
        master_files = XmlNode(
            {
                "GeneralLedgerAccounts": XmlNode({"Account": account}),
                "Customers": XmlNode({"Customer": self._describe_customer()}),
            }
        )
        sections = {
            "Header": describe_header(self._end_header),
            "MasterFiles": master_files,
            "GeneralLedgerEntries": XmlNode(start=self._stop),
        }
        audit_file = XmlNode(sections)
        audit_file.note_without_namespace("Header", self._note_no_namespace)
        outside = XmlNode({"AuditFile": audit_file})
        outside.note_without_namespace("AuditFile", self._note_no_namespace)
        return outside

    def _describe_customer(self) -> XmlNode:
        texts = {"RegistrationNumber": "registration_number", "Name": "name", "CustomerID": "customer_id"}
        repeated = {
            "Address": (_ADDRESS, self._addresses),
            "Contact": (_CONTACT, self._contacts),
            "BankAccount": (_BANK, self._bank_accounts),
            "TaxRegistration": (_TAX, self._tax_registrations),
            "BalanceAccount": (_BALANCE_ACCOUNT, self._own_balances),
            "BalanceAccountStructure": (_BALANCE_ACCOUNT, self._own_balances),  # some programs write its type's name
        }
        groups = {
            name: XmlNode(list_texts(keys), end=partial(self._keep, tuple(keys.values()), records))
            for name, (keys, records) in repeated.items()
        }
        groups["PartyInfo"] = XmlNode({**list_texts(_PARTY), "PaymentTerms": XmlNode(list_texts(_TERMS))})
        direct = list_texts({"AccountID": "account_id", **_BALANCES})
        return XmlNode({**list_texts(texts), **direct, **groups}, start=self._begin, end=self._end_customer)

    def _begin(self, line: int) -> None:
        self._line = line

    def _stop(self, _line: int) -> None:
        raise _EntriesReachedError

    def _note_no_namespace(self, _line: int) -> None:
        self._has_namespace = False

    def _end_header(self) -> None:
        if self._header is not None:
            raise self._xml.error(_("{element} occurs twice where it may occur once", element="Header"))
        self._header = build_header(self._record, self._xml.error, has_namespace=self._has_namespace)
        self._record.clear()

    def _end_account(self) -> None:
        record = self._record
        self._accounts.add((*map(record.get, _ACCOUNT_KEYS), self._line))
        record.clear()

    def _keep(self, keys: Iterable[str], records: list[Record]) -> None:
        """Move the texts of a group that may occur several times out of the record."""
        record = self._record
        records.append({key: record.pop(key) for key in keys if key in record})

    def _end_customer(self) -> None:
        record = self._record
        if self._customers.count >= self._max_customers:
            what = _("the file has more than {count:number} customers", count=self._max_customers)
            raise self._xml.error(what, SPLIT, "too-large")
        customer_id = record.get("customer_id")
        for balance in self._own_balances:
            self._balances.add((customer_id, *map(balance.get, _BALANCE_ACCOUNT.values()), self._line))
        if not record.keys().isdisjoint(_OWN_BALANCE):
            self._balances.add((customer_id, *map(record.get, _OWN_BALANCE), self._line))
        self._add_groups(record)
        self._customers.add((*map(record.get, _CUSTOMER_KEYS), self._line))
        self._own_balances.clear()
        record.clear()

    def _add_groups(self, record: Record) -> None:
        """Add to a customer what is chosen of its addresses, contacts and bank accounts."""
        if self._addresses:
            record |= _choose_address(self._addresses)
            self._addresses.clear()
        if self._contacts:
            for key in _CONTACT.values():
                record[key] = _find_first(self._contacts, key)
            self._contacts.clear()
        if self._tax_registrations:
            record["tax_registration"] = _find_first(self._tax_registrations, "tax_registration")
            self._tax_registrations.clear()
        if self._bank_accounts:
            record |= _choose_bank_account(self._bank_accounts, self._header.currency if self._header else "")
            self._bank_accounts.clear()


def _find_first(records: Iterable[Record], key: str) -> str:
    """Return the first text with a key; "" if all are blank."""
    return next((each[key] for each in records if each.get(key, "").strip()), "")


def _choose_address(addresses: Sequence[Record]) -> Record:
    """Return the address to send invoices to: postal, else billing, else without a type, else street, else another.

    Never an address of goods. An address of placeholders is chosen only if there is no other.
    """
    candidates: list[tuple[bool, int, int]] = []
    for position, each in enumerate(addresses):
        kind = each.pop("address_type", "").strip().casefold()
        if kind not in _GOODS_ADDRESSES:
            is_empty = all(text.strip().casefold() in _PLACEHOLDERS for key, text in each.items() if key != "country")
            candidates.append((is_empty, _ADDRESS_ORDER.get(kind, len(_ADDRESS_ORDER)), position))
    return addresses[min(candidates)[2]] if candidates else {}


def _choose_bank_account(accounts: Sequence[Record], currency: str) -> Record:
    """Return the first account in the base currency (an account without a currency is in it), else the first."""
    chosen = (each for each in accounts if each.get("bank_currency", "").strip().upper() in {"", currency})
    return next(chosen, accounts[0])
