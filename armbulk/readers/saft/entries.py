"""The second pass over a SAF-T file: its vouchers and postings.

Only postings on accounts of receivables are kept. Of all others their sums are: by file, by account and by voucher.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import polars as pl

from armbulk.i18n import _
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.ledger_export import BASE_AMOUNT, VOUCHER_COLUMNS, Columns
from armbulk.readers.damage import SPLIT
from armbulk.readers.saft.header import other_root_error
from armbulk.readers.saft.posting_store import PostingStore
from armbulk.readers.saft.postings import OWN_COLUMNS, add_vouchers, build_lines, repeats_currency_amounts
from armbulk.readers.saft.refusals import line_error, quote_value
from armbulk.readers.saft.values import (
    ROWS_PER_FRAME,
    Cell,
    build_frame,
    clean_column,
    clean_text,
    parse_amounts,
    parse_days,
)
from armbulk.readers.saft.xml_tree import Record, SaftXml, XmlNode, list_texts

MAX_ACCOUNTS = 200_000
MAX_UNBALANCED = 1_000
"""Vouchers of a file that do not add up to 0: so many are kept."""

_LINE = {
    "AccountID": "account_id", "CustomerID": "customer_id", "ReferenceNumber": "reference",
    "SourceDocumentID": "source_document", "CID": "cid", "DueDate": "due_date", "CrossReference": "cross_reference",
    "Description": "description",
}  # fmt: skip
_AMOUNT = {"Amount": "", "CurrencyCode": "_currency", "CurrencyAmount": "_currency_amount", "ExchangeRate": "_rate"}
_SIDES = {"DebitAmount": "debit", "CreditAmount": "credit"}
_AMOUNT_KEYS = tuple(f"{side}{ending}" for side in _SIDES.values() for ending in _AMOUNT.values())
_KEPT_KEYS = (*(key for key in _LINE.values() if key != "account_id"), *_AMOUNT_KEYS)
_KEPT_ROWS: Columns = {
    "voucher": pl.Int64, "account_id": pl.String, **dict.fromkeys(_KEPT_KEYS, pl.String), "xml_line": pl.Int64,
}  # fmt: skip
_SUM_ROWS: Columns = {
    "voucher": pl.Int64, "account": pl.Int64, "debit": pl.String, "credit": pl.String, "xml_line": pl.Int64,
}  # fmt: skip
_VOUCHER_ROWS: Columns = {
    "voucher": pl.Int64, "transaction_id": pl.String, "date": pl.String, "xml_line": pl.Int64,
}  # fmt: skip
_SUMS: Columns = {
    "voucher": pl.Int64, "has_sales": pl.Boolean, "has_bank": pl.Boolean, "is_kept": pl.Boolean, "total": BASE_AMOUNT,
}  # fmt: skip
_MOVEMENTS: Columns = {"account_id": pl.String, "amount": BASE_AMOUNT}


@dataclass(frozen=True, slots=True)
class PartEntries:
    """What the second pass reads of a file.

    Attributes:
        stated_entries: `NumberOfEntries`; None if absent.
        entries: How many vouchers the file has.
        stated_debit: `TotalDebit`; None if absent.
        debit: The sum of all debit amounts.
        stated_credit: `TotalCredit`; None if absent.
        credit: The sum of all credit amounts.
        repeats_currency_amounts: Whether a voucher repeats a currency amount on lines with other amounts.
        unbalanced_vouchers: `VOUCHER_COLUMNS`, at most `MAX_UNBALANCED`.
        account_movements: account_id String, amount `BASE_AMOUNT`.
    """

    stated_entries: int | None
    entries: int
    stated_debit: Decimal | None
    debit: Decimal
    stated_credit: Decimal | None
    credit: Decimal
    repeats_currency_amounts: bool
    unbalanced_vouchers: pl.DataFrame
    account_movements: pl.DataFrame


def is_receivable_class(account_id: str) -> bool:
    """Return whether an account is one of 1500 to 1599, the receivables of the Norwegian standard (NS 4102)."""
    return _is_in_class(account_id, "15")


def _is_in_class(account_id: str, start: str) -> bool:
    return account_id.startswith(start) and len(account_id) >= 4 and account_id.isdigit()


class EntriesReader:
    """Reads the vouchers of a file.

    Args:
        file: The file's name in messages and in the frames.
        receivable_accounts: The accounts whose postings are kept; None: those of `is_receivable_class`.
        first_voucher: The number of the file's first voucher.
        store: Takes the postings on these accounts.
        max_lines: How many postings the store has at most.
    """

    def __init__(
        self,
        file: str,
        receivable_accounts: Collection[str] | None,
        first_voucher: int,
        store: PostingStore,
        max_lines: int,
    ) -> None:
        self._file = file
        self._receivable_accounts = receivable_accounts
        self._first_voucher = self._voucher = first_voucher
        self._store = store
        self._max_lines = max_lines
        self._record: Record = {}
        self._of_voucher: Record = {}
        self._stated: Record = {}
        self._entries_line = 0
        self._voucher_line = self._posting_line = 0
        self._account_ids: list[str] = []
        self._account_flags: list[tuple[bool, bool, bool]] = []
        self._accounts: dict[str | None, tuple[int, str | None]] = {}
        self._index_of: dict[str, int] = {}
        self._sum_rows: list[tuple[Cell, ...]] = []
        self._kept_rows: list[tuple[Cell, ...]] = []
        self._voucher_rows: list[tuple[Cell, ...]] = []
        self._debit = self._credit = Decimal(0)
        self._open_sums = pl.DataFrame(schema=_SUMS)
        self._open_lines = pl.DataFrame(schema=OWN_COLUMNS)
        self._repeats_currency_amounts = False
        self._unbalanced = pl.DataFrame(schema=VOUCHER_COLUMNS)
        self._movements = pl.DataFrame(schema=_MOVEMENTS)
        self._xml = SaftXml(self._describe(), self._record, file, partial(other_root_error, file))

    def read(self, chunks: Iterable[bytes]) -> PartEntries:
        """Read the whole content of the file.

        Raises:
            FileError: The content cannot be used.
        """
        self._xml.read(chunks)
        self._build_frames()
        return PartEntries(
            self._find_stated_entries(),
            self._voucher - self._first_voucher,
            self._find_stated_amount("TotalDebit"),
            self._debit,
            self._find_stated_amount("TotalCredit"),
            self._credit,
            self._repeats_currency_amounts,
            self._unbalanced,
            self._movements,
        )

    def _describe(self) -> XmlNode:
        sides = {
            element: XmlNode(list_texts({name: f"{side}{ending}" for name, ending in _AMOUNT.items()}))
            for element, side in _SIDES.items()
        }
        line = XmlNode({**list_texts(_LINE), **sides}, start=self._begin_line, end=self._end_line)
        texts = list_texts({"TransactionID": "transaction_id", "TransactionDate": "date"})
        transaction = XmlNode({**texts, "Line": line}, start=self._begin_voucher, end=self._end_voucher)
        totals = list_texts({name: name for name in ("NumberOfEntries", "TotalDebit", "TotalCredit")})
        entries = XmlNode(
            {**totals, "Journal": XmlNode({"Transaction": transaction})},
            start=self._begin_entries,
            end=self._keep_stated,
        )
        sections = {
            "Header": XmlNode(start=self._check_order),
            "MasterFiles": XmlNode(start=self._check_order),
            "GeneralLedgerEntries": entries,
        }
        return XmlNode({"AuditFile": XmlNode(sections)})

    def _begin_entries(self, line: int) -> None:
        if self._entries_line:
            what = _("{element} occurs twice where it may occur once", element="GeneralLedgerEntries")
            raise self._xml.error(what)
        self._entries_line = line

    def _check_order(self, _line: int) -> None:
        """Refuse customers after vouchers: the first pass has not read them."""
        if self._entries_line:
            raise self._xml.error(_("Header or MasterFiles is after GeneralLedgerEntries, but must be before it"))

    def _keep_stated(self) -> None:
        self._stated |= self._record
        self._record.clear()

    def _begin_voucher(self, line: int) -> None:
        if self._record:
            self._keep_stated()
        self._voucher_line = line

    def _begin_line(self, line: int) -> None:
        if self._record:
            self._of_voucher |= self._record
            self._record.clear()
        self._posting_line = line

    def _end_line(self) -> None:
        record = self._record
        get = record.get
        raw = get("account_id")
        index, kept_id = self._accounts.get(raw) or self._add_account(raw)
        line = self._posting_line
        self._sum_rows.append((self._voucher, index, get("debit"), get("credit"), line))
        if kept_id is not None:
            self._kept_rows.append((self._voucher, kept_id, *map(get, _KEPT_KEYS), line))
        record.clear()
        if len(self._sum_rows) >= ROWS_PER_FRAME:
            self._build_frames(is_open=True)

    def _end_voucher(self) -> None:
        record = self._of_voucher | self._record
        row = (self._voucher, record.get("transaction_id"), record.get("date"), self._voucher_line)
        self._voucher_rows.append(row)
        self._of_voucher.clear()
        self._record.clear()
        self._voucher += 1
        if len(self._voucher_rows) >= ROWS_PER_FRAME:
            self._build_frames()

    def _add_account(self, raw: str | None) -> tuple[int, str | None]:
        """Return the position of an account that occurs for the first time, and its id if its postings are kept."""
        account_id = clean_text(raw)
        if account_id is None:
            raise line_error(self._file, self._posting_line, _("a posting (Line) has no AccountID"))
        if len(self._accounts) >= MAX_ACCOUNTS:
            what = _("the postings are on more than {count:number} accounts", count=MAX_ACCOUNTS)
            raise self._xml.error(what, SPLIT, "too-large")
        accounts = self._receivable_accounts
        is_kept = is_receivable_class(account_id) if accounts is None else account_id in accounts
        if account_id not in self._index_of:
            self._index_of[account_id] = len(self._account_ids)
            self._account_ids.append(account_id)
            is_sales = _is_in_class(account_id, "3") or _is_in_class(account_id, "805")
            self._account_flags.append((is_sales, _is_in_class(account_id, "19"), is_kept))
        entry = (self._index_of[account_id], account_id if is_kept else None)
        self._accounts[raw] = entry
        return entry

    def _build_frames(self, *, is_open: bool = False) -> None:
        """Turn the rows read so far into frames; `is_open`: more postings of the current voucher may follow."""
        rows = build_frame(self._sum_rows, _SUM_ROWS)
        self._sum_rows.clear()
        rows = self._add_up(rows)
        sums = self._sum_vouchers(rows)
        if is_open:
            self._open_sums = sums.filter(pl.col("voucher") == self._voucher)
            sums = sums.filter(pl.col("voucher") != self._voucher)
        else:
            self._open_sums = pl.DataFrame(schema=_SUMS)
        self._keep_lines(self._name_vouchers(sums))

    def _add_up(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Add postings to the sums of the file and of its accounts; return them with account_id, flags and amount."""
        debit = parse_amounts(rows, "debit", "DebitAmount/Amount", self._file)
        credit = parse_amounts(rows, "credit", "CreditAmount/Amount", self._file)
        without = (debit.is_null() & credit.is_null()).arg_true()
        if len(without):
            what = _("a posting (Line) has neither DebitAmount nor CreditAmount")
            raise line_error(self._file, rows["xml_line"][without[0]], what)
        self._debit += sum_amounts(debit)
        self._credit += sum_amounts(credit)
        flags = build_frame(
            self._account_flags, {"has_sales": pl.Boolean, "has_bank": pl.Boolean, "is_kept": pl.Boolean}
        )
        accounts = flags.with_columns(pl.Series("account_id", self._account_ids, pl.String))
        rows = rows.select(
            "voucher", *accounts[rows["account"]], amount=(debit.fill_null(0) - credit.fill_null(0)).cast(BASE_AMOUNT)
        )
        movements = rows.select(*_MOVEMENTS)
        self._movements = (
            pl.concat([self._movements, movements])
            .group_by("account_id", maintain_order=True)
            .agg(pl.col("amount").sum())
        )
        return rows

    def _sum_vouchers(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the sum and the flags of each voucher, with what is known of one that began before."""
        known = rows.rename({"amount": "total"}).select(*_SUMS)
        return (
            pl.concat([self._open_sums, known])
            .group_by("voucher", maintain_order=True)
            .agg(pl.col("has_sales", "has_bank", "is_kept").any(), pl.col("total").sum())
        )

    def _name_vouchers(self, sums: pl.DataFrame) -> pl.DataFrame:
        """Return the vouchers with a posting on receivables; keep those that do not add up to 0."""
        named = build_frame(self._voucher_rows, _VOUCHER_ROWS)
        self._voucher_rows.clear()
        vouchers = named.join(sums, on="voucher", maintain_order="left").filter(
            pl.col("is_kept") | (pl.col("total") != 0)
        )
        vouchers = vouchers.with_columns(
            clean_column("transaction_id"),
            parse_days(vouchers, "date", "TransactionDate", self._file),
            file=pl.lit(self._file),
        )
        unbalanced = vouchers.filter(pl.col("total") != 0).select(*VOUCHER_COLUMNS)
        self._unbalanced = pl.concat([self._unbalanced, unbalanced]).head(MAX_UNBALANCED)
        return vouchers.filter("is_kept")

    def _keep_lines(self, vouchers: pl.DataFrame) -> None:
        """Store the postings of complete vouchers; those of the current voucher wait for its other postings."""
        if self._store.rows + self._open_lines.height + len(self._kept_rows) > self._max_lines:
            what = _("the file has more than {count:number} postings on receivables", count=self._max_lines)
            raise self._xml.error(what, SPLIT, "too-large")
        own = build_lines(build_frame(self._kept_rows, _KEPT_ROWS), self._file)
        self._kept_rows.clear()
        lines = pl.concat([self._open_lines, own])
        self._open_lines = lines.filter(pl.col("voucher") == self._voucher)
        complete = add_vouchers(lines.filter(pl.col("voucher") != self._voucher), vouchers)
        self._repeats_currency_amounts |= repeats_currency_amounts(complete)
        self._store.add(complete)

    def _find_stated_entries(self) -> int | None:
        text = clean_text(self._stated.get("NumberOfEntries"))
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            what = _('NumberOfEntries is "{value}", which is not a whole number', value=quote_value(text))
            raise line_error(self._file, self._entries_line, what)
        return int(text)

    def _find_stated_amount(self, element: str) -> Decimal | None:
        rows = pl.DataFrame(
            {element: [self._stated.get(element)], "xml_line": [self._entries_line]},
            {element: pl.String, "xml_line": pl.Int64},
        )
        amount = parse_amounts(rows, element, element, self._file)[0]
        return amount if isinstance(amount, Decimal) else None
