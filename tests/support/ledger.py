"""Ledger exports made in a test: customers with balances, and vouchers with their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.model.ledger_export import (
    ACCOUNT_COLUMNS,
    BALANCE_COLUMNS,
    CUSTOMER_COLUMNS,
    LINE_COLUMNS,
    PART_COLUMNS,
    VOUCHER_COLUMNS,
    LedgerExport,
    LedgerHeader,
)
from armbulk.model.postings import Postings
from armbulk.readers.saft.postings import OWN_COLUMNS, add_vouchers, repeats_currency_amounts


@dataclass
class Ledger:
    """A ledger that is filled voucher by voucher; every amount is text, debit positive."""

    start: date = date(2025, 1, 1)
    end: date = date(2025, 12, 31)
    customers: list[dict[str, Any]] = field(default_factory=list)
    balances: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    file: str = "ledger.xml"

    def customer(
        self, number: str, opening: str | None = "0", closing: str | None = None, account: str = "1500", **more: Any
    ) -> None:
        """Add a customer with its balances; None is a balance that is not stated."""
        self.customers.append({"customer_id": number, "name": f"Customer {number}", "file": self.file, **more})
        if opening is not None or closing is not None:
            self.balances.append(
                {
                    "customer_id": number,
                    "account_id": account,
                    "opening": None if opening is None else Decimal(opening),
                    "closing": None if closing is None else Decimal(closing),
                }
            )

    def post(self, kind: str, *lines: dict[str, Any], day: date | None = None, number: str = "") -> None:
        """Add a voucher: kind is `sales`, `bank` or `other`; its lines on receivables."""
        voucher = len(self.vouchers)
        self.vouchers.append(
            {
                "voucher": voucher,
                "transaction_id": number or f"T{voucher}",
                "date": day or self.start,
                "has_sales": kind == "sales",
                "has_bank": kind == "bank",
                "total": Decimal(0),
                "file": self.file,
                "xml_line": voucher,
            }
        )
        for line in lines:
            self.lines.append({"voucher": voucher, "account_id": "1500", "file": self.file, **line})

    def invoice(self, customer: str, amount: str, **more: Any) -> None:
        """Add an invoice of one line on receivables."""
        self.post("sales", line(customer, amount, **more))

    def payment(self, customer: str, amount: str, **more: Any) -> None:
        """Add a payment: the amount is positive, its posting a credit."""
        self.post("bank", line(customer, f"-{amount}", **more))

    def export(self, **header: Any) -> LedgerExport:
        """Return the ledger as what a reader returns."""
        accounts = tuple(sorted({row["account_id"] for row in self.balances}))
        values: dict[str, Any] = {
            "company_no": "311111116",
            "company_name": "Test AS",
            "software": "Testprogram",
            "stated_version": "1.30",
            "created": date(self.end.year + 1, 1, 15),
            "currency": "NOK",
            "start": self.start,
            "end": self.end,
        }
        vouchers = _build(self.vouchers, VOUCHER_COLUMNS)
        lines = (
            add_vouchers(_build(self.lines, OWN_COLUMNS), vouchers)
            .with_row_index("line")
            .cast({"line": pl.Int64})
            .select(*LINE_COLUMNS)
        )
        return LedgerExport(
            LedgerHeader(**(values | header)),
            _build([{"file": self.file, "sha256": self.file}], PART_COLUMNS),
            _build(self.accounts or self._add_up_accounts(accounts), ACCOUNT_COLUMNS),
            _build(self.customers, CUSTOMER_COLUMNS),
            _build(self.balances, BALANCE_COLUMNS),
            receivable_accounts=accounts,
            are_accounts_named=True,
            lines=Postings((lines.lazy(),), lines.height, lines.lazy()),
            repeats_currency_amounts=repeats_currency_amounts(lines),
            unbalanced_vouchers=_build([], VOUCHER_COLUMNS),
            account_movements=lines.group_by("account_id").agg(pl.col("amount").sum()).sort("account_id"),
            has_namespace=True,
        )

    def _add_up_accounts(self, accounts: tuple[str, ...]) -> list[dict[str, Any]]:
        """Return the accounts with the sums of the customers' balances, so that P2 is fulfilled."""
        rows = []
        for account in accounts:
            own = [row for row in self.balances if row["account_id"] == account]
            sums = {name: sum((row[name] or Decimal(0) for row in own), Decimal(0)) for name in ("opening", "closing")}
            rows.append({"account_id": account, "description": "Receivables", **sums})
        return rows


def line(customer: str | None, amount: str, **more: Any) -> dict[str, Any]:
    """Return a posting on receivables."""
    return {"customer_id": customer, "amount": Decimal(amount), **more}


def _build(rows: list[dict[str, Any]], columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)
