"""SAF-T files that are hostile, damaged or of something else: refused whole, by name, line, reason and remedy."""

from __future__ import annotations

import sys
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.saft_files import (
    HEADER,
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

from armbulk.errors import FileError
from armbulk.readers.saft import LedgerLimits, read_ledger_export

if TYPE_CHECKING:
    from pathlib import Path

SOUND = saft_xml([customer_xml("1", opening="0", closing="1")], [Voucher("1", (Posting("1500", "1"),))])


def refusal(*paths: Path, limits: LedgerLimits | None = None) -> FileError:
    """The error of an export; it always says what to do."""
    with pytest.raises(FileError) as refused:
        read_ledger_export(paths, limits or LedgerLimits())
    assert refused.value.hint
    assert refused.value.message.text("nb") != str(refused.value.message)
    return refused.value


def refused(folder: Path, xml: str | bytes) -> tuple[str, str]:
    """The code and the message of a file's refusal."""
    file = folder / "x.xml"
    file.write_bytes(xml.encode() if isinstance(xml, str) else xml)
    error = refusal(file)
    return error.code, str(error.message)


def with_root(root: str, before: str = "") -> str:
    """A file with another root element."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{before}<{root}></{root.split(maxsplit=1)[0]}>'


def inside(content: str) -> str:
    """A sound file with something that is not known before its customers, in line 12."""
    return SOUND.replace("<MasterFiles>", f"\n{content}<MasterFiles>")


UNSAFE = {
    "dtd": (SOUND.replace("<Audit", "<!DOCTYPE AuditFile>\n<Audit", 1), "XML line 2: the file contains a DTD"),
    "entity": (
        SOUND.replace("<Audit", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Audit', 1).replace(
            "Kunde", "&x;"
        ),
        "XML line 2: the file contains a DTD",
    ),
    "bomb": (
        SOUND.replace("<Audit", '<!DOCTYPE a [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;">]>\n<Audit', 1),
        "contains a DTD",
    ),
    "xinclude": (
        inside('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'),
        "asks to include another file (XInclude)",
    ),
    "depth": (inside("<a>" * 10_000 + "</a>" * 10_000), "nested more than 64 levels"),
    "attributes": (inside("<a " + " ".join(f'a{n}=""' for n in range(101)) + "/>"), "more than 100 attributes"),
    "attribute": (inside('<a b="' + "x" * 32_768 + '"/>'), "an attribute has more than 32 767 characters"),
    "name": (inside(f"<{'a' * 201}/>"), "a name has more than 200 characters"),
    "comment": (inside("<!--" + "x" * 2_000_000 + "-->"), "longer than 1 MiB"),
    "text": (
        SOUND.replace("Kunde", "x" * 32_768),
        "AuditFile/MasterFiles/Customers/Customer/Name has more than 32 767",
    ),
    "wide text": (inside("<Note>" + "€" * 100_000 + "</Note>"), "the text of AuditFile/Note has more than 32 767"),
    "lines": (inside("<Note>" + "x\n" * 17_000 + "</Note>"), "the text of AuditFile/Note has more than 32 767"),
}


@pytest.mark.promise("P22")
@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_xml(tmp_path: Path, name: str) -> None:
    """DTDs, entities, XInclude, endless nesting, names, attributes and texts are refused with the line."""
    xml, words = UNSAFE[name]
    code, message = refused(tmp_path, xml)
    assert code == "damaged"
    assert message.startswith("x.xml, XML line ")
    assert words in message


OPENED: list[str] | None = None


def note_access(event: str, arguments: tuple[object, ...]) -> None:
    """Note which files and hosts Python opens, while a test asks for it."""
    if OPENED is not None and event in {"open", "socket.connect", "socket.getaddrinfo", "urllib.Request"}:
        OPENED.append(f"{event} {arguments[0]}")


@pytest.mark.promise("P22")
def test_nothing_outside_the_file_is_opened(tmp_path: Path) -> None:
    """References to files and hosts are text: only the file itself is opened."""
    global OPENED  # noqa: PLW0603 - an audit hook cannot be removed
    sys.addaudithook(note_access)
    location = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x http://192.0.2.1/x.xsd"'
    contents = [SOUND.replace("<Header", f"<Header {location}"), *(xml for xml, _words in UNSAFE.values())]
    for content in contents:
        file = tmp_path / "x.xml"
        file.write_text(content, encoding="utf-8")
        OPENED = []
        with suppress(FileError):
            read_ledger_export([file])
        opened, OPENED = OPENED, None
        assert set(opened) == {f"open {file}"}


OTHERS = {
    "html": (with_root("html"), 'is not a SAF-T file: its first element is "html"'),
    "portugal": (with_root('AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:PT_1.04_01"'), "for Portugal"),
    "denmark": (with_root('AuditFile xmlns="urn:StandardAuditFile-Taxation-Financial:DK"'), "for Denmark"),
    "cash register": (
        with_root('auditfile xmlns="urn:StandardAuditFile-Taxation-CashRegister:NO"'), "of a cash register"
    ),
    "luxembourg": (with_root('AuditFile xmlns="urn:OECD:StandardAuditFile-Taxation/2.00"'), "of another country"),
    "other root": (with_root(f'Audit xmlns="{NAMESPACE}"'), "of another country or kind"),
    "country": (saft_xml(header={"AuditFileCountry": "PT"}), 'the file is for the country "PT"'),
    "no country": (saft_xml(header={"AuditFileCountry": None}, namespace=""), "neither the namespace"),
    "no header": (f'<AuditFile xmlns="{NAMESPACE}"/>', "x.xml has no Header"),
    "text": ("Kundenr;Navn\n1;A\n", "x.xml is not an XML file"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_other_files(tmp_path: Path, name: str) -> None:
    """A file of another country, kind or format is refused by what it is."""
    xml, words = OTHERS[name]
    code, message = refused(tmp_path, xml.replace("<AuditFileVersion>1.30</AuditFileVersion>\n", ""))
    assert code == "not-saft"
    assert words in message


def test_a_country_is_not_needed_with_the_namespace(tmp_path: Path) -> None:
    """The namespace says Norway."""
    (tmp_path / "x.xml").write_text(saft_xml(header={"AuditFileCountry": None}), encoding="utf-8")
    assert read_ledger_export([tmp_path / "x.xml"]).has_namespace


def amount_file(text: str) -> str:
    """A file whose posting has an amount, in line 15."""
    return saft_xml([customer_xml("1", opening="0")], [Voucher("1", (Posting("1500", text),))])


WRONG = {
    **{f"amount {text}": (amount_file(text), f'DebitAmount/Amount is "{text}"') for text in (
        "1e5", "1,50", "1 000", "0x10", "NaN", "INF", "+", "-", ".", "1.005", "1.2.3", "--1", "9" * 40, "１",
    )},
    "balance": (saft_xml([customer_xml("1", opening="1,5")]), 'OpeningDebitBalance is "1,5"'),
    "total": (saft_xml(entries="<TotalDebit>x</TotalDebit>"), 'TotalDebit is "x"'),
    "count": (saft_xml(entries="<NumberOfEntries>1.0</NumberOfEntries>"), 'NumberOfEntries is "1.0"'),
    "no amount": (amount_file("").replace("<DebitAmount></DebitAmount>", ""), "neither DebitAmount nor CreditAmount"),
    "no account": (amount_file("1").replace("<Line><AccountID>1500</AccountID>", "<Line>"), "has no AccountID"),
    "amount twice": (amount_file("1").replace("<Amount>1</Amount>", "<Amount>1</Amount>" * 2), "Amount occurs twice"),
    "number twice": (SOUND.replace("<CustomerID>1", "<CustomerID>2</CustomerID><CustomerID>1"), "CustomerID occurs"),
    "element in a text": (SOUND.replace("Kunde", "Kun<b>x</b>de"), "Name has an element inside its text"),
    "due date": (
        amount_file("1").replace("<DebitAmount>", "<DueDate>31.12.2025</DueDate><DebitAmount>"),
        'DueDate is "31.12.2025"',
    ),
    "impossible day": (
        saft_xml([customer_xml("1", opening="0")], [Voucher("1", (Posting("1500", "1"),), "2025-02-30")]),
        'TransactionDate is "2025-02-30"',
    ),
    "created": (saft_xml(header={"AuditFileDateCreated": "15.01.2026"}), 'AuditFileDateCreated is "15.01.2026"'),
    "period": (
        saft_xml(header={"SelectionCriteria": "<PeriodStart>x</PeriodStart><PeriodStartYear>25</PeriodStartYear>"}),
        'the selection "x" of "25" is not a period',
    ),
    "order": (
        SOUND.replace("</AuditFile>", "<MasterFiles/></AuditFile>"), "Header or MasterFiles is after"
    ),
    "entries twice": (
        SOUND.replace("</AuditFile>", "<GeneralLedgerEntries/></AuditFile>"), "GeneralLedgerEntries occurs twice"
    ),
    "two currencies": (
        amount_file("5").replace("<Amount>5</Amount></DebitAmount>",
            "<Amount>5</Amount><CurrencyCode>EUR</CurrencyCode></DebitAmount>"
            "<CreditAmount><Amount>4</Amount><CurrencyCode>USD</CurrencyCode></CreditAmount>"),
        "amount in different currencies",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_values(tmp_path: Path, name: str) -> None:
    """A value that is not valid is never repaired: the file is refused with the line."""
    xml, words = WRONG[name]
    code, message = refused(tmp_path, xml)
    assert (code, message.startswith("x.xml, XML line ")) == ("damaged", True)
    assert words in message
    if name.startswith("amount 1"):
        line = next(number for number, text in enumerate(xml.splitlines(), 1) if "<Line>" in text)
        assert message.startswith(f"x.xml, XML line {line}: ")


LATIN = SOUND.replace("Kunde", "Åse")
DECLARED = '<?xml version="1.0" encoding="{}"?>'
OFFSET = LATIN.index("Åse")
ENCODINGS = {
    "latin in utf-8": (LATIN.encode("iso-8859-1"), f"the byte 0xC5 at offset {OFFSET} is not allowed"),
    "utf-8 in ascii": (LATIN.replace("UTF-8", "US-ASCII").encode(), "the byte 0xC3 at offset "),
    "hole in cp1252": (
        LATIN.replace("UTF-8", "windows-1252").encode("cp1252").replace(b"\xc5", b"\x81"),
        "the byte 0x81",
    ),
    "unknown": (LATIN.replace("UTF-8", "klingon").encode(), 'The encoding "klingon" that x.xml names is not supported'),
    "not of text": (LATIN.replace("UTF-8", "rot13").encode(), 'The encoding "rot13" that x.xml names'),
    "several bytes": (LATIN.replace("UTF-8", "gb18030").encode(), 'The encoding "gb18030" that x.xml names'),
    "mark against name": (
        LATIN.replace("UTF-8", "windows-1252").encode("utf-8-sig"),
        "its first bytes (offset 0) are UTF-8",
    ),
    "utf-8 as utf-16": (LATIN.replace("UTF-8", "UTF-16").encode(), "its first bytes (offset 0) are UTF-8"),
    "utf-16 as utf-8": (LATIN.encode("utf-16"), "is not in the encoding that it names (offset 0)"),
    "utf-32": (LATIN.encode("utf-32"), "UTF-32"),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_bytes_against_the_encoding(tmp_path: Path, name: str) -> None:
    """Bytes that contradict the declaration are refused with their offset, never guessed."""
    content, words = ENCODINGS[name]
    code, message = refused(tmp_path, content)
    assert code == "wrong-encoding"
    assert words in message


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n ", b"\xff\xfe"])
def test_empty_files(tmp_path: Path, content: bytes) -> None:
    """A file without content is called empty."""
    assert refused(tmp_path, content)[0] == "empty-file"


@given(st.integers(1, SIMPLE.stat().st_size - 4))
def test_a_file_that_ends_early(tmp_path_factory: pytest.TempPathFactory, size: int) -> None:
    """A file that is cut off anywhere is refused whole."""
    file = tmp_path_factory.getbasetemp() / "cut.xml"
    file.write_bytes(SIMPLE.read_bytes()[:size])
    assert refusal(file).code in {"damaged", "empty-file"}


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4))
def test_changed_bytes(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]]) -> None:
    """A file with changed bytes is read or refused by name."""
    content = bytearray(SIMPLE.read_bytes())
    for position, value in changes:
        content[position % len(content)] = value
    file = tmp_path_factory.getbasetemp() / "changed.xml"
    file.write_bytes(content)
    with suppress(FileError):
        read_ledger_export([file])


def test_line_and_column_of_broken_xml(tmp_path: Path) -> None:
    """XML that is not valid is refused with line and column."""
    assert refused(tmp_path, SOUND.replace("</Header>", "</Head>"))[1].startswith(
        "x.xml is not valid XML (line 10, column "
    )
    assert "ends too early (XML line" in refused(tmp_path, SOUND[:-20])[1]


MIXED = {
    "company": (
        {"Company": "<RegistrationNumber>2</RegistrationNumber>"},
        "the company is 311111116 in the first and 2 in the second",
    ),
    "program": (
        {"SoftwareID": "Other"},
        "the program is Maker AS Ledger 1 in the first and Maker AS Other 1 in the second",
    ),
    "period": (
        {"SelectionCriteria": HEADER["SelectionCriteria"].replace("2025-12-31", "2025-06-30")},
        "the period is 2025-01-01 - 2025-12-31 in the first and 2025-01-01 - 2025-06-30 in the second",
    ),
    "created": (
        {"AuditFileDateCreated": "2026-01-16"},
        "the date of the export is 2026-01-15 in the first and 2026-01-16 in the second",
    ),
    "currency": ({"DefaultCurrencyCode": "SEK"}, "the currency is NOK in the first and SEK in the second"),
}


@pytest.mark.parametrize("name", MIXED)
def test_parts_of_different_exports(tmp_path: Path, name: str) -> None:
    """Parts that differ in their header are not one export."""
    header, words = MIXED[name]
    (tmp_path / "a.xml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "b.xml").write_text(saft_xml(header=header), encoding="utf-8")
    error = refusal(tmp_path / "a.xml", tmp_path / "b.xml")
    assert (error.code, str(error.message)) == (
        "mixed-exports", f"a.xml and b.xml are parts of different exports: {words}"
    )  # fmt: skip
    assert ("overlap" in error.hint) == (name == "period")


def test_a_part_twice(tmp_path: Path) -> None:
    """The same file, or a copy of it, is refused; so are two parts with the same vouchers."""
    first, second = tmp_path / "a.xml", tmp_path / "b.xml"
    first.write_text(SOUND, encoding="utf-8")
    second.write_text(SOUND, encoding="utf-8")
    assert str(refusal(first, first).message) == f"{first} is used twice"
    error = refusal(first, second)
    assert (error.code, str(error.message)) == ("part-twice", "a.xml and b.xml have the same content")
    first.write_bytes(ITEMISED.read_bytes())
    second.write_text(split_parts(ITEMISED.read_text(encoding="utf-8"), 2)[1], encoding="utf-8")
    error = refusal(first, second)
    assert error.code == "overlapping-parts"
    assert "a.xml and b.xml overlap: 23 vouchers are in both, for example voucher 2001" in error.message


def encrypted(path: Path) -> Path:
    """A zip file whose entry is marked as encrypted."""
    content = bytearray(write_zip(path, {"a.xml": SOUND}).read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def test_zip_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip file has XML files only, at most 100, unencrypted, and no bomb; names in it are never paths."""
    path = tmp_path / "x.zip"
    cases = {
        "it has 101 files, more than 100": {f"{number}.xml": SOUND for number in range(101)},
        'it has a file that is not XML: "readme.txt"': {"a.xml": SOUND, "readme.txt": "x"},
        'it has a file that is not XML: "inner.zip"': {"inner.zip": b"PK\x03\x04"},
        "it has no XML file": {},
        "x.zip is an Excel or Word file": {"[Content_Types].xml": "<a/>", "_rels/.rels": "<a/>"},
        "x.zip/a.xml is a zip file inside a zip file": {"a.xml": b"PK\x03\x04"},
    }
    for words, files in cases.items():
        assert words in refusal(write_zip(path, files)).message
    assert refusal(encrypted(path)).code == "encrypted"
    monkeypatch.setattr("armbulk.readers.saft.sources.MIN_RATIO_BYTES", 1 << 20)
    bomb = inside("<a></a>" * 300_000)
    assert "more than 200 times as large" in refusal(write_zip(path, {"a.xml": bomb})).message
    names = ["../../etc/a.xml", "C:\\b.xml", "__MACOSX/._a.xml", "folder/"]
    parts = split_parts(ITEMISED.read_text(encoding="utf-8"), 2)
    export = read_ledger_export([write_zip(path, dict(zip(names, [*parts, "x", ""], strict=True)))])
    assert export.parts["file"].to_list() == ["x.zip/../../etc/a.xml", "x.zip/C:\\b.xml"]


def test_a_zip_file_with_an_endless_directory(tmp_path: Path) -> None:
    """A directory that would fill the memory is not read, whatever number of files it states; zip64 neither."""
    path = write_zip(tmp_path / "x.zip", {f"{'x' * 60_000}{number}.xml": "" for number in range(20)})
    assert "it has more than 100 files" in refusal(path).message
    content = path.read_bytes()
    size = content[-10:-6] + bytes(4)
    record = b"PK\x06\x06" + bytes(36) + size + bytes(8)
    locator = b"PK\x06\x07" + bytes(16)
    path.write_bytes(content[:-22] + record + locator + content[-22:-10] + b"\xff" * 8 + bytes(2))
    assert "it has more than 100 files" in refusal(path).message


def test_damaged_zip_files(tmp_path: Path) -> None:
    """A zip file that is cut off or whose content was changed is damaged."""
    path = write_zip(tmp_path / "x.zip", {"a.xml": SOUND})
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    assert refusal(path).code == "damaged"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.xml", SOUND)
    path.write_bytes(path.read_bytes().replace(b"<Amount>1", b"<Amount>2"))
    assert refusal(path).code == "damaged"


def test_limits(tmp_path: Path) -> None:
    """Files, customers and postings beyond the limits are refused by name."""
    path = tmp_path / "x.xml"
    path.write_bytes(ITEMISED.read_bytes())
    zipped = write_zip(tmp_path / "x.zip", {"a.xml": ITEMISED.read_bytes()})
    assert refusal(path, limits=LedgerLimits(file_bytes=20_000)).code == "too-large"
    assert "x.zip/a.xml is larger" in refusal(zipped, limits=LedgerLimits(file_bytes=20_000)).message
    assert "more than 11 customers" in refusal(path, limits=LedgerLimits(customers=11)).message
    assert "more than 24 postings" in refusal(path, limits=LedgerLimits(lines=24)).message
    read_ledger_export([path], LedgerLimits(path.stat().st_size, customers=12, lines=25))
    parts = split_parts(ITEMISED.read_text(encoding="utf-8"), 3)
    zipped = write_zip(tmp_path / "x.zip", {f"{number}.xml": part for number, part in enumerate(parts)})
    assert "postings" in refusal(zipped, limits=LedgerLimits(lines=24)).message


def test_paths(tmp_path: Path) -> None:
    """A missing file and a folder are refused; the name of a similar file is proposed."""
    (tmp_path / "ledger.xml").write_text(SOUND, encoding="utf-8")
    error = refusal(tmp_path / "ledgr.xml")
    assert (error.code, "ledger.xml" in error.hint) == ("no-such-file", True)
    assert refusal(tmp_path).code == "not-a-file"
    assert element("a", None) == ""
