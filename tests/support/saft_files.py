"""Small SAF-T Financial files: made of a few customers and vouchers, whole or in parts."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from support.paths import SAMPLES, TESTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ITEMISED = SAMPLES / "saft-ledger.xml"
SIMPLE = TESTS / "integration" / "ledgers" / "made-1.20-simple.xml"
NAMESPACE = "urn:StandardAuditFile-Taxation-Financial:NO"
HEADER = {
    "AuditFileVersion": "1.30",
    "AuditFileCountry": "NO",
    "AuditFileDateCreated": "2026-01-15",
    "SoftwareCompanyName": "Maker AS",
    "SoftwareID": "Ledger",
    "SoftwareVersion": "1",
    "Company": "<RegistrationNumber>311111116</RegistrationNumber><Name>Firma AS</Name>",
    "DefaultCurrencyCode": "NOK",
    "SelectionCriteria": "<SelectionStartDate>2025-01-01</SelectionStartDate>"
    "<SelectionEndDate>2025-12-31</SelectionEndDate>",
}


@dataclass(frozen=True)
class Posting:
    """A posting as it is in the file: texts, for a debit or a credit."""

    account: str
    debit: str | None = None
    credit: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)  # further elements by name


@dataclass(frozen=True)
class Voucher:
    """A voucher."""

    number: str
    postings: tuple[Posting, ...]
    day: str = "2025-03-01"


def element(name: str, content: str | None) -> str:
    """An element with its content as XML; nothing for None."""
    return "" if content is None else f"<{name}>{content}</{name}>"


def posting_xml(posting: Posting) -> str:
    """A posting."""
    sides = {"DebitAmount": posting.debit, "CreditAmount": posting.credit}
    amounts = [element(name, text and element("Amount", text)) for name, text in sides.items() if text is not None]
    texts = [element(name, escape(text)) for name, text in posting.texts.items()]
    return element("Line", "\n".join([element("AccountID", posting.account), *texts, *amounts]))


def voucher_xml(voucher: Voucher) -> str:
    """A voucher."""
    lines = "\n".join(map(posting_xml, voucher.postings))
    head = element("TransactionID", voucher.number) + element("TransactionDate", voucher.day)
    return element("Transaction", head + "\n" + lines)


def customer_xml(number: str, content: str = "", opening: str | None = None, closing: str | None = None) -> str:
    """A customer with a balance on 1500; `content` comes before its number."""
    balance = element("OpeningDebitBalance", opening) + element("ClosingDebitBalance", closing)
    account = element("BalanceAccount", element("AccountID", "1500") + balance) if balance else ""
    return element("Customer", element("Name", "Kunde") + content + element("CustomerID", number) + account)


def saft_xml(
    customers: Iterable[str] = (),
    vouchers: Iterable[Voucher] = (),
    *,
    header: Mapping[str, str | None] | None = None,
    entries: str = "",
    namespace: str = NAMESPACE,
    prefix: str = "",
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>\n',
) -> str:
    """A file; `header` replaces elements of the header, `entries` comes before the vouchers."""
    head = "\n".join(element(name, text) for name, text in {**HEADER, **(header or {})}.items())
    parts = [element("Header", head)]
    if customers := "\n".join(customers):
        parts.append(element("MasterFiles", element("Customers", customers)))
    journal = element("Journal", "\n".join(map(voucher_xml, vouchers)))
    parts.append(element("GeneralLedgerEntries", entries + journal))
    xml = element("AuditFile", "\n".join(parts))
    if prefix:
        xml = re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}:", xml)
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    return declaration + (
        re.sub("AuditFile", f'AuditFile {declared}="{namespace}"', xml, count=1) if namespace else xml
    )


def split_parts(xml: str, count: int) -> list[str]:
    """The parts of a whole file: the header in each, the customers in the first, the vouchers in the others."""
    start, end = xml.index("<MasterFiles>"), xml.index("</MasterFiles>") + len("</MasterFiles>")
    head, tail = xml[:start], "</AuditFile>"
    entries = xml[end : xml.rindex(tail)]
    vouchers = re.findall(r"<Transaction>.*?</Transaction>", entries, re.DOTALL)
    frame = entries[: entries.index("<Transaction>")], entries[entries.rindex("</Transaction>") + 14 :]
    step = -(-len(vouchers) // (count - 1))
    groups = ["".join(vouchers[begin : begin + step]) for begin in range(0, len(vouchers), step)]
    return [xml[:end] + tail, *(head + frame[0] + group + frame[1] + tail for group in groups)]


def write_zip(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """A zip file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path
